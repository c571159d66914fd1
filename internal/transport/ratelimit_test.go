package transport

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestRetryAt(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	unix := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).Unix(), 10) }
	for name, test := range map[string]struct {
		header http.Header
		want   time.Duration // 0: none
	}{
		"nothing":                      {http.Header{}, 0},
		"seconds":                      {http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		"seconds with space":           {http.Header{"Retry-After": {" 7 "}}, 7 * time.Second},
		"zero":                         {http.Header{"Retry-After": {"0"}}, 0},
		"negative":                     {http.Header{"Retry-After": {"-7"}}, 0},
		"more than a time.Time holds":  {http.Header{"Retry-After": {"99999999999999999999999"}}, maxRetryAfter},
		"date":                         {http.Header{"Retry-After": {now.Add(time.Minute).Format(http.TimeFormat)}}, time.Minute},
		"date of RFC 850":              {http.Header{"Retry-After": {now.Add(time.Minute).Format("Monday, 02-Jan-06 15:04:05 GMT")}}, time.Minute},
		"date without end":             {http.Header{"Retry-After": {"Fri, 31 Dec 9999 23:59:59 GMT"}}, maxRetryAfter},
		"date that is over":            {http.Header{"Retry-After": {now.Add(-time.Minute).Format(http.TimeFormat)}}, 0},
		"nonsense":                     {http.Header{"Retry-After": {"soon"}}, 0},
		"reset":                        {http.Header{"X-Ratelimit-Reset": {unix(time.Hour)}}, time.Hour},
		"reset that is over":           {http.Header{"X-Ratelimit-Reset": {unix(-time.Second)}}, 0},
		"reset in nanoseconds":         {http.Header{"X-Ratelimit-Reset": {"1772366400000000000"}}, 0},
		"reset is nonsense":            {http.Header{"X-Ratelimit-Reset": {"x"}}, 0},
		"Retry-After takes precedence": {http.Header{"Retry-After": {"7"}, "X-Ratelimit-Reset": {unix(time.Hour)}}, 7 * time.Second},
		"nonsense, then reset":         {http.Header{"Retry-After": {"soon"}, "X-Ratelimit-Reset": {unix(time.Hour)}}, time.Hour},
		"the limit is reached":         {http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {unix(time.Hour)}}, time.Hour},
		"there is some left":           {http.Header{"X-Ratelimit-Remaining": {"12"}, "X-Ratelimit-Reset": {unix(time.Hour)}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			at, ok := RetryAt(http.StatusTooManyRequests, test.header, now)
			if ok != (test.want != 0) || ok && !at.Equal(now.Add(test.want)) || !ok && !at.IsZero() {
				t.Errorf("429: got %s and %t, want %s and %t", at, ok, now.Add(test.want), test.want != 0)
			}
			// Cloud Controller sends X-RateLimit-Reset with every response.
			want := test.want
			if _, isDate := RetryAt(http.StatusTooManyRequests, http.Header{"Retry-After": test.header["Retry-After"]}, now); !isDate {
				want = 0
			}
			for _, status := range []int{404, 422, 500, 503} {
				t.Run(strconv.Itoa(status), func(t *testing.T) {
					if at, ok := RetryAt(status, test.header, now); ok != (want != 0) || ok && !at.Equal(now.Add(want)) {
						t.Errorf("got %s and %t, want %s and %t", at, ok, now.Add(want), want != 0)
					}
				})
			}
		})
	}
}

func TestWaitsForTheServersTime(t *testing.T) {
	start := newClock().now()
	for name, test := range map[string]struct {
		fault http.HandlerFunc
		want  time.Duration
	}{
		"429, seconds": {status(429, "Retry-After", "20"), 20 * time.Second},
		"429, date":    {status(429, "Retry-After", start.Add(30*time.Second).Format(http.TimeFormat)), 30 * time.Second},
		"429, reset":   {status(429, "X-RateLimit-Reset", strconv.FormatInt(start.Add(40*time.Second).Unix(), 10)), 40 * time.Second},
		"503, seconds": {status(503, "Retry-After", "20"), 20 * time.Second},
		"503 with a limit that is not reached": {
			status(503, "X-RateLimit-Reset", strconv.FormatInt(start.Add(time.Hour).Unix(), 10), "X-RateLimit-Remaining", "9"), 0,
		},
		"503 while none seems left": {
			status(503, "X-RateLimit-Reset", strconv.FormatInt(start.Add(time.Hour).Unix(), 10), "X-RateLimit-Remaining", "0"), 0,
		},
		"502 does not count": {status(502, "Retry-After", "20"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			clock, log := newClock(), &testLog{}
			s := serve(t, test.fault, text("fine"))
			c := newTestClient(t, Config{MaxRetries: 1, Logger: log, PublicParameters: []string{"page"}}, WithClock(clock.now, clock.sleep))
			response, err := c.Do(t.Context(), get(t, s.URL+"/v3/processes?label_selector=hush&page=2"))
			if err != nil || response.Status != 200 {
				t.Fatalf("got %s, want a 200", outcome(response, err))
			}
			waited := clock.now().Sub(start)
			if waited < test.want || waited > test.want+test.want/10+10*time.Millisecond {
				t.Errorf("got a wait of %s, want %s plus a tenth at most", waited, test.want)
			}
			visible := log.at("INFO")
			if test.want == 0 {
				if len(visible) != 0 {
					t.Errorf("got %v at INFO, want nothing for a short wait", visible)
				}
				return
			}
			if len(visible) != 1 || !strings.Contains(visible[0].message, "rate limit") || !strings.HasPrefix(visible[0].fields["reason"].(string), name[:3]) {
				t.Errorf("got %v at INFO, want one line about the rate limit with the reason %s", visible, name[:3])
			}
			if query := visible[0].fields["query"]; query != "label_selector=…&page=2" {
				t.Errorf("got the query %v, want label_selector=…&page=2", query)
			}
		})
	}
}

