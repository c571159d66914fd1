package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// terminateShows is how long it may take until the stats show that an instance
// was terminated: it has some seconds to end by itself.
const terminateShows = 45 * time.Second

// terminator is what the actions that terminate instances need of *capi.Client.
type terminator interface {
	statsReader
	TerminateInstance(ctx context.Context, address capi.Address, index int64) error
}

// termination is one wish to terminate an instance.
type termination struct {
	client   terminator
	clock    clock
	progress func(string)
	// address is the process as the user named it.
	address capi.Address
	index   int64
	failure diagnostic.Failure

	// process is the process that has the instance: a deployment may put another
	// one under the same address, which is not meant.
	process capi.Address
}

func (t *termination) run(ctx context.Context) diag.Diagnostics {
	before, diags := t.find(ctx)
	if diags.HasError() {
		return diags
	}
	t.progress(fmt.Sprintf("terminating the instance with the index %d of %s, which is %s", t.index, t.address, before.state))
	err := t.client.TerminateInstance(ctx, t.process, t.index)
	switch {
	case err == nil:
		t.progress("terminated; the platform starts a new one in its place")
		return nil
	case !uncertain(err):
		return diag.Diagnostics{t.refused(err)}
	case ctx.Err() != nil:
		summary, what := "Canceled", "The run was canceled"
		if timedOut(ctx) {
			summary, what = "Timeout", "The "+seconds(terminateTimeout)+" of the action were over"
		}
		return diag.Diagnostics{diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s while the request to "+
			"terminate instance %d of %s was under way. It is unknown whether it arrived; it is not sent again. "+
			"Look at the instance's uptime (cf app).", what, t.index, t.address))}
	}
	t.progress("no answer: the request is not sent again, the stats have to show whether it arrived")
	return t.decide(ctx, before, err)
}

// find checks that there is such an instance and returns how it is now.
func (t *termination) find(ctx context.Context) (sighting, diag.Diagnostics) {
	var none sighting
	p, err := t.client.GetProcess(ctx, t.address)
	if err != nil {
		return none, diag.Diagnostics{t.failure.Diagnostic(err)}
	}
	t.process = capi.Address{GUID: p.GUID}
	stats, err := t.client.ProcessStats(ctx, t.process)
	if err != nil {
		return none, diag.Diagnostics{t.failure.Diagnostic(err)}
	}
	found := instancesOf(stats)
	total := int64(len(found))
	if p.Instances != nil {
		total = *p.Instances
	}
	switch {
	case total == 0:
		return none, diag.Diagnostics{noInstances(t.address)}
	case t.index >= total:
		return none, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("index"), "No such instance",
			fmt.Sprintf("%s has %s, so there is no index %d. Nothing was terminated.",
				upperFirst(t.address.String()), indexRange(total), t.index))}
	case nothingUp(found) && appStopped(ctx, t.client, appOf(p, t.address)):
		return none, diag.Diagnostics{appIsStopped(t.address)}
	}
	one, there := found[t.index]
	if !there {
		one = instance{index: t.index, state: stateMissing}
	}
	return sighting{one, t.clock.Now()}, nil
}

// refused is the diagnostic for a request that was not carried out.
func (t *termination) refused(err error) diag.Diagnostic {
	if capi.IsNotFound(err) {
		return diag.NewErrorDiagnostic("No such instance", fmt.Sprintf("Instance %d of %s was there a moment ago, but is not "+
			"any more: the process was scaled down or replaced, or the instance is being replaced already. Nothing was "+
			"terminated.\n\n%s", t.index, t.address, t.failure.Detail(err)))
	}
	return t.failure.Diagnostic(err)
}

