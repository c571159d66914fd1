package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func TestRedirects(t *testing.T) {
	other := serve(t, text("other"))
	for name, test := range map[string]struct {
		method, to string
		code       int
		follows    bool
		names      string
	}{
		"same server, path":           {"GET", "/target?x=1", 302, true, ""},
		"same server, in full":        {"GET", "SELF/target", 307, true, ""},
		"other port":                  {"GET", other.URL + "/steal?token=hush", 302, false, other.URL + "/steal"},
		"other scheme":                {"GET", "httpsSELF/target", 301, false, "https://"},
		"other host":                  {"GET", "//api.example.org/x", 308, false, "http://api.example.org/x"},
		"PATCH, 302":                  {"PATCH", "/target", 302, false, "/target"},
		"PATCH, 307":                  {"PATCH", "/target", 307, false, "/target"},
		"DELETE, 303":                 {"DELETE", "/target", 303, false, "/target"},
		"300, which net/http ignores": {"GET", other.URL + "/steal", 300, false, other.URL + "/steal"},
		"a loop":                      {"GET", "/start", 302, false, "/start"},
		"no URL":                      {"GET", "http://[x/", 302, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var s *server
			var authorization atomic.Value
			s = serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/target" {
					authorization.Store(r.Header.Get("Authorization"))
					fmt.Fprint(w, "followed")
					return
				}
				to := strings.Replace(strings.Replace(test.to, "httpsSELF", "https://"+r.Host, 1), "SELF", s.URL, 1)
				w.Header().Set("Location", to)
				w.WriteHeader(test.code)
			})
			c := newTestClient(t, Config{MaxRetries: 3})
			r := Request{
				Method: test.method, URL: address(t, s.URL+"/start"), Repeatable: true,
				Header: http.Header{"Authorization": {"bearer hush"}}, Body: []byte("body"),
			}
			if test.method == "GET" {
				r.Body = nil
			}
			if test.follows {
				response, err := c.Do(t.Context(), r)
				if err != nil || string(response.Body) != "followed" || authorization.Load() != "bearer hush" {
					t.Errorf("got %s with Authorization %v, want followed with bearer hush", outcome(response, err), authorization.Load())
				}
				return
			}
			if name == "no URL" {
				if response, err := c.Do(t.Context(), r); err == nil {
					t.Errorf("got %s, want an error", outcome(response, err))
				}
				return
			}
			e := failed(t, c, r, KindRedirect)
			if e.Attempts != 1 || !e.MayHaveArrived || authorization.Load() != nil {
				t.Errorf("got %s with Authorization %v at the target, want 1 attempt that may have arrived, and no Authorization", outcome(nil, e), authorization.Load())
			}
			if text := e.Error(); !strings.Contains(text, s.URL+"/start redirects to ") || !strings.Contains(text, test.names) ||
				!strings.Contains(text, "credential was not sent") || strings.Contains(text, "hush") {
				t.Errorf("got %s, want the redirect from /start to %q, that the credential was not sent, and no token", text, test.names)
			}
		})
	}
	if got := other.count(); got != 0 {
		t.Errorf("other server: got %d requests, want 0", got)
	}
}

// Text from a server is bounded and cleaned in errors and in the log.
func TestTextsOfAServerAreBounded(t *testing.T) {
	for name, test := range map[string]struct {
		header string
		kind   Kind
	}{
		"a redirect":         {"Location: http://api.example.org/\u202e", KindRedirect},
		"a malformed header": {"Location: http://api.example.org/\x1b[31m", KindConnection},
	} {
		t.Run(name, func(t *testing.T) {
			target := wire(t, func(_ context.Context, conn net.Conn) {
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 302 Found\r\n%s%s\r\nContent-Length: 0\r\n\r\n", test.header, strings.Repeat("x", 500_000))
			})
			l := &testLog{}
			text := failed(t, newTestClient(t, Config{Logger: l}), get(t, target), test.kind).Err.Error()
			for name, text := range map[string]string{"error": text, "log": l.text()} {
				t.Run(name, func(t *testing.T) {
					if len(text) > 4000 || strings.ContainsAny(text, "\x1b\u202e") || !strings.Contains(text, "http://api.example.org/") {
						t.Errorf("got %d bytes, %.300q, want at most 4000 with the host of the Location and without control characters", len(text), text)
					}
				})
			}
		})
	}
}
