package process

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// A value that the process already has is never refused: Terraform generates
// configuration from it, which plans empty and is not sent with another change.
func TestResourceHasWhatTheAPIRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		flavor  fakecf.Flavor
		has     func(*fakecf.Process)
		changed settings // the same value, refused if it is new
		want    string
	}{
		"the type none": {
			fakecf.CloudController, func(p *fakecf.Process) { p.HealthCheck = &fakecf.HealthCheck{Type: "none"} },
			settings{"health_check": settings{"type": "none"}}, `health_check.type cannot be set to "none"`,
		},
		"a long detected command": {
			fakecf.CloudController, func(p *fakecf.Process) { p.Command, p.DetectedCommand = nil, fakecf.Ptr(strings.Repeat("ä", 4097)) },
			settings{"command": strings.Repeat("ä", 4097)}, "command must have at most 4096 characters, but has 4097",
		},
		"a blank command": {
			fakecf.CloudController, func(p *fakecf.Process) { p.Command = fakecf.Ptr(" \t") },
			settings{"command": " \t"}, "command is blank",
		},
		"an endpoint that is none": {
			fakecf.Korifi, func(p *fakecf.Process) { p.HealthCheck.Endpoint = fakecf.Ptr("up") },
			settings{"health_check": settings{"type": "http", "data": settings{"endpoint": "up"}}}, "must be a path",
		},
		"a key of the platform": {
			fakecf.CloudController, func(p *fakecf.Process) { p.Labels = map[string]string{"cloudfoundry.org/a": "1"} },
			settings{"metadata": settings{"labels": settings{"cloudfoundry.org/a": "1"}}}, "belongs to the platform",
		},
		"a short prefix": {
			fakecf.CloudController, func(p *fakecf.Process) { p.Labels = map[string]string{"ex/a": "1"} },
			settings{"metadata": settings{"labels": settings{"ex/a": "1"}}}, "is not a DNS name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(test.flavor))
			w.UpdateProcess(fakecf.GUIDWeb, test.has)
			w.imports(fakecf.GUIDWeb)
			w.plansEmptyAsGenerated()
			with := test.changed
			with["guid"], with["instances"] = fakecf.GUIDWeb, 7
			w.converges(with, `POST {"instances":7}`)
			// The plan refuses it for a process that does not have it.
			for _, update := range []bool{false, true} {
				w.subtest(t, createOrUpdate(update)+" of another process", func(t *testing.T) {
					w.forget()
					with["guid"] = fakecf.GUIDWorker
					if update {
						w.run(settings{"guid": fakecf.GUIDWorker})
					}
					w.ResetRequests()
					mentions(t, "plan", diagnosticsText(w.plan(with).diags), test.want)
					w.wrote()
				})
			}
		})
	}
}

// A user who may not see a long command can still change other attributes.
func TestResourceHasAHiddenLongCommand(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4097)
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Command, p.DetectedCommand = nil, fakecf.Ptr(long) })
	w.converges(byGUID(fakecf.GUIDWeb, settings{"command": long}))
	w = w.as(fakecf.SpaceSupporter)
	w.converges(byGUID(fakecf.GUIDWeb, settings{"command": long, "instances": 7}), `POST {"instances":7}`)
	if w.at("command_redacted") != true || w.at("command") != long {
		t.Errorf("state: got command_redacted %s and command %.40v, want true and the configured command", brief(w.at("command_redacted")), w.at("command"))
	}
}

func TestResourceEndpoints(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	with := func(endpoint string) settings {
		return byGUID(fakecf.GUIDWeb, settings{"health_check": settings{"data": settings{"endpoint": endpoint}}})
	}
	for _, endpoint := range []string{"/", "/a?b=c#d", "/%zz", "/ä"} {
		w.subtest(t, "valid: "+endpoint, func(t *testing.T) {
			if p := w.plan(with(endpoint)); hasErrors(p.diags) {
				t.Errorf("plan: got diagnostics:\n%.1000s\nwant no error", diagnosticsText(p.diags))
			}
		})
	}
	for endpoint, want := range map[string]string{
		"": "must be a path", "x": "must be a path", "//x": "must be a path", "/a b": "must be a path",
		"/" + strings.Repeat("x", 255): "at most 255",
	} {
		w.subtest(t, fmt.Sprintf("invalid: %.20q", endpoint), func(t *testing.T) {
			mentions(t, "plan", diagnosticsText(w.plan(with(endpoint)).diags), want)
		})
	}
}

// refuses fails the test unless the plan has an error with the text, or none if
// the text is empty.
func (w *workspace) refuses(s settings, want string) {
	w.t.Helper()
	p := w.plan(s)
	switch text := diagnosticsText(p.diags); {
	case want == "" && hasErrors(p.diags):
		w.t.Errorf("plan %s: got diagnostics:\n%.1000s\nwant no error", brief(s), text)
	case want != "" && (!hasErrors(p.diags) || !strings.Contains(text, want)):
		w.t.Errorf("plan %s: got diagnostics:\n%.1000s\nwant an error with %q", brief(s), text, want)
	}
}

