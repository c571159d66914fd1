// Package capi is the client of the Cloud Foundry API, version 3, for processes,
// their instances, stats and sidecars, and the apps and deployments around them.
// It is the only package that knows the API's paths and JSON; it does not know
// Terraform. README.md lists the differences between servers that the code
// handles.
package capi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// Authorizer provides the value of the Authorization header. Its methods are
// called concurrently.
type Authorizer interface {
	// Authorization returns the header value to use now.
	Authorization(ctx context.Context) (string, error)
	// Renew is called when the API refused the value; it returns another one, or
	// an error with the reason why there is none.
	Renew(ctx context.Context, refused string) (string, error)
	// Source describes, for error messages, which credential is used and where
	// it came from.
	Source() string
}

// acceptedAuthorizer is an Authorizer that learns which values the API accepted,
// so that it can distinguish a revoked token from one that the API never accepts.
type acceptedAuthorizer interface{ Accepted(value string) }

// Config is what a Client needs.
type Config struct {
	// BaseURL is the root of the API.
	BaseURL   *url.URL
	Transport *transport.Client
	Auth      Authorizer
	// Secrets are kept out of every error; nil when there are none.
	Secrets *redact.Set
	// RuntimeTimeout is the least time limit of one attempt for requests that the
	// API forwards to the runtime: stats, instances, scale, terminate and restart.
	// 0 is 90 s; the transport's limit applies if it is longer.
	RuntimeTimeout time.Duration
}

// defaultRuntimeTimeout is more than the 63 s for which Cloud Controller itself
// tries to reach Diego before it answers (README.md#runtime-away).
const defaultRuntimeTimeout = 90 * time.Second

// Client is a client of one foundation. It is safe for concurrent use. New
// sends no request; only its methods do.
type Client struct {
	base      string
	transport *transport.Client
	auth      Authorizer
	secrets   *redact.Set
	// lists is what the client has learned about the foundation's lists.
	lists listCapabilities
	// withoutInstances is set when the foundation lacks the endpoint of
	// ProcessInstances.
	withoutInstances atomic.Bool
	// runtimeTimeout is Config.RuntimeTimeout.
	runtimeTimeout time.Duration
	// plainDots is set when the foundation needs the dots of a path unencoded.
	plainDots atomic.Bool
}

// New returns a client. It sends no request.
func New(cfg Config) *Client {
	runtimeTimeout := cfg.RuntimeTimeout
	if runtimeTimeout <= 0 {
		runtimeTimeout = defaultRuntimeTimeout
	}
	return &Client{
		runtimeTimeout: runtimeTimeout,

		base:      strings.TrimRight(cfg.BaseURL.String(), "/"),
		transport: cfg.Transport,
		auth:      cfg.Auth,
		secrets:   cfg.Secrets,
	}
}

// accepted passes on that the API accepted a value.
func (c *Client) accepted(value string) {
	if auth, ok := c.auth.(acceptedAuthorizer); ok {
		auth.Accepted(value)
	}
}

// request is one API request. The path begins with /v3 and is escaped.
type request struct {
	method, path string
	// query is already encoded: the API's list filters need a special encoding.
	query string
	// body is sent as JSON; nil for none.
	body any
	// once prevents a repetition of a request that may have arrived.
	once bool
	// runtime is set for a request that the API forwards to the runtime, which may
	// take longer than one that the API answers alone.
	runtime bool
	// final ends the attempts after a failure, as in transport.Request; nil leaves
	// the decision to the transport.
	final func(transport.Failure) bool
	// limit bounds the response's body in bytes; 0 is enough for one object.
	limit int64
	// hold counts the body against the memory limit for bodies until the response
	// is released.
	hold bool
}

// Limits of response bodies, in bytes. A page of 5,000 processes has 10 MB, and
// some MB more for every KB of annotations that they have on average. Stats have
// about 700 bytes an instance.
const (
	pageLimit      = 64 << 20
	instancesLimit = 32 << 20
)

// send sends the request with a valid token and returns the successful response.
// It renews a refused token: see maxRenewals.
func (c *Client) send(ctx context.Context, r request) (*transport.Response, error) {
	if c.plainDots.Load() {
		r.path = strings.ReplaceAll(r.path, encodedDot, ".")
	}
	response, err := c.sendTo(ctx, r)
	if wantsPlainDots(r.path, err) {
		c.plainDots.Store(true)
		r.path = strings.ReplaceAll(r.path, encodedDot, ".")
		return c.sendTo(ctx, r)
	}
	return response, err
}

// wantsPlainDots reports whether Korifi did not find a path because of an encoded
// dot: its router does not decode the path (README.md#dots-korifi).
func wantsPlainDots(path string, err error) bool {
	var e *Error
	return strings.Contains(path, encodedDot) && errors.As(err, &e) && e.RequestIDHeader == korifiRequestID &&
		(e.Status == http.StatusNotFound || e.Status == http.StatusUnprocessableEntity)
}

// maxRenewals bounds how often a request is sent again with another token. Two
// are enough: for an old token, and for a new one that the API refuses. Then the
// Authorizer returns an error with the reason instead of a third one.
const maxRenewals = 2

