package process

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

var (
	_ action.Action                   = (*terminateAction)(nil)
	_ action.ActionWithConfigure      = (*terminateAction)(nil)
	_ action.ActionWithValidateConfig = (*terminateAction)(nil)
	_ action.ActionWithModifyPlan     = (*terminateAction)(nil)
)

// terminateAction is cf_process_terminate_instance.
type terminateAction struct{ actionBase[terminateModel] }

// NewTerminateInstanceAction makes the action cf_process_terminate_instance.
func NewTerminateInstanceAction() action.Action { return newTerminateAction(instances.RealClock{}) }

func newTerminateAction(clock instances.Clock) *terminateAction {
	return &terminateAction{actionBase[terminateModel]{clock: clock, read: readTerminate}}
}

// Metadata names the action.
func (a *terminateAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_terminate_instance"
}

// Schema describes the action.
func (a *terminateAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Terminates one instance of a process; the platform starts a new one in its place, for " +
			"which this action does not wait (`cf_process_rolling_restart` does). The request is never sent twice: when " +
			"the connection breaks and it is unknown whether it arrived, the stats of the instance decide, and the " +
			"message reports what is known.",
		Attributes: actionAttributes(map[string]schema.Attribute{
			"index": schema.NumberAttribute{
				Required: true,
				MarkdownDescription: "Index of the instance, as `cf app` shows it: from 0 to one less than the number " +
					"of instances.",
			},
		}),
	}
}

// terminateModel is what the configuration sets.
type terminateModel struct {
	address addressModel
	index   types.Int64
}

// readTerminate reads the configuration and checks what is known of it.
func readTerminate(ctx context.Context, config tfsdk.Config) (terminateModel, diag.Diagnostics) {
	var m terminateModel
	var diags diag.Diagnostics
	m.address, diags = actionAddress(config)
	m.index = actionNumber(ctx, config, "index", instancesBounds, &diags)
	return m, diags
}

// Invoke terminates the instance: DELETE …/instances/{index}, once.
func (a *terminateAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m, ok := a.configured(ctx, req, resp)
	if !ok {
		return
	}
	target := instances.Target{
		Client: a.Client, Clock: a.clock, Address: m.address.address(), Progress: progressOf(ctx, resp),
		Failure: m.address.failure(fmt.Sprintf("terminate instance %d of %s", m.index.ValueInt64(), m.address.address())),
	}
	resp.Diagnostics.Append(target.Terminate(ctx, m.index.ValueInt64())...)
}
