package capi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Korifi answers 422 to a list with one GUID that is not a label value.
func TestListProcessesOmitsInvalidLabelValues(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: {{"guid": "p", "relationships": to("app", "app-1")}}}}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.ContainsAny(r.URL.Query().Get("app_guids"), " ä") || strings.Contains(r.URL.RawQuery, strings.Repeat("x", 64)) {
			fail(w, http.StatusUnprocessableEntity, 10008, "CF-UnprocessableEntity", "unable to parse requirement")
			return true
		}
		return false
	}
	client := server.start(t)
	for _, test := range []struct { // in this order: the first row learns that app_guids are label values
		name  string
		guids []string
		want  []string // the requests' app_guids
	}{
		{"learned", []string{"app-1", "a b", "ä", strings.Repeat("x", 64)}, []string{"%C3%A4", "app_guids=app-1&"}},
		{"known", []string{"app-1", "ä"}, []string{"app_guids=app-1&"}},
		{"none left", []string{"ä"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.forget()
			list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{AppGUIDs: test.guids})
			if want := min(1, len(test.want)); err != nil || len(list.Processes) != want {
				t.Errorf("got %s and error %v, want %d processes", describe(list), err, want)
			}
			received := server.received()
			if len(received) != len(test.want) {
				t.Fatalf("got %s requests, want %d", short(received), len(test.want))
			}
			for i, want := range test.want {
				if !strings.Contains(received[i], want) {
					t.Errorf("request %d: got %.300s, want %s in it", i, received[i], want)
				}
			}
		})
	}

	// Another 422 is an error.
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusUnprocessableEntity, 10008, "CF-UnprocessableEntity", "no")
		return true
	}
	if _, err := client.ListProcesses(t.Context(), capi.ProcessFilter{AppGUIDs: []string{"app-1", "ä"}}); err == nil {
		t.Error("another 422: got no error, want that of the API")
	}
}
