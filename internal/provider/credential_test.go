package provider

import (
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		block map[string]any
		env   map[string]string
		want  uaa.Credential
	}{
		"password of the block": {
			block: map[string]any{"user": "u", "password": "p"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user and password from the provider block"},
		},
		"password of the environment": {
			env:  map[string]string{"CF_USER": "u", "CF_PASSWORD": "p"},
			want: uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user and password from CF_USER and CF_PASSWORD"},
		},
		"user of the cf CLI's variable": {
			env:  map[string]string{"CF_USERNAME": "u", "CF_PASSWORD": "p"},
			want: uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user and password from CF_USERNAME and CF_PASSWORD"},
		},
		"CF_USER before CF_USERNAME": {
			env:  map[string]string{"CF_USER": "u", "CF_USERNAME": "other", "CF_PASSWORD": "p"},
			want: uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user and password from CF_USER and CF_PASSWORD"},
		},
		"half of the block, half of the environment": {
			block: map[string]any{"user": "u"},
			env:   map[string]string{"CF_USER": "other", "CF_PASSWORD": "p"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user from the provider block and password from CF_PASSWORD"},
		},
		"the other half": {
			block: map[string]any{"password": "p"},
			env:   map[string]string{"CF_USER": "u"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user from CF_USER and password from the provider block"},
		},
		"the password keeps its spaces, not its line break": {
			block: map[string]any{"user": " u\n", "password": " p \r\n"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: " p ", Source: "user and password from the provider block"},
		},
		"the client secret keeps its spaces, not its line break": {
			block: map[string]any{"cf_client_id": " c\n", "cf_client_secret": " s \r\n"},
			want:  uaa.Credential{Kind: uaa.ClientCredentials, ClientID: "c", ClientSecret: " s ", Source: "cf_client_id and cf_client_secret from the provider block"},
		},
		"password with origin": {
			block: map[string]any{"user": "u", "password": "p", "origin": "ldap"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Origin: "ldap", Source: "user and password from the provider block"},
		},
		"origin of the environment": {
			block: map[string]any{"user": "u", "password": "p"},
			env:   map[string]string{"CF_ORIGIN": "ldap"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Origin: "ldap", Source: "user and password from the provider block"},
		},
		"origin of the block, the rest of the environment": {
			block: map[string]any{"origin": "ldap"},
			env:   map[string]string{"CF_USER": "u", "CF_PASSWORD": "p", "CF_ORIGIN": "uaa"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Origin: "ldap", Source: "user and password from CF_USER and CF_PASSWORD"},
		},
		"origin of the environment for another credential": {
			block: map[string]any{"access_token": "t"},
			env:   map[string]string{"CF_ORIGIN": "ldap"},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "t", Source: "access_token from the provider block"},
		},
		"the block chooses the kind": {
			block: map[string]any{"access_token": "t"},
			env:   map[string]string{"CF_USER": "u", "CF_PASSWORD": "p", "CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s", "CF_REFRESH_TOKEN": "r"},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "t", Source: "access_token from the provider block"},
		},
		"a client of the environment is not mixed into the block's credential": {
			block: map[string]any{"user": "u", "password": "p"},
			env:   map[string]string{"CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", Source: "user and password from the provider block"},
		},
		"passcode": {
			block: map[string]any{"sso_passcode": " code\n"},
			want:  uaa.Credential{Kind: uaa.Passcode, Passcode: "code", Source: "sso_passcode from the provider block"},
		},
		"client": {
			block: map[string]any{"cf_client_id": "c", "cf_client_secret": "s"},
			want:  uaa.Credential{Kind: uaa.ClientCredentials, ClientID: "c", ClientSecret: "s", Source: "cf_client_id and cf_client_secret from the provider block"},
		},
		"client of the environment": {
			env:  map[string]string{"CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s"},
			want: uaa.Credential{Kind: uaa.ClientCredentials, ClientID: "c", ClientSecret: "s", Source: "cf_client_id and cf_client_secret from CF_CLIENT_ID and CF_CLIENT_SECRET"},
		},
		"client with the secret of the environment, whatever else is there": {
			block: map[string]any{"cf_client_id": "c"},
			env:   map[string]string{"CF_CLIENT_SECRET": "s", "CF_USER": "u", "CF_PASSWORD": "p"},
			want:  uaa.Credential{Kind: uaa.ClientCredentials, ClientID: "c", ClientSecret: "s", Source: "cf_client_id from the provider block and cf_client_secret from CF_CLIENT_SECRET"},
		},
		"client next to a password": {
			block: map[string]any{"user": "u", "password": "p", "cf_client_id": "c", "cf_client_secret": "s"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", ClientID: "c", ClientSecret: "s", Source: "user and password from the provider block"},
		},
		"client next to an assertion, all of the environment": {
			env: map[string]string{"CF_ASSERTION_TOKEN": "jwt\n", "CF_ORIGIN": "github", "CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s"},
			want: uaa.Credential{Kind: uaa.Assertion, AssertionToken: "jwt", Origin: "github", ClientID: "c", ClientSecret: "s",
				Source: "assertion_token from CF_ASSERTION_TOKEN"},
		},
		"public client next to a password": {
			block: map[string]any{"user": "u", "password": "p", "cf_client_id": "public"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", ClientID: "public", Source: "user and password from the provider block"},
		},
		"client whose secret is in the environment next to a password": {
			block: map[string]any{"user": "u", "password": "p", "cf_client_id": "c"},
			env:   map[string]string{"CF_CLIENT_SECRET": "s"},
			want:  uaa.Credential{Kind: uaa.Password, User: "u", Password: "p", ClientID: "c", ClientSecret: "s", Source: "user and password from the provider block"},
		},
		"token": {
			block: map[string]any{"access_token": "eyJ.x.y"},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "eyJ.x.y", Source: "access_token from the provider block"},
		},
		"token as cf oauth-token prints it": {
			env:  map[string]string{"CF_ACCESS_TOKEN": "bearer eyJ.x.y\n"},
			want: uaa.Credential{Kind: uaa.AccessToken, AccessToken: "eyJ.x.y", Source: "access_token from CF_ACCESS_TOKEN"},
		},
		"token with another Bearer": {
			block: map[string]any{"access_token": "  BEARER   eyJ.x.y  "},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "eyJ.x.y", Source: "access_token from the provider block"},
		},
		"token that begins like the word": {
			block: map[string]any{"access_token": "bearer-token"},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "bearer-token", Source: "access_token from the provider block"},
		},
		"whole Authorization value": {
			block: map[string]any{"access_token": "clientcert LS0t="},
			want:  uaa.Credential{Kind: uaa.AccessToken, AccessToken: "clientcert LS0t=", Source: "access_token from the provider block"},
		},
		"access and refresh token": {
			env: map[string]string{"CF_ACCESS_TOKEN": "t", "CF_REFRESH_TOKEN": "r"},
			want: uaa.Credential{Kind: uaa.AccessToken, AccessToken: "t", RefreshToken: "r",
				Source: "access_token and refresh_token from CF_ACCESS_TOKEN and CF_REFRESH_TOKEN"},
		},
		"refresh token": {
			block: map[string]any{"refresh_token": "r\n"},
			env:   map[string]string{"CF_ACCESS_TOKEN": "of somebody else"},
			want:  uaa.Credential{Kind: uaa.RefreshToken, RefreshToken: "r", Source: "refresh_token from the provider block"},
		},
		"assertion": {
			block: map[string]any{"assertion_token": "jwt"},
			want:  uaa.Credential{Kind: uaa.Assertion, AssertionToken: "jwt", Source: "assertion_token from the provider block"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"CF_API_URL": api, "CF_HOME": "/cli"}
			for n, v := range tc.env {
				env[n] = v
			}
			g := given{block: tc.block, env: env, files: map[string]string{
				// A session of the CLI is the last resort.
				"/cli/.cf/config.json": `{"Target":"https://elsewhere.example.org","AccessToken":"bearer cli","RefreshToken":"cli","SSLDisabled":true}`,
			}}
			s, diags := g.resolve(t)
			if diags.HasError() || s.incomplete != nil {
				t.Fatalf("got the error of the first request %v and the diagnostics %s, want no error", s.incomplete, show(diags))
			}
			if s.credential != tc.want {
				t.Errorf("credential: %s", differences(s.credential, tc.want))
			}
			if s.skipSSLValidation {
				t.Error("skip_ssl_validation: got true from the cf CLI's SSLDisabled, want false for an API that is not the CLI's")
			}
			if got, want := len(diags) > 0, tc.want.Kind == uaa.Passcode; got != want {
				t.Errorf("got the warnings %s, want one: %t", show(diags), want)
			}
		})
	}
}

func TestCredentialErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		block map[string]any
		env   map[string]string
		want  wantProblem
	}{
		"only a user": {
			block: map[string]any{"user": "u"},
			want:  wantProblem{atFirstUse: true, parts: []string{"user is set, but password (CF_PASSWORD) is not"}},
		},
		"only a password": {
			block: map[string]any{"password": "hunter22"},
			want:  wantProblem{atFirstUse: true, parts: []string{"password is set, but user (CF_USER) is not"}, not: []string{"hunter22"}},
		},
		"only a user in the environment": {
			env:  map[string]string{"CF_USER": "u"},
			want: wantProblem{atFirstUse: true, parts: []string{"user (from CF_USER) is set, but password (CF_PASSWORD) is not"}},
		},
		"only a user, of the cf CLI's variable": {
			env:  map[string]string{"CF_USERNAME": "u"},
			want: wantProblem{atFirstUse: true, parts: []string{"user (from CF_USERNAME) is set, but password (CF_PASSWORD) is not"}},
		},
		"line break in the user of the cf CLI's variable": {
			env:  map[string]string{"CF_USERNAME": "u\nv", "CF_PASSWORD": "p"},
			want: wantProblem{parts: []string{"Invalid CF_USERNAME", "line break"}},
		},
		"a user and an empty password": {
			block: map[string]any{"user": "u", "password": ""},
			want:  wantProblem{atFirstUse: true, parts: []string{"password (CF_PASSWORD) is not"}},
		},
		"half a pair of the block next to another kind of the environment": {
			block: map[string]any{"user": "u"},
			env:   map[string]string{"CF_ACCESS_TOKEN": "hunter22"},
			want:  wantProblem{atFirstUse: true, parts: []string{"password (CF_PASSWORD) is not"}, not: []string{"hunter22"}},
		},
		"only a client id": {
			block: map[string]any{"cf_client_id": "c"},
			want:  wantProblem{atFirstUse: true, parts: []string{"cf_client_id is set, but cf_client_secret (CF_CLIENT_SECRET) is not"}},
		},
		"only a client secret": {
			env:  map[string]string{"CF_CLIENT_SECRET": "hunter22"},
			want: wantProblem{atFirstUse: true, parts: []string{"cf_client_secret (from CF_CLIENT_SECRET) is set, but cf_client_id (CF_CLIENT_ID) is not"}, not: []string{"hunter22"}},
		},
		"client secret without id next to a password": {
			block: map[string]any{"user": "u", "password": "p", "cf_client_secret": "hunter22"},
			want:  wantProblem{atFirstUse: true, parts: []string{"cf_client_secret is set, but cf_client_id (CF_CLIENT_ID) is not"}, not: []string{"hunter22"}},
		},
		"two kinds in the block": {
			block: map[string]any{"user": "u", "password": "hunter22", "access_token": "hunter33"},
			want:  wantProblem{attribute: "user", parts: []string{"The provider block sets user, password and access_token"}, not: []string{"hunter"}},
		},
		"two kinds in the environment": {
			env: map[string]string{"CF_SSO_PASSCODE": "hunter22", "CF_ASSERTION_TOKEN": "hunter33"},
			want: wantProblem{parts: []string{
				"The environment sets sso_passcode (from CF_SSO_PASSCODE) and assertion_token (from CF_ASSERTION_TOKEN)"}, not: []string{"hunter"}},
		},
		"four kinds": {
			block: map[string]any{"password": "p", "sso_passcode": "c", "refresh_token": "r", "assertion_token": "a"},
			want:  wantProblem{attribute: "password", parts: []string{"password, sso_passcode, refresh_token and assertion_token"}},
		},
		"origin with a token": {
			block: map[string]any{"access_token": "t", "origin": "ldap"},
			want:  wantProblem{attribute: "origin", parts: []string{"origin cannot be combined with access_token", "assertion_token"}},
		},
		"origin with a client": {
			env:  map[string]string{"CF_ORIGIN": "ldap", "CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s"},
			want: wantProblem{parts: []string{"Invalid CF_ORIGIN", "combined with cf_client_id (from CF_CLIENT_ID) and cf_client_secret (from CF_CLIENT_SECRET)"}},
		},
		"origin of the block with a passcode of the environment": {
			block: map[string]any{"origin": "ldap"},
			env:   map[string]string{"CF_REFRESH_TOKEN": "r"},
			want:  wantProblem{attribute: "origin", parts: []string{"combined with refresh_token (from CF_REFRESH_TOKEN)"}},
		},
		"only an origin": {
			block: map[string]any{"origin": "ldap"},
			want:  wantProblem{atFirstUse: true, parts: []string{"Missing credential", "sets origin", "user and password"}},
		},
		"whole Authorization value with a refresh token": {
			block: map[string]any{"access_token": "clientcert hunter22", "refresh_token": "hunter33"},
			want:  wantProblem{attribute: "access_token", parts: []string{"access_token and refresh_token", "no refresh token can renew it"}, not: []string{"hunter"}},
		},
		"only the word bearer": {
			block: map[string]any{"access_token": "bearer "},
			want:  wantProblem{attribute: "access_token", parts: []string{"no token after \"bearer\""}},
		},
		"two tokens behind bearer": {
			block: map[string]any{"access_token": "bearer hunter22 hunter33"},
			want:  wantProblem{attribute: "access_token", parts: []string{"contains a space"}, not: []string{"hunter"}},
		},
		"line break in a token": {
			block: map[string]any{"access_token": "hunter22\nhunter33"},
			want:  wantProblem{attribute: "access_token", parts: []string{"Invalid access_token", "line break"}, not: []string{"hunter"}},
		},
		"header injection through a whole value": {
			env:  map[string]string{"CF_ACCESS_TOKEN": "clientcert hunter22\r\nX-Evil: 1"},
			want: wantProblem{parts: []string{"Invalid CF_ACCESS_TOKEN", "control character"}, not: []string{"hunter", "Evil"}},
		},
		"control character in a refresh token": {
			block: map[string]any{"refresh_token": "hunter\x0022"},
			want:  wantProblem{attribute: "refresh_token", parts: []string{"control character"}, not: []string{"hunter"}},
		},
		"space in an assertion": {
			block: map[string]any{"assertion_token": "hunter 22"},
			want:  wantProblem{attribute: "assertion_token", parts: []string{"space"}, not: []string{"hunter"}},
		},
		"a token with typographic quotes": {
			block: map[string]any{"access_token": "“hunter22”"},
			want:  wantProblem{attribute: "access_token", parts: []string{"only ASCII"}, not: []string{"hunter"}},
		},
		"line break in a passcode": {
			block: map[string]any{"sso_passcode": "hunter\n22"},
			want:  wantProblem{attribute: "sso_passcode", parts: []string{"line break"}, not: []string{"hunter"}},
		},
		"line break in a password": {
			env:  map[string]string{"CF_USER": "u", "CF_PASSWORD": "hunter\n22"},
			want: wantProblem{parts: []string{"Invalid CF_PASSWORD", "line break"}, not: []string{"hunter"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"CF_API_URL": api}
			for n, v := range tc.env {
				env[n] = v
			}
			s, diags := given{block: tc.block, env: env}.resolve(t)
			checkProblem(t, s, diags, tc.want)
			if !tc.want.atFirstUse && !diags.HasError() {
				t.Errorf("got %s, want an error", show(diags))
			}
		})
	}
}

