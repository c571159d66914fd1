package capi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

const processesPath = "/v3/processes"

func TestListProcessesReadsEachPageOnce(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(12_345)}}
	client := server.start(t)
	list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Processes) != 12_345 || list.Processes[0].GUID != "p00001" || list.Processes[12_344].GUID != "p12345" {
		t.Errorf("got %s, want p00001 to p12345", describe(list))
	}
	if !slices.IsSorted(guids(list.Processes)) {
		t.Errorf("got %s, want the API's order, p00001 to p12345", describe(list))
	}
	if list.Unstable != "" || list.Warnings != nil {
		t.Errorf("got the warnings %q and %q, want none", list.Unstable, list.Warnings)
	}
	received := server.received()
	slices.Sort(received)
	want := []string{"/v3/processes?per_page=5000", "/v3/processes?per_page=5000&page=2", "/v3/processes?per_page=5000&page=3"}
	if !slices.Equal(received, want) {
		t.Errorf("got the requests %s\nwant %s", short(received), short(want))
	}
}

func TestListProcessesLimitsConcurrency(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(600)}, maxPerPage: 10}
	client := server.start(t)
	if _, err := client.ListProcesses(context.Background(), capi.ProcessFilter{}); err != nil {
		t.Fatal(err)
	}
	if server.mostOpen > 4 {
		t.Errorf("got %d requests at the same time, want at most 4", server.mostOpen)
	}
}

func TestListProcessesAcceptsAnEmptyList(t *testing.T) {
	t.Parallel()
	client := (&listServer{lists: map[string][]row{processesPath: {}}}).start(t)
	list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil || list.Processes == nil || len(list.Processes) != 0 {
		t.Errorf("got %s and error %v, want an empty list that is not nil", describe(list), err)
	}
}

func TestListProcessesRequestsSmallerPages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		limit, refusal int
	}{
		{"Cloud Controller", 1000, http.StatusBadRequest},
		{"Korifi", 700, http.StatusUnprocessableEntity},
		{"tiny", 3, http.StatusBadRequest},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: numbered(20)}, maxPerPage: test.limit, refusal: test.refusal}
			client := server.start(t)
			list, err := client.ListProcesses(context.Background(), capi.ProcessFilter{})
			if err != nil || len(list.Processes) != 20 {
				t.Fatalf("got %s and error %v, want 20 processes", describe(list), err)
			}
			if received := server.received(); received[0] != "/v3/processes?per_page=5000" ||
				received[1] != fmt.Sprintf("/v3/processes?per_page=%d", test.limit) {
				t.Errorf("got the requests %s\nwant pages of 5000 and then of %d", short(received), test.limit)
			}
			server.forget()
			if _, err := client.ListProcesses(context.Background(), capi.ProcessFilter{}); err != nil {
				t.Fatal(err)
			}
			if received := server.received()[0]; received != fmt.Sprintf("/v3/processes?per_page=%d", test.limit) {
				t.Errorf("second list: got the request %s, want pages of %d at once", received, test.limit)
			}
		})
	}
}

func TestListProcessesFinallyOmitsPerPage(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(3)}}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("per_page") {
			fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "per_page is not to our liking")
			return true
		}
		return false
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil || len(list.Processes) != 3 {
		t.Fatalf("got %s and error %v, want 3 processes", describe(list), err)
	}
	received := server.received()
	if received[len(received)-1] != "/v3/processes?" || len(received) > 8 {
		t.Errorf("got the requests %s\nwant at most 8, the last without per_page", short(received))
	}
}

func TestListProcessesReadsAgainWhenRowsShift(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(rows []row) []row
		want   int
	}{
		{"created at the front", func(rows []row) []row { return append([]row{process("new")}, rows...) }, 26},
		{"deleted at the front", func(rows []row) []row { return rows[1:] }, 24},
		{"deleted so that a page is gone", func(rows []row) []row { return rows[:20] }, 20},
		{"one created and one deleted", func(rows []row) []row { return append([]row{process("new")}, rows[:24]...) }, 25},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: numbered(25)}, maxPerPage: 10}
			changed := false
			server.before = func(r *http.Request) {
				if r.URL.Query().Has("page") && !changed {
					changed = true
					server.lists[processesPath] = test.change(server.lists[processesPath])
				}
			}
			list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, r := range server.lists[processesPath] {
				want = append(want, r["guid"].(string))
			}
			if got := guids(list.Processes); len(got) != test.want || !slices.Equal(got, want) {
				t.Errorf("got %s\nwant %d: %s", short(got), test.want, short(want))
			}
			if list.Unstable != "" {
				t.Errorf("got the warning %q, want none", list.Unstable)
			}
		})
	}
}

