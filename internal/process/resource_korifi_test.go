package process

import (
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// Korifi differs in what it takes, what null means and what it puts back; the
// same configuration converges there as well.
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
	t.Run("by GUID and by app, adopted and updated", func(t *testing.T) {
		t.Parallel()
		for _, updated := range []bool{false, true} {
			for _, address := range []settings{{"guid": fakecf.GUIDWeb}, {"app_guid": fakecf.AppGUID}} {
				w := start(t)
				if updated {
					w.converges(address)
				}
				s := settings{}
				for name, value := range common {
					s[name] = value
				}
				for name, value := range address {
					s[name] = value
				}
				w.converges(s,
					`PATCH {"command":"bin/all","health_check":{"data":{"timeout":61,"invocation_timeout":6,"endpoint":"/all"}},`+
						`"metadata":{"labels":{"a":"1","environment":null,"team":null},"annotations":{"contact":null,"note":"Grüße"}}}`,
					`POST {"instances":5,"memory_in_mb":333,"disk_in_mb":444}`)
				for _, name := range []string{"version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"} {
					if w.at(name) != nil {
						t.Errorf("got %s %v, want null", name, w.at(name))
					}
				}
				if labels := w.at("metadata", "labels").(map[string]string); len(labels) != 1 {
					t.Errorf("got the labels %v, want one", labels)
				}
				s["metadata"] = settings{"labels": settings{}, "annotations": settings{}}
				w.converges(s, `PATCH {"metadata":{"labels":{"a":null},"annotations":{"note":null}}}`)
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
		// The old endpoint comes back.
		w.converges(s(settings{"type": "http"}), `PATCH {"health_check":{"type":"http"}}`)
		if w.at("health_check", "data", "endpoint") != "/health" {
			t.Errorf("got endpoint %v, want /health", w.at("health_check", "data", "endpoint"))
		}
		w.converges(s(settings{"type": "port", "data": settings{"invocation_timeout": 4}}),
			`PATCH {"health_check":{"type":"port","data":{"invocation_timeout":4}}}`)
	})
	t.Run("a command is given back with an empty one", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": ""}), `PATCH {"command":""}`)
		p := w.mustProcess(fakecf.GUIDWeb)
		if w.at("command") != "" || *p.EffectiveCommand() != "bundle exec rackup" {
			t.Errorf("got command %v, want the configured or the effective one", w.at("command"))
		}
		w.converges(byGUID(fakecf.GUIDWeb, settings{"command": "", "instances": 1}), `POST {"instances":1}`)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		if w.at("command") != "bundle exec rackup" {
			t.Errorf("got command %v, want the configured or the effective one", w.at("command"))
		}
		// There is none to give back.
		w.forget()
		w.converges(byGUID(fakecf.GUIDSparse, settings{"command": ""}))
	})
	t.Run("what it lacks is named", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		lacking := map[string]settings{
			`AttributeName("user")`:                               {"user": "vcap"},
			`AttributeName("log_rate_limit_in_bytes_per_second")`: {"log_rate_limit_in_bytes_per_second": -1},
			`AttributeName("readiness_health_check")`:             {"readiness_health_check": settings{"type": "process"}},
			`AttributeName("interval")`:                           {"health_check": settings{"data": settings{"interval": 3}}},
			`AttributeName("invocation_timeout")`:                 {"health_check": settings{"type": "process", "data": settings{"invocation_timeout": 3}}},
		}
		for at, s := range lacking { // while adopting: by the apply
			w.fails(byGUID(fakecf.GUIDWeb, s), at)
		}
		w.converges(settings{"guid": fakecf.GUIDWeb})
		for at, s := range lacking { // from then on: by the plan
			p := w.plan(byGUID(fakecf.GUIDWeb, s))
			if text := diagnosticsText(p.diags); !strings.Contains(text, at) || !strings.Contains(text, "Korifi") {
				t.Errorf("%v: got %q, want %q and Korifi in it", s, text, at)
			}
		}
		w.wrote()
	})
	t.Run("what comes along with another change", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.converges(settings{"guid": fakecf.GUIDWeb})
		w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 9 })
		w.converges(byGUID(fakecf.GUIDWeb, settings{"memory_in_mb": 111}), `POST {"memory_in_mb":111}`)
		if p := w.mustProcess(fakecf.GUIDWeb); p.Instances != 9 {
			t.Errorf("got %d instances, want 9", p.Instances)
		}
	})
}
