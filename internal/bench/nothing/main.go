// Command nothing is a provider with one data source that does not send requests.
// So it costs what Terraform, the plugin protocol and the framework cost alone. The
// benchmarks compare the provider cf with it. With BENCH_SILENT it does not write
// logs that Terraform discards, like the provider cf.
package main

import (
	"context"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

func main() {
	// By default a provider writes logs that Terraform discards.
	if os.Getenv("BENCH_SILENT") != "" {
		if err := plugin.SilenceUnusedLogs(); err != nil {
			log.Fatal(err)
		}
	}
	err := providerserver.Serve(context.Background(), func() provider.Provider { return nothing{} }, providerserver.ServeOpts{
		Address: "registry.terraform.io/cf-process/cf",
	})
	if err != nil {
		log.Fatal(err)
	}
}

type nothing struct{}

func (nothing) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cf"
}
func (nothing) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (nothing) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (nothing) Resources(context.Context) []func() resource.Resource                              { return nil }
func (nothing) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return source{} }}
}

// source is cf_nothing.
type source struct{}

func (source) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "cf_nothing"
}

func (source) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{"guid": schema.StringAttribute{Required: true}}}
}

func (source) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var guid types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("guid"), &guid)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("guid"), guid)...)
}
