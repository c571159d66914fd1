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
)

func TestGrants(t *testing.T) {
	for name, test := range map[string]struct {
		credential Credential
		want       url.Values
		basic      string
	}{
		"password": {
			Credential{Kind: Password, User: "user", Password: "p&ss wörd"},
			url.Values{"grant_type": {"password"}, "username": {"user"}, "password": {"p&ss wörd"}}, "cf:",
		},
		"password with origin and client": {
			Credential{Kind: Password, User: "user", Password: "secret", Origin: `l"dap`, ClientID: "own", ClientSecret: "s+ %:ü"},
			url.Values{"grant_type": {"password"}, "username": {"user"}, "password": {"secret"}, "login_hint": {`{"origin":"l\"dap"}`}}, "own:s%2B+%25%3A%C3%BC",
		},
		"passcode": {
			Credential{Kind: Passcode, Passcode: "once-1234", Origin: "ignored"},
			url.Values{"grant_type": {"password"}, "passcode": {"once-1234"}}, "cf:",
		},
		"client credentials": {
			Credential{Kind: ClientCredentials, ClientID: "pipeline", ClientSecret: "secret"},
			url.Values{"grant_type": {"client_credentials"}}, "pipeline:secret",
		},
		"refresh token": {
			Credential{Kind: RefreshToken, RefreshToken: "refresh-0"},
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"refresh-0"}}, "cf:",
		},
		"assertion": {
			Credential{Kind: Assertion, AssertionToken: "e30.e30.x"},
			url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"e30.e30.x"}}, "cf:",
		},
		"assertion with origin": {
			Credential{Kind: Assertion, AssertionToken: "e30.e30.x", Origin: "github"},
			url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"e30.e30.x"}, "login_hint": {`{"origin":"github"}`}}, "cf:",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			s, secrets := newSession(t, f, test.credential)
			if roots, tokens := f.received(); roots+tokens != 0 {
				t.Errorf("before a token is needed: got %d discoveries and %d logins, want none", roots, tokens)
			}
			for range 3 {
				mustAuthorize(t, s, "bearer token-1")
			}
			if roots, tokens := f.received(); roots != 1 || tokens != 1 {
				t.Errorf("got %d discoveries and %d logins, want 1 and 1", roots, tokens)
			}
			if got := f.grants[0]; got.Encode() != test.want.Encode() {
				t.Errorf("got the grant %s, want %s", got.Encode(), test.want.Encode())
			}
			h := f.headers[0]
			if want := "Basic " + base64.StdEncoding.EncodeToString([]byte(test.basic)); h.Get("Authorization") != want || h.Get("X-Cf-Encoded-Credentials") != "true" {
				t.Errorf("got Authorization %q and X-Cf-Encoded-Credentials %q, want %q and true", h.Get("Authorization"), h.Get("X-Cf-Encoded-Credentials"), want)
			}
			all := secrets.Clean(strings.Join([]string{
				test.credential.Password, test.credential.Passcode, test.credential.ClientSecret,
				test.credential.RefreshToken, test.credential.AssertionToken, "token-1", "refresh-1",
			}, ""))
			if strings.ReplaceAll(all, redact.Mask, "") != "" {
				t.Errorf("got %q, want every secret redacted", all)
			}
		})
	}
}

func TestOnlyAnAccessToken(t *testing.T) {
	for given, want := range map[string]string{
		"token":                   "bearer token",
		" token\n":                "bearer token",
		"bearer token":            "bearer token",
		"BEARER  token":           "bearer token",
		"clientcert Q0VSVCtLRVk=": "clientcert Q0VSVCtLRVk=",
	} {
		t.Run(given, func(t *testing.T) {
			f := newFoundation(t)
			s, secrets := newSession(t, f, Credential{Kind: AccessToken, AccessToken: given, Source: "access_token from CF_ACCESS_TOKEN"})
			mustAuthorize(t, s, want)
			if got := secrets.Clean("token Q0VSVCtLRVk="); strings.Contains(want, "token") && strings.Contains(got, "token") || strings.Contains(want, "Q0") && strings.Contains(got, "Q0") {
				t.Errorf("got %q, want the token redacted", got)
			}
			value, err := s.Renew(t.Context(), want)
			e := mustFail(t, value, err)
			if !strings.Contains(e.Error(), "renew") || e.Source != "access_token from CF_ACCESS_TOKEN" || e.Advice == "" {
				t.Errorf("got %s, want \"renew\" in it, the source access_token from CF_ACCESS_TOKEN, and advice", describe(e))
			}
			if uaaOnly := strings.Contains(e.Advice, "cf oauth-token"); uaaOnly == strings.HasPrefix(want, "clientcert") {
				t.Errorf("got the advice %q for %s, want cf oauth-token in it only for a token of the UAA", e.Advice, want)
			}
			mustAuthorize(t, s, want) // the API decides for each request
			if roots, tokens := f.received(); roots+tokens != 0 {
				t.Errorf("got %d discoveries and %d logins, want none", roots, tokens)
			}
		})
	}
}

