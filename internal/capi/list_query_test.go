package capi_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

func ptr[T any](v T) *T { return &v }

func TestListProcessesEncodesFilters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter capi.ProcessFilter
		want   string
	}{
		{"none", capi.ProcessFilter{}, "/v3/processes?per_page=5000"},
		{"lists, sorted and each value once", capi.ProcessFilter{GUIDs: []string{"b", "a", "b"}, Types: []string{"web"}}, "/v3/processes?guids=a,b&types=web&per_page=5000"},
		{"scopes", capi.ProcessFilter{AppGUIDs: []string{"a"}, SpaceGUIDs: []string{"s"}, OrganizationGUIDs: []string{"o"}}, "/v3/processes?app_guids=a&space_guids=s&organization_guids=o&per_page=5000"},
		{"a comma in a value", capi.ProcessFilter{Types: []string{"a,b", "c d&e=f+g"}}, "/v3/processes?types=a%252Cb,c%20d%26e%3Df%2Bg&per_page=5000"},
		{"a label selector, where a comma means and", capi.ProcessFilter{LabelSelector: "env=prod,team in (a,b)"}, "/v3/processes?label_selector=env%3Dprod%2Cteam%20in%20%28a%2Cb%29&per_page=5000"},
		{"times", capi.ProcessFilter{CreatedAts: &capi.TimeFilter{GT: ptr("2026-01-01T00:00:00Z"), LTE: ptr("2026-02-01T00:00:00Z")}, UpdatedAts: &capi.TimeFilter{Values: []string{"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"}}}, "/v3/processes?created_ats%5Blte%5D=2026-02-01T00%3A00%3A00Z&created_ats%5Bgt%5D=2026-01-01T00%3A00%3A00Z&updated_ats=2026-01-01T00%3A00%3A00Z,2026-01-02T00%3A00%3A00Z&per_page=5000"},
		{"a time filter that says nothing", capi.ProcessFilter{CreatedAts: &capi.TimeFilter{}}, "/v3/processes?per_page=5000"},
		{"order", capi.ProcessFilter{OrderBy: "-updated_at"}, "/v3/processes?order_by=-updated_at&per_page=5000"},
		{"one app", capi.ProcessFilter{AppGUID: "app-1", Types: []string{"web"}}, "/v3/apps/app-1/processes?types=web&per_page=5000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: {}, "/v3/apps/app-1/processes": {}}}
			if _, err := server.start(t).ListProcesses(context.Background(), test.filter); err != nil {
				t.Fatal(err)
			}
			if received := server.received(); len(received) != 1 || received[0] != test.want {
				t.Errorf("got the requests %s\nwant 1:\n%s", short(received), test.want)
			}
		})
	}
}

func TestListProcessesSendsNothingForAnEmptyFilter(t *testing.T) {
	t.Parallel()
	empty := []string{}
	for name, filter := range map[string]capi.ProcessFilter{
		"guids": {GUIDs: empty}, "types": {Types: empty}, "app_guids": {AppGUIDs: empty}, "space_guids": {SpaceGUIDs: empty},
		"organization_guids": {OrganizationGUIDs: empty}, "created_ats": {CreatedAts: &capi.TimeFilter{Values: empty}},
		"updated_ats": {UpdatedAts: &capi.TimeFilter{Values: empty}}, "one app": {AppGUID: "a", Types: empty},
		"app_names": {AppNames: empty}, "space_names": {SpaceNames: empty, AppNames: []string{"a"}}, "organization_names": {OrganizationNames: empty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: numbered(3)}}
			list, err := server.start(t).ListProcesses(context.Background(), filter)
			if err != nil || list.Processes == nil || len(list.Processes) != 0 || len(server.received()) != 0 {
				t.Errorf("got %s and error %v after %s requests, want an empty list without a request", describe(list), err, short(server.received()))
			}
		})
	}
}

func TestListProcessesOfAMissingApp(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{}}
	client := server.start(t)
	if _, err := client.ListProcesses(context.Background(), capi.ProcessFilter{AppGUID: "gone"}); !capi.IsNotFound(err) {
		t.Errorf("app that is gone: got error %v, want one that it is not found", err)
	}
	server.forget()
	if _, err := client.ListProcesses(context.Background(), capi.ProcessFilter{AppGUID: "../spaces"}); err == nil || len(server.received()) != 0 {
		t.Errorf("app GUID \"../spaces\": got error %v after %s requests, want an error without a request", err, short(server.received()))
	}
}

