package process

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// byGUID is an address with further settings.
func byGUID(guid string, more settings) settings {
	s := settings{"guid": guid}
	maps.Copy(s, more)
	return s
}

// everything differs from the seeded web process in each attribute.
var everything = settings{
	"command": "bin/all", "user": "app", "instances": 5, "memory_in_mb": 333, "disk_in_mb": 444,
	"log_rate_limit_in_bytes_per_second": -1,
	"health_check": settings{"type": "http", "data": settings{
		"timeout": 61, "invocation_timeout": 6, "interval": 11, "endpoint": "/all?deep=1"}},
	"readiness_health_check": settings{"type": "http", "data": settings{
		"invocation_timeout": 3, "interval": 6, "endpoint": "/all-ready"}},
	"metadata": settings{
		"labels":      settings{"example.org/a": "1", "empty": ""},
		"annotations": settings{"note": "Grüße, 世界 🚀\n\"quoted\" \\ <&>", "empty": ""},
	},
}

const (
	everythingPatched = `PATCH {"command":"bin/all","user":"app",` +
		`"health_check":{"data":{"timeout":61,"invocation_timeout":6,"interval":11,"endpoint":"/all?deep=1"}},` +
		`"readiness_health_check":{"data":{"invocation_timeout":3,"interval":6,"endpoint":"/all-ready"}},` +
		`"metadata":{"labels":{"empty":"","environment":null,"example.org/a":"1","team":null},` +
		`"annotations":{"contact":null,"empty":"","note":"Grüße, 世界 🚀\n\"quoted\" \\ \u003c\u0026\u003e"}}}`
	everythingScaled = `POST {"instances":5,"memory_in_mb":333,"disk_in_mb":444,"log_rate_limit_in_bytes_per_second":-1}`
)

func TestResourceEverything(t *testing.T) {
	t.Parallel()
	t.Run("adopted", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(byGUID(fakecf.GUIDWeb, everything), everythingPatched, everythingScaled)
		w.converges(settings{"guid": fakecf.GUIDWeb})
	})
	t.Run("updated", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		w.converges(byGUID(fakecf.GUIDWeb, everything), everythingPatched, everythingScaled)
	})
	t.Run("unknown while planned", func(t *testing.T) {
		t.Parallel()
		for _, adopted := range []bool{false, true} {
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			if adopted {
				w.converges(settings{"guid": fakecf.GUIDWeb})
			}
			unknown := settings{"guid": fakecf.GUIDWeb}
			for name := range everything {
				unknown[name] = unknownYet
			}
			s := byGUID(fakecf.GUIDWeb, everything)
			w.ResetRequests()
			if text := diagnosticsText(w.apply(w.plan(unknown), s)); text != "" {
				t.Fatalf("got diagnostics %s, want none", text)
			}
			w.wrote(everythingPatched, everythingScaled)
			w.settled(s)
			// and known again, to the same
			if text := diagnosticsText(w.apply(w.plan(unknown), s)); text != "" {
				t.Fatalf("got diagnostics %s, want none", text)
			}
			w.wrote()
			// and to nothing
			if text := diagnosticsText(w.apply(w.plan(unknown), settings{"guid": fakecf.GUIDWeb})); text != "" {
				t.Fatalf("got diagnostics %s, want none", text)
			}
			w.wrote()
			w.settled(settings{"guid": fakecf.GUIDWeb})
		}
	})
	t.Run("unknown inside", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		unknown := settings{
			"guid":                   fakecf.GUIDWeb,
			"health_check":           settings{"type": unknownYet, "data": settings{"endpoint": unknownYet, "timeout": 7}},
			"readiness_health_check": settings{"data": unknownYet},
			"metadata":               settings{"labels": settings{"a": unknownYet, "b": "2"}, "annotations": unknownYet},
		}
		for _, known := range []settings{
			{
				"guid":                   fakecf.GUIDWeb,
				"health_check":           settings{"type": "http", "data": settings{"endpoint": "/u", "timeout": 7}},
				"readiness_health_check": settings{"data": settings{"endpoint": "/v"}},
				"metadata":               settings{"labels": settings{"a": "1", "b": "2"}, "annotations": settings{}},
			},
			{
				"guid":         fakecf.GUIDWeb,
				"health_check": settings{"type": "port", "data": settings{"timeout": 7}},
				"metadata":     settings{"labels": settings{"a": "", "b": "2"}},
			},
		} {
			if text := diagnosticsText(w.apply(w.plan(unknown), known)); text != "" {
				t.Fatalf("got diagnostics %s, want none", text)
			}
			w.settled(known)
		}
	})
}

