package provider

import (
	"fmt"
	"io/fs"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// given is the input of resolve. The home directory is /home/someone unless env
// sets HOME.
type given struct {
	goos  string         // linux by default
	block map[string]any // by attribute: a string, bool, int64 or unknown
	env   map[string]string
	files map[string]string // by path, with slashes
}

// unknown is a value that is unknown until apply.
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
			t.Fatalf("%s: got a value of type %T, want a string, bool, int64 or unknown", name, v)
		}
	}
	return m
}

func (g given) environment() environment {
	goos := g.goos
	if goos == "" {
		goos = "linux"
	}
	return environment{
		goos: goos,
		lookup: func(name string) (string, bool) {
			v, ok := g.env[name]
			if name == "HOME" && !ok {
				return "/home/someone", true
			}
			return v, ok
		},
		readFile: func(name string) ([]byte, error) {
			content, ok := g.files[slashed(name)]
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

// slashed returns a path of any operating system with slashes.
func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// resolve returns the settings and the diagnostics of Configure.
func (g given) resolve(t testing.TB) (settings, diag.Diagnostics) {
	t.Helper()
	return resolve(g.model(t), g.environment())
}

// with adds an API and a credential to the block of a test.
func with(block map[string]any) map[string]any {
	full := map[string]any{"api_url": api, "access_token": "some-token"}
	for name, v := range block {
		full[name] = v
	}
	return full
}

// wantProblem is a diagnostic of Configure that a test expects or, with atFirstUse,
// the error of the first request.
type wantProblem struct {
	atFirstUse bool
	attribute  string   // that it is on; empty for none
	parts      []string // of summary and detail
	not        []string // that summary and detail must not contain
}

// checkProblem expects exactly one problem.
func checkProblem(t *testing.T, s settings, diags diag.Diagnostics, want wantProblem) {
	t.Helper()
	if want.atFirstUse {
		if len(diags) != 0 {
			t.Errorf("got the diagnostics %s, want none before the first request", show(diags))
		}
		if s.incomplete == nil {
			t.Errorf("got no error for the first request, want one with %q", want.parts)
			return
		}
		diags.AddError(s.incomplete.Summary, s.incomplete.Detail)
	} else if s.incomplete != nil {
		t.Errorf("got the error for the first request %q, %q, want only diagnostics of Configure", s.incomplete.Summary, s.incomplete.Detail)
	}
	if len(diags) != 1 {
		t.Errorf("got %d diagnostics, want 1: %s", len(diags), show(diags))
		return
	}
	attribute := ""
	if d, ok := diags[0].(diag.DiagnosticWithPath); ok {
		attribute = d.Path().String()
	}
	if attribute != want.attribute {
		t.Errorf("got the diagnostic on %q, want it on %q: %s", attribute, want.attribute, show(diags))
	}
	text := slashed(show(diags))
	for _, part := range want.parts {
		if !strings.Contains(text, part) {
			t.Errorf("got the diagnostic %s\nwant %q in it", text, part)
		}
	}
	for _, part := range want.not {
		if strings.Contains(text, part) {
			t.Errorf("got the diagnostic %s\nwant it without %q", text, part)
		}
	}
}

// checkNoProblem expects complete settings, and no diagnostics.
func checkNoProblem(t *testing.T, s settings, diags diag.Diagnostics) {
	t.Helper()
	if s.incomplete != nil || len(diags) != 0 {
		t.Fatalf("got the error of the first request %v and the diagnostics %s, want neither", s.incomplete, show(diags))
	}
}

// differences lists the fields in which two structs of one type differ.
func differences(got, want any) string {
	var b strings.Builder
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		if !g.Field(i).Equal(w.Field(i)) {
			fmt.Fprintf(&b, "\n%s: got %#v, want %#v", g.Type().Field(i).Name, g.Field(i), w.Field(i))
		}
	}
	return b.String()
}

// show returns diagnostics for a failure.
func show(diags diag.Diagnostics) string {
	if len(diags) == 0 {
		return "(none)"
	}
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "\n[%s] %s\n%s", d.Severity(), d.Summary(), d.Detail())
	}
	return b.String()
}
