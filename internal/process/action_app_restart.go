package process

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// defaultAppRestartTimeout bounds the whole restart of an app.
const defaultAppRestartTimeout = 10 * time.Minute

// inFlightBounds are those of Cloud Controller.
var inFlightBounds = field.WholeNumber{Least: 1, Most: math.MaxInt32}

// NewAppRestartAction makes the action cf_app_restart.
func NewAppRestartAction() action.Action { return newAppRestartAction(instances.RealClock{}) }

func newAppRestartAction(clock instances.Clock) *processAction {
	return &processAction{clock: clock, name: "_app_restart", read: readAppRestart, schema: schema.Schema{
		MarkdownDescription: "Restarts an app, so that its instances get changed memory, disk, log rate, command, user " +
			"and health checks. By default it makes a rolling deployment of the app's current droplet, which replaces " +
			"the instances without an outage, and waits for its end.",
		Attributes: map[string]schema.Attribute{
			"app_guid": schema.StringAttribute{Required: true, MarkdownDescription: "GUID of the app."},
			"strategy": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "`rolling` (a deployment starts new instances before it stops the old ones) or " +
					"`stop_start` (stops all instances and starts them again, with an outage). Default: `rolling`.",
			},
			"max_in_flight": schema.NumberAttribute{
				Optional: true,
				MarkdownDescription: "How many instances a rolling deployment may replace at once, 1 or more. Only " +
					"with `rolling`, and not on Korifi. Default: `1`.",
			},
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long to wait for the whole restart, as a Go duration like `90s` or `20m`. " +
					"Default: `10m`.",
			},
		},
	}}
}

func readAppRestart(config field.Attributes) (invocation, diag.Diagnostics) {
	var diags diag.Diagnostics
	guid, known := config.Text("app_guid")
	if err := capi.CheckSegment(guid); known && err != nil {
		diags.AddAttributeError(path.Root("app_guid"), "Invalid app_guid", "app_guid "+err.Error()+".")
	}
	strategy, configured := config.Text("strategy")
	if configured && strategy != instances.Rolling && strategy != instances.StopStart {
		diags.AddAttributeError(path.Root("strategy"), "Invalid strategy",
			fmt.Sprintf("strategy must be %q or %q, but is %q.", instances.Rolling, instances.StopStart, strategy))
	}
	maxInFlight := int64(1)
	if n := actionNumber(config, "max_in_flight", inFlightBounds, &diags); n != nil {
		maxInFlight = *n
	}
	if config.IsKnown("max_in_flight") && strategy == instances.StopStart {
		diags.AddAttributeError(path.Root("max_in_flight"), "max_in_flight without a rolling restart",
			fmt.Sprintf("With the strategy %q all instances are stopped at once. Leave max_in_flight out, or use the strategy %q.",
				instances.StopStart, instances.Rolling))
	}
	timeout := actionTimeout(config, defaultAppRestartTimeout, &diags)
	return func(ctx context.Context, a *processAction, progress func(string)) diag.Diagnostics {
		failure := diagnostic.Failure{
			Object: "App", Action: "restart app " + guid, Attribute: path.Root("app_guid"),
			NotFound: "If this is the GUID of a process, use the one of its app (cf app NAME --guid).",
		}
		if !looksLikeGUID(guid) {
			failure.NotFound = fmt.Sprintf("%q is not a GUID: app_guid takes the GUID of the app (cf app NAME --guid).",
				redact.Clean(guid, 100))
		}
		target := instances.Target{
			Client: a.Client, Clock: a.clock, Address: capi.Address{AppGUID: guid}, Progress: progress, Failure: failure,
		}
		return target.RestartApp(ctx, instances.AppRestart{
			Strategy: cmp.Or(strategy, instances.Rolling), MaxInFlight: maxInFlight, Timeout: timeout,
		})
	}, diags
}
