package transport

import (
	"compress/gzip"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// failing refuses the first connection.
func failing(count *int, next dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if *count++; *count == 1 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		return next(ctx, network, address)
	}
}

// refusing refuses every connection with the error.
func refusing(err error) dialer {
	return func(_ context.Context, network, _ string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
}

// serveTLS is a server with a certificate that no authority signed.
func serveTLS(t *testing.T, handler http.HandlerFunc) (*httptest.Server, string) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the tests refuse handshakes
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, certificateOf(s)
}

func certificateOf(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// failed sends the request, and returns its error, which must be of the kind.
func failed(t *testing.T, c *Client, r Request, kind Kind) *Error {
	t.Helper()
	response, err := c.Do(t.Context(), r)
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %s, want a %s", outcome(response, err), kindNames[kind])
	}
	return e
}

func TestCertificates(t *testing.T) {
	s, certificate := serveTLS(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) })

	e := failed(t, newTestClient(t, Config{MaxRetries: 3}), get(t, s.URL), KindCertificate)
	if e.Attempts != 1 || e.MayHaveArrived || !strings.Contains(e.Hint(), "ca_certificate") || !strings.Contains(e.Hint(), "skip_ssl_validation") {
		t.Errorf("got %s, hint %q, want 1 attempt that did not arrive, and a hint with ca_certificate and skip_ssl_validation", outcome(nil, e), e.Hint())
	}
	// The certificate of httptest is for 127.0.0.1 and example.com.
	c := newTestClient(t, Config{MaxRetries: 3, CACertificate: certificate})
	if e := failed(t, c, get(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)), KindCertificate); e.Attempts != 1 {
		t.Errorf("another host name: got %s, want 1 attempt", outcome(nil, e))
	}
	for name, cfg := range map[string]Config{
		"ca_certificate":      {CACertificate: "# our own authority\n" + certificate},
		"skip_ssl_validation": {SkipSSLValidation: true},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := newTestClient(t, cfg).Do(t.Context(), get(t, s.URL))
			if err != nil || string(response.Body) != "HTTP/2.0" {
				t.Errorf("got %s, want HTTP/2.0", outcome(response, err))
			}
		})
	}
}

func TestPlainHTTPBehindHTTPS(t *testing.T) {
	s := serve(t, text("fine"))
	e := failed(t, newTestClient(t, Config{MaxRetries: 3}), get(t, strings.Replace(s.URL, "http:", "https:", 1)), KindPlainHTTP)
	if e.Attempts != 1 || e.MayHaveArrived || !strings.Contains(e.Hint(), "http://") {
		t.Errorf("got %s, hint %q, want 1 attempt that did not arrive, and a hint with http://", outcome(nil, e), e.Hint())
	}
}

// A TLS server answers a plain request with an error and closes the connection
// before it has read a long one, so that the answer can be lost.
func TestHTTPSBehindHTTP(t *testing.T) {
	for scheme, want := range map[string]bool{"http": true, "https": false} {
		t.Run(scheme, func(t *testing.T) {
			c := newTestClient(t, Config{})
			c.base.DialContext = refusing(syscall.ECONNRESET)
			e := failed(t, c, get(t, scheme+"://api.example.org/"), KindConnection)
			if got := strings.Contains(e.Hint(), "http:// in api_url"); got != want || !strings.Contains(e.Hint(), "try again") {
				t.Errorf("got the hint %q, want \"http:// in api_url\" in it: %t", e.Hint(), want)
			}
		})
	}
}

func TestUnknownHost(t *testing.T) {
	for name, test := range map[string]struct {
		err      net.DNSError
		attempts int
	}{
		"no such host":         {net.DNSError{Err: "no such host", Name: "api.example.org", IsNotFound: true}, 1},
		"the resolver is busy": {net.DNSError{Err: "server misbehaving", Name: "api.example.org", IsTemporary: true}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			c := newTestClient(t, Config{MaxRetries: 2})
			c.base.DialContext = refusing(&test.err)
			e := failed(t, c, get(t, "https://api.example.org/"), KindUnknownHost)
			if e.Attempts != test.attempts || !strings.Contains(e.Hint(), "api_url") {
				t.Errorf("got %s, hint %q, want %d attempts and a hint with api_url", outcome(nil, e), e.Hint(), test.attempts)
			}
		})
	}
}

