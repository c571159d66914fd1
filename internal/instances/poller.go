package instances

import (
	"context"
	"errors"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// pollInterval is how often the stats are read during a wait: often enough to
// be quick, seldom enough for the API's rate limit.
const pollInterval = 2 * time.Second

// maxFailedReads is after how many failed readings of the stats in a row a
// wait gives up. The transport has already repeated each of them.
const maxFailedReads = 5

// errAppStopped ends a wait for instances of a stopped app: none will start.
var errAppStopped = errors.New("the app is stopped")

// statsPoller reads the stats of a process again and again. It tolerates
// transient failures, reports changes, and notices when the app is stopped.
type statsPoller struct {
	Target
	start time.Time
	want  int64
	// since is when a change was made that replaces the instances; zero for
	// none. Instances from before it do not count as RUNNING.
	since time.Time
	// before are the instances as they were before the change; nil where they
	// were not read.
	before map[int64]observation

	latest   map[int64]instance
	asked    time.Time // when the latest stats were requested
	failures int       // in a row
	failed   error     // the latest reading, if it failed
	down     bool      // no instance was up at the latest reading
}

// read reads the stats once. It is not ok when they could not be read this
// time; err is for what will not get better.
func (s *statsPoller) read(ctx context.Context) (found map[int64]instance, ok bool, err error) {
	asked := s.Clock.Now()
	stats, err := s.Client.ProcessStats(ctx, s.Address)
	if err != nil {
		return nil, false, s.failure(ctx, err)
	}
	if s.failed != nil {
		s.progress("the stats can be read again")
	}
	s.failures, s.failed = 0, nil

	now := s.Clock.Now()
	found = instancesOf(stats)
	if !s.since.IsZero() {
		s.markOld(found, now)
	}
	for _, line := range changes(s.latest, found, s.want, now.Sub(s.start)) {
		s.progress("%s", line)
	}
	s.latest, s.asked = found, asked

	wasDown := s.down
	s.down = allDown(found)
	if s.want > 0 && s.down && !wasDown && AppStopped(ctx, s.Client, s.Address) {
		return nil, false, errAppStopped
	}
	return found, true, nil
}

// failure decides whether a failed reading ends the wait.
func (s *statsPoller) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil || !isTransient(err) {
		return err
	}
	if s.failed == nil {
		s.progress("the stats cannot be read at the moment: %s", err)
	}
	s.failed = err
	// Where the API itself asks to try again, only the deadline ends the wait.
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

// explain adds what is known of the instances to the reason why the wait ended.
// A process that was not found needs no such list.
func (s *statsPoller) explain(err error) error {
	if err == nil || capi.IsNotFound(err) {
		return err
	}
	e := &waitError{
		want: s.want, after: s.Clock.Now().Sub(s.start), since: s.since, lastRead: s.failed, err: err,
		instances: withMissing(s.latest, s.want),
	}
	if errors.Is(err, s.failed) {
		e.lastRead = nil
	}
	return e
}
