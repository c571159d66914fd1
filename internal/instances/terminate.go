package instances

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// terminateTimeout bounds Terminate as a whole.
const terminateTimeout = 5 * time.Minute

// evidenceTime is how long it may take until the stats show that an instance
// was terminated: it has some seconds to end on its own.
const evidenceTime = 45 * time.Second

// Terminate terminates the instance with an index: DELETE …/instances/{index},
// once. When the answer is lost, the stats show whether the request arrived.
func (t Target) Terminate(ctx context.Context, index int64) diag.Diagnostics {
	ctx, cancel := t.Clock.WithTimeout(ctx, terminateTimeout)
	defer cancel()
	return (&termination{Target: t, index: index}).run(ctx)
}

// termination is one request to terminate an instance.
type termination struct {
	Target
	index int64
	// process is the process that has the instance: a deployment may put another
	// one under the same address, which is not meant.
	process *capi.Process
}

func (t *termination) run(ctx context.Context) diag.Diagnostics {
	before, diags := t.find(ctx)
	if diags.HasError() {
		return diags
	}
	t.progress("terminating the instance with the index %d of %s, which is %s", t.index, t.Address, before.state)
	err := t.Client.TerminateInstance(ctx, t.process, t.index)
	switch {
	case err == nil:
		t.progress("terminated; the platform starts a new one in its place")
		return nil
	case !mayHaveArrived(err):
		return diag.Diagnostics{t.refused(err)}
	case ctx.Err() != nil:
		summary, what := "Canceled", "The run was canceled"
		if TimedOut(ctx) {
			summary, what = "Timeout", "The "+Seconds(terminateTimeout)+" of the action were over"
		}
		return diag.Diagnostics{diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s while the request to "+
			"terminate instance %d of %s was under way. It is unknown whether it arrived; it is not sent again. "+
			"Look at the instance's uptime (cf app).", what, t.index, t.Address))}
	}
	t.progress("no answer: the request is not sent again, the stats have to show whether it arrived")
	return t.decide(ctx, before, err)
}

// find checks that the process has such an instance and returns how it is now.
func (t *termination) find(ctx context.Context) (observation, diag.Diagnostics) {
	var none observation
	p, err := t.Client.GetProcess(ctx, t.Address)
	if err != nil {
		return none, diag.Diagnostics{t.Failure.Diagnostic(err)}
	}
	t.process = p
	stats, err := t.stats(ctx)
	if err != nil {
		return none, diag.Diagnostics{t.Failure.Diagnostic(err)}
	}
	found := instancesOf(stats)
	total := int64(len(found))
	if p.Instances != nil {
		total = *p.Instances
	}
	switch {
	case total == 0:
		return none, diag.Diagnostics{t.noInstances()}
	case t.index >= total:
		return none, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("index"), "No such instance",
			fmt.Sprintf("%s has %s, so there is no index %d. Nothing was terminated.", t.title(), indexRange(total), t.index))}
	case allDown(found) && AppStopped(ctx, t.Client, AppOf(p, t.Address)):
		return none, diag.Diagnostics{t.appIsStopped()}
	}
	inst, there := found[t.index]
	if !there {
		inst = instance{index: t.index, state: stateMissing}
	}
	return observation{inst, t.Clock.Now()}, nil
}

func (t *termination) stats(ctx context.Context) (*capi.ProcessStats, error) {
	return t.Client.ProcessStats(ctx, capi.Address{GUID: t.process.GUID})
}

// refused is the diagnostic for a request that was not carried out.
func (t *termination) refused(err error) diag.Diagnostic {
	if capi.IsNotFound(err) {
		return diag.NewErrorDiagnostic("No such instance", fmt.Sprintf("Instance %d of %s was there a moment ago, but is not "+
			"any more: the process was scaled down or replaced, or the instance is being replaced already. Nothing was "+
			"terminated.\n\n%s", t.index, t.Address, t.Failure.Detail(err)))
	}
	return t.Failure.Diagnostic(err)
}

// decide finds out from the stats whether the request was carried out after
// all: cause is how it failed.
func (t *termination) decide(ctx context.Context, before observation, cause error) diag.Diagnostics {
	wait, cancel := t.Clock.WithTimeout(ctx, evidenceTime)
	defer cancel()
	var evidence string
	var latest instance
	var seen bool
	var unread error
	err := Poll(wait, t.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		stats, err := t.stats(ctx)
		if err != nil {
			unread = err
			if isTransient(err) {
				return false, nil
			}
			return false, err
		}
		unread, seen = nil, true
		var there bool
		if latest, there = instancesOf(stats)[t.index]; !there {
			latest = instance{index: t.index, state: stateMissing}
		}
		evidence = before.difference(observation{latest, t.Clock.Now()})
		return evidence != "", nil
	})
	what := fmt.Sprintf("The request to terminate instance %d of %s got no answer that shows whether it was carried out. It "+
		"was not sent again, because that could end the next instance as well.", t.index, t.Address)
	because := "\n\n" + howItFailed(cause)
	switch {
	case evidence != "":
		t.progress("terminated: %s", evidence)
		return diag.Diagnostics{diag.NewWarningDiagnostic("Terminated, but the response was lost",
			what+" But the stats show that the instance was terminated: "+evidence+"."+because)}
	case errors.Is(err, context.Canceled):
		return diag.Diagnostics{diag.NewErrorDiagnostic("Canceled", what+" The run was canceled before the stats showed "+
			"whether it arrived: that is unknown. Look at the instance's uptime (cf app)."+because)}
	case seen && unread == nil:
		return diag.Diagnostics{diag.NewErrorDiagnostic("Probably not terminated", what+fmt.Sprintf(" For %s the stats have "+
			"shown no sign of it: the instance is %s and the same as before, so the request was most likely not carried out. "+
			"Invoke the action again if you still want it.", Seconds(evidenceTime), latest.state)+because)}
	default:
		detail := what + " The stats could not be read either, so it is unknown whether the instance was terminated. Look at " +
			"its uptime (cf app) before you invoke the action again." + because
		if unread != nil {
			detail += "\n\nThe stats: " + unread.Error()
		}
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unknown whether the instance was terminated", detail)}
	}
}

// indexRange describes how many instances there are and how they are counted.
func indexRange(total int64) string {
	if total == 1 {
		return "one instance, with the index 0"
	}
	return fmt.Sprintf("%d instances, with the indexes 0 to %d", total, total-1)
}
