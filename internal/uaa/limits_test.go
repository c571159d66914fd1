package uaa

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// All readers get a transient failure until failurePause is over. Then the next
// reader tries again.
func TestTransientFailures(t *testing.T) {
	for name, test := range map[string]struct {
		answer   func(url.Values, http.ResponseWriter) bool
		status   int
		requests int // of one login: it has one retry
		contains string
	}{
		"500": {refuse(500, "server_error", "boom"), 500, 2, "boom"},
		"503": {refuse(503, "", ""), 503, 2, "503"},
		"404 of the router": {func(_ url.Values, w http.ResponseWriter) bool {
			w.Header().Set("X-Cf-RouterError", "unknown_route")
			http.Error(w, "404 Not Found: Requested route does not exist.", 404)
			return true
		}, 404, 2, "Check api_url, and try again."},
		"429": {func(_ url.Values, w http.ResponseWriter) bool {
			w.Header().Set("Retry-After", "1200")
			w.WriteHeader(429)
			return true
		}, 429, 1, "429"},
		"hangs up": {func(url.Values, http.ResponseWriter) bool { panic(http.ErrAbortHandler) }, 0, 2, "EOF"},
		"no token": {func(_ url.Values, w http.ResponseWriter) bool { fmt.Fprint(w, "<html>Welcome</html>"); return true }, 0, 1, "the response has no token (cannot parse json: "},
		"an empty token": {func(_ url.Values, w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"","token_type":"bearer"}`)
			return true
		}, 0, 1, "something other than the UAA probably answers there"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.answers(test.answer)
			s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
			clock := &testClock{}
			s.now = clock.now
			for range 300 { // as many readers, ten at a time
				value, err := s.Authorization(t.Context())
				e := mustFail(t, value, err)
				if !strings.Contains(e.Error()+e.Advice, test.contains) {
					t.Fatalf("got %s, advice %q, want %q in one of them", describe(e), e.Advice, test.contains)
				}
				if e.Status != test.status || !strings.Contains(e.Error(), "log in") {
					t.Fatalf("got %s, want \"log in\" in it and the status %d", describe(e), test.status)
				}
				if test.status == 429 {
					if in := time.Until(e.RetryAt); in < 19*time.Minute || in > 21*time.Minute {
						t.Fatalf("got %s until the next request, want 20 minutes", in)
					}
				}
			}
			if _, tokens := f.received(); tokens != test.requests {
				t.Errorf("got %d requests for a token, want %d, those of one login", tokens, test.requests)
			}
			if test.status == 429 {
				return // the transport waits for the limit
			}
			clock.pass(failurePause)
			f.answers(nil)
			if got, err := s.Authorization(t.Context()); err != nil || !strings.HasPrefix(got, "bearer token-") {
				t.Errorf("after the pause: got the authorization %q and error %v, want a token", got, err)
			}
		})
	}
}

// A token that is not valid in a header ends the session.
func TestUnusableToken(t *testing.T) {
	for name, token := range map[string]string{"line break": `a\nb`, "space": "a b", "not ASCII": "ä"} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.answers(func(_ url.Values, w http.ResponseWriter) bool {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"access_token":"`+token+`","token_type":"bearer"}`)
				return true
			})
			s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
			for range 300 {
				value, err := s.Authorization(t.Context())
				if e := mustFail(t, value, err); !strings.Contains(e.Error(), "characters that no token has") {
					t.Fatalf("got %s, want that the token has characters that no token has", describe(e))
				}
			}
			if _, tokens := f.received(); tokens != 1 {
				t.Errorf("got %d logins, want 1", tokens)
			}
		})
	}
}

