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
		for _, update := range []bool{false, true} {
			t.Run(createOrUpdate(update), func(t *testing.T) {
				w := startWorkspace(t, fakecf.SpaceDeveloper)
				if update {
					w.converges(settings{"guid": fakecf.GUIDWeb})
				}
				unknown := settings{"guid": fakecf.GUIDWeb}
				for name := range everything {
					unknown[name] = unknownYet
				}
				s := byGUID(fakecf.GUIDWeb, everything)
				w.ResetRequests()
				w.appliesUnknown(unknown, s)
				w.wrote(everythingPatched, everythingScaled)
				w.settled(s)
				// Unknown again, and then the same.
				w.appliesUnknown(unknown, s)
				w.wrote()
				// Unknown again, and then null.
				w.appliesUnknown(unknown, settings{"guid": fakecf.GUIDWeb})
				w.wrote()
				w.settled(settings{"guid": fakecf.GUIDWeb})
			})
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
		// In this order: only an update can read again an object that is not set any more.
		for _, test := range []struct {
			name  string
			known settings
		}{
			{"all set", settings{
				"guid":                   fakecf.GUIDWeb,
				"health_check":           settings{"type": "http", "data": settings{"endpoint": "/u", "timeout": 7}},
				"readiness_health_check": settings{"data": settings{"endpoint": "/v"}},
				"metadata":               settings{"labels": settings{"a": "1", "b": "2"}, "annotations": settings{}},
			}},
			{"some null", settings{
				"guid":         fakecf.GUIDWeb,
				"health_check": settings{"type": "port", "data": settings{"timeout": 7}},
				"metadata":     settings{"labels": settings{"a": "", "b": "2"}},
			}},
		} {
			w.subtest(t, test.name, func(*testing.T) {
				w.appliesUnknown(unknown, test.known)
				w.settled(test.known)
			})
		}
	})
}

// appliesUnknown plans with one configuration, applies with another in which the
// unknown values are known, and fails the test unless there are no diagnostics.
func (w *workspace) appliesUnknown(planned, known settings) {
	w.t.Helper()
	if text := diagnosticsText(w.apply(w.plan(planned), known)); text != "" {
		w.t.Fatalf("plan %s, then apply %s: got diagnostics:\n%.1000s\nwant none", brief(planned), brief(known), text)
	}
}

// A plan leaves only those attributes unknown that the change can change.
func TestResourcePlansPrecisely(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"guid": fakecf.GUIDWeb})
	for _, name := range []string{
		"command", "user", "instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second",
		"health_check", "readiness_health_check", "metadata",
	} {
		w.subtest(t, name, func(t *testing.T) {
			p := w.plan(byGUID(fakecf.GUIDWeb, settings{name: everything[name]}))
			for _, at := range unknowns("", p.planned) {
				if at != "updated_at" && at != "version" {
					t.Errorf("plan: got %s unknown, want it known", at)
				}
			}
			for other, value := range field.Open(p.planned) {
				if before := field.Open(w.state)[other]; other != name && value.IsKnown() && !value.Equal(before) {
					t.Errorf("plan: got %s = %s, want it unchanged, %s", other, brief(value), brief(before))
				}
			}
		})
	}
	for name, value := range map[string]any{"timeouts": settings{"update": "20m"}, "wait_for_instances": true} {
		w.subtest(t, name, func(t *testing.T) {
			s := byGUID(fakecf.GUIDWeb, settings{name: value})
			p := w.plan(s)
			if found := unknowns("", p.planned); len(found) > 0 || p.empty() {
				t.Errorf("plan: got the unknown attributes %q and the changes%s\nwant a change of %s only", found, onLines(p.changes()), name)
			}
			w.converges(s)
		})
	}
}

