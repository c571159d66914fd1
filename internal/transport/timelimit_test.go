package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// wire starts a server that calls respond for each request, and returns its URL.
// The context ends with the test.
func wire(t *testing.T, respond func(ctx context.Context, conn net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = listener.Close()
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					respond(ctx, conn)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// sends writes the texts, and then keeps the connection open.
func sends(texts ...string) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		for _, text := range texts {
			_, _ = io.WriteString(conn, text)
		}
		<-ctx.Done()
	}
}

// drips writes the beginning, and then the piece again and again with pauses, 0
// for none.
func drips(beginning, piece string, pause time.Duration) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		_, err := io.WriteString(conn, beginning)
		for err == nil && ctx.Err() == nil {
			if _, err = io.WriteString(conn, piece); pause > 0 {
				_ = sleep(ctx, pause)
			}
		}
	}
}

// No response of any shape outlives the time limit of its attempt.
func TestNothingOutlivesItsTimeLimit(t *testing.T) {
	const (
		head    = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
	)
	for name, test := range map[string]struct {
		respond func(context.Context, net.Conn)
		kind    Kind
	}{
		"101":                      {sends("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), KindProtocol},
		"101 with a length":        {sends("HTTP/1.1 101 Switching Protocols\r\nContent-Length: 5\r\n\r\n"), KindProtocol},
		"101 that continues":       {drips("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "x", time.Millisecond), KindProtocol},
		"silence":                  {sends(), KindTimeout},
		"only 100":                 {sends("HTTP/1.1 100 Continue\r\n\r\n"), KindTimeout},
		"103 again and again":      {drips("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", time.Millisecond), KindTimeout},
		"a flood of 103":           {drips("", "HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("x", 4000)+"\r\n\r\n", 0), KindTooLarge},
		"half a status line":       {sends("HTTP/1.1 2"), KindTimeout},
		"a header that drips":      {drips(head, "X: x\r\n", time.Millisecond), KindTimeout},
		"a header without end":     {drips(head, "X: "+strings.Repeat("x", 4000)+"\r\n", 0), KindTooLarge},
		"a body that does not end": {sends(head + "Content-Length: 100\r\n\r\n{"), KindTimeout},
		"a body that drips":        {drips(chunked, "1\r\n \r\n", time.Millisecond), KindTimeout},
		"a body without length":    {drips(strings.Replace(head, "1.1", "1.0", 1)+"\r\n", " ", time.Millisecond), KindTimeout},
		"a body without end":       {drips(chunked, "1000\r\n"+strings.Repeat(" ", 0x1000)+"\r\n", 0), KindTooLarge},
		"a chunk that drips":       {drips(chunked+"ffffff\r\n", " ", time.Millisecond), KindTimeout},
		"an extension that drips":  {drips(chunked+"1;", "x", time.Millisecond), KindTimeout},
		"trailers that drip":       {drips(chunked+"0\r\n", "X: x\r\n", time.Millisecond), KindTimeout},
		"an error that drips":      {drips("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", time.Millisecond), KindTimeout},
		"a redirect that drips":    {drips("HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", 10*time.Millisecond), KindTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := 250 * time.Millisecond
			if test.kind != KindTimeout {
				limit = 10 * time.Second // its own end comes first
			}
			r := get(t, wire(t, test.respond))
			r.MaxBodyBytes = 100 << 10
			start := time.Now()
			e := failed(t, newTestClient(t, Config{RequestTimeout: limit}), r, test.kind)
			if took := time.Since(start); took > limit+5*time.Second || !e.MayHaveArrived {
				t.Errorf("got %s after %s, want an error that may have arrived, within %s", outcome(nil, e), took, limit+5*time.Second)
			}
		})
	}
}

// stuck is a RoundTripper with one part that never returns, not even when its
// context ends.
type stuck struct {
	body    bool
	release chan struct{}
}

func (s stuck) RoundTrip(*http.Request) (*http.Response, error) {
	if !s.body {
		<-s.release
		return nil, errors.New("released")
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: -1, Body: s}, nil
}

func (s stuck) Read([]byte) (int, error) {
	<-s.release
	return 0, io.EOF
}

func (stuck) Close() error { return nil }

// The time limit holds even when net/http ignores the context.
func TestTimeLimitWithoutNetHTTP(t *testing.T) {
	for _, body := range []bool{false, true} {
		t.Run(fmt.Sprintf("body %t", body), func(t *testing.T) {
			s := stuck{body: body, release: make(chan struct{})}
			t.Cleanup(func() { close(s.release) })
			c := newTestClient(t, Config{RequestTimeout: 50 * time.Millisecond, MaxRetries: 1})
			c.sender = s
			if e := failed(t, c, get(t, "http://api.example.org/"), KindTimeout); e.Attempts != 2 {
				t.Errorf("got %s, want 2 attempts", outcome(nil, e))
			}
			ctx, cancel := context.WithCancel(t.Context())
			c.timeout = time.Minute
			cancel()
			start := time.Now()
			var e *Error
			if response, err := c.Do(ctx, get(t, "http://api.example.org/")); !errors.As(err, &e) || e.Kind != KindCanceled || time.Since(start) > 5*time.Second {
				t.Errorf("canceled: got %s after %s, want a KindCanceled within 5s", outcome(response, err), time.Since(start))
			}
			if got := len(c.slots); got != 0 {
				t.Errorf("got %d slots in use, want none", got)
			}
		})
	}
}

// Cancellation ends the attempt that is in progress.
func TestCancelOfAStuckAttempt(t *testing.T) {
	s := stuck{body: true, release: make(chan struct{})}
	t.Cleanup(func() { close(s.release) })
	c := newTestClient(t, Config{RequestTimeout: time.Minute})
	c.sender = s
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	start := time.Now()
	var e *Error
	if response, err := c.Do(ctx, get(t, "http://api.example.org/")); !errors.As(err, &e) || e.Kind != KindCanceled || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %s, want a KindCanceled with context.DeadlineExceeded", outcome(response, err))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("got the error after %s, want it within 5s", took)
	}
}

// Dialing and the handshake may take the time of the whole attempt.
func TestConnectingTakesTheTimeOfTheAttempt(t *testing.T) {
	c := newTestClient(t, Config{RequestTimeout: 45 * time.Second})
	if got := c.base.TLSHandshakeTimeout; got != 46*time.Second {
		t.Errorf("got %s for the TLS handshake, want 46s", got)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts for it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	c = newTestClient(t, Config{RequestTimeout: 50 * time.Millisecond})
	e := failed(t, c, get(t, "https://"+silent.Addr().String()), KindTimeout)
	if e.MayHaveArrived || !strings.Contains(e.Error(), "no connection after 50ms (request_timeout)") {
		t.Errorf("got %s, want no connection after 50ms (request_timeout), which did not arrive", outcome(nil, e))
	}
}

func TestAtLeast(t *testing.T) {
	slow := func(w http.ResponseWriter, r *http.Request) {
		_ = sleep(r.Context(), 300*time.Millisecond)
		text("fine")(w, r)
	}
	s := serve(t, slow)
	c := newTestClient(t, Config{RequestTimeout: 100 * time.Millisecond})
	r := get(t, s.URL)
	failed(t, c, r, KindTimeout)
	r.AtLeast = 20 * time.Second
	if response, err := c.Do(t.Context(), r); err != nil || string(response.Body) != "fine" {
		t.Errorf("at least 20s: got %s, want fine", outcome(response, err))
	}
	r.AtLeast = 150 * time.Millisecond
	if e := failed(t, c, r, KindTimeout); !strings.Contains(e.Error(), "more than 150ms (the least for this request; request_timeout is shorter)") {
		t.Errorf("at least 150ms: got %s, want the 150ms in the error, and that request_timeout is shorter", e)
	}
	r.AtLeast = 10 * time.Millisecond // less than request_timeout
	if e := failed(t, c, r, KindTimeout); !strings.Contains(e.Error(), "more than 100ms (request_timeout)") {
		t.Errorf("at least 10ms: got %s, want the 100ms of request_timeout in the error", e)
	}
}
