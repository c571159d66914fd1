package process

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// actionBase is what the actions have in common; M is what the configuration of
// one sets.
type actionBase[M any] struct {
	actionClient
	clock instances.Clock
	// read reads a configuration and checks what is known of it.
	read func(context.Context, tfsdk.Config) (M, diag.Diagnostics)
}

// ValidateConfig checks what is known, without a request.
func (a *actionBase[M]) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	_, diags := a.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
}

// ModifyPlan checks what is known by now, without a request: the same apply may
// change the process before the action.
func (a *actionBase[M]) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	_, diags := a.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
}

// configured reads the configuration of an invocation; ok is false when it is
// wrong.
func (a *actionBase[M]) configured(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) (m M, ok bool) {
	m, diags := a.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	return m, !resp.Diagnostics.HasError()
}

// actionAttributes are the address attributes and those of one action.
func actionAttributes(own map[string]schema.Attribute) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"guid":     schema.StringAttribute{Optional: true, MarkdownDescription: guidArgument},
		"app_guid": schema.StringAttribute{Optional: true, MarkdownDescription: appGUIDArgument},
		"type":     schema.StringAttribute{Optional: true, MarkdownDescription: typeArgument},
	}
	maps.Copy(attributes, own)
	return attributes
}

// actionAddress reads and checks the address. The checks of an action are made
// on whatever is known, and again when more is: Terraform validates a
// configuration once, when variables are unknown still, and does not come back
// to it before it plans and invokes the action.
func actionAddress(config tfsdk.Config) (addressModel, diag.Diagnostics) {
	m := addressIn(field.Open(config.Raw))
	diags := addressValidator{}.check(m)
	diags.Append(m.checkSegments()...)
	return m, diags
}

// actionNumber reads a whole number and checks its bounds.
func actionNumber(ctx context.Context, config tfsdk.Config, name string, bounds field.WholeNumber, diags *diag.Diagnostics) types.Int64 {
	var value types.Number
	diags.Append(config.GetAttribute(ctx, path.Root(name), &value)...)
	switch {
	case value.IsUnknown():
		return types.Int64Unknown()
	case value.IsNull():
		return types.Int64Null()
	}
	n, err := bounds.Check(value.ValueBigFloat())
	if err != nil {
		diags.AddAttributeError(path.Root(name), "Invalid "+name, name+" "+err.Error()+".")
	}
	return types.Int64Value(n)
}

// actionTimeout reads a timeout and checks it; fallback is for none, and for one
// that is unknown yet.
func actionTimeout(ctx context.Context, config tfsdk.Config, fallback time.Duration, diags *diag.Diagnostics) time.Duration {
	var timeout types.String
	found := config.GetAttribute(ctx, path.Root("timeout"), &timeout)
	diags.Append(found...)
	if found.HasError() || timeout.IsNull() || timeout.IsUnknown() {
		return fallback
	}
	d, err := time.ParseDuration(timeout.ValueString())
	switch {
	case err != nil:
		diags.AddAttributeError(path.Root("timeout"), "Invalid timeout",
			fmt.Sprintf("timeout must be a duration with its unit, like \"90s\" or \"10m\", but is %q.", timeout.ValueString()))
	case d <= 0:
		diags.AddAttributeError(path.Root("timeout"), "Invalid timeout",
			fmt.Sprintf("timeout must be more than 0, but is %q.", timeout.ValueString()))
	}
	return d
}

// checkSegment checks a GUID or type that is known.
func checkSegment(name string, value types.String, diags *diag.Diagnostics) {
	if value.IsNull() || value.IsUnknown() {
		return
	}
	if err := capi.CheckSegment(value.ValueString()); err != nil {
		diags.AddAttributeError(path.Root(name), "Invalid "+name, name+" "+err.Error()+".")
	}
}

// progressOf sends lines to the user while the action runs. After the run is
// canceled nobody takes them any more, and sending would block for ever.
func progressOf(ctx context.Context, resp *action.InvokeResponse) func(string) {
	return func(line string) {
		if ctx.Err() == nil {
			resp.SendProgress(action.InvokeProgressEvent{Message: line})
		}
	}
}
