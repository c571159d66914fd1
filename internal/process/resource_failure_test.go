package process

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

var quotaExceeded = fakecf.Status(422, fakecf.APIError{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "memory quota exceeded"})

// A failed create stores nothing; the next apply adopts again and sends only
// the rest.
func TestResourceCreateFails(t *testing.T) {
	t.Parallel()
	s := byGUID(fakecf.GUIDWeb, settings{"command": "bin/x", "memory_in_mb": 333})
	t.Run("at PATCH", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.AddFault(fakecf.Fault{Method: "PATCH", Path: "/v3/", Do: quotaExceeded})
		w.fails(s, "memory quota exceeded")
		w.ClearFaults()
		w.converges(s, `PATCH {"command":"bin/x"}`, `POST {"memory_in_mb":333}`)
	})
	t.Run("at scale", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Do: quotaExceeded})
		mentions(t, "apply", w.run(s),
			"memory quota exceeded", "CF-UnprocessableEntity", "10008", "X-VCAP-Request-ID", "Some of the changes were made", "the request to scale the process failed")
		w.ClearFaults()
		w.converges(s, `POST {"memory_in_mb":333}`)
	})
	t.Run("at the wait", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.SetStartOutcome(fakecf.GUIDWeb, "CRASHED", "Exited with status 1")
		waiting := byGUID(fakecf.GUIDWeb, settings{"instances": 4, "wait_for_instances": true})
		mentions(t, "apply", w.run(waiting), "index 3: CRASHED: Exited with status 1", "Nothing was stored in the state")
		w.converges(waiting)
	})
	t.Run("not found", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.fails(settings{"guid": "no-such"}, `AttributeName("guid"): Process not found`)
		w.fails(settings{"app_guid": "no-such"}, `AttributeName("app_guid"): Process not found`)
	})
	t.Run("not permitted", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceAuditor)
		w.fails(s, "Not permitted")
	})
}

// After an update that fails halfway, the state has the changes that were made.
func TestResourceUpdateFails(t *testing.T) {
	t.Parallel()
	start := settings{"guid": fakecf.GUIDWeb}
	s := byGUID(fakecf.GUIDWeb, settings{
		"command": "bin/x", "memory_in_mb": 333, "instances": 5,
		"health_check": settings{"type": "port"}, "metadata": settings{"labels": settings{"a": "1"}},
	})
	const patched = `PATCH {"command":"bin/x","health_check":{"type":"port"},"metadata":{"labels":{"a":"1","environment":null,"team":null}}}`
	t.Run("at PATCH", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(start)
		before := w.state
		w.AddFault(fakecf.Fault{Method: "PATCH", Path: "/v3/", Do: quotaExceeded})
		w.fails(s, "memory quota exceeded")
		if !w.state.Equal(before) {
			t.Errorf("failed PATCH: got a state with %.1000q, want the state of before", differences("", before, w.state, false))
		}
		w.ClearFaults()
		w.converges(s, patched, `POST {"instances":5,"memory_in_mb":333}`)
	})
	t.Run("at scale", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(start)
		w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Do: quotaExceeded})
		w.fails(s, "Some of the changes were made")
		if w.at("command") != "bin/x" || w.at("memory_in_mb") != int64(512) {
			t.Errorf("state after the failed scale: got command %s and memory_in_mb %s, want bin/x and 512", brief(w.at("command")), brief(w.at("memory_in_mb")))
		}
		// Even without a refresh, the next plan has only the remaining changes.
		p := w.planOnly(s)
		if found := field.Open(p.planned); !found["command"].Equal(field.Open(w.state)["command"]) || found["memory_in_mb"].Equal(field.Open(w.state)["memory_in_mb"]) {
			t.Errorf("plan without a refresh: got the changes%s\nwant memory_in_mb without command", onLines(p.changes()))
		}
		w.ClearFaults()
		w.converges(s, `POST {"instances":5,"memory_in_mb":333}`)
	})
	t.Run("at the wait", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(start)
		w.SetStartOutcome(fakecf.GUIDWeb, "DOWN", "insufficient resources: memory")
		waiting := byGUID(fakecf.GUIDWeb, settings{"instances": 4, "wait_for_instances": true, "timeouts": settings{"update": "1m"}})
		mentions(t, "apply", w.run(waiting),
			"Instances not running in time", "3 of 4", "index 3: DOWN: insufficient resources: memory", "After 60 s", "raise the timeouts")
		if w.at("instances") != int64(4) {
			t.Errorf("state after the failed wait: got instances %s, want 4", brief(w.at("instances")))
		}
		w.wrote(`POST {"instances":4}`)
		w.settled(waiting)
	})
	t.Run("with a lost answer", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(start)
		w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Do: fakecf.CloseAfter()})
		w.fails(s, "No answer from")
		w.ClearFaults()
		w.ResetRequests()
		w.settled(s) // the refresh reads the stored change
	})
	t.Run("with an answer that is not a process", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(start)
		w.AddFault(fakecf.Fault{Method: "PATCH", Path: "/v3/", Do: fakecf.Garbage(100)})
		w.fails(s, "Unusable response")
	})
}