func TestAccessAndRefreshToken(t *testing.T) {
	now := time.Now()
	good, old := jwt(now, now.Add(time.Hour)), jwt(now.Add(-time.Hour), now.Add(-time.Minute))
	for name, test := range map[string]struct {
		kind        Kind
		token, want string
		types       string
	}{
		"good":          {AccessToken, good, "bearer " + good, ""},
		"opaque":        {AccessToken, "opaque", "bearer opaque", ""},
		"expired":       {AccessToken, old, "bearer token-1", "refresh_token"},
		"CLI, good":     {CLISession, "bearer " + good, "bearer " + good, ""},
		"CLI, expired":  {CLISession, "bearer " + old, "bearer token-1", "refresh_token"},
		"CLI, no token": {CLISession, "", "bearer token-1", "refresh_token"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			c := Credential{Kind: test.kind, AccessToken: test.token, RefreshToken: "refresh-0"}
			if test.kind == CLISession {
				c.UAAEndpoint = f.URL + "/uaa/"
				c.AuthorizationEndpoint = "http://127.0.0.1:1"
			}
			s, _ := newSession(t, f, c)
			mustAuthorize(t, s, test.want)
			if got := f.types(); got != test.types {
				t.Errorf("got the grants %q, want %q", got, test.types)
			}
			got, err := s.Renew(t.Context(), test.want)
			if err != nil || got == test.want {
				t.Errorf("renewal: got the authorization %.100q and error %v, want another token", got, err)
			}
			s.Accepted(got)
			if roots, _ := f.received(); roots != 0 && test.kind == CLISession {
				t.Errorf("got %d discoveries, want none, since the session of the CLI names its UAA", roots)
			}
			f.answers(refuseRefresh)
			current, err := s.Authorization(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			value, err := s.Renew(t.Context(), current)
			e := mustFail(t, value, err)
			advice := map[Kind]string{AccessToken: "refresh_token", CLISession: "cf login"}[test.kind]
			if e.Status != 401 || !strings.Contains(e.Description, "The token expired") || !strings.Contains(e.Advice, advice) {
				t.Errorf("refused renewal: got %s, want a 401 that the token expired, and %q in the advice", describe(e), advice)
			}
		})
	}
}

// The client of the cf CLI's session is used for its refresh token.
func TestCLIClient(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{
		Kind: CLISession, RefreshToken: "refresh-0", ClientID: "own-cli", ClientSecret: "secret", AuthorizationEndpoint: f.URL + "/uaa",
	})
	mustAuthorize(t, s, "bearer token-1")
	if got, want := f.headers[0].Get("Authorization"), "Basic "+base64.StdEncoding.EncodeToString([]byte("own-cli:secret")); got != want {
		t.Errorf("got Authorization %q, want %q", got, want)
	}
}

// The clock of a session; the token's life counts from it.
type testClock struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

func TestRenewedBeforeItExpires(t *testing.T) {
	for name, test := range map[string]struct {
		expires       int
		still, renews time.Duration
	}{
		"long life":  {600, 9 * time.Minute, 50 * time.Second},
		"short life": {10, 8 * time.Second, 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.expires = test.expires
			s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
			clock := &testClock{}
			s.now = clock.now
			mustAuthorize(t, s, "bearer token-1")
			clock.pass(test.still - 5*time.Second)
			mustAuthorize(t, s, "bearer token-1")
			clock.pass(5*time.Second + test.renews)
			mustAuthorize(t, s, "bearer token-2")
			if got := f.grants[1].Get("refresh_token"); got != "refresh-1" {
				t.Errorf("first renewal: got the refresh token %q, want refresh-1", got)
			}
			// The new refresh token is the one to use next.
			clock.pass(time.Duration(test.expires) * time.Second)
			mustAuthorize(t, s, "bearer token-3")
			if got := f.grants[2].Get("refresh_token"); got != "refresh-2" {
				t.Errorf("second renewal: got the refresh token %q, want refresh-2", got)
			}
			if roots, _ := f.received(); roots != 1 {
				t.Errorf("got %d discoveries, want 1", roots)
			}
		})
	}
}

// When the UAA issues no new refresh token, the old one stays in use.
func TestRefreshTokenStays(t *testing.T) {
	f := newFoundation(t)
	f.refresh = false
	s, _ := newSession(t, f, Credential{Kind: RefreshToken, RefreshToken: "refresh-0"})
	value := ""
	for range 3 {
		var err error
		if value, err = s.Renew(t.Context(), value); err != nil {
			t.Fatal(err)
		}
		s.Accepted(value)
	}
	for i, g := range f.grants {
		if got := g.Get("refresh_token"); got != "refresh-0" {
			t.Errorf("renewal %d: got the refresh token %q, want refresh-0", i+1, got)
		}
	}
}

