package process_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// twoSpaces has three apps in two spaces, five processes in all, created one
// minute after the other.
func twoSpaces(t *testing.T, options ...fakecf.Option) (f *fakecf.Foundation, apps, spaces, processes []string) {
	t.Helper()
	f = fakecf.New(t, append([]fakecf.Option{fakecf.WithoutSeed()}, options...)...)
	for _, organization := range []string{"acme", "globex"} {
		spaces = append(spaces, f.AddSpace(f.AddOrganization(organization), organization+"-prod"))
	}
	apps = []string{f.AddApp(spaces[0], "shop"), f.AddApp(spaces[0], "billing"), f.AddApp(spaces[1], "shop")}
	for i, p := range []struct {
		app int
		typ string
	}{{0, "web"}, {0, "worker"}, {1, "web"}, {2, "web"}, {2, "clock"}} {
		processes = append(processes, f.AddProcess(apps[p.app], fakecf.Process{
			Type: p.typ, Instances: int64(i), Command: fakecf.Ptr("run"),
			Labels:    map[string]string{"number": fmt.Sprint(i)},
			CreatedAt: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC),
			UpdatedAt: time.Date(2026, 2, 1, 0, 10-i, 0, 0, time.UTC),
		}))
	}
	return f, apps, spaces, processes
}

var flavors = map[string]fakecf.Flavor{
	"Cloud Controller": fakecf.CloudController, "Tanzu": fakecf.Tanzu, "Korifi": fakecf.Korifi,
}

// The result is the same, regardless of which filters a foundation supports.
func TestProcessesAreTheSameOnEveryFoundation(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, apps, spaces, guids := twoSpaces(t, fakecf.WithFlavor(flavor))
			r := newReader(t, f, fakecf.Admin)
			for _, test := range []struct {
				name  string
				given arguments
				want  string // instances, which identify the processes
			}{
				{"all", nil, "0 1 2 3 4"},
				{"guids, whatever their order", arguments{"guids": []string{guids[3], guids[1], guids[3], "none"}}, "1 3"},
				{"types", arguments{"types": []string{"web", "clock"}}, "0 2 3 4"},
				{"app_guids", arguments{"app_guids": []string{apps[2], apps[1]}}, "2 3 4"},
				{"space_guids", arguments{"space_guids": []string{spaces[1]}}, "3 4"},
				{"all together", arguments{"guids": guids[:4], "types": []string{"web"}, "app_guids": apps, "space_guids": spaces[:1]}, "0 2"},
				{"one app", arguments{"app_guid": apps[0]}, "0 1"},
				{"one app and a type", arguments{"app_guid": apps[2], "types": []string{"clock"}}, "4"},
				{"one app and guids", arguments{"app_guid": apps[0], "guids": guids[1:]}, "1"},
				{"nothing matches", arguments{"types": []string{"none"}}, ""},
				{"latest first", arguments{"order_by": "-created_at"}, "4 3 2 1 0"},
				{"by change", arguments{"order_by": "updated_at", "types": []string{"web"}}, "3 2 0"},
			} {
				t.Run(test.name, func(t *testing.T) {
					given := arguments{"order_by": "created_at"} // without it, Korifi orders differently
					maps.Copy(given, test.given)
					if got := pick(r.processes(given), "instances"); got != test.want {
						t.Errorf("got the processes %q, want %q", got, test.want)
					}
				})
			}
		})
	}
}

