package capi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// namesServer serves apps, spaces, organizations and processes, with lists that
// filter by names and by the GUIDs of their parents. Cloud Controller compares
// names without case, Korifi with it (README.md#names).
type namesServer struct {
	listServer
	korifi bool
}

// korifiParameters are those that each list of Korifi supports (README.md#includes
// and the rows around it).
var korifiParameters = map[string][]string{
	"/v3/apps":          {"names", "guids", "space_guids", "order_by", "label_selector"},
	"/v3/spaces":        {"names", "guids", "organization_guids", "include", "order_by"},
	"/v3/organizations": {"names", "order_by"},
	"/v3/processes":     {"app_guids", "order_by"},
}

func to(kind, guid string) row { return row{kind: row{"data": row{"guid": guid}}} }

// newNamesServer has the organizations o1 and o2 (named one and two),
// each with the spaces prod and dev, and in each space an app shop and one
// that no other space has.
func newNamesServer(korifi bool) *namesServer {
	s := &namesServer{korifi: korifi}
	s.lists = map[string][]row{}
	add := func(path string, r row) { s.lists[path] = append(s.lists[path], r) }
	for i, organization := range []string{"one", "two"} {
		o := fmt.Sprintf("o%d", i+1)
		add("/v3/organizations", row{"guid": o, "name": organization})
		for _, space := range []string{"prod", "dev"} {
			sp := "s-" + o + "-" + space
			add("/v3/spaces", row{"guid": sp, "name": space, "relationships": to("organization", o)})
			for _, name := range []string{"shop", "app " + sp} {
				app := "a-" + sp + "-" + strings.Fields(name)[0]
				add("/v3/apps", row{"guid": app, "name": name, "state": "STARTED", "relationships": to("space", sp)})
				add("/v3/processes", row{
					"guid": "p-" + app, "created_at": "2026-01-01T00:00:00Z", "type": "web", "relationships": to("app", app),
					"links": row{"space": row{"href": "https://api.example.org/v3/spaces/" + sp}},
				})
			}
		}
	}
	add("/v3/spaces", row{"guid": "s-empty", "name": "empty", "relationships": to("organization", "o1")})
	add("/v3/organizations", row{"guid": "o3", "name": "three"})
	s.answer = s.serve
	return s
}

// parent returns the GUID in a row's relationship.
func parent(r row, kind string) string {
	relationships, _ := r["relationships"].(row)
	relation, _ := relationships[kind].(row)
	data, _ := relation["data"].(row)
	guid, _ := data["guid"].(string)
	return guid
}

func (s *namesServer) spaceOf(r row) string {
	if app := parent(r, "app"); app != "" {
		i := slices.IndexFunc(s.lists["/v3/apps"], func(a row) bool { return a["guid"] == app })
		r = s.lists["/v3/apps"][i]
	}
	return parent(r, "space")
}

func (s *namesServer) organizationOf(r row) string {
	if o := parent(r, "organization"); o != "" {
		return o
	}
	space := s.spaceOf(r)
	i := slices.IndexFunc(s.lists["/v3/spaces"], func(sp row) bool { return sp["guid"] == space })
	return parent(s.lists["/v3/spaces"][i], "organization")
}

func (s *namesServer) serve(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	if s.korifi {
		for name := range query {
			known := append(slices.Clone(korifiParameters[r.URL.Path]), "page", "per_page")
			if !slices.Contains(known, name) {
				fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter",
					"The query parameter is invalid: Valid parameters are: '"+strings.Join(known, "', '")+"'")
				return true
			}
		}
	}
	matches := func(name string, value string) bool {
		if !query.Has(name) {
			return true
		}
		return slices.ContainsFunc(strings.Split(query.Get(name), ","), func(want string) bool {
			want, _ = url.PathUnescape(strings.TrimLeft(want, " "))
			return want == value || !s.korifi && strings.EqualFold(want, value)
		})
	}
	found := []row{}
	spaces, organizations := map[string]bool{}, map[string]bool{}
	for _, candidate := range s.lists[r.URL.Path] {
		name, _ := candidate["name"].(string)
		if !matches("names", name) || !matches("guids", candidate["guid"].(string)) || !matches("app_guids", parent(candidate, "app")) {
			continue
		}
		if query.Has("space_guids") && !matches("space_guids", s.spaceOf(candidate)) ||
			query.Has("organization_guids") && !matches("organization_guids", s.organizationOf(candidate)) {
			continue
		}
		found = append(found, candidate)
		if query.Has("include") {
			spaces[s.spaceOf(candidate)], organizations[s.organizationOf(candidate)] = true, true
		}
	}
	included := row{}
	for name, wanted := range map[string]map[string]bool{"spaces": spaces, "organizations": organizations} {
		list := []row{}
		for _, candidate := range s.lists["/v3/"+name] {
			if wanted[candidate["guid"].(string)] {
				list = append(list, candidate)
			}
		}
		included[name] = list
	}
	_ = json.NewEncoder(w).Encode(row{"pagination": row{"total_results": len(found), "next": nil}, "resources": found, "included": included})
	return true
}

// describeApps returns the apps of a search, short enough for a failure.
func describeApps(found *capi.AppList) string {
	if found == nil {
		return "no apps"
	}
	return fmt.Sprintf("the apps [%.200s], elsewhere [%.200s],", appGUIDs(found.Apps), appGUIDs(found.Elsewhere))
}

func appGUIDs(apps []*capi.App) string {
	found := make([]string, 0, len(apps))
	for _, app := range apps {
		found = append(found, app.GUID)
	}
	return strings.Join(found, " ")
}

