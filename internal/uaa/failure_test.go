package uaa

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// A credential that the UAA refuses is tried once, however many readers need it,
// and the error has advice for this kind of credential.
func TestRefusedCredentialIsTriedOnce(t *testing.T) {
	for name, test := range map[string]struct {
		credential        Credential
		status            int
		code, description string
		advice            string
	}{
		"wrong password": {Credential{Kind: Password, User: "user", Password: "wrong"}, 401, "unauthorized", "Bad credentials",
			"UAA rejected this user and password. Check both, and origin (such as ldap"},
		"locked": {Credential{Kind: Password, User: "user", Password: "wrong"}, 401, "unauthorized", "Your account has been locked", "locks accounts"},
		"wrong client": {Credential{Kind: ClientCredentials, ClientID: "c", ClientSecret: "wrong"}, 401, "invalid_client", "Bad credentials",
			"OAuth client c. Check cf_client_id and cf_client_secret"},
		"wrong client next to a password": {Credential{Kind: Password, User: "user", Password: "wrong", ClientID: "c"}, 401, "invalid_client",
			"Bad credentials", "OAuth client c. Check cf_client_id"},
		"a client without the grant": {Credential{Kind: Password, User: "user", Password: "wrong", ClientID: "c"}, 401, "unauthorized_client",
			"Unauthorized grant type", "lacks the grant type"},
		"wrong passcode": {Credential{Kind: Passcode, Passcode: "wrong"}, 401, "unauthorized", "Invalid passcode", "several provider processes"},
		"old refresh": {Credential{Kind: RefreshToken, RefreshToken: "wrong"}, 401, "invalid_token", "expired",
			"valid only once, but Terraform starts several provider processes"},
		"old refresh of the CLI": {Credential{Kind: CLISession, RefreshToken: "wrong"}, 401, "invalid_token", "expired", "`cf login`"},
		"old assertion":          {Credential{Kind: Assertion, AssertionToken: "wrong"}, 400, "invalid_grant", "Assertion is expired", "trusts its issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.answers(refuse(test.status, test.code, test.description+" for wrong"))
			s, _ := newSession(t, f, test.credential)
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					value, err := s.Authorization(t.Context())
					e := mustFail(t, value, err)
					if e.Status != test.status || e.Code != test.code || !strings.Contains(e.Description, test.description) || e.URL != f.URL+"/uaa/oauth/token" {
						t.Errorf("got %s, want the status %d, the code %s and %q in the description", describe(e), test.status, test.code, test.description)
					}
					if !strings.Contains(e.Advice, test.advice) {
						t.Errorf("got the advice %q, want %q in it", e.Advice, test.advice)
					}
					if strings.Contains(e.Error()+e.Advice, "wrong") {
						t.Errorf("got %s, want it without the secret", describe(e))
					}
				})
			}
			wg.Wait()
			if value, err := s.Renew(t.Context(), "bearer anything"); err == nil {
				t.Errorf("renewal: got the authorization %q, want an error", value)
			}
			if _, tokens := f.received(); tokens != 1 {
				t.Errorf("got %d logins, want 1", tokens)
			}
		})
	}
}

// After a refused renewal the old token is used to its end, without another request.
func TestRefusedWhileTheTokenLives(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	clock := &testClock{}
	s.now = clock.now
	mustAuthorize(t, s, "bearer token-1")
	f.answers(refuse(401, "unauthorized", "Bad credentials"))
	clock.pass(545 * time.Second)
	for range 4 {
		mustAuthorize(t, s, "bearer token-1")
		clock.pass(11 * time.Second)
	}
	if got, want := f.types(), "password refresh_token password"; got != want {
		t.Errorf("got the grants %q, want %q", got, want)
	}
	clock.pass(time.Minute)
	value, err := s.Authorization(t.Context())
	if e := mustFail(t, value, err); e.Description != "Bad credentials" {
		t.Errorf("got %s, want the description Bad credentials", describe(e))
	}
	if _, tokens := f.received(); tokens != 3 {
		t.Errorf("got %d requests for a token, want 3", tokens)
	}
}

