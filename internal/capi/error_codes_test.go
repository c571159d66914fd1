package capi_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// After the runtime's errors about a change that was stored, the change is not sent
// again.
func TestScaleThatWasStored(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		status, code int
		stored       bool
		requests     int
	}{
		{"Diego is unavailable", 503, capi.CodeRunnerUnavailable, true, 1},
		{"Diego refused", 500, capi.CodeRunnerError, true, 1},
		{"another 503", 503, 10015, false, 6},
		{"another 500", 500, capi.CodeUnknownError, false, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{t: t}
			server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
				fail(w, test.status, test.code, "CF-Title", "detail")
				return true
			}
			listener := httptest.NewServer(server)
			t.Cleanup(listener.Close)
			client := retryingClient(t, listener.URL, time.Minute)
			_, err := client.ScaleProcess(t.Context(), byGUID, capi.ProcessScale{Instances: capi.Set(int64(2))})
			if got := capi.WasStored(err); err == nil || got != test.stored {
				t.Errorf("scale: got error %v and WasStored %t, want an error and %t", err, got, test.stored)
			}
			if n := len(server.received()); n != test.requests {
				t.Errorf("scale: got %d requests, want %d", n, test.requests)
			}
			// A read is not a change.
			if _, err = client.GetProcess(t.Context(), byGUID); capi.WasStored(err) {
				t.Errorf("get: got WasStored true for %v, want false", err)
			}
		})
	}
}

func TestErrorPredicates(t *testing.T) {
	t.Parallel()
	const byApp, byGUIDPath = "/v3/apps/a/processes/web", "/v3/processes/p"
	predicates := map[string]func(error) bool{
		"type not found": capi.IsProcessTypeNotFound, "runtime": capi.IsRuntimeUnavailable,
		"deployment": capi.IsDeploymentInFlight, "endpoint": capi.IsUnknownEndpoint,
	}
	for name, predicate := range predicates {
		t.Run(name+", errors of others", func(t *testing.T) {
			t.Parallel()
			if predicate(errors.New("x")) || predicate(nil) {
				t.Errorf("got %t for another error and %t for nil, want false", predicate(errors.New("x")), predicate(nil))
			}
		})
	}
	for _, test := range []struct {
		name, path   string
		status, code int
		detail       capi.Text
		want         string
	}{
		{"Cloud Controller, no app", byApp, 404, 10010, "App not found", ""},
		{"Cloud Controller, no type", byApp, 404, 10010, "Process not found", "type not found"},
		{"Cloud Controller, no process", byGUIDPath, 404, 10010, "Process not found", ""},
		{"Korifi, either", byApp, 404, 10010, "Process not found. Ensure it exists and you have access to it.", ""},
		{"suspended", byGUIDPath, 403, 10017, "The organization is suspended", ""},
		{"flag", byGUIDPath, 403, 330002, "Feature Disabled: app_scaling", ""},
		{"role", byGUIDPath, 403, 10003, "You are not authorized", ""},
		{"stats", byGUIDPath + "/stats", 503, 200002, "Stats unavailable", "runtime"},
		{"scale", byGUIDPath, 503, 170015, "Runner unavailable", "runtime"},
		{"instances", byGUIDPath + "/process_instances", 500, 10001, "An unknown error occurred.", "runtime"},
		{"scale during a deployment", byGUIDPath, 422, 10008, "Cannot scale this process while a deployment is in flight.", "deployment"},
		{"another 422", byGUIDPath, 422, 10008, "Memory in mb must be greater than or equal to 0", ""},
		{"the sentence with another status", byGUIDPath, 400, 10008, "Cannot scale this process while a deployment is in flight.", ""},
		{"unknown endpoint", byGUIDPath + "/process_instances", 404, 10000, "Unknown request", "endpoint"},
		{"unknown", byGUIDPath, 500, 10001, "An unknown error occurred.", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := error(&capi.Error{
				Method: "GET", Path: test.path, Status: test.status,
				Errors: []capi.ErrorObject{{Code: int64(test.code), Detail: test.detail}},
			})
			for name, predicate := range predicates {
				t.Run(name, func(t *testing.T) {
					if got, want := predicate(err), name == test.want; got != want {
						t.Errorf("got %t for %v, want %t", got, err, want)
					}
				})
			}
		})
	}
}
