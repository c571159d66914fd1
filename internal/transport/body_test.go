package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// JSON that ends early is read again if the request may be repeated, however the
// end of the body is marked.
func TestJSONThatEndsEarly(t *testing.T) {
	const whole = `{"guid":"1","data":{"list":[1,2]}}`
	for name, body := range map[string]string{
		"empty": "", "white space": " \r\n", "one bracket": "{", "in a name": `{"gu`, "in a text": `{"guid":"1`,
		"after a comma": `{"guid":"1",`, "behind a bracket": `{"guid":"1","data":{"list":[1,2]}`, "of an array": `[{"guid":"1"},`,
	} {
		for framing, unframed := range map[string]bool{"with a length": false, "without a length": true} {
			if !unframed && name == "behind a bracket" {
				continue // not checked when the protocol marks the end
			}
			for _, repeatable := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/repeatable %t", name, framing, repeatable), func(t *testing.T) {
					var requests atomic.Int64
					target := wire(t, func(_ context.Context, conn net.Conn) {
						text := whole
						if requests.Add(1) == 1 {
							text = body
						}
						length := fmt.Sprintf("Content-Length: %d\r\n", len(text))
						if unframed {
							length = ""
						}
						_, _ = fmt.Fprintf(conn, "HTTP/1.0 200 OK\r\n%s\r\n%s", length, text)
					})
					r := get(t, target)
					r.JSON, r.Repeatable = true, repeatable
					response, err := newTestClient(t, Config{MaxRetries: 2}).Do(t.Context(), r)
					if err != nil {
						t.Fatal(err)
					}
					want, wantRequests := whole, int64(2)
					if !repeatable {
						want, wantRequests = body, 1
					}
					if got := string(response.Body); got != want || requests.Load() != wantRequests {
						t.Errorf("got %q after %d requests, want %q after %d", got, requests.Load(), want, wantRequests)
					}
				})
			}
		}
	}
}

// HTTP/2 ends a stream without a length in the same way, early or not.
func TestJSONThatEndsEarlyOverHTTP2(t *testing.T) {
	var requests atomic.Int64
	s, certificate := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // so that no length is sent
		text := `{"list":[{"guid":"1"},{"guid":"2"}]}`
		if requests.Add(1) == 1 {
			text = text[:21] // up to the end of an object
		}
		_, _ = io.WriteString(w, text)
		if r.ProtoMajor != 2 {
			t.Errorf("got %s, want HTTP/2", r.Proto)
		}
	})
	r := get(t, s.URL)
	r.JSON = true
	response, err := newTestClient(t, Config{MaxRetries: 2, CACertificate: certificate}).Do(t.Context(), r)
	if err != nil || len(response.Body) != 36 || requests.Load() != 2 {
		t.Errorf("got %s after %d requests, want 36 bytes after 2", outcome(response, err), requests.Load())
	}
}

// A body that is not the beginning of JSON is returned at once, and so is one that
// is still truncated after the last attempt.
func TestJSONThatIsReturned(t *testing.T) {
	for name, test := range map[string]struct {
		status, requests int
		body             string
	}{
		"JSON":              {200, 1, `{"a":[]}`},
		"white space":       {200, 1, " [1] \n"},
		"a login page":      {200, 1, "<html>"},
		"an error":          {404, 1, ""},
		"no content":        {204, 1, ""},
		"not JSON any more": {200, 1, `{"a":1}}`},
		"a broken object":   {200, 1, `{"a";1}`},
		"truncated":         {200, 3, `{"a":`},
		"empty":             {202, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			r := get(t, s.URL)
			r.JSON = true
			response, err := newTestClient(t, Config{MaxRetries: 2}).Do(t.Context(), r)
			if err != nil || response.Status != test.status || string(response.Body) != test.body || s.count() != test.requests {
				t.Errorf("got %s after %d requests, want the status %d with %q after %d", outcome(response, err), s.count(), test.status, test.body, test.requests)
			}
		})
	}
}

// bomb is a response that is a thousand times as large when it is unpacked.
func bomb(size int) http.HandlerFunc {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.CopyN(z, zeros{}, int64(size))
	_ = z.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Bodies that are read at the same time share their memory: some wait for it, and
// all are read.
func TestMemoryOfBodiesIsShared(t *testing.T) {
	const size, limit = 4 << 20, 6 << 20
	for name, hold := range map[string]bool{"while they are read": false, "until they are released": true} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, bomb(size))
			c := newTestClient(t, Config{RequestTimeout: time.Minute})
			c.bodies = &budget{limit: limit}
			var wg sync.WaitGroup
			for range 24 {
				wg.Go(func() {
					r := get(t, s.URL)
					r.Hold = hold
					response, err := c.Do(t.Context(), r)
					if err != nil || len(response.Body) != size {
						t.Errorf("got %s, want %d bytes", outcome(response, err), size)
					}
					response.Release()
					response.Release() // does no harm
				})
			}
			wg.Wait()
			// One body may go beyond the limit: while a buffer grows there are two,
			// each up to the limit of one body.
			if most := int64(limit + 2*DefaultMaxBodyBytes); c.bodies.peak > most {
				t.Errorf("got a peak of %d bytes, want at most %d", c.bodies.peak, most)
			}
			if c.bodies.peak < size {
				t.Errorf("got a peak of %d bytes, want at least the %d of one body", c.bodies.peak, size)
			}
			if got := c.bodies.inUse(); got != 0 {
				t.Errorf("got %d bytes in use at the end, want 0", got)
			}
		})
	}
}

