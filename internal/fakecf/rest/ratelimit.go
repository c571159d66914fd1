package rest

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimiter counts requests in windows of time: those of users together, and
// those without a valid token, which Cloud Controller counts by their address.
type RateLimiter struct {
	mu    sync.Mutex
	users window
	ips   window
}

type window struct {
	limit  int
	length time.Duration
	used   int
	reset  time.Time
}

// unlimited is the limit in the headers if none was set.
const unlimited = 2_000_000

// NewRateLimiter returns a limiter with a limit that cannot be reached.
func NewRateLimiter() *RateLimiter {
	return &RateLimiter{users: window{limit: unlimited, length: time.Hour}, ips: window{limit: unlimited, length: time.Hour}}
}

// SetRateLimit allows limit API requests of all users together in each window
// from now on.
func (l *RateLimiter) SetRateLimit(limit int, length time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.users = window{limit: limit, length: length}
}

// SetUnauthenticatedRateLimit allows limit API requests without a valid token in
// each window from now on.
func (l *RateLimiter) SetUnauthenticatedRateLimit(limit int, length time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ips = window{limit: limit, length: length}
}

// Take counts one request. It returns the headers that describe the limit, and
// the answer for a request that is one too many.
//
// Source: cloud_controller_ng 3bbba906, middleware/base_rate_limiter.rb; seen
// on Cloud Controller 3.228.0.
func (l *RateLimiter) Take(now time.Time, isUser bool) (header http.Header, over *Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, limited := &l.ips, APIError{10014, "CF-IPBasedRateLimitExceeded",
		"Rate Limit Exceeded: Unauthenticated requests from this IP address have exceeded the limit. Please log in."}
	if isUser {
		w, limited = &l.users, APIError{10013, "CF-RateLimitExceeded", "Rate Limit Exceeded"}
	}
	w.used, w.reset = w.at(now)
	w.used++
	header, reset := w.describe(w.used, w.reset)
	if w.used <= w.limit {
		return header, nil
	}
	header.Set("Retry-After", strconv.FormatInt(max(1, reset-now.Unix()), 10))
	over = Errors(http.StatusTooManyRequests, limited).With(header)
	over.Header.Set("Content-Type", "text/plain; charset=utf-8")
	return header, over
}

// Peek returns the headers for users without counting a request.
func (l *RateLimiter) Peek(now time.Time) http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	header, _ := l.users.describe(l.users.at(now))
	return header
}

// at returns how many requests of the current window are used, and when it ends.
// A window begins with the first request that counts.
func (w *window) at(now time.Time) (used int, reset time.Time) {
	if now.Before(w.reset) {
		return w.used, w.reset
	}
	return 0, now.Add(w.length)
}

// describe returns the headers. The remaining requests decrease in steps of a tenth
// of the limit, rounded down: they are 0 while requests still pass.
func (w *window) describe(used int, end time.Time) (header http.Header, reset int64) {
	// Rounded up, so that the window is over at the second in the header.
	reset = end.Add(time.Second - 1).Unix()
	remaining := 0
	if w.limit > 0 {
		tenths := math.Floor(float64(w.limit-used) / float64(w.limit) * 10)
		remaining = max(0, int(tenths*float64(w.limit)/10))
	}
	header = http.Header{}
	header.Set("X-RateLimit-Limit", strconv.Itoa(w.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset, 10))
	return header, reset
}
