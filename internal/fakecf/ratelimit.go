package fakecf

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

type rateLimiter struct {
	mu     sync.Mutex
	limit  int
	window time.Duration
	used   int
	reset  time.Time
}

func (l *rateLimiter) set(limit int, window time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit, l.window, l.used, l.reset = limit, window, 0, time.Time{}
}

// SetRateLimit allows limit API requests in each window from now on.
func (f *Foundation) SetRateLimit(limit int, window time.Duration) { f.rate.set(limit, window) }

// take counts one request and returns the headers that tell about it, and
// whether it is one too many.
func (l *rateLimiter) take(now time.Time) (header http.Header, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used, l.reset = l.at(now)
	l.used++
	header, reset := l.tell(l.used, l.reset)
	if l.used > l.limit {
		header.Set("Retry-After", strconv.FormatInt(max(1, reset-now.Unix()), 10))
		return header, true
	}
	return header, false
}

// peek returns the headers without counting a request.
func (l *rateLimiter) peek(now time.Time) http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	header, _ := l.tell(l.at(now))
	return header
}

// at is how much of the window of now is used and when it ends. A window
// begins with the first request that counts.
func (l *rateLimiter) at(now time.Time) (used int, reset time.Time) {
	if now.Before(l.reset) {
		return l.used, l.reset
	}
	return 0, now.Add(l.window)
}

func (l *rateLimiter) tell(used int, end time.Time) (header http.Header, reset int64) {
	// Rounded up: at the second that the header names, the window is over.
	reset = end.Add(time.Second - 1).Unix()
	header = http.Header{}
	header.Set("X-RateLimit-Limit", strconv.Itoa(l.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, l.limit-used)))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(reset, 10))
	return header, reset
}

func tooManyRequests() *answer {
	return errorAnswer(http.StatusTooManyRequests, APIError{10013, "CF-RateLimitExceeded", "Rate Limit Exceeded"})
}
