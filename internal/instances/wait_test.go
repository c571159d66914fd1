package instances

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// script is a Client that returns one answer after another, the last one for
// ever.
type script struct {
	Client  // panics in all that the script lacks
	answers []answer
	calls   int
	stopped bool
	// asked counts the requests for the app's state.
	asked int
}

// answer are the stats of a moment, written "RUNNING STARTING CRASHED:oom", or
// the error.
type answer struct {
	states string
	err    error
}

func states(all ...string) []answer {
	var answers []answer
	for _, state := range all {
		answers = append(answers, answer{states: state})
	}
	return answers
}

func (s *script) ProcessStats(ctx context.Context, _ capi.Address) (*capi.ProcessStats, error) {
	a := s.answers[min(s.calls, len(s.answers)-1)]
	s.calls++
	if a.err != nil {
		return nil, a.err
	}
	return statsOf(a.states), nil
}

// statsOf makes stats of states; "-" leaves an index out, "?" has no state.
func statsOf(text string) *capi.ProcessStats {
	stats := &capi.ProcessStats{Resources: []capi.InstanceStats{}}
	for i, word := range strings.Fields(text) {
		if word == "-" {
			continue
		}
		index := int64(i)
		inst := capi.InstanceStats{Index: &index}
		state, details, found := strings.Cut(word, ":")
		if state != "?" {
			inst.State = (*capi.Text)(&state)
		}
		if found {
			inst.Details = (*capi.Text)(&details)
		}
		stats.Resources = append(stats.Resources, inst)
	}
	return stats
}

func (s *script) GetProcess(context.Context, capi.Address) (*capi.Process, error) {
	app := "app-1"
	return &capi.Process{GUID: "process-1", Relationships: &capi.Relationships{
		App: &capi.Relationship{Data: &capi.RelationshipData{GUID: &app}},
	}}, nil
}

func (s *script) TerminateInstance(context.Context, *capi.Process, int64) error {
	return errors.New("no instance is to be terminated")
}

func (s *script) AppStopped(_ context.Context, app string) (bool, error) {
	s.asked++
	if app != "app-1" {
		return false, errors.New("the wrong app was asked for: " + app)
	}
	return s.stopped, nil
}

// waitFor waits with a minute's deadline.
func waitFor(t *testing.T, s *script, want int64) (w *waiter, lines []string, err error) {
	t.Helper()
	clock := instancestest.NewFastClock()
	ctx, cancel := clock.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w = newWaiter(Target{
		Client: s, Clock: clock, Address: capi.Address{GUID: "process-1"},
		Progress: func(line string) { lines = append(lines, line) },
		Failure:  diagnostic.Failure{Object: "Process", Action: "wait"},
	}, want)
	err = Poll(ctx, clock, pollInterval, w.step)
	if err == nil && !w.sure {
		t.Error("got an unsure wait, want a sure one")
	}
	return w, lines, err
}