// What may be unknown in a plan is only what the change can change.
func TestResourcePlansPrecisely(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"guid": fakecf.GUIDWeb})
	for _, name := range []string{
		"command", "user", "instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second",
		"health_check", "readiness_health_check", "metadata",
	} {
		p := w.plan(byGUID(fakecf.GUIDWeb, settings{name: everything[name]}))
		for _, at := range unknowns("", p.planned) {
			if at != "updated_at" && at != "version" {
				t.Errorf("change of %s: got %s unknown, want it known", name, at)
			}
		}
		for other, value := range field.Open(p.planned) {
			if other != name && value.IsKnown() && !value.Equal(field.Open(w.state)[other]) {
				t.Errorf("change of %s: got a planned change of %s, want none", name, other)
			}
		}
	}
	for _, s := range []settings{
		{"timeouts": settings{"update": "20m"}}, {"wait_for_instances": true},
	} {
		p := w.plan(byGUID(fakecf.GUIDWeb, s))
		if found := unknowns("", p.planned); len(found) > 0 || p.empty() {
			t.Errorf("%v: got unknown %v, an empty plan: %t, want neither", s, found, p.empty())
		}
		w.converges(byGUID(fakecf.GUIDWeb, s))
	}
}

func TestResourceGivesBack(t *testing.T) {
	t.Parallel()
	s := byGUID(fakecf.GUIDWeb, settings{"command": "", "user": ""})
	t.Run("adopting", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(s, `PATCH {"command":null,"user":null}`)
		if w.at("command") != "" || w.at("user") != "" {
			t.Errorf("got command %v, user %v, want both empty", w.at("command"), w.at("user"))
		}
		// Whatever is detected later, and whatever others set: "" stays.
		w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
			p.DetectedCommand, p.User = fakecf.Ptr("bin/detected-later"), fakecf.Ptr("root")
		})
		w.settled(s)
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "", "user": "", "instances": 1}), `POST {"instances":1}`)
		// Not named any more, both are read again, and nothing is written.
		if p := w.plan(settings{"guid": fakecf.GUIDWeb}); strings.Join(unknowns("", p.planned), " ") == "" {
			t.Error("got a known command and user in the plan, want them unknown, as they are read again")
		}
		w.converges(settings{"guid": fakecf.GUIDWeb})
		if w.at("command") != "bin/detected-later" || w.at("user") != "root" {
			t.Errorf("got command %v, user %v, want bin/detected-later and root", w.at("command"), w.at("user"))
		}
		// Set and given back again.
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "bin/own"}), `PATCH {"command":"bin/own"}`)
		w.converges(s, `PATCH {"command":null,"user":null}`)
	})
	t.Run("what is known only when it is applied", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		unknown := byGUID(fakecf.GUIDWeb, settings{"command": unknownYet, "user": unknownYet})
		w.apply(w.plan(unknown), s)
		w.wrote(`PATCH {"command":null,"user":null}`)
		w.settled(s)
	})
	t.Run("what was imported", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.imports(fakecf.GUIDWeb)
		w.converges(s, `PATCH {"command":null,"user":null}`)
	})
	t.Run("half-way", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Times: 1, Do: fakecf.Status(422)})
		both := byGUID(fakecf.GUIDWeb, settings{"command": "", "instances": 9})
		w.fails(both, "semantically invalid")
		w.converges(both, `POST {"instances":9}`)
	})
}

// A user who may not see commands changes nothing about them.
func TestResourceHiddenCommand(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	s := byGUID(fakecf.GUIDWeb, settings{"command": "bin/secret"})
	w.converges(s, `PATCH {"command":"bin/secret"}`)
	auditor := w.as(fakecf.SpaceAuditor)
	auditor.settled(s)
	auditor.settled(settings{"guid": fakecf.GUIDWeb})
	if auditor.at("command") != "bin/secret" || auditor.at("command_redacted") != true {
		t.Errorf("got command %v, command_redacted %v, want bin/secret and true", auditor.at("command"), auditor.at("command_redacted"))
	}

	// A process whose command nobody sees, with and without one configured.
	w.forget()
	w.converges(settings{"guid": fakecf.GUIDHiddenCommand, "instances": 4}, `POST {"instances":4}`)
	if w.at("command") != nil || w.at("command_redacted") != true {
		t.Errorf("got command %v, command_redacted %v, want null and true", w.at("command"), w.at("command_redacted"))
	}
	s = byGUID(fakecf.GUIDHiddenCommand, settings{"command": "bin/mine"})
	w.converges(s, `PATCH {"command":"bin/mine"}`)
	// It is not sent again with the next change.
	w.converges(byGUID(fakecf.GUIDHiddenCommand, settings{"command": "bin/mine", "instances": 1}), `POST {"instances":1}`)
	w.converges(byGUID(fakecf.GUIDHiddenCommand, settings{"command": ""}), `PATCH {"command":null}`)
	w.converges(byGUID(fakecf.GUIDHiddenCommand, settings{"command": "", "instances": 2}), `POST {"instances":2}`)
}