// A reading that turns out to be inconsistent stops early.
func TestListProcessesRestartsAtOnce(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(1000)}, maxPerPage: 10}
	changed := false
	server.before = func(r *http.Request) {
		if r.URL.Query().Has("page") && !changed {
			changed = true
			server.lists[processesPath] = server.lists[processesPath][1:]
		}
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil || len(list.Processes) != 999 {
		t.Fatalf("got %s and error %v, want 999 processes", describe(list), err)
	}
	if n := len(server.received()); n > 115 {
		t.Errorf("got %d requests for 100 pages, want at most 115", n)
	}
}

func TestListProcessesWarnsWhenPagesNeverAgree(t *testing.T) {
	t.Parallel()
	// In the third reading the last page is full, and the process that is created
	// meanwhile makes another page.
	server := &listServer{lists: map[string][]row{processesPath: numbered(28)}, maxPerPage: 10}
	created := 0
	server.before = func(r *http.Request) {
		if r.URL.Query().Get("page") == "2" {
			created++
			server.lists[processesPath] = append([]row{process(fmt.Sprintf("new%d", created))}, server.lists[processesPath]...)
		}
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(list.Unstable, "in 3 readings") || created != 3 {
		t.Errorf("got %d readings and the warning %q, want 3 readings in both", created, list.Unstable)
	}
	got := guids(list.Processes)
	slices.Sort(got)
	if len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Errorf("got %s\nwant each once", short(got))
	}
	for _, r := range numbered(28) {
		if !slices.Contains(got, r["guid"].(string)) {
			t.Errorf("got %s\nwant %s, which existed all the time", short(got), r["guid"])
		}
	}
}

func TestListProcessesRefusesInvalidPages(t *testing.T) {
	t.Parallel()
	const page1 = `{"pagination": {"total_results": 4, "total_pages": 2, "next": {"href": "x"}}, "resources": [{"guid": "a"}, {"guid": "b"}]}`
	for _, test := range []struct{ name, first, second, want, field string }{
		{"first is HTML", "<html>", "", "page 1 of the list: the body is not JSON", ""},
		{"second is HTML", page1, "<html>", "page 2 of the list: the body is not JSON", ""},
		{"an array", "[]", "", "page 1 of the list: the body is a JSON array", ""},
		{"no pagination", `{"resources": []}`, "", `page 1 of the list: it has no "pagination"`, ""},
		{"no total", `{"resources": [], "pagination": {}}`, "", `page 1 of the list: its "pagination" has no usable "total_results"`, ""},
		{"no resources", page1, `{"pagination": {"total_results": 4}}`, `page 2 of the list: it has no "resources"`, ""},
		{"resources are null", `{"pagination": {"total_results": 4}, "resources": null}`, "", `page 1 of the list: it has no "resources"`, ""},
		{"a null process", page1, `{"pagination": {"total_results": 4}, "resources": [{"guid": "c"}, null]}`, `page 2 of the list: in process 1 (counted from 0) it is null`, "resources[1]"},
		{"a process without GUID", page1, `{"pagination": {"total_results": 4}, "resources": [{}]}`, `page 2 of the list: in process 0 (counted from 0) the process has no guid`, "resources[0]"},
		{
			"a wrong type", page1, `{"pagination": {"total_results": 4}, "resources": [{"guid": "c"}, {"guid": "d", "health_check": {"data": {"timeout": "x"}}}]}`,
			`page 2 of the list: in process 1 (counted from 0, d) the field health_check.data.timeout is a JSON string`, "resources[1].health_check.data.timeout",
		},
		{"no UTF-8", page1, "{\"pagination\": {\"total_results\": 4}, \"resources\": [{\"guid\": \"\xff\"}]}", "page 2 of the list: the body is not valid UTF-8", ""},
		{"10^9 results", `{"pagination": {"total_results": 1000000000, "total_pages": 500000000, "next": {"href": "x"}}, "resources": [{"guid": "a"}, {"guid": "b"}]}`, "", "it claims 1000000000 results", "pagination.total_results"},
		{"10^6 pages", `{"pagination": {"total_results": 1000000, "next": {"href": "x"}}, "resources": [{"guid": "a"}]}`, "", "there would be 1000000 pages", "pagination.total_results"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				body := test.first
				if r.URL.Query().Has("page") {
					body = test.second
				}
				_, _ = w.Write([]byte(body))
				return true
			}
			_, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
			var responseError *capi.ResponseError
			if !errors.As(err, &responseError) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got the error %T %v, want a ResponseError with %q in it", err, err, test.want)
			}
			if string(responseError.Field) != test.field || responseError.Path != processesPath {
				t.Errorf("got the field %q of %s, want %q of %s", responseError.Field, responseError.Path, test.field, processesPath)
			}
		})
	}
}

