package process

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// An apply waits for a deployment in flight, within the timeout.
func TestResourceDeploymentInFlight(t *testing.T) {
	t.Parallel()
	byApp := settings{"app_guid": fakecf.AppGUID}
	changed := settings{"app_guid": fakecf.AppGUID, "command": "bin/x", "instances": 5}
	t.Run("ends in time", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(byApp)
		w.StartDeployment(fakecf.AppGUID)
		attempts, replaced := 0, ""
		w.OnRequest(func(r *http.Request) {
			if r.Method == "PATCH" {
				if attempts++; attempts == 7 {
					replaced = w.FinishDeployment(fakecf.AppGUID)
				}
			}
		})
		if text := w.run(changed); text != "" {
			t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
		}
		if p := w.mustProcess(replaced); *p.Command != "bin/x" || p.Instances != 5 || attempts != 7 {
			t.Errorf("process: got command %s and %d instances after %d attempts, want bin/x and 5 after 7", *p.Command, p.Instances, attempts)
		}
		w.settled(changed)
		if w.at("guid") != replaced {
			t.Errorf("state: got guid %s, want %s, of the new process", brief(w.at("guid")), replaced)
		}
	})
	// The PATCH is not sent again, although the reset command looks like a change: the
	// API shows the default.
	for patch, command := range map[string]string{`PATCH {"command":"bin/x"}`: "bin/x", `PATCH {"command":null}`: ""} {
		t.Run("begins between "+patch+" and scale", func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			w.converges(byApp)
			posts := 0
			w.OnRequest(func(r *http.Request) {
				if r.Method == "POST" {
					if posts++; posts == 1 {
						w.StartDeployment(fakecf.AppGUID)
					} else {
						w.FinishDeployment(fakecf.AppGUID)
					}
				}
			})
			changed := settings{"app_guid": fakecf.AppGUID, "command": command, "instances": 5}
			if text := w.run(changed); text != "" {
				t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
			}
			w.wrote(patch, `POST {"instances":5}`, `POST {"instances":5}`)
			w.settled(changed)
		})
	}
	t.Run("lasts too long", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(byApp)
		w.StartDeployment(fakecf.AppGUID)
		changed := settings{"app_guid": fakecf.AppGUID, "instances": 5, "timeouts": settings{"update": "90s"}}
		began := w.clock.Now()
		mentions(t, "apply", w.run(changed),
			"A deployment is in flight", "After 90 s", "raise the timeouts", "while a deployment is in flight", "cf cancel-deployment", "/actions/scale")
		if took := w.clock.Now().Sub(began); took < 90*time.Second || took > 100*time.Second {
			t.Errorf("apply with a timeout of 90s: got an error after %s, want it within 90 s to 100 s", took)
		}
		w.FinishDeployment(fakecf.AppGUID)
		w.converges(changed, `POST {"instances":5}`)
	})
	t.Run("takes the GUID away", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.StartDeployment(fakecf.AppGUID)
		posts := 0
		w.OnRequest(func(r *http.Request) {
			// The first scale is refused; at the next attempt, the process is gone.
			if r.Method == "POST" {
				posts++
			} else if posts == 1 {
				posts++
				w.FinishDeployment(fakecf.AppGUID)
			}
		})
		w.fails(settings{"guid": fakecf.GUIDWeb, "instances": 5}, "set app_guid and type instead of guid")
	})
}