func TestProcessesFiltersOfCloudControllerAlone(t *testing.T) {
	t.Parallel()
	filters := map[string]struct {
		given arguments
		want  string
	}{
		"label_selector": {arguments{"label_selector": "number in (1,3),number!=1"}, "3"},
		"created_ats":    {arguments{"created_ats": arguments{"gt": "2026-01-01T00:00:00Z", "lte": "2026-01-01T00:02:00Z"}}, "1 2"},
		"updated_ats":    {arguments{"updated_ats": arguments{"values": []string{"2026-02-01T00:10:00Z", "2026-02-01T00:06:00Z"}}}, "0 4"},
	}
	f, _, _, guids := twoSpaces(t)
	r := newReader(t, f, fakecf.Admin)
	for name, test := range filters {
		t.Run(name, func(t *testing.T) {
			if got := pick(r.processes(test.given), "instances"); got != test.want {
				t.Errorf("got the processes %q, want %q", got, test.want)
			}
		})
	}
	organization := r.processes(arguments{"guids": guids[4:], "include_names": true})[0]["organization_guid"]
	byOrganization := arguments{"organization_guids": []any{organization}}
	if got := pick(r.processes(byOrganization), "instances"); got != "3 4" {
		t.Errorf("organization_guids: got the processes %q, want %q", got, "3 4")
	}

	f, _, _, _ = twoSpaces(t, fakecf.WithFlavor(fakecf.Korifi))
	r = newReader(t, f, fakecf.Admin)
	filters["organization_guids"] = struct {
		given arguments
		want  string
	}{byOrganization, ""}
	for name, test := range filters {
		t.Run(name+" on Korifi", func(t *testing.T) {
			_, diagnostics := r.try("cf_processes", test.given)
			for _, want := range []string{"error at ", `("` + name + `")`, "Filter not available on this foundation", "does not support the filter " + name, "Valid parameters are"} {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got diagnostics %q, want %q in them", diagnostics, want)
				}
			}
		})
	}
}

// The error names all filters that Korifi lacks, on the first one.
func TestSeveralUnsupportedFilters(t *testing.T) {
	t.Parallel()
	r := newReader(t, fakecf.New(t, fakecf.WithFlavor(fakecf.Korifi)), fakecf.Admin)
	_, diagnostics := r.try("cf_processes", arguments{
		"organization_guids": []any{"a"}, "label_selector": "env=prod", "updated_ats": arguments{"lt": "2026-01-31T12:00:00Z"},
	})
	const want = "does not support the filters organization_guids, label_selector and updated_ats, and the provider does not filter in " +
		"its place. Leave organization_guids, label_selector and updated_ats out;"
	if !strings.Contains(diagnostics, want) || !strings.Contains(diagnostics, `("organization_guids")`) {
		t.Errorf("got diagnostics %q, want %q at organization_guids", diagnostics, want)
	}
}

func TestProcessesNames(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _, _, _ := twoSpaces(t, fakecf.WithFlavor(flavor))
			r := newReader(t, f, fakecf.Admin)
			named := r.processes(arguments{"include_names": true, "order_by": "created_at"})
			for attribute, want := range map[string]string{
				"app_name":          "shop shop billing shop shop",
				"space_name":        "acme-prod acme-prod acme-prod globex-prod globex-prod",
				"organization_name": "acme acme acme globex globex",
			} {
				t.Run(attribute, func(t *testing.T) {
					if got := pick(named, attribute); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				})
			}
			if named[0]["organization_guid"] == nil || named[0]["organization_guid"] == named[4]["organization_guid"] {
				t.Errorf("got organization_guid %v and %v, want two different GUIDs", named[0]["organization_guid"], named[4]["organization_guid"])
			}
			for _, p := range r.processes(nil) {
				if p["app_name"] != nil || p["space_name"] != nil || p["organization_guid"] != nil || p["organization_name"] != nil {
					t.Errorf("got %.200v, want no names without include_names", p)
				}
			}
		})
	}
}

func TestProcessesHideCommandsWithoutFurtherRequests(t *testing.T) {
	t.Parallel()
	f, _, _, _ := twoSpaces(t)
	r := newReader(t, f, fakecf.Admin)
	for _, p := range r.processes(nil) {
		if p["command"] != nil || p["command_redacted"] != true {
			t.Errorf("got command %v, command_redacted %v, want null and true", p["command"], p["command_redacted"])
		}
	}
	if requests := f.Requests(); len(requests) != 1 {
		t.Errorf("got %d requests, want 1", len(requests))
	}
}

