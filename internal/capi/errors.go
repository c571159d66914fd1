package capi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// ErrorObject is one entry of the "errors" list in an error response.
type ErrorObject struct {
	Code   int64 `json:"code"`
	Title  Text  `json:"title"`
	Detail Text  `json:"detail"`
}

// String formats the object for error messages, omitting what the API omitted.
func (o ErrorObject) String() string {
	name := o.Title.String()
	switch {
	case o.Code != 0 && name != "":
		name = fmt.Sprintf("%s (%d)", name, o.Code)
	case o.Code != 0:
		name = fmt.Sprintf("code %d", o.Code)
	}
	switch {
	case name == "" && o.Detail == "":
		return "(without code, title and detail)"
	case name == "":
		return o.Detail.String()
	case o.Detail == "":
		return name
	}
	return name + ": " + o.Detail.String()
}

// Error is an error response from the API, or from a router or load balancer in
// front of it.
type Error struct {
	// Method and Path of the request; the path carries no query.
	Method, Path string
	Status       int
	// Errors are all error objects of the response; none when the body is not
	// the API's, as from a router or a load balancer.
	Errors []ErrorObject
	// RequestID identifies the request in the operator's logs. It comes from the
	// header RequestIDHeader (X-VCAP-Request-ID; on Korifi X-Correlation-ID).
	RequestID       Text
	RequestIDHeader string
	// RouterError is the router's reason (X-Cf-RouterError), if it responded.
	RouterError Text
	// Body is the beginning of a body that is not the API's, on one line,
	// without control characters and secrets.
	Body Text
	// RetryAt is the earliest time for the next request; zero if the response has
	// none.
	RetryAt time.Time
	// Credential describes the credential that was refused, and where it came
	// from. Set with status 401.
	Credential string
	// Renewal is why a refused token could not be replaced by a new one.
	Renewal error
}

// Error returns the most important parts on one line.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s answered %s", e.Method, e.Path, StatusText(e.Status))
	for _, o := range e.Errors {
		text += "; " + o.String()
	}
	if e.Body != "" {
		text += ": " + e.Body.String()
	}
	return text
}

// Unwrap returns the reason why a refused token could not be renewed.
func (e *Error) Unwrap() error { return e.Renewal }

// Has reports whether one of the error objects has this code.
func (e *Error) Has(code int64) bool {
	for _, o := range e.Errors {
		if o.Code == code {
			return true
		}
	}
	return false
}

// StatusText returns the status with its name, "404 Not Found".
func StatusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// ResponseError is a successful response with a body that breaks the API's
// contract: not JSON, truncated, of another shape, or with a field of another
// type.
type ResponseError struct {
	Method, Path    string
	Status          int
	RequestID       Text
	RequestIDHeader string
	// Field is the path of the field with the wrong type, "health_check.data.timeout".
	Field Text
	// Body is the beginning of a body that is not JSON, as in Error.
	Body Text
	Err  error
}

// Error describes the mistake in the response.
func (e *ResponseError) Error() string {
	return fmt.Sprintf("the response to %s %s is not usable: %s", e.Method, e.Path, e.Err)
}

// Unwrap returns the decoder's error.
func (e *ResponseError) Unwrap() error { return e.Err }

// requestIDHeaders are the names under which servers put the ID of a request
// into their logs: Cloud Controller, then Korifi.
var requestIDHeaders = []string{"X-VCAP-Request-ID", korifiRequestID}

// korifiRequestID is the header that only Korifi sends.
const korifiRequestID = "X-Correlation-ID"

func requestID(h http.Header, secrets *redact.Set) (header string, id Text) {
	for _, name := range requestIDHeaders {
		if v := h.Get(name); v != "" {
			return name, Text(secrets.Quote(v, 128))
		}
	}
	return "", ""
}

// maxErrors is how many errors of one response are shown. The API reports one for
// each mistake in a request, which are never that many.
const maxErrors = 50

// bodyShown is how much a message shows of a body that is not the API's, in
// characters.
const bodyShown = 300

// errorFrom reads an error response. It never fails: it quotes a body that it
// cannot parse.
func errorFrom(method, path string, r *transport.Response, secrets *redact.Set, now time.Time) *Error {
	e := &Error{Method: method, Path: path, Status: r.Status}
	e.RequestIDHeader, e.RequestID = requestID(r.Header, secrets)
	e.RouterError = Text(secrets.Quote(r.Header.Get("X-Cf-RouterError"), 200))
	e.RetryAt, _ = transport.RetryAt(r.Status, r.Header, now)

	var body struct {
		Errors []ErrorObject `json:"errors"`
	}
	if json.Unmarshal(r.Body, &body) == nil && len(body.Errors) > 0 {
		if more := len(body.Errors) - maxErrors + 1; more > 1 {
			body.Errors = append(body.Errors[:maxErrors-1], ErrorObject{Detail: Text(fmt.Sprintf("… and %d more", more))})
		}
		for i := range body.Errors {
			o := &body.Errors[i]
			o.Title = Text(secrets.Quote(string(o.Title), 200))
			o.Detail = Text(secrets.Quote(string(o.Detail), 2000))
		}
		e.Errors = body.Errors
		return e
	}
	e.Body = Text(secrets.QuoteBytes(r.Body, bodyShown))
	return e
}
