package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// given is the input of resolve, as short as a test table wants it.
type given struct {
	block map[string]any // by attribute: a string, bool or int64, or unknown
	env   map[string]string
	files map[string]string // by path
	// homeless takes the home directory away.
	homeless bool
}

// unknown is a value that Terraform does not know yet.
type unknown struct{}

const api = "https://api.example.org"

func (g given) model(t testing.TB) model {
	t.Helper()
	m := model{}
	text := map[string]*types.String{
		"api_url": &m.APIURL, "user": &m.User, "password": &m.Password, "origin": &m.Origin,
		"sso_passcode": &m.SSOPasscode, "cf_client_id": &m.CFClientID, "cf_client_secret": &m.CFClientSecret,
		"access_token": &m.AccessToken, "refresh_token": &m.RefreshToken, "assertion_token": &m.AssertionToken,
		"ca_certificate": &m.CACertificate, "request_timeout": &m.RequestTimeout,
	}
	for name, v := range g.block {
		switch v := v.(type) {
		case string:
			*text[name] = types.StringValue(v)
		case bool:
			m.SkipSSLValidation = types.BoolValue(v)
		case int64:
			m.MaxRetries = types.NumberValue(big.NewFloat(float64(v)))
		case unknown:
			switch name {
			case "skip_ssl_validation":
				m.SkipSSLValidation = types.BoolUnknown()
			case "max_retries":
				m.MaxRetries = types.NumberUnknown()
			default:
				*text[name] = types.StringUnknown()
			}
		default:
			t.Fatalf("%s: a test cannot give %T", name, v)
		}
	}
	return m
}

func (g given) surroundings() surroundings {
	return surroundings{
		env: func(name string) (string, bool) { v, ok := g.env[name]; return v, ok },
		home: func() (string, error) {
			if g.homeless {
				return "", errors.New("$HOME is not defined")
			}
			return filepath.FromSlash("/home/someone"), nil
		},
		readFile: func(name string) ([]byte, error) {
			content, ok := g.files[filepath.ToSlash(name)]
			switch {
			case !ok:
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			case content == "<denied>":
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
			}
			return []byte(content), nil
		},
	}
}

func (g given) resolve(t testing.TB) (settings, diag.Diagnostics) {
	t.Helper()
	return resolve(g.model(t), g.surroundings())
}

// with adds an API and a credential to what a test is about.
func with(block map[string]any) map[string]any {
	full := map[string]any{"api_url": api, "access_token": "some-token"}
	for name, v := range block {
		full[name] = v
	}
	return full
}

// wantProblem is a diagnostic that a test expects.
type wantProblem struct {
	attribute string   // that it is on; empty for none
	parts     []string // of summary and detail
	not       []string // what may not be in it
}

// checkProblem wants exactly one diagnostic.
func checkProblem(t *testing.T, diags diag.Diagnostics, want wantProblem) {
	t.Helper()
	if len(diags) != 1 {
		t.Errorf("want one diagnostic, got %d: %s", len(diags), show(diags))
		return
	}
	attribute := ""
	if d, ok := diags[0].(diag.DiagnosticWithPath); ok {
		attribute = d.Path().String()
	}
	if attribute != want.attribute {
		t.Errorf("the diagnostic is on %q, want %q: %s", attribute, want.attribute, show(diags))
	}
	text := show(diags)
	for _, part := range want.parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in: %s", part, text)
		}
	}
	for _, part := range want.not {
		if strings.Contains(text, part) {
			t.Errorf("%q may not be in: %s", part, text)
		}
	}
}

func show(diags diag.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "\n[%s] %s\n%s", d.Severity(), d.Summary(), d.Detail())
	}
	return b.String()
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, diags := given{block: with(nil)}.resolve(t)
	if len(diags) != 0 {
		t.Fatal(show(diags))
	}
	if s.api.String() != api || s.requestTimeout != 30*time.Second || s.maxRetries != 5 || s.skipSSLValidation || s.caCertificate != "" {
		t.Errorf("unexpected defaults: %+v", s)
	}
}

func TestSettingsFromBlockAndEnvironment(t *testing.T) {
	t.Parallel()
	certificate := testCertificate(t)
	environment := map[string]string{
		"CF_API_URL": "https://env.example.org", "CF_ACCESS_TOKEN": "env-token", "CF_CA_CERTIFICATE": certificate,
		"CF_SKIP_SSL_VALIDATION": "true", "CF_REQUEST_TIMEOUT": "1m30s", "CF_MAX_RETRIES": "7",
	}

	s, diags := given{env: environment}.resolve(t)
	if diags.HasError() {
		t.Fatal(show(diags))
	}
	if s.api.String() != "https://env.example.org" || s.requestTimeout != 90*time.Second || s.maxRetries != 7 ||
		!s.skipSSLValidation || s.caCertificate != strings.TrimSpace(certificate) || s.credential.AccessToken != "env-token" {
		t.Errorf("the environment did not count: %+v", s)
	}

	// Every value of the block wins, even the one that means "off".
	other := testCertificate(t)
	s, diags = given{env: environment, block: map[string]any{
		"api_url": "https://block.example.org", "access_token": "block-token", "ca_certificate": other,
		"skip_ssl_validation": false, "request_timeout": "5s", "max_retries": int64(0),
	}}.resolve(t)
	if len(diags) != 0 {
		t.Fatal(show(diags))
	}
	if s.api.String() != "https://block.example.org" || s.requestTimeout != 5*time.Second || s.maxRetries != 0 ||
		s.skipSSLValidation || s.caCertificate != strings.TrimSpace(other) || s.credential.AccessToken != "block-token" {
		t.Errorf("the block did not win: %+v", s)
	}

	// Empty strings in the block are what modules hand over for "not set".
	s, diags = given{env: environment, block: map[string]any{
		"api_url": "", "access_token": "", "user": "", "password": "", "ca_certificate": "", "request_timeout": "",
		"skip_ssl_validation": false,
	}}.resolve(t)
	if len(diags) != 0 {
		t.Fatal(show(diags))
	}
	if s.api.String() != "https://env.example.org" || s.requestTimeout != 90*time.Second || s.credential.AccessToken != "env-token" {
		t.Errorf("empty strings in the block count as values: %+v", s)
	}

	// Empty variables are not set either.
	s, diags = given{block: with(nil), env: map[string]string{
		"CF_API_URL": "", "CF_USER": "", "CF_MAX_RETRIES": "", "CF_REQUEST_TIMEOUT": " ", "CF_SKIP_SSL_VALIDATION": "", "CF_CA_CERTIFICATE": "\n",
	}}.resolve(t)
	if len(diags) != 0 {
		t.Fatal(show(diags))
	}
	if s.requestTimeout != defaultRequestTimeout || s.maxRetries != defaultMaxRetries {
		t.Errorf("empty variables count as values: %+v", s)
	}
}

