package process

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// requestsOf returns the requests to the API since the last call, as "METHOD path".
func (w *workspace) requestsOf() []string {
	w.t.Helper()
	var all []string
	for _, r := range w.Requests() {
		all = append(all, r.Method+" "+r.Path)
	}
	w.ResetRequests()
	return all
}

// announced returns the changes in the warning of an adoption.
func announced(p *plan) []string {
	var lines []string
	for line := range strings.Lines(diagnosticsText(p.diags)) {
		if change, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			lines = append(lines, change)
		}
	}
	return lines
}

// The plan of an adoption shows what the apply will change.
func TestResourceAdoptionIsAnnounced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config settings
		want   []string
	}{
		"numbers": {settings{"memory_in_mb": 4096, "instances": 2, "disk_in_mb": 1}, []string{"memory_in_mb: 512 → 4096", "disk_in_mb: 1024 → 1"}},
		"labels": {
			settings{"metadata": settings{"labels": settings{"team": "catalog", "new": "x"}}},
			[]string{
				`metadata.labels["environment"]: "production" → removed`, `metadata.labels["new"]: none → as configured`,
				`metadata.labels["team"]: "storefront" → as configured`,
			},
		},
		"no labels": {
			settings{"metadata": settings{"labels": settings{}}},
			[]string{`metadata.labels["environment"]: "production" → removed`, `metadata.labels["team"]: "storefront" → removed`},
		},
		"a command":       {settings{"command": "bin/secret"}, []string{`command: "bundle exec puma" → as configured`}},
		"a command reset": {settings{"command": ""}, []string{`command: "bundle exec puma" → the default`}},
		"a health check":  {settings{"health_check": settings{"type": "port"}}, []string{`health_check.type: "http" → "port"`, `health_check.data.endpoint: "/health" → removed`}},
		"a timeout":       {settings{"health_check": settings{"data": settings{"timeout": 7}}}, []string{"health_check.data.timeout: 60 → 7"}},
		"unknown":         {settings{"memory_in_mb": unknownYet}, []string{"memory_in_mb: 512 → known after apply"}},
		"the same":        {settings{"memory_in_mb": 512, "health_check": settings{"type": "http"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for attribute, value := range map[string]string{"guid": fakecf.GUIDWeb, "app_guid": fakecf.AppGUID} {
				t.Run("by "+attribute, func(t *testing.T) {
					w := startWorkspace(t, fakecf.SpaceDeveloper)
					w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
						p.Command, p.Instances, p.MemoryInMB, p.DiskInMB = fakecf.Ptr("bundle exec puma"), 2, 512, 1024
						p.HealthCheck.Timeout = fakecf.Ptr(int64(60))
					})
					config := settings{attribute: value}
					maps.Copy(config, test.config)
					p := w.plan(config)
					if got := announced(p); !slices.Equal(got, test.want) || hasErrors(p.diags) {
						t.Errorf("plan: got the changes %.1000q, want %q, with the diagnostics:\n%.1000s", got, test.want, diagnosticsText(p.diags))
					}
					if got := w.requestsOf(); len(got) != 1 {
						t.Errorf("plan: got the requests %.1000q, want one", got)
					}
					for _, known := range []string{"app_guid", "space_guid", "type"} {
						if slices.Contains(unknowns("", p.planned), known) {
							t.Errorf("plan: got %s unknown, want it known", known)
						}
					}
				})
			}
		})
	}
}

// The warning does not show a hidden command, and it cuts and cleans long and
// unprintable texts.
func TestResourceAdoptionShowsNoSecrets(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	p := w.plan(settings{"guid": fakecf.GUIDHiddenCommand, "command": "bin/mine"})
	if got, want := announced(p), []string{"command: hidden by the API → as configured"}; !slices.Equal(got, want) {
		t.Errorf("hidden command: got the changes %.1000q, want %q", got, want)
	}
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
		p.Command = fakecf.Ptr("bin/x \x1b[31m\n" + strings.Repeat("y", 4000))
	})
	p = w.plan(settings{"guid": fakecf.GUIDWeb, "command": "bin/mine"})
	if got := announced(p); len(got) != 1 || strings.ContainsAny(got[0], "\x1b\n") || len(got[0]) > 200 {
		t.Errorf("long command: got the changes %.1000q, want one printable line of at most 200 bytes", got)
	}
}

