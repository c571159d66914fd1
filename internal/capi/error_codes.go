package capi

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// Codes of the API's error objects that decide what happens next.
const (
	CodeUnknownEndpoint      = 10000
	CodeUnknownError         = 10001
	CodeNotAuthorized        = 10003
	CodeBadQueryParameter    = 10005
	CodeUnprocessable        = 10008
	CodeNotFound             = 10010
	CodeOrgSuspended         = 10017
	CodeRunnerUnavailable    = 170015
	CodeRunnerError          = 170016
	CodeStatsUnavailable     = 200002
	CodeInstancesUnavailable = 220002
	CodeFeatureDisabled      = 330002
)

// IsNotFound reports whether the API itself reported that the object does not
// exist or is not visible. A router's 404, or one for an endpoint that the
// foundation lacks, does not mean that the object is missing.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound && e.Has(CodeNotFound)
}

// IsUnknownEndpoint reports whether the foundation does not have the endpoint.
func IsUnknownEndpoint(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound && e.Has(CodeUnknownEndpoint)
}

// IsDeploymentInFlight reports whether a change was refused because a rolling
// deployment of the app is in progress. The API has no code for it: only the
// sentence distinguishes it from other 422 responses.
func IsDeploymentInFlight(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusUnprocessableEntity {
		return false
	}
	for _, o := range e.Errors {
		if strings.Contains(string(o.Detail), "while a deployment is in flight") {
			return true
		}
	}
	return false
}

// IsProcessTypeNotFound reports whether a request by app and type failed
// because the app, which is visible, has no process of the type. Cloud Controller
// distinguishes it from an app that does not exist or is not visible. Korifi does
// not, and continues "Process not found" with advice, so the whole sentence is
// compared (README.md#not-found).
func IsProcessTypeNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && IsNotFound(e) && strings.HasPrefix(e.Path, "/v3/apps/") &&
		slices.ContainsFunc(e.Errors, func(o ErrorObject) bool {
			return o.Code == CodeNotFound && strings.TrimSuffix(string(o.Detail), ".") == "Process not found"
		})
}

// WasStored reports whether the API stored a change although it responded with an
// error: the runtime did not accept it, and receives it later (README.md#stored).
func WasStored(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Method == http.MethodPost || e.Method == http.MethodPatch) &&
		slices.ContainsFunc(storedCodes, e.Has)
}

// IsRuntimeUnavailable reports whether the API could not reach the runtime or its
// metrics. The API itself works (README.md#runtime-away).
func IsRuntimeUnavailable(err error) bool {
	var e *Error
	return errors.As(err, &e) && (slices.ContainsFunc(runtimeCodes, e.Has) ||
		e.Has(CodeUnknownError) && strings.HasSuffix(e.Path, "/process_instances"))
}

var (
	storedCodes  = []int64{CodeRunnerUnavailable, CodeRunnerError}
	runtimeCodes = []int64{CodeRunnerUnavailable, CodeRunnerError, CodeStatsUnavailable, CodeInstancesUnavailable}
)

// lastWrite ends the attempts for a change that was stored: it would only fail
// again.
func lastWrite(f transport.Failure) bool { return bodyHas(f, storedCodes) }

// lastStats ends the attempts for stats and instances after the API has already
// tried for a long time to get them from the runtime.
func lastStats(f transport.Failure) bool {
	return f.Took >= slowAnswer && bodyHas(f, append([]int64{CodeUnknownError}, runtimeCodes...))
}

// bodyHas reports whether the answer has an error object with one of the codes.
func bodyHas(f transport.Failure, codes []int64) bool {
	if f.Status < http.StatusInternalServerError {
		return false
	}
	var body struct {
		Errors []ErrorObject `json:"errors"`
	}
	return json.Unmarshal(f.Body, &body) == nil &&
		slices.ContainsFunc(body.Errors, func(o ErrorObject) bool { return slices.Contains(codes, o.Code) })
}