// No request waits for an hour: until the limit ends, all receive the response,
// including those that were not sent.
func TestLongLimit(t *testing.T) {
	clock := newClock()
	s := serve(t, status(429, "Retry-After", "3600"), text("fine"))
	c := newTestClient(t, Config{MaxRetries: 5}, WithClock(clock.now, clock.sleep))
	end := clock.now().Add(time.Hour)
	for i := range 3 {
		response, err := c.Do(t.Context(), get(t, s.URL))
		if err != nil || response.Status != 429 || string(response.Body) != "status 429" {
			t.Fatalf("request %d: got %s, want the 429 of the server", i+1, outcome(response, err))
		}
		if at, ok := RetryAt(response.Status, response.Header, clock.now()); !ok || !at.Equal(end) {
			t.Errorf("request %d: got the end of the limit %s and %t, want %s and true", i+1, at, ok, end)
		}
		_ = clock.sleep(t.Context(), 10*time.Minute)
	}
	if got := s.count(); got != 1 {
		t.Errorf("got %d requests while the limit held, want 1", got)
	}
	other, before := serve(t, text("another host")), clock.now()
	if response, err := c.Do(t.Context(), get(t, other.URL)); err != nil || response.Status != 200 || clock.now() != before {
		t.Errorf("another host: got %s after a wait of %s, want a 200 at once", outcome(response, err), clock.now().Sub(before))
	}
	_ = clock.sleep(t.Context(), 27*time.Minute)
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
		t.Errorf("after the limit: got %s, want a 200", outcome(response, err))
	}
	if clock.now().Before(end) {
		t.Errorf("got the last request at %s, want it after %s", clock.now(), end)
	}
}

// A short limit of one host applies to all, since they belong to one foundation.
func TestShortLimitAppliesToAllHosts(t *testing.T) {
	limited, other := serve(t, status(429, "Retry-After", "60")), serve(t, text("fine"))
	clock := &clock{time: time.Now()} // for the deadline of the first request
	c := newTestClient(t, Config{MaxRetries: 5}, WithClock(clock.now, clock.sleep))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if response, err := c.Do(ctx, get(t, limited.URL)); err != nil || response.Status != 429 {
		t.Fatalf("got %s, want the 429 at once", outcome(response, err))
	}
	start := clock.now()
	response, err := c.Do(t.Context(), get(t, other.URL))
	if took := clock.now().Sub(start); err != nil || response.Status != 200 || took < 59*time.Second {
		t.Errorf("another host: got %s after a wait of %s, want a 200 after 60s", outcome(response, err), took)
	}
}

func TestLong503DoesNotLimitOthers(t *testing.T) {
	s := serve(t, status(503, "Retry-After", "3600"), text("fine"))
	c := newTestClient(t, Config{MaxRetries: 5})
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 503 {
		t.Errorf("first request: got %s, want the 503 at once", outcome(response, err))
	}
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
		t.Errorf("second request: got %s, want a 200 at once", outcome(response, err))
	}
}

func TestNoLimitWithoutRetries(t *testing.T) {
	s := serve(t, status(429, "Retry-After", "60"), text("fine"))
	c := newTestClient(t, Config{MaxRetries: 0})
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 429 {
		t.Errorf("first request: got %s, want the 429 at once", outcome(response, err))
	}
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
		t.Errorf("second request: got %s, want a 200 at once", outcome(response, err))
	}
}

// A request does not wait for a limit that ends after its caller's deadline.
func TestLimitAfterDeadline(t *testing.T) {
	s := serve(t, status(429, "Retry-After", "60"))
	c := newTestClient(t, Config{MaxRetries: 5})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	start := time.Now()
	for i := range 2 {
		if response, err := c.Do(ctx, get(t, s.URL)); err != nil || response.Status != 429 {
			t.Errorf("request %d: got %s, want the 429", i+1, outcome(response, err))
		}
	}
	if s.count() != 1 || time.Since(start) > 5*time.Second {
		t.Errorf("got %d requests in %s, want 1 at once", s.count(), time.Since(start))
	}
}

