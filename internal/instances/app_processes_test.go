package instances

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// uptimes makes stats of RUNNING instances with these uptimes in seconds; -1 is
// one that starts.
func uptimes(all ...int64) *capi.ProcessStats {
	stats := &capi.ProcessStats{}
	for i, uptime := range all {
		s := capi.InstanceStats{Index: ptr(int64(i)), State: ptr(capi.Text("STARTING"))}
		if uptime >= 0 {
			s.State, s.Uptime = ptr(capi.Text("RUNNING")), &uptime
		}
		stats.Resources = append(stats.Resources, s)
	}
	return stats
}

// All instances of all processes have to be younger than the restart.
func TestStopStart(t *testing.T) {
	for name, korifi := range map[string]bool{"Cloud Controller": false, "Korifi, which calls it a deployment": true} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			if korifi {
				f.app.Metadata = korifiMetadata()
				f.active = [][]*capi.Deployment{{deployment("ACTIVE", "DEPLOYING", "")}, {}}
			}
			var sent time.Time
			f.onSent = func() { sent = f.clock.Now() }
			f.onStats = func() {
				switch age := int64(f.clock.Now().Sub(sent) / time.Second); {
				case sent.IsZero():
				case age < 4: // nothing has happened yet
					f.stats["web-1"], f.stats["worker-1"] = uptimes(1000+age, 1000+age), uptimes(1000+age)
				case age < 8:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(1000+age, -1), uptimes(1000+age)
				case age < 12:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(age-8, age-8), uptimes(1000+age)
				default:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(age-8, age-8), uptimes(age-12)
				}
			}
			lines, summary, detail := f.run(t, func(r *AppRestart) {
				if !korifi {
					r.Strategy = StopStart
				}
			})
			wantDiagnostic(t, summary, detail, "")
			want, request := []string{"restarting the app shop: all instances are stopped and started again"}, "restart"
			took := "12 s"
			if korifi {
				want = []string{"not all instances of the app are ready: waiting for them first", "deploying the app shop"}
				request, took = "deploy", "17 s"
			}
			wantSent(t, f, request)
			wantLines(t, lines, append(want,
				"web: instances 1, 2 of 2: RUNNING as before the change after 0 s", "worker: instance 1 of 1: RUNNING as before the change after 0 s",
				"web: instance 2 of 2: STARTING after 4 s", "web: instances 1, 2 of 2: RUNNING after 8 s", "worker: instance 1 of 1: RUNNING after 12 s",
				"app shop restarted in "+took)...)
		})
	}
}

// Instances that run again before the first reading are known as new by what
// they were before.
func TestStopStartOfQuickInstances(t *testing.T) {
	for name, guids := range map[string]bool{"by instance_guid": true, "by uptime": false} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			sent := false
			f.onSent = func() { sent = true }
			f.onStats = func() {
				uptime, guid := int64(1000), "old"
				if sent {
					uptime, guid = 0, "new"
				}
				f.stats["web-1"], f.stats["worker-1"] = uptimes(uptime, uptime), uptimes(uptime)
				for _, stats := range f.stats {
					for i := range stats.Resources {
						if guids {
							stats.Resources[i].InstanceGUID = &guid
						}
					}
				}
			}
			lines, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
			wantDiagnostic(t, summary, detail, "")
			if last, want := lines[len(lines)-1], "app shop restarted in 0 s"; last != want {
				t.Errorf("got last line %q, want %q", last, want)
			}
		})
	}
}

// An instance that crashes and comes back is not a new one: Cloud Controller
// counts its uptime from the latest change of state.
func TestStopStartIsNotFooledByUptimes(t *testing.T) {
	f := newFoundation()
	f.processes = f.processes[:1]
	f.onStats = func() {
		f.stats["web-1"] = uptimes(0, 0)
		for i := range f.stats["web-1"].Resources {
			f.stats["web-1"].Resources[i].InstanceGUID = ptr(fmt.Sprint(i))
		}
	}
	_, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
	wantDiagnostic(t, summary, detail, "Instances not running in time", "index 1: RUNNING as before the change")
}

func TestStopStartFails(t *testing.T) {
	lost := &transport.Error{Method: "POST", URL: "https://api.example.org/x", MayHaveArrived: true, Err: errors.New("reset")}
	old := func(f *foundation) {
		age := int64(f.clock.Now().Sub(instancestest.NewFastClock().Now())/time.Second) + 1000
		f.stats["web-1"], f.stats["worker-1"] = uptimes(age, age), uptimes(age)
	}
	young := func(f *foundation) {
		old(f)
		age := int64(f.clock.Now().Sub(instancestest.NewFastClock().Now()) / time.Second)
		f.stats["web-1"] = uptimes(age, age+1000)
	}
	for name, test := range map[string]struct {
		err     error
		stats   func(*foundation)
		summary string
		parts   []string
	}{
		"an instance does not start": {
			stats: func(f *foundation) {
				f.stats["web-1"], f.stats["worker-1"] = statsOf("CRASHED:oom STARTING"), uptimes(1)
			},
			summary: "Instances not running in time", parts: []string{
				"The app shop was restarted, but after 10 min (the timeout) not all of its instances run.",
				"web: 0 of 2 instances RUNNING that started after the restart:\n  - index 0: CRASHED: oom\n  - index 1: STARTING", "worker: ",
			},
		},
		"the answer was lost, and nothing happens": {
			err: lost, stats: old, summary: "Probably not restarted", parts: []string{"For 60 s", "reset", "index 0: RUNNING as before the change"},
		},
		"the answer was lost, nothing happens, and an instance had just started": {
			err: lost, stats: young, summary: "Probably not restarted", parts: []string{"For 60 s", "index 0: RUNNING\n  - index 1: RUNNING as before the change"},
		},
		"not permitted":   {err: apiError(403, 10003, "CF-NotAuthorized"), summary: "Not permitted"},
		"without droplet": {err: apiError(422, 10008, "CF-UnprocessableEntity"), summary: "Could not restart app app-1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			f.restartErr = test.err
			if test.stats != nil {
				f.onStats = func() { test.stats(f) }
			}
			_, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
			wantDiagnostic(t, summary, detail, test.summary, test.parts...)
			wantSent(t, f, "restart")
		})
	}
}