// selecting makes rows with GUIDs as long as real ones, in order of creation.
func selecting(n int) (rows []row, guids []string) {
	for i := range n {
		guid := fmt.Sprintf("%08x-0000-4000-8000-%012x", i*7919%n, i)
		guids = append(guids, guid)
		rows = append(rows, row{
			"guid": guid, "created_at": fmt.Sprintf("2026-01-%02dT%02d:%02d:%02dZ", 1+i/86400, i/3600%24, i/60%60, i%60),
			"updated_at":    fmt.Sprintf("2026-02-01T00:%02d:00Z", i%60),
			"relationships": row{"app": row{"data": row{"guid": fmt.Sprintf("app-%d", i%10)}}},
		})
	}
	return rows, guids
}

func TestListProcessesSplitsLongLists(t *testing.T) {
	t.Parallel()
	rows, all := selecting(2000)
	server := &listServer{lists: map[string][]row{processesPath: rows}, selects: true}
	client := server.start(t)

	wanted := slices.Clone(all[:1500])
	rand.Shuffle(len(wanted), func(i, j int) { wanted[i], wanted[j] = wanted[j], wanted[i] })
	list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{GUIDs: append(wanted, wanted[:100]...)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(guids(list.Processes), all[:1500]) {
		t.Errorf("got %s, want the 1500 of the filter in the order of created_at", describe(list))
	}
	received := server.received()
	// 1,500 GUIDs of 36 characters with a comma are 55,500 bytes.
	if len(received) != 7 {
		t.Errorf("got %d requests, want 7", len(received))
	}
	for _, url := range received {
		if n := len("http://127.0.0.1:12345") + len(url); n > 8192 {
			t.Errorf("got a URL of %d bytes, want at most 8192", n)
		}
	}
}

// The parts of a list learn the size of a page together.
func TestListProcessesSplitsListsInSmallPages(t *testing.T) {
	t.Parallel()
	rows, all := selecting(1000)
	server := &listServer{lists: map[string][]row{processesPath: rows}, selects: true, maxPerPage: 100}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{GUIDs: all})
	if err != nil || !slices.Equal(guids(list.Processes), all) {
		t.Errorf("got %s and error %v, want the 1000 of the filter in the order of created_at", describe(list), err)
	}
	if server.mostOpen > 4 {
		t.Errorf("got %d requests at the same time, want at most 4", server.mostOpen)
	}
}

func TestListProcessesMergesByOrder(t *testing.T) {
	t.Parallel()
	rows, all := selecting(600)
	for _, orderBy := range capi.OrderBy {
		t.Run(orderBy, func(t *testing.T) {
			t.Parallel()
			name, descending := strings.CutPrefix(orderBy, "-")
			// The API orders equal times by GUID, in the same direction.
			ordered := slices.Clone(rows)
			slices.SortFunc(ordered, func(a, b row) int {
				result := strings.Compare(a[name].(string)+a["guid"].(string), b[name].(string)+b["guid"].(string))
				if descending {
					return -result
				}
				return result
			})
			server := &listServer{lists: map[string][]row{processesPath: ordered}, selects: true}
			list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{GUIDs: all, OrderBy: orderBy})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range ordered {
				want = append(want, r["guid"].(string))
			}
			if n := len(server.received()); n < 2 {
				t.Errorf("got %d requests, want 2 or more, so that there are parts to merge", n)
			}
			if got := guids(list.Processes); !slices.Equal(got, want) {
				t.Errorf("got another order than the API's: %s", difference(got, want))
			}
		})
	}
}

func TestListProcessesOrdersIfTheFoundationDoesNot(t *testing.T) {
	t.Parallel()
	rows := []row{
		{"guid": "b", "created_at": "2026-01-02T00:00:00Z"}, {"guid": "z", "created_at": "2026-01-01T00:00:00Z"},
		{"guid": "a", "created_at": "2026-01-02T00:00:00Z"}, {"guid": "c", "created_at": "2026-01-03T00:00:00Z"},
	}
	for name, known := range map[string][]string{"ignored": nil, "unknown": {"app_guids"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: rows}, known: known}
			client := server.start(t)
			for orderBy, want := range map[string]string{"created_at": "z b a c", "-created_at": "c b a z", "": "b z a c"} {
				t.Run(fmt.Sprintf("order_by %q", orderBy), func(t *testing.T) {
					list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{OrderBy: orderBy})
					if err != nil {
						t.Fatal(err)
					}
					if got := strings.Join(guids(list.Processes), " "); got != want {
						t.Errorf("got %s, want %s", got, want)
					}
				})
			}
		})
	}
}

