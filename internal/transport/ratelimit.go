package transport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxWait is the longest wait for a rate limit. Terraform shows nothing while a
	// provider waits; beyond some minutes an error with the time for the next try
	// helps more.
	maxWait = 5 * time.Minute

	// maxRetryAfter bounds the time from a header, so that no arithmetic
	// overflows.
	maxRetryAfter = 10 * 365 * 24 * time.Hour
)

// RetryAt returns when a server accepts requests again, according to its
// response: by Retry-After, in seconds or as a date, or on a 429 by
// X-RateLimit-Reset in Unix seconds. False when the headers have no such time, or
// one in the past.
//
// Cloud Controller sends the X-RateLimit headers with every response, and a
// Remaining of 0 while requests still pass: only the status 429 is a limit
// (internal/capi/README.md, "Errors and headers").
func RetryAt(status int, h http.Header, now time.Time) (time.Time, bool) {
	if value := strings.TrimSpace(h.Get("Retry-After")); value != "" {
		if seconds, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
			if seconds <= 0 {
				return time.Time{}, false
			}
			return now.Add(time.Duration(min(seconds, int64(maxRetryAfter/time.Second))) * time.Second), true
		}
		if at, err := http.ParseTime(value); err == nil {
			if !at.After(now) {
				return time.Time{}, false
			}
			if latest := now.Add(maxRetryAfter); at.After(latest) {
				at = latest
			}
			return at, true
		}
	}
	if status != http.StatusTooManyRequests {
		return time.Time{}, false
	}
	// While some requests remain, this limit was not the reason for the refusal.
	if remaining, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-RateLimit-Remaining")), 10, 64); err == nil && remaining > 0 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-RateLimit-Reset")), 10, 64)
	if err != nil || seconds <= now.Unix() || seconds > now.Add(maxRetryAfter).Unix() {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// limit is a time before which a server accepts no request.
type limit struct {
	host  string
	until time.Time
	// long reports whether the limit is too long to wait for.
	long bool
	// response is the server's; a request that cannot wait receives it, too.
	response *Response
}

// limitOf returns the limit that a response sets, or nil: a 429 or 503 with a
// time.
func (c *Client) limitOf(host string, r *Response) *limit {
	if r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
		return nil
	}
	now := c.now()
	at, ok := RetryAt(r.Status, r.Header, now)
	if !ok {
		return nil
	}
	header := r.Header.Clone()
	// Seconds count from a response that will be returned later.
	header.Set("Retry-After", at.Add(time.Second-1).UTC().Format(http.TimeFormat))
	return &limit{
		host: host, until: at, long: at.Sub(now) > maxWait,
		response: &Response{Status: r.Status, Header: header, Body: r.Body},
	}
}

// isShared reports whether the limit applies to other requests too. A long 503
// concerns the object of the request, not the rate of requests.
func (l *limit) isShared() bool { return l.response.Status == http.StatusTooManyRequests || !l.long }

// answer returns a copy of the server's response for another request.
func (l *limit) answer() *Response {
	return &Response{Status: l.response.Status, Header: l.response.Header.Clone(), Body: l.response.Body}
}

// limits are those that servers have set. All requests respect them, instead of
// each one running into them: a server counts all requests of a user, including
// refused ones.
type limits struct {
	mu     sync.Mutex
	byHost map[string]*limit
}

// add adds a limit; of two limits of a host, the one that ends later applies.
func (l *limits) add(added *limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.byHost[added.host]; old != nil && old.until.After(added.until) {
		return
	}
	if l.byHost == nil {
		l.byHost = make(map[string]*limit)
	}
	l.byHost[added.host] = added
}

// active returns the limit that a request to the host has to respect now, or
// nil. A short limit of one host applies to all, since they belong to one
// foundation; a long one only to its own.
func (l *limits) active(host string, now time.Time) *limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	var longest *limit
	for name, other := range l.byHost {
		if !other.until.After(now) {
			delete(l.byHost, name)
			continue
		}
		if other.long && name != host {
			continue
		}
		if longest == nil || other.until.After(longest.until) {
			longest = other
		}
	}
	return longest
}

// awaitTurn waits for the turn of an attempt: for limits, for the wait after the
// attempt before, and for a slot. It returns with a slot taken, or with the
// stored response of a server for requests that would have to wait too long.
func (c *Client) awaitTurn(ctx context.Context, call *call) (*Response, *attemptError) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, call.stopped(err)
		}
		now := c.now()
		if l := c.limits.active(call.URL.Host, now); l != nil {
			c.releaseSlot(call)
			wait := l.until.Sub(now)
			// The response has the end of the limit, which helps the caller more than
			// an exceeded deadline.
			deadline, bounded := ctx.Deadline()
			if l.host == call.URL.Host && (wait > maxWait || bounded && l.until.After(deadline)) {
				return l.answer(), nil
			}
			// Add jitter so that waiters do not all resume at once.
			wait += rand.N(min(wait/10, time.Second) + 1)
			if err := c.pause(ctx, call, wait, statusText(l.response.Status), true); err != nil {
				return nil, call.stopped(err)
			}
			continue
		}
		if wait := call.notBefore.Sub(now); wait > 0 {
			if err := c.pause(ctx, call, wait, call.last, false); err != nil {
				return nil, call.stopped(err)
			}
			continue
		}
		if call.hasSlot {
			return nil, nil
		}
		select {
		case <-ctx.Done():
		case c.slots <- struct{}{}:
			call.hasSlot = true // a limit may have been set meanwhile
		}
	}
}

// releaseSlot releases the slot that awaitTurn took, if it is still taken.
func (c *Client) releaseSlot(call *call) {
	if call.hasSlot {
		call.hasSlot = false
		<-c.slots
	}
}

// stopped returns the error for a caller whose context ended between two attempts.
func (c *call) stopped(err error) *attemptError {
	if c.last != "" {
		err = fmt.Errorf("%w; the attempt before ended with: %s", err, c.last)
	}
	return &attemptError{kind: KindCanceled, err: err, permanent: true}
}

// pause waits, and logs why.
func (c *Client) pause(ctx context.Context, call *call, wait time.Duration, reason string, limited bool) error {
	c.logWait(ctx, call, wait, reason, limited)
	return c.sleep(ctx, wait)
}
