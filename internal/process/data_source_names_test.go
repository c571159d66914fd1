package process_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// requestPaths returns the methods and paths of the requests to the API.
func requestPaths(f *fakecf.Foundation) []string {
	var paths []string
	for _, r := range f.Requests() {
		paths = append(paths, r.Method+" "+r.Path)
	}
	return paths
}

// A process by name takes two requests on Cloud Controller. Korifi supports no
// include, so the provider requests its spaces and organizations.
func TestProcessByName(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, apps, spaces, guids := twoSpaces(t, fakecf.WithFlavor(flavor))
			for _, test := range []struct {
				name  string
				given arguments
				want  string // the process
			}{
				{"a name that is unique", arguments{"app_name": "billing"}, guids[2]},
				{"a space by name", arguments{"app_name": "shop", "space_name": "globex-prod"}, guids[3]},
				{"a space by GUID", arguments{"app_name": "shop", "space_guid": spaces[0]}, guids[0]},
				{"an organization", arguments{"app_name": "shop", "organization_name": "acme"}, guids[0]},
				{"everything", arguments{
					"app_name": "shop", "space_name": "acme-prod", "organization_name": "acme", "type": "worker",
				}, guids[1]},
			} {
				t.Run(test.name, func(t *testing.T) {
					r := newReader(t, f, fakecf.Admin)
					got := r.read("cf_process", test.given)
					if got["guid"] != test.want {
						t.Errorf("got the process %v, want %s", got["guid"], test.want)
					}
					for _, attribute := range []string{"app_name", "space_name", "organization_name", "organization_guid", "space_guid", "app_guid"} {
						if got[attribute] == nil {
							t.Errorf("got %s null, want it filled", attribute)
						}
					}
					if n := len(f.Requests()); flavor != fakecf.Korifi && n != 2 {
						t.Errorf("got %d requests, want 2: %q", n, requestPaths(f))
					}
				})
			}
			for _, source := range []string{"cf_process_stats", "cf_process_instances", "cf_process_sidecars"} {
				t.Run(source, func(t *testing.T) {
					r := newReader(t, f, fakecf.Admin)
					r.read(source, arguments{"app_name": "shop", "organization_name": "globex"})
					found := false
					for _, path := range requestPaths(f) {
						found = found || strings.Contains(path, guids[3]) || strings.Contains(path, apps[2])
					}
					if !found {
						t.Errorf("got the requests %q, want one for the process of the app", requestPaths(f))
					}
				})
			}
		})
	}
}

func TestIncludeNamesOfOneProcess(t *testing.T) {
	t.Parallel()
	f, _, _, guids := twoSpaces(t)
	r := newReader(t, f, fakecf.Admin)
	got := r.read("cf_process", arguments{"guid": guids[3], "include_names": true})
	if got["app_name"] != "shop" || got["space_name"] != "globex-prod" || got["organization_name"] != "globex" {
		t.Errorf("got the names %v, %v, %v, want shop, globex-prod, globex", got["app_name"], got["space_name"], got["organization_name"])
	}
	if n := len(f.Requests()); n != 2 {
		t.Errorf("got %d requests, want 2: %q", n, requestPaths(f))
	}
	if got = r.read("cf_process", arguments{"guid": guids[3]}); got["app_name"] != nil || got["organization_guid"] != nil {
		t.Errorf("got %.200v, want no names without include_names", got)
	}
}