// A canceled apply stops at once, and the state has the changes that were made.
func TestResourceCanceled(t *testing.T) {
	t.Parallel()
	for name, hang := range map[string]fakecf.Fault{
		"at scale": {Method: "POST", Path: "/v3/", Do: fakecf.Hang(0)},
		"waiting":  {Method: "GET", Path: "^/v3/.*/stats$", Do: fakecf.Hang(0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t)
			w := newWorkspace(t, f, fakecf.SpaceDeveloper, instances.RealClock{})
			w.converges(settings{"guid": fakecf.GUIDWeb})
			s := byGUID(fakecf.GUIDWeb, settings{"command": "bin/x", "instances": 4, "wait_for_instances": true})
			p := w.plan(s)
			ctx, cancel := context.WithCancel(t.Context())
			hang.When = func(*http.Request) bool { cancel(); return true }
			w.AddFault(hang)
			began := time.Now()
			resp, err := w.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
				TypeName: "cf_process", PriorState: w.dynamic(p.prior), PlannedState: w.dynamic(p.planned),
				Config: w.dynamic(p.config), PlannedPrivate: p.private, PlannedIdentity: w.identified,
			})
			if err != nil {
				t.Fatal(err)
			}
			text := diagnosticsText(resp.Diagnostics)
			if !strings.Contains(text, "Canceled") || time.Since(began) > 5*time.Second {
				t.Errorf("canceled apply: got diagnostics:\n%.1000s\nafter %s, want Canceled within 5 s", text, time.Since(began))
			}
			if want := hang.Method == http.MethodPost; strings.Contains(text, "It is unknown whether the API has made the change.") != want {
				t.Errorf("canceled apply: got diagnostics:\n%.1000s\nwant an unknown change: %t", text, want)
			}
			w.state, w.private = w.unmarshal(resp.NewState), resp.Private
			if w.at("command") != "bin/x" {
				t.Errorf("state of the canceled apply: got command %s, want bin/x", brief(w.at("command")))
			}
			w.ClearFaults()
			w.ResetRequests()
			s["wait_for_instances"] = false
			w.apply(w.plan(s), s)
			w.settled(s)
			if got := w.mustProcess(fakecf.GUIDWeb); got.Instances != 4 {
				t.Errorf("process after the next apply: got %d instances, want 4", got.Instances)
			}
		})
	}
}

// The timeouts of the configuration and that of a single request are separate: an
// error names the one that ended.
func TestResourceTimeouts(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, requestTimeout time.Duration) *workspace {
		t.Helper()
		w := newWorkspaceBy(t, fakecf.New(t), fakecf.SpaceDeveloper, instances.RealClock{}, transport.Config{RequestTimeout: requestTimeout})
		w.converges(settings{"guid": fakecf.GUIDWeb})
		return w
	}
	t.Run("of an update", func(t *testing.T) {
		t.Parallel()
		w := start(t, 0)
		w.AddFault(fakecf.Fault{Method: "PATCH", Path: "/v3/", Do: fakecf.Hang(0)})
		w.fails(settings{"guid": fakecf.GUIDWeb, "command": "bin/x", "timeouts": settings{"update": "300ms"}}, "raise the timeouts of the resource")
	})
	t.Run("of a read", func(t *testing.T) {
		t.Parallel()
		w := start(t, 0)
		w.converges(settings{"guid": fakecf.GUIDWeb, "timeouts": settings{"read": "300ms"}})
		w.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Hang(0)})
		mentions(t, "refresh", w.refresh(), "raise the timeouts of the resource")
	})
	t.Run("of a create", func(t *testing.T) {
		t.Parallel()
		w := start(t, 0)
		w.forget()
		w.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Hang(0)})
		w.fails(settings{"guid": fakecf.GUIDWeb, "timeouts": settings{"create": "300ms"}}, "raise the timeouts of the resource")
	})
	t.Run("of a request", func(t *testing.T) {
		t.Parallel()
		w := start(t, 300*time.Millisecond)
		w.AddFault(fakecf.Fault{Method: "PATCH", Path: "/v3/", Do: fakecf.Hang(0)})
		text := w.run(settings{"guid": fakecf.GUIDWeb, "command": "bin/x"})
		if !strings.Contains(text, "No answer from") || !strings.Contains(text, "request_timeout") || strings.Contains(text, "raise the timeouts") {
			t.Errorf("apply: got diagnostics:\n%.1000s\nwant No answer from … with request_timeout, without timeouts of the resource", text)
		}
	})
	t.Run("not a duration", func(t *testing.T) {
		t.Parallel()
		w := start(t, 0)
		mentions(t, "validate", w.validate(settings{"guid": "g", "timeouts": settings{"update": "soon"}}), "timeouts")
	})
}