// A passcode is sent once, even when the response was lost.
func TestPasscodeIsSentOnce(t *testing.T) {
	for name, answer := range map[string]func(url.Values, http.ResponseWriter) bool{
		"the response was lost": func(url.Values, http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
		"500":                   refuse(500, "", ""),
		"503":                   refuse(503, "", ""),
		"used and expired":      nil,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.refresh = false
			f.answers(answer)
			s, _ := newSession(t, f, Credential{Kind: Passcode, Passcode: "once-1234"})
			clock := &testClock{}
			s.now = clock.now
			value, err := s.Authorization(t.Context())
			if answer == nil {
				if err != nil {
					t.Fatal(err)
				}
				_, err = s.Renew(t.Context(), value)
				value = ""
			}
			if e := mustFail(t, value, err); !strings.Contains(e.Advice, "several provider processes") {
				t.Errorf("got the advice %q, want one that explains the processes", e.Advice)
			}
			f.answers(nil)
			clock.pass(failurePause)
			value, err = s.Authorization(t.Context())
			if e := mustFail(t, value, err); !strings.Contains(e.Error(), "passcode has been used") || !strings.Contains(e.Advice, "CF_SSO_PASSCODE") {
				t.Errorf("second login: got %s, want that the passcode has been used, and CF_SSO_PASSCODE in the advice", describe(e))
			}
			if _, tokens := f.received(); tokens != 1 {
				t.Errorf("got %d requests with the passcode, want 1", tokens)
			}
		})
	}
}

// With the refresh token that came with it, a passcode's session continues.
func TestPasscodeRenews(t *testing.T) {
	f := newFoundation(t)
	s, _ := newSession(t, f, Credential{Kind: Passcode, Passcode: "once-1234"})
	mustAuthorize(t, s, "bearer token-1")
	if got, err := s.Renew(t.Context(), "bearer token-1"); err != nil || got != "bearer token-2" {
		t.Errorf("got the authorization %q and error %v, want bearer token-2", got, err)
	}
	if got, want := f.types(), "password refresh_token"; got != want {
		t.Errorf("got the grants %q, want %q", got, want)
	}
}

func TestDiscoveryFailures(t *testing.T) {
	respond := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, test := range map[string]struct {
		root     http.HandlerFunc
		contains string
		requests int // of two tries
		advice   string
	}{
		"HTML":                {respond(200, "<html>"), "api_url", 1, ""},
		"404":                 {respond(404, "nothing here"), "api_url", 1, ""},
		"401":                 {respond(401, "{}"), "api_url", 1, ""},
		"empty":               {respond(200, ""), "api_url", 2, ""},
		"other JSON":          {respond(200, `{"message":"hello"}`), "api_url", 1, ""},
		"an array":            {respond(200, `[]`), "api_url", 1, ""},
		"links not an object": {respond(200, `{"links":"x"}`), "api_url", 1, ""},
		"null":                {respond(200, `null`), "api_url", 1, ""},
		"too large":           {respond(200, strings.Repeat("x", maxRoot+1)), "api_url", 1, ""},
		"Korifi":              {respond(200, `{"links":{"cloud_controller_v3":{"href":"x"},"login":{"href":"http://h"},"uaa":null},"cf_on_k8s":true}`), "access_token", 1, ""},
		"no UAA, no login":    {respond(200, `{"links":{"cloud_controller_v3":{"href":"x"}}}`), "access_token", 1, ""},
		"UAA is not a URL":    {respond(200, `{"links":{"uaa":{"href":"uaa.example.org"}}}`), "not an http or https URL", 1, ""},
		"UAA without host":    {respond(200, `{"links":{"uaa":{"href":"https:///uaa"}}}`), "not an http or https URL", 1, ""},
		"UAA of ftp":          {respond(200, `{"links":{"uaa":{"href":"ftp://uaa.example.org"}}}`), "not an http or https URL", 1, ""},
		"UAA malformed":       {respond(200, `{"links":{"uaa":{"href":"https://%zz"}}}`), "not an http or https URL", 1, ""},
		"503":                 {respond(503, "busy"), "busy", 2, ""},
		"404 of the router":   {respond(404, "no route", "X-Cf-RouterError", "unknown_route"), "no route", 2, "Check api_url, and try again."},
		"redirect":            {respond(302, "", "Location", "https://login.example.org/"), "login.example.org", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation(t)
			f.root = test.root
			s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
			for login := range 2 {
				value, err := s.Authorization(t.Context())
				if e := mustFail(t, value, err); !strings.Contains(e.Error(), test.contains) || !strings.Contains(e.Error(), "find the UAA") {
					t.Errorf("login %d: got %s, want \"find the UAA\" and %q in it", login+1, describe(e), test.contains)
				} else if !strings.HasSuffix(e.Advice, test.advice) || (test.advice == "") != (e.Advice == "") {
					t.Errorf("login %d: got the advice %q, want %q at its end", login+1, e.Advice, test.advice)
				}
			}
			if roots, tokens := f.received(); roots != test.requests || tokens != 0 {
				t.Errorf("got %d discoveries and %d logins, want %d and none", roots, tokens, test.requests)
			}
		})
	}
}

