package main

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

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
				if f.Flavor() == fakecf.Tanzu && app.guid != "" {
					continue // it reads as Cloud Controller does
				}
				found, out := compared(t, settings{appGUID: app.guid, processType: app.processType, role: row.role.String(), everything: true})
				if found != 0 || !strings.Contains(out, "no differences") {
					t.Errorf("app %q: got %d differences, want none:\n%s", app.guid, found, out)
				}
			}
			requests := f.Requests()
			if len(requests) < 500 {
				t.Errorf("got %d requests, want some hundreds", len(requests))
			}
			for _, r := range requests {
				if r.Method != http.MethodGet {
					t.Errorf("a read-only run sent %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// stateOf is what the writing half can change, in the tables of a foundation. The
// times of changes and the version follow every change.
func stateOf(t *testing.T, f *fakecf.Foundation, guid string) fakecf.Process {
	t.Helper()
	p, found := f.Process(guid)
	if !found {
		t.Fatalf("no process %s", guid)
	}
	p.UpdatedAt, p.Version = time.Time{}, ""
	if f.Flavor() == fakecf.Korifi && p.HealthCheck != nil { // what it shows for none, and none
		if p.HealthCheck.Timeout == nil {
			p.HealthCheck.Timeout = fakecf.Ptr[int64](60)
		}
		if p.HealthCheck.Endpoint == nil {
			p.HealthCheck.Endpoint = fakecf.Ptr("")
		}
	}
	if len(p.Labels) == 0 {
		p.Labels = nil
	}
	if len(p.Annotations) == 0 {
		p.Annotations = nil
	}
	return p
}

func TestWriting(t *testing.T) {
	for _, row := range foundations {
		for _, app := range []struct{ name, app, process string }{
			{"a command, a user and health checks of its own", fakecf.AppGUID, fakecf.GUIDWeb},
			{"defaults", fakecf.AppGUIDCatalog, fakecf.GUIDLabels},
			{"a hidden command", fakecf.AppGUIDPayments, fakecf.GUIDHiddenCommand},
			{"a stopped app", fakecf.AppGUIDStopped, fakecf.GUIDStopped},
		} {
			if row.name == "Tanzu" || row.name == "Korifi" && app.process == fakecf.GUIDHiddenCommand {
				continue // Tanzu writes as Cloud Controller does, and Korifi hides no command
			}
			t.Run(row.name+"/"+app.name, func(t *testing.T) {
				f := newFoundation(t, row.role, row.options...)
				if app.process == fakecf.GUIDWeb { // its user is the default
					f.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.User = fakecf.Ptr("storefront") })
				}
				before := stateOf(t, f, app.process)
				other := stateOf(t, f, fakecf.GUIDStaging)
				found, out := compared(t, settings{appGUID: app.app, role: row.role.String(), write: true, everything: true, only: "/v3/processes/"})
				if found != 0 {
					t.Errorf("got %d differences, want none:\n%s", found, out)
				}
				if got := stateOf(t, f, app.process); !reflect.DeepEqual(got, before) {
					t.Errorf("the process afterwards:\ngot  %+v\nwant %+v", got, before)
				}
				if got := stateOf(t, f, fakecf.GUIDStaging); !reflect.DeepEqual(got, other) {
					t.Errorf("another process changed:\ngot  %+v\nwant %+v", got, other)
				}
				if f.Count(http.MethodDelete, "/v3/processes/"+app.process+"/instances/0") != 1 {
					t.Error("no instance was terminated")
				}
				changes := f.Count(http.MethodPatch, "") + f.Count(http.MethodPost, "") + f.Count(http.MethodDelete, "")
				if changes < 100 {
					t.Errorf("got %d requests that write, want more", changes)
				}
			})
		}
	}
}