func TestResourceMetadataIsTheWholeMap(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	s := func(metadata any) settings { return byGUID(fakecf.GUIDLabels, settings{"metadata": metadata}) }
	w.converges(s(settings{}))
	w.converges(s(settings{"labels": settings{"environment": "production"}}),
		`PATCH {"metadata":{"labels":{"empty":null,"example.org/tier":null,"team.example.org/cost-center":null}}}`)
	w.converges(s(settings{"labels": settings{}}), `PATCH {"metadata":{"labels":{"environment":null}}}`)
	// Somebody adds a label: while labels is set it goes, otherwise it stays.
	w.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Labels = map[string]string{"theirs": "1"} })
	w.converges(s(settings{"labels": settings{}}), `PATCH {"metadata":{"labels":{"theirs":null}}}`)
	w.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Labels = map[string]string{"theirs": "1"} })
	w.converges(s(settings{"annotations": settings{"contact": "catalog-team@example.org"}}),
		`PATCH {"metadata":{"annotations":{"example.org/note":null,"quotes":null}}}`)
	w.converges(s(nil))
	long := strings.Repeat("語", 5000)
	body, _ := json.Marshal(long)
	w.converges(s(settings{"annotations": settings{"contact": long}}), `PATCH {"metadata":{"annotations":{"contact":`+string(body)+`}}}`)

	for text, metadata := range map[string]settings{
		`Invalid label value`:      {"labels": settings{"a": nil}},
		`Invalid annotation value`: {"annotations": settings{"a": long + "x"}},
		`has more than 63`:         {"labels": settings{"a": strings.Repeat("x", 64)}},
		`belongs to the platform`:  {"annotations": settings{"korifi.cloudfoundry.org/x": "1"}},
	} {
		if found := w.validate(s(metadata)); !strings.Contains(found, text) {
			t.Errorf("%.100v: got %q, want %q in it", metadata, found, text)
		}
	}
	for _, metadata := range []any{unknownYet, settings{"labels": unknownYet}, settings{"labels": settings{"a": unknownYet}}} {
		if found := w.validate(s(metadata)); found != "" {
			t.Errorf("%v: got %q, want no diagnostics", metadata, found)
		}
	}
}

func TestResourceHealthChecks(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	s := func(liveness, readiness any) settings {
		return byGUID(fakecf.GUIDWeb, settings{"health_check": liveness, "readiness_health_check": readiness})
	}
	w.converges(s(settings{}, settings{}))
	w.converges(s(settings{"data": settings{}}, settings{"data": settings{}}))
	w.converges(s(settings{"data": settings{"timeout": 90}}, nil), `PATCH {"health_check":{"data":{"timeout":90}}}`)
	w.converges(s(settings{"type": "port"}, settings{"type": "process"}),
		`PATCH {"health_check":{"type":"port"},"readiness_health_check":{"type":"process"}}`)
	if w.at("health_check", "data", "endpoint") != nil || w.at("health_check", "data", "timeout") != int64(90) {
		t.Errorf("got data %v, want timeout 90 without an endpoint", w.at("health_check", "data"))
	}
	endpoint := settings{"data": settings{"endpoint": "/x"}}
	if text := diagnosticsText(w.plan(s(endpoint, nil)).diags); !strings.Contains(text, "Endpoint without http") {
		t.Errorf("endpoint for a port check: got %q, want Endpoint without http", text)
	}
	// With ignore_changes on the type, the plan gets that of the state.
	ignored := s(settings{"type": "port", "data": endpoint["data"]}, nil)
	if text := diagnosticsText(w.planFrom(w.config(ignored), w.state, w.private).diags); !strings.Contains(text, "Endpoint without http") {
		t.Errorf("ignored type: got %q, want Endpoint without http", text)
	}
	w.converges(s(settings{"type": "http", "data": settings{"endpoint": "/x"}}, settings{"type": "http", "data": settings{"endpoint": "/"}}),
		`PATCH {"health_check":{"type":"http","data":{"endpoint":"/x"}},"readiness_health_check":{"type":"http","data":{"endpoint":"/"}}}`)
	w.converges(s(settings{"type": "process", "data": settings{"invocation_timeout": 8}}, nil),
		`PATCH {"health_check":{"type":"process","data":{"invocation_timeout":8}}}`)

	for text, check := range map[string]settings{
		"Endpoint without http": {"type": "process", "data": settings{"endpoint": "/x"}},
		`health_check.type must be port, process or http, not "https".`: {"type": "https"},
	} {
		if found := w.validate(s(check, nil)); !strings.Contains(found, text) {
			t.Errorf("%v: got %q, want %q in it", check, found, text)
		}
	}
	// An unknown endpoint may still turn out to be none.
	maybe := settings{"type": "port", "data": settings{"endpoint": unknownYet}}
	if found := w.validate(s(maybe, nil)); found != "" {
		t.Errorf("unknown endpoint: got %q, want no diagnostics", found)
	}
	if text := diagnosticsText(w.apply(w.plan(s(maybe, nil)), s(settings{"type": "port", "data": settings{}}, nil))); text != "" {
		t.Errorf("endpoint that turns out null: got %q, want no diagnostics", text)
	}
	w.settled(s(settings{"type": "port"}, nil))
	w.ResetRequests()
	if text := diagnosticsText(w.apply(w.plan(s(maybe, nil)), s(settings{"type": "port", "data": settings{"endpoint": "/x"}}, nil))); !strings.Contains(text, "Endpoint without http") {
		t.Errorf("endpoint that was unknown in the plan: got %q, want Endpoint without http", text)
	}
	w.wrote()
}