// Ten bombs at once fail at the limit of one body, and the error names it.
func TestBombs(t *testing.T) {
	s := serve(t, bomb(100<<20))
	c := newTestClient(t, Config{RequestTimeout: time.Minute})
	c.bodies = &budget{limit: 32 << 20}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			r := get(t, s.URL)
			r.MaxBodyBytes = 16 << 20
			var e *Error
			if response, err := c.Do(t.Context(), r); !errors.As(err, &e) || e.Kind != KindTooLarge || !strings.Contains(err.Error(), "16 MiB") {
				t.Errorf("got %s, want a KindTooLarge with the limit of 16 MiB", outcome(response, err))
			}
		})
	}
	wg.Wait()
	if most := int64(32+2*16) << 20; c.bodies.peak > most || c.bodies.inUse() != 0 {
		t.Errorf("got a peak of %d bytes and %d at the end, want at most %d and 0", c.bodies.peak, c.bodies.inUse(), most)
	}
}

// A body that does not get memory in time fails with an error that names the limit,
// and is not read further.
func TestMemoryLimitOfBodies(t *testing.T) {
	s := serve(t, bomb(1<<20))
	c := newTestClient(t, Config{RequestTimeout: 20 * time.Second})
	c.bodies = &budget{limit: 1 << 20}
	r := get(t, s.URL)
	r.Hold = true
	first, err := c.Do(t.Context(), r) // goes beyond the limit, which one may
	if err != nil {
		t.Fatal(err)
	}
	c.timeout = 100 * time.Millisecond
	e := failed(t, c, r, KindTimeout)
	if !strings.Contains(e.Error(), "take all of the 1 MiB") || !strings.Contains(e.Error(), "within 100ms") || !strings.Contains(e.Hint(), "-parallelism") {
		t.Errorf("got %s, hint %q, want the limit of 1 MiB, the wait of 100ms, and a hint about -parallelism", e, e.Hint())
	}
	first.Release()
	c.timeout = 20 * time.Second
	second, err := c.Do(t.Context(), r)
	if err != nil || len(second.Body) != 1<<20 {
		t.Errorf("after the first one was released: got %s, want %d bytes", outcome(second, err), 1<<20)
	}
	second.Release()
}

func TestOnLargeBodies(t *testing.T) {
	var calls atomic.Int64
	OnLargeBodies(func() { calls.Add(1) })
	t.Cleanup(func() { OnLargeBodies(func() {}) })
	s := serve(t, bomb(1<<20), bomb(20<<20))
	c := newTestClient(t, Config{RequestTimeout: time.Minute})
	c.bodies = &budget{limit: MaxBodiesBytes}
	r := get(t, s.URL)
	r.MaxBodyBytes = 64 << 20
	for _, test := range []struct { // in the order of the server's responses
		name string
		want bool
	}{{"1 MiB", false}, {"20 MiB", true}} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := c.Do(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if got := calls.Load() > 0; got != test.want {
				t.Errorf("hook called: got %t, want %t", got, test.want)
			}
		})
	}
}

// Of an error response only the first maxErrorBytes are read, regardless of its
// length; a successful one is read completely.
func TestErrorBodiesAreReadInPart(t *testing.T) {
	const size = 3 << 20
	for status, want := range map[int]int{200: size, 400: maxErrorBytes, 422: maxErrorBytes, 501: maxErrorBytes} {
		for name, announced := range map[string]bool{"with a length": true, "without a length": false} {
			t.Run(fmt.Sprintf("%d/%s", status, name), func(t *testing.T) {
				s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					if announced {
						w.Header().Set("Content-Length", strconv.Itoa(size))
					}
					w.WriteHeader(status)
					_, _ = w.Write(bytes.Repeat([]byte("x"), size)) // the client hangs up
				})
				response, err := newTestClient(t, Config{}).Do(t.Context(), get(t, s.URL))
				if err != nil || response.Status != status || len(response.Body) != want {
					t.Errorf("got %s, want the status %d with %d bytes", outcome(response, err), status, want)
				}
			})
		}
	}
}
