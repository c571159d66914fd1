package diagnostic

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Each code has advice of its own; a role is not the answer to every 403, nor a
// retry to every 5xx.
func TestAdviceByCode(t *testing.T) {
	t.Parallel()
	failure := Failure{
		Object: "Process", Action: "scale it", Attribute: path.Root("app_guid"), Type: "wroker", TypeAttribute: path.Root("type"),
	}
	for name, test := range map[string]struct {
		status  int
		code    int64
		detail  string
		korifi  bool
		want    string
		wantNot string
		at      path.Path
	}{
		"no role": {status: http.StatusForbidden, code: 10003, want: "lacks a role in the space"},
		"suspended organization": {
			status: http.StatusForbidden, code: 10017, want: "organization is suspended", wantNot: "role",
		},
		"feature flag": {status: http.StatusForbidden, code: 330002, want: "cf feature-flags", wantNot: "role in"},
		"a type that the app lacks": {
			status: http.StatusNotFound, code: 10010, detail: "Process not found",
			want: `no process of type "wroker"`, wantNot: "cannot see", at: path.Root("type"),
		},
		"an app that is not visible": {
			status: http.StatusNotFound, code: 10010, detail: "App not found", want: "cannot see it", at: path.Root("app_guid"),
		},
		"Korifi, which does not tell": {
			status: http.StatusNotFound, code: 10010, detail: "Process not found. Ensure it exists and you have access to it.",
			want: "cannot see it", at: path.Root("app_guid"),
		},
		"Diego away":    {status: http.StatusServiceUnavailable, code: 170015, want: "stored the change", wantNot: "Try again"},
		"Diego refuses": {status: http.StatusInternalServerError, code: 170016, want: "stored the change", wantNot: "Try again"},
		"no stats":      {status: http.StatusServiceUnavailable, code: 200002, want: "runtime (Diego) or Log Cache"},
		"unknown error": {status: http.StatusInternalServerError, code: 10001, want: "runtime (Diego)"},
		"unknown error of Korifi": {
			status: http.StatusInternalServerError, code: 10001, korifi: true, want: "the user's role does not permit", wantNot: "Diego",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := "X-VCAP-Request-ID"
			if test.korifi {
				header = korifiRequestID
			}
			d := failure.Diagnostic(&capi.Error{
				Method: http.MethodGet, Path: "/v3/apps/a/processes/wroker", Status: test.status, RequestIDHeader: header, RequestID: "id-1",
				Errors: []capi.ErrorObject{{Code: test.code, Title: "CF-Title", Detail: capi.Text(test.detail)}},
			})
			if !strings.Contains(d.Detail(), test.want) {
				t.Errorf("got %s\nwant %q in it", d.Detail(), test.want)
			}
			if test.wantNot != "" && strings.Contains(d.Detail(), test.wantNot) {
				t.Errorf("got %s\nwant no %q in it", d.Detail(), test.wantNot)
			}
			got := path.Empty()
			if withPath, ok := d.(diag.DiagnosticWithPath); ok {
				got = withPath.Path()
			}
			if !got.Equal(test.at) {
				t.Errorf("got the attribute %q, want %q", got, test.at)
			}
		})
	}
}
