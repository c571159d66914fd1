package uaa

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// foundation is an API root and a UAA that accepts every grant, unless a test
// changes that.
type foundation struct {
	*httptest.Server
	api *url.URL

	mu      sync.Mutex
	root    http.HandlerFunc                           // instead of the normal root
	token   func(url.Values, http.ResponseWriter) bool // true: it has responded
	roots   int
	grants  []url.Values
	headers []http.Header
	expires int // seconds
	refresh bool
}

func newFoundation(t *testing.T) *foundation {
	t.Helper()
	f := &foundation{expires: 600, refresh: true}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.roots++
		answer := f.root
		f.mu.Unlock()
		if r.Header.Get("Authorization") != "" {
			t.Errorf("discovery: got Authorization %q, want none", r.Header.Get("Authorization"))
		}
		if answer != nil {
			answer(w, r)
			return
		}
		fmt.Fprintf(w, `{"links":{"self":{"href":%q},"login":{"href":"http://login.example.org"},"uaa":{"href":%q},`+
			`"cloud_controller_v3":{"href":%q},"credhub":null}}`, f.URL, f.URL+"/uaa", f.URL+"/v3")
	})
	mux.HandleFunc("POST /uaa/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Errorf("request for a token: got error %v, want a form", err)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.grants = append(f.grants, r.PostForm)
		f.headers = append(f.headers, r.Header)
		if f.token != nil && f.token(r.PostForm, w) {
			return
		}
		answer := map[string]any{"access_token": fmt.Sprintf("token-%d", len(f.grants)), "token_type": "bearer", "expires_in": f.expires}
		if f.refresh {
			answer["refresh_token"] = fmt.Sprintf("refresh-%d", len(f.grants))
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	var err error
	if f.api, err = url.Parse(f.URL); err != nil {
		t.Fatal(err)
	}
	return f
}

// answers sets the UAA's response; nil for tokens again.
func (f *foundation) answers(token func(url.Values, http.ResponseWriter) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.token = token
}

// received counts the requests for the root and for a token.
func (f *foundation) received() (roots, tokens int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.roots, len(f.grants)
}

func (f *foundation) types() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var types []string
	for _, g := range f.grants {
		types = append(types, g.Get("grant_type"))
	}
	return strings.Join(types, " ")
}

func refuse(status int, code, description string) func(url.Values, http.ResponseWriter) bool {
	return func(_ url.Values, w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"error_description":%q}`, code, description)
		return true
	}
}

// refuseRefresh refuses refresh tokens only.
func refuseRefresh(v url.Values, w http.ResponseWriter) bool {
	return v.Get("grant_type") == "refresh_token" && refuse(401, "invalid_token", "The token expired")(v, w)
}

func newSession(t *testing.T, f *foundation, c Credential) (*Session, *redact.Set) {
	t.Helper()
	secrets := &redact.Set{}
	client, err := transport.New(transport.Config{MaxRetries: 1, Secrets: secrets}, transport.WithBackoff(time.Millisecond, time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	if c.Source == "" {
		c.Source = "the test's credential"
	}
	return New(f.api, c, client, secrets), secrets
}

func mustAuthorize(t *testing.T, s *Session, want string) {
	t.Helper()
	if got, err := s.Authorization(t.Context()); err != nil || got != want {
		t.Fatalf("got the authorization %.100q and error %v, want %.100q", got, err, want)
	}
}

// mustFail checks that a login failed with an *Error that names the credential,
// and returns it.
func mustFail(t *testing.T, value string, err error) *Error {
	t.Helper()
	var e *Error
	if value != "" || !errors.As(err, &e) {
		t.Fatalf("got the authorization %.100q and error %.600v (%T), want an *Error", value, err, err)
	}
	if e.Source == "" {
		t.Errorf("got no credential in the error %s, want one", describe(e))
	}
	return e
}

// describe returns an error with its details, for a failure.
func describe(e *Error) string {
	return fmt.Sprintf("%.600q (status %d, code %q, description %.100q, of %q at %s, tokens refused: %t, advice %.600q)",
		e.Error(), e.Status, e.Code, e.Description, e.Source, e.URL, e.TokensRefused, e.Advice)
}

// jwt returns a token with the times when it was issued and expires.
func jwt(issued, expires time.Time) string {
	payload := fmt.Sprintf(`{"iat":%d,"exp":%d}`, issued.Unix(), expires.Unix())
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}