func TestWait(t *testing.T) {
	for name, test := range map[string]struct {
		want    int64
		answers []answer
		calls   int
		lines   []string
	}{
		"all are there": {
			want: 2, answers: states("RUNNING RUNNING"), calls: 1,
			lines: []string{"instances 1, 2 of 2: RUNNING after 0 s"},
		},
		"they start one after another": {
			want: 3, answers: states("RUNNING", "RUNNING STARTING STARTING", "RUNNING STARTING STARTING", "RUNNING RUNNING STARTING", "RUNNING RUNNING RUNNING"),
			calls: 5,
			lines: []string{
				"instance 1 of 3: RUNNING after 0 s",
				"instances 2, 3 of 3: STARTING after 2 s",
				"instance 2 of 3: RUNNING after 6 s",
				"instance 3 of 3: RUNNING after 8 s",
			},
		},
		"scaled down: those that are too many have to go": {
			want: 1, answers: states("RUNNING RUNNING RUNNING", "RUNNING STOPPING STOPPING", "RUNNING - STOPPING", "RUNNING"), calls: 4,
			lines: []string{
				"instance 1 of 1: RUNNING after 0 s",
				"instances 2, 3 (surplus): RUNNING after 0 s",
				"instances 2, 3 (surplus): STOPPING after 2 s",
				"instance 2 (surplus): gone after 4 s",
				"instance 3 (surplus): gone after 6 s",
			},
		},
		"those that are too many may stay DOWN": {
			want: 1, answers: states("RUNNING DOWN"), calls: 1,
			lines: []string{"instance 1 of 1: RUNNING after 0 s", "instance 2 (surplus): DOWN after 0 s"},
		},
		"none, and the stats are empty": {
			want: 0, answers: states("RUNNING", "STOPPING", ""), calls: 3,
			lines: []string{
				"instance 1 (surplus): RUNNING after 0 s",
				"instance 1 (surplus): STOPPING after 2 s",
				"instance 1 (surplus): gone after 4 s",
			},
		},
		"none, and all are DOWN": {
			want: 0, answers: states("STOPPING DOWN", "DOWN DOWN"), calls: 2,
			lines: []string{
				"instance 1 (surplus): STOPPING after 0 s",
				"instance 2 (surplus): DOWN after 0 s",
				"instance 1 (surplus): DOWN after 2 s",
			},
		},
		"a crash passes, with its details": {
			want: 1, answers: states("STARTING", "CRASHED:oom", "CRASHED:oom", "STARTING", "RUNNING"), calls: 5,
			lines: []string{
				"instance 1 of 1: STARTING after 0 s", "instance 1 of 1: CRASHED (oom) after 2 s",
				"instance 1 of 1: STARTING after 6 s", "instance 1 of 1: RUNNING after 8 s",
			},
		},
		"an instance that vanishes for a while": {
			want: 2, answers: states("RUNNING STARTING", "RUNNING -", "RUNNING -", "RUNNING RUNNING"), calls: 4,
			lines: []string{
				"instance 1 of 2: RUNNING after 0 s", "instance 2 of 2: STARTING after 0 s",
				"instance 2 of 2: not there after 2 s", "instance 2 of 2: RUNNING after 6 s",
			},
		},
		"a state is missing": {
			want: 1, answers: states("?", "RUNNING"), calls: 2,
			lines: []string{"instance 1 of 1: in an unknown state after 0 s", "instance 1 of 1: RUNNING after 2 s"},
		},
		"the first instance of a started app": {
			want: 1, answers: states("", "DOWN", "STARTING", "RUNNING"), calls: 4,
			lines: []string{
				"instance 1 of 1: DOWN after 2 s", "instance 1 of 1: STARTING after 4 s", "instance 1 of 1: RUNNING after 6 s",
			},
		},
		"503 as long as it takes": {
			want: 1, calls: 11,
			answers: append(slices.Repeat([]answer{{err: apiError(503, 220002, "CF-InstancesUnavailable")}}, 10), states("RUNNING")...),
			lines: []string{
				"the stats cannot be read at the moment: GET /v3/processes/process-1/stats answered 503 Service Unavailable; " +
					"CF-InstancesUnavailable (220002): text",
				"the stats can be read again", "instance 1 of 1: RUNNING after 20 s",
			},
		},
		"a broken connection": {
			want: 1, calls: 2, answers: append([]answer{{err: &transport.Error{Method: "GET", URL: "https://api.example.org", Err: io.ErrUnexpectedEOF}}}, states("RUNNING")...),
			lines: []string{"instance 1 of 1: RUNNING after 2 s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: test.answers}
			_, lines, err := waitFor(t, s, test.want)
			if err != nil {
				t.Fatal(err)
			}
			if s.calls != test.calls {
				t.Errorf("got %d readings of the stats, want %d", s.calls, test.calls)
			}
			if name == "a broken connection" {
				lines = lines[len(lines)-1:] // the rest is the transport's words
			}
			if !slices.Equal(lines, test.lines) {
				t.Errorf("got progress:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(test.lines, "\n"))
			}
		})
	}
}

func apiError(status int, code int64, title string) error {
	return &capi.Error{
		Method: http.MethodGet, Path: "/v3/processes/process-1/stats", Status: status,
		Errors: []capi.ErrorObject{{Code: code, Title: capi.Text(title), Detail: "text"}},
	}
}

func TestWaitFails(t *testing.T) {
	slowAPI := &transport.Error{
		Method: http.MethodGet, URL: "https://api.example.org/x", Kind: transport.KindTimeout,
		Err: fmt.Errorf("more than 30s (request_timeout): %w", context.DeadlineExceeded),
	}
	badGateway := &capi.Error{Method: http.MethodGet, Path: "/x", Status: 502, Body: "oops"}
	for name, test := range map[string]struct {
		script  *script
		want    int64
		reason  error
		calls   int
		summary string
		detail  []string
	}{
		"in time": {
			script: &script{answers: states("RUNNING CRASHED:Out_of_memory STARTING -")}, want: 4,
			reason: context.DeadlineExceeded, calls: 30, summary: "Instances not running in time",
			detail: []string{
				"After 60 s (the timeout), 1 of 4 instances were RUNNING.",
				"\n  - index 0: RUNNING\n  - index 1: CRASHED: Out_of_memory\n  - index 2: STARTING\n  - index 3: not there",
			},
		},
		"in time, with some too many": {
			script: &script{answers: states("RUNNING RUNNING STOPPING")}, want: 1,
			reason: context.DeadlineExceeded, calls: 30, summary: "Instances not running in time",
			detail: []string{"1 of 1 instances were RUNNING and 2 that should be gone were still there"},
		},
		"in time, none wanted": {
			script: &script{answers: states("RUNNING")}, want: 0,
			reason: context.DeadlineExceeded, calls: 30, summary: "Instances not running in time",
			detail: []string{"1 instances that should be gone were still there", "index 0: RUNNING"},
		},
		"the app is stopped": {
			script: &script{answers: states(""), stopped: true}, want: 2,
			reason: errAppStopped, calls: 1, summary: "The app is stopped",
			detail: []string{"none of the 2 instances will start", "cf start"},
		},
		"the app is stopped meanwhile, on a foundation that shows it as DOWN": {
			script: &script{answers: states("RUNNING", "DOWN"), stopped: true}, want: 2,
			reason: errAppStopped, calls: 2, summary: "The app is stopped", detail: []string{"none of the 2 instances"},
		},
		"the process is gone": {
			script: &script{answers: []answer{{states: "RUNNING"}, {err: apiError(404, 10010, "CF-ResourceNotFound")}}}, want: 2,
			calls: 2, summary: "Process not found", detail: []string{"CF-ResourceNotFound (10010)"},
		},
		"not permitted": {
			script: &script{answers: []answer{{states: "RUNNING"}, {err: apiError(403, 10003, "CF-NotAuthorized")}}}, want: 2,
			calls: 2, summary: "Could not read the instances any longer", detail: []string{"1 of 2 instances were RUNNING", "CF-NotAuthorized (10003)", "role"},
		},
		"502 for too long": {
			script: &script{answers: []answer{{states: "STARTING"}, {err: badGateway}}}, want: 1,
			calls: 1 + maxFailedReads, reason: badGateway, summary: "Could not read the instances any longer",
			detail: []string{"index 0: STARTING", "502 Bad Gateway"},
		},
		"503 until the end": {
			script: &script{answers: []answer{{states: "STARTING"}, {err: apiError(503, 10015, "CF-ServiceUnavailable")}}}, want: 1,
			calls: 30, reason: context.DeadlineExceeded, summary: "Instances not running in time",
			detail: []string{"index 0: STARTING", "may be out of date", "CF-ServiceUnavailable"},
		},
		"a slow API for too long": {
			script: &script{answers: []answer{{states: "STARTING"}, {err: slowAPI}}}, want: 1,
			calls: 1 + maxFailedReads, reason: slowAPI, summary: "Could not read the instances any longer",
			detail: []string{"the stats could not be read any more", "index 0: STARTING", "more than 30s (request_timeout)"},
		},
		"a field of another type": {
			script: &script{answers: []answer{{err: &capi.ResponseError{Field: "resources.uptime", Err: errors.New("it is a string")}}}}, want: 1,
			calls: 1, summary: "Could not read the instances any longer", detail: []string{"it is a string"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, err := waitFor(t, test.script, test.want)
			if err == nil {
				t.Fatal("got no error, want one")
			}
			if test.reason != nil && !errors.Is(err, test.reason) {
				t.Errorf("got %v, want it to wrap %v", err, test.reason)
			}
			if test.script.calls != test.calls {
				t.Errorf("got %d readings of the stats, want %d", test.script.calls, test.calls)
			}
			d := w.diagnostic(err)
			if d.Summary() != test.summary {
				t.Errorf("got summary %q, want %q", d.Summary(), test.summary)
			}
			wantParts(t, d.Detail(), test.detail...)
		})
	}
}

func TestWaitIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{answers: states("RUNNING STARTING")}
	began := time.Now()
	w := newWaiter(Target{
		Client: s, Clock: RealClock{}, Address: capi.Address{AppGUID: "app-1", Type: "web"},
		Progress: func(string) { time.AfterFunc(20*time.Millisecond, cancel) },
	}, 2)
	err := Poll(ctx, w.Clock, pollInterval, w.step)
	if took := time.Since(began); !errors.Is(err, context.Canceled) || took > time.Second {
		t.Fatalf("got %v after %s, want %v within a second", err, took, context.Canceled)
	}
	d := w.diagnostic(err)
	wantDiagnostic(t, d.Summary(), d.Detail(), "Canceled", "while 1 of 2 instances were RUNNING", "index 1: STARTING")
}

