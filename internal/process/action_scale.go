package process

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
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
	attributes := map[string]schema.Attribute{
		"wait_for_instances": schema.BoolAttribute{
			Optional: true, MarkdownDescription: "Whether to wait up to 10 minutes until all instances are RUNNING and surplus " +
				"instances are gone; on Korifi, where new memory or disk replaces the instances, until the new ones are " +
				"RUNNING. Default: `false`.",
		},
	}
	for _, a := range processTable.attributes {
		if a.scales {
			attributes[a.Name] = schema.NumberAttribute{
				Optional: true, MarkdownDescription: a.Description + " It " + a.bounds.Description(context.Background()) + ".",
			}
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Scales a process. A new number of instances takes effect at once. New memory, disk and log " +
			"rate take effect on Cloud Controller when the app is next restarted or deployed (see the action " +
			"`cf_app_restart`), on Korifi at once. Set at least one of the four; what you leave out stays as it is.",
		Attributes: actionAttributes(attributes),
	}
}

// scaleModel is what the configuration sets.
type scaleModel struct {
	address addressModel
	// request is the scale request; described says to what, for messages.
	request   requests
	described string
	// later are the attributes that running instances get later.
	later []string
	wait  bool
}

// readScale reads the configuration and checks what is known of it.
func readScale(ctx context.Context, config tfsdk.Config) (scaleModel, diag.Diagnostics) {
	address, diags := actionAddress(config)
	m := scaleModel{address: address, wait: field.Open(config.Raw).Flag("wait_for_instances")}
	var all, set, described []string
	for _, a := range processTable.attributes {
		if !a.scales {
			continue
		}
		all = append(all, a.Name)
		n := actionNumber(ctx, config, a.Name, a.bounds, &diags)
		if n.IsNull() {
			continue
		}
		set = append(set, a.Name)
		*a.number(&m.request) = capi.Set(n.ValueInt64())
		described = append(described, a.quantity(n.ValueInt64()))
		if a.actsLater {
			m.later = append(m.later, a.Name)
		}
	}
	if len(set) == 0 {
		diags.AddError("Nothing to scale", "Set at least one of "+strings.Join(all[:len(all)-1], ", ")+" and "+all[len(all)-1]+".")
	}
	m.described = strings.Join(described, ", ")
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
	failure := m.address.failure("scale " + address.String())
	since, err := a.replacesSince(ctx, m)
	if err != nil {
		resp.Diagnostics.Append(failure.Diagnostic(err))
		return
	}
	progress(fmt.Sprintf("scaling %s to %s", address, m.described))
	scaled, err := a.Client.ScaleProcess(ctx, address, m.request.scale)
	if capi.WasStored(err) {
		resp.Diagnostics.AddWarning("Stored, but not yet in effect", failure.Detail(err)+"\n\nThe API has stored the change, and it "+
			"was not sent again. It takes effect when the runtime (Diego) is back.")
		progress("the change is stored, but the runtime does not have it yet")
		scaled, err = a.Client.GetProcess(ctx, address)
	}
	if err != nil {
		resp.Diagnostics.Append(m.failure(failure, err))
		return
	}
	progress("scaled" + m.laterNote(scaled))

	switch {
	case m.wait:
		failure.Action = "wait for the instances of " + address.String() + ", which is scaled"
		a.wait(ctx, m, scaled, since, instances.Target{
			Client: a.Client, Clock: a.clock, Address: address, Progress: progress, Failure: failure,
		}, resp)
	case scaled.Instances != nil && *scaled.Instances > 0 && !m.request.scale.Instances.IsZero() && instances.AppStopped(ctx, a.Client, instances.AppOf(scaled, address)):
		resp.Diagnostics.AddWarning("The app is stopped", fmt.Sprintf("%s is scaled to %d instances, but none of them "+
			"runs before the app is started (cf start).", diagnostic.Capitalize(address.String()), *scaled.Instances))
	}
}

// replacesSince is the time from which on instances are new ones, where the
// scale makes the platform replace them and they are waited for; zero elsewhere.
func (a *scaleAction) replacesSince(ctx context.Context, m scaleModel) (time.Time, error) {
	memory, disk := m.request.scale.MemoryInMB.Value(), m.request.scale.DiskInMB.Value()
	if !m.wait || memory == nil && disk == nil {
		return time.Time{}, nil
	}
	p, err := a.Client.GetProcess(ctx, m.address.address())
	if err != nil {
		return time.Time{}, err
	}
	// What a process already has replaces nothing.
	differs := requests{scale: capi.ProcessScale{MemoryInMB: changed(memory, p.MemoryInMB), DiskInMB: changed(disk, p.DiskInMB)}}
	if !differs.replacesInstances(p) {
		return time.Time{}, nil
	}
	return a.clock.Now(), nil
}

// wait waits for the instances of the process that was scaled.
func (a *scaleAction) wait(ctx context.Context, m scaleModel, scaled *capi.Process, since time.Time, target instances.Target, resp *action.InvokeResponse) {
	want := m.request.scale.Instances.Value()
	if want == nil {
		want = scaled.Instances
	}
	if want == nil {
		resp.Diagnostics.AddWarning("Did not wait for the instances",
			"The process is scaled, but the API does not tell how many instances it has. Set instances to wait for them.")
		return
	}
	resp.Diagnostics.Append(target.Wait(ctx, instances.Wanted{
		Count: *want, Since: since,
		Done: fmt.Sprintf("%s is scaled to %s, but the wait for its instances failed.",
			diagnostic.Capitalize(target.Address.String()), m.described),
	})...)
	switch {
	case resp.Diagnostics.HasError():
	case *want == 0:
		target.Progress("no instance runs any more")
	default:
		target.Progress(fmt.Sprintf("%d of %d instances RUNNING", *want, *want))
	}
}

// laterNote says which attributes running instances do not have yet.
func (m scaleModel) laterNote(scaled *capi.Process) string {
	if len(m.later) == 0 || scaled.OnKorifi() {
		return ""
	}
	return "; " + strings.Join(m.later, ", ") + " will take effect when the app is restarted or deployed (action cf_app_restart)"
}

// failure is the diagnostic for a refused scale request. A foundation without
// log rates names the key that it does not know.
func (m scaleModel) failure(f diagnostic.Failure, err error) diag.Diagnostic {
	if at, ok := unknownField(err); ok {
		return unknownAttribute(at, " Nothing was scaled.", f, err)
	}
	return f.Diagnostic(err)
}
