// Package provider is the provider block of cf: its schema, how its values
// become settings (config.go, without Terraform), and what the provider
// registers.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

var (
	_ provider.Provider                  = (*cfProvider)(nil)
	_ provider.ProviderWithFunctions     = (*cfProvider)(nil)
	_ provider.ProviderWithActions       = (*cfProvider)(nil)
	_ provider.ProviderWithListResources = (*cfProvider)(nil)
)

// cfProvider is the provider `cf`.
type cfProvider struct {
	version string // of this build, for the User-Agent
}

// New returns the constructor that the plugin server wants. The version is
// that of the build; it goes into the User-Agent of every request.
func New(version string) func() provider.Provider {
	return func() provider.Provider {
		return &cfProvider{version: version}
	}
}

func (p *cfProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cf"
	resp.Version = p.version
}

func (p *cfProvider) Configure(_ context.Context, _ provider.ConfigureRequest, _ *provider.ConfigureResponse) {
}

func (p *cfProvider) DataSources(context.Context) []func() datasource.DataSource {
	return dataSources
}

func (p *cfProvider) Resources(context.Context) []func() resource.Resource {
	return resources
}

func (p *cfProvider) ListResources(context.Context) []func() list.ListResource {
	return listResources
}

func (p *cfProvider) Actions(context.Context) []func() action.Action {
	return actions
}

func (p *cfProvider) Functions(context.Context) []func() function.Function {
	return providerFunctions
}