func TestUnknownValues(t *testing.T) {
	t.Parallel()
	for _, a := range attributes {
		// The environment has it all, and still may not stand in for a value
		// that the block will have later.
		g := given{block: with(map[string]any{a.name: unknown{}}), env: map[string]string{a.variable: "5"}}
		_, diags := g.resolve(t)
		checkProblem(t, diags, wantProblem{attribute: a.name, parts: []string{
			"Unknown value for " + a.name, "unknown until apply", a.variable, "-target",
		}})
	}
	_, diags := given{block: map[string]any{"api_url": unknown{}, "password": unknown{}, "user": "u"}}.resolve(t)
	if diags.ErrorsCount() != 2 {
		t.Errorf("want one error for each of two unknown values: %s", show(diags))
	}
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
			wantProblem{attribute: "request_timeout", parts: []string{`"soon"`, "no duration"}},
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
			wantProblem{attribute: "ca_certificate", parts: []string{"no certificate", `file("ca.pem")`}},
		},
		"no certificate in the environment": {
			given{block: with(nil), env: map[string]string{"CF_CA_CERTIFICATE": "/etc/ssl/ca.pem"}},
			wantProblem{parts: []string{"Invalid CF_CA_CERTIFICATE", "no certificate"}},
		},
		"a key instead of a certificate": {
			given{block: with(map[string]any{"ca_certificate": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"})},
			wantProblem{attribute: "ca_certificate", parts: []string{"no certificate"}, not: []string{"c2VjcmV0"}},
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
		"no URL": {
			given{block: map[string]any{"access_token": "some-token"}},
			wantProblem{attribute: "api_url", parts: []string{"Missing api_url", "CF_API_URL"}},
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

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, diags := given{block: map[string]any{
		"api_url": "https://", "request_timeout": "30", "max_retries": int64(-1), "user": "u",
	}}.resolve(t)
	if diags.ErrorsCount() != 4 {
		t.Errorf("want 4 errors, got: %s", show(diags))
	}
}

func TestSkipSSLValidationWarns(t *testing.T) {
	t.Parallel()
	s, diags := given{block: with(map[string]any{"skip_ssl_validation": true})}.resolve(t)
	checkProblem(t, diags, wantProblem{attribute: "skip_ssl_validation", parts: []string{"not verified", "ca_certificate"}})
	if diags.HasError() || !s.skipSSLValidation {
		t.Error("the setting has no effect")
	}
	for _, text := range []string{"true", "TRUE", "1", " true\n"} {
		s, diags = given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": text}}.resolve(t)
		checkProblem(t, diags, wantProblem{parts: []string{"not verified", "CF_SKIP_SSL_VALIDATION"}})
		if diags.HasError() || !s.skipSSLValidation {
			t.Errorf("%q has no effect", text)
		}
	}
	for _, text := range []string{"false", "0", "F"} {
		s, diags = given{block: with(nil), env: map[string]string{"CF_SKIP_SSL_VALIDATION": text}}.resolve(t)
		if len(diags) != 0 || s.skipSSLValidation {
			t.Errorf("%q: %s", text, show(diags))
		}
	}
}

func TestCheckLooksAtTheBlockAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		block map[string]any
		want  wantProblem
	}{
		"URL":       {map[string]any{"api_url": "https:/x"}, wantProblem{attribute: "api_url", parts: []string{"two slashes"}}},
		"duration":  {map[string]any{"request_timeout": "30"}, wantProblem{attribute: "request_timeout", parts: []string{"unit"}}},
		"retries":   {map[string]any{"max_retries": int64(-5)}, wantProblem{attribute: "max_retries", parts: []string{"-5"}}},
		"PEM":       {map[string]any{"ca_certificate": "x"}, wantProblem{attribute: "ca_certificate", parts: []string{"PEM"}}},
		"two kinds": {map[string]any{"user": "u", "access_token": "t"}, wantProblem{attribute: "user", parts: []string{"user and access_token"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkProblem(t, check(given{block: tc.block}.model(t)), tc.want)
		})
	}
	// What the environment may complete, and what is not known yet, passes.
	for name, block := range map[string]map[string]any{
		"empty":   nil,
		"half":    {"user": "u"},
		"unknown": {"api_url": unknown{}, "user": unknown{}, "access_token": "t", "max_retries": unknown{}, "request_timeout": unknown{}},
	} {
		if diags := check(given{block: block}.model(t)); len(diags) != 0 {
			t.Errorf("%s: %s", name, show(diags))
		}
	}
}
