package capi_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// states returns the states of the instances of a process, "-" if they are not
// known.
func states(p *capi.Process) string {
	if p.ProcessInstances == nil {
		return "-"
	}
	found := make([]string, 0, len(p.ProcessInstances))
	for _, instance := range p.ProcessInstances {
		text := fmt.Sprintf("%d:%s", *instance.Index, *instance.State)
		if instance.Since != nil {
			text += fmt.Sprintf(":%d", *instance.Since)
		}
		found = append(found, text)
	}
	return "[" + strings.Join(found, " ") + "]"
}

func allStates(list *capi.ProcessList) string {
	var all []string
	for _, p := range list.Processes {
		all = append(all, p.GUID+states(p))
	}
	return strings.Join(all, " ")
}

// embedded is a response of Cloud Controller 3.228.0: a running process, one of a
// stopped app, one without instances.
func embedded() []row {
	return []row{
		{"guid": "a", "instances": 1, "process_instances": []row{{"index": 0, "state": "RUNNING", "since": 1601}}},
		{"guid": "b", "instances": 1, "process_instances": []row{{"index": 0, "state": "DOWN", "since": 0}}},
		{"guid": "c", "instances": 0, "process_instances": []row{}},
	}
}

func withoutEmbedded() []row {
	rows := embedded()
	for _, r := range rows {
		delete(r, "process_instances")
	}
	return rows
}

func TestListProcessesEmbedsInstances(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: embedded()}}
	list, err := server.start(t).ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true})
	if err != nil || list.InstancesErr != nil {
		t.Fatalf("got %s and error %v, want 3 processes with their instances", describe(list), err)
	}
	if got, want := allStates(list), "a[0:RUNNING:1601] b[0:DOWN:0] c[]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if want := []string{"/v3/processes?embed=process_instances&per_page=5000"}; !slices.Equal(server.received(), want) {
		t.Errorf("got the requests %q, want %q", server.received(), want)
	}
}

// On foundations without embed the client reads the stats, a few at a time, and
// none of a process without instances.
func TestListProcessesReadsInstancesFromStats(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"Korifi": func(w http.ResponseWriter, _ *http.Request) bool {
			fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: Valid parameters are: 'app_guids', 'order_by', 'per_page', 'page'")
			return true
		},
		"an old Cloud Controller": func(w http.ResponseWriter, _ *http.Request) bool {
			fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: Unknown query parameter(s): 'embed'. Valid parameters are: 'page', 'per_page'")
			return true
		},
		"another embed": func(w http.ResponseWriter, _ *http.Request) bool {
			fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: Invalid embedded resource: 'process_instances'. Valid embedded resources are: 'x'")
			return true
		},
		"ignored": func(http.ResponseWriter, *http.Request) bool { return false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := withoutEmbedded()
			for i := range 40 {
				rows = append(rows, row{"guid": fmt.Sprintf("d%02d", i), "instances": 2})
			}
			server := &listServer{lists: map[string][]row{processesPath: rows}}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case strings.HasSuffix(r.URL.Path, "/stats"):
					_, _ = w.Write([]byte(`{"resources": [{"index": 0, "state": "RUNNING", "uptime": 5}, {"index": 1, "state": "DOWN"}]}`))
					return true
				case r.URL.Query().Has("embed"):
					return refuse(w, r)
				}
				return false
			}
			client := server.start(t)
			for reading, requests := range []int{1 + 1 + 42, 1 + 42} {
				t.Run(fmt.Sprintf("reading %d", reading+1), func(t *testing.T) {
					server.forget()
					list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true})
					if err != nil || list.InstancesErr != nil {
						t.Fatalf("got %s and error %v, want 43 processes with their instances", describe(list), err)
					}
					if got, want := allStates(list), "a[0:RUNNING 1:DOWN] b[0:RUNNING 1:DOWN] c[] d00[0:RUNNING 1:DOWN]"; !strings.HasPrefix(got, want) {
						t.Errorf("got the states %.200s, want %s first", got, want)
					}
					if name == "ignored" {
						requests = 1 + 42
					}
					if n := len(server.received()); n != requests {
						t.Errorf("got %d requests, want %d", n, requests)
					}
				})
			}
			if server.mostOpen > 5 {
				t.Errorf("got %d requests at the same time, want 5 at most", server.mostOpen)
			}
		})
	}
}