// Terraform plans with what ignore_changes leaves of the configuration, but
// applies with the configuration as it stands.
func TestResourceIgnoreChanges(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(byGUID(fakecf.GUIDWeb, everything), everythingPatched, everythingScaled)
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
		p.Instances, p.Command, p.User = 13, fakecf.Ptr("bin/theirs"), fakecf.Ptr("theirs")
		p.LogRateLimit, p.DiskInMB = fakecf.Ptr(int64(5)), 4444
		p.HealthCheck, p.ReadinessHealthCheck = &fakecf.HealthCheck{Type: "port"}, &fakecf.HealthCheck{Type: "port"}
		p.Labels, p.Annotations = map[string]string{"theirs": "1"}, nil
	})
	theirs := w.mustProcess(fakecf.GUIDWeb)
	ignored := settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 700}
	p := w.plan(ignored)
	// Whatever changes after the plan is left alone as well.
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances, p.Command = 14, fakecf.Ptr("bin/later") })
	whole := byGUID(fakecf.GUIDWeb, everything)
	whole["memory_in_mb"], whole["wait_for_instances"] = 700, false
	w.ResetRequests()
	if text := diagnosticsText(w.apply(p, whole)); text != "" {
		t.Fatalf("got diagnostics %s, want none", text)
	}
	w.wrote(`POST {"memory_in_mb":700}`)
	if now := w.mustProcess(fakecf.GUIDWeb); now.Instances != 14 || now.HealthCheck.Type != theirs.HealthCheck.Type || now.Labels["theirs"] != "1" {
		t.Errorf("got the process %+v, want 14 instances and the ignored changes", now)
	}
	w.settled(ignored)

	// So is what the foundation does not show, or the plan does not know yet.
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
		p.Omit = []string{"metadata", "readiness_health_check", "health_check.data.timeout"}
	})
	if text := w.refresh(); text != "" {
		t.Fatalf("got diagnostics %s, want none", text)
	}
	changed := settings{"type": "http", "data": settings{"endpoint": "/ignored-no-more"}}
	p = w.plan(settings{"guid": fakecf.GUIDWeb, "health_check": changed})
	changed["data"].(settings)["timeout"] = 30
	whole = settings{
		"guid": fakecf.GUIDWeb, "health_check": changed,
		"metadata": settings{"labels": settings{"mine": "1"}}, "readiness_health_check": settings{"type": "port"},
	}
	w.ResetRequests()
	if text := diagnosticsText(w.apply(p, whole)); text != "" {
		t.Fatalf("got diagnostics %s, want none", text)
	}
	w.wrote(`PATCH {"health_check":{"type":"http","data":{"endpoint":"/ignored-no-more"}}}`)

	// An ignored address is the one that was.
	p = w.plan(settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 701})
	if text := diagnosticsText(w.apply(p, settings{"guid": fakecf.GUIDTanzu, "memory_in_mb": 701})); text != "" {
		t.Fatalf("got diagnostics %s, want none", text)
	}
	if now := w.mustProcess(fakecf.GUIDWeb); now.MemoryInMB != 701 || w.mustProcess(fakecf.GUIDTanzu).MemoryInMB == 701 {
		t.Error("got a change of another process, want it of the ignored address")
	}
}