// Each mistake is one error on its argument, with what to do.
func TestProcessByNameFails(t *testing.T) {
	t.Parallel()
	f, _, spaces, guids := twoSpaces(t)
	batch := f.AddApp(spaces[0], "batch")
	for i := range 200 {
		f.AddProcess(f.AddApp(f.AddSpace(f.AddOrganization(fmt.Sprintf("org-%03d", i)), "dev"), "worker"), fakecf.Process{Type: "web"})
	}
	for _, test := range []struct {
		name  string
		given arguments
		want  []string
	}{
		{"several", arguments{"app_name": "shop"}, []string{
			`error at ("app_name")`, "Several apps of this name", `2 apps are called "shop"`, "acme / acme-prod / shop (", "space_name",
		}},
		{"very many", arguments{"app_name": "worker", "space_name": "dev"}, []string{
			`200 apps are called "worker" in the space "dev"`, "org-000 / dev / worker", "and 190 more",
		}},
		{"none", arguments{"app_name": "Nope"}, []string{`error at ("app_name")`, "App not found", `is called "Nope"`, "api_url"}},
		{"elsewhere", arguments{"app_name": "billing", "space_name": "globex-prod"}, []string{
			"App not found", "apps of this name elsewhere", "acme / acme-prod / billing",
		}},
		{"a GUID as a name", arguments{"app_name": guids[0]}, []string{"looks like a GUID: use app_guid instead of app_name"}},
		{"a name as the GUID of a space", arguments{"app_name": "shop", "space_guid": "acme-prod"}, []string{
			`"acme-prod" is not a GUID: use space_name`,
		}},
		{"a name as the GUID of an app", arguments{"app_guid": "storefront"}, []string{
			`"storefront" is not a GUID: app_guid takes the GUID of the app`, "app_name",
		}},
		{"the GUID of an app as that of a process", arguments{"guid": "6a901b7c-9417-4dc1-8189-d3234aa0ab82"}, []string{
			"If this is the GUID of an app, use app_guid.",
		}},
		{"the GUID of a process as that of an app", arguments{"app_guid": "6a901b7c-9417-4dc1-8189-d3234aa0ab82"}, []string{
			"If this is the GUID of a process, use guid.",
		}},
		{"a type that the app lacks", arguments{"app_name": "billing", "type": "wroker"}, []string{
			`error at ("type")`, `no process of type "wroker"`, "cf app NAME",
		}},
		{"an app without the default type", arguments{"app_name": "batch"}, []string{
			`error at ("app_name")`, `no process of type "web"`, "cf app NAME",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newReader(t, f, fakecf.Admin)
			_, diagnostics := r.try("cf_process", test.given)
			for _, want := range test.want {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got %s\nwant %q in it", diagnostics, want)
				}
			}
		})
	}
	for name, r := range map[string]*reader{"framework": newReader(t, f, fakecf.Admin), "fast read": newWholeReader(t, f, fakecf.Admin)} {
		t.Run("an app by GUID without the default type, "+name, func(t *testing.T) {
			_, diagnostics := r.try("cf_process", arguments{"app_guid": batch})
			if want := `error at ("app_guid")`; !strings.Contains(diagnostics, want) {
				t.Errorf("got %s\nwant %q in it: type is not set", diagnostics, want)
			}
		})
	}
	for source, want := range map[string]string{
		"cf_process_stats":     `Could not read the stats of process "wroker" of app "billing" in the space "acme-prod".`,
		"cf_process_instances": `Could not read the instances of process "wroker" of app "billing" in the space "acme-prod".`,
		"cf_process_sidecars":  `Could not list the sidecars of process "wroker" of app "billing" in the space "acme-prod".`,
	} {
		t.Run(source, func(t *testing.T) {
			r := newReader(t, f, fakecf.Admin)
			_, diagnostics := r.try(source, arguments{"app_name": "billing", "space_name": "acme-prod", "type": "wroker"})
			if !strings.Contains(diagnostics, want) {
				t.Errorf("got %s\nwant %q in it", diagnostics, want)
			}
		})
	}
	for _, test := range []struct {
		name  string
		given arguments
		want  []string
	}{
		{"type alone", arguments{"type": "web"}, []string{`("type")`, "type alone does not say of which app: add app_name or app_guid"}},
		{"nothing", arguments{}, []string{`("guid")`, "No process is addressed"}},
		{"two ways", arguments{"guid": guids[0], "app_name": "shop"}, []string{`("guid")`, "app_name and guid exclude each other"}},
		{"two apps", arguments{"app_guid": guids[0], "app_name": "shop"}, []string{`("app_guid")`, "exclude each other"}},
		{"a place without a name", arguments{"guid": guids[0], "space_guid": spaces[0]}, []string{`("space_guid")`, "Set app_name"}},
		{"two spaces", arguments{"app_name": "shop", "space_name": "a", "space_guid": spaces[0]}, []string{`("space_name")`, "exclude each other"}},
		{"an empty name", arguments{"app_name": ""}, []string{`("app_name")`, "must not be empty"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newReader(t, f, fakecf.Admin)
			diagnostics := r.validate("cf_process", test.given)
			for _, want := range test.want {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got %s\nwant %q in it", diagnostics, want)
				}
			}
			if n := len(f.Requests()); n != 0 {
				t.Errorf("got %d requests for a validation, want none", n)
			}
		})
	}
}

// Names are compared as the API does, and can have any characters.
func TestProcessByNameWithSpecialCharacters(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a,b", "a b", "ä目", "50%", "a/b?c#d&e=f", "[x]", "+"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t)
			want := f.AddProcess(f.AddApp(f.AddSpace(f.AddOrganization("o"), "s"), name), fakecf.Process{Type: "web"})
			r := newReader(t, f, fakecf.Admin)
			if got := r.read("cf_process", arguments{"app_name": name, "space_name": "s", "organization_name": "o"}); got["guid"] != want {
				t.Errorf("got the process %v, want %s", got["guid"], want)
			}
		})
	}
}

// A user without a role in the space gets the same error as for a missing app.
func TestProcessByNameWithoutRole(t *testing.T) {
	t.Parallel()
	f, _, _, _ := twoSpaces(t)
	r := newReader(t, f, fakecf.NoRole)
	_, diagnostics := r.try("cf_process", arguments{"app_name": "billing"})
	for _, want := range []string{"App not found", "the user has a role in the space"} {
		if !strings.Contains(diagnostics, want) {
			t.Errorf("got %s\nwant %q in it", diagnostics, want)
		}
	}
}