// Two long lists would be a request for each combination of their parts.
func TestListProcessesSendsOneLongListAtATime(t *testing.T) {
	t.Parallel()
	rows, all := selecting(1000)
	server := &listServer{lists: map[string][]row{processesPath: rows}, selects: true}
	apps := []string{"app-1", "app-2"}
	for i := range 500 {
		apps = append(apps, fmt.Sprintf("00000000-0000-4000-8000-%012x", i))
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{GUIDs: all, AppGUIDs: apps})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Processes) != 200 || *list.Processes[0].AppGUID() != "app-1" {
		t.Errorf("got %s, want the 200 of app-1 and app-2, one of app-1 first", describe(list))
	}
	if n := len(server.received()); n != 5 {
		t.Errorf("got %d requests, want 5", n)
	}
}

func TestListProcessesSplitsListsThatOnlyTheAPIApplies(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(3)}}
	var organizations, spaces []string
	for i := range 300 {
		organizations = append(organizations, fmt.Sprintf("%08d-0000-4000-8000-000000000000", i))
		spaces = append(spaces, fmt.Sprintf("%08d-0000-4000-8000-000000000001", i))
	}
	if _, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{OrganizationGUIDs: organizations, SpaceGUIDs: spaces}); err != nil {
		t.Fatal(err)
	}
	combinations := map[string]bool{}
	for _, request := range server.received() {
		u, _ := url.Parse(request)
		if len(request) > 8192 {
			t.Errorf("got a URL of %d bytes, want at most 8192", len(request))
		}
		for _, o := range strings.Split(u.Query().Get("organization_guids"), ",") {
			for _, s := range strings.Split(u.Query().Get("space_guids"), ",") {
				if combinations[o+s] {
					t.Fatalf("got the organization %s with the space %s in two requests, want each combination once", o, s)
				}
				combinations[o+s] = true
			}
		}
	}
	if len(combinations) != 300*300 {
		t.Errorf("got %d combinations of the two lists, want all %d", len(combinations), 300*300)
	}
}

func korifiRows() []row {
	made := func(guid, app, space, kind string) row {
		return row{
			"guid": guid, "type": kind, "relationships": row{"app": row{"data": row{"guid": app}}},
			"links": row{"space": row{"href": "https://api.example.org/v3/spaces/" + space}},
		}
	}
	return []row{
		made("p1", "a1", "s1", "web"), made("p2", "a1", "s1", "worker"),
		made("p3", "a2", "s2", "web"), {"guid": "p4"},
	}
}

func TestListProcessesFiltersIfTheFoundationDoesNot(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter capi.ProcessFilter
		want   string
	}{
		{"guids", capi.ProcessFilter{GUIDs: []string{"p3", "P2", "none"}}, "p2 p3"},
		{"types", capi.ProcessFilter{Types: []string{"web"}}, "p1 p3"},
		{"space_guids", capi.ProcessFilter{SpaceGUIDs: []string{"s2"}}, "p3"},
		{"all together", capi.ProcessFilter{GUIDs: []string{"p1", "p3"}, Types: []string{"web"}, SpaceGUIDs: []string{"s1"}}, "p1"},
		{"one app", capi.ProcessFilter{AppGUID: "a1", Types: []string{"worker"}}, "p2"},
		{"one app, by GUID", capi.ProcessFilter{AppGUID: "a1", GUIDs: []string{"p1"}}, "p1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rows := korifiRows()
			server := &listServer{lists: map[string][]row{processesPath: rows, "/v3/apps/a1/processes": rows[:2]}}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != processesPath {
					return false // this list takes the filters and ignores them
				}
				for key := range r.URL.Query() {
					if !slices.Contains([]string{"app_guids", "order_by", "per_page", "page"}, key) {
						fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter",
							"The query parameter is invalid: Valid parameters are: 'app_guids', 'order_by', 'per_page', 'page'")
						return true
					}
				}
				return false
			}
			client := server.start(t)
			for _, reading := range []string{"first reading", "second reading"} {
				list, err := client.ListProcesses(context.Background(), test.filter)
				if err != nil {
					t.Fatalf("%s: got error %v, want none", reading, err)
				}
				if got := strings.Join(guids(list.Processes), " "); got != test.want {
					t.Errorf("%s: got %.200s, want %s", reading, got, test.want)
				}
			}
			if received := server.received(); len(received) > 3 {
				t.Errorf("got %s requests, want at most 3, since the client remembers the filters that are refused", short(received))
			}
		})
	}
}