// While a limit holds, all requests wait: the server sees none.
func TestGateHoldsAll(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	opened := make(chan struct{})
	waiting := make(chan struct{}, 100)
	clock := WithClock(
		func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		func(ctx context.Context, _ time.Duration) error {
			waiting <- struct{}{}
			select {
			case <-opened:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	s := serve(t, status(429, "Retry-After", "60"), text("fine"))
	c := newTestClient(t, Config{MaxRetries: 1, RequestTimeout: 10 * time.Second}, clock)

	var wg sync.WaitGroup
	read := func() {
		wg.Go(func() {
			if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
				t.Errorf("got %s, want a 200", outcome(response, err))
			}
		})
	}
	read()
	<-waiting // the first was refused and waits
	for range 40 {
		read()
	}
	for range 40 {
		<-waiting
	}
	if got := s.count(); got != 1 {
		t.Errorf("got %d requests while the limit held, want 1", got)
	}

	// A request that is canceled while it waits returns at once, and was not sent.
	ctx, cancel := context.WithCancel(t.Context())
	failure := make(chan error)
	go func() {
		r := get(t, s.URL)
		r.Repeatable = false
		_, err := c.Do(ctx, r)
		failure <- err
	}()
	<-waiting
	cancel()
	var e *Error
	if err := <-failure; !errors.As(err, &e) || e.Kind != KindCanceled || e.MayHaveArrived || e.Attempts != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled while it waits: got %s, want a KindCanceled with context.Canceled after 0 attempts that did not arrive", outcome(nil, err))
	}

	mu.Lock()
	now = now.Add(61 * time.Second)
	mu.Unlock()
	close(opened)
	wg.Wait()
	if got := s.count(); got != 42 {
		t.Errorf("got %d requests, want 42", got)
	}
}

// The wait for a limit does not count as time of an attempt.
func TestWaitIsNotPartOfTheAttempt(t *testing.T) {
	s := serve(t, status(429), text("fine"))
	c := newTestClient(t, Config{MaxRetries: 1, RequestTimeout: 500 * time.Millisecond}, WithBackoff(1200*time.Millisecond, 1200*time.Millisecond))
	if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
		t.Errorf("got %s, want a 200", outcome(response, err))
	}
}

// A 429 without a time delays only its own request: when one request in ten gets
// one, 200 reads take a second longer, instead of one wait for all after another.
func TestRandom429sDelayOnlyThemselves(t *testing.T) {
	var requests atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%10 == 0 {
			status(429)(w, r)
			return
		}
		text("fine")(w, r)
	})
	// A fiftieth of the real waits.
	c := newTestClient(t, Config{MaxRetries: 5}, WithBackoff(10*time.Millisecond, 600*time.Millisecond))
	start := time.Now()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for range 20 {
				if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
					t.Errorf("got %s, want a 200", outcome(response, err))
				}
			}
		})
	}
	wg.Wait()
	// There are 20 to 25 waits of 10 ms, ten at the same time. When all requests
	// waited each time, the reads took 53 s / 50.
	if took := time.Since(start); took > 500*time.Millisecond {
		t.Errorf("got %s for 200 reads, want at most 500ms", took)
	}
}

// A request that waits after a 429 without a time keeps its slot: when all are
// refused, no others are sent in their place.
func TestRefusedRequestsKeepTheirSlots(t *testing.T) {
	release := make(chan struct{})
	var waiting atomic.Int64
	full := make(chan struct{})
	var ahead atomic.Int64
	now := func() time.Time { return time.Unix(1_700_000_000+ahead.Load(), 0) }
	clock := WithClock(now, func(ctx context.Context, _ time.Duration) error {
		if waiting.Add(1) == maxRequests {
			close(full)
		}
		select {
		case <-release:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	var requests atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) <= maxRequests {
			status(429)(w, r)
			return
		}
		text("fine")(w, r)
	})
	c := newTestClient(t, Config{MaxRetries: 1}, clock, WithBackoff(time.Second, time.Second))
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if response, err := c.Do(t.Context(), get(t, s.URL)); err != nil || response.Status != 200 {
				t.Errorf("got %s, want a 200", outcome(response, err))
			}
		})
	}
	<-full
	if got := requests.Load(); got != maxRequests {
		t.Errorf("got %d requests while all were refused, want %d", got, maxRequests)
	}
	ahead.Store(60)
	close(release)
	wg.Wait()
	if got := requests.Load(); got != 40+maxRequests {
		t.Errorf("got %d requests, want %d", got, 40+maxRequests)
	}
}
