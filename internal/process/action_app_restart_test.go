package process

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// configuredLater changes the memory of the app's web process, which its
// instances do not have yet, and returns the new value.
func (a *actionTest) configuredLater() int64 {
	a.t.Helper()
	p, _ := a.ProcessOf(a.app, "web")
	memory := p.MemoryInMB + 64
	a.UpdateProcess(p.GUID, func(p *fakecf.Process) { p.MemoryInMB = memory })
	for _, inst := range a.Instances(p.GUID) {
		if inst.Limits.MemoryInMB == memory {
			a.t.Fatalf("instance %d: got %d MiB without a restart, want the memory of before", inst.Index, memory)
		}
	}
	return memory
}

// wantMemory fails the test unless all instances of a process run with this
// memory.
func (a *actionTest) wantMemory(guid string, count int, memory int64) {
	a.t.Helper()
	all := a.Instances(guid)
	if len(all) != count {
		a.t.Errorf("got %d instances, want %d", len(all), count)
	}
	for _, inst := range all {
		if inst.State != "RUNNING" || inst.Limits.MemoryInMB != memory {
			a.t.Errorf("instance %d: got %s with %d MiB, want RUNNING with %d", inst.Index, inst.State, inst.Limits.MemoryInMB, memory)
		}
	}
}

// A restart brings the memory that was configured since the instances started;
// a rolling restart of the instances does not.
func TestAppRestart(t *testing.T) {
	for name, test := range map[string]struct {
		config actionConfig
		send   string // the request for the restart, after the app's GUID
		newWeb bool
	}{
		"rolling": {
			nil, `/v3/deployments {"relationships":{"app":{"data":{"guid":"APP"}}},"strategy":"rolling","options":{"max_in_flight":1}}`, true,
		},
		"rolling, three at once": {
			actionConfig{"strategy": "rolling", "max_in_flight": 3},
			`/v3/deployments {"relationships":{"app":{"data":{"guid":"APP"}}},"strategy":"rolling","options":{"max_in_flight":3}}`, true,
		},
		"stop and start": {actionConfig{"strategy": "stop_start"}, `/v3/apps/APP/actions/restart`, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t)
			worker := a.AddProcess(a.app, fakecf.Process{Type: "worker", Instances: 2})
			a.SetStartDelay(7 * time.Second)
			a.clock.Advance(time.Hour)
			memory := a.configuredLater()
			before := a.Instances(worker)

			a.invoke(restartName, a.by(nil)).succeeds(t)
			if p, _ := a.Process(a.guid); a.Instances(a.guid)[0].Limits.MemoryInMB == p.MemoryInMB {
				t.Errorf("got %d MiB in an instance after a rolling restart, want the memory of before", p.MemoryInMB)
			}

			a.ResetRequests()
			config := actionConfig{"app_guid": a.app}
			for k, v := range test.config {
				config[k] = v
			}
			r := a.invoke(appName, config).succeeds(t)
			sameList(t, "requests", a.requests(http.MethodPost), []string{strings.ReplaceAll(test.send, "APP", a.app)})
			web, _ := a.ProcessOf(a.app, "web")
			if (web.GUID != a.guid) != test.newWeb {
				t.Errorf("got web process %s after %s, want another one: %t", web.GUID, a.guid, test.newWeb)
			}
			a.wantMemory(web.GUID, 3, memory)
			if a.Instances(worker)[0].GUID == before[0].GUID {
				t.Errorf("got the worker instance %s after the restart, want a new one", before[0].GUID)
			}
			if len(r.progress) < 3 {
				t.Errorf("got progress %q, want at least 3 lines", r.progress)
			}
		})
	}
}

// The deployment takes its time, and its progress shows both processes.
func TestAppRestartShowsTheDeployment(t *testing.T) {
	a := startActions(t)
	a.SetDeploymentPace(fakecf.PaceByClock(5 * time.Second))
	a.SetStartDelay(6 * time.Second)
	r := a.invoke(appName, actionConfig{"app_guid": a.app}).succeeds(t)
	text := strings.Join(r.progress, "\n")
	for _, part := range []string{
		"deploying the app app, 1 at a time", "ACTIVE (DEPLOYING); new process: 1 STARTING; old process: 3 RUNNING",
		"new process: 2 RUNNING", "app app deployed in ",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("got progress:\n%s\nwant %q in it", text, part)
		}
	}
}

