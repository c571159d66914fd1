package capi_test

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Cloud Controller's router cuts off a plain dot and the rest of the last segment,
// as a format (README.md#dots).
func TestDotsOnCloudController(t *testing.T) {
	t.Parallel()
	server := &listServer{}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		raw := r.URL.EscapedPath()
		last := path.Base(r.URL.Path)
		if extension := path.Ext(path.Base(raw)); extension != "" {
			last = strings.TrimSuffix(last, extension)
		}
		if !strings.HasPrefix(raw, "/v3/apps/") {
			_, _ = w.Write([]byte(`{"guid": "` + last + `"}`))
			return true
		}
		_, _ = w.Write([]byte(`{"guid": "g", "type": "` + last + `"}`))
		return true
	}
	client := server.start(t)
	p, err := client.GetProcess(t.Context(), capi.Address{AppGUID: "a.b", Type: "web.v2"})
	if err != nil || *p.Type != "web.v2" {
		t.Errorf("by app and type: got %s and error %v, want the type web.v2", describeProcess(p), err)
	}
	if p, err = client.GetProcess(t.Context(), capi.Address{GUID: "g.json"}); err != nil || p.GUID != "g.json" {
		t.Errorf("by GUID: got %s and error %v, want g.json", describeProcess(p), err)
	}
	if want := []string{"/v3/apps/a%2Eb/processes/web%2Ev2", "/v3/processes/g%2Ejson"}; !slices.Equal(server.paths(), want) {
		t.Errorf("got the paths %q, want %q", server.paths(), want)
	}
}

// Korifi's router does not decode the path (README.md#dots-korifi).
func TestDotsOnKorifi(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]int{"by GUID": http.StatusNotFound, "by type": http.StatusUnprocessableEntity} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("X-Correlation-ID", "1")
				if strings.Contains(r.URL.EscapedPath(), "%") {
					fail(w, refusal, 10010, "CF-ResourceNotFound", "Process not found. Ensure it exists and you have access to it.")
					return true
				}
				_, _ = w.Write([]byte(`{"guid": "g", "type": "` + path.Base(r.URL.Path) + `"}`))
				return true
			}
			client := server.start(t)
			for _, read := range []string{"first read", "second read"} {
				if p, err := client.GetProcess(t.Context(), capi.Address{AppGUID: "a", Type: "web.v2"}); err != nil || *p.Type != "web.v2" {
					t.Errorf("%s: got %s and error %v, want the type web.v2", read, describeProcess(p), err)
				}
			}
			plain := "/v3/apps/a/processes/web.v2"
			if want := []string{"/v3/apps/a/processes/web%2Ev2", plain, plain}; !slices.Equal(server.paths(), want) {
				t.Errorf("got the paths %q, want %q", server.paths(), want)
			}
		})
	}
}
