package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// newFoundation starts a foundation for the environment of a run.
func newFoundation(t *testing.T, role fakecf.Role, options ...fakecf.Option) *fakecf.Foundation {
	t.Helper()
	f := fakecf.New(t, options...)
	acctest.Isolate(t)
	t.Setenv("CF_API_URL", f.URL())
	t.Setenv("CF_ACCESS_TOKEN", f.Token(role))
	return f
}

// compared runs the comparison and returns what it found and printed.
func compared(t *testing.T, s settings) (found int, out string) {
	t.Helper()
	if s.processType == "" {
		s.processType = "web"
	}
	var b bytes.Buffer
	found, err := run(t.Context(), &b, s)
	if err != nil {
		t.Fatalf("%v\n%s", err, &b)
	}
	return found, b.String()
}

// foundations are the kinds of foundation, with a role each.
var foundations = []struct {
	name    string
	role    fakecf.Role
	options []fakecf.Option
}{
	{"Cloud Controller", fakecf.Admin, nil},
	{"Tanzu", fakecf.SpaceDeveloper, []fakecf.Option{fakecf.WithFlavor(fakecf.Tanzu)}},
	{"Korifi", fakecf.Admin, []fakecf.Option{fakecf.WithFlavor(fakecf.Korifi)}},
}

func TestReadOnly(t *testing.T) {
	for _, row := range foundations {
		t.Run(row.name, func(t *testing.T) {
			f := newFoundation(t, row.role, row.options...)
			troubled := f.AddApp(fakecf.SpaceGUIDTools, "troubled")
			guid := f.AddProcess(troubled, fakecf.Process{Type: "web.v2", Instances: 3, Labels: map[string]string{"a": "b"}})
			for index, state := range []string{"CRASHED", "DOWN"} {
				f.SetInstance(guid, int64(index), func(i *fakecf.Instance) { i.State, i.Details = state, fakecf.Ptr("why") })
			}
			for _, app := range []struct{ guid, processType string }{
				{"", "web"}, {fakecf.AppGUID, "worker"}, {fakecf.AppGUIDStopped, "web"}, {troubled, "web.v2"},
			} {
				found, out := compared(t, settings{appGUID: app.guid, processType: app.processType, role: row.role.String(), everything: true})
				if found != 0 || !strings.Contains(out, "no differences") {
					t.Errorf("app %q: got %d differences, want none:\n%s", app.guid, found, out)
				}
			}
			requests := f.Requests()
			if len(requests) < 4*300 {
				t.Errorf("got %d requests, want some hundreds for each app", len(requests))
			}
			for _, r := range requests {
				if r.Method != http.MethodGet {
					t.Errorf("a read-only run sent %s %s", r.Method, r.Path)
				}
			}
		})
	}
}