// Thirty readers, ten at a time, of a login server that does not respond share one
// request, so that all wait no longer than one.
func TestLoginServerThatDoesNotAnswer(t *testing.T) {
	f := newFoundation(t)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	f.root = func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}
	secrets := &redact.Set{}
	client, err := transport.New(transport.Config{RequestTimeout: 50 * time.Millisecond, Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	s := New(f.api, Credential{Kind: Password, User: "user", Password: "secret", Source: "a test"}, client, secrets)
	readers := make(chan struct{}, 10)
	var wg sync.WaitGroup
	for range 30 {
		readers <- struct{}{}
		wg.Go(func() {
			defer func() { <-readers }()
			value, err := s.Authorization(t.Context())
			mustFail(t, value, err)
		})
	}
	wg.Wait()
	if roots, _ := f.received(); roots != 1 {
		t.Errorf("got %d requests for the root, want 1 for all readers", roots)
	}
}

// When the API refuses each token, readers log in a second time, and then all get
// the same error.
func TestTokensRefused(t *testing.T) {
	now := time.Now()
	for name, test := range map[string]struct {
		claims string // of the token; empty for a token that is not a JWT
		want   []string
		not    []string
	}{
		"not a JWT": {"", []string{"Likely causes", "OAuth client cf, or the user, lacks the scopes", "login page responds", "clock"}, nil},
		"another audience": {
			`{"aud":["openid","uaa"]}`,
			[]string{"The token is for openid, uaa, not for cloud_controller", "OAuth client cf"}, []string{"Likely causes", "clock"},
		},
		"one audience":       {`{"aud":"uaa"}`, []string{"The token is for uaa, not for cloud_controller"}, nil},
		"the right audience": {`{"aud":["cloud_controller","uaa"]}`, []string{"Likely causes"}, []string{"The token is for"}},
		"a hostile audience": {`{"aud":["\u001b[31m` + strings.Repeat("x", 1000) + `"]}`, []string{"The token is for"}, []string{"\x1b", strings.Repeat("x", 300)}},
		"a wrong clock": {
			fmt.Sprintf(`{"aud":["cloud_controller"],"iat":%d}`, now.Add(time.Hour).Unix()),
			[]string{"this machine's clock and the login server's differ by 1h0m"}, nil,
		},
		"the right clock": {fmt.Sprintf(`{"iat":%d}`, now.Unix()), []string{"Likely causes"}, []string{"differ by"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			if test.claims != "" {
				f.answers(func(_ url.Values, w http.ResponseWriter) bool {
					w.Header().Set("Content-Type", "application/json")
					fmt.Fprintf(w, `{"access_token":"e30.%s.c2ln%d","token_type":"bearer","expires_in":600}`,
						base64.RawURLEncoding.EncodeToString([]byte(test.claims)), len(f.grants))
					return true
				})
			}
			s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
			var mu sync.Mutex
			errs := map[error]bool{}
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					value, err := s.Authorization(t.Context())
					for renewals := 0; err == nil && renewals < 20; renewals++ { // the API answers 401 to each
						value, err = s.Renew(t.Context(), value)
					}
					mu.Lock()
					defer mu.Unlock()
					errs[err] = true
				})
			}
			wg.Wait()
			if _, tokens := f.received(); tokens != 2 {
				t.Errorf("got %d logins, want 2", tokens)
			}
			if len(errs) != 1 {
				t.Errorf("got %d different errors, want 1", len(errs))
			}
			value, err := s.Authorization(t.Context())
			e := mustFail(t, value, err)
			if !e.TokensRefused || !strings.Contains(e.Error(), f.URL+"/uaa/oauth/token") {
				t.Errorf("got %s, want TokensRefused, and the URL of the token endpoint in it", describe(e))
			}
			for _, want := range test.want {
				if !strings.Contains(e.Advice, want) {
					t.Errorf("got the advice %.600q, want %q in it", e.Advice, want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(e.Advice, not) {
					t.Errorf("got the advice %.600q, want it without %.60q", e.Advice, not)
				}
			}
		})
	}
}

// An API that accepts a token and refuses it a moment later, such as two servers
// behind a load balancer that disagree, does not cause endless logins either.
func TestTokensThatAreRefusedQuickly(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	clock := &testClock{}
	s.now = clock.now
	value, err := s.Authorization(t.Context())
	for renewals := 0; err == nil && renewals < 20; renewals++ {
		s.Accepted(value)
		clock.pass(50 * time.Second)
		value, err = s.Renew(t.Context(), value)
	}
	if e := mustFail(t, value, err); !e.TokensRefused {
		t.Errorf("got %s, want TokensRefused", describe(e))
	}
	if _, tokens := f.received(); tokens != maxQuick {
		t.Errorf("got %d logins, want %d", tokens, maxQuick)
	}
}

// Tokens that the API revokes now and then are renewed each time.
func TestTokensThatAreRevoked(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	clock := &testClock{}
	s.now = clock.now
	s.Accepted("bearer unknown") // before there is a token
	value, err := s.Authorization(t.Context())
	for range 20 {
		if err != nil {
			t.Fatalf("got error %v, want a token", err)
		}
		s.Accepted(value)
		clock.pass(quickly + time.Second)
		value, err = s.Renew(t.Context(), value)
	}
	if _, tokens := f.received(); tokens != 21 {
		t.Errorf("got %d logins, want 21", tokens)
	}
}

// After a renewal that was canceled with its only reader, the next readers use the
// token, which is still valid, instead of waiting for the UAA, too.
func TestCanceledRenewal(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	clock := &testClock{}
	s.now = clock.now
	mustAuthorize(t, s, "bearer token-1")
	release := make(chan struct{})
	f.answers(func(url.Values, http.ResponseWriter) bool { <-release; return false })
	clock.pass(545 * time.Second)
	read := func(timeout time.Duration) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), timeout)
		defer cancel()
		return s.Authorization(ctx)
	}
	if got, err := read(50 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("first reader: got the authorization %q and error %v, want context.DeadlineExceeded", got, err)
	}
	for _, later := range []time.Duration{0, 9 * time.Second} { // the first of them waits for the end of the renewal
		clock.pass(later)
		if got, err := read(5 * time.Second); err != nil || got != "bearer token-1" {
			t.Errorf("reader %s later: got the authorization %q and error %v, want bearer token-1", later, got, err)
		}
	}
	close(release)
	clock.pass(2 * time.Second)
	if got, err := read(5 * time.Second); err != nil || got == "bearer token-1" {
		t.Errorf("reader 11s later: got the authorization %q and error %v, want a new token", got, err)
	}
	if _, tokens := f.received(); tokens != 3 {
		t.Errorf("got %d requests for a token, want 3", tokens)
	}
}
