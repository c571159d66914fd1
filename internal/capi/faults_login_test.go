package capi_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// A fault of the login: the read that needs the token succeeds after a retry, and
// a password is not sent again unless the fault is transient.
func TestLoginFaults(t *testing.T) {
	for name, test := range map[string]struct {
		method, path string
		do           fakecf.Action
		succeeds     bool
		tokens       int // requests for a token
	}{
		"root: 503":                     {"GET", "^/$", fakecf.Status(503), true, 1},
		"root: closed":                  {"GET", "^/$", fakecf.Close(), true, 1},
		"root: cut off":                 {"GET", "^/$", fakecf.CutOff(30), true, 1},
		"root: 404 of the router":       {"GET", "^/$", fakecf.RouterError(404, "unknown_route"), true, 1},
		"root: a login page":            {"GET", "^/$", fakecf.HTML(200), false, 0},
		"root: 404":                     {"GET", "^/$", fakecf.HTML(404), false, 0},
		"token: 502":                    {"POST", "/oauth/token", fakecf.RouterError(502, "endpoint_failure"), true, 2},
		"token: 503":                    {"POST", "/oauth/token", fakecf.HTML(503), true, 2},
		"token: 429":                    {"POST", "/oauth/token", fakecf.Status(429).WithHeader("Retry-After", "60"), true, 2},
		"token: closed":                 {"POST", "/oauth/token", fakecf.Close(), true, 2},
		"token: answer lost":            {"POST", "/oauth/token", fakecf.CloseAfter(), true, 2},
		"token: answer cut off":         {"POST", "/oauth/token", fakecf.CutOff(10), true, 2},
		"root: empty":                   {"GET", "^/$", fakecf.Empty(200), true, 1},
		"root: cut without a length":    {"GET", "^/$", fakecf.CutOffUnframed(30), true, 1},
		"root: 101":                     {"GET", "^/$", fakecf.SwitchProtocols(), false, 0},
		"token: cut without a length":   {"POST", "/oauth/token", fakecf.CutOffUnframed(30), true, 2},
		"token: 101":                    {"POST", "/oauth/token", fakecf.SwitchProtocols(), false, 1},
		"token: wrong password":         {"POST", "/oauth/token", fakecf.UAAError(401, "unauthorized", "Bad credentials"), false, 1},
		"token: account is locked":      {"POST", "/oauth/token", fakecf.UAAError(401, "unauthorized", "Your account has been locked"), false, 1},
		"token: redirect to other host": {"POST", "/oauth/token", fakecf.Redirect(307, "http://127.0.0.1:1/"), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := fakecf.New(t)
			client := credentialClient(t, f, 20*time.Second, 3, uaa.Credential{
				Kind: uaa.Password, User: fakecf.User, Password: fakecf.Password, Source: "user and password from a test",
			})
			f.AddFault(fakecf.Fault{Method: test.method, Path: test.path, Times: 1, Do: test.do})
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					err := isWeb(client.GetProcess(t.Context(), byGUID))
					var login *uaa.Error
					if test.succeeds && err != nil {
						t.Errorf("got error %v, want the process", err)
					}
					if !test.succeeds && (!errors.As(err, &login) || login.Source != "user and password from a test") {
						t.Errorf("got %.600v, want the error of a login with \"user and password from a test\"", err)
					}
				})
			}
			wg.Wait()
			if got := f.Count("POST", "/oauth/token"); got != test.tokens {
				t.Errorf("got %d requests for a token, want %d", got, test.tokens)
			}
			wantReads := 0
			if test.succeeds {
				wantReads = 20
			}
			if reads := f.Count("GET", "/v3/"); reads != wantReads {
				t.Errorf("got %d reads, want %d", reads, wantReads)
			}
		})
	}
}

// A revoked token costs one new login for all reads. When the API refuses every
// token, a new one is replaced once, and the error names the credential.
func TestRevokedTokens(t *testing.T) {
	f := fakecf.New(t)
	client := sessionClient(t, f, 20*time.Second, 0)
	read := func(check func(error)) {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { check(isWeb(client.GetProcess(t.Context(), byGUID))) })
		}
		wg.Wait()
	}
	fine := func(err error) {
		if err != nil {
			t.Errorf("got error %v, want the process", err)
		}
	}
	read(fine)
	f.RevokeTokens()
	read(fine)
	if got := f.Count("POST", "/oauth/token"); got != 2 {
		t.Errorf("got %d logins, want 2", got)
	}
	f.ResetRequests()
	f.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Status(401)})
	err := isWeb(client.GetProcess(t.Context(), byGUID))
	var e *capi.Error
	if !errors.As(err, &e) || e.Status != 401 || e.Credential != "the test's client" {
		t.Errorf("got %.600v, want a 401 that names the test's client", err)
	}
	if reads, logins := f.Count("GET", "/v3/"), f.Count("POST", "/oauth/token"); reads != 3 || logins != 2 {
		t.Errorf("got %d reads and %d logins, want 3 and 2", reads, logins)
	}
}

// An API that refuses every token costs two logins, regardless of the number of
// reads, and the error of each read names the cause.
func TestRefusedFreshTokens(t *testing.T) {
	f := fakecf.New(t)
	client := sessionClient(t, f, 20*time.Second, 0)
	f.AddFault(fakecf.Fault{Path: "/v3/", Do: fakecf.Status(401)})
	for range 10 {
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				err := isWeb(client.GetProcess(t.Context(), byGUID))
				var login *uaa.Error
				var api *capi.Error
				if errors.As(err, &api) {
					err = api.Renewal
				}
				if !errors.As(err, &login) || !login.TokensRefused {
					t.Errorf("got %.600v, want the error for refused tokens", err)
				}
			})
		}
		wg.Wait()
	}
	if got := f.Count("POST", "/oauth/token"); got != 2 {
		t.Errorf("got %d logins, want 2", got)
	}
}
