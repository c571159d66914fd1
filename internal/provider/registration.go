package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/functions"
	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// The types that the provider registers. A new type is one line here; Terraform and
// OpenTofu ignore the kinds that their version does not support.
var (
	dataSources = []func() datasource.DataSource{
		process.NewDataSource,
		process.NewProcessesDataSource,
		process.NewStatsDataSource,
		process.NewInstancesDataSource,
		process.NewSidecarsDataSource,
	}

	listResources = []func() list.ListResource{process.NewListResource}

	actions = []func() action.Action{
		process.NewScaleAction,
		process.NewTerminateInstanceAction,
		process.NewRollingRestartAction,
		process.NewAppRestartAction,
	}

	providerFunctions = []func() function.Function{
		functions.NewBytes,
		functions.NewMegabytes,
	}
)

// resources returns the constructors of the resources of one provider server, which
// share their state of the current walk of Terraform.
func resources() []func() resource.Resource {
	return []func() resource.Resource{process.ResourceFactory()}
}
