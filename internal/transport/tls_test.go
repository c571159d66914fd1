package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A handshake that can never succeed is tried once, and the hint names the
// server's requirement.
func TestHandshakesThatCannotSucceed(t *testing.T) {
	for name, test := range map[string]struct {
		server *tls.Config
		client uint16 // the client's newest version
		hint   string
		// afterHandshake reports whether the server refuses when the client's part of
		// the handshake is done.
		afterHandshake bool
	}{
		"TLS 1.1 at most":                    {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, 0, "TLS 1.2 and 1.3 only", false},
		"TLS 1.3 at least":                   {&tls.Config{MinVersion: tls.VersionTLS13}, tls.VersionTLS12, "TLS 1.2 and 1.3 only", false},
		"no cipher in common":                {&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}}, 0, "no cipher in common", false},
		"a client certificate, with TLS 1.3": {&tls.Config{ClientAuth: tls.RequireAnyClientCert}, 0, "client certificate", true},
		"a client certificate, with TLS 1.2": {&tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, 0, "client certificate", false},
		"an unknown host name": {&tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }}, nil
		}}, 0, "host", false},
	} {
		for _, http2 := range []bool{false, true} {
			if http2 && test.afterHandshake {
				continue // net/http then reports the lost connection instead, now and then
			}
			for _, repeatable := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/HTTP2 %t/repeatable %t", name, http2, repeatable), func(t *testing.T) {
					reached := false
					s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
					s.Config.ErrorLog = log.New(io.Discard, "", 0) // the tests refuse handshakes
					s.TLS, s.EnableHTTP2 = test.server.Clone(), http2
					s.StartTLS()
					t.Cleanup(s.Close)
					c := newTestClient(t, Config{MaxRetries: 3, SkipSSLValidation: true})
					c.base.TLSClientConfig.MaxVersion = test.client
					r := get(t, s.URL)
					r.Repeatable = repeatable
					e := failed(t, c, r, KindTLS)
					if e.Attempts != 1 || !e.Permanent || e.MayHaveArrived || reached {
						t.Errorf("got %s, reached the handler: %t, want 1 permanent attempt that did not arrive", outcome(nil, e), reached)
					}
					if !strings.Contains(e.Hint(), test.hint) {
						t.Errorf("got the hint %q of %s, want %q in it", e.Hint(), e, test.hint)
					}
				})
			}
		}
	}
}

// The texts of crypto/tls and net/http decide the kind before the handshake is
// done.
func TestKindsByText(t *testing.T) {
	for text, want := range map[string]struct {
		kind      Kind
		permanent bool
	}{
		"remote error: tls: internal error":                               {KindTLS, false},
		"remote error: tls: handshake failure":                            {KindTLS, true},
		"local error: tls: bad record MAC":                                {KindTLS, false},
		"tls: server selected unsupported protocol version 302":           {KindTLS, true},
		"read tcp 127.0.0.1:1->127.0.0.1:2: connection reset":             {KindConnection, false},
		"net/http: server response headers exceeded 10 bytes; aborted":    {KindTooLarge, true},
		"http2: response header list larger than advertised limit":        {KindTooLarge, true},
		"malformed HTTP response \"SSH-2.0-OpenSSH_9.6 tls or whatever\"": {KindConnection, false},
	} {
		t.Run(text, func(t *testing.T) {
			if kind, permanent := kindOf(errors.New(text), false); kind != want.kind || permanent != want.permanent {
				t.Errorf("got %s, permanent %t, want %s, permanent %t", kindNames[kind], permanent, kindNames[want.kind], want.permanent)
			}
		})
	}
	// Once the handshake is done, a damaged record is a connection that broke.
	if kind, permanent := kindOf(errors.New("local error: tls: bad record MAC"), true); kind != KindConnection || permanent {
		t.Errorf("after the handshake: got %s, permanent %t, want KindConnection, permanent false", kindNames[kind], permanent)
	}
}

func TestParseCertificates(t *testing.T) {
	_, certificate := serveTLS(t, text("fine"))
	damaged := strings.Replace(certificate, certificate[60:64], "!!!!", 1)
	notX509 := "-----BEGIN CERTIFICATE-----\naHVzaA==\n-----END CERTIFICATE-----\n"
	key := "-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n"
	lines := strings.Count(certificate, "\n")
	for name, test := range map[string]struct {
		bundle       string
		want         int // certificates
		number, line int // of the one that is damaged
	}{
		"one":                       {certificate, 1, 0, 0},
		"two":                       {certificate + certificate, 2, 0, 0},
		"with comments and a key":   {"# ours\n" + certificate + "\n# another\n" + key + certificate, 2, 0, 0},
		"with CRLF":                 {strings.ReplaceAll(certificate, "\n", "\r\n"), 1, 0, 0},
		"without a line end":        {strings.TrimSpace(certificate), 1, 0, 0},
		"the first is damaged":      {damaged + certificate, 0, 1, 1},
		"the second is damaged":     {"# ours\n" + certificate + damaged + certificate, 0, 2, lines + 2},
		"the third is not X.509":    {certificate + certificate + notX509, 0, 3, 2*lines + 1},
		"the end is missing":        {certificate + certificate[:100], 0, 2, lines + 1},
		"the end of one is missing": {certificate[:100] + "\n" + certificate, 0, 1, 1},
		"indented":                  {"  " + strings.ReplaceAll(certificate, "\n", "\n  "), 0, 1, 1},
		"nothing":                   {"", 0, 0, 0},
		"a key":                     {key, 0, 0, 0},
		"the name of a file":        {"/etc/ssl/hush.pem", 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			certificates, err := ParseCertificates(test.bundle)
			var at *CertificateError
			switch {
			case test.want > 0:
				if err != nil || len(certificates) != test.want {
					t.Errorf("got %d certificates and error %v, want %d", len(certificates), err, test.want)
				}
			case test.number == 0:
				if !errors.Is(err, ErrNoCertificate) {
					t.Errorf("got %d certificates and error %v, want ErrNoCertificate", len(certificates), err)
				}
			case !errors.As(err, &at) || at.Number != test.number || at.Line != test.line:
				t.Errorf("got %d certificates and error %v, want a CertificateError for number %d in line %d", len(certificates), err, test.number, test.line)
			case strings.Contains(err.Error(), "MII") || strings.Contains(err.Error(), "!!!!"):
				t.Errorf("got error %v, want it without text of the bundle", err)
			}
			if _, newErr := New(Config{CACertificate: test.bundle}); test.bundle != "" && (newErr == nil) != (err == nil) {
				t.Errorf("New: got error %v, want the same as of ParseCertificates: %v", newErr, err)
			}
		})
	}
}

// On Windows a refused connection is WSAECONNREFUSED, not syscall.ECONNREFUSED.
func TestRefusedOnWindows(t *testing.T) {
	c := newTestClient(t, Config{MaxRetries: 1, RequestTimeout: 10 * time.Second})
	c.base.DialContext = refusing(wsaeConnRefused)
	if e := failed(t, c, get(t, "http://api.example.org/"), KindRefused); e.Attempts != 2 || e.MayHaveArrived {
		t.Errorf("got %s, want 2 attempts that did not arrive", outcome(nil, e))
	}
}
