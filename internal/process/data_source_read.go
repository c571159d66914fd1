package process

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// readFunc reads a data source: its configuration in, its state out. There is
// no state when there are errors.
type readFunc func(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics)

// respond answers the framework's request with what read finds.
func respond(ctx context.Context, client *capi.Client, req datasource.ReadRequest, resp *datasource.ReadResponse, read readFunc) {
	state, diags := read(ctx, client, req.Config.Raw)
	resp.Diagnostics.Append(diags...)
	if !diags.HasError() {
		resp.State.Raw = state
	}
}

// apiWarnings are the warnings of the API as Terraform shows them.
func apiWarnings(warnings []capi.Text) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, warning := range warnings {
		diags.AddWarning("Warning from the API", warning.String())
	}
	return diags
}

// unstableWarning tells that a list may not be complete.
func unstableWarning(objects, unstable string) diag.Diagnostics {
	var diags diag.Diagnostics
	if unstable != "" {
		diags.AddWarning("The list changed while it was read", fmt.Sprintf(
			"The pages of the list of %s did not agree: %s. The result has each one that was found once, but one that "+
				"moved between two pages may be missing. Narrow the list with filters, or read it again when less is "+
				"deployed.", objects, unstable))
	}
	return diags
}

// with is the state of a data source: its configuration and what was found.
func with(config tftypes.Value, name string, found tftypes.Value) tftypes.Value {
	values := maps.Clone(field.Open(config))
	values[name] = found
	return tftypes.NewValue(config.Type(), map[string]tftypes.Value(values))
}

// namesFailure describes an error of looking up names.
var namesFailure = diagnostic.Failure{
	Object: "App", Action: "read the names of apps, spaces and organizations", Feature: "include_names",
}
