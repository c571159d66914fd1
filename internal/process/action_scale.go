package process

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// scaleTimeout bounds the scale action, with the wait for the instances, as it
// does for the resource.
const scaleTimeout = defaultTimeout

var (
	_ action.Action                   = (*scaleAction)(nil)
	_ action.ActionWithConfigure      = (*scaleAction)(nil)
	_ action.ActionWithValidateConfig = (*scaleAction)(nil)
	_ action.ActionWithModifyPlan     = (*scaleAction)(nil)
)

// scaleAction is cf_process_scale.
type scaleAction struct{ actionBase[scaleModel] }

// NewScaleAction makes the action cf_process_scale.
func NewScaleAction() action.Action { return newScaleAction(instances.RealClock{}) }

func newScaleAction(clock instances.Clock) *scaleAction {
	return &scaleAction{actionBase[scaleModel]{clock: clock, read: readScale}}
}

// Metadata names the action.
func (a *scaleAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_scale"
}

// Schema describes the action.
func (a *scaleAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Scales a process: sets the number of its instances, which acts at once, and the memory, " +
			"disk and log rate of each, which act when the app restarts (see the action `cf_process_rolling_restart`). " +
			"At least one of the four is needed; what is left out stays as it is.",
		Attributes: actionAttributes(map[string]schema.Attribute{
			"instances": schema.NumberAttribute{
				Optional: true, MarkdownDescription: "Number of instances to run, 0 or more.",
			},
			"memory_in_mb": schema.NumberAttribute{
				Optional: true, MarkdownDescription: "Memory of each instance, in MiB, 1 or more.",
			},
			"disk_in_mb": schema.NumberAttribute{
				Optional: true, MarkdownDescription: "Disk of each instance, in MiB, 1 or more.",
			},
			"log_rate_limit_in_bytes_per_second": schema.NumberAttribute{
				Optional: true, MarkdownDescription: "Bytes a second that each instance may log; `-1` is unlimited. " +
					"Korifi does not know it.",
			},
			"wait_for_instances": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Wait until all instances are RUNNING (those that are too many: " +
					"until they are gone), at most 10 minutes. Default: `false`.",
			},
		}),
	}
}

// scaleModel is what the configuration asks for.
type scaleModel struct {
	address                           addressModel
	instances, memory, disk, logLimit types.Int64
	wait                              types.Bool
}

// readScale reads the configuration and checks what is known of it.
func readScale(ctx context.Context, config tfsdk.Config) (scaleModel, diag.Diagnostics) {
	var m scaleModel
	var diags, found diag.Diagnostics
	m.address, diags = actionAddress(config)
	m.instances = actionNumber(ctx, config, "instances", instancesBounds, &diags)
	m.memory = actionNumber(ctx, config, "memory_in_mb", sizeBounds, &diags)
	m.disk = actionNumber(ctx, config, "disk_in_mb", sizeBounds, &diags)
	m.logLimit = actionNumber(ctx, config, "log_rate_limit_in_bytes_per_second", logRateBounds, &diags)
	found = config.GetAttribute(ctx, path.Root("wait_for_instances"), &m.wait)
	diags.Append(found...)
	if m.instances.IsNull() && m.memory.IsNull() && m.disk.IsNull() && m.logLimit.IsNull() {
		diags.AddError("Nothing to scale", "Set at least one of instances, memory_in_mb, disk_in_mb and "+
			"log_rate_limit_in_bytes_per_second.")
	}
	return m, diags
}

// Invoke scales the process: POST …/actions/scale.
func (a *scaleAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	m, ok := a.configured(ctx, req, resp)
	if !ok {
		return
	}
	progress := progressOf(ctx, resp)
	ctx, cancel := a.clock.WithTimeout(ctx, scaleTimeout)
	defer cancel()

	address := m.address.address()
	failure := diagnostic.Failure{Object: "Process", Action: "scale " + address.String(), Attribute: m.address.path()}
	progress(fmt.Sprintf("scaling %s to %s", address, m.describe()))
	scaled, err := a.Client.ScaleProcess(ctx, address, m.request())
	if err != nil {
		resp.Diagnostics.Append(m.failure(failure, err))
		return
	}
	progress("scaled" + m.later())

	switch {
	case m.wait.ValueBool():
		failure.Action = "wait for the instances of " + address.String() + ", which is scaled"
		a.wait(ctx, m, scaled, instances.Target{
			Client: a.Client, Clock: a.clock, Address: address, Progress: progress, Failure: failure,
		}, resp)
	case m.instances.ValueInt64() > 0 && instances.AppStopped(ctx, a.Client, instances.AppOf(scaled, address)):
		resp.Diagnostics.AddWarning("The app is stopped", fmt.Sprintf("%s is scaled to %d instances, but none of them "+
			"runs before the app is started (cf start).", diagnostic.Capitalize(address.String()), m.instances.ValueInt64()))
	}
}

// wait waits for the instances of the process that was scaled.
func (a *scaleAction) wait(ctx context.Context, m scaleModel, scaled *capi.Process, target instances.Target, resp *action.InvokeResponse) {
	want := scaled.Instances
	if !m.instances.IsNull() {
		want = m.instances.ValueInt64Pointer()
	}
	if want == nil {
		resp.Diagnostics.AddWarning("Did not wait for the instances",
			"The process is scaled, but the API does not tell how many instances it has. Set instances to wait for them.")
		return
	}
	resp.Diagnostics.Append(target.Wait(ctx, instances.Wanted{
		Count: *want,
		Done: fmt.Sprintf("%s is scaled to %s, but the wait for its instances failed.",
			diagnostic.Capitalize(target.Address.String()), m.describe()),
	})...)
	switch {
	case resp.Diagnostics.HasError():
	case *want == 0:
		target.Progress("no instance runs any more")
	default:
		target.Progress(fmt.Sprintf("%d of %d instances RUNNING", *want, *want))
	}
}

// request is the body of the scale request, with what the configuration names.
func (m scaleModel) request() capi.ProcessScale {
	field := func(v types.Int64) capi.Field[int64] {
		if v.IsNull() {
			return capi.Omit[int64]()
		}
		return capi.Set(v.ValueInt64())
	}
	return capi.ProcessScale{
		Instances: field(m.instances), MemoryInMB: field(m.memory), DiskInMB: field(m.disk),
		LogRateLimitInBytesPerSecond: field(m.logLimit),
	}
}

// describe says to what the process is scaled.
func (m scaleModel) describe() string {
	var parts []string
	add := func(v types.Int64, format string) {
		if !v.IsNull() {
			parts = append(parts, fmt.Sprintf(format, v.ValueInt64()))
		}
	}
	add(m.instances, "%d instances")
	add(m.memory, "%d MiB of memory")
	add(m.disk, "%d MiB of disk")
	switch {
	case m.logLimit.IsNull():
	case m.logLimit.ValueInt64() == -1:
		parts = append(parts, "an unlimited log rate")
	default:
		add(m.logLimit, "a log rate of %d bytes a second")
	}
	return strings.Join(parts, ", ")
}

// later says what does not act at once.
func (m scaleModel) later() string {
	if m.memory.IsNull() && m.disk.IsNull() && m.logLimit.IsNull() {
		return ""
	}
	return "; memory, disk and log rate act when the app restarts"
}

// failure is the diagnostic for a refused scale request. A foundation without
// log rates names the key that it does not know.
func (m scaleModel) failure(f diagnostic.Failure, err error) diag.Diagnostic {
	if at, ok := unknownField(err); ok {
		return unknownAttribute(at, " Nothing was scaled.", f, err)
	}
	return f.Diagnostic(err)
}
