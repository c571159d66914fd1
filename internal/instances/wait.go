package instances

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// stableTime is for how long all instances have to run unchanged where their
// uptimes cannot tell whether they are from before or after a change: longer
// than an ending instance of Korifi still shows RUNNING (30 s).
const stableTime = 60 * time.Second

// Wanted is what a wait waits for.
type Wanted struct {
	// Count is the number of instances.
	Count int64
	// Since is when the change was requested that replaces the instances, by the
	// clock of the target. Only instances that started later count then. Zero
	// where a change leaves the instances that run alone.
	Since time.Time
	// Done is a sentence about what was done before the wait, for its errors.
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
	sure, err := t.wait(ctx, wanted)
	if err == nil && sure {
		return nil
	}
	if err == nil {
		return diag.Diagnostics{diag.NewWarningDiagnostic("Unknown whether the new instances run", fmt.Sprintf("The change replaces "+
			"the instances of %s. All are RUNNING, but the stats have no uptimes, so they do not show whether these are the new "+
			"instances. Look at them with `cf app`.", t.Address))}
	}
	d := waitDiagnostic(err, t.Failure)
	detail := d.Detail()
	if wanted.Done != "" {
		detail = wanted.Done + "\n\n" + detail
	}
	if wanted.Longer != "" && contextEnded(err, context.DeadlineExceeded) {
		detail += "\n\n" + wanted.Longer
	}
	if on, ok := d.(diag.DiagnosticWithPath); ok {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(on.Path(), d.Summary(), detail)}
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic(d.Summary(), detail)}
}

// wait is Wait with a plain error: *waitError, or the client's error when the
// process is not found. It is sure when the instances are known to be those
// that are wanted.
func (t Target) wait(ctx context.Context, wanted Wanted) (sure bool, err error) {
	w := newWaiter(t, wanted)
	err = Poll(ctx, t.Clock, pollInterval, w.step)
	return w.sure, w.poller.explain(err)
}

// waiter waits for the instances of one process.
type waiter struct {
	wanted Wanted
	poller *statsPoller
	// stable is since when all instances run; zero while they do not.
	stable time.Time
	// sure means that the instances are known to be those that are wanted.
	sure bool
}

func newWaiter(t Target, wanted Wanted) *waiter {
	return &waiter{wanted: wanted, poller: &statsPoller{
		Target: t, start: t.Clock.Now(), want: wanted.Count, since: wanted.Since,
	}}
}

// step reads the stats once, and reports whether they show what is wanted.
func (w *waiter) step(ctx context.Context) (done bool, err error) {
	found, ok, err := w.poller.read(ctx)
	if err != nil || !ok {
		return false, err
	}
	want := w.wanted.Count
	if want == 0 {
		w.sure = true
		return allDown(found), nil
	}
	if countRunning(found, want) < want || countSurplus(found, want) > 0 {
		w.stable = time.Time{}
		return false, nil
	}
	if w.wanted.Since.IsZero() {
		w.sure = true
		return true, nil
	}
	sure, dated := w.poller.allNew(found)
	if sure {
		w.sure = true
		return true, nil
	}
	now := w.poller.Clock.Now()
	if w.stable.IsZero() {
		w.stable = now
		if !dated {
			w.poller.progress("the stats have no uptimes: waiting until all instances have been RUNNING for %s", Seconds(stableTime))
		}
	}
	w.sure = dated
	return now.Sub(w.stable) >= stableTime, nil
}

// unchanged reports whether all instances still run as they did before the
// change.
func (w *waiter) unchanged() bool {
	for index := range w.wanted.Count {
		if w.poller.latest[index].state != stateOld {
			return false
		}
	}
	return true
}

// waitError is why a wait failed, with what each instance reports.
type waitError struct {
	// want is the number of instances that were waited for, after how long.
	want  int64
	after time.Duration
	// since is when the change was made that replaces the instances, if any.
	since time.Time
	// instances are all of which something is known, and the missing ones.
	instances []instance
	// lastRead is why the latest reading of the stats failed; nil when it did
	// not.
	lastRead error
	// err is why the wait ended: the context's error, errAppStopped, or an API
	// error.
	err error
}

// Unwrap returns the reason why the wait ended.
func (e *waitError) Unwrap() error { return e.err }

// Error describes in one sentence what was reached, and then lists the
// instances.
func (e *waitError) Error() string {
	var b strings.Builder
	switch {
	case errors.Is(e.err, errAppStopped):
		// There is nothing to report about the instances.
		return fmt.Sprintf("The app is stopped, so none of the %d instances will start. Start it (cf start).", e.want)
	case contextEnded(e.err, context.Canceled):
		fmt.Fprintf(&b, "The run was canceled after %s, while %s.", Seconds(e.after), e.progress())
	case contextEnded(e.err, context.DeadlineExceeded):
		fmt.Fprintf(&b, "After %s (the timeout), %s.", Seconds(e.after), e.progress())
	default:
		fmt.Fprintf(&b, "After %s, while %s, the stats could not be read any more.", Seconds(e.after), e.progress())
	}
	b.WriteString(instanceList(e.instances))
	if e.lastRead != nil {
		fmt.Fprintf(&b, "\nThe latest reading of the stats failed, so this may be out of date: %s", e.lastRead)
	}
	return b.String()
}

func (e *waitError) progress() string {
	found := make(map[int64]instance, len(e.instances))
	for _, inst := range e.instances {
		found[inst.index] = inst
	}
	up, surplus := countRunning(found, e.want), countSurplus(found, e.want)
	text := fmt.Sprintf("%d of %d instances were RUNNING", up, e.want)
	if !e.since.IsZero() {
		text = fmt.Sprintf("%d of %d instances were RUNNING that started after the change", up, e.want)
	}
	switch {
	case e.want == 0:
		return fmt.Sprintf("%d instances that should be gone were still there", surplus)
	case surplus > 0:
		return fmt.Sprintf("%s and %d that should be gone were still there", text, surplus)
	default:
		return text
	}
}

// waitDiagnostic is the diagnostic for an error of wait; failure describes
// other errors, such as the API's.
func waitDiagnostic(err error, failure diagnostic.Failure) diag.Diagnostic {
	var e *waitError
	if !errors.As(err, &e) {
		return failure.Diagnostic(err)
	}
	switch {
	case errors.Is(e.err, errAppStopped):
		return diag.NewErrorDiagnostic("The app is stopped", e.Error())
	case contextEnded(e.err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", e.Error())
	case contextEnded(e.err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Instances not running in time", e.Error())
	default:
		return diag.NewErrorDiagnostic("Could not read the instances any longer", e.Error()+"\n\n"+failure.Detail(e.err))
	}
}
