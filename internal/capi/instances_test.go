package capi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// answers serves fixed bodies by path, and a 404 for an unknown endpoint for other
// paths.
func answers(bodies map[string]string) *listServer {
	return &listServer{answer: func(w http.ResponseWriter, r *http.Request) bool {
		body, found := bodies[r.URL.Path]
		if !found {
			fail(w, http.StatusNotFound, 10000, "CF-NotFound", "Unknown request")
			return true
		}
		_, _ = w.Write([]byte(body))
		return true
	}}
}

const someStats = `{"resources": [{"index": 0, "state": "RUNNING", "uptime": 5}, {"index": 1, "state": "DOWN"}]}`

func TestProcessInstances(t *testing.T) {
	t.Parallel()
	server := answers(map[string]string{
		"/v3/processes/g/process_instances": `{"resources": [{"index": 0, "state": "RUNNING", "since": 0}, {"index": 1, "state": "DOWN"}]}`,
		"/v3/apps/a/processes/web":          `{"guid": "g"}`,
	})
	client := server.start(t)
	for _, test := range []struct {
		name    string
		address capi.Address
		want    []string
	}{
		{"by GUID", capi.Address{GUID: "g"}, []string{"/v3/processes/g/process_instances?"}},
		{"by app and type", capi.Address{AppGUID: "a", Type: "web"}, []string{"/v3/apps/a/processes/web?", "/v3/processes/g/process_instances?"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.forget()
			instances, err := client.ProcessInstances(context.Background(), test.address)
			if err != nil {
				t.Fatal(err)
			}
			if received := server.received(); !slices.Equal(received, test.want) {
				t.Errorf("got the requests %s\nwant %s", short(received), short(test.want))
			}
			if got, want := states(&capi.Process{ProcessInstances: instances.Resources}), "[0:RUNNING:0 1:DOWN]"; got != want {
				t.Errorf("got the instances %s, want %s", got, want)
			}
		})
	}
}

func TestProcessInstancesFromStats(t *testing.T) {
	t.Parallel()
	server := answers(map[string]string{
		"/v3/processes/g/stats":          someStats,
		"/v3/apps/a/processes/web":       `{"guid": "g"}`,
		"/v3/apps/a/processes/web/stats": someStats,
	})
	client := server.start(t)
	for _, test := range []struct { // in this order: the first read learns that the endpoint is missing
		name    string
		address capi.Address
		want    []string
	}{
		{"first read", capi.Address{AppGUID: "a", Type: "web"}, []string{"/v3/apps/a/processes/web?", "/v3/processes/g/process_instances?", "/v3/processes/g/stats?"}},
		{"second read", capi.Address{AppGUID: "a", Type: "web"}, []string{"/v3/apps/a/processes/web/stats?"}},
		{"third read, by GUID", capi.Address{GUID: "g"}, []string{"/v3/processes/g/stats?"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.forget()
			instances, err := client.ProcessInstances(context.Background(), test.address)
			if err != nil {
				t.Fatal(err)
			}
			if received := server.received(); !slices.Equal(received, test.want) {
				t.Errorf("got the requests %s\nwant %s", short(received), short(test.want))
			}
			if got, want := states(&capi.Process{ProcessInstances: instances.Resources}), "[0:RUNNING 1:DOWN]"; got != want {
				t.Errorf("got the instances %s, want %s", got, want)
			}
		})
	}
}

func TestProcessInstancesErrors(t *testing.T) {
	t.Parallel()
	client := answers(map[string]string{"/v3/processes/g/process_instances": `{}`}).start(t)
	if _, err := client.ProcessInstances(context.Background(), capi.Address{GUID: "g"}); err == nil || !strings.Contains(err.Error(), "resources") {
		t.Errorf("response without resources: got error %v, want one that names resources", err)
	}
	// The stats of a process that does not exist are not read.
	server := &listServer{lists: map[string][]row{}}
	if _, err := server.start(t).ProcessInstances(context.Background(), capi.Address{GUID: "gone"}); !capi.IsNotFound(err) || len(server.received()) != 1 {
		t.Errorf("process that is gone: got error %v after %s requests, want one that it is not found, after 1", err, short(server.received()))
	}
}

func TestSidecars(t *testing.T) {
	t.Parallel()
	path := "/v3/processes/g/sidecars"
	server := &listServer{maxPerPage: 2, lists: map[string][]row{path: {
		{"guid": "1", "name": "one", "command": "run", "process_types": []string{"web"}, "memory_in_mb": 0, "origin": "user"},
		{"guid": "2", "process_types": []string{}, "memory_in_mb": nil},
		{"guid": "3", "command": "[PRIVATE DATA HIDDEN]"},
	}}}
	client := server.start(t)
	list, err := client.Sidecars(context.Background(), "g")
	if err != nil {
		t.Fatal(err)
	}
	s := list.Sidecars
	if len(s) != 3 || *s[0].MemoryInMB != 0 || s[1].MemoryInMB != nil || s[1].ProcessTypes == nil || s[2].ProcessTypes != nil || s[2].Command != nil {
		t.Errorf("got the sidecars %s, want 3: the first with 0 MB, the second without memory and with empty types, the third without types and command", asJSON(s))
	}
	if _, err := client.Sidecars(context.Background(), ""); err == nil {
		t.Error("empty GUID: got no error, want one")
	}
	if _, err := client.Sidecars(context.Background(), "gone"); !capi.IsNotFound(err) {
		t.Errorf("process that is gone: got error %v, want one that it is not found", err)
	}
	server.lists[path] = []row{{"name": "no GUID"}}
	if _, err := client.Sidecars(context.Background(), "g"); err == nil || !strings.Contains(err.Error(), "in sidecar 0 (counted from 0) it has no guid") {
		t.Errorf("sidecar without a GUID: got error %v, want one that names sidecar 0", err)
	}
}

// A server may repeat a token in a text that is shown and stored in the state.
func TestInstanceTextsAreMasked(t *testing.T) {
	t.Parallel()
	const token = "token-that-is-echoed"
	server := answers(map[string]string{
		"/v3/processes/g/process_instances": `{"resources": [{"index": 0, "state": "bearer ` + token + `"}]}`,
		"/v3/processes/g/stats":             `{"resources": [{"index": 0, "state": "` + token + `", "details": "bearer ` + token + `"}]}`,
	})
	secrets := new(redact.Set)
	secrets.Add(token)
	client := server.startWith(t, secrets)
	instances, err := client.ProcessInstances(t.Context(), capi.Address{GUID: "g"})
	if err != nil || strings.Contains(string(*instances.Resources[0].State), token) {
		t.Errorf("instances: got %s and error %v, want a state without the token", asJSON(instances), err)
	}
	stats, err := client.ProcessStats(t.Context(), capi.Address{GUID: "g"})
	if err != nil || strings.Contains(string(*stats.Resources[0].State)+string(*stats.Resources[0].Details), token) {
		t.Errorf("stats: got %s and error %v, want texts without the token", asJSON(stats), err)
	}
}
