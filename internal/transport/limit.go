package transport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxWait is the longest wait for a rate limit. Terraform shows nothing while a
// provider waits; after some minutes an error that says when to come back is
// the better service.
const maxWait = 5 * time.Minute

// maxRetryAfter bounds what a header can say, so that no arithmetic overflows.
const maxRetryAfter = 10 * 365 * 24 * time.Hour

// RetryAt says when the server wants to be asked again: by Retry-After, in
// seconds or as a date, or by X-RateLimit-Reset in Unix seconds, which counts
// only where X-RateLimit-Remaining does not say that the limit is not reached
// (the API sends both with every answer). False when the headers say nothing,
// nonsense, or a time that is over.
func RetryAt(h http.Header, now time.Time) (time.Time, bool) {
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
	if remaining, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-RateLimit-Remaining")), 10, 64); err == nil && remaining > 0 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-RateLimit-Reset")), 10, 64)
	if err != nil || seconds <= now.Unix() || seconds > now.Add(maxRetryAfter).Unix() {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

// limit is a time before which a server does not want to be asked.
type limit struct {
	host   string
	until  time.Time
	reason string
	// long says that nobody waits for it.
	long bool
	// answer is what the server said; a request that cannot wait gets it too.
	status int
	text   string
	header http.Header
	body   []byte
}

// limitOf is the limit that a response sets, or nil. A 429 without a time is
// one for as long as the ordinary wait.
func (c *Client) limitOf(response *http.Response, wait time.Duration) *limit {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return nil
	}
	now := c.now()
	at, ok := RetryAt(response.Header, now)
	if !ok {
		if response.StatusCode == http.StatusServiceUnavailable {
			return nil
		}
		at = now.Add(wait)
	}
	l := &limit{
		host:   response.Request.URL.Host,
		until:  at,
		reason: response.Status,
		long:   at.Sub(now) > maxWait,
		status: response.StatusCode,
		text:   response.Status,
		header: response.Header.Clone(),
	}
	if b, isRead := response.Body.(*body); isRead {
		l.body = b.data
	}
	if ok {
		// Seconds count from an answer that will be handed out later.
		l.header.Set("Retry-After", at.Add(time.Second-1).UTC().Format(http.TimeFormat))
	}
	return l
}

// holds reports whether the limit is one for other requests too. A 503 for long
// is about what was asked, not about who asks how often.
func (l *limit) holds() bool { return l.status == http.StatusTooManyRequests || !l.long }

// response is the server's answer once more, for another request.
func (l *limit) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: l.text, StatusCode: l.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: l.header.Clone(), Body: newBody(l.body), ContentLength: int64(len(l.body)), Request: r,
	}
}

// gate makes all requests wait while a limit holds, instead of each one finding
// out for itself: limits count requests of a user, also refused ones.
type gate struct {
	mu     sync.Mutex
	limits map[string]*limit // by host
}

// hold closes the gate; the later end of two counts.
func (g *gate) hold(l *limit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := g.limits[l.host]; old != nil && old.until.After(l.until) {
		return
	}
	if g.limits == nil {
		g.limits = make(map[string]*limit)
	}
	g.limits[l.host] = l
}

// closed is the limit that a request to the host has to respect now, or nil.
// A short limit of one host holds for all, since they belong to one foundation;
// a long one only for its own.
func (g *gate) closed(host string, now time.Time) *limit {
	g.mu.Lock()
	defer g.mu.Unlock()
	var longest *limit
	for name, l := range g.limits {
		if !l.until.After(now) {
			delete(g.limits, name)
			continue
		}
		if l.long && name != host {
			continue
		}
		if longest == nil || l.until.After(longest.until) {
			longest = l
		}
	}
	return longest
}

// enter waits for the turn of an attempt: for the wait after the attempt
// before, for limits, and for one of the slots. Without an error it has taken a
// slot, or gives the answer that the server left for requests that would have
// to wait too long.
func (c *Client) enter(r *http.Request, call *call) (*http.Response, error) {
	ctx := r.Context()
	stopped := func(err error) error {
		if call.last != "" {
			err = fmt.Errorf("%w; the attempt before ended with: %s", err, call.last)
		}
		return &attemptError{kind: KindCanceled, err: err, permanent: true}
	}
	for {
		now := c.now()
		if l := c.gate.closed(r.URL.Host, now); l != nil {
			wait := l.until.Sub(now)
			// The caller is better served with the answer, which says when to
			// come back, than with its own deadline.
			deadline, bounded := ctx.Deadline()
			if l.host == r.URL.Host && (wait > maxWait || bounded && l.until.After(deadline)) {
				call.held = true
				return l.response(r), nil
			}
			// Those who waited together shall not all come in one moment.
			wait += rand.N(min(wait/10, time.Second) + 1)
			if err := c.pause(r, wait, l.reason, true); err != nil {
				return nil, stopped(err)
			}
			continue
		}
		if wait := call.notBefore.Sub(now); wait > 0 {
			if err := c.pause(r, wait, call.last, false); err != nil {
				return nil, stopped(err)
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil, stopped(ctx.Err())
		case c.slots <- struct{}{}:
		}
		// Waiting for the slot took time, in which the gate may have closed.
		if ctx.Err() == nil && c.gate.closed(r.URL.Host, c.now()) == nil {
			return nil, nil
		}
		<-c.slots
		if err := ctx.Err(); err != nil {
			return nil, stopped(err)
		}
	}
}

// pause waits, and tells the log why.
func (c *Client) pause(r *http.Request, wait time.Duration, reason string, limited bool) error {
	if c.logger != nil {
		fields := c.requestFields(r)
		fields["wait"] = wait.Round(time.Millisecond)
		fields["reason"] = c.secrets.Clean(reason)
		message := "Waiting before the request is sent again"
		if limited {
			message = "Waiting for the foundation's rate limit"
		}
		if wait > longLogged {
			c.logger.Info(r.Context(), message, fields)
		} else {
			c.logger.Debug(r.Context(), message, fields)
		}
	}
	return c.sleep(r.Context(), wait)
}
