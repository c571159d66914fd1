package main

import (
	"io"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

func TestCannotRun(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(*testing.T, *fakecf.Foundation)
		s       settings
		want    string
	}{
		{"no credential", func(t *testing.T, _ *fakecf.Foundation) { t.Setenv("CF_ACCESS_TOKEN", "") }, settings{}, "No Cloud Foundry credentials"},
		{"a malformed API", func(t *testing.T, _ *fakecf.Foundation) { t.Setenv("CF_API_URL", "ftp://example.org") }, settings{}, "Invalid CF_API_URL"},
		{"no such app", nil, settings{appGUID: noGUID}, "/v3/apps/" + noGUID},
		{"no such type", nil, settings{appGUID: fakecf.AppGUID, processType: "clock"}, "CONFORMANCE_PROCESS_TYPE"},
		{"an unknown role", nil, settings{role: "king"}, "CONFORMANCE_ROLE"},
		{"a role that neither the token nor the API has", func(t *testing.T, f *fakecf.Foundation) {
			t.Setenv("CF_ACCESS_TOKEN", f.Token(fakecf.SpaceDeveloper))
		}, settings{}, "CONFORMANCE_ROLE"},
		{"a deployment in flight", func(_ *testing.T, f *fakecf.Foundation) { f.StartDeployment(fakecf.AppGUID) }, settings{appGUID: fakecf.AppGUID}, "in flight"},
		{"a token that is refused", func(t *testing.T, _ *fakecf.Foundation) { t.Setenv("CF_ACCESS_TOKEN", "not-a-token") }, settings{}, "credential"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFoundation(t, fakecf.Admin)
			if row.prepare != nil {
				row.prepare(t, f)
			}
			if row.s.processType == "" {
				row.s.processType = "web"
			}
			_, err := run(t.Context(), io.Discard, row.s)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("run: got the error %.500v, want one with %q", err, row.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	env := func(pairs map[string]string) func(string) string {
		return func(name string) string { return pairs[name] }
	}
	s, err := parse([]string{"-type", "worker"}, env(map[string]string{"CONFORMANCE_APP_GUID": "a", "CONFORMANCE_WRITE": "true"}))
	if err != nil || s.appGUID != "a" || s.processType != "worker" || !s.write {
		t.Errorf("parse(-type worker): got %+v and the error %v, want the app a, the type worker and writes", s, err)
	}
	if s, err = parse(nil, env(nil)); err != nil || s.write || s.processType != "web" || s.interval == 0 {
		t.Errorf("parse(): got %+v and the error %v, want the type web, an interval and no writes", s, err)
	}
	for name, row := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"writes without an app": {[]string{"-write"}, nil, "CONFORMANCE_APP_GUID"},
		"a malformed bool":      {nil, map[string]string{"CONFORMANCE_WRITE": "perhaps"}, "CONFORMANCE_WRITE"},
		"an argument":           {[]string{"more"}, nil, "more"},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := parse(row.args, env(row.env)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("parse(%q): got %+v and the error %.500v, want an error with %q", row.args, s, err, row.want)
			}
		})
	}
}
