package process

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// pollInterval is how often the stats are read while something waits: often
// enough to be quick, seldom enough for the API's rate limit.
const pollInterval = 2 * time.Second

// maxFailedReads is after how many failed readings of the stats in a row
// waiting gives up. Each of them was already repeated by the transport.
const maxFailedReads = 5

// statsReader is what waiting needs of *capi.Client.
type statsReader interface {
	ProcessStats(context.Context, capi.Address) (*capi.ProcessStats, error)
	GetProcess(context.Context, capi.Address) (*capi.Process, error)
	AppStopped(ctx context.Context, appGUID string) (bool, error)
}

var _ statsReader = (*capi.Client)(nil)

// errAppStopped is why waiting for an instance of a stopped app is hopeless.
var errAppStopped = errors.New("the app is stopped")

// instancesError says that the wanted instances are not running, and what each
// instance says about itself.
type instancesError struct {
	// Want is the number of instances that were waited for, After how long.
	Want  int64
	After time.Duration
	// Instances are all of which something is known, and the missing ones.
	Instances []instance
	// LastRead is why the latest reading of the stats failed; nil when it did
	// not.
	LastRead error
	// Err is why the waiting ended: the context's error, errAppStopped, or an
	// API error.
	Err error
}

// Unwrap gives the reason why the waiting ended.
func (e *instancesError) Unwrap() error { return e.Err }

// Error says in one sentence what was reached, and then lists the instances.
func (e *instancesError) Error() string {
	var b strings.Builder
	switch {
	case errors.Is(e.Err, errAppStopped):
		// There is nothing to tell of the instances.
		return fmt.Sprintf("The app is stopped, so none of the %d instances will start. Start it (cf start).", e.Want)
	case waitEnded(e.Err, context.Canceled):
		fmt.Fprintf(&b, "The run was canceled after %s, while %s.", seconds(e.After), e.progress())
	case waitEnded(e.Err, context.DeadlineExceeded):
		fmt.Fprintf(&b, "After %s, the time that was given, %s.", seconds(e.After), e.progress())
	default:
		fmt.Fprintf(&b, "After %s, while %s, the stats could not be read any more.", seconds(e.After), e.progress())
	}
	b.WriteString(instanceList(e.Instances))
	if e.LastRead != nil {
		fmt.Fprintf(&b, "\nThe latest reading of the stats failed, so this may be out of date: %s", e.LastRead)
	}
	return b.String()
}

func (e *instancesError) progress() string {
	have := make(map[int64]instance, len(e.Instances))
	for _, one := range e.Instances {
		have[one.index] = one
	}
	up, living := running(have, e.Want), 0
	for _, one := range e.Instances {
		if one.index >= e.Want && one.state != capi.StateDown {
			living++
		}
	}
	switch {
	case e.Want == 0:
		return fmt.Sprintf("%d instances that should be gone were still there", living)
	case living > 0:
		return fmt.Sprintf("%d of %d instances were RUNNING and %d that should be gone were still there", up, e.Want, living)
	default:
		return fmt.Sprintf("%d of %d instances were RUNNING", up, e.Want)
	}
}

// instanceList is a line for each instance, with state and details, by the
// index that the API counts with.
func instanceList(all []instance) string {
	var b strings.Builder
	for _, one := range all {
		fmt.Fprintf(&b, "\n  - index %d: %s", one.index, one.state)
		if one.details != "" {
			b.WriteString(": " + one.details)
		}
	}
	return b.String()
}

