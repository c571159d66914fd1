package instances

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// stopStart restarts the app with its restart action, which stops all instances
// of all processes and starts them again.
func (r *AppRestart) stopStart(ctx context.Context) diag.Diagnostics {
	r.progress("restarting the app %s: all instances are stopped and started again", r.name())
	if d := r.sent(ctx, r.Client.RestartApp(ctx, r.GUID)); d != nil {
		return diag.Diagnostics{d}
	}
	return r.awaitAll(ctx)
}

// sent decides what to do about the answer to the request for a restart. The
// diagnostic is for a request that was refused, or that nobody waits for any
// more.
func (r *AppRestart) sent(ctx context.Context, err error) diag.Diagnostic {
	switch {
	case err == nil:
		return nil
	case !mayHaveArrived(err):
		return r.refused(err)
	case ctx.Err() != nil:
		summary, what := "Canceled", "The run was canceled"
		if TimedOut(ctx) {
			summary, what = "Timeout", Seconds(r.Timeout)+" (the timeout) were over"
		}
		return diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s while the request to restart the app %s was under way. It is unknown "+
			"whether it arrived; it is not sent again. Look at the app (cf app %s).", what, r.name(), r.name()))
	}
	r.lost = err
	r.progress("no answer: the request is not sent again, the instances have to show whether it arrived")
	return nil
}

// awaitAll waits until all instances of all processes of the app are RUNNING
// and younger than the restart.
func (r *AppRestart) awaitAll(ctx context.Context) diag.Diagnostics {
	waiters := r.waiters()
	err := Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		done := true
		for _, w := range waiters {
			if w.done {
				continue
			}
			var err error
			if w.done, err = w.step(ctx); err != nil {
				return false, err
			}
			done = done && w.done
		}
		if !done && r.lost != nil && r.Clock.Now().Sub(r.requested) >= stableTime && allUnchanged(waiters) {
			return false, errNotRestarted
		}
		return done, nil
	})
	if err != nil {
		return diag.Diagnostics{r.notRunning(err, waiters)}
	}
	r.progress("app %s restarted in %s", r.name(), r.after())
	var diags diag.Diagnostics
	for _, w := range waiters {
		if !w.sure {
			diags.AddWarning("Unknown whether the new instances run", "All instances of the app "+r.name()+" are RUNNING, but "+
				"the stats have no uptimes, so they do not show whether these were started by the restart. Look at them with `cf app`.")
			break
		}
	}
	if r.lost != nil {
		diags.AddWarning("Restarted, but the response was lost", "The request to restart the app got no answer that shows whether "+
			"it was carried out, and was not sent again. But the instances show that they were restarted.\n\n"+howItFailed(r.lost))
	}
	return diags
}

// errNotRestarted ends the wait for a restart whose request probably never
// arrived.
var errNotRestarted = errors.New("no instance was restarted")

// processWaiter waits for the instances of one process of the app.
type processWaiter struct {
	*waiter
	name string
	done bool
}

// waiters make a waiter for each process of the app that has instances.
func (r *AppRestart) waiters() []*processWaiter {
	var waiters []*processWaiter
	for _, p := range r.processes {
		if p.Instances == nil || *p.Instances == 0 {
			continue
		}
		name := "process " + shown(p.GUID)
		if p.Type != nil {
			name = shown(*p.Type)
		}
		t := Target{Client: r.Client, Clock: r.Clock, Address: capi.Address{GUID: p.GUID}, Failure: r.Failure}
		t.Progress = func(line string) { r.progress("%s: %s", name, line) }
		waiters = append(waiters, &processWaiter{
			waiter: newWaiter(t, Wanted{Count: *p.Instances, Since: r.requested}), name: name,
		})
		waiters[len(waiters)-1].poller.before = r.before[p.GUID]
	}
	return waiters
}

func allUnchanged(waiters []*processWaiter) bool {
	for _, w := range waiters {
		if !w.unchanged() {
			return false
		}
	}
	return true
}

// notRunning is the diagnostic for instances that do not run.
func (r *AppRestart) notRunning(err error, waiters []*processWaiter) diag.Diagnostic {
	var b strings.Builder
	for _, w := range waiters {
		have := countRunning(w.poller.latest, w.wanted.Count)
		fmt.Fprintf(&b, "\n\n%s: %d of %d instances RUNNING that started after the restart:%s", w.name, have, w.wanted.Count,
			instanceList(withMissing(w.poller.latest, w.wanted.Count)))
		if w.poller.failed != nil {
			fmt.Fprintf(&b, "\nThe latest reading of the stats failed, so this may be out of date: %s", w.poller.failed)
		}
	}
	restarted := fmt.Sprintf("The app %s was restarted", r.name())
	if r.lost != nil {
		restarted = fmt.Sprintf("The request to restart the app %s got no answer, and was not sent again", r.name())
	}
	states := b.String()
	if r.lost != nil {
		states += "\n\n" + howItFailed(r.lost)
	}
	switch {
	case errors.Is(err, errNotRestarted):
		return diag.NewErrorDiagnostic("Probably not restarted", fmt.Sprintf("%s. For %s the instances have shown no sign of it, so "+
			"it was most likely not carried out. Invoke the action again if you still want it.%s", restarted, Seconds(stableTime), states))
	case errors.Is(err, errAppStopped):
		return diag.NewErrorDiagnostic("The app is stopped", restarted+", but it was stopped in the meantime."+states)
	case contextEnded(err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", fmt.Sprintf("The run was canceled after %s. %s, and its instances go on starting "+
			"without Terraform.%s", r.after(), restarted, states))
	case contextEnded(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Instances not running in time", fmt.Sprintf("%s, but after %s (the timeout) not all of its "+
			"instances run.%s", restarted, r.after(), states))
	default:
		return diag.NewErrorDiagnostic("Could not read the instances any longer", fmt.Sprintf("%s.%s\n\n%s", restarted, states,
			r.Failure.Detail(err)))
	}
}
