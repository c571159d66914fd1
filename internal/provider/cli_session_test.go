package provider

import (
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

const cliPath = "/home/someone/.cf/config.json"

// cliJSON is a config.json as the cf CLI writes it, with more than the provider
// reads.
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
		"home":                      {given{files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"CF_HOME":                   {given{env: map[string]string{"CF_HOME": "/ci"}, files: map[string]string{"/ci/.cf/config.json": cliJSON, cliPath: "{"}}, "/ci/.cf/config.json", api},
		"CF_HOME without a home":    {given{env: map[string]string{"HOME": "", "CF_HOME": "/ci"}, files: map[string]string{"/ci/.cf/config.json": cliJSON}}, "/ci/.cf/config.json", api},
		"empty CF_HOME":             {given{env: map[string]string{"CF_HOME": ""}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"the same API":              {given{block: map[string]any{"api_url": "API.example.org:443/"}, files: map[string]string{cliPath: cliJSON}}, cliPath, "https://api.example.org:443"},
		"the same API in CF_API_…":  {given{env: map[string]string{"CF_API_URL": api}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"empty credentials":         {given{block: map[string]any{"user": "", "access_token": ""}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
		"origin of the environment": {given{env: map[string]string{"CF_ORIGIN": "ldap"}, files: map[string]string{cliPath: cliJSON}}, cliPath, api},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			checkNoProblem(t, s, diags)
			want := want
			want.Source = "the cf CLI's session in " + tc.path
			s.credential.Source = slashed(s.credential.Source)
			if s.credential != want {
				t.Errorf("credential: %s", differences(s.credential, want))
			}
			if s.api.String() != tc.api {
				t.Errorf("got the API %s, want %s", s.api, tc.api)
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
		"only a refresh token": {
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
			checkNoProblem(t, s, diags)
			tc.want.Source = s.credential.Source
			if s.credential != tc.want {
				t.Errorf("credential: %s", differences(s.credential, tc.want))
			}
			if s.api.String() != api {
				t.Errorf("got the API %s, want %s", s.api, api)
			}
		})
	}
}

// TestCLIHome has the places where the cf CLI keeps its configuration
// (util/configv3/home_dir.go and home_dir_windows.go of the cf CLI).
func TestCLIHome(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		goos string
		env  map[string]string
		want string
	}{
		"Linux":                    {"linux", map[string]string{"HOME": "/home/someone", "USERPROFILE": "/other"}, "/home/someone"},
		"macOS":                    {"darwin", map[string]string{"HOME": "/Users/someone"}, "/Users/someone"},
		"Linux without a home":     {"linux", map[string]string{"HOMEDRIVE": "C:", "HOMEPATH": `\x`}, ""},
		"CF_HOME":                  {"linux", map[string]string{"CF_HOME": "/ci", "HOME": "/home/someone"}, "/ci"},
		"Windows":                  {"windows", map[string]string{"HOMEDRIVE": "H:", "HOMEPATH": `\someone`, "USERPROFILE": `C:\Users\someone`}, `H:\someone`},
		"Windows, only the drive":  {"windows", map[string]string{"HOMEDRIVE": "H:", "USERPROFILE": `C:\Users\someone`}, "H:"},
		"Windows without a drive":  {"windows", map[string]string{"USERPROFILE": `C:\Users\someone`}, `C:\Users\someone`},
		"Windows ignores HOME":     {"windows", map[string]string{"HOME": "/home/someone", "USERPROFILE": `C:\Users\someone`}, `C:\Users\someone`},
		"Windows with CF_HOME":     {"windows", map[string]string{"CF_HOME": `D:\ci`, "HOMEDRIVE": "H:", "HOMEPATH": `\someone`}, `D:\ci`},
		"Windows without anything": {"windows", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment{goos: tc.goos, lookup: func(name string) (string, bool) { v, ok := tc.env[name]; return v, ok }}
			if got := env.cliHome(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("the session is read there", func(t *testing.T) {
		t.Parallel()
		s, diags := given{
			goos: "windows", env: map[string]string{"HOMEDRIVE": "H:", "HOMEPATH": `\someone`, "USERPROFILE": `C:\Users\someone`},
			files: map[string]string{"H:/someone/.cf/config.json": cliJSON, "C:/Users/someone/.cf/config.json": "{"},
		}.resolve(t)
		checkNoProblem(t, s, diags)
		if s.credential.Kind != uaa.CLISession {
			t.Errorf("got the credential %+v, want the session", s.credential)
		}
	})
}

// TestCLITarget has credentials without an API.
func TestCLITarget(t *testing.T) {
	t.Parallel()
	loggedOut := map[string]string{cliPath: `{"Target":"https://api.example.org","AccessToken":"","RefreshToken":""}`}
	password := map[string]string{"CF_USER": "u", "CF_PASSWORD": "hunter22"}
	for name, tc := range map[string]struct {
		given given
		want  wantProblem // no parts: the API is the CLI's
	}{
		"user and password":      {given{env: password, files: map[string]string{cliPath: cliJSON}}, wantProblem{}},
		"of the block":           {given{block: map[string]any{"user": "u", "password": "p"}, files: map[string]string{cliPath: cliJSON}}, wantProblem{}},
		"the CLI's own variable": {given{env: map[string]string{"CF_USERNAME": "u", "CF_PASSWORD": "p"}, files: map[string]string{cliPath: cliJSON}}, wantProblem{}},
		"client":                 {given{env: map[string]string{"CF_CLIENT_ID": "c", "CF_CLIENT_SECRET": "s"}, files: map[string]string{cliPath: cliJSON}}, wantProblem{}},
		"assertion":              {given{env: map[string]string{"CF_ASSERTION_TOKEN": "a"}, files: map[string]string{cliPath: cliJSON}}, wantProblem{}},
		"the CLI is logged out":  {given{env: password, files: loggedOut}, wantProblem{}},
		"a token belongs to one API": {
			given{env: map[string]string{"CF_ACCESS_TOKEN": "hunter22"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{atFirstUse: true, parts: []string{"Missing api_url", "CF_API_URL"}, not: []string{"hunter22", "api.example.com"}},
		},
		"no file": {
			given{env: password},
			wantProblem{atFirstUse: true, parts: []string{"Missing api_url", "CF_API_URL", cliPath + " does not exist"}},
		},
		"a broken file": {
			given{env: password, files: map[string]string{cliPath: "{"}},
			wantProblem{atFirstUse: true, parts: []string{"Missing api_url", cliPath + " cannot be used: it is not JSON"}},
		},
		"no target": {
			given{env: password, files: map[string]string{cliPath: "{}"}},
			wantProblem{atFirstUse: true, parts: []string{"Missing api_url", "has no Target"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			if tc.want.atFirstUse {
				checkProblem(t, s, diags, tc.want)
				return
			}
			checkNoProblem(t, s, diags)
			if s.api.String() != api || s.credential.Kind == uaa.CLISession || s.credential.RefreshToken != "" {
				t.Errorf("got %s and %+v, want the CLI's API %s with the credential of the environment or block", s.api, s.credential, api)
			}
		})
	}
}

func TestCLISessionSSLDisabled(t *testing.T) {
	t.Parallel()
	files := map[string]string{cliPath: strings.Replace(cliJSON, `"SSLDisabled": false`, `"SSLDisabled": true`, 1)}
	for name, tc := range map[string]struct {
		given given
		skip  bool
		want  wantProblem // with skip: the warning
	}{
		"session":                     {given{files: files}, true, wantProblem{parts: []string{"not verified", "SSLDisabled in the cf CLI's " + cliPath}}},
		"the block turns it on":       {given{block: map[string]any{"skip_ssl_validation": false}, files: files}, false, wantProblem{}},
		"the environment turns it on": {given{env: map[string]string{"CF_SKIP_SSL_VALIDATION": "false"}, files: files}, false, wantProblem{}},
		"the block turns it off, too": {
			given{block: map[string]any{"skip_ssl_validation": true}, files: files}, true,
			wantProblem{attribute: "skip_ssl_validation", parts: []string{"skip_ssl_validation turns"}},
		},
		"another API": {given{block: with(nil), files: files}, false, wantProblem{}},
		"the CLI's API with another credential": {
			given{env: map[string]string{"CF_USER": "u", "CF_PASSWORD": "p"}, files: files}, true,
			wantProblem{parts: []string{"SSLDisabled in the cf CLI's"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			if s.skipSSLValidation != tc.skip {
				t.Errorf("skip_ssl_validation: got %t, want %t", s.skipSSLValidation, tc.skip)
			}
			if !tc.skip {
				checkNoProblem(t, s, diags)
				return
			}
			checkProblem(t, s, diags, tc.want)
		})
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
			wantProblem{atFirstUse: true, parts: []string{"logged in to a different API", "https://api.example.org", "cf login -a https://api.example.com"}},
		},
		"elsewhere in the environment": {
			given{env: map[string]string{"CF_API_URL": "https://api.example.com"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{atFirstUse: true, parts: []string{"logged in to a different API", "CF_API_URL is https://api.example.com"}},
		},
		"another port": {
			given{block: map[string]any{"api_url": api + ":8443"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{atFirstUse: true, parts: []string{"logged in to a different API"}},
		},
		"without TLS": {
			given{block: map[string]any{"api_url": "http://api.example.org"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{atFirstUse: true, parts: []string{"logged in to a different API"}},
		},
		"a wrong URL is the only error": {
			given{block: map[string]any{"api_url": "https://"}, files: map[string]string{cliPath: cliJSON}},
			wantProblem{attribute: "api_url", parts: []string{"host is missing"}},
		},
		"logged out": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","AccessToken":"","RefreshToken":""}`}},
			wantProblem{atFirstUse: true, parts: []string{"No Cloud Foundry credentials", "is logged out"}},
		},
		"Korifi": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","CFOnK8s":{"Enabled":true,"AuthInfo":"someone"}}`}},
			wantProblem{atFirstUse: true, parts: []string{"No Cloud Foundry credentials", "Korifi", "access_token"}},
		},
		"no JSON":        {given{files: map[string]string{cliPath: "hunter22"}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "not JSON"}, not: []string{"hunter"}}},
		"cut off":        {given{files: map[string]string{cliPath: `{"AccessToken":"hunter22`}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "not JSON"}, not: []string{"hunter"}}},
		"empty":          {given{files: map[string]string{cliPath: ""}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "not JSON"}}},
		"null":           {given{files: map[string]string{cliPath: "null"}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "not a JSON object"}}},
		"an array":       {given{files: map[string]string{cliPath: `["hunter22"]`}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "not a JSON object"}, not: []string{"hunter"}}},
		"a wrong type":   {given{files: map[string]string{cliPath: `{"AccessToken":12345678}`}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "AccessToken is a JSON number"}, not: []string{"12345678"}}},
		"no permission":  {given{files: map[string]string{cliPath: "<denied>"}}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "permission denied"}}},
		"no target":      {given{files: session(`"Target":""`)}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "no Target"}, not: []string{"hunter"}}},
		"no target, API": {given{block: map[string]any{"api_url": api}, files: session(`"Target":""`)}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "no Target"}, not: []string{"hunter"}}},
		"a wrong target": {given{files: session(`"Target":"ftp://x"`)}, wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "Target", "neither https nor http"}, not: []string{"hunter"}}},
		"a broken token": {
			given{files: map[string]string{cliPath: `{"Target":"https://api.example.org","AccessToken":"bearer hunter22\nX-Evil: 1"}`}},
			wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "AccessToken contains a"}, not: []string{"hunter", "Evil"}},
		},
		"a broken login server": {
			given{files: session(`"Target":"https://api.example.org","UaaEndpoint":"ftp://uaa.example.org"`)},
			wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "UaaEndpoint is", "neither https nor http"}, not: []string{"hunter"}},
		},
		"a broken client": {
			given{files: session(`"Target":"https://api.example.org","UAAOAuthClient":"a\u0000b"`)},
			wantProblem{atFirstUse: true, parts: []string{"Unusable session of the cf CLI", cliPath, "OAuth client contains"}, not: []string{"hunter"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			checkProblem(t, s, diags, tc.want)
		})
	}
}

// FuzzCLIConfig checks that no config.json crashes the provider or sends its tokens
// to an API other than the CLI's target.
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
		if diags.HasError() {
			t.Fatalf("got %s, want errors at the first request only", show(diags))
		}
		if s.incomplete != nil {
			return
		}
		if s.credential.AccessToken == "" && s.credential.RefreshToken == "" {
			t.Fatalf("got a session without a token from %.300q, want an error", content)
		}
		config, err := parseCLIConfig(content)
		if err != nil {
			t.Fatal(err)
		}
		target, err := parseAPIURL(config.Target)
		if err != nil || !transport.SameServer(target, s.api) {
			t.Fatalf("got the API %s for tokens of %.200q, want the same server", s.api, config.Target)
		}
	})
}