func TestResourceWaitsForInstances(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	s := func(more settings) settings {
		s := byGUID(fakecf.GUIDWeb, more)
		s["wait_for_instances"] = true
		return s
	}
	reads := func() int { return w.Count("GET", "/v3/processes/"+fakecf.GUIDWeb+"/stats") }
	w.converges(s(nil))
	w.SetStartDelay(30 * time.Second)

	began := w.clock.Now()
	p := w.plan(s(settings{"instances": 6}))
	w.apply(p, s(settings{"instances": 6}))
	if took := w.clock.Now().Sub(began); took < 30*time.Second || reads() < 10 {
		t.Errorf("scale: got a wait of %s with %d readings, want at least 30 s and 10", took, reads())
	}
	for _, inst := range w.Instances(fakecf.GUIDWeb) {
		if inst.State != "RUNNING" {
			t.Errorf("instance %d after the wait: got the state %s, want RUNNING", inst.Index, inst.State)
		}
	}
	w.settled(s(settings{"instances": 6}))

	w.ResetRequests()
	w.apply(w.plan(s(settings{"command": "bin/x"})), s(settings{"command": "bin/x"}))
	if n := reads(); n != 0 {
		t.Errorf("PATCH: got %d readings of the instances, want none: a new command waits for a restart", n)
	}
	w.apply(w.plan(s(settings{"instances": 0})), s(settings{"instances": 0}))
	if n := reads(); n == 0 || w.at("instances") != int64(0) {
		t.Errorf("scale to 0: got %d readings of the instances and instances %s in the state, want a reading and 0", n, brief(w.at("instances")))
	}
	w.settled(s(settings{"instances": 0}))

	// Memory changes after an autoscaler changed the instances: the wait is for as
	// many as the process has, not as were planned.
	w.apply(w.plan(s(settings{"instances": 2})), s(settings{"instances": 2}))
	p = w.plan(s(settings{"memory_in_mb": 700}))
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 4 })
	if text := diagnosticsText(w.apply(p, s(settings{"memory_in_mb": 700}))); text != "" {
		t.Errorf("apply: got diagnostics:\n%.1000s\nwant none", text)
	}

	// The instances of a stopped app do not start.
	w.forget()
	w.fails(settings{"guid": fakecf.GUIDStopped, "instances": 3, "wait_for_instances": true}, "The app is stopped")
}

// On Korifi a change of memory, disk, command or health check rolls the pods: the
// wait is for instances that started after the change.
func TestResourceWaitsForTheRolloutOnKorifi(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(fakecf.Korifi))
	s := func(more settings) settings {
		s := byGUID(fakecf.GUIDWeb, more)
		s["wait_for_instances"] = true
		return s
	}
	w.converges(s(nil))
	w.SetRollout(fakecf.Rollout{Begin: 2 * time.Second, End: 25 * time.Second, Gap: 3 * time.Second})
	w.SetStartDelay(7 * time.Second)
	for name, test := range map[string]struct {
		change settings
		rolls  bool
	}{
		"memory":       {settings{"memory_in_mb": 700}, true},
		"command":      {settings{"command": "bin/x"}, true},
		"health check": {settings{"health_check": settings{"type": "process"}}, true},
		"labels":       {settings{"metadata": settings{"labels": settings{"a": "1"}}}, false},
	} {
		w.subtest(t, name, func(t *testing.T) {
			began := w.clock.Now()
			if text := diagnosticsText(w.apply(w.plan(s(test.change)), s(test.change))); text != "" {
				t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
			}
			replaced := true
			for _, inst := range w.Instances(fakecf.GUIDWeb) {
				if inst.State != "RUNNING" || inst.StartedAt.Before(began) {
					replaced = false
				}
			}
			if replaced != test.rolls {
				t.Errorf("after the wait: got all instances replaced %t, want %t", replaced, test.rolls)
			}
		})
	}
}

// A scale that was stored while the runtime is unavailable is in the state, and is
// not sent again.
func TestResourceScaleThatWasStored(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(byGUID(fakecf.GUIDWeb, nil))
	w.OnRequest(func(r *http.Request) {
		if r.Method == "POST" {
			w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 6 })
		}
	})
	w.AddFault(fakecf.Fault{Method: "POST", Times: 1, Do: fakecf.Status(503, fakecf.APIError{
		Code: 170015, Title: "CF-RunnerUnavailable", Detail: "Runner is unavailable: Unable to communicate with Diego",
	})})
	s := byGUID(fakecf.GUIDWeb, settings{"instances": 6})
	diags := w.apply(w.plan(s), s)
	diagnosed(t, diags, tfprotov6.DiagnosticSeverityWarning, "Stored, but not yet in effect", "CF-RunnerUnavailable", "is not sent again")
	w.wrote(`POST {"instances":6}`)
	w.OnRequest(nil)
	w.settled(s)
}
