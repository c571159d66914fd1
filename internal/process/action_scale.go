package process

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// scaleTimeout bounds the scale action, with the wait for the instances, as it
// does for the resource.
const scaleTimeout = defaultTimeout

// NewScaleAction makes the action cf_process_scale.
func NewScaleAction() action.Action { return newScaleAction(instances.RealClock{}) }

func newScaleAction(clock instances.Clock) *processAction {
	attributes := map[string]schema.Attribute{
		"wait_for_instances": schema.BoolAttribute{
			Optional: true, MarkdownDescription: "Whether to wait up to 10 minutes until all instances are RUNNING and " +
				"surplus instances are gone. On Korifi it waits for the new instances after a change of memory or " +
				"disk. Default: `false`.",
		},
	}
	for _, a := range processTable.attributes {
		if a.scales {
			attributes[a.Name] = schema.NumberAttribute{
				Optional: true, MarkdownDescription: a.Description + " It " + a.bounds.Description(context.Background()) + ".",
			}
		}
	}
	return &processAction{clock: clock, name: "_process_scale", read: readScale, schema: schema.Schema{
		MarkdownDescription: "Scales a process. A new number of instances takes effect at once. On Cloud Controller, " +
			"new memory, disk and log rate take effect when the app is next restarted or deployed (see the action " +
			"`cf_app_restart`), on Korifi at once. Set at least one of the four; the others stay as they are.",
		Attributes: actionAttributes(attributes),
	}}
}

// scaling is what a configuration of cf_process_scale sets.
type scaling struct {
	address addressModel
	// request is the scale request; described is its content in words.
	request   requests
	described string
	// later are the attributes that running instances get later.
	later []string
	wait  bool
}

func readScale(config field.Attributes) (invocation, diag.Diagnostics) {
	address, diags := actionAddress(config)
	s := scaling{address: address, wait: config.Flag("wait_for_instances")}
	var all, described []string
	anySet := false
	for _, a := range processTable.attributes {
		if !a.scales {
			continue
		}
		all = append(all, a.Name)
		anySet = anySet || config.IsSet(a.Name)
		n := actionNumber(config, a.Name, a.bounds, &diags)
		if n == nil {
			continue
		}
		*a.number(&s.request) = capi.Set(*n)
		described = append(described, a.quantity(*n))
		if a.actsLater {
			s.later = append(s.later, a.Name)
		}
	}
	if !anySet {
		diags.AddError("Nothing to scale", "Set at least one of "+diagnostic.Enumerate(all, "and")+".")
	}
	s.described = strings.Join(described, ", ")
	return s.invoke, diags
}

// invoke scales the process: POST …/actions/scale.
func (s scaling) invoke(ctx context.Context, a *processAction, progress func(string)) diag.Diagnostics {
	ctx, cancel := a.clock.WithTimeout(ctx, scaleTimeout)
	defer cancel()
	target := a.target(s.address, "scale", progress)
	since, err := s.replacesSince(ctx, target)
	if err != nil {
		return diag.Diagnostics{target.Failure.Diagnostic(err)}
	}
	var diags diag.Diagnostics
	progress(fmt.Sprintf("scaling %s to %s", target.Address, s.described))
	scaled, err := a.Client.ScaleProcess(ctx, target.Address, s.request.scale)
	if capi.WasStored(err) {
		diags.AddWarning("Stored, but not yet in effect", target.Failure.Detail(err)+"\n\nThe API has stored the change, and it "+
			"was not sent again. It takes effect when the runtime (Diego) is back.")
		progress("the change is stored, but the runtime does not have it yet")
		scaled, err = a.Client.GetProcess(ctx, target.Address)
	}
	if err != nil {
		diags.Append(refusedChange(target.Failure, " Nothing was scaled.", err)...)
		return diags
	}
	note := ""
	if len(s.later) > 0 && !scaled.OnKorifi() {
		note = "; " + strings.Join(s.later, ", ") + " will take effect when the app is restarted or deployed (action cf_app_restart)"
	}
	progress("scaled" + note)

	switch {
	case s.wait:
		diags.Append(s.await(ctx, target, scaled, since)...)
	case scaled.Instances != nil && *scaled.Instances > 0 && !s.request.scale.Instances.IsZero() && target.AppStopped(ctx, scaled):
		diags.AddWarning("The app is stopped", fmt.Sprintf("%s is scaled to %d instances, but none of them "+
			"runs before the app is started (cf start).", diagnostic.Capitalize(target.Address.String()), *scaled.Instances))
	}
	return diags
}

// replacesSince returns the time after which an instance that starts is a new one, if
// the scale makes the platform replace the instances and the action waits for them;
// zero otherwise.
func (s scaling) replacesSince(ctx context.Context, target instances.Target) (time.Time, error) {
	memory, disk := s.request.scale.MemoryInMB.Value(), s.request.scale.DiskInMB.Value()
	if !s.wait || memory == nil && disk == nil {
		return time.Time{}, nil
	}
	p, err := target.Client.GetProcess(ctx, target.Address)
	if err != nil {
		return time.Time{}, err
	}
	// A value that the process already has replaces nothing.
	differs := requests{scale: capi.ProcessScale{MemoryInMB: changed(memory, p.MemoryInMB), DiskInMB: changed(disk, p.DiskInMB)}}
	if !differs.replacesInstances(p) {
		return time.Time{}, nil
	}
	return target.Clock.Now(), nil
}

// await waits for the instances of the process that was scaled.
func (s scaling) await(ctx context.Context, target instances.Target, scaled *capi.Process, since time.Time) diag.Diagnostics {
	want := cmp.Or(s.request.scale.Instances.Value(), scaled.Instances)
	if want == nil {
		return diag.Diagnostics{diag.NewWarningDiagnostic("Did not wait for the instances",
			"The process is scaled, but the API does not report how many instances it has. Set instances to wait for them.")}
	}
	target.Failure.Action = "wait for the instances of " + target.Address.String() + ", which is scaled"
	diags := target.Wait(ctx, instances.Wanted{
		Count: *want, Since: since,
		Done: fmt.Sprintf("%s is scaled to %s, but the wait for its instances failed.",
			diagnostic.Capitalize(target.Address.String()), s.described),
	})
	switch {
	case diags.HasError():
	case *want == 0:
		target.Progress("no instance is running")
	default:
		target.Progress(fmt.Sprintf("%d of %d instances RUNNING", *want, *want))
	}
	return diags
}