// The type http needs an endpoint, from the configuration or the process.
func TestResourceHTTPNeedsAnEndpoint(t *testing.T) {
	t.Parallel()
	const refusal = "neither the configuration nor the process has one"
	http := settings{"type": "http"}
	for name, test := range map[string]struct {
		flavor fakecf.Flavor
		guid   string
		check  settings
		want   string
	}{
		"the process has one":       {fakecf.CloudController, fakecf.GUIDWeb, http, ""},
		"the process has none":      {fakecf.CloudController, fakecf.GUIDWorker, http, refusal},
		"it may turn out to be set": {fakecf.CloudController, fakecf.GUIDWorker, settings{"type": "http", "data": unknownYet}, ""},
		"it is not known yet":       {fakecf.CloudController, fakecf.GUIDWorker, settings{"type": "http", "data": settings{"endpoint": unknownYet}}, ""},
		"it is configured":          {fakecf.CloudController, fakecf.GUIDWorker, settings{"type": "http", "data": settings{"endpoint": "/x"}}, ""},
		"the type is unknown":       {fakecf.CloudController, fakecf.GUIDWorker, settings{"type": unknownYet}, ""},
		"Korifi keeps the old one":  {fakecf.Korifi, fakecf.GUIDWorker, http, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, update := range []bool{false, true} {
				for _, name := range []string{"health_check", "readiness_health_check"} {
					if name == "readiness_health_check" && (test.flavor == fakecf.Korifi || test.want == "") {
						continue
					}
					t.Run(createOrUpdate(update)+" with "+name, func(t *testing.T) {
						w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(test.flavor))
						if update {
							w.converges(settings{"guid": test.guid})
						}
						w.refuses(byGUID(test.guid, settings{name: test.check}), test.want)
					})
				}
			}
		})
	}
	t.Run("removed between plan and apply", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		config := byGUID(fakecf.GUIDWeb, settings{"health_check": http, "instances": 7})
		w.converges(settings{"guid": fakecf.GUIDWeb})
		p := w.plan(config)
		w.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.HealthCheck = &fakecf.HealthCheck{Type: "port"} })
		w.ResetRequests()
		mentions(t, "apply", diagnosticsText(w.apply(p, config)), refusal)
		w.wrote()
	})
}

// Only Korifi has Kubernetes' rules for labels and annotations.
func TestResourceMetadataOnKorifi(t *testing.T) {
	t.Parallel()
	large := settings{}
	for _, key := range strings.Split("abcdefghijklmnopqrst", "") {
		for _, second := range []string{"1", "2", "3"} {
			large[key+second] = strings.Repeat("x", 4500)
		}
	}
	for name, test := range map[string]struct {
		metadata             settings
		korifi, cloudFoundry string
	}{
		"capitals in a prefix":  {settings{"labels": settings{"Example.org/a": "1"}}, "has capital letters", ""},
		"capitals, annotation":  {settings{"annotations": settings{"Example.org/a": "1"}}, "has capital letters", ""},
		"a reserved prefix":     {settings{"labels": settings{"cloudfoundry.org/a": "1"}}, "", "belongs to the platform"},
		"a prefix with one dot": {settings{"labels": settings{"example.org/a": "1"}}, "", ""},
		"a prefix without one":  {settings{"labels": settings{"ex/a": "1"}}, "", "is not a DNS name"},
		"large annotations":     {settings{"annotations": large}, "at most 256 KiB", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, update := range []bool{false, true} {
				for server, expected := range map[string]struct {
					flavor fakecf.Flavor
					want   string
				}{
					"Korifi":           {fakecf.Korifi, test.korifi},
					"Cloud Controller": {fakecf.CloudController, test.cloudFoundry},
				} {
					t.Run(createOrUpdate(update)+" on "+server, func(t *testing.T) {
						w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(expected.flavor))
						if update {
							w.converges(settings{"guid": fakecf.GUIDWeb})
						}
						w.refuses(byGUID(fakecf.GUIDWeb, settings{"metadata": test.metadata}), expected.want)
					})
				}
			}
		})
	}
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for _, prefix := range []string{"", "ex_ample.org", strings.Repeat("p", 254), "a.b/c"} {
		w.subtest(t, fmt.Sprintf("invalid prefix %.20q", prefix), func(t *testing.T) {
			s := byGUID("g", settings{"metadata": settings{"labels": settings{prefix + "/a": "1"}}})
			mentions(t, "validate", w.validate(s), "Invalid label key")
		})
	}
}