// Changes between the plan and the apply do not break the apply.
func TestResourceBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config  settings
		change  func(w *workspace)
		writes  []string
		fails   string
		guidNew bool
	}{
		"an autoscaler": {
			settings{"app_guid": fakecf.AppGUID, "memory_in_mb": 333},
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 9 })
			}, []string{`POST {"memory_in_mb":333}`}, "", false,
		},
		"a label": {
			settings{"guid": fakecf.GUIDWeb, "metadata": settings{"labels": settings{"a": "1"}}},
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Labels = map[string]string{"b": "2"} })
			}, []string{`PATCH {"metadata":{"labels":{"a":"1","b":null}}}`}, "", false,
		},
		"the same change": {
			settings{"guid": fakecf.GUIDWeb, "instances": 9},
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 9 })
			}, nil, "", false,
		},
		"a health check": {
			settings{"guid": fakecf.GUIDWeb, "health_check": settings{"data": settings{"timeout": 9}}},
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.HealthCheck = &fakecf.HealthCheck{Type: "port"} })
			}, []string{`PATCH {"health_check":{"data":{"timeout":9}}}`}, "", false,
		},
		"a health check without the endpoint": {
			settings{"guid": fakecf.GUIDWeb, "health_check": settings{"data": settings{"endpoint": "/x"}}},
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.HealthCheck = &fakecf.HealthCheck{Type: "port"} })
			}, nil, "Endpoint without http", false,
		},
		"a deployment": {
			settings{"app_guid": fakecf.AppGUID, "memory_in_mb": 333},
			func(w *workspace) { w.StartDeployment(fakecf.AppGUID); w.FinishDeployment(fakecf.AppGUID) },
			[]string{`POST {"memory_in_mb":333}`}, "", true,
		},
		"a deployment, by GUID": {
			settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 333},
			func(w *workspace) { w.StartDeployment(fakecf.AppGUID); w.FinishDeployment(fakecf.AppGUID) },
			nil, "Process not found", false,
		},
		"everything": {
			byGUID(fakecf.GUIDWeb, everything),
			func(w *workspace) {
				w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
					p.Command, p.User, p.Instances, p.Labels, p.Annotations = nil, nil, 0, nil, nil
					p.ReadinessHealthCheck = &fakecf.HealthCheck{Type: "http", Endpoint: fakecf.Ptr("/else")}
				})
			}, []string{strings.NewReplacer(`,"environment":null`, "", `,"team":null`, "", `"contact":null,`, "").Replace(everythingPatched), everythingScaled}, "", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, update := range []bool{true, false} {
				t.Run(createOrUpdate(update), func(t *testing.T) {
					w := startWorkspace(t, fakecf.SpaceDeveloper)
					if update {
						w.converges(settings{"app_guid": test.config["app_guid"], "guid": test.config["guid"]})
					}
					p := w.plan(test.config)
					test.change(w)
					w.ResetRequests()
					text := diagnosticsText(w.apply(p, test.config))
					if test.fails == "" && text != "" || !strings.Contains(text, test.fails) {
						t.Errorf("apply: got diagnostics:\n%.1000s\nwant %q", text, test.fails)
					}
					w.wrote(test.writes...)
					if test.fails == "" {
						w.settled(test.config)
					}
				})
			}
		})
	}
}

// A destroy sends no request, and warns that nothing was deleted.
func TestResourceDestroy(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"app_guid": fakecf.AppGUID, "type": "worker", "instances": 2}, `POST {"instances":2}`)
	w.ResetRequests()
	nothing := w.dynamic(w.value(w.kind, nil))
	resp, err := w.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cf_process", PriorState: w.dynamic(w.state), PlannedState: nothing, Config: nothing, PlannedPrivate: w.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	if state := w.unmarshal(resp.NewState); !state.IsNull() {
		t.Errorf("destroy: got the state %s, want null", brief(state))
	}
	if text := diagnosticsText(resp.Diagnostics); hasErrors(resp.Diagnostics) || !strings.Contains(text, "Nothing was deleted") ||
		!strings.Contains(text, fakecf.GUIDWorker) || !strings.Contains(text, "worker") {
		t.Errorf("destroy: got diagnostics:\n%.1000s\nwant the warning Nothing was deleted, with the GUID and the type", text)
	}
	if got := w.requestsOf(); len(got) != 0 {
		t.Errorf("destroy: got the requests %.1000q, want none", got)
	}
	if got := w.mustProcess(fakecf.GUIDWorker).Instances; got != 2 {
		t.Errorf("process after the destroy: got %d instances, want 2, as before", got)
	}
}
