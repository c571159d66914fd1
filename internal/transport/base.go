package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// connectTimeout bounds the dialing and the TLS handshake, each. A server that
// is there answers these in milliseconds, however busy it is.
const connectTimeout = 10 * time.Second

// baseTransport makes the transport that the attempts go through.
func baseTransport(cfg Config, timeout time.Duration) (*http.Transport, error) {
	connect := min(connectTimeout, timeout)
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.SkipSSLValidation} // the user's own choice, off by default
	if cfg.CACertificate != "" {
		pool, err := rootsWith(cfg.CACertificate)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    connect,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           4 * maxRequests, // the API, UAA and a proxy beside them
		MaxIdleConnsPerHost:    maxRequests,
		MaxConnsPerHost:        maxRequests,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		// An HTTP/2 connection whose server vanished without a word would
		// otherwise take every further request with it until it times out.
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
		OnProxyConnectResponse: checkProxy,
	}, nil
}

// rootsWith is the system's roots and the certificates of the PEM bundle.
func rootsWith(bundle string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without roots: the bundle is all there is
		pool = x509.NewCertPool()
	}
	count := 0
	for rest := []byte(bundle); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue // a bundle may carry other things; they are not used
		}
		count++
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the PEM bundle cannot be read: %w", count, err)
		}
		pool.AddCert(certificate)
	}
	if count == 0 {
		return nil, errors.New("there is no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
	}
	return pool, nil
}

// proxyError is a proxy that does not let the request through.
type proxyError struct {
	proxy  string
	status int
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s answers %d %s", e.proxy, e.status, http.StatusText(e.status))
}

// checkProxy turns a proxy's refusal into an error that names the proxy,
// without the credentials that its URL may hold.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy: proxy.Host, status: response.StatusCode}
}

// redirectError is a redirect that is not followed.
type redirectError struct{ from, to, reason string }

func (e *redirectError) Error() string {
	return fmt.Sprintf("%s redirects to %s, %s; it was not followed and the credential was not sent there", e.from, e.to, e.reason)
}

// checkRedirect lets through only what cannot leak a credential or repeat a
// write. net/http alone would keep the Authorization header for another port of
// the same host, and would turn a write into a read.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first, last := via[0], via[len(via)-1]
	refused := &redirectError{from: place(last.URL), to: place(next.URL)}
	switch {
	case !sameServer(first.URL, next.URL):
		refused.reason = "which is another server"
	case first.Method != http.MethodGet:
		refused.reason = "but only reads are redirected"
	case len(via) >= 10:
		refused.reason = "the tenth redirect in a row"
	default:
		return nil
	}
	return refused
}

// refusedRedirect is the error for a redirect that net/http did not follow.
func refusedRedirect(from *url.URL, location string) error {
	to, err := from.Parse(location)
	if err != nil {
		return &redirectError{from: place(from), to: "a place that is no valid URL", reason: "which cannot be asked"}
	}
	reason := "but only reads are redirected"
	if !sameServer(from, to) {
		reason = "which is another server"
	}
	return &redirectError{from: place(from), to: place(to), reason: reason}
}

// sameServer reports whether scheme, host and port are the same.
func sameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

// place is the URL for people: without user, query and fragment, any of which
// may be secret.
func place(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// validate refuses what can never be sent, so that it is not tried again and
// again.
func validate(method string, target *url.URL, header http.Header) error {
	if target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return fmt.Errorf("%s %s is no request that can be sent: the URL needs http:// or https:// and a host", method, place(target))
	}
	for name, values := range header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return fmt.Errorf("the value of the %s header holds a line break or another control character", name)
			}
		}
	}
	return nil
}
