package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// longLogged is the wait from which on it is worth a line in the log at INFO.
const longLogged = 3 * time.Second

// policy says after which failures a request is sent again.
type policy int

const (
	// always: the request may be repeated whatever became of it.
	always policy = iota
	// untilArrived: only while the server cannot have worked on it.
	untilArrived
	// onlyRefused: only when the server said that it did not work on it.
	onlyRefused
)

// call is what the attempts of one request share. Its attempts run one after
// another; the atomics are there for what net/http does in the background.
type call struct {
	policy   policy
	maxBody  int64
	attempts atomic.Int64
	arrived  atomic.Bool

	failures  int       // attempts that failed so far
	notBefore time.Time // the next attempt's start
	last      string    // what became of the last attempt
	final     func(Failure) bool
	took      time.Duration // how long the last attempt took
	held      bool          // the answer is the one that a rate limit left behind
}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) } //nolint:forcetypeassert // asked within a call only

// attempts makes one attempt a RoundTrip: it waits for its turn, sends, and
// reads the body to its end, so that a body that is cut off is a failure like
// any other.
type attempts struct{ c *Client }

func (a attempts) RoundTrip(r *http.Request) (*http.Response, error) {
	c, call := a.c, callOf(r.Context())
	held, err := c.enter(r, call)
	if err != nil || held != nil {
		if r.Body != nil {
			_ = r.Body.Close() // held in memory
		}
		return held, err
	}
	defer func() { <-c.slots }()

	number := call.attempts.Load()
	if r.Response == nil { // a followed redirect is still the same attempt
		number = call.attempts.Add(1)
	}
	start := c.now()
	response, err := c.attempt(r, call)
	call.took = c.now().Sub(start)
	c.logAttempt(r, response, err, number, call.took)
	return response, err
}

// attempt sends the request once.
func (c *Client) attempt(r *http.Request, call *call) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), c.timeout)
	defer cancel()
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	response, err := c.base.RoundTrip(r.WithContext(traced))
	if err == nil {
		// The request of the response must be the one that net/http gave us:
		// redirects are resolved against it.
		response.Request = r
		var data []byte
		data, err = readBody(response, call.maxBody)
		_ = response.Body.Close() // read to its end, or given up
		response.Body = newBody(data)
	}
	if err != nil {
		if connected.Load() {
			call.arrived.Store(true)
		}
		switch {
		case r.Context().Err() != nil:
			return nil, &attemptError{kind: KindCanceled, err: r.Context().Err(), permanent: true}
		case ctx.Err() != nil:
			return nil, &attemptError{kind: KindTimeout, err: fmt.Errorf("more than %s (request_timeout)", c.timeout)}
		}
		return nil, err
	}
	if response.StatusCode != http.StatusTooManyRequests && !fromRouter(response) {
		call.arrived.Store(true)
	}
	return response, nil
}

// fromRouter reports whether the router answered because it knows no instance
// of the API at the moment: the request went no further.
func fromRouter(response *http.Response) bool {
	return response.StatusCode == http.StatusNotFound && response.Header.Get("X-Cf-RouterError") != ""
}

// maxErrorBytes is how much is read of the body of an error answer. Its
// beginning says what is wrong; what goes on for longer is no error of the API.
const maxErrorBytes = 256 << 10

// readBody reads the body to its end, or that of an error answer as far as it
// can be of use.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	cut := response.StatusCode >= http.StatusBadRequest && limit > maxErrorBytes
	if cut {
		limit = maxErrorBytes
	}
	if response.ContentLength > limit && !cut {
		return nil, &sizeError{limit}
	}
	var b bytes.Buffer
	if n := response.ContentLength; n > 0 {
		// Enough for all of it, but no more than a server that lies can cost.
		b.Grow(int(min(n, limit+1, 16<<20)) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(response.Body, limit+1))
	switch {
	case n > limit && cut:
		return b.Bytes()[:limit], nil
	case err != nil:
		return nil, &bodyError{err}
	case n > limit:
		return nil, &sizeError{limit}
	}
	return b.Bytes(), nil
}

