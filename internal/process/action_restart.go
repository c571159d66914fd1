package process

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// defaultRestartTimeout is how long an instance may take to be RUNNING again.
const defaultRestartTimeout = 5 * time.Minute

// NewRollingRestartAction makes the action cf_process_rolling_restart.
func NewRollingRestartAction() action.Action { return newRestartAction(instances.RealClock{}) }

func newRestartAction(clock instances.Clock) *processAction {
	return &processAction{clock: clock, name: "_process_rolling_restart", read: readRestart, schema: schema.Schema{
		MarkdownDescription: "Replaces the unhealthy instances of a process one after another: it terminates one, " +
			"waits until a new one is RUNNING in its place, and continues with the next. **It does not apply a changed " +
			"configuration**: on Cloud Controller a terminated instance starts again with its old memory, disk, log " +
			"rate, command, user and health checks. Use `cf_app_restart` for that.",
		Attributes: actionAttributes(map[string]schema.Attribute{
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long to wait for one instance to be RUNNING again, as a Go duration like `90s` or " +
					"`10m`. Default: `5m`.",
			},
		}),
	}}
}

func readRestart(config field.Attributes) (invocation, diag.Diagnostics) {
	address, diags := actionAddress(config)
	timeout := actionTimeout(config, defaultRestartTimeout, &diags)
	return func(ctx context.Context, a *processAction, progress func(string)) diag.Diagnostics {
		return a.target(address, "restart the instances of", progress).Restart(ctx, timeout)
	}, diags
}
