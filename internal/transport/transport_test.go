package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// clock is a clock that only advances by waits. It records them.
type clock struct {
	mu    sync.Mutex
	time  time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	c.time = c.time.Add(d)
	return ctx.Err()
}

func (c *clock) waited() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.waits...)
}

// logLine is one line of a testLog.
type logLine struct {
	level, message string
	fields         map[string]any
}

// testLog keeps the lines of a log.
type testLog struct {
	mu    sync.Mutex
	lines []logLine
}

func (l *testLog) add(level, message string, fields map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, logLine{level, message, fields})
}

func (l *testLog) Trace(_ context.Context, m string, f map[string]any) { l.add("TRACE", m, f) }
func (l *testLog) Debug(_ context.Context, m string, f map[string]any) { l.add("DEBUG", m, f) }
func (l *testLog) Info(_ context.Context, m string, f map[string]any)  { l.add("INFO", m, f) }
func (l *testLog) Warn(_ context.Context, m string, f map[string]any)  { l.add("WARN", m, f) }

func (l *testLog) at(level string) []logLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	var result []logLine
	for _, line := range l.lines {
		if line.level == level {
			result = append(result, line)
		}
	}
	return result
}

func (l *testLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprint(l.lines)
}

// server answers with the handlers one after another, the last one again and
// again, and counts the requests.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func serve(t *testing.T, handlers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		n := len(s.requests)
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		handlers[min(n, len(handlers)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func newTestClient(t *testing.T, cfg Config, options ...Option) *Client {
	t.Helper()
	c, err := New(cfg, append([]Option{WithBackoff(time.Millisecond, 4*time.Millisecond)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func address(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func get(t *testing.T, text string) Request {
	t.Helper()
	return Request{Method: http.MethodGet, URL: address(t, text), Repeatable: true}
}

// kindNames are for failures.
var kindNames = map[Kind]string{
	KindOther: "KindOther", KindRefused: "KindRefused", KindUnknownHost: "KindUnknownHost", KindTimeout: "KindTimeout",
	KindCertificate: "KindCertificate", KindPlainHTTP: "KindPlainHTTP", KindRedirect: "KindRedirect", KindConnection: "KindConnection",
	KindTruncated: "KindTruncated", KindTooLarge: "KindTooLarge", KindCanceled: "KindCanceled", KindTLS: "KindTLS", KindProxy: "KindProxy",
	KindProtocol: "KindProtocol",
}

// outcome returns the response or the error of a request, short enough for a
// failure.
func outcome(response *Response, err error) string {
	var e *Error
	switch {
	case errors.As(err, &e):
		return fmt.Sprintf("a %s after %d attempts (may have arrived: %t, permanent: %t): %.300s", kindNames[e.Kind], e.Attempts, e.MayHaveArrived, e.Permanent, err)
	case err != nil:
		return fmt.Sprintf("the error %.300s", err)
	case response == nil:
		return "neither response nor error"
	default:
		return fmt.Sprintf("the status %d with %d bytes, %.60q", response.Status, len(response.Body), response.Body)
	}
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, "status %d", code)
	}
}

// cutOff promises more than it sends.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	fmt.Fprint(w, "only this")
}

// cutChunk breaks a body without a length.
func cutChunk(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "only this")
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// cutGzip ends in the middle of the compressed data.
func cutGzip(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write([]byte{0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff, 0x4a})
}

// hangUp closes the connection instead of answering.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