// checkRetry decides after an attempt whether there is another one, and when.
func (c *Client) checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	call := callOf(ctx)
	if ctx.Err() != nil || call.held {
		return false, nil //nolint:nilerr // an error from here would hide the attempt's own
	}
	wait := c.backoff(call.failures)
	call.failures++
	if err != nil {
		cause := c.classify(ctx, err)
		call.last = cause.Error()
		if call.isFinal(Failure{Kind: cause.kind}) || cause.permanent || call.policy == onlyRefused || call.policy == untilArrived && call.arrived.Load() {
			return false, nil
		}
		call.notBefore = c.now().Add(wait)
		return true, nil
	}
	if !mayPass(response) {
		return false, nil
	}
	call.last = response.Status
	failure := Failure{Status: response.StatusCode}
	if b, isRead := response.Body.(*body); isRead {
		failure.Body = b.data
	}
	if response.StatusCode != http.StatusTooManyRequests && call.isFinal(failure) {
		return false, nil
	}
	limit := c.limitOf(response, wait)
	if limit != nil && c.retries > 0 && limit.holds() {
		c.gate.hold(limit)
	}
	if !repeatableAfter(call.policy, response) {
		return false, nil
	}
	if limit == nil {
		call.notBefore = c.now().Add(wait)
		return true, nil
	}
	if limit.long {
		return false, nil
	}
	call.notBefore = limit.until
	return true, nil
}

// isFinal asks the caller whether the attempt that just failed is the last one.
func (c *call) isFinal(f Failure) bool {
	if c.final == nil {
		return false
	}
	f.Attempt, f.Took = int(c.attempts.Load()), c.took
	return c.final(f)
}

// mayPass reports whether the status is one that often is another one a moment
// later.
func mayPass(response *http.Response) bool {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return fromRouter(response)
	}
}

func repeatableAfter(p policy, response *http.Response) bool {
	switch p {
	case always:
		return true
	case untilArrived:
		return response.StatusCode == http.StatusTooManyRequests || fromRouter(response)
	default:
		return response.StatusCode == http.StatusTooManyRequests
	}
}

// backoff is the wait after the failure of that number, from 0: twice as long
// each time, and spread so that readers that failed together do not come back
// together.
func (c *Client) backoff(number int) time.Duration {
	d := retryablehttp.DefaultBackoff(c.backoffMin, c.backoffMax, number, nil)
	return d/2 + rand.N(d+1)
}

// logAttempt writes what became of an attempt, without headers and bodies.
func (c *Client) logAttempt(r *http.Request, response *http.Response, err error, number int64, took time.Duration) {
	if c.logger == nil {
		return
	}
	fields := c.requestFields(r)
	fields["attempt"] = number
	fields["duration_ms"] = took.Milliseconds()
	if err != nil {
		// The error of a canceled or timed out attempt says so; others name the cause.
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		fields["error"] = c.secrets.Clean(err.Error())
		c.logger.Debug(r.Context(), "HTTP attempt without a usable answer", fields)
		return
	}
	fields["status"] = response.StatusCode
	for _, name := range []string{"X-Vcap-Request-Id", "X-Correlation-Id"} {
		if id := response.Header.Get(name); id != "" {
			fields["request_id"] = c.secrets.Clean(id)
			break
		}
	}
	c.logger.Debug(r.Context(), "HTTP attempt", fields)
}

// requestFields are the fields that name a request in the log.
func (c *Client) requestFields(r *http.Request) map[string]any {
	fields := map[string]any{
		"method": r.Method,
		"host":   r.URL.Host,
		"path":   c.secrets.Clean(r.URL.EscapedPath()),
	}
	if query := publicQuery(r.URL); query != "" {
		fields["query"] = c.secrets.Clean(query)
	}
	return fields
}

// publicParameters are the query parameters of the API that name things that
// Terraform shows anyway. The values of all others stay out of the log.
var publicParameters = map[string]bool{
	"app_guids": true, "created_ats": true, "embed": true, "guids": true, "include": true,
	"order_by": true, "organization_guids": true, "page": true, "per_page": true,
	"space_guids": true, "types": true, "updated_ats": true,
}

func publicQuery(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, _, found := strings.Cut(pair, "=")
		plain, _, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(name, "%5B", "["), "%5b", "["), "[")
		if found && !publicParameters[plain] {
			pairs[i] = name + "=…"
		}
	}
	return strings.Join(pairs, "&")
}