func TestFindApps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		search          capi.AppSearch
		want, elsewhere string
	}{
		{"one app", capi.AppSearch{Name: "app s-o1-dev"}, "a-s-o1-dev-app", ""},
		{"several", capi.AppSearch{Name: "shop"}, "a-s-o1-prod-shop a-s-o1-dev-shop a-s-o2-prod-shop a-s-o2-dev-shop", ""},
		{"in a space and an organization", capi.AppSearch{Name: "shop", SpaceName: "dev", OrganizationName: "two"}, "a-s-o2-dev-shop", "a-s-o1-prod-shop a-s-o1-dev-shop a-s-o2-prod-shop"},
		{"in a space GUID", capi.AppSearch{Name: "shop", SpaceGUID: "s-o1-dev"}, "a-s-o1-dev-shop", ""},
		{"in an organization GUID and a space", capi.AppSearch{Name: "shop", OrganizationGUID: "o2", SpaceName: "prod"}, "a-s-o2-prod-shop", "a-s-o2-dev-shop"},
		{"nothing", capi.AppSearch{Name: "shopp"}, "", ""},
		{"not in that space", capi.AppSearch{Name: "app s-o1-dev", SpaceName: "prod"}, "", "a-s-o1-dev-app"},
	} {
		for _, korifi := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, Korifi %t", test.name, korifi), func(t *testing.T) {
				t.Parallel()
				server := newNamesServer(korifi)
				client := server.start(t)
				found, err := client.FindApps(t.Context(), test.search)
				if err != nil {
					t.Fatalf("got error %v, want none", err)
				}
				if got := appGUIDs(found.Apps); got != test.want {
					t.Errorf("got the apps %q, want %q", got, test.want)
				}
				elsewhere := test.elsewhere
				if korifi && test.search.OrganizationGUID != "" {
					// Its apps cannot be filtered by organization.
					elsewhere = "a-s-o1-prod-shop a-s-o1-dev-shop a-s-o2-dev-shop"
				}
				if got := appGUIDs(found.Elsewhere); got != elsewhere {
					t.Errorf("got the apps %q elsewhere, want %q", got, elsewhere)
				}
				for _, app := range append(found.Apps, found.Elsewhere...) {
					if app.App == nil || app.Space == nil || app.Organization == nil || app.OrganizationGUID == nil || *app.State != "STARTED" {
						t.Errorf("got the app %s in %q with the state %v, want all its names and STARTED", app, app.SpaceGUID, app.State)
					}
				}
				if n := len(server.received()); !korifi && n != 1 || korifi && n > 4 {
					t.Errorf("got %s requests, want 1 on Cloud Controller and at most 4 on Korifi", short(server.received()))
				}
				server.forget()
				if _, err := client.FindApps(t.Context(), test.search); err != nil || len(server.received()) > 2 {
					t.Errorf("second search: got error %v after %s requests, want none after at most 2", err, short(server.received()))
				}
			})
		}
	}
}

// Cloud Controller compares names without case (README.md#names), Korifi only finds
// the exact name (README.md#names-korifi).
func TestFindAppsComparesAsTheAPIDoes(t *testing.T) {
	t.Parallel()
	search := capi.AppSearch{Name: "SHOP", SpaceName: "Prod", OrganizationName: "ONE"}
	for korifi, want := range map[bool]string{false: "a-s-o1-prod-shop", true: ""} {
		t.Run(fmt.Sprintf("Korifi %t", korifi), func(t *testing.T) {
			t.Parallel()
			found, err := newNamesServer(korifi).start(t).FindApps(t.Context(), search)
			if err != nil || appGUIDs(found.Apps) != want {
				t.Errorf("got %s and error %v, want %q", describeApps(found), err, want)
			}
		})
	}
}

func TestFindAppsWithSpecialNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a,b", "a b", " a", "日本", "100%", "a%2Cb", "a+b", "a&names=shop", "ä/../x?#"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newNamesServer(false)
			server.lists["/v3/apps"] = append(server.lists["/v3/apps"], row{"guid": "special", "name": name, "relationships": to("space", "s-o1-prod")})
			found, err := server.start(t).FindApps(t.Context(), capi.AppSearch{Name: name})
			if err != nil || appGUIDs(found.Apps) != "special" {
				t.Errorf("got %s and error %v, want only the app special", describeApps(found), err)
			}
		})
	}
}

// A foundation that accepts the filter and ignores it has the same result.
func TestFindAppsWithIgnoredFilter(t *testing.T) {
	t.Parallel()
	server := newNamesServer(false)
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		query := r.URL.Query()
		query.Del("names")
		r.URL.RawQuery = query.Encode()
		return server.serve(w, r)
	}
	found, err := server.start(t).FindApps(t.Context(), capi.AppSearch{Name: "shop", SpaceName: "dev", OrganizationName: "two"})
	if err != nil || appGUIDs(found.Apps) != "a-s-o2-dev-shop" || len(found.Elsewhere) != 3 {
		t.Errorf("got %s and error %v, want a-s-o2-dev-shop and 3 apps elsewhere", describeApps(found), err)
	}
}

func TestAppsAreCleanCandidates(t *testing.T) {
	t.Parallel()
	hostile := capi.Text("\x1b[2J" + strings.Repeat("x", 1<<20))
	app := &capi.App{GUID: "g", AppNames: capi.AppNames{App: ptr(capi.Text("shop")), Organization: &hostile}}
	got := app.String()
	if !strings.HasSuffix(got, " / ? / shop (g)") || strings.Contains(got, "\x1b") || len(got) > 300 {
		t.Errorf("got %.400q (%d bytes), want at most 300 bytes without control characters that end in \" / ? / shop (g)\"", got, len(got))
	}
}
