package process

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// defaultRestartTimeout is how long an instance may take to be back.
const defaultRestartTimeout = 5 * time.Minute

var (
	_ action.Action                   = (*restartAction)(nil)
	_ action.ActionWithConfigure      = (*restartAction)(nil)
	_ action.ActionWithValidateConfig = (*restartAction)(nil)
	_ action.ActionWithModifyPlan     = (*restartAction)(nil)
)

// restartAction is cf_process_rolling_restart.
type restartAction struct{ actionBase[restartModel] }

// NewRollingRestartAction makes the action cf_process_rolling_restart.
func NewRollingRestartAction() action.Action { return newRestartAction(instances.RealClock{}) }

func newRestartAction(clock instances.Clock) *restartAction {
	return &restartAction{actionBase[restartModel]{clock: clock, read: readRestart}}
}

// Metadata names the action.
func (a *restartAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_rolling_restart"
}

// Schema describes the action.
func (a *restartAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Restarts the instances of a process one after another: terminates one, waits until a new one " +
			"is RUNNING in its place, then the next. It is for instances that are ill (memory that leaks, connections that " +
			"hang). **It does not apply a changed configuration**: on Cloud Controller a terminated instance comes back with " +
			"the memory, disk, log rate, command, user and health checks that it had. Those act when the app is restarted: " +
			"see `cf_app_restart`.",
		Attributes: actionAttributes(map[string]schema.Attribute{
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long to wait for one instance to be RUNNING again, as a Go duration like `90s` or " +
					"`10m`. Default: `5m`.",
			},
		}),
	}
}

// restartModel is what the configuration sets.
type restartModel struct {
	address addressModel
	timeout time.Duration
}

// readRestart reads the configuration and checks what is known of it.
func readRestart(ctx context.Context, config tfsdk.Config) (restartModel, diag.Diagnostics) {
	var m restartModel
	var diags diag.Diagnostics
	m.address, diags = actionAddress(config)
	m.timeout = actionTimeout(ctx, config, defaultRestartTimeout, &diags)
	return m, diags
}

// Invoke restarts one instance after another.
func (a *restartAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m, ok := a.configured(ctx, req, resp)
	if !ok {
		return
	}
	address := m.address.address()
	target := instances.Target{
		Client: a.Client, Clock: a.clock, Address: address, Progress: progressOf(ctx, resp),
		Failure: m.address.failure("restart the instances of " + address.String()),
	}
	resp.Diagnostics.Append(target.Restart(ctx, m.timeout)...)
}
