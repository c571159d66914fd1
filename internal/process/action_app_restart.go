package process

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// defaultAppRestartTimeout bounds the whole restart of an app.
const defaultAppRestartTimeout = 10 * time.Minute

// inFlightBounds are those of Cloud Controller.
var inFlightBounds = field.WholeNumber{Least: 1, Most: math.MaxInt32}

var (
	_ action.Action                   = (*appRestartAction)(nil)
	_ action.ActionWithConfigure      = (*appRestartAction)(nil)
	_ action.ActionWithValidateConfig = (*appRestartAction)(nil)
	_ action.ActionWithModifyPlan     = (*appRestartAction)(nil)
)

// appRestartAction is cf_app_restart.
type appRestartAction struct{ actionBase[appRestartModel] }

// NewAppRestartAction makes the action cf_app_restart.
func NewAppRestartAction() action.Action { return newAppRestartAction(instances.RealClock{}) }

func newAppRestartAction(clock instances.Clock) *appRestartAction {
	return &appRestartAction{actionBase[appRestartModel]{clock: clock, read: readAppRestart}}
}

// Metadata names the action.
func (a *appRestartAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_app_restart"
}

// Schema describes the action.
func (a *appRestartAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Restarts an app, so that its instances get what was configured since they started: memory, disk, " +
			"log rate, command, user and health checks. By default it makes a rolling deployment of the app's current droplet, " +
			"which replaces the instances without an outage, and waits until the deployment has finished.",
		Attributes: map[string]schema.Attribute{
			"app_guid": schema.StringAttribute{Required: true, MarkdownDescription: "GUID of the app."},
			"strategy": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "`rolling` (a deployment, which starts new instances before it stops the old ones) or " +
					"`stop_start` (all instances are stopped and started again, with an outage). Default: `rolling`.",
			},
			"max_in_flight": schema.NumberAttribute{
				Optional: true,
				MarkdownDescription: "How many instances a rolling deployment may replace at once, 1 or more. Only with " +
					"`rolling`; Korifi does not know it. Default: `1`.",
			},
			"timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long to wait for the whole restart, as a Go duration like `90s` or `20m`. " +
					"Default: `10m`.",
			},
		},
	}
}

// appRestartModel is what the configuration sets.
type appRestartModel struct {
	appGUID     types.String
	strategy    types.String
	maxInFlight types.Int64
	timeout     time.Duration
}

// readAppRestart reads the configuration and checks what is known of it.
func readAppRestart(ctx context.Context, config tfsdk.Config) (appRestartModel, diag.Diagnostics) {
	var m appRestartModel
	var diags diag.Diagnostics
	diags.Append(config.GetAttribute(ctx, path.Root("app_guid"), &m.appGUID)...)
	checkSegment("app_guid", m.appGUID, &diags)
	diags.Append(config.GetAttribute(ctx, path.Root("strategy"), &m.strategy)...)
	strategy := m.strategy.ValueString()
	if !m.strategy.IsNull() && !m.strategy.IsUnknown() && strategy != instances.Rolling && strategy != instances.StopStart {
		diags.AddAttributeError(path.Root("strategy"), "Invalid strategy",
			fmt.Sprintf("strategy must be %q or %q, but is %q.", instances.Rolling, instances.StopStart, strategy))
	}
	m.maxInFlight = actionNumber(ctx, config, "max_in_flight", inFlightBounds, &diags)
	if !m.maxInFlight.IsNull() && !m.maxInFlight.IsUnknown() && strategy == instances.StopStart {
		diags.AddAttributeError(path.Root("max_in_flight"), "max_in_flight without a rolling restart",
			fmt.Sprintf("With the strategy %q all instances are stopped at once. Leave max_in_flight out, or use the strategy %q.",
				instances.StopStart, instances.Rolling))
	}
	m.timeout = actionTimeout(ctx, config, defaultAppRestartTimeout, &diags)
	return m, diags
}

// Invoke restarts the app: POST /v3/deployments, or
// POST /v3/apps/{guid}/actions/restart.
func (a *appRestartAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m, ok := a.configured(ctx, req, resp)
	if !ok {
		return
	}
	restart := instances.AppRestart{
		Client: a.Client, Clock: a.clock, GUID: m.appGUID.ValueString(), Strategy: instances.Rolling, MaxInFlight: 1,
		Timeout: m.timeout, Progress: progressOf(ctx, resp),
		Failure: diagnostic.Failure{
			Object: "App", Action: "restart app " + m.appGUID.ValueString(), Attribute: path.Root("app_guid"),
		},
	}
	if guid := m.appGUID.ValueString(); !looksLikeGUID(guid) {
		restart.Failure.NotFound = fmt.Sprintf("%q is not a GUID: app_guid takes the GUID of the app (cf app NAME --guid).",
			redact.Clean(guid, 100))
	}
	if !m.strategy.IsNull() {
		restart.Strategy = m.strategy.ValueString()
	}
	if !m.maxInFlight.IsNull() {
		restart.MaxInFlight = m.maxInFlight.ValueInt64()
	}
	resp.Diagnostics.Append(restart.Run(ctx)...)
}
