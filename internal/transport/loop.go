package transport

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// repeat selects the failures after which a request is sent again.
type repeat int

const (
	// always: after every transient failure.
	always repeat = iota
	// beforeArrival: only while the server cannot have acted on it.
	beforeArrival
	// whenRefused: only when the server reported that it did not act on it.
	whenRefused
)

// call is a request and the state of its attempts, which run one after another.
type call struct {
	Request
	repeat  repeat
	timeout time.Duration // of an attempt

	attempts  int
	arrived   bool          // one of the attempts may have reached the server
	failures  int           // attempts that failed so far
	notBefore time.Time     // the earliest start of the next attempt
	last      string        // the result of the last attempt
	took      time.Duration // by the last attempt
	hasSlot   bool
}

func (c *Client) newCall(r Request, repeat repeat) *call {
	if r.MaxBodyBytes <= 0 {
		r.MaxBodyBytes = DefaultMaxBodyBytes
	}
	// A copy: an attempt past its time limit may still read it while the caller
	// changes the original for another request.
	if r.Header = r.Header.Clone(); r.Header == nil {
		r.Header = http.Header{}
	}
	if c.userAgent != "" && r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", c.userAgent)
	}
	return &call{Request: r, repeat: repeat, timeout: max(c.timeout, r.AtLeast)}
}

// do is the loop of attempts: wait for the turn, send and read, decide.
func (c *Client) do(ctx context.Context, call *call) (*Response, error) {
	if err := validate(call.Method, call.URL, call.Header); err != nil {
		return nil, c.failure(call, &attemptError{err: err, permanent: true})
	}
	defer c.releaseSlot(call)
	for {
		held, err := c.awaitTurn(ctx, call)
		if err != nil {
			return nil, c.failure(call, err)
		}
		if held != nil {
			return held, nil
		}
		call.attempts++
		start := c.now()
		response, err := c.attempt(ctx, call)
		call.took = c.now().Sub(start)
		c.logAttempt(ctx, call, response, err)

		if again := ctx.Err() == nil && c.decide(call, response, err); !again {
			if err != nil {
				return nil, c.failure(call, err)
			}
			return response, nil
		}
		response.Release()
	}
}

// decide reports whether there is another attempt, and sets when.
func (c *Client) decide(call *call, response *Response, err *attemptError) bool {
	wait := c.backoff(call.failures)
	call.failures++
	left := call.failures <= c.retries

	if err == nil && call.JSON && endsEarly(response) {
		err = &attemptError{kind: KindTruncated, err: errEndsEarly}
	}
	if err != nil {
		final := call.isFinal(Failure{Kind: err.kind})
		call.last = err.Error()
		call.notBefore = c.now().Add(wait)
		c.releaseSlot(call)
		return left && !final && !err.permanent && (call.repeat == always || call.repeat == beforeArrival && !call.arrived)
	}
	if !isTransient(response) {
		return false
	}
	call.last = statusText(response.Status)
	limit := c.limitOf(call.URL.Host, response)
	if limit != nil && c.retries > 0 && limit.isShared() {
		c.limits.add(limit)
	}
	final := response.Status != http.StatusTooManyRequests && call.isFinal(Failure{Status: response.Status, Body: response.Body})
	if !left || final || !call.repeatsAfter(response) {
		return false
	}
	switch {
	case limit == nil && response.Status == http.StatusTooManyRequests:
		// Neither the end of this limit is known nor whether it affects other
		// requests. Only this request waits, but it keeps its slot: the more requests
		// are refused, the fewer are sent.
		call.notBefore = c.now().Add(wait)
		return true
	case limit == nil:
		call.notBefore = c.now().Add(wait)
	case limit.long:
		return false
	default:
		call.notBefore = limit.until
	}
	c.releaseSlot(call)
	return true
}

// isFinal calls Final to find out whether the attempt that just failed is the last
// one.
func (c *call) isFinal(f Failure) bool {
	if c.Final == nil {
		return false
	}
	f.Attempt, f.Took = c.attempts, c.took
	return c.Final(f)
}

// isTransient reports whether a request with this status often succeeds a moment
// later.
func isTransient(r *Response) bool {
	switch r.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return fromRouter(r)
	}
}

// fromRouter reports whether the router responded because it has no instance of the
// API at the moment: it did not forward the request.
func fromRouter(r *Response) bool {
	return r.Status == http.StatusNotFound && r.Header.Get("X-Cf-RouterError") != ""
}

func (c *call) repeatsAfter(r *Response) bool {
	switch c.repeat {
	case always:
		return true
	case beforeArrival:
		return r.Status == http.StatusTooManyRequests || fromRouter(r)
	default:
		return r.Status == http.StatusTooManyRequests
	}
}

// backoff returns the wait after the failure with that number, from 0: twice as
// long each time, with jitter so that requests that failed together are not sent
// together again.
func (c *Client) backoff(number int) time.Duration {
	d := c.backoffMax
	if number < 32 {
		d = min(d, c.backoffMin<<number)
	}
	return d/2 + rand.N(d+1)
}

// validate returns an error for a request that can never be sent.
func validate(method string, target *url.URL, header http.Header) error {
	if method == "" || strings.ContainsFunc(method, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return fmt.Errorf("%q is not an HTTP method", method)
	}
	if target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return fmt.Errorf("%s %s cannot be sent: the URL needs http:// or https:// and a host", method, withoutSecrets(target))
	}
	for name, values := range header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return fmt.Errorf("the value of the %s header has a line break or another control character", name)
			}
		}
	}
	return nil
}

// withoutSecrets returns the URL for messages: without user, query and fragment,
// any of which may be secret.
func withoutSecrets(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
