// Package fwutil has the few things that every data source, resource and
// action needs: the client, and diagnostics from errors.
package fwutil

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// DataSource is embedded by every data source: it holds the client.
type DataSource struct{ Client *capi.Client }

// Configure takes the client from the provider.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.Client = client(req.ProviderData, &resp.Diagnostics)
}

// Resource is embedded by every resource and list resource: it holds the
// client.
type Resource struct{ Client *capi.Client }

// Configure takes the client from the provider.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Client = client(req.ProviderData, &resp.Diagnostics)
}

// Action is embedded by every action: it holds the client.
type Action struct{ Client *capi.Client }

// Configure takes the client from the provider.
func (a *Action) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Client = client(req.ProviderData, &resp.Diagnostics)
}

// client is nil while the provider is not configured yet: Terraform validates
// before it configures.
func client(providerData any, diags *diag.Diagnostics) *capi.Client {
	if providerData == nil {
		return nil
	}
	c, ok := providerData.(*capi.Client)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("The provider handed over %T, not *capi.Client. This is a bug of the provider.", providerData))
	}
	return c
}