// After the foundation applied a filter, a process that does not show the value
// is not dropped.
func TestListProcessesTrustsAFilterThatWasApplied(t *testing.T) {
	t.Parallel()
	client := (&listServer{lists: map[string][]row{processesPath: {{"guid": "p"}}}}).start(t)
	list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{SpaceGUIDs: []string{"s"}, Types: []string{"web"}})
	if err != nil || len(list.Processes) != 1 {
		t.Errorf("got %s and error %v, want p", describe(list), err)
	}
}

func TestListProcessesNamesTheFilterThatTheFoundationLacks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter capi.ProcessFilter
		want   []string
	}{
		{"organization_guids", capi.ProcessFilter{OrganizationGUIDs: []string{"o"}}, []string{"organization_guids"}},
		{"label_selector", capi.ProcessFilter{LabelSelector: "a=b"}, []string{"label_selector"}},
		{"two operators of created_ats", capi.ProcessFilter{CreatedAts: &capi.TimeFilter{GT: ptr("x"), LT: ptr("y")}}, []string{"created_ats"}},
		{"two and one that the client can apply", capi.ProcessFilter{UpdatedAts: &capi.TimeFilter{Values: []string{"x"}}, LabelSelector: "a", GUIDs: []string{"g"}}, []string{"label_selector", "updated_ats"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: {}}, known: []string{"app_guids", "order_by"}}
			client := server.start(t)
			for _, reading := range []string{"first reading", "second reading"} {
				_, err := client.ListProcesses(context.Background(), test.filter)
				var unsupported *capi.UnsupportedFilterError
				var answer *capi.Error
				if !errors.As(err, &unsupported) || !slices.Equal(unsupported.Filters, test.want) || !errors.As(err, &answer) {
					t.Errorf("%s: got error %v, want an UnsupportedFilterError for %q with the API's error in it", reading, err, test.want)
				}
			}
			if received := server.received(); len(received) != 1 {
				t.Errorf("got %s requests, want 1", short(received))
			}
		})
	}
}

func TestListProcessesUnderstandsCloudControllersRefusal(t *testing.T) {
	t.Parallel()
	refuse := func(detail string) *listServer {
		server := &listServer{lists: map[string][]row{processesPath: korifiRows()}}
		server.answer = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Has("types") {
				fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", detail)
				return true
			}
			return false
		}
		return server
	}
	list, err := refuse("The query parameter is invalid: Unknown query parameter(s): 'types'. Valid parameters are: 'page', 'per_page', 'order_by'").
		start(t).ListProcesses(context.Background(), capi.ProcessFilter{Types: []string{"worker"}, OrderBy: "created_at"})
	if err != nil || len(list.Processes) != 1 {
		t.Errorf("\"types\" is unknown: got %s and error %v, want the one with the type worker", describe(list), err)
	}
	// An old one may name the parameter with its operator.
	server := &listServer{lists: map[string][]row{processesPath: {}}}
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: Unknown query parameter(s): 'created_ats[gt]'")
		return true
	}
	_, err = server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{CreatedAts: &capi.TimeFilter{GT: ptr("x")}})
	var unsupported *capi.UnsupportedFilterError
	if !errors.As(err, &unsupported) || !slices.Equal(unsupported.Filters, []string{"created_ats"}) {
		t.Errorf("\"created_ats[gt]\" is unknown: got error %v, want an UnsupportedFilterError for created_ats", err)
	}

	// Another 400 is an error with the API's text, and the filter is not dropped.
	server = refuse("The query parameter is invalid: Types must be an array")
	_, err = server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{Types: []string{"worker"}})
	if err == nil || !strings.Contains(err.Error(), "Types must be an array") || len(server.received()) != 1 {
		t.Errorf("types refused: got error %v after %s requests, want the API's \"Types must be an array\" after 1", err, short(server.received()))
	}
}