// The app's state is requested when nothing is up, and not at every reading.
func TestWaitAsksForTheAppOnce(t *testing.T) {
	for name, test := range map[string]struct {
		want    int64
		answers []answer
		asked   int
	}{
		"no instance is up":     {1, states("", "", "DOWN", "RUNNING"), 1},
		"no instance is wanted": {0, states("RUNNING", ""), 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: test.answers}
			if _, _, err := waitFor(t, s, test.want); err != nil {
				t.Fatal(err)
			}
			if s.asked != test.asked {
				t.Errorf("got %d requests for the app, want %d", s.asked, test.asked)
			}
		})
	}
}

// A process can have any number of instances, most of which never start. They
// are never held in memory one by one.
func TestReportsOnMissingInstancesAreSmall(t *testing.T) {
	const want = 1_000_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := instancesOf(statsOf("RUNNING - CRASHED"), time.Time{}, time.Time{})
	lines, list := changes(nil, found, want, 0), instanceList(found, want)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("got %d bytes allocated, want at most 1 MiB", got)
	}
	wantLines(t, lines, "instance 1 of 1000000: RUNNING after 0 s", "instance 3 of 1000000: CRASHED after 0 s")
	wantParts(t, list, "\n  - index 1: not there\n  - index 2: CRASHED\n", "\n  - and 999950 more")
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 11*time.Second + 400*time.Millisecond: "11 s", 119 * time.Second: "119 s", 2 * time.Minute: "2 min", 125 * time.Second: "2 min 5 s",
	} {
		t.Run(want, func(t *testing.T) {
			if got := Seconds(d); got != want {
				t.Errorf("got %q for %s, want %q", got, d, want)
			}
		})
	}
}

func TestInstanceNumbers(t *testing.T) {
	for want, numbers := range map[string][]int64{
		"instance 3": {3}, "instances 1, 2": {1, 2}, "instances 1-3": {1, 2, 3}, "instances 1, 3-5, 9": {1, 3, 4, 5, 9},
	} {
		t.Run(want, func(t *testing.T) {
			if got := instanceNumbers(numbers); got != want {
				t.Errorf("got %q for %v, want %q", got, numbers, want)
			}
		})
	}
}