// While Diego is unavailable, Cloud Controller answers 500 to a list with embed,
// and only to that.
func TestListProcessesWhileTheRuntimeIsUnavailable(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: withoutEmbedded()}}
	away := true
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if away && r.URL.Query().Has("embed") {
			fail(w, http.StatusInternalServerError, 10001, "UnknownError", "An unknown error occurred.")
			return true
		}
		return false
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	client := retryingClient(t, listener.URL, time.Minute)
	list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true})
	if err != nil {
		t.Fatal(err)
	}
	var reason *capi.Error
	if got, want := allStates(list), "a- b- c-"; got != want || !errors.As(list.InstancesErr, &reason) || !reason.Has(10001) {
		t.Errorf("got the states %.200s and the reason %v, want %s and the API's error 10001", got, list.InstancesErr, want)
	}
	if n := len(server.received()); n != 2 {
		t.Errorf("got %s requests, want one with and one without embed", short(server.received()))
	}
	// The client does not conclude that the foundation has no embed.
	away = false
	server.lists[processesPath] = embedded()
	if list, err = client.ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true}); err != nil || !strings.HasPrefix(allStates(list), "a[0:RUNNING") {
		t.Errorf("after the runtime is back: got %s and error %v, want the instances", describe(list), err)
	}

	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusForbidden, 10003, "CF-NotAuthorized", "No.")
		return true
	}
	if _, err := client.ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true}); err == nil || !strings.Contains(err.Error(), "CF-NotAuthorized") {
		t.Errorf("every request is a 403: got error %v, want the API's CF-NotAuthorized", err)
	}
}

// Instances that cannot be read stay unknown, and are not requested repeatedly.
func TestListProcessesWithStatsThatFail(t *testing.T) {
	t.Parallel()
	rows := []row{{"guid": "gone"}, {"guid": "fine"}, {"guid": "secret"}}
	for i := range 100 {
		rows = append(rows, row{"guid": fmt.Sprintf("p%d", i)})
	}
	for name, test := range map[string]struct {
		fail        func(w http.ResponseWriter)
		maxRequests int64
	}{
		"some":                       {func(w http.ResponseWriter) { _, _ = w.Write([]byte(someStats)) }, 110},
		"the runtime is unavailable": {func(w http.ResponseWriter) { fail(w, 503, 200002, "CF-StatsUnavailable", "Stats unavailable") }, 2 * 10},
		"each is a 500":              {func(w http.ResponseWriter) { fail(w, 500, 10001, "UnknownError", "x") }, 2 * 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var received atomic.Int64
			server := &listServer{lists: map[string][]row{processesPath: rows}, known: []string{"order_by"}}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				guid, isStats := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, processesPath+"/"), "/stats")
				if !isStats {
					return false
				}
				received.Add(1)
				switch guid {
				case "gone":
					fail(w, 404, 10010, "CF-ResourceNotFound", "Process not found")
				case "secret":
					fail(w, 403, 10003, "CF-NotAuthorized", "You are not authorized")
				case "fine":
					_, _ = w.Write([]byte(someStats))
				default:
					test.fail(w)
				}
				return true
			}
			listener := httptest.NewServer(server)
			t.Cleanup(listener.Close)
			server.t = t
			list, err := retryingClient(t, listener.URL, time.Minute).ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true})
			if err != nil || list.InstancesErr == nil {
				t.Fatalf("got %s and error %v, want processes and a reason for the missing instances", describe(list), err)
			}
			if got := allStates(list); !strings.HasPrefix(got, "gone- fine[") || !strings.Contains(got, "secret-") {
				t.Errorf("got the states %.200s, want instances for fine, and none for gone and secret", got)
			}
			if n := received.Load(); n > test.maxRequests {
				t.Errorf("got %d requests for stats, want at most %d", n, test.maxRequests)
			}
		})
	}
}