// If the process cannot be read, the plan is the same as without reading.
func TestResourceAdoptionWithoutTheProcess(t *testing.T) {
	t.Parallel()
	config := settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 4096}
	t.Run("nothing is configured", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.plan(settings{"guid": fakecf.GUIDWeb, "wait_for_instances": true, "timeouts": settings{"create": "9m"}})
		if got := w.requestsOf(); len(got) != 0 {
			t.Errorf("plan: got the requests %.1000q, want none", got)
		}
	})
	t.Run("the address is unknown", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.plan(settings{"app_guid": unknownYet, "memory_in_mb": 4096})
		if got := w.requestsOf(); len(got) != 0 {
			t.Errorf("plan: got the requests %.1000q, want none", got)
		}
	})
	t.Run("it is not there", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		p := w.plan(settings{"guid": "no-such", "memory_in_mb": 4096})
		if text := diagnosticsText(p.diags); hasErrors(p.diags) || !strings.Contains(text, "Process not found") {
			t.Errorf("plan: got diagnostics:\n%.1000s\nwant the warning Process not found", text)
		}
	})
	for name, fault := range map[string]fakecf.Action{
		"forbidden": fakecf.Status(403), "unavailable": fakecf.Status(503), "no answer": fakecf.Close(), "garbage": fakecf.Garbage(30),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			w.AddFault(fakecf.Fault{Path: "/v3/", Do: fault})
			if p := w.plan(config); len(p.diags) > 0 || !slices.Contains(unknowns("", p.planned), "space_guid") {
				t.Errorf("plan: got %.1000q and unknown %q, want no diagnostics and space_guid unknown", diagnosticsText(p.diags), unknowns("", p.planned))
			}
			w.ClearFaults()
			w.restart()
			w.ResetRequests()
			if text := w.run(config); text != "" {
				t.Errorf("apply: got diagnostics:\n%.1000s\nwant none", text)
			}
		})
	}
	t.Run("an API that does not answer gets one request", func(t *testing.T) {
		t.Parallel()
		w := newWorkspaceBy(t, fakecf.New(t), fakecf.SpaceDeveloper, instances.RealClock{}, transport.Config{RequestTimeout: 200 * time.Millisecond})
		fault := w.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Hang(0)})
		for range 3 {
			w.plan(config)
		}
		if got := fault.Hits(); got != 1 {
			t.Errorf("3 plans: got %d requests, want 1", got)
		}
	})
}

// The plan refuses a configuration that contradicts the process.
func TestResourceAdoptionIsRefusedInThePlan(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	p := w.plan(settings{"guid": fakecf.GUIDWorker, "app_guid": fakecf.AppGUID, "type": "web", "instances": 4})
	mentions(t, "plan", diagnosticsText(p.diags), "Contradictory address")
	korifi := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(fakecf.Korifi))
	p = korifi.plan(settings{"guid": fakecf.GUIDWeb, "user": "vcap"})
	mentions(t, "plan on Korifi", diagnosticsText(p.diags), "Not available on this foundation")
}

// Changes between the plan and the apply do not break an adoption.
func TestResourceAdoptionBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	change := func(p *fakecf.Process) {
		p.Command, p.User, p.Instances, p.MemoryInMB, p.DiskInMB = fakecf.Ptr("bin/theirs"), fakecf.Ptr("theirs"), 9, 999, 888
		p.LogRateLimit, p.HealthCheck = fakecf.Ptr(int64(5)), &fakecf.HealthCheck{Type: "port"}
		p.Labels, p.Annotations = map[string]string{"theirs": "1"}, nil
		p.Version = "theirs"
	}
	for name, test := range map[string]struct {
		config settings
		change func(*workspace)
		writes []string
	}{
		"everything, by GUID": {
			settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 4096},
			func(w *workspace) { w.UpdateProcess(fakecf.GUIDWeb, change) }, []string{`POST {"memory_in_mb":4096}`},
		},
		"everything, by app": {
			settings{"app_guid": fakecf.AppGUID, "metadata": settings{"labels": settings{"a": "1"}}},
			func(w *workspace) { w.UpdateProcess(fakecf.GUIDWeb, change) },
			[]string{`PATCH {"metadata":{"labels":{"a":"1","theirs":null}}}`},
		},
		"a deployment": {
			settings{"app_guid": fakecf.AppGUID, "instances": 7},
			func(w *workspace) { w.StartDeployment(fakecf.AppGUID); w.FinishDeployment(fakecf.AppGUID) },
			[]string{`POST {"instances":7}`},
		},
		"what was to change": {
			settings{"app_guid": fakecf.AppGUID, "memory_in_mb": 999},
			func(w *workspace) { w.UpdateProcess(fakecf.GUIDWeb, change) }, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			p := w.plan(test.config)
			test.change(w)
			w.ResetRequests()
			if text := diagnosticsText(w.apply(p, test.config)); text != "" {
				t.Errorf("apply: got diagnostics:\n%.1000s\nwant none", text)
			}
			w.wrote(test.writes...)
			w.settled(test.config)
		})
	}
}

// The apply adopts a process that did not exist in the plan.
func TestResourceAdoptionOfWhatAppears(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	config := settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 999}
	w.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Status(404, fakecf.APIError{Code: 10010, Title: "CF-ResourceNotFound", Detail: "Process not found"})})
	p := w.plan(config)
	w.ClearFaults()
	w.ResetRequests()
	if text := diagnosticsText(w.apply(p, config)); text != "" {
		t.Errorf("apply: got diagnostics:\n%.1000s\nwant none", text)
	}
	w.wrote(`POST {"memory_in_mb":999}`)
	w.settled(config)
}

// The plan explains a destroy.
func TestResourceDestroyIsExplained(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"app_guid": fakecf.AppGUID})
	w.ResetRequests()
	p := w.planFrom(w.value(w.kind, nil), w.state, w.private)
	text := diagnosticsText(p.diags)
	if hasErrors(p.diags) || !strings.Contains(text, "Destroying deletes nothing") || !strings.Contains(text, fakecf.GUIDWeb) {
		t.Errorf("plan of a destroy: got diagnostics:\n%.1000s\nwant only the warning Destroying deletes nothing, with %s", text, fakecf.GUIDWeb)
	}
	if got := w.requestsOf(); len(got) != 0 {
		t.Errorf("plan of a destroy: got the requests %.1000q, want none", got)
	}
}
