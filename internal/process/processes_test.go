package process_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

func TestProcessesByName(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, apps, spaces, _ := twoSpaces(t, fakecf.WithFlavor(flavor))
			for _, test := range []struct {
				name  string
				given arguments
				want  string // instances, which identify the processes
			}{
				{"app", arguments{"app_names": []string{"shop"}}, "0 1 3 4"},
				{"apps", arguments{"app_names": []string{"shop", "billing", "shop"}}, "0 1 2 3 4"},
				{"space", arguments{"space_names": []string{"globex-prod"}}, "3 4"},
				{"organization", arguments{"organization_names": []string{"acme"}}, "0 1 2"},
				{"together", arguments{"app_names": []string{"shop"}, "organization_names": []string{"globex"}}, "3 4"},
				{"with GUIDs of apps", arguments{"app_names": []string{"shop"}, "app_guids": []string{apps[0], apps[1]}}, "0 1"},
				{"with GUIDs of spaces", arguments{"app_names": []string{"shop"}, "space_guids": spaces[1:], "types": []string{"web"}}, "3"},
				{"an empty list", arguments{"app_names": []string{}}, ""},
			} {
				t.Run(test.name, func(t *testing.T) {
					r := newReader(t, f, fakecf.Admin)
					given := arguments{"order_by": "created_at"}
					for key, value := range test.given {
						given[key] = value
					}
					processes := r.processes(given)
					if got := pick(processes, "instances"); got != test.want {
						t.Errorf("got %q, want %q", got, test.want)
					}
					for _, p := range processes {
						if p["app_name"] == nil || p["organization_name"] == nil {
							t.Errorf("got the names %v and %v, want them filled", p["app_name"], p["organization_name"])
						}
					}
				})
			}
		})
	}
}

// A typo must not make an audit pass.
func TestFilterThatMatchesNothingIsAWarning(t *testing.T) {
	t.Parallel()
	f, _, _, guids := twoSpaces(t)
	for _, test := range []struct {
		name  string
		given arguments
		want  []string
	}{
		{"a name with a space", arguments{"app_names": []string{" shop"}}, []string{`No app that this user can see is called " shop".`}},
		{"a name", arguments{"app_names": []string{"shop", "shpo"}}, []string{`warning at ("app_names")`, `No app that this user can see is called "shpo".`}},
		{"two names", arguments{"space_names": []string{"x", "y"}}, []string{
			`warning at ("space_names")`, `No space that this user can see is called "x" or "y".`,
		}},
		{"a GUID as a name", arguments{"space_names": []string{guids[0]}}, []string{`warning at ("space_names")`, "space_guids"}},
		{"a name as a GUID", arguments{"app_guids": []string{"storefront"}}, []string{
			`warning at ("app_guids")`, `"storefront" does not look like a GUID`, "app_names",
		}},
		{"names as GUIDs", arguments{"guids": []string{"x", "y"}}, []string{
			`warning at ("guids")`, `"x" and "y" do not look like GUIDs.`,
		}},
		{"a GUID that is not there", arguments{"app_guids": []string{"6a901b7c-9417-4dc1-8189-d3234aa0ab82"}}, nil},
		{"a name as a GUID, beside one that matches", arguments{"guids": []string{guids[0], "x"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newReader(t, f, fakecf.Admin)
			_, diagnostics := r.try("cf_processes", test.given)
			if test.want == nil && diagnostics != "" {
				t.Errorf("got %s, want no diagnostic", diagnostics)
			}
			for _, want := range test.want {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got %q, want %q in it", diagnostics, want)
				}
			}
		})
	}
}