func TestPasscodeWarns(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		given given
		want  wantProblem
	}{
		"block": {
			given{block: map[string]any{"api_url": api, "sso_passcode": "code1234"}},
			wantProblem{attribute: "sso_passcode", parts: []string{"only one provider process"}, not: []string{"code1234"}},
		},
		"environment": {
			given{env: map[string]string{"CF_API_URL": api, "CF_SSO_PASSCODE": "code1234"}},
			wantProblem{parts: []string{"CF_SSO_PASSCODE", "cf login --sso"}, not: []string{"code1234"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			checkProblem(t, s, diags, tc.want)
			if diags.HasError() {
				t.Errorf("got %s, want a warning", show(diags))
			}
		})
	}
}

// TestNoCredentials expects one error that lists the ways to log in.
func TestNoCredentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		given given
		parts []string
	}{
		"nothing at all":            {given{}, []string{"does not exist"}},
		"only the API":              {given{block: map[string]any{"api_url": api}}, []string{"does not exist"}},
		"no home":                   {given{env: map[string]string{"HOME": ""}}, []string{"CF_HOME"}},
		"origin in the environment": {given{env: map[string]string{"CF_ORIGIN": "ldap"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			checkProblem(t, s, diags, wantProblem{atFirstUse: true, parts: append(tc.parts,
				"No Cloud Foundry credentials", "api_url (CF_API_URL)", "cf login",
				"user (CF_USER) and password (CF_PASSWORD)", "sso_passcode (CF_SSO_PASSCODE)",
				"cf_client_id (CF_CLIENT_ID) and cf_client_secret (CF_CLIENT_SECRET)",
				"access_token (CF_ACCESS_TOKEN)", "refresh_token (CF_REFRESH_TOKEN)", "assertion_token (CF_ASSERTION_TOKEN)",
			)})
		})
	}
}

func FuzzAccessToken(f *testing.F) {
	for _, seed := range []string{"token", "bearer token", "Bearer  x", "clientcert abc=", "bearer", "a\nb", "é", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := normalizeAccessToken(text)
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Errorf("got error %.300v, want it without the token", err)
			}
			return
		}
		for _, c := range token {
			if c < ' ' || c > '~' {
				t.Fatalf("normalizeAccessToken(%.200q): got %.200q, want printable ASCII, for a header", text, token)
			}
		}
	})
}
