package provider

import (
	"strings"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, diags := given{block: with(nil)}.resolve(t)
	checkNoProblem(t, s, diags)
	want := settings{api: s.api, credential: s.credential, requestTimeout: 30 * time.Second, maxRetries: 5}
	if s != want || s.api.String() != api {
		t.Errorf("API %s, want %s; other settings: %s", s.api, api, differences(s, want))
	}
}

// TestPrecedence has every setting in the block and in the environment.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	type result struct {
		api, token, certificate string
		timeout                 time.Duration
		retries                 int
		skip                    bool
	}
	first, second := testCertificate(t), testCertificate(t)
	environment := map[string]string{
		"CF_API_URL": "https://env.example.org", "CF_ACCESS_TOKEN": "env-token", "CF_CA_CERTIFICATE": first,
		"CF_SKIP_SSL_VALIDATION": "true", "CF_REQUEST_TIMEOUT": "1m30s", "CF_MAX_RETRIES": "7",
	}
	for name, tc := range map[string]struct {
		given given
		want  result
	}{
		"environment": {
			given{env: environment},
			result{"https://env.example.org", "env-token", first, 90 * time.Second, 7, true},
		},
		"block, even where it turns something off": {
			given{env: environment, block: map[string]any{
				"api_url": "https://block.example.org", "access_token": "block-token", "ca_certificate": second,
				"skip_ssl_validation": false, "request_timeout": "5s", "max_retries": int64(0),
			}},
			result{"https://block.example.org", "block-token", second, 5 * time.Second, 0, false},
		},
		"empty strings in the block, as modules pass them": {
			given{env: environment, block: map[string]any{
				"api_url": "", "access_token": "", "user": "", "password": "", "ca_certificate": "", "request_timeout": "",
			}},
			result{"https://env.example.org", "env-token", first, 90 * time.Second, 7, true},
		},
		"empty variables": {
			given{block: with(nil), env: map[string]string{
				"CF_API_URL": "", "CF_USER": "", "CF_USERNAME": " ", "CF_MAX_RETRIES": "", "CF_REQUEST_TIMEOUT": " ",
				"CF_SKIP_SSL_VALIDATION": "", "CF_CA_CERTIFICATE": "\n",
			}},
			result{api, "some-token", "", defaultRequestTimeout, defaultMaxRetries, false},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			if diags.HasError() || s.incomplete != nil {
				t.Fatalf("got the error of the first request %v and the diagnostics %s, want no error", s.incomplete, show(diags))
			}
			tc.want.certificate = strings.TrimSpace(tc.want.certificate)
			got := result{s.api.String(), s.credential.AccessToken, s.caCertificate, s.requestTimeout, s.maxRetries, s.skipSSLValidation}
			if got != tc.want {
				t.Errorf("settings: %s", differences(got, tc.want))
			}
		})
	}
}

func TestUnknownValues(t *testing.T) {
	t.Parallel()
	for _, a := range attributes {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			// The environment must not replace a value that the block will have.
			s, diags := given{block: with(map[string]any{a.name: unknown{}}), env: map[string]string{a.variable: "5"}}.resolve(t)
			checkProblem(t, s, diags, wantProblem{atFirstUse: true, parts: []string{
				"Unknown value for " + a.name, a.name + " is unknown until apply", a.variable, "-target",
			}})
			if !s.incomplete.Unknown {
				t.Error("got the error of the first request with Unknown false, want true")
			}
		})
	}
	t.Run("two", func(t *testing.T) {
		t.Parallel()
		s, diags := given{block: map[string]any{"api_url": unknown{}, "password": unknown{}, "user": "u"}}.resolve(t)
		checkProblem(t, s, diags, wantProblem{atFirstUse: true, parts: []string{
			"Unknown values for api_url and password", "CF_API_URL and CF_PASSWORD",
		}})
	})
	t.Run("next to a malformed one", func(t *testing.T) {
		t.Parallel()
		s, diags := given{block: with(map[string]any{"api_url": unknown{}, "request_timeout": "soon"})}.resolve(t)
		if s.incomplete == nil || diags.ErrorsCount() != 1 {
			t.Errorf("got the error of the first request %v and the diagnostics %s, want one error in each", s.incomplete, show(diags))
		}
	})
}

func TestInvalidValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		given given
		want  wantProblem
	}{
		"duration without unit": {
			given{block: with(map[string]any{"request_timeout": "30"})},
			wantProblem{attribute: "request_timeout", parts: []string{`"30"`, "without a unit", "45s"}},
		},
		"no duration": {
			given{block: with(map[string]any{"request_timeout": "soon"})},
			wantProblem{attribute: "request_timeout", parts: []string{`"soon"`, "not a duration"}},
		},
		"no time at all": {
			given{block: with(map[string]any{"request_timeout": "0s"})},
			wantProblem{attribute: "request_timeout", parts: []string{`"0s"`, "longer than 0"}},
		},
		"negative duration": {
			given{block: with(map[string]any{"request_timeout": "-1s"})},
			wantProblem{attribute: "request_timeout", parts: []string{`"-1s"`}},
		},
		"duration of the environment": {
			given{block: with(nil), env: map[string]string{"CF_REQUEST_TIMEOUT": "1 minute"}},
			wantProblem{parts: []string{"Invalid CF_REQUEST_TIMEOUT", `"1 minute"`}},
		},
		"negative retries": {
			given{block: with(map[string]any{"max_retries": int64(-1)})},
			wantProblem{attribute: "max_retries", parts: []string{"-1", "0 or more"}},
		},
		"negative retries of the environment": {
			given{block: with(nil), env: map[string]string{"CF_MAX_RETRIES": "-1"}},
			wantProblem{parts: []string{"Invalid CF_MAX_RETRIES", `"-1"`}},
		},
		"retries in words": {
			given{block: with(nil), env: map[string]string{"CF_MAX_RETRIES": "many"}},
			wantProblem{parts: []string{"Invalid CF_MAX_RETRIES", `"many"`, "whole number"}},
		},
		"a fraction of a retry": {
			given{block: with(nil), env: map[string]string{"CF_MAX_RETRIES": "1.5"}},
			wantProblem{parts: []string{"Invalid CF_MAX_RETRIES", `"1.5"`}},
		},
		"no boolean": {
			given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "yes"}},
			wantProblem{parts: []string{"Invalid CF_SKIP_SSL_VALIDATION", `"yes"`, "true or false"}},
		},
		"no certificate": {
			given{block: with(map[string]any{"ca_certificate": "/etc/ssl/ca.pem"})},
			wantProblem{attribute: "ca_certificate", parts: []string{"no PEM-encoded certificate", `file("ca.pem")`}},
		},
		"no certificate in the environment": {
			given{block: with(nil), env: map[string]string{"CF_CA_CERTIFICATE": "/etc/ssl/ca.pem"}},
			wantProblem{parts: []string{"Invalid CF_CA_CERTIFICATE", "no PEM-encoded certificate"}},
		},
		"a key instead of a certificate": {
			given{block: with(map[string]any{"ca_certificate": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"})},
			wantProblem{attribute: "ca_certificate", parts: []string{"no PEM-encoded certificate"}, not: []string{"c2VjcmV0"}},
		},
		"a broken certificate": {
			given{block: with(map[string]any{"ca_certificate": testCertificate(t) + "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n"})},
			wantProblem{attribute: "ca_certificate", parts: []string{"number 2"}, not: []string{"c2VjcmV0"}},
		},
		"URL": {
			given{block: with(map[string]any{"api_url": "ftp://api.example.org"})},
			wantProblem{attribute: "api_url", parts: []string{"Invalid api_url", `"ftp://api.example.org"`, "cf api"}},
		},
		"URL of the environment": {
			given{block: map[string]any{"access_token": "some-token"}, env: map[string]string{"CF_API_URL": "https://"}},
			wantProblem{parts: []string{"Invalid CF_API_URL", `"https://"`}},
		},
		"URL with a password": {
			given{block: with(map[string]any{"api_url": "https://admin:hunter22@api.example.org"})},
			wantProblem{attribute: "api_url", parts: []string{"user name or password"}, not: []string{"hunter22"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			checkProblem(t, s, diags, tc.want)
			if !diags.HasError() {
				t.Errorf("got %s, want an error", show(diags))
			}
		})
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("malformed", func(t *testing.T) {
		t.Parallel()
		_, diags := given{block: map[string]any{
			"api_url": "https://", "request_timeout": "30", "max_retries": int64(-1), "user": "u\nv", "password": "p",
		}}.resolve(t)
		if diags.ErrorsCount() != 4 {
			t.Errorf("got %s, want 4 errors", show(diags))
		}
	})
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		s, diags := given{block: map[string]any{"user": "u", "cf_client_secret": "s"}}.resolve(t)
		checkProblem(t, s, diags, wantProblem{atFirstUse: true, parts: []string{
			"Incomplete provider configuration", "Incomplete credential: user is set", "Incomplete OAuth client: cf_client_secret is set",
			"Missing api_url: ",
		}})
	})
}

// TestPlainHTTPWarns expects a warning when the credential leaves the machine
// without encryption.
func TestPlainHTTPWarns(t *testing.T) {
	t.Parallel()
	for url, warns := range map[string]bool{
		"https://api.example.org": false, "http://localhost:8080": false, "http://cf.localhost": false,
		"http://127.0.0.1:8080": false, "http://127.1.2.3": false, "http://[::1]:8080": false, "http://[::ffff:127.0.0.1]": false,
		"http://api.example.org": true, "http://10.0.0.1:8080": true, "http://[fd00::1]": true, "http://localhost.example.org": true,
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			s, diags := given{block: with(map[string]any{"api_url": url})}.resolve(t)
			if !warns {
				checkNoProblem(t, s, diags)
				return
			}
			checkProblem(t, s, diags, wantProblem{attribute: "api_url", parts: []string{"without encryption", url, "api_url (CF_API_URL)"}})
			if diags.HasError() {
				t.Errorf("got %s, want a warning", show(diags))
			}
		})
	}
	t.Run("environment", func(t *testing.T) {
		t.Parallel()
		s, diags := given{env: map[string]string{
			"CF_API_URL": "http://api.example.org", "CF_USER": "u", "CF_PASSWORD": "hunter22",
		}}.resolve(t)
		checkProblem(t, s, diags, wantProblem{parts: []string{"without encryption"}, not: []string{"hunter22"}})
	})
	t.Run("without a credential nothing is sent", func(t *testing.T) {
		t.Parallel()
		s, diags := given{block: map[string]any{"api_url": "http://api.example.org"}}.resolve(t)
		checkProblem(t, s, diags, wantProblem{atFirstUse: true, parts: []string{"No Cloud Foundry credentials"}})
	})
}

