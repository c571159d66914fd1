package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// Which requests are sent again after one failure.
func TestRetries(t *testing.T) {
	for name, test := range map[string]struct {
		fault http.HandlerFunc
		// requests that the server sees for a repeatable request and for one
		// that is not
		repeatable, once int
		kind             Kind // of the error where it is not sent again
	}{
		"200":                 {text("fine"), 1, 1, 0},
		"400":                 {status(400), 1, 1, 0},
		"401":                 {status(401), 1, 1, 0},
		"403":                 {status(403), 1, 1, 0},
		"404":                 {status(404), 1, 1, 0},
		"404 of the router":   {status(404, "X-Cf-RouterError", "unknown_route"), 2, 1, 0},
		"408":                 {status(408), 1, 1, 0},
		"422":                 {status(422), 1, 1, 0},
		"429":                 {status(429), 2, 2, 0},
		"500":                 {status(500), 2, 1, 0},
		"501":                 {status(501), 1, 1, 0},
		"502":                 {status(502), 2, 1, 0},
		"503":                 {status(503), 2, 1, 0},
		"504":                 {status(504), 2, 1, 0},
		"short body":          {cutOff, 2, 1, KindTruncated},
		"broken chunked body": {cutChunk, 2, 1, KindTruncated},
		"cut gzip":            {cutGzip, 2, 1, KindTruncated},
		"connection closed":   {hangUp, 2, 1, KindConnection},
		"304, unconditional":  {status(304), 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for _, repeatable := range []bool{true, false} {
				t.Run(fmt.Sprintf("repeatable %t", repeatable), func(t *testing.T) {
					s := serve(t, test.fault, text("fine"))
					c := newTestClient(t, Config{MaxRetries: 3})
					method, want := http.MethodPatch, test.repeatable
					if !repeatable {
						method, want = http.MethodDelete, test.once
					}
					response, err := c.Do(t.Context(), Request{Method: method, URL: address(t, s.URL), Body: []byte("body"), Repeatable: repeatable})
					if got := s.count(); got != want {
						t.Errorf("got %d requests, want %d", got, want)
					}
					if want > 1 && (err != nil || response.Status != 200 || string(response.Body) != "fine") {
						t.Errorf("got %s, want a 200 with the body fine", outcome(response, err))
					}
					if want == 1 && test.kind != 0 {
						var e *Error
						if !errors.As(err, &e) || e.Kind != test.kind || !e.MayHaveArrived || e.Attempts != 1 {
							t.Errorf("got %s, want a %s after 1 attempt that may have arrived", outcome(response, err), kindNames[test.kind])
						}
					}
				})
			}
		})
	}
}

func TestBodyIsSentAgain(t *testing.T) {
	var bodies []string
	note := func(next http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			content, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(content))
			next(w, r)
		}
	}
	s := serve(t, note(status(503)), note(hangUp), note(text("fine")))
	c := newTestClient(t, Config{MaxRetries: 3})
	if _, err := c.Do(t.Context(), Request{Method: "POST", URL: address(t, s.URL), Body: []byte(`{"instances":2}`), Repeatable: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(bodies, " "), `{"instances":2} {"instances":2} {"instances":2}`; got != want {
		t.Errorf("got the bodies %s, want %s", got, want)
	}
}

func TestMaxRetries(t *testing.T) {
	for _, test := range []struct {
		retries, want int
	}{{0, 1}, {1, 2}, {3, 4}, {-1, 1}} {
		t.Run(fmt.Sprint(test.retries), func(t *testing.T) {
			s := serve(t, status(502))
			response, err := newTestClient(t, Config{MaxRetries: test.retries}).Do(t.Context(), get(t, s.URL))
			if err != nil || response.Status != 502 || string(response.Body) != "status 502" {
				t.Errorf("got %s, want the status 502", outcome(response, err))
			}
			if got := s.count(); got != test.want {
				t.Errorf("got %d requests, want %d", got, test.want)
			}

			s = serve(t, cutOff)
			response, err = newTestClient(t, Config{MaxRetries: test.retries}).Do(t.Context(), get(t, s.URL))
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindTruncated || e.Attempts != test.want || !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut off: got %s, want a KindTruncated with io.ErrUnexpectedEOF after %d attempts", outcome(response, err), test.want)
			}
		})
	}
}

func TestBackoffGrowsWithJitter(t *testing.T) {
	clock := newClock()
	s := serve(t, status(502))
	c := newTestClient(t, Config{MaxRetries: 5}, WithClock(clock.now, clock.sleep), WithBackoff(time.Second, 10*time.Second))
	if _, err := c.Do(t.Context(), get(t, s.URL)); err != nil {
		t.Fatal(err)
	}
	waits := clock.waited()
	if len(waits) != 5 {
		t.Fatalf("got the waits %v, want 5", waits)
	}
	for i, about := range []time.Duration{1, 2, 4, 8, 10} {
		t.Run(fmt.Sprintf("wait %d", i+1), func(t *testing.T) {
			about *= time.Second
			if least, most := about/2, about*3/2; waits[i] < least || waits[i] > most {
				t.Errorf("got %s, want %s to %s", waits[i], least, most)
			}
		})
	}
	distinct := map[time.Duration]bool{}
	for range 20 {
		distinct[c.backoff(2)] = true
	}
	if len(distinct) < 2 {
		t.Errorf("got the wait %v 20 times, want jitter", slices.Collect(maps.Keys(distinct)))
	}
}

func TestRefusedConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for repeatable, attempts := range map[bool]int{true: 3, false: 1} {
		t.Run(fmt.Sprintf("repeatable %t", repeatable), func(t *testing.T) {
			r := get(t, target+"/v3/processes?token=hush")
			r.Repeatable = repeatable
			e := failed(t, newTestClient(t, Config{MaxRetries: 2}), r, KindRefused)
			if e.MayHaveArrived || e.Attempts != attempts {
				t.Errorf("got %s, want %d attempts that did not arrive", outcome(nil, e), attempts)
			}
			if want := "GET " + target + "/v3/processes: nobody accepts"; !strings.HasPrefix(e.Error(), want) || strings.Contains(e.Error(), "hush") {
				t.Errorf("got %s, want it to begin with %q, without the query", e, want)
			}
			if !strings.Contains(e.Hint(), "api_url") {
				t.Errorf("got the hint %s, want api_url in it", e.Hint())
			}
		})
	}
}

// MayHaveArrived stays true when a later attempt fails in another way.
func TestMayHaveArrivedIsAboutAllAttempts(t *testing.T) {
	s := serve(t, status(503), hangUp)
	response, err := newTestClient(t, Config{MaxRetries: 1}).Do(t.Context(), get(t, s.URL))
	var e *Error
	if !errors.As(err, &e) || !e.MayHaveArrived || e.Attempts != 2 {
		t.Errorf("got %s, want an error after 2 attempts that may have arrived", outcome(response, err))
	}
}

// The http.Client for token requests retries as Do does; with Once it repeats only
// requests that the server did not act on.
func TestHTTPClient(t *testing.T) {
	for name, test := range map[string]struct {
		fault        http.HandlerFunc
		always, once int
	}{
		"200":               {text("fine"), 1, 1},
		"400":               {status(400), 1, 1},
		"401":               {status(401), 1, 1},
		"429":               {status(429), 2, 2},
		"502":               {status(502), 2, 1},
		"503":               {status(503), 2, 1},
		"504":               {status(504), 2, 1},
		"404 of the router": {status(404, "X-Cf-RouterError", "unknown_route"), 2, 2},
		"connection closed": {hangUp, 2, 1},
		"short body":        {cutOff, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, once := range []bool{false, true} {
				t.Run(fmt.Sprintf("once %t", once), func(t *testing.T) {
					want := test.always
					if once {
						want = test.once
					}
					var last bytes.Buffer
					s := serve(t, test.fault, func(w http.ResponseWriter, r *http.Request) {
						_, _ = last.ReadFrom(r.Body)
						_, _ = io.WriteString(w, "fine")
					})
					client := newTestClient(t, Config{MaxRetries: 3, UserAgent: "test/1"}).HTTPClient(HTTPOptions{Once: once})
					r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, strings.NewReader("grant"))
					if err != nil {
						t.Fatal(err)
					}
					response, err := client.Do(r)
					if err == nil {
						content, readErr := io.ReadAll(response.Body)
						if readErr != nil || len(content) == 0 {
							t.Errorf("got the body %q and error %v, want a body", content, readErr)
						}
						_ = response.Body.Close()
					} else {
						var e *Error
						if !errors.As(err, &e) {
							t.Errorf("got the error %v (%T), want an *Error", err, err)
						}
					}
					if got := s.count(); got != want {
						t.Errorf("got %d requests and error %v, want %d requests", got, err, want)
					}
					if want > 1 && last.String() != "grant" {
						t.Errorf("got the last body %q, want grant", last.String())
					}
					if got := s.requests[0].Header.Get("User-Agent"); got != "test/1" {
						t.Errorf("got the User-Agent %q, want test/1", got)
					}
				})
			}
		})
	}
}

// A request that was never sent is tried again, also with Once.
func TestOnceBeforeArrival(t *testing.T) {
	s := serve(t, text("fine"))
	c := newTestClient(t, Config{MaxRetries: 2})
	dials := 0
	dial := c.base.DialContext
	c.base.DialContext = failing(&dials, dial)
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.HTTPClient(HTTPOptions{Once: true}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if dials != 2 || s.count() != 1 {
		t.Errorf("got %d dials and %d requests, want 2 and 1", dials, s.count())
	}
}

func TestInvalidRequests(t *testing.T) {
	for name, r := range map[string]Request{
		"no scheme": {Method: "GET", URL: &url.URL{Host: "api.example.org"}, Repeatable: true},
		"ftp":       {Method: "GET", URL: &url.URL{Scheme: "ftp", Host: "api.example.org"}, Repeatable: true},
		"no host":   {Method: "GET", URL: &url.URL{Scheme: "https", Path: "/v3"}, Repeatable: true},
		"a line break in a header": {
			Method: "GET", URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, Repeatable: true,
			Header: http.Header{"Authorization": {"bearer hush\nhush"}},
		},
		"an invalid method": {Method: "GE T", URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, Repeatable: true},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := newTestClient(t, Config{MaxRetries: 3}).Do(t.Context(), r)
			var e *Error
			if !errors.As(err, &e) || e.Kind != KindOther || e.Attempts != 0 || e.MayHaveArrived || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %s, want a KindOther after 0 attempts that did not arrive, without the token", outcome(response, err))
			}
		})
	}
}