// decide finds out from the stats whether the request was carried out after
// all: cause is how it failed.
func (t *termination) decide(ctx context.Context, before sighting, cause error) diag.Diagnostics {
	wait, cancel := t.clock.WithTimeout(ctx, terminateShows)
	defer cancel()
	var evidence string
	var latest instance
	var seen bool
	var unread error
	err := poll(wait, t.clock, pollInterval, func(ctx context.Context) (bool, error) {
		stats, err := t.client.ProcessStats(ctx, t.process)
		if err != nil {
			unread = err
			if mayPass(err) {
				return false, nil
			}
			return false, err
		}
		unread, seen = nil, true
		var there bool
		if latest, there = instancesOf(stats)[t.index]; !there {
			latest = instance{index: t.index, state: stateMissing}
		}
		evidence = before.difference(sighting{latest, t.clock.Now()})
		return evidence != "", nil
	})
	what := fmt.Sprintf("The request to terminate instance %d of %s got no answer that says whether it was carried out. It "+
		"was not sent again, for that could end the next instance as well.", t.index, t.address)
	because := "\n\n" + howItFailed(cause)
	switch {
	case evidence != "":
		t.progress("terminated: " + evidence)
		return diag.Diagnostics{diag.NewWarningDiagnostic("Terminated, although the answer was lost",
			what+" But the stats show that the instance was terminated: "+evidence+"."+because)}
	case errors.Is(err, context.Canceled):
		return diag.Diagnostics{diag.NewErrorDiagnostic("Canceled", what+" The run was canceled before the stats showed "+
			"whether it arrived: that is unknown. Look at the instance's uptime (cf app)."+because)}
	case seen && unread == nil:
		return diag.Diagnostics{diag.NewErrorDiagnostic("Probably not terminated", what+fmt.Sprintf(" For %s the stats have "+
			"shown no sign of it: the instance is %s and no other than before, so the request was most likely not carried out. "+
			"Invoke the action again if you still want it.", seconds(terminateShows), latest.state)+because)}
	default:
		detail := what + " The stats could not be read either, so it is unknown whether the instance was terminated. Look at " +
			"its uptime (cf app) before you invoke the action again." + because
		if unread != nil {
			detail += "\n\nThe stats: " + unread.Error()
		}
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unknown whether the instance was terminated", detail)}
	}
}

// howItFailed is the bare error, with what an operator needs to find it: the
// advice that goes with it elsewhere, to try again, is wrong here.
func howItFailed(err error) string {
	text := "The request: " + err.Error()
	var api *capi.Error
	if errors.As(err, &api) && api.RequestID != "" {
		text += "\n" + api.RequestIDHeader + ": " + api.RequestID
	}
	return text
}

// difference says what shows that the instance was terminated between two
// sightings; it is empty when nothing does. An instance that starts or crashes
// by itself shows nothing.
func (then sighting) difference(now sighting) string {
	switch {
	case then.replacedBy(now, false) && then.guid != "" && now.guid != "":
		return fmt.Sprintf("its instance_guid changed (it is %s)", now.state)
	case then.replacedBy(now, false):
		return fmt.Sprintf("its uptime began anew (it is %s)", now.state)
	case then.state == capi.StateRunning && now.state != capi.StateRunning && now.state != capi.StateCrashed:
		return fmt.Sprintf("it was %s and is %s", then.state, now.state)
	}
	return ""
}

// noInstances is the error for a process that is scaled to nothing.
func noInstances(address capi.Address) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The process has no instances", fmt.Sprintf("%s is scaled to 0 instances, so there is "+
		"nothing to terminate. Scale it first.", upperFirst(address.String())))
}

// appIsStopped is the error for a process whose app is stopped.
func appIsStopped(address capi.Address) diag.Diagnostic {
	return diag.NewErrorDiagnostic("The app is stopped", fmt.Sprintf("The app of %s is stopped, so no instance runs and there "+
		"is nothing to terminate. Start it (cf start).", address))
}

// indexRange says how many instances there are and how they are counted.
func indexRange(total int64) string {
	if total == 1 {
		return "one instance, with the index 0"
	}
	return fmt.Sprintf("%d instances, with the indexes 0 to %d", total, total-1)
}
