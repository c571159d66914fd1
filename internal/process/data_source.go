package process

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// dataSource is one of the data sources. They differ in name, schema and what they
// read.
type dataSource struct {
	client *capi.Client
	// name is the type name without that of the provider.
	name   string
	schema func() schema.Schema
	// check checks a configuration without a request; nil where the schema has all
	// the rules.
	check func(config field.Attributes) diag.Diagnostics
	// read returns the state for a configuration. There is none when there are
	// errors.
	read func(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics)
}

var (
	_ datasource.DataSource                   = (*dataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*dataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*dataSource)(nil)
)

// Metadata names the data source.
func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + d.name
}

// Schema describes the data source.
func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = d.schema()
}

// ValidateConfig checks the rules for several arguments.
func (d *dataSource) ValidateConfig(_ context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	if d.check != nil {
		resp.Diagnostics.Append(d.check(field.Open(req.Config.Raw))...)
	}
}

// Read makes the state.
func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	state, diags := d.read(ctx, d.client, req.Config.Raw)
	resp.Diagnostics.Append(diags...)
	if !diags.HasError() {
		resp.State.Raw = state
	}
}

// with is the state of a data source: its configuration and what was found.
func with(config tftypes.Value, name string, found tftypes.Value) tftypes.Value {
	values := maps.Clone(field.Open(config))
	values[name] = found
	return values.Value(config.Type())
}

// lookUpNames returns the names around the apps of processes, by the GUID of the
// app.
func lookUpNames(ctx context.Context, client *capi.Client, processes []*capi.Process) (map[string]capi.AppNames, diag.Diagnostics) {
	found, err := client.Names(ctx, processes)
	if err != nil {
		return nil, diag.Diagnostics{diagnostic.Failure{
			Object: "App", Action: "read the names of apps, spaces and organizations", Feature: "include_names",
		}.Diagnostic(err)}
	}
	return found.ByApp, listWarnings("apps", found.Warnings, found.Unstable)
}

// apiWarnings are the warnings of the API as Terraform shows them.
func apiWarnings(warnings []capi.Text) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, warning := range warnings {
		diags.AddWarning("Warning from the API", warning.String())
	}
	return diags
}

// listWarnings are the warnings of the API about a list of objects, and one where
// the list may be incomplete.
func listWarnings(objects string, warnings []capi.Text, unstable string) diag.Diagnostics {
	diags := apiWarnings(warnings)
	if unstable != "" {
		diags.AddWarning("The list changed while it was read", fmt.Sprintf(
			"The pages of the list of %s did not agree: %s. The result has each one that was found, once; one that "+
				"moved between two pages may be missing. Narrow the list with filters, or read it again when less is "+
				"deployed.", objects, unstable))
	}
	return diags
}