// attributes keeps the listed attributes and guid; the others are null.
func TestProcessesKeepAttributes(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	for name, r := range map[string]*reader{
		"framework": newReader(t, f, fakecf.Admin), "fast read": newWholeReader(t, f, fakecf.Admin),
	} {
		t.Run(name, func(t *testing.T) {
			all := r.processes(arguments{"guids": []string{fakecf.GUIDWeb}})[0]
			kept := r.processes(arguments{
				"guids": []string{fakecf.GUIDWeb}, "attributes": []string{"instances", "health_check"},
				"include_names": true, "include_instances": true,
			})[0]
			for attribute, value := range kept {
				switch attribute {
				case "guid", "instances", "health_check":
					if value == nil || !reflect.DeepEqual(value, all[attribute]) {
						t.Errorf("got %s = %v, want %v", attribute, value, all[attribute])
					}
				case "app_name", "space_name", "organization_name", "organization_guid", "process_instances":
					if value == nil {
						t.Errorf("got %s null, want it kept: it has an argument of its own", attribute)
					}
				default:
					if value != nil {
						t.Errorf("got %s = %v, want null", attribute, value)
					}
				}
			}
			diagnostics := r.validate("cf_processes", arguments{"attributes": []string{"memory"}})
			for _, want := range []string{"attributes", `A process has no attribute "memory"`, "memory_in_mb"} {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got %q, want %q in it", diagnostics, want)
				}
			}
			if diagnostics := r.validate("cf_processes", arguments{"attributes": []string{}}); !strings.Contains(diagnostics, "attributes") {
				t.Errorf("got %q for an empty list, want an error", diagnostics)
			}
		})
	}
}

func TestProcessesWithInstances(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _, _, _ := twoSpaces(t, fakecf.WithFlavor(flavor))
			r := newReader(t, f, fakecf.Admin)
			processes := r.processes(arguments{"include_instances": true, "order_by": "created_at"})
			for i, p := range processes {
				found, known := p["process_instances"].([]any)
				if !known || len(found) != i {
					t.Errorf("got %v instances of process %d, want %d", p["process_instances"], i, i)
				}
			}
			if n := f.Count(http.MethodGet, "/v3/processes/"); flavor != fakecf.Korifi && n != 0 {
				t.Errorf("got %d requests for single processes, want none: they are embedded", n)
			}
			for _, p := range r.processes(nil) {
				if p["process_instances"] != nil {
					t.Errorf("got process_instances %v without include_instances, want null", p["process_instances"])
				}
			}
		})
	}
}

// While the runtime is unavailable, the list is complete, and one warning reports
// the unknown instances.
func TestProcessesWithInstancesWhileTheRuntimeIsUnavailable(t *testing.T) {
	t.Parallel()
	f, _, _, _ := twoSpaces(t)
	f.AddFault(fakecf.Fault{
		When: func(r *http.Request) bool { return r.URL.Query().Has("embed") },
		Do:   fakecf.Status(http.StatusInternalServerError, fakecf.APIError{Code: 10001, Title: "UnknownError", Detail: "An unknown error occurred."}),
	})
	r := newReader(t, f, fakecf.Admin)
	found, diagnostics := r.try("cf_processes", arguments{"include_instances": true})
	for _, want := range []string{"warning", "Some instances are unknown", "null"} {
		if !strings.Contains(diagnostics, want) {
			t.Errorf("got %q, want %q in it", diagnostics, want)
		}
	}
	if strings.Contains(diagnostics, "error:") || found == nil {
		t.Fatalf("got %s, want the list", diagnostics)
	}
	if n := len(found["processes"].([]any)); n != 5 {
		t.Errorf("got %d processes, want 5", n)
	}
}

// What cannot be a filter is refused in words that say what can.
func TestRefusedFilters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		given arguments
		want  []string
	}{
		{"an order", arguments{"order_by": "name"}, []string{
			`("order_by")`, "order_by must be one of created_at, -created_at, updated_at, -updated_at, not \"name\".",
		}},
		{"no attribute", arguments{"attributes": []string{}}, []string{`("attributes")`, "Leave it out to keep all attributes."}},
		{"an attribute of include_names", arguments{"attributes": []string{"app_name"}}, []string{
			`("attributes")`, "include_names adds app_name.",
		}},
		{"an attribute of include_instances", arguments{"attributes": []string{"process_instances"}}, []string{
			"include_instances adds process_instances.",
		}},
		{"the name of an app as its GUID", arguments{"app_guid": "storefront"}, []string{
			`error at ("app_guid")`, "App not found", `"storefront" is not a GUID`, "app_names",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newReader(t, fakecf.New(t), fakecf.Admin)
			diagnostics := r.validate("cf_processes", test.given)
			if diagnostics == "" {
				_, diagnostics = r.try("cf_processes", test.given)
			}
			for _, want := range test.want {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got %q, want %q in it", diagnostics, want)
				}
			}
		})
	}
}