// The singular and the plural data source show the same values.
func TestProcessesAreLikeTheSingularDataSource(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t, fakecf.WithFlavor(flavor))
			r := newReader(t, f, fakecf.Admin)
			listed := r.processes(nil)
			if len(listed) < 3 {
				t.Fatalf("got %d processes, want at least 3 to compare", len(listed))
			}
			for _, p := range listed {
				single := r.read("cf_process", arguments{"guid": p["guid"]})
				for attribute, want := range single {
					if attribute == "command" || attribute == "command_redacted" {
						continue // lists hide it
					}
					if got := p[attribute]; fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("%s of %s: got %.200v, want %.200v", attribute, p["guid"], got, want)
					}
				}
			}
		})
	}
}

func TestProcessesSendNoRequestForAnEmptyList(t *testing.T) {
	t.Parallel()
	f, apps, _, _ := twoSpaces(t)
	r := newReader(t, f, fakecf.Admin)
	for _, given := range []arguments{
		{"guids": []string{}}, {"organization_guids": []string{}}, {"app_guid": apps[0], "types": []string{}},
		{"created_ats": arguments{"values": []string{}}, "include_names": true},
	} {
		t.Run(fmt.Sprint(given), func(t *testing.T) {
			if got := r.processes(given); len(got) != 0 {
				t.Errorf("got %d processes, want none", len(got))
			}
		})
	}
	if requests := f.Requests(); len(requests) != 0 {
		t.Errorf("got %d requests, want none", len(requests))
	}
}

func TestProcessesOfAMissingApp(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, fakecf.New(t, fakecf.WithFlavor(flavor)), fakecf.Admin)
			_, diagnostics := r.try("cf_processes", arguments{"app_guid": "00000000-0000-4000-8000-000000000000"})
			for _, want := range []string{`error at ("app_guid"): App not found`, "CF-ResourceNotFound (10010)", "/v3/apps/00000000-0000-4000-8000-000000000000/processes"} {
				if !strings.Contains(diagnostics, want) {
					t.Errorf("got diagnostics %q, want %q in them", diagnostics, want)
				}
			}
			if got := r.processes(arguments{"app_guids": []string{"00000000-0000-4000-8000-000000000000"}}); len(got) != 0 {
				t.Errorf("got %d processes for the GUID of no app, want none", len(got))
			}
		})
	}
}

func TestProcessesRefuseWrongConfiguration(t *testing.T) {
	t.Parallel()
	r := newReader(t, fakecf.New(t), fakecf.Admin)
	for _, test := range []struct {
		given arguments
		want  string // in the diagnostics; empty: it is valid
	}{
		{nil, ""},
		{arguments{"order_by": "-updated_at"}, ""},
		{arguments{"order_by": "name"}, "order_by"},
		{arguments{"order_by": "+created_at"}, "order_by"},
		{arguments{"guids": []any{"a", nil}}, "guids"},
		{arguments{"types": []string{"a/b c?d"}}, ""},
		{arguments{"types": []string{"a,b"}}, ""},
		{arguments{"space_guids": []string{""}}, "space_guids"},
		{arguments{"app_guid": "a?b"}, "app_guid"},
		{arguments{"app_guid": "a", "types": []string{"web"}, "guids": []string{"g"}}, ""},
		{arguments{"app_guid": "a", "app_guids": []string{"b"}}, "app_guids"},
		{arguments{"app_guid": "a", "space_guids": []string{"b"}}, "space_guids"},
		{arguments{"app_guid": "a", "organization_guids": []string{"b"}}, "organization_guids"},
		{arguments{"label_selector": "env=prod,!old"}, ""},
		{arguments{"label_selector": ""}, "label_selector"},
		{arguments{"label_selector": "env in (prod"}, "label_selector"},
		{arguments{"created_ats": arguments{"gte": "2026-01-01T00:00:00Z", "lt": "2026-02-01T00:00:00Z"}}, ""},
		{arguments{"created_ats": arguments{"gt": "yesterday"}}, "created_ats"},
		{arguments{"updated_ats": arguments{"values": []string{"2026-01-01"}}}, "updated_ats"},
		{arguments{"updated_ats": arguments{"values": []string{"2026-01-01T00:00:00Z"}, "gt": "2026-01-01T00:00:00Z"}}, "updated_ats"},
	} {
		t.Run(fmt.Sprint(test.given), func(t *testing.T) {
			got := r.validate("cf_processes", test.given)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got diagnostics %q, want an error for %q", got, test.want)
			}
		})
	}
}