// A server with wrong numbers or links in its pages must neither keep the client
// reading forever nor send it to another URL.
func TestListProcessesEndsWithAnyServer(t *testing.T) {
	t.Parallel()
	two := `"resources": [{"guid": "a"}, {"guid": "b"}]`
	for _, test := range []struct {
		name, page   string
		requests     int
		wantUnstable bool
	}{
		{"next points to itself, all is there", `{"pagination": {"total_results": 2, "next": {"href": "%s"}}, ` + two + `}`, 1, false},
		{"10^9 pages, all is there", `{"pagination": {"total_results": 2, "total_pages": 1000000000, "next": {"href": "%s"}}, ` + two + `}`, 1, false},
		{"the same page again and again", `{"pagination": {"total_results": 30000, "next": {"href": "%s"}}, ` + two + `}`, 3 * 6, true},
		{"empty pages", `{"pagination": {"total_results": 5, "next": {"href": "%s"}}, "resources": []}`, 3, true},
		{"no next although there should be", `{"pagination": {"total_results": 5, "next": null}, ` + two + `}`, 3, true},
		{"more than it says", `{"pagination": {"total_results": 1, "next": null}, ` + two + `}`, 3, true},
		{"the same process twice", `{"pagination": {"total_results": 2, "next": null}, "resources": [{"guid": "a"}, {"guid": "a"}]}`, 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				_, _ = w.Write([]byte(strings.ReplaceAll(test.page, "%s", r.URL.String())))
				return true
			}
			list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(server.received()); n > test.requests {
				t.Errorf("got %d requests, want at most %d", n, test.requests)
			}
			if (list.Unstable != "") != test.wantUnstable {
				t.Errorf("got the warning %q, want one: %t", list.Unstable, test.wantUnstable)
			}
			if got := guids(list.Processes); len(slices.Compact(got)) != len(list.Processes) {
				t.Errorf("got %s, want each process once", describe(list))
			}
		})
	}
}

func TestListProcessesNoticesPagesThatOverlap(t *testing.T) {
	t.Parallel()
	server := &listServer{}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		resources := `[{"guid": "a"}, {"guid": "b"}]`
		if r.URL.Query().Has("page") {
			resources = `[{"guid": "b"}, {"guid": "c"}]`
		}
		_, _ = w.Write([]byte(`{"pagination": {"total_results": 3, "next": {"href": "x"}}, "resources": ` + resources + `}`))
		return true
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil || !slices.Equal(guids(list.Processes), []string{"a", "b", "c"}) || !strings.HasPrefix(list.Unstable, "1 came more than once") {
		t.Errorf("got %s and error %v, want a b c with a warning that 1 came more than once", describe(list), err)
	}
}

func TestListProcessesEndsWithTheContext(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(100)}, maxPerPage: 10}
	ctx, cancel := context.WithCancel(context.Background())
	server.before = func(r *http.Request) {
		if r.URL.Query().Get("page") == "3" {
			cancel()
		}
	}
	if list, err := server.start(t).ListProcesses(ctx, capi.ProcessFilter{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %s and error %v, want the error of the canceled context", describe(list), err)
	}
}

func TestListProcessesHidesCommands(t *testing.T) {
	t.Parallel()
	rows := []row{
		{"guid": "a", "command": "[PRIVATE DATA HIDDEN IN LISTS]"},
		{"guid": "b", "command": "[PRIVATE DATA HIDDEN]"},
		{"guid": "c", "command": nil},
		{"guid": "d", "command": "run"},
	}
	list, err := (&listServer{lists: map[string][]row{processesPath: rows}}).start(t).
		ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		name     string
		redacted bool
		command  *string
	}{
		{"placeholder of a list", true, nil},
		{"placeholder of one process", true, nil},
		{"null", false, nil},
		{"visible", false, ptr("run")},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := list.Processes[i]
			if got, want := asJSON(p.Command), asJSON(test.command); p.CommandRedacted != test.redacted || got != want {
				t.Errorf("got the command %s and CommandRedacted %t, want %s and %t", got, p.CommandRedacted, want, test.redacted)
			}
		})
	}
}

func TestListProcessesCollectsWarnings(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(30)}, maxPerPage: 10}
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("X-Cf-Warnings", "Mind%2C+the+gap,Twice")
		return false
	}
	list, err := server.start(t).ListProcesses(context.Background(), capi.ProcessFilter{})
	if err != nil || !slices.Equal(list.Warnings, []capi.Text{"Mind, the gap", "Twice"}) {
		t.Errorf("got the warnings %q and error %v, want \"Mind, the gap\" and \"Twice\", each once", list.Warnings, err)
	}
}