func TestResourceResets(t *testing.T) {
	t.Parallel()
	s := byGUID(fakecf.GUIDWeb, settings{"command": "", "user": ""})
	t.Run("create", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(s, `PATCH {"command":null,"user":null}`)
		if w.at("command") != "" || w.at("user") != "" {
			t.Errorf("state: got command %s and user %s, want both empty", brief(w.at("command")), brief(w.at("user")))
		}
		// The "" stays, also if another command is detected or others set a user.
		w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
			p.DetectedCommand, p.User = fakecf.Ptr("bin/detected-later"), fakecf.Ptr("root")
		})
		w.settled(s)
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "", "user": "", "instances": 1}), `POST {"instances":1}`)
		// No longer set, both are read again, and nothing is written.
		if p := w.plan(settings{"guid": fakecf.GUIDWeb}); len(unknowns("", p.planned)) == 0 {
			t.Errorf("plan without command and user: got the changes%s\nwant unknown values, to be read again", onLines(p.changes()))
		}
		w.converges(settings{"guid": fakecf.GUIDWeb})
		if w.at("command") != "bin/detected-later" || w.at("user") != "root" {
			t.Errorf("state without \"\": got command %s and user %s, want bin/detected-later and root", brief(w.at("command")), brief(w.at("user")))
		}
		// Set and reset again.
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "bin/own"}), `PATCH {"command":"bin/own"}`)
		w.converges(s, `PATCH {"command":null,"user":null}`)
	})
	t.Run("known only in the apply", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		unknown := byGUID(fakecf.GUIDWeb, settings{"command": unknownYet, "user": unknownYet})
		w.apply(w.plan(unknown), s)
		w.wrote(`PATCH {"command":null,"user":null}`)
		w.settled(s)
	})
	t.Run("after an import", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.imports(fakecf.GUIDWeb)
		w.converges(s, `PATCH {"command":null,"user":null}`)
	})
	t.Run("with a scale that fails", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Times: 1, Do: fakecf.Status(422)})
		both := byGUID(fakecf.GUIDWeb, settings{"command": "", "instances": 9})
		w.fails(both, "semantically invalid")
		w.converges(both, `POST {"instances":9}`)
	})
}

// For a user who may not see commands, nothing changes.
func TestResourceHiddenCommand(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	s := byGUID(fakecf.GUIDWeb, settings{"command": "bin/secret"})
	w.converges(s, `PATCH {"command":"bin/secret"}`)
	auditor := w.as(fakecf.SpaceAuditor)
	auditor.settled(s)
	auditor.settled(settings{"guid": fakecf.GUIDWeb})
	if auditor.at("command") != "bin/secret" || auditor.at("command_redacted") != true {
		t.Errorf("state of an auditor: got command %s and command_redacted %s, want bin/secret and true", brief(auditor.at("command")), brief(auditor.at("command_redacted")))
	}

	// A process with a hidden command, with and without one in the configuration.
	w.forget()
	w.converges(settings{"guid": fakecf.GUIDHiddenCommand, "instances": 4}, `POST {"instances":4}`)
	if w.at("command") != nil || w.at("command_redacted") != true {
		t.Errorf("state of a hidden command: got command %s and command_redacted %s, want null and true", brief(w.at("command")), brief(w.at("command_redacted")))
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
	// Others add a label: while labels is set it is removed, otherwise it stays.
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
		w.subtest(t, text, func(t *testing.T) { mentions(t, "validate", w.validate(s(metadata)), text) })
	}
	for name, metadata := range map[string]any{
		"unknown metadata": unknownYet,
		"unknown labels":   settings{"labels": unknownYet},
		"unknown label":    settings{"labels": settings{"a": unknownYet}},
	} {
		w.subtest(t, name, func(t *testing.T) {
			if text := w.validate(s(metadata)); text != "" {
				t.Errorf("validate: got diagnostics:\n%.1000s\nwant none", text)
			}
		})
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
		t.Errorf("state: got health_check.data = %s, want timeout 90 without an endpoint", brief(w.at("health_check", "data")))
	}
	endpoint := settings{"data": settings{"endpoint": "/x"}}
	mentions(t, "plan an endpoint for a port check", diagnosticsText(w.plan(s(endpoint, nil)).diags), "Endpoint without http")
	// With ignore_changes on the type, the plan gets that of the state.
	ignored := s(settings{"type": "port", "data": endpoint["data"]}, nil)
	p := w.planFrom(w.config(ignored), w.state, w.private)
	mentions(t, "plan with an ignored type", diagnosticsText(p.diags), "Endpoint without http")
	w.converges(s(settings{"type": "http", "data": settings{"endpoint": "/x"}}, settings{"type": "http", "data": settings{"endpoint": "/"}}),
		`PATCH {"health_check":{"type":"http","data":{"endpoint":"/x"}},"readiness_health_check":{"type":"http","data":{"endpoint":"/"}}}`)
	w.converges(s(settings{"type": "process", "data": settings{"invocation_timeout": 8}}, nil),
		`PATCH {"health_check":{"type":"process","data":{"invocation_timeout":8}}}`)

	for text, check := range map[string]settings{
		"Endpoint without http": {"type": "process", "data": settings{"endpoint": "/x"}},
		`health_check.type must be port, process or http, not "https".`: {"type": "https"},
	} {
		w.subtest(t, text, func(t *testing.T) { mentions(t, "validate", w.validate(s(check, nil)), text) })
	}
	// A mistyped type is the mistake, not the endpoint next to it.
	if text := w.validate(s(settings{"type": "HTTP", "data": settings{"endpoint": "/x"}}, nil)); !strings.Contains(text, `not "HTTP".`) || strings.Contains(text, "Endpoint without http") {
		t.Errorf("validate a mistyped type: got diagnostics:\n%.1000s\nwant one about the type alone", text)
	}
	// An unknown endpoint may turn out to be null.
	maybe := settings{"type": "port", "data": settings{"endpoint": unknownYet}}
	if text := w.validate(s(maybe, nil)); text != "" {
		t.Errorf("validate an unknown endpoint: got diagnostics:\n%.1000s\nwant none", text)
	}
	w.appliesUnknown(s(maybe, nil), s(settings{"type": "port", "data": settings{}}, nil))
	w.settled(s(settings{"type": "port"}, nil))
	w.ResetRequests()
	diags := w.apply(w.plan(s(maybe, nil)), s(settings{"type": "port", "data": settings{"endpoint": "/x"}}, nil))
	mentions(t, "apply an endpoint that was unknown in the plan", diagnosticsText(diags), "Endpoint without http")
	w.wrote()
}

