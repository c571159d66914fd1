package main

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		t.Fatalf("run: got the error %.500v, want none:\n%.2000s", err, &b)
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
					continue // it reads like Cloud Controller
				}
				t.Run("app "+app.guid+", "+app.processType, func(t *testing.T) {
					found, out := compared(t, settings{appGUID: app.guid, processType: app.processType, role: row.role.String(), everything: true})
					if found != 0 || !strings.Contains(out, "no differences") {
						t.Errorf("run: got %d differences, want none:\n%.2000s", found, out)
					}
				})
			}
			requests := f.Requests()
			if len(requests) < 500 {
				t.Errorf("run: got %d requests, want at least 500", len(requests))
			}
			for _, r := range requests {
				if r.Method != http.MethodGet {
					t.Errorf("run that only reads: got %s %.200s, want only GET", r.Method, r.Path)
					break
				}
			}
		})
	}
}

// stateOf is a process in a foundation without updated_at and version, which every
// change moves.
func stateOf(t *testing.T, f *fakecf.Foundation, guid string) fakecf.Process {
	t.Helper()
	p, found := f.Process(guid)
	if !found {
		t.Fatalf("foundation: got no process %s, want one", guid)
	}
	p.UpdatedAt, p.Version = time.Time{}, ""
	if f.Flavor() == fakecf.Korifi && p.HealthCheck != nil { // it shows the default for null
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

// wantState fails the test unless a process has the state of before.
func wantState(t *testing.T, f *fakecf.Foundation, guid string, before fakecf.Process) {
	t.Helper()
	if got := stateOf(t, f, guid); !reflect.DeepEqual(got, before) {
		t.Errorf("process %s after the run:\ngot  %s\nwant %s", guid, describe(t, got), describe(t, before))
	}
}

// describe is a process as JSON, which shows the values of pointers.
func describe(t *testing.T, p fakecf.Process) string {
	t.Helper()
	content, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%.1500s", content)
}

func TestWriting(t *testing.T) {
	for _, row := range foundations {
		for _, app := range []struct{ name, app, process string }{
			{"a command, a user and health checks", fakecf.AppGUID, fakecf.GUIDWeb},
			{"defaults", fakecf.AppGUIDCatalog, fakecf.GUIDLabels},
			{"a hidden command", fakecf.AppGUIDPayments, fakecf.GUIDHiddenCommand},
			{"a stopped app", fakecf.AppGUIDStopped, fakecf.GUIDStopped},
		} {
			if row.name == "Tanzu" || row.name == "Korifi" && app.process == fakecf.GUIDHiddenCommand {
				continue // Tanzu writes like Cloud Controller, and Korifi does not hide commands
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
					t.Errorf("run: got %d differences, want none:\n%.2000s", found, out)
				}
				wantState(t, f, app.process, before)
				wantState(t, f, fakecf.GUIDStaging, other)
				if n := f.Count(http.MethodDelete, "/v3/processes/"+app.process+"/instances/0"); n != 1 {
					t.Errorf("run: got %d requests to terminate instance 0, want 1", n)
				}
				changes := f.Count(http.MethodPatch, "") + f.Count(http.MethodPost, "") + f.Count(http.MethodDelete, "")
				if changes < 100 {
					t.Errorf("run: got %d requests that write, want at least 100", changes)
				}
			})
		}
	}
}