func TestSkipSSLValidationWarns(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		given     given
		attribute string
		skip      bool
	}{
		"block":         {given{block: with(map[string]any{"skip_ssl_validation": true})}, "skip_ssl_validation", true},
		"true":          {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "true"}}, "", true},
		"TRUE":          {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "TRUE"}}, "", true},
		"1":             {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "1"}}, "", true},
		"true and more": {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": " true\n"}}, "", true},
		"false":         {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "false"}}, "", false},
		"0":             {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "0"}}, "", false},
		"F":             {given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": "F"}}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, diags := tc.given.resolve(t)
			if s.skipSSLValidation != tc.skip || diags.HasError() {
				t.Errorf("skip_ssl_validation: got %t and the diagnostics %s, want %t without an error", s.skipSSLValidation, show(diags), tc.skip)
			}
			if !tc.skip {
				checkNoProblem(t, s, diags)
				return
			}
			source := tc.attribute
			if source == "" {
				source = "CF_SKIP_SSL_VALIDATION"
			}
			checkProblem(t, s, diags, wantProblem{attribute: tc.attribute, parts: []string{
				"not verified", source + " turns the verification", "ca_certificate",
			}})
		})
	}
}

func TestCheckReadsOnlyTheBlock(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		block map[string]any
		want  wantProblem
	}{
		"URL":       {map[string]any{"api_url": "https:/x"}, wantProblem{attribute: "api_url", parts: []string{"two slashes"}}},
		"duration":  {map[string]any{"request_timeout": "30"}, wantProblem{attribute: "request_timeout", parts: []string{"unit"}}},
		"retries":   {map[string]any{"max_retries": int64(-5)}, wantProblem{attribute: "max_retries", parts: []string{"-5"}}},
		"PEM":       {map[string]any{"ca_certificate": "x"}, wantProblem{attribute: "ca_certificate", parts: []string{"PEM"}}},
		"token":     {map[string]any{"access_token": "bearer "}, wantProblem{attribute: "access_token", parts: []string{"no token after"}}},
		"two kinds": {map[string]any{"user": "u", "access_token": "t"}, wantProblem{attribute: "user", parts: []string{"user and access_token"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkProblem(t, settings{}, check(given{block: tc.block}.model(t)), tc.want)
		})
	}
	// The environment may complete the block, and unknown values become known.
	for name, block := range map[string]map[string]any{
		"empty":   nil,
		"half":    {"user": "u"},
		"unknown": {"api_url": unknown{}, "user": unknown{}, "access_token": "t", "max_retries": unknown{}, "request_timeout": unknown{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diags := check(given{block: block}.model(t)); len(diags) != 0 {
				t.Errorf("got the diagnostics %s, want none", show(diags))
			}
		})
	}
}
