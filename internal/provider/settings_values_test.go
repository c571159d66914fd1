package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// testCertificate makes a certificate, a different one each time.
func testCertificate(t testing.TB) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestParseAPIURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://api.example.org":         "https://api.example.org",
		"https://api.example.org/":        "https://api.example.org",
		"https://api.example.org///":      "https://api.example.org",
		"api.example.org":                 "https://api.example.org",
		"//api.example.org/":              "https://api.example.org",
		"api.example.org:8443":            "https://api.example.org:8443",
		"api.example.org:1":               "https://api.example.org:1",
		"api.example.org:65535":           "https://api.example.org:65535",
		"localhost:8080/":                 "https://localhost:8080",
		"HTTPS://API.Example.ORG":         "https://api.example.org",
		"http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"http://[::1]:8080/":              "http://[::1]:8080",
		"https://gateway.example.org/cf/": "https://gateway.example.org/cf",
		"https://api.under_score.org.":    "https://api.under_score.org.",
		"https://bücher.example":          "https://b%C3%BCcher.example",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			u, err := parseAPIURL(text)
			if err != nil || u.String() != want {
				t.Errorf("got %v and error %v, want %s", u, err, want)
			}
		})
	}
}

func TestParseAPIURLErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, want string }{
		{"https://", "host is missing"},
		{"https:///path", "host is missing"},
		{"https://:8080", "host is missing"},
		{"ftp://api.example.org", "neither https nor http"},
		{"://api.example.org", "neither https nor http"},
		{"https:/api.example.org", "two slashes"},
		{"https:api.example.org", "two slashes"},
		{"mailto:someone", "invalid port"},
		{"https://api example.org", "no spaces"},
		{"https://api.example.org/\x7f", "no spaces or control characters"},
		{"https://api.example.org\nHost: x", "control characters"},
		{"https://user:hunter22@api.example.org", "user name or password"},
		{"user@api.example.org", "user name or password"},
		{"https://user:hunter22@api example.org", "no spaces"},
		{"https://user:hunter22%zz@api.example.org", "is not a URL"},
		{"https://api.example.org?token=hunter22", "query"},
		{"https://api.example.org?", "query"},
		{"https://api.example.org/#x", "query or fragment"},
		{"https://api.example.org:port", "invalid port"},
		{"https://api.example.org:0", "not a valid host"},
		{"https://api.example.org:65536", "not a valid host"},
		{"https://api.example.org:", "not a valid host"},
		{"https://api..example.org", "not a valid host"},
		{"https://${api}", `invalid character`},
		{"https://$(cf-api)", "not a valid host"},
		{"https://a,b", "not a valid host"},
		{"https://[::1", "missing ']'"},
		{"https://[api]", "invalid host"},
		{`https:\\api.example.org`, "two slashes"},
		{"https://api.example.org/v3", "leave out the version"},
		{"https://api.example.org/v3/", "leave out the version"},
		{"https://api.example.org/v2/info", "leave out the version"},
		{"/", "host is missing"},
	} {
		t.Run(fmt.Sprintf("%q", tc.text), func(t *testing.T) {
			t.Parallel()
			u, err := parseAPIURL(tc.text)
			switch {
			case err == nil:
				t.Errorf("got %s, want an error with %q", u, tc.want)
			case !strings.Contains(err.Error(), tc.want):
				t.Errorf("got the error %q, want one with %q", err, tc.want)
			case strings.Contains(err.Error(), "hunter22"):
				t.Errorf("got the error %q, want it without the password", err)
			}
		})
	}
}

func TestSameServer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"https://api.example.org", "https://api.example.org", true},
		{"https://api.example.org", "https://API.example.org:443", true},
		{"https://api.example.org", "https://api.example.org./", true},
		{"http://api.example.org:80", "http://api.example.org", true},
		{"https://api.example.org", "http://api.example.org", false},
		{"https://api.example.org", "http://api.example.org:443", false},
		{"https://api.example.org", "https://api.example.org:8443", false},
		{"https://api.example.org", "https://api.example.com", false},
		{"https://api.example.org", "https://evil.org/api.example.org", false},
	} {
		t.Run(tc.a+" and "+tc.b, func(t *testing.T) {
			t.Parallel()
			a, errA := parseAPIURL(tc.a)
			b, errB := parseAPIURL(tc.b)
			if errA != nil || errB != nil {
				t.Fatalf("got errors %v and %v, want two valid URLs", errA, errB)
			}
			if got, reverse := transport.SameServer(a, b), transport.SameServer(b, a); got != tc.want || reverse != tc.want {
				t.Errorf("got %t and %t, want %t", got, reverse, tc.want)
			}
		})
	}
}

// FuzzParseAPIURL checks that an accepted URL can be the root of an API, and does
// not change when it is parsed again.
func FuzzParseAPIURL(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.org/", "api.example.org:1", "http://[::1]:8080", "https://u:p@h", "https://h?q#f",
		"https:/h", "//h", "https://h/%2f/", "https://b\u00fc.example", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parseAPIURL(text)
		if err != nil {
			return
		}
		if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("parseAPIURL(%.200q): got %#v, want http or https with a host, and no user, query or fragment", text, u)
		}
		again, err := parseAPIURL(u.String())
		if err != nil {
			if strings.Contains(u.Host, "%") || !isASCII(u.Host) {
				return // String escapes such a host, and users do not write the escaped form
			}
			t.Fatalf("parseAPIURL(%.200q): got %s, want a URL that can be parsed again: %v", text, u, err)
		}
		if again.String() != u.String() {
			t.Fatalf("parseAPIURL(%.200q): got %s, and %s when parsed again, want no change", text, u, again)
		}
		if _, err := url.Parse(u.String() + "/v3/processes"); err != nil {
			t.Fatalf("parseAPIURL(%.200q): got %s, want a URL to which a path can be added: %v", text, u, err)
		}
	})
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c > 0x7f })
}