func TestAppRestartFails(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*actionTest)
		config  actionConfig
		summary string
		parts   []string
	}{
		"the new instances crash": {
			prepare: func(a *actionTest) {
				a.onPost(func() { a.FailDeployment(a.app, "memory quota_exceeded") })
			},
			config: actionConfig{"timeout": "1m"}, summary: "Not deployed in time",
			parts: []string{"After 60 s (the timeout)", "The deployment reports: memory quota_exceeded", "`cf cancel-deployment app`", "The old process " /* guid */},
		},
		"it is canceled": {
			prepare: func(a *actionTest) { a.onPost(func() { a.CancelDeployment(a.app) }) }, summary: "The deployment was canceled",
		},
		"it is superseded": {
			prepare: func(a *actionTest) { a.onPost(func() { a.StartDeployment(a.app) }) }, summary: "The deployment was superseded",
			parts: []string{"The new process ", "The old process ", "The other process "},
		},
		"one is in flight": {
			prepare: func(a *actionTest) { a.StartDeployment(a.app) }, summary: "A deployment is in flight",
			parts: []string{"Nothing was restarted", "`cf cancel-deployment app`"},
		},
		"the app is stopped": {
			prepare: func(a *actionTest) { a.SetAppState(a.app, "STOPPED") }, summary: "The app is stopped", parts: []string{"cf start app"},
		},
		"the app is not there": {
			prepare: func(*actionTest) {}, config: actionConfig{"app_guid": "not-there"}, summary: "App not found",
			parts: []string{`"not-there" is not a GUID`},
		},
		"the GUID of a process": {
			prepare: func(*actionTest) {}, config: actionConfig{"app_guid": fakecf.GUIDWorker}, summary: "App not found",
			parts: []string{"If this is the GUID of a process, use the one of its app"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t)
			a.SetDeploymentPace(fakecf.PaceByClock(5 * time.Second))
			a.clock.Advance(time.Hour)
			test.prepare(a)
			config := actionConfig{"app_guid": a.app}
			for k, v := range test.config {
				config[k] = v
			}
			a.invoke(appName, config).fails(t, test.summary, test.parts...)
		})
	}
}

// onPost calls then once, with the first reading after a POST.
func (a *actionTest) onPost(then func()) {
	posted, done := false, false
	a.OnRequest(func(r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			posted = true
		case posted && !done && strings.HasPrefix(r.URL.Path, "/v3/deployments/"):
			done = true
			then()
		}
	})
}

// On Korifi the response to the deployment does not show its progress: the pods
// of every process type have to be younger than the restart.
func TestAppRestartOnKorifi(t *testing.T) {
	for name, config := range map[string]actionConfig{"rolling": nil, "three at once": {"max_in_flight": 3}, "stop and start": {"strategy": "stop_start"}} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
			a.SetRollout(fakecf.Rollout{Begin: 2 * time.Second, End: 25 * time.Second, Gap: 3 * time.Second})
			a.SetStartDelay(7 * time.Second)
			a.clock.Advance(time.Hour)
			began := a.clock.Now()
			c := actionConfig{"app_guid": a.app}
			for k, v := range config {
				c[k] = v
			}
			a.invoke(appName, c).succeeds(t)
			for _, inst := range a.Instances(a.guid) {
				if inst.State != "RUNNING" || inst.StartedAt.Before(began) {
					t.Errorf("instance %d: got %s since %s, want one that started after %s", inst.Index, inst.State, inst.StartedAt, began)
				}
			}
			want := fmt.Sprintf(`/v3/deployments {"relationships":{"app":{"data":{"guid":%q}}}}`, a.app)
			if config["strategy"] != nil {
				want = "/v3/apps/" + a.app + "/actions/restart"
			}
			sameList(t, "requests", a.requests(http.MethodPost), []string{want})
		})
	}
}

func TestAppRestartIsCanceled(t *testing.T) {
	a := newActionTest(t, instances.RealClock{})
	a.SetDeploymentPace(fakecf.PaceByHand())
	r := a.cancelAt("old process: 3 RUNNING", appName, actionConfig{"app_guid": a.app})
	r.fails(t, "Canceled", "The deployment continues without Terraform", "`cf cancel-deployment app`")
}

