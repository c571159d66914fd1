package instances

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// stableTime is for how long all instances have to run unchanged where their
// uptimes do not show whether they are from before or after a change: longer
// than an ending instance of Korifi still shows RUNNING: 30 s, the default
// of Kubernetes (internal/capi/README.md#rollouts).
const stableTime = 60 * time.Second

// Wanted describes the instances to wait for.
type Wanted struct {
	// Count is the number of instances.
	Count int64
	// Since is when a change was requested that replaces the instances, by the clock
	// of the target: only instances that started later count. Zero for none.
	Since time.Time
	// Done is a sentence for the errors: what was done before the wait.
	Done string
	// Longer is how to wait longer, for a wait that ran out of time.
	Longer string
}

// Wait polls the stats until each of the wanted instances is RUNNING and no
// other is up (wanted 0: until the stats are empty or all are DOWN), the
// context ends, or no instance will start: the app is stopped, or the process is
// gone. The context must have a deadline, because nothing else ends the wait
// for an instance that never starts.
//
// The error lists each instance with its index, state and details. There is a
// warning where the stats did not show whether the instances are younger than
// the change.
func (t Target) Wait(ctx context.Context, wanted Wanted) diag.Diagnostics {
	w := newWaiter(t, wanted.Count)
	w.since = wanted.Since
	switch err := Poll(ctx, t.Clock, pollInterval, w.step); {
	case err != nil:
		return diag.Diagnostics{w.explain(err, wanted)}
	case !w.sure:
		return diag.Diagnostics{diag.NewWarningDiagnostic("Unknown whether the new instances run", fmt.Sprintf("The change replaces "+
			"the instances of %s. All are RUNNING, but the stats have no uptimes, so they do not show whether these are the new "+
			"instances. Look at them with `cf app`.", t.Address))}
	}
	return nil
}

// waiter waits for the instances of one process.
type waiter struct {
	statsPoller
	// name is the process where an app has several.
	name string
	// stable is since when all instances run; zero while they do not.
	stable time.Time
	// done means that the wait is over, sure that the instances are known to be
	// those that are wanted.
	done, sure bool
}

func newWaiter(t Target, want int64) *waiter { return &waiter{statsPoller: newStatsPoller(t, want)} }

// step reads the stats once, and reports whether they show what is wanted.
func (w *waiter) step(ctx context.Context) (done bool, err error) {
	found, ok, err := w.poll(ctx)
	if err != nil || !ok {
		return false, err
	}
	if w.want == 0 {
		w.sure = true
		return allDown(found), nil
	}
	if countRunning(found, w.want) < w.want || countSurplus(found, w.want) > 0 {
		w.stable = time.Time{}
		return false, nil
	}
	sure, dated := w.allNew(found)
	if w.since.IsZero() || sure {
		w.sure = true
		return true, nil
	}
	now := w.Clock.Now()
	if w.stable.IsZero() {
		w.stable = now
		if !dated {
			w.progress("the stats have no uptimes: waiting until all instances have been RUNNING for %s", Seconds(stableTime))
		}
	}
	w.sure = dated
	return now.Sub(w.stable) >= stableTime, nil
}

// changed reports whether an instance no longer runs as it did before the change. One
// that started shortly before the change may look new by its uptime alone.
func (w *waiter) changed() bool {
	for index := range w.want {
		inst := w.latest[index]
		uncertain := inst.state == capi.StateRunning && inst.dated() && !w.isNew(inst)
		if inst.state != stateOld && !uncertain {
			return true
		}
	}
	return false
}

// explain reports why the wait ended, what was done before, and how to wait longer.
func (w *waiter) explain(err error, wanted Wanted) diag.Diagnostic {
	d := w.diagnostic(err)
	detail := d.Detail()
	if wanted.Done != "" {
		detail = wanted.Done + "\n\n" + detail
	}
	if wanted.Longer != "" && contextEnded(err, context.DeadlineExceeded) {
		detail += "\n\n" + wanted.Longer
	}
	if on, ok := d.(diag.DiagnosticWithPath); ok {
		return diag.NewAttributeErrorDiagnostic(on.Path(), d.Summary(), detail)
	}
	return diag.NewErrorDiagnostic(d.Summary(), detail)
}

// diagnostic reports why the wait ended, what was reached, and the state of each
// instance.
func (w *waiter) diagnostic(err error) diag.Diagnostic {
	after := Seconds(w.Clock.Now().Sub(w.start))
	switch {
	case capi.IsNotFound(err):
		return w.Failure.Diagnostic(err)
	case errors.Is(err, errAppStopped):
		return diag.NewErrorDiagnostic("The app is stopped",
			fmt.Sprintf("The app is stopped, so none of the %d instances will start. Start it (cf start).", w.want))
	case contextEnded(err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", fmt.Sprintf("The run was canceled after %s, while %s.%s", after, w.reached(),
			w.lastSeen()))
	case contextEnded(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Instances not running in time", fmt.Sprintf("After %s (the timeout), %s.%s", after, w.reached(),
			w.lastSeen()))
	default:
		return diag.NewErrorDiagnostic("Could not read the instances any longer", fmt.Sprintf("After %s, while %s, the stats could not "+
			"be read any more.%s\n\n%s", after, w.reached(), instanceList(w.latest, w.want), w.Failure.Detail(err)))
	}
}

// reached describes how far the instances are from what is wanted.
func (w *waiter) reached() string {
	surplus := countSurplus(w.latest, w.want)
	text := fmt.Sprintf("%d of %d instances were RUNNING", countRunning(w.latest, w.want), w.want)
	if !w.since.IsZero() {
		text += " that started after the change"
	}
	switch {
	case w.want == 0:
		return fmt.Sprintf("%d instances that should be gone were still there", surplus)
	case surplus > 0:
		return fmt.Sprintf("%s and %d that should be gone were still there", text, surplus)
	default:
		return text
	}
}
