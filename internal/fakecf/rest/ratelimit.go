package rest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimiter counts requests in windows of time.
type RateLimiter struct {
	mu     sync.Mutex
	limit  int
	window time.Duration
	used   int
	reset  time.Time
}

// SetRateLimit allows limit API requests in each window from now on.
func (l *RateLimiter) SetRateLimit(limit int, window time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit, l.window, l.used, l.reset = limit, window, 0, time.Time{}
}

// Take counts one request and returns the headers that describe the limit, and
// whether it is one too many.
func (l *RateLimiter) Take(now time.Time) (header http.Header, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used, l.reset = l.at(now)
	l.used++
	header, reset := l.describe(l.used, l.reset)
	if l.used > l.limit {
		header.Set("Retry-After", strconv.FormatInt(max(1, reset-now.Unix()), 10))
		return header, true
	}
	return header, false
}

// Peek returns the headers without counting a request.
func (l *RateLimiter) Peek(now time.Time) http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	header, _ := l.describe(l.at(now))
	return header
}

// at is how much of the window of now is used and when it ends. A window
// begins with the first request that counts.
func (l *RateLimiter) at(now time.Time) (used int, reset time.Time) {
	if now.Before(l.reset) {
		return l.used, l.reset
	}
	return 0, now.Add(l.window)
}

func (l *RateLimiter) describe(used int, end time.Time) (header http.Header, reset int64) {
	// Rounded up: at the second that the header names, the window is over.
	reset = end.Add(time.Second - 1).Unix()
	header = http.Header{}
	header.Set("X-RateLimit-Limit", strconv.Itoa(l.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, l.limit-used)))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset, 10))
	return header, reset
}