// While the UAA is unavailable, a token that is about to expire is still used.
func TestRenewalThatCanWait(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	clock := &testClock{}
	s.now = clock.now
	mustAuthorize(t, s, "bearer token-1")
	f.answers(refuse(503, "", "restarting"))
	clock.pass(570 * time.Second)
	for range 5 {
		mustAuthorize(t, s, "bearer token-1")
		clock.pass(1500 * time.Millisecond)
	}
	if _, tokens := f.received(); tokens != 3 { // one renewal with its one retry
		t.Errorf("got %d requests for a token, want 3", tokens)
	}
	clock.pass(time.Minute) // past the expiry
	value, err := s.Authorization(t.Context())
	if e := mustFail(t, value, err); e.Status != 503 {
		t.Errorf("after the token expired: got %s, want the status 503", describe(e))
	}
	f.answers(nil)
	clock.pass(failurePause)
	if got, err := s.Authorization(t.Context()); err != nil || got == "bearer token-1" {
		t.Errorf("after the UAA is back: got the authorization %q and error %v, want a new token", got, err)
	}
	if got := f.grants[len(f.grants)-1].Get("grant_type"); got != "refresh_token" {
		t.Errorf("after the UAA is back: got the grant %s, want refresh_token", got)
	}
}

func TestRenewByCredentialAfterRefresh(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	mustAuthorize(t, s, "bearer token-1")
	f.answers(refuseRefresh)
	if got, err := s.Renew(t.Context(), "bearer token-1"); err != nil || got != "bearer token-3" {
		t.Errorf("renewal: got the authorization %q and error %v, want bearer token-3", got, err)
	}
	if got, want := f.types(), "password refresh_token password"; got != want {
		t.Errorf("got the grants %q, want %q", got, want)
	}
	// A caller that arrives late with the old token gets the new one.
	if got, err := s.Renew(t.Context(), "bearer token-1"); err != nil || got != "bearer token-3" {
		t.Errorf("late renewal: got the authorization %q and error %v, want bearer token-3", got, err)
	}
	if _, tokens := f.received(); tokens != 3 {
		t.Errorf("got %d requests for a token, want 3", tokens)
	}
}

func TestManyReadersOneLogin(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: ClientCredentials, ClientID: "pipeline", ClientSecret: "secret"})
	f.refresh = false
	all := func(want string, send func() (string, error)) {
		t.Helper()
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				if got, err := send(); err != nil || got != want {
					t.Errorf("got the authorization %q and error %v, want %q", got, err, want)
				}
			})
		}
		wg.Wait()
	}
	all("bearer token-1", func() (string, error) { return s.Authorization(t.Context()) })
	all("bearer token-2", func() (string, error) { return s.Renew(t.Context(), "bearer token-1") })
	if roots, tokens := f.received(); roots != 1 || tokens != 2 {
		t.Errorf("got %d discoveries and %d logins, want 1 and 2", roots, tokens)
	}
}

// A canceled reader returns at once. The login continues for the others, and is
// canceled when none is left.
func TestCanceledReaders(t *testing.T) {
	f := newFoundation(t)
	gone := make(chan struct{})
	arrived := make(chan struct{}, 10)
	release := make(chan struct{})
	f.root = func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
			fmt.Fprintf(w, `{"links":{"uaa":{"href":%q},"cloud_controller_v3":{"href":%q}}}`, f.URL+"/uaa", f.URL+"/v3")
		case <-r.Context().Done():
			close(gone)
		}
	}
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})

	// The only reader: the login is canceled.
	ctx, cancel := context.WithCancel(t.Context())
	failure := make(chan error)
	go func() { _, err := s.Authorization(ctx); failure <- err }()
	<-arrived
	start := time.Now()
	cancel()
	var e *Error
	if err := <-failure; !errors.Is(err, context.Canceled) || errors.As(err, &e) || time.Since(start) > 900*time.Millisecond {
		t.Errorf("only reader: got %v (%T) after %s, want context.Canceled, not in an *Error, at once", err, err, time.Since(start))
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Error("only reader: got a login that continues for 5s, want it canceled")
	}

	// The first of several: the others get their token.
	ctx, cancel = context.WithCancel(t.Context())
	go func() { _, err := s.Authorization(ctx); failure <- err }()
	<-arrived
	values, waiting := make(chan string), make(chan struct{}, 3)
	for range 3 {
		go func() {
			value, err := s.Authorization(heard{t.Context(), waiting})
			values <- fmt.Sprint(value, err)
		}()
	}
	for range 3 {
		<-waiting
	}
	cancel()
	if err := <-failure; !errors.Is(err, context.Canceled) {
		t.Errorf("first of several: got %v, want context.Canceled", err)
	}
	close(release)
	for range 3 {
		if got, want := <-values, "bearer token-1<nil>"; got != want {
			t.Errorf("other readers: got the authorization and error %q, want %q", got, want)
		}
	}
	if _, tokens := f.received(); tokens != 1 {
		t.Errorf("got %d logins, want 1", tokens)
	}
}

// heard is a context that reports when a goroutine waits for its end.
type heard struct {
	context.Context
	waiting chan<- struct{}
}

func (h heard) Done() <-chan struct{} {
	h.waiting <- struct{}{}
	return h.Context.Done()
}
