package instances

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// pollInterval is how often the stats are read during a wait: often enough to
// be quick, seldom enough for the API's rate limit.
const pollInterval = 2 * time.Second

// maxFailedReads is after how many failed readings in a row a wait gives up. The
// transport has already repeated each of them.
const maxFailedReads = 5

// errAppStopped ends a wait for instances of a stopped app: none will start.
var errAppStopped = errors.New("the app is stopped")

// readings tolerates that something cannot be read for a while.
type readings struct {
	// of is what is read: "the stats".
	of       string
	failures int   // in a row
	failed   error // the latest reading, if it failed
}

// check records a reading that ended with err. It is not ok when the reading
// failed; end is an error that ends the wait.
func (r *readings) check(ctx context.Context, t Target, err error) (ok bool, end error) {
	switch {
	case err == nil:
		if r.failed != nil {
			t.progress("%s can be read again", r.of)
		}
		r.failures, r.failed = 0, nil
		return true, nil
	case ctx.Err() != nil || !isTransient(err):
		return false, err
	case r.failed == nil:
		t.progress("%s cannot be read at the moment: %s", r.of, err)
	}
	r.failed = err
	r.failures++
	// Where the API itself asks to try again, only the deadline ends the wait.
	if asksToTryAgain(err) {
		r.failures = 0
	}
	if r.failures >= maxFailedReads {
		return false, err
	}
	return false, nil
}

// staleNote warns that what was last seen is out of date; empty when it is not.
func (r *readings) staleNote() string {
	if r.failed == nil {
		return ""
	}
	return fmt.Sprintf("\nThe latest reading of %s failed, so this may be out of date: %s", r.of, r.failed)
}

// statsPoller reads the stats of a process repeatedly. It tolerates transient
// failures, reports changes, and notices when the app is stopped.
type statsPoller struct {
	Target
	readings
	start time.Time
	want  int64
	// change replaces the instances. Those from before it do not count as RUNNING.
	change

	latest map[int64]instance
	down   bool // no instance was up at the latest reading
}

func newStatsPoller(t Target, want int64) statsPoller {
	return statsPoller{Target: t, readings: readings{of: "the stats"}, start: t.Clock.Now(), want: want}
}

// poll reads the stats once. It is not ok when that failed; err ends the wait.
func (s *statsPoller) poll(ctx context.Context) (found map[int64]instance, ok bool, err error) {
	found, err = s.instances(ctx)
	if ok, err = s.check(ctx, s.Target, err); !ok {
		return nil, false, err
	}
	for index, inst := range found {
		if inst.state == capi.StateRunning && s.isOld(inst) {
			inst.state = stateOld
			found[index] = inst
		}
	}
	for _, line := range changes(s.latest, found, s.want, s.Clock.Now().Sub(s.start)) {
		s.progress("%s", line)
	}
	s.latest = found

	wasDown := s.down
	s.down = allDown(found)
	if s.want > 0 && s.down && !wasDown && s.AppStopped(ctx, nil) {
		return nil, false, errAppStopped
	}
	return found, true, nil
}

// lastSeen lists the instances as they were last seen.
func (s *statsPoller) lastSeen() string {
	return instanceList(s.latest, s.want) + s.staleNote()
}