// waitDiagnostic is the diagnostic for an error of waitForInstances; failure
// describes other errors, as those of an API that says no.
func waitDiagnostic(err error, failure diagnostic.Failure) diag.Diagnostic {
	var e *instancesError
	if !errors.As(err, &e) {
		return failure.Diagnostic(err)
	}
	switch {
	case errors.Is(e.Err, errAppStopped):
		return diag.NewErrorDiagnostic("The app is stopped", e.Error())
	case waitEnded(e.Err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", e.Error())
	case waitEnded(e.Err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Instances not running in time", e.Error())
	default:
		return diag.NewErrorDiagnostic("Lost sight of the instances", e.Error()+"\n\n"+failure.Detail(e.Err))
	}
}

// waitForInstances polls the stats until every one of want instances is
// RUNNING and no other lives (want 0: until the stats are empty or all are
// DOWN), the context ends, or it is hopeless: the app is stopped, or the
// process is gone. The context has to have a deadline, for nothing else ends
// the wait for an instance that never starts. progress is called when
// something changed, with a line for people; it may be nil.
//
// Errors: *instancesError, which lists each instance's index, state and
// details and wraps the reason (the context's error, errAppStopped, a last
// failure to read); and the client's error when the process is not found.
func waitForInstances(ctx context.Context, client statsReader, address capi.Address, want int64, clock clock, progress func(string)) error {
	if progress == nil {
		progress = func(string) {}
	}
	reader := &statsPoller{client: client, address: address, clock: clock, start: clock.Now(), want: want, progress: progress}
	err := poll(ctx, clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := reader.read(ctx)
		if err != nil || !ok {
			return false, err
		}
		if want == 0 {
			return nothingUp(found), nil
		}
		return complete(found, want), nil
	})
	return reader.explain(err)
}

// statsPoller reads the stats of a process again and again. It lets failures
// pass that may pass, tells the changes, and notices when the app is stopped.
type statsPoller struct {
	client   statsReader
	address  capi.Address
	clock    clock
	start    time.Time
	want     int64
	progress func(string)

	latest   map[int64]instance
	failures int   // in a row
	failed   error // the latest reading, if it failed
	down     bool  // nothing was up at the latest reading
}

// read reads the stats once. It is not ok when they could not be read this
// time; the error is for what will not get better.
func (s *statsPoller) read(ctx context.Context) (found map[int64]instance, ok bool, err error) {
	stats, err := s.client.ProcessStats(ctx, s.address)
	if err != nil {
		return nil, false, s.failure(ctx, err)
	}
	if s.failed != nil {
		s.progress("the stats can be read again")
	}
	s.failures, s.failed = 0, nil

	found = instancesOf(stats)
	for _, line := range changes(s.latest, found, s.want, s.clock.Now().Sub(s.start)) {
		s.progress(line)
	}
	s.latest = found

	wasDown := s.down
	s.down = nothingUp(found)
	if s.want > 0 && s.down && !wasDown && appStopped(ctx, s.client, s.address) {
		return nil, false, errAppStopped
	}
	return found, true, nil
}

// failure decides whether a failed reading ends the waiting.
func (s *statsPoller) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil || !mayPass(err) {
		return err
	}
	if s.failed == nil {
		s.progress("the stats cannot be read at the moment: " + err.Error())
	}
	s.failed = err
	// The API's own "try again" does not count: the deadline ends it.
	if saysTryAgain(err) {
		s.failures = 0
		return nil
	}
	s.failures++
	if s.failures >= maxFailedReads {
		return err
	}
	return nil
}

// explain puts what is known of the instances around the reason why the
// polling ended. That the process is not there needs no such list.
func (s *statsPoller) explain(err error) error {
	if err == nil || capi.IsNotFound(err) {
		return err
	}
	e := &instancesError{
		Want: s.want, After: s.clock.Now().Sub(s.start), LastRead: s.failed, Err: err,
		Instances: withMissing(s.latest, s.want),
	}
	if errors.Is(err, s.failed) {
		e.LastRead = nil
	}
	return e
}

// waitEnded reports whether the waiting itself was ended in that way, by its
// context. The time limit of a single request looks the same, but for what it
// is wrapped in.
func waitEnded(err, way error) bool {
	var noAnswer *transport.Error
	var login *uaa.Error
	return errors.Is(err, way) && !errors.As(err, &noAnswer) && !errors.As(err, &login)
}

// mayPass reports whether the same request may succeed in a moment: the API is
// busy or restarting, or the network had a hiccup.
func mayPass(err error) bool {
	var api *capi.Error
	if errors.As(err, &api) {
		return api.Status >= 500 || api.Status == http.StatusTooManyRequests ||
			api.Status == http.StatusNotFound && !api.Has(capi.CodeNotFound) && !api.Has(capi.CodeUnknownEndpoint)
	}
	var response *capi.ResponseError
	if errors.As(err, &response) {
		return response.Field == "" // a field of another type will not change, a cut-off body may
	}
	var noAnswer *transport.Error
	return errors.As(err, &noAnswer)
}

// saysTryAgain reports whether the API itself said that it works again later.
func saysTryAgain(err error) bool {
	var api *capi.Error
	return errors.As(err, &api) &&
		(api.Status == http.StatusServiceUnavailable || api.Status == http.StatusTooManyRequests)
}

// appStopped reports whether the app of the process is stopped. The stats
// alone do not tell it: they are the same while the first instance is on its
// way. Where the app cannot be read, it counts as started.
func appStopped(ctx context.Context, client statsReader, address capi.Address) bool {
	app := address.AppGUID
	if !address.ByApp() {
		p, err := client.GetProcess(ctx, address)
		if err != nil || p.AppGUID() == nil {
			return false
		}
		app = *p.AppGUID()
	}
	stopped, err := client.AppStopped(ctx, app)
	return err == nil && stopped
}