func TestProcessesShowErrorsOfTheAPI(t *testing.T) {
	t.Parallel()
	f, _, _, _ := twoSpaces(t)
	r := newReader(t, f, fakecf.Admin)
	// A selector that passes the validation may still be invalid for the API.
	_, diagnostics := r.try("cf_processes", arguments{"label_selector": "env=" + strings.Repeat("x", 64)})
	if !strings.Contains(diagnostics, "CF-BadQueryParameter (10005)") || !strings.Contains(diagnostics, "GET /v3/processes answered 400") {
		t.Errorf("got diagnostics %q, want the API's 400 with CF-BadQueryParameter (10005)", diagnostics)
	}
	f.AddFault(fakecf.Fault{Method: "GET", Path: "/v3/processes", Do: fakecf.Body(200, "application/json", `{"pagination": 7}`)})
	if _, diagnostics := r.try("cf_processes", nil); !strings.HasPrefix(diagnostics, "error: ") || !strings.Contains(diagnostics, "page 1 of the list") {
		t.Errorf("got diagnostics %q, want an error about page 1 of the list", diagnostics)
	}
}

func TestProcessesThatChangeWhileTheyAreRead(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t, fakecf.WithoutSeed(), fakecf.WithMaxPerPage(10))
	app := f.AddApp(f.AddSpace(f.AddOrganization("o"), "s"), "a")
	var guids []string
	for i := range 35 {
		guids = append(guids, f.AddProcess(app, fakecf.Process{
			Type: fmt.Sprintf("t%02d", i), Instances: int64(i), CreatedAt: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC),
		}))
	}
	r := newReader(t, f, fakecf.Admin)
	var once atomic.Bool
	f.OnRequest(func(req *http.Request) {
		if req.URL.Query().Get("page") == "3" && once.CompareAndSwap(false, true) {
			f.DeleteProcess(guids[0])
		}
	})
	got := r.processes(nil)
	var want []string
	for i := 1; i < 35; i++ {
		want = append(want, fmt.Sprint(i))
	}
	if got, want := pick(got, "instances"), strings.Join(want, " "); got != want {
		t.Errorf("got the processes %q, want %q", got, want)
	}

	// On a foundation that keeps changing, each process that exists throughout is
	// listed once, with a warning.
	var made atomic.Int64
	f.OnRequest(func(req *http.Request) {
		if req.URL.Query().Get("page") == "2" {
			f.AddProcess(app, fakecf.Process{
				Type: fmt.Sprintf("new%d", made.Add(1)), Instances: 1000, CreatedAt: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
			})
		}
	})
	state, diagnostics := r.try("cf_processes", nil)
	if !strings.HasPrefix(diagnostics, "warning: The list changed while it was read: ") || !strings.Contains(diagnostics, "3 readings") {
		t.Errorf("got diagnostics %q, want a warning that the list changed during 3 readings", diagnostics)
	}
	seen := map[any]int{}
	for _, p := range state["processes"].([]any) {
		seen[p.(map[string]any)["guid"]]++
	}
	for _, guid := range guids[1:] {
		if seen[guid] != 1 {
			t.Errorf("got %s %d times, want once", guid, seen[guid])
		}
	}
	if made.Load() != 3 {
		t.Errorf("got %d readings, want 3", made.Load())
	}
}
