package provider

import (
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

const cliPath = "/home/someone/.cf/config.json"

// cliJSON is what the cf CLI writes, with more than the provider reads.
const cliJSON = `{
  "ConfigVersion": 4, "Target": "https://api.example.org", "APIVersion": "3.190.0",
  "AuthorizationEndpoint": "https://login.example.org", "UaaEndpoint": "https://uaa.example.org",
  "AccessToken": "bearer cli-access", "RefreshToken": "cli-refresh", "SSHOAuthClient": "ssh-proxy",
  "UAAOAuthClient": "cf", "UAAOAuthClientSecret": "", "UAAGrantType": "",
  "OrganizationFields": {"GUID": "", "Name": ""}, "SSLDisabled": false, "PluginRepos": [{"Name": "x", "URL": "y"}]
}`

func TestCLISession(t *testing.T) {
	t.Parallel()
	want := uaa.Credential{
		Kind: uaa.CLISession, AccessToken: "cli-access", RefreshToken: "cli-refresh", ClientID: "cf",
		UAAEndpoint: "https://uaa.example.org", AuthorizationEndpoint: "https://login.example.org",
	}
	for name, tc := range map[string]struct {
		given given
		path  string
		api   string
	}{
		"home":                     {given{files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"CF_HOME":                  {given{env: map[string]string{"CF_HOME": "/ci"}, files: map[string]string{"/ci/.cf/config.json": cliJSON, cliPath: "{"}}, "/ci/.cf/config.json", api},
		"CF_HOME without a home":   {given{homeless: true, env: map[string]string{"CF_HOME": "/ci"}, files: map[string]string{"/ci/.cf/config.json": cliJSON}}, "/ci/.cf/config.json", api},
		"empty CF_HOME":            {given{env: map[string]string{"CF_HOME": ""}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"the same API":             {given{block: map[string]any{"api_url": "API.example.org:443/"}, files: map[string]string{cliPath: cliJSON}}, cliPath, "https://api.example.org:443"},
		"the same API in CF_API_…": {given{env: map[string]string{"CF_API_URL": api}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"empty credentials":        {given{block: map[string]any{"user": "", "access_token": ""}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"origin of somebody":       {given{env: map[string]string{"CF_ORIGIN": "ldap"}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			if len(diags) != 0 {
				t.Fatal(show(diags))
			}
			want := want
			want.Source = "the cf CLI's session in " + tc.path
			if got := strings.ReplaceAll(s.credential.Source, `\`, "/"); got != want.Source {
				t.Errorf("the source is %q, want %q", got, want.Source)
			}
			want.Source = s.credential.Source
			if s.credential != want {
				t.Errorf("got  %+v\nwant %+v", s.credential, want)
			}
			if s.api.String() != tc.api {
				t.Errorf("the API is %s, want %s", s.api, tc.api)
			}
		})
	}
}

func TestCLISessionVariants(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content string
		want    uaa.Credential
	}{
		"refresh token alone": {
			`{"Target":"https://api.example.org","AccessToken":"","RefreshToken":"r"}`,
			uaa.Credential{Kind: uaa.CLISession, RefreshToken: "r", ClientID: "cf"},
		},
		"client credentials": {
			`{"Target":"https://api.example.org","AccessToken":"bearer t","RefreshToken":"","UAAOAuthClient":"ci","UAAOAuthClientSecret":"s","UAAGrantType":"client_credentials"}`,
			uaa.Credential{Kind: uaa.CLISession, AccessToken: "t", ClientID: "ci", ClientSecret: "s"},
		},
		"nulls and unknown fields": {
			`{"Target":"https://api.example.org/","AccessToken":"bearer t","RefreshToken":null,"SSLDisabled":null,"New":{"a":[1]}}`,
			uaa.Credential{Kind: uaa.CLISession, AccessToken: "t", ClientID: "cf"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := given{files: map[string]string{cliPath: tc.content}}.resolve(t)
			if len(diags) != 0 {
				t.Fatal(show(diags))
			}
			tc.want.Source = s.credential.Source
			if s.credential != tc.want || s.api.String() != api {
				t.Errorf("got  %s %+v\nwant %+v", s.api, s.credential, tc.want)
			}
		})
	}
}

func TestCLISessionSSLDisabled(t *testing.T) {
	t.Parallel()
	files := map[string]string{cliPath: strings.Replace(cliJSON, `"SSLDisabled": false`, `"SSLDisabled": true`, 1)}

	s, diags := given{files: files}.resolve(t)
	checkProblem(t, diags, wantProblem{parts: []string{"not verified", "SSLDisabled", "config.json"}})
	if diags.HasError() || !s.skipSSLValidation {
		t.Error("SSLDisabled has no effect")
	}
	// What is said explicitly wins, in both directions and once.
	s, diags = given{block: map[string]any{"skip_ssl_validation": false}, files: files}.resolve(t)
	if len(diags) != 0 || s.skipSSLValidation {
		t.Errorf("the block does not win: %s", show(diags))
	}
	s, diags = given{env: map[string]string{"CF_SKIP_SSL_VALIDATION": "false"}, files: files}.resolve(t)
	if len(diags) != 0 || s.skipSSLValidation {
		t.Errorf("the environment does not win: %s", show(diags))
	}
	_, diags = given{block: map[string]any{"skip_ssl_validation": true}, files: files}.resolve(t)
	checkProblem(t, diags, wantProblem{attribute: "skip_ssl_validation", parts: []string{"not verified"}})
	// Another credential has nothing to do with the CLI.
	s, diags = given{block: with(nil), files: files}.resolve(t)
	if len(diags) != 0 || s.skipSSLValidation {
		t.Errorf("SSLDisabled counts without the session: %s", show(diags))
	}
}

func TestCLISessionErrors(t *testing.T) {
	t.Parallel()
	session := func(fields string) map[string]string {
		return map[string]string{cliPath: `{"AccessToken":"bearer hunter22","RefreshToken":"hunter33",` + fields + `}`}
	}
	for name, tc := range map[string]struct {
		given given
		want  wantProblem
	}{
		"elsewhere": {
			given{block: map[string]any{"api_url": "https://api.example.com"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{attribute: "api_url", parts: []string{"logged in elsewhere", "https://api.example.org", "cf login -a https://api.example.com"}},
		},
		"elsewhere in the environment": {
			given{env: map[string]string{"CF_API_URL": "https://api.example.com"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{parts: []string{"logged in elsewhere", "CF_API_URL is https://api.example.com"}},
		},
		"another port": {
			given{block: map[string]any{"api_url": api + ":8443"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{attribute: "api_url", parts: []string{"logged in elsewhere"}},
		},
		"without TLS": {
			given{block: map[string]any{"api_url": "http://api.example.org"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{attribute: "api_url", parts: []string{"logged in elsewhere"}},
		},
		"a wrong URL is the only error": {
			given{block: map[string]any{"api_url": "https://"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{attribute: "api_url", parts: []string{"host is missing"}},
		},
		"logged out": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","AccessToken":"","RefreshToken":""}`}},
			wantProblem{parts: []string{"No Cloud Foundry credentials", "is logged out"}},
		},
		"Korifi": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","CFOnK8s":{"Enabled":true,"AuthInfo":"someone"}}`}},
			wantProblem{parts: []string{"No Cloud Foundry credentials", "Korifi", "access_token"}},
		},
		"no JSON":        {given{files: map[string]string{cliPath: "hunter22"}}, wantProblem{parts: []string{cliPath, "not JSON"}, not: []string{"hunter"}}},
		"cut off":        {given{files: map[string]string{cliPath: `{"AccessToken":"hunter22`}}, wantProblem{parts: []string{cliPath, "not JSON"}, not: []string{"hunter"}}},
		"empty":          {given{files: map[string]string{cliPath: ""}}, wantProblem{parts: []string{cliPath, "not JSON"}}},
		"null":           {given{files: map[string]string{cliPath: "null"}}, wantProblem{parts: []string{cliPath, "not a JSON object"}}},
		"an array":       {given{files: map[string]string{cliPath: `["hunter22"]`}}, wantProblem{parts: []string{cliPath, "not a JSON object"}, not: []string{"hunter"}}},
		"a wrong type":   {given{files: map[string]string{cliPath: `{"AccessToken":12345678}`}}, wantProblem{parts: []string{cliPath, "AccessToken is a JSON number"}, not: []string{"12345678"}}},
		"no permission":  {given{files: map[string]string{cliPath: "<denied>"}}, wantProblem{parts: []string{cliPath, "permission denied"}}},
		"no target":      {given{files: session(`"Target":""`)}, wantProblem{parts: []string{cliPath, "no Target"}, not: []string{"hunter"}}},
		"no target, API": {given{block: map[string]any{"api_url": api}, files: session(`"Target":""`)}, wantProblem{parts: []string{cliPath, "no Target"}, not: []string{"hunter"}}},
		"a wrong target": {given{files: session(`"Target":"ftp://x"`)}, wantProblem{parts: []string{cliPath, "Target", "neither https nor http"}, not: []string{"hunter"}}},
		"a broken token": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","AccessToken":"bearer hunter22\nX-Evil: 1"}`}},
			wantProblem{parts: []string{cliPath, "AccessToken has a"}, not: []string{"hunter", "Evil"}},
		},
		"a broken login server": {
			given{files: session(`"Target":"https://api.example.org","UaaEndpoint":"ftp://uaa.example.org"`)},
			wantProblem{parts: []string{cliPath, "UaaEndpoint is", "neither https nor http"}, not: []string{"hunter"}},
		},
		"a broken client": {
			given{files: session(`"Target":"https://api.example.org","UAAOAuthClient":"a\u0000b"`)},
			wantProblem{parts: []string{cliPath, "OAuth client"}, not: []string{"hunter"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := tc.given.resolve(t)
			checkProblem(t, diags, tc.want)
			if !diags.HasError() {
				t.Error("the diagnostic is no error")
			}
		})
	}
}

// FuzzCLIConfig looks for a config.json that crashes the provider, or whose
// session goes somewhere else than to the CLI's own target.
func FuzzCLIConfig(f *testing.F) {
	for _, seed := range []string{
		cliJSON, "", "null", "[]", "{}", `{"Target":1}`, `{"Target":"https://api.example.org","AccessToken":"bearer"}`,
		`{"Target":"https://evil.example.com","AccessToken":"bearer t"}`, `{"CFOnK8s":{"Enabled":true}}`, `{"CFOnK8s":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		g := given{block: map[string]any{"api_url": api}, files: map[string]string{cliPath: string(content)}}
		s, diags := g.resolve(t)
		if diags.ErrorsCount() > 1 {
			t.Fatalf("more than one error: %s", show(diags))
		}
		if diags.HasError() {
			return
		}
		if s.credential.AccessToken == "" && s.credential.RefreshToken == "" {
			t.Fatal("a session without a token")
		}
		config, err := parseCLIConfig(content)
		if err != nil {
			t.Fatal(err)
		}
		target, err := parseAPIURL(config.Target)
		if err != nil || !sameServer(target, s.api) {
			t.Fatalf("the tokens for %q go to %s", config.Target, s.api)
		}
	})
}