// A Korifi that links to itself as its UAA has no UAA.
func TestKorifiNamesItself(t *testing.T) {
	f := newFoundation(t)
	f.root = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"links":{"cloud_controller_v3":{"href":"x"},"login":{"href":%q},"uaa":{"href":%q}},"cf_on_k8s":true}`, f.URL, f.URL+"/")
	}
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	value, err := s.Authorization(t.Context())
	if e := mustFail(t, value, err); !strings.Contains(e.Error(), "has no UAA") {
		t.Errorf("got %s, want that the API has no UAA", describe(e))
	}
}

// A Korifi with a UAA uses it.
func TestKorifiWithUAA(t *testing.T) {
	f := newFoundation(t)
	f.root = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"links":{"cloud_controller_v3":{"href":"x"},"uaa":{"href":%q}},"cf_on_k8s":true}`, f.URL+"/uaa")
	}
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	mustAuthorize(t, s, "bearer token-1")
}

func TestErrorText(t *testing.T) {
	for name, test := range map[string]struct {
		e    Error
		want string
	}{
		"everything": {
			Error{Op: "log in", URL: "https://uaa.example.org/oauth/token", Status: 401, Code: "unauthorized", Description: "Bad credentials"},
			"cannot log in at https://uaa.example.org/oauth/token: 401 Unauthorized: unauthorized: Bad credentials",
		},
		"no response":   {Error{Op: "find the UAA", Err: errors.New("no answer")}, "cannot find the UAA: no answer"},
		"only a reason": {Error{Op: "renew the token", Description: "it is old"}, "cannot renew the token: it is old"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.e.Error(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// When the root has only a link to the login server, that is used; a slash at the
// end of api_url makes no difference.
func TestLoginLink(t *testing.T) {
	f := newFoundation(t)
	f.api.Path = "/"
	f.root = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"links":{"cloud_controller_v3":{"href":"x"},"login":{"href":%q}}}`, f.URL+"/uaa")
	}
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	mustAuthorize(t, s, "bearer token-1")
}

// A credential is not sent without TLS to a UAA of an API that has it.
func TestNoPlainUAA(t *testing.T) {
	f := newFoundation(t)
	for _, c := range []Credential{
		{Kind: CLISession, RefreshToken: "refresh-0", UAAEndpoint: f.URL + "/uaa"},
		{Kind: CLISession, RefreshToken: "refresh-0", AuthorizationEndpoint: f.URL + "/uaa"},
	} {
		t.Run(c.UAAEndpoint+" and "+c.AuthorizationEndpoint, func(t *testing.T) {
			s, _ := newSession(t, f, c)
			s.api = &url.URL{Scheme: "https", Host: f.api.Host}
			value, err := s.Authorization(t.Context())
			if e := mustFail(t, value, err); !strings.Contains(e.Error(), "without TLS") {
				t.Errorf("got %s, want that the UAA is without TLS", describe(e))
			}
		})
	}
	if _, tokens := f.received(); tokens != 0 {
		t.Errorf("got %d requests with the credential, want none", tokens)
	}
}

func TestUnreachable(t *testing.T) {
	f := newFoundation(t)
	f.Close()
	s, _ := newSession(t, f, Credential{Kind: Password, User: "user", Password: "secret"})
	value, err := s.Authorization(t.Context())
	e := mustFail(t, value, err)
	var transportErr *transport.Error
	if !errors.As(err, &transportErr) || transportErr.Kind != transport.KindRefused || strings.Count(e.Error(), f.URL) != 1 {
		t.Errorf("got %s with %v in it, want a transport.KindRefused, and %s in it once", describe(e), transportErr, f.URL)
	}
}

func TestLifeOf(t *testing.T) {
	issued, expires := time.Unix(1700000000, 0), time.Unix(1700000600, 0)
	good := jwt(issued, expires)
	for name, test := range map[string]struct {
		token string
		want  time.Time
	}{
		"JWT":                      {good, expires},
		"bearer":                   {"bearer " + good, expires},
		"Bearer":                   {"Bearer " + good, expires},
		"empty":                    {"", time.Time{}},
		"opaque":                   {"opaque", time.Time{}},
		"two parts":                {"a.b", time.Time{}},
		"payload not base64":       {"a.!.c", time.Time{}},
		"no times":                 {"a.e30.c", time.Time{}},
		"four parts":               {"a.e30.c.d", time.Time{}},
		"life of 31,000 years":     {jwt(time.Unix(0, 0), time.Unix(1e12, 0)), time.Time{}},
		"scheme other than bearer": {"clientcert " + good, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := lifeOf(test.token); !got.Equal(test.want) {
				t.Errorf("lifeOf(%.60q): got the expiry %s, want %s", test.token, got, test.want)
			}
		})
	}
	if got, _ := lifeOf(good); !got.Equal(issued) {
		t.Errorf("got the time of issue %s, want %s", got, issued)
	}
}
