package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// The whole text of each diagnostic, as a user reads it.
func TestDiagnostic(t *testing.T) {
	t.Parallel()
	failure := Failure{
		Object: "Process", Action: "read process 1234", Attribute: path.Root("guid"),
		Feature: "The data source cf_process_instances",
	}
	api := func(status int, e ...capi.ErrorObject) *capi.Error {
		return &capi.Error{
			Method: "GET", Path: "/v3/processes/1234", Status: status, Errors: e,
			RequestIDHeader: "X-VCAP-Request-ID", RequestID: "id-1",
		}
	}
	for name, test := range map[string]struct {
		err         error
		summary     string
		detail      string
		onAttribute bool
	}{
		"not found": {
			err:     api(404, capi.ErrorObject{Code: 10010, Title: "CF-ResourceNotFound", Detail: "Process not found"}),
			summary: "Process not found", onAttribute: true,
			detail: "Could not read process 1234.\n\n" +
				"GET /v3/processes/1234 answered 404 Not Found:\n" +
				"  - CF-ResourceNotFound (10010): Process not found\n" +
				"X-VCAP-Request-ID: id-1\n\n" +
				"Either it does not exist, or this user cannot see it: the API does not distinguish between the two. " +
				"Check the address, that api_url is the right foundation, and that the user has a role in the space.",
		},
		"unknown endpoint": {
			err:     api(404, capi.ErrorObject{Code: 10000, Title: "CF-NotFound", Detail: "Unknown request"}),
			summary: "Not available on this foundation",
			detail: "Could not read process 1234.\n\n" +
				"GET /v3/processes/1234 answered 404 Not Found:\n" +
				"  - CF-NotFound (10000): Unknown request\n" +
				"X-VCAP-Request-ID: id-1\n\n" +
				"The data source cf_process_instances needs an endpoint that this foundation does not have: " +
				"it is too old, or it is not Cloud Controller.",
		},
		"two errors": {
			err: api(422, capi.ErrorObject{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "one"},
				capi.ErrorObject{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "two"}),
			summary: "Could not read process 1234",
			detail: "GET /v3/processes/1234 answered 422 Unprocessable Entity:\n" +
				"  - CF-UnprocessableEntity (10008): one\n" +
				"  - CF-UnprocessableEntity (10008): two\n" +
				"X-VCAP-Request-ID: id-1",
		},
		"not permitted": {
			err:     api(403, capi.ErrorObject{Code: 10003, Title: "CF-NotAuthorized", Detail: "You are not authorized"}),
			summary: "Not permitted",
			detail: "Could not read process 1234.\n\n" +
				"GET /v3/processes/1234 answered 403 Forbidden:\n" +
				"  - CF-NotAuthorized (10003): You are not authorized\n" +
				"X-VCAP-Request-ID: id-1\n\n" +
				"Either the user of this credential lacks a role in the space that permits this (Space Developer; Space " +
				"Supporter is enough to scale, restart and deploy), or the token lacks a scope (cloud_controller.read to read, " +
				"cloud_controller.write to change). `cf space-users ORG SPACE` shows the roles; an OAuth client gets its scopes " +
				"from its authorities in the UAA.",
		},
		"router": {
			err:     &capi.Error{Method: "GET", Path: "/v3/x", Status: 502, RouterError: "endpoint_failure", Body: "502 Bad Gateway: failed"},
			summary: "Could not read process 1234",
			detail: "GET /v3/x answered 502 Bad Gateway (X-Cf-RouterError: endpoint_failure) with a body that is not the API's: 502 Bad Gateway: failed\n\n" +
				"The foundation, or a proxy in front of it, has a problem that may be temporary. Try again later.",
		},
		"wrong type": {
			err: &capi.ResponseError{
				Method: "GET", Path: "/v3/x", Status: 200, RequestIDHeader: "X-Correlation-ID", RequestID: "id-2",
				Field: "instances", Err: errors.New("the field instances is a JSON string"),
			},
			summary: "Unusable response from the API",
			detail: "Could not read process 1234.\n\n" +
				"GET /v3/x answered 200 OK, but the response cannot be used: the field instances is a JSON string.\n" +
				"X-Correlation-ID: id-2\n\n" +
				"The provider used nothing of it. If the foundation is healthy, its API differs in a way that " +
				"the provider does not handle yet: please report it with this text.",
		},
		"canceled": {
			err:     fmt.Errorf("while waiting: %w", context.Canceled),
			summary: "Canceled",
			detail:  "Could not read process 1234: the run was canceled.",
		},
		"something else": {
			err: errors.New("the sky fell"), summary: "Could not read process 1234", detail: "the sky fell.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := failure.Diagnostic(test.err)
			if got.Summary() != test.summary {
				t.Errorf("got the summary %q, want %q", got.Summary(), test.summary)
			}
			if got.Detail() != test.detail {
				t.Errorf("got the detail:\n%s\nwant:\n%s", got.Detail(), test.detail)
			}
			at, onAttribute := got.(diag.DiagnosticWithPath)
			if onAttribute != test.onAttribute || (onAttribute && !at.Path().Equal(path.Root("guid"))) {
				t.Errorf("got a diagnostic on an attribute: %t, want %t, and guid", onAttribute, test.onAttribute)
			}
			if got.Severity() != diag.SeverityError {
				t.Errorf("got the severity %v, want an error", got.Severity())
			}
		})
	}
}

func TestDiagnosticSaysCredential(t *testing.T) {
	t.Parallel()
	detail := Failure{Action: "read process 1234"}.Detail(&capi.Error{
		Method: "GET", Path: "/v3/x", Status: 401, Credential: "access_token from CF_ACCESS_TOKEN",
		Errors:  []capi.ErrorObject{{Code: 1000, Title: "CF-InvalidAuthToken", Detail: "Invalid Auth Token"}},
		Renewal: errors.New("a bare access token cannot be renewed"),
	})
	for _, want := range []string{
		"CF-InvalidAuthToken (1000): Invalid Auth Token", "access_token from CF_ACCESS_TOKEN",
		"a bare access token cannot be renewed.", "cf oauth-token", AuthenticationGuide,
	} {
		if !strings.Contains(detail, want) {
			t.Errorf("got:\n%s\nwant %q in it", detail, want)
		}
	}
}

func TestDiagnosticSaysWhenToRetry(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(time.Hour)
	limited := &capi.Error{Method: "GET", Path: "/v3/x", Status: 429, RetryAt: at}
	if got, want := (Failure{Action: "read"}).Detail(limited), at.UTC().Format(time.RFC3339); !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant the time %s in it", got, want)
	}
	limited.RetryAt = time.Time{}
	if got, want := (Failure{Action: "read"}).Detail(limited), "-parallelism"; !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant the advice %s in it", got, want)
	}
}

// Messages link only to pages that exist.
func TestGuidesExist(t *testing.T) {
	t.Parallel()
	for _, page := range []string{AuthenticationGuide, LargeFoundationsGuide} {
		name := filepath.Join("..", "..", "docs", "guides", strings.TrimPrefix(page, guides)+".md")
		if _, err := os.Stat(name); err != nil {
			t.Errorf("got the link %s, want the page of an existing file: %v", page, err)
		}
	}
}
