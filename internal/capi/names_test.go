package capi_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// namedFoundation has n apps, a hundred in a space and ten spaces in an
// organization.
func namedFoundation(n int) (server *listServer, processes []*capi.Process) {
	to := func(guid string) row { return row{"data": row{"guid": guid}} }
	var apps, spaces, organizations []row
	for i := range n {
		app := fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)
		apps = append(apps, row{"guid": app, "name": "app " + app, "relationships": row{"space": to(fmt.Sprintf("s%d", i/100))}})
		if i%100 == 0 {
			spaces = append(spaces, row{
				"guid": fmt.Sprintf("s%d", i/100), "name": fmt.Sprintf("space %d", i/100),
				"relationships": row{"organization": to(fmt.Sprintf("o%d", i/1000))},
			})
		}
		if i%1000 == 0 {
			organizations = append(organizations, row{"guid": fmt.Sprintf("o%d", i/1000), "name": fmt.Sprintf("organization %d", i/1000)})
		}
		processes = append(processes, processOf(app), processOf(app))
	}
	return &listServer{
		lists:    map[string][]row{"/v3/apps": apps, "/v3/spaces": spaces, "/v3/organizations": organizations},
		selects:  true,
		included: map[string]any{"spaces": spaces, "organizations": organizations},
	}, processes
}

func processOf(app string) *capi.Process {
	return &capi.Process{GUID: "p", Relationships: &capi.Relationships{
		App: &capi.Relationship{Data: &capi.RelationshipData{GUID: &app}},
	}}
}

func checkNames(t *testing.T, names *capi.NameList, processes []*capi.Process) {
	t.Helper()
	for i, p := range processes {
		i /= 2
		n := names.ByApp[*p.AppGUID()]
		if n.App == nil || string(*n.App) != "app "+*p.AppGUID() ||
			n.Space == nil || string(*n.Space) != fmt.Sprintf("space %d", i/100) ||
			n.OrganizationGUID == nil || *n.OrganizationGUID != fmt.Sprintf("o%d", i/1000) ||
			n.Organization == nil || string(*n.Organization) != fmt.Sprintf("organization %d", i/1000) {
			t.Fatalf("app %d: got the names %s, want \"app %s\" in space %d of organization %d", i, asJSON(n), *p.AppGUID(), i/100, i/1000)
		}
	}
}

func TestNamesTakeFewRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		apps, wanted int
		requests     int
		guids        bool
	}{
		{"many apps", 6000, 6000, 2, false},
		{"few of many apps", 6000, 100, 1, true},
		{"some of many apps", 6000, 1000, 2, false},
		{"some of very many apps", 30_000, 700, 1 + 4, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, processes := namedFoundation(test.apps)
			client := server.start(t)
			processes = processes[:2*test.wanted]
			names, err := client.Names(context.Background(), processes)
			if err != nil {
				t.Fatal(err)
			}
			checkNames(t, names, processes)
			if len(names.ByApp) != test.wanted {
				t.Errorf("got the names of %d apps, want %d", len(names.ByApp), test.wanted)
			}
			received := server.received()
			if len(received) != test.requests || strings.Contains(received[len(received)-1], "guids=") != test.guids {
				t.Errorf("got %d requests, the last %.80s, want %d, with guids: %t", len(received), received[len(received)-1], test.requests, test.guids)
			}
			for _, url := range received {
				if !strings.HasPrefix(url, "/v3/apps?include=space.organization&") {
					t.Errorf("got the request %.80s, want apps with their spaces and organizations", url)
				}
			}
		})
	}
}

func TestNamesWithoutIncludes(t *testing.T) {
	t.Parallel()
	refuse := func(detail string, paths ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Has("include") && slices.Contains(paths, r.URL.Path) {
				fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", detail)
				return true
			}
			return false
		}
	}
	for _, test := range []struct {
		name     string
		answer   func(http.ResponseWriter, *http.Request) bool
		requests int
	}{
		{"an include that is taken and ignored", nil, 3},
		{"Korifi", refuse("The query parameter is invalid: Valid parameters are: 'names', 'guids', 'space_guids', 'order_by', 'per_page', 'page', 'label_selector'", "/v3/apps"), 3},
		{"an old Cloud Controller", refuse("The query parameter is invalid: Invalid included resource: 'space.organization'. Valid included resources are: 'space', 'org'", "/v3/apps"), 3},
		{"no include anywhere", refuse("The query parameter is invalid: Valid parameters are: 'guids', 'per_page', 'page'", "/v3/apps", "/v3/spaces"), 5},
		{"neither include nor guids", refuse("The query parameter is invalid: Valid parameters are: 'per_page', 'page'", "/v3/apps"), 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, processes := namedFoundation(150)
			if server.answer = test.answer; test.answer == nil {
				server.included = nil
			}
			client := server.start(t)
			names, err := client.Names(context.Background(), processes)
			if err != nil {
				t.Fatal(err)
			}
			checkNames(t, names, processes)
			if received := server.received(); len(received) != test.requests {
				t.Errorf("got %s requests, want %d", short(received), test.requests)
			}
		})
	}
}

func TestNamesOfHiddenObjects(t *testing.T) {
	t.Parallel()
	server, processes := namedFoundation(3)
	server.lists["/v3/apps"] = server.lists["/v3/apps"][:2]
	server.lists["/v3/apps"][1]["relationships"] = row{"space": row{"data": row{"guid": "hidden"}}}
	names, err := server.start(t).Names(context.Background(), append(processes, &capi.Process{GUID: "no app"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(names.ByApp) != 2 {
		t.Errorf("got %d apps, want 2", len(names.ByApp))
	}
	if n := names.ByApp[*processes[2].AppGUID()]; n.App == nil || n.Space != nil || n.Organization != nil || n.OrganizationGUID != nil {
		t.Errorf("app in a hidden space: got the names %s, want only that of the app", asJSON(n))
	}
	server.forget()
	if _, err := server.start(t).Names(context.Background(), []*capi.Process{{GUID: "no app"}}); err != nil || len(server.received()) != 0 {
		t.Errorf("process without an app: got error %v after %s requests, want none", err, short(server.received()))
	}
}

func TestNamesShowTheAPIsErrors(t *testing.T) {
	t.Parallel()
	server, processes := namedFoundation(3)
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusForbidden, 10003, "CF-NotAuthorized", "No.")
		return true
	}
	if _, err := server.start(t).Names(context.Background(), processes); err == nil || !strings.Contains(err.Error(), "CF-NotAuthorized") {
		t.Errorf("got error %v, want the API's CF-NotAuthorized", err)
	}
}
