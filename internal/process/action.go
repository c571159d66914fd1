package process

import (
	"context"
	"maps"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// processAction is one of the actions. They differ in name, schema and what they
// read from a configuration.
type processAction struct {
	actionClient
	clock instances.Clock
	// name is the type name without that of the provider.
	name   string
	schema schema.Schema
	// read reads a configuration and checks what is known of it.
	read func(field.Attributes) (invocation, diag.Diagnostics)
}

// invocation carries out the action as it was configured. It needs a configuration
// that is valid and known.
type invocation func(ctx context.Context, a *processAction, progress func(string)) diag.Diagnostics

var (
	_ action.Action                   = (*processAction)(nil)
	_ action.ActionWithConfigure      = (*processAction)(nil)
	_ action.ActionWithValidateConfig = (*processAction)(nil)
	_ action.ActionWithModifyPlan     = (*processAction)(nil)
)

// Metadata names the action.
func (a *processAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + a.name
}

// Schema describes the action.
func (a *processAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = a.schema
}

// ValidateConfig checks what is known, without a request.
func (a *processAction) ValidateConfig(_ context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	_, resp.Diagnostics = a.configured(req.Config)
}

// ModifyPlan checks what is known by now, without a request: the same apply may
// change the process before the action. Terraform validates a configuration once,
// when variables are still unknown, and does not return to that before it plans
// and invokes the action.
func (a *processAction) ModifyPlan(_ context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	_, resp.Diagnostics = a.configured(req.Config)
}

// Invoke carries out the action.
func (a *processAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	invoke, diags := a.configured(req.Config)
	if !diags.HasError() {
		diags.Append(invoke(ctx, a, progressOf(ctx, resp))...)
	}
	resp.Diagnostics = diags
}

func (a *processAction) configured(config tfsdk.Config) (invocation, diag.Diagnostics) {
	return a.read(field.Open(config.Raw))
}

// target is the process at an address, for an action like "restart".
func (a *processAction) target(m addressModel, verb string, progress func(string)) instances.Target {
	address := m.address()
	return instances.Target{
		Client: a.Client, Clock: a.clock, Address: address, Progress: progress, Failure: m.failure(verb),
	}
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

// actionAddress reads and checks the address.
func actionAddress(config field.Attributes) (addressModel, diag.Diagnostics) {
	m := addressIn(config)
	diags := addressRules{}.check(m)
	diags.Append(m.checkSegments()...)
	return m, diags
}

// actionNumber reads a whole number and checks its bounds; nil where it is null,
// unknown or invalid.
func actionNumber(config field.Attributes, name string, bounds field.WholeNumber, diags *diag.Diagnostics) *int64 {
	var f big.Float
	if !config.IsKnown(name) || config[name].As(&f) != nil {
		return nil
	}
	n, err := bounds.Check(&f)
	if err != nil {
		diags.AddAttributeError(path.Root(name), "Invalid "+name, name+" "+err.Error()+".")
		return nil
	}
	return &n
}

// actionTimeout reads a timeout and checks it; fallback is for one that is null or
// unknown.
func actionTimeout(config field.Attributes, fallback time.Duration, diags *diag.Diagnostics) time.Duration {
	text, ok := config.Text("timeout")
	if !ok {
		return fallback
	}
	d, err := parseTimeout(text)
	if err != nil {
		diags.AddAttributeError(path.Root("timeout"), "Invalid timeout", "timeout "+err.Error()+".")
	}
	return d
}

// progressOf sends lines to the user while the action runs. After the run is
// canceled nobody receives them, and sending would block forever.
func progressOf(ctx context.Context, resp *action.InvokeResponse) func(string) {
	return func(line string) {
		if ctx.Err() == nil {
			resp.SendProgress(action.InvokeProgressEvent{Message: line})
		}
	}
}