func TestSizeLimit(t *testing.T) {
	long := strings.Repeat("x", 1001)
	for name, handler := range map[string]http.HandlerFunc{
		"with a length": text(long),
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			fmt.Fprint(w, long)
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, long)
			_ = z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler)
			r := get(t, s.URL)
			r.MaxBodyBytes = 1000
			e := failed(t, newTestClient(t, Config{MaxRetries: 3}), r, KindTooLarge)
			if e.Attempts != 1 || !strings.Contains(e.Error(), "1000 bytes") || e.Hint() == "" {
				t.Errorf("got %s, hint %q, want 1 attempt, the limit of 1000 bytes, and a hint", outcome(nil, e), e.Hint())
			}
			r.MaxBodyBytes = 1001
			response, err := newTestClient(t, Config{}).Do(t.Context(), r)
			if err != nil || string(response.Body) != long {
				t.Errorf("limit of 1001 bytes: got %s, want all 1001", outcome(response, err))
			}
		})
	}
	if got, want := (&sizeError{DefaultMaxBodyBytes}).Error(), "it is larger than the limit of 8 MiB for this kind of response"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAttemptTimeout(t *testing.T) {
	stop := make(chan struct{})
	hang := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}
	hangInBody := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "some")
		w.(http.Flusher).Flush()
		hang(w, r)
	}
	for name, handler := range map[string]http.HandlerFunc{"before the answer": hang, "in the body": hangInBody} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler)
			e := failed(t, newTestClient(t, Config{MaxRetries: 1, RequestTimeout: 50 * time.Millisecond}), get(t, s.URL), KindTimeout)
			if e.Attempts != 2 || !e.MayHaveArrived || !strings.Contains(e.Hint(), "request_timeout") || !strings.Contains(e.Error(), "50ms") {
				t.Errorf("got %s, hint %q, want 2 attempts of 50ms that may have arrived, and a hint with request_timeout", outcome(nil, e), e.Hint())
			}
			if errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("got %v with context.DeadlineExceeded in it, want it only for the caller's deadline", e)
			}
			s = serve(t, handler, text("fine"))
			response, err := newTestClient(t, Config{MaxRetries: 1, RequestTimeout: time.Second}).Do(t.Context(), get(t, s.URL))
			if err != nil || string(response.Body) != "fine" {
				t.Errorf("second attempt in time: got %s, want fine", outcome(response, err))
			}
		})
	}
	close(stop)
}

func TestCancel(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	hangInBody := func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		arrived bool
	}{
		"before the answer":    {hang, true},
		"in the body":          {hangInBody, true},
		"between two attempts": {status(503), true},
		"in a rate limit":      {status(429, "Retry-After", "60"), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.handler)
			c := newTestClient(t, Config{MaxRetries: 5}, WithBackoff(time.Minute, time.Minute))
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			start := time.Now()
			response, err := c.Do(ctx, get(t, s.URL))
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindCanceled || e.MayHaveArrived != test.arrived || !errors.Is(err, context.Canceled) {
				t.Errorf("got %s, want a KindCanceled with context.Canceled (may have arrived: %t)", outcome(response, err), test.arrived)
			}
			if took := time.Since(start); took > 900*time.Millisecond {
				t.Errorf("got the error after %s, want less than 900ms", took)
			}
		})
	}
	t.Run("with the caller's deadline", func(t *testing.T) {
		s := serve(t, status(502))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		response, err := newTestClient(t, Config{MaxRetries: 5}, WithBackoff(time.Minute, time.Minute)).Do(ctx, get(t, s.URL))
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "502 Bad Gateway") {
			t.Errorf("got %s, want context.DeadlineExceeded with the last failure, 502 Bad Gateway", outcome(response, err))
		}
	})
	t.Run("before it began", func(t *testing.T) {
		s := serve(t, text("fine"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		response, err := newTestClient(t, Config{}).Do(ctx, get(t, s.URL))
		var e *Error
		if !errors.As(err, &e) || e.Kind != KindCanceled || e.MayHaveArrived || s.count() != 0 {
			t.Errorf("got %s and %d requests, want a KindCanceled that did not arrive, and 0", outcome(response, err), s.count())
		}
	})
}

// A thousand reads at once use a dozen connections, and the wait for a slot does
// not count as time of an attempt.
func TestConnections(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %t", secure), func(t *testing.T) {
			// The server responds after maxRequests requests have arrived.
			var arrived atomic.Int64
			full := make(chan struct{})
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if arrived.Add(1) == maxRequests {
					close(full)
				}
				select {
				case <-full:
					fmt.Fprint(w, r.URL.Path)
				case <-r.Context().Done():
				}
			}))
			var mu sync.Mutex
			open, most, all := 0, 0, 0
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				mu.Lock()
				defer mu.Unlock()
				switch state {
				case http.StateNew:
					open, all = open+1, all+1
					most = max(most, open)
				case http.StateClosed:
					open--
				}
			}
			cfg := Config{RequestTimeout: 10 * time.Second}
			if secure {
				s.EnableHTTP2 = true
				s.StartTLS()
				cfg.CACertificate = certificateOf(s)
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)
			c := newTestClient(t, cfg)
			var wg sync.WaitGroup
			for i := range 1000 {
				wg.Go(func() {
					path := fmt.Sprintf("/v3/processes/%d", i)
					response, err := c.Do(t.Context(), get(t, s.URL+path))
					if err != nil || string(response.Body) != path {
						t.Errorf("%s: got %s, want its path as the body", path, outcome(response, err))
					}
				})
			}
			wg.Wait()
			mu.Lock()
			defer mu.Unlock()
			// The server hears of a closed connection after the next one is open.
			if most > 13 {
				t.Errorf("got %d connections at once, want at most 13", most)
			}
			// net/http drops a connection when the machine is too busy to notice
			// within 50 ms that the request was written.
			if all > 20 {
				t.Errorf("got %d connections for 1,000 requests, want at most 20, which are reused", all)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Errorf("got Accept-Encoding %q, want gzip", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "unpacked")
		_ = z.Close()
	})
	response, err := newTestClient(t, Config{}).Do(t.Context(), get(t, s.URL))
	if err != nil {
		t.Fatal(err)
	}
	if string(response.Body) != "unpacked" || response.Header.Get("Content-Encoding") != "" {
		t.Errorf("got %s (Content-Encoding %q), want the body unpacked and no Content-Encoding", outcome(response, err), response.Header.Get("Content-Encoding"))
	}
}
