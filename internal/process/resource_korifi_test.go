package process

import (
	"maps"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// Korifi accepts other values, treats null differently and restores old values. The
// same configuration converges there, too.
func TestResourceOnKorifi(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *workspace {
		t.Helper()
		return startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(fakecf.Korifi))
	}
	common := settings{
		"command": "bin/all", "instances": 5, "memory_in_mb": 333, "disk_in_mb": 444,
		"health_check": settings{"type": "http", "data": settings{"timeout": 61, "invocation_timeout": 6, "endpoint": "/all"}},
		"metadata":     settings{"labels": settings{"a": "1"}, "annotations": settings{"note": "Grüße"}},
	}
	t.Run("everything", func(t *testing.T) {
		t.Parallel()
		for _, update := range []bool{false, true} {
			for attribute, value := range map[string]string{"guid": fakecf.GUIDWeb, "app_guid": fakecf.AppGUID} {
				t.Run(createOrUpdate(update)+" by "+attribute, func(t *testing.T) {
					w := start(t)
					if update {
						w.converges(settings{attribute: value})
					}
					s := settings{attribute: value}
					maps.Copy(s, common)
					w.converges(s,
						`PATCH {"command":"bin/all","health_check":{"data":{"timeout":61,"invocation_timeout":6,"endpoint":"/all"}},`+
							`"metadata":{"labels":{"a":"1","environment":null,"team":null},"annotations":{"contact":null,"note":"Grüße"}}}`,
						`POST {"instances":5,"memory_in_mb":333,"disk_in_mb":444}`)
					for _, name := range []string{"version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"} {
						if w.at(name) != nil {
							t.Errorf("state: got %s %s, want null", name, brief(w.at(name)))
						}
					}
					if labels := w.at("metadata", "labels").(map[string]string); len(labels) != 1 {
						t.Errorf("state: got the labels %v, want one", labels)
					}
					s["metadata"] = settings{"labels": settings{}, "annotations": settings{}}
					w.converges(s, `PATCH {"metadata":{"labels":{"a":null},"annotations":{"note":null}}}`)
				})
			}
		}
	})
	t.Run("types of checks come and go", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		s := func(check settings) settings { return byGUID(fakecf.GUIDWeb, settings{"health_check": check}) }
		w.converges(s(settings{}))
		w.converges(s(settings{"type": "port"}), `PATCH {"health_check":{"type":"port"}}`)
		w.converges(s(settings{"type": "process", "data": settings{"timeout": 9}}), `PATCH {"health_check":{"type":"process","data":{"timeout":9}}}`)
		// Korifi restores the old endpoint.
		w.converges(s(settings{"type": "http"}), `PATCH {"health_check":{"type":"http"}}`)
		if w.at("health_check", "data", "endpoint") != "/health" {
			t.Errorf("state: got endpoint %s, want /health, as before", brief(w.at("health_check", "data", "endpoint")))
		}
		w.converges(s(settings{"type": "port", "data": settings{"invocation_timeout": 4}}),
			`PATCH {"health_check":{"type":"port","data":{"invocation_timeout":4}}}`)
	})
	t.Run("an empty command resets it", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": ""}), `PATCH {"command":""}`)
		p := w.mustProcess(fakecf.GUIDWeb)
		if got := *p.EffectiveCommand(); w.at("command") != "" || got != "bundle exec rackup" {
			t.Errorf("reset: got command %s in the state and %s in the process, want \"\" and bundle exec rackup", brief(w.at("command")), got)
		}
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "", "instances": 1}), `POST {"instances":1}`)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		if w.at("command") != "bundle exec rackup" {
			t.Errorf("command not set: got command %s in the state, want bundle exec rackup", brief(w.at("command")))
		}
		// This process has none to reset.
		w.forget()
		w.converges(byGUID(fakecf.GUIDSparse, settings{"command": ""}))
	})
	t.Run("an error for each attribute that it lacks", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		lacking := map[string]settings{
			"user":                               {"user": "vcap"},
			"log_rate_limit_in_bytes_per_second": {"log_rate_limit_in_bytes_per_second": -1},
			"readiness_health_check":             {"readiness_health_check": settings{"type": "process"}},
			"interval":                           {"health_check": settings{"data": settings{"interval": 3}}},
			"invocation_timeout":                 {"health_check": settings{"type": "process", "data": settings{"invocation_timeout": 3}}},
		}
		for attribute, s := range lacking {
			w.subtest(t, "create, "+attribute, func(*testing.T) { w.fails(byGUID(fakecf.GUIDWeb, s), `AttributeName("`+attribute+`")`) })
		}
		w.converges(settings{"guid": fakecf.GUIDWeb})
		for attribute, s := range lacking {
			w.subtest(t, "update, "+attribute, func(t *testing.T) {
				p := w.plan(byGUID(fakecf.GUIDWeb, s))
				mentions(t, "plan", diagnosticsText(p.diags), `AttributeName("`+attribute+`")`, "Korifi")
			})
		}
		w.wrote()
	})
	t.Run("instances that others set, with another change", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 9 })
		w.converges(byGUID(fakecf.GUIDWeb, settings{"memory_in_mb": 111}), `POST {"memory_in_mb":111}`)
		if p := w.mustProcess(fakecf.GUIDWeb); p.Instances != 9 {
			t.Errorf("process: got %d instances, want 9, as others set", p.Instances)
		}
	})
}