// Terraform applies ignore_changes to the configuration of the plan, but not to that
// of the apply.
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
	// The apply leaves alone what changes after the plan, too.
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances, p.Command = 14, fakecf.Ptr("bin/later") })
	whole := byGUID(fakecf.GUIDWeb, everything)
	whole["memory_in_mb"], whole["wait_for_instances"] = 700, false
	w.ResetRequests()
	if text := diagnosticsText(w.apply(p, whole)); text != "" {
		t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
	}
	w.wrote(`POST {"memory_in_mb":700}`)
	if now := w.mustProcess(fakecf.GUIDWeb); now.Instances != 14 || now.HealthCheck.Type != theirs.HealthCheck.Type || now.Labels["theirs"] != "1" {
		t.Errorf("process: got %d instances, a check of type %s and the labels %v, want 14, %s and the label theirs, as others set",
			now.Instances, now.HealthCheck.Type, now.Labels, theirs.HealthCheck.Type)
	}
	w.settled(ignored)

	// It also leaves alone what the API omits, and what the plan does not know yet.
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
		p.Omit = []string{"metadata", "readiness_health_check", "health_check.data.timeout"}
	})
	if text := w.refresh(); text != "" {
		t.Fatalf("refresh: got diagnostics:\n%.1000s\nwant none", text)
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
		t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
	}
	w.wrote(`PATCH {"health_check":{"type":"http","data":{"endpoint":"/ignored-no-more"}}}`)

	// An ignored address is the one of the plan.
	p = w.plan(settings{"guid": fakecf.GUIDWeb, "memory_in_mb": 701})
	if text := diagnosticsText(w.apply(p, settings{"guid": fakecf.GUIDTanzu, "memory_in_mb": 701})); text != "" {
		t.Fatalf("apply with another address: got diagnostics:\n%.1000s\nwant none", text)
	}
	web, tanzu := w.mustProcess(fakecf.GUIDWeb).MemoryInMB, w.mustProcess(fakecf.GUIDTanzu).MemoryInMB
	if web != 701 || tanzu == 701 {
		t.Errorf("memory_in_mb: got %d and %d for the planned and the other address, want 701 only for the planned one", web, tanzu)
	}
}
