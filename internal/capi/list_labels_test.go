package capi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Korifi answers 422 to a list with one GUID that is not a label value.
func TestListProcessesLeavesOutWhatIsNotALabelValue(t *testing.T) {
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
	for _, test := range []struct {
		name  string
		guids []string
		want  []string // the requests' app_guids
	}{
		{"learned", []string{"app-1", "a b", "ä", strings.Repeat("x", 64)}, []string{"%C3%A4", "app_guids=app-1&"}},
		{"known", []string{"app-1", "ä"}, []string{"app_guids=app-1&"}},
		{"none left", []string{"ä"}, nil},
	} {
		server.forget()
		list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{AppGUIDs: test.guids})
		if err != nil || len(list.Processes) != min(1, len(test.want)) {
			t.Errorf("%s: got %v, %v", test.name, list, err)
		}
		asked := server.asked()
		if len(asked) != len(test.want) {
			t.Fatalf("%s: got the requests %q", test.name, asked)
		}
		for i, want := range test.want {
			if !strings.Contains(asked[i], want) {
				t.Errorf("%s: got the request %s, want %s in it", test.name, asked[i], want)
			}
		}
	}

	// Another 422 is an error.
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		fail(w, http.StatusUnprocessableEntity, 10008, "CF-UnprocessableEntity", "no")
		return true
	}
	if _, err := client.ListProcesses(t.Context(), capi.ProcessFilter{AppGUIDs: []string{"app-1", "ä"}}); err == nil {
		t.Error("got no error for another 422")
	}
}