// sendTo sends the request and does not change its path.
func (c *Client) sendTo(ctx context.Context, r request) (*transport.Response, error) {
	target, err := url.Parse(c.base + r.path)
	if err != nil {
		return nil, fmt.Errorf("%s %s is not a valid request: %w", r.method, r.path, err)
	}
	target.RawQuery = r.query

	var atLeast time.Duration
	if r.runtime {
		atLeast = c.runtimeTimeout
	}
	header := http.Header{"Accept": {"application/json"}}
	var body []byte
	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}
		header.Set("Content-Type", "application/json")
	}

	authorization, err := c.auth.Authorization(ctx)
	if err != nil {
		return nil, err
	}
	var renewal error
	for renewals := 0; ; renewals++ {
		header.Set("Authorization", authorization)
		response, err := c.transport.Do(ctx, transport.Request{
			Method: r.method, URL: target, Header: header, Body: body, Repeatable: !r.once, Final: r.final,
			AtLeast: atLeast, MaxBodyBytes: r.limit, Hold: r.hold, JSON: r.method != http.MethodDelete,
		})
		if err != nil {
			return nil, err
		}
		if response.Status >= 200 && response.Status < 300 {
			c.accepted(authorization)
			return response, nil
		}
		if response.Status == http.StatusUnauthorized {
			var next string
			next, renewal = c.auth.Renew(ctx, authorization)
			if renewal == nil && renewals < maxRenewals {
				authorization = next
				continue
			}
			if ctx.Err() != nil {
				return nil, renewal
			}
		}
		e := errorFrom(r.method, r.path, response, c.secrets, time.Now())
		if e.Status == http.StatusUnauthorized {
			e.Credential, e.Renewal = c.auth.Source(), renewal
		}
		return nil, e
	}
}

// get reads one JSON object into v and returns the response's header.
func (c *Client) get(ctx context.Context, r request, v any) (http.Header, error) {
	r.method = http.MethodGet
	response, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := decode(response.Body, v); err != nil {
		return nil, c.responseError(r.method, r.path, response, err)
	}
	return response.Header, nil
}

func (c *Client) responseError(method, path string, response *transport.Response, err error) *ResponseError {
	e := &ResponseError{Method: method, Path: path, Status: response.Status, Err: err}
	e.RequestIDHeader, e.RequestID = requestID(response.Header, c.secrets)
	switch field := fieldOf(err); {
	case field != "":
		e.Field = Text(field)
	case !json.Valid(response.Body):
		e.Body = Text(c.secrets.QuoteBytes(response.Body, bodyShown))
	}
	return e
}

// fieldOf returns the path of the field in an error of decode, or "".
func fieldOf(err error) string {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return wrongType.Field
	}
	var ambiguous *ambiguousError
	if errors.As(err, &ambiguous) {
		return ambiguous.path
	}
	return ""
}

// decode reads one JSON value, which must be the object that v describes. It
// ignores unknown fields, since the API adds new ones. The errors are complete
// sentences for a message; fieldOf returns their field.
func decode(body []byte, v any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the body is empty")
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return errors.New("the body is null, not an object")
	}
	// encoding/json would replace invalid UTF-8 with U+FFFD and so change a value.
	if !utf8.Valid(body) {
		return errors.New("the body is not valid UTF-8")
	}
	if err := weigh(body).check(bodyMax); err != nil {
		return err
	}
	err := json.Unmarshal(body, v)
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return checkStrict(body, shapeOf(reflect.TypeOf(v)))
	case errors.As(err, &syntax) && cutOff(body):
		return fmt.Errorf("the JSON is cut off after %d bytes", len(body))
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not JSON (at byte %d: %w)", syntax.Offset, err)
	case errors.As(err, &wrongType):
		return &fieldError{wrongType}
	default:
		return err
	}
}

// cutOff reports whether body is the beginning of a JSON value.
func cutOff(body []byte) bool {
	var value json.RawMessage
	return errors.Is(json.NewDecoder(bytes.NewReader(body)).Decode(&value), io.ErrUnexpectedEOF)
}

// fieldError names the field with a value of the wrong type, in the API's terms.
type fieldError struct{ err *json.UnmarshalTypeError }

func (e *fieldError) Error() string {
	if e.err.Field == "" {
		return fmt.Sprintf("the body is a JSON %s, not an object", redact.Clean(e.err.Value, 60))
	}
	return fmt.Sprintf("the field %s is a JSON %s where the API promises %s", redact.Clean(e.err.Field, 200), redact.Clean(e.err.Value, 60), jsonType(e.err.Type.String()))
}

func (e *fieldError) Unwrap() error { return e.err }

// jsonType is the JSON type that a Go type stands for here.
func jsonType(goType string) string {
	switch goType = strings.TrimLeft(goType, "*"); {
	case goType == "string", goType == "capi.Text":
		return "a string"
	case goType == "bool":
		return "a boolean"
	case strings.HasPrefix(goType, "int"):
		return "a whole number"
	case goType == "capi.Decimal":
		return "a number"
	case strings.HasPrefix(goType, "[]"):
		return "an array"
	default:
		return "an object"
	}
}