func TestAppRestartNeedsARole(t *testing.T) {
	for _, strategy := range []string{"rolling", "stop_start"} {
		t.Run(strategy, func(t *testing.T) {
			a := startActions(t)
			a.AddFault(fakecf.Fault{Method: http.MethodPost, Do: fakecf.Status(403)})
			a.invoke(appName, actionConfig{"app_guid": a.app, "strategy": strategy}).fails(t, "Not permitted", "CF-NotAuthorized")
		})
	}
}

// A change that the API stored although the runtime is unavailable is not a
// failure, and is not sent again.
func TestScaleThatWasStored(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   int64
	}{"Diego is unavailable": {503, 170015}, "Diego refused": {500, 170016}} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t)
			a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 4 })
			a.AddFault(fakecf.Fault{Method: http.MethodPost, Do: fakecf.Status(test.status,
				fakecf.APIError{Code: int(test.code), Title: "CF-Runner", Detail: "Runner is unavailable"})})
			r := a.invoke(scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true}))
			r.diagnosed(t, tfprotov6.DiagnosticSeverityWarning, "Stored, but not yet in effect", "Runner is unavailable", "was not sent again")
			if n := a.Count(http.MethodPost, ""); n != 1 {
				t.Errorf("got %d requests to scale, want 1", n)
			}
			if last, want := r.progress[len(r.progress)-1], "4 of 4 instances RUNNING"; last != want {
				t.Errorf("got last line %q, want %q", last, want)
			}
		})
	}
}

// On Korifi a change of the memory rolls the pods, and all are RUNNING before it
// begins.
func TestScaleWaitsForTheRolloutOnKorifi(t *testing.T) {
	a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
	a.SetRollout(fakecf.Rollout{Begin: 2 * time.Second, End: 25 * time.Second, Gap: 3 * time.Second})
	a.SetStartDelay(7 * time.Second)
	a.clock.Advance(time.Hour)
	p, _ := a.Process(a.guid)
	began := a.clock.Now()
	r := a.invoke(scaleName, a.by(actionConfig{"memory_in_mb": p.MemoryInMB + 64, "wait_for_instances": true})).succeeds(t)
	a.wantMemory(a.guid, 3, p.MemoryInMB+64)
	if want := "instances 1-3 of 3: RUNNING as before the change after 0 s"; !slices.Contains(r.progress, want) {
		t.Errorf("got progress %q, want the line %q", r.progress, want)
	}
	if took := a.clock.Now().Sub(began); took < 100*time.Second {
		t.Errorf("got a wait of %s for three pods of 37 s each, want 100 s or more", took)
	}
	// What the process already has replaces nothing.
	began = a.clock.Now()
	a.invoke(scaleName, a.by(actionConfig{"memory_in_mb": p.MemoryInMB + 64, "wait_for_instances": true})).succeeds(t)
	if took := a.clock.Now().Sub(began); took > 10*time.Second {
		t.Errorf("got a wait of %s for a change that changes nothing, want at most 10 s", took)
	}
}

// The restart of instances leaves a rollout of Korifi alone.
func TestRollingRestartLeavesARolloutAlone(t *testing.T) {
	a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
	a.SetRollout(fakecf.Rollout{Begin: 2 * time.Second, End: 25 * time.Second, Gap: 3 * time.Second, Touch: time.Second})
	a.SetStartDelay(7 * time.Second)
	a.clock.Advance(time.Hour)
	p, _ := a.Process(a.guid)
	a.invoke(scaleName, a.by(actionConfig{"memory_in_mb": p.MemoryInMB + 64})).succeeds(t)
	a.onTerminate(func(count int) {
		for _, inst := range a.Instances(a.guid) {
			if inst.State != "RUNNING" || inst.Limits.MemoryInMB != p.MemoryInMB+64 {
				t.Errorf("instance %d at termination %d: got %s with %d MiB, want RUNNING with %d", inst.Index, count, inst.State, inst.Limits.MemoryInMB, p.MemoryInMB+64)
			}
		}
	})
	a.invokeUntil(context.Background(), restartName, a.by(nil), func(string) {}).succeeds(t)
	if n := a.Count(http.MethodDelete, ""); n != 3 {
		t.Errorf("got %d terminations, want 3", n)
	}
}
