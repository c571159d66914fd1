package transport

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// baseTransport makes the transport that the attempts go through. Dialing and
// the TLS handshake may take as long as an attempt. net/http continues dialing for
// other requests after an attempt has ended, so both need a separate time limit,
// slightly longer than that of the attempt, which has the better error.
func baseTransport(cfg Config, timeout time.Duration) (*http.Transport, error) {
	connecting := timeout + time.Second
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.SkipSSLValidation} // the user's own choice, off by default
	if cfg.CACertificate != "" {
		pool, err := rootsWith(cfg.CACertificate)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	return &http.Transport{
		Proxy:                  proxyFromEnvironment(),
		DialContext:            (&net.Dialer{Timeout: connecting, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    connecting,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           4 * maxRequests, // for the API, UAA and a proxy
		MaxIdleConnsPerHost:    maxRequests,
		MaxConnsPerHost:        maxRequests,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		// Without pings, all further requests would use an HTTP/2 connection whose
		// server has silently disappeared, until it times out.
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
		OnProxyConnectResponse: checkProxy,
	}, nil
}

// rootsWith returns the system's roots and the certificates of the bundle.
func rootsWith(bundle string) (*x509.CertPool, error) {
	certificates, err := ParseCertificates(bundle)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil { // a system without roots: only the bundle is trusted
		pool = x509.NewCertPool()
	}
	for _, certificate := range certificates {
		pool.AddCert(certificate)
	}
	return pool, nil
}

const (
	pemBegin = "-----BEGIN CERTIFICATE-----"
	pemEnd   = "-----END CERTIFICATE-----"
)

// ErrNoCertificate is the error for a bundle without a certificate.
var ErrNoCertificate = errors.New("contains no PEM-encoded certificate (" + pemBegin + " …)")

// CertificateError is a certificate of a bundle that cannot be read.
type CertificateError struct {
	// Number counts the certificates of the bundle from 1; Line is where this
	// one begins, from 1.
	Number, Line int
	Err          error
}

func (e *CertificateError) Error() string {
	return fmt.Sprintf("contains a certificate that cannot be read, number %d, which begins in line %d: %v", e.Number, e.Line, e.Err)
}

func (e *CertificateError) Unwrap() error { return e.Err }

// ParseCertificates reads the certificates of a PEM bundle. It ignores
// everything else in it, such as comments and keys. Its errors, ErrNoCertificate
// and *CertificateError, continue a sentence that begins with the name of the
// bundle. They quote nothing: a private key may be there by mistake.
//
// pem.Decode silently skips a damaged block, and a certificate would be missing.
func ParseCertificates(bundle string) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for at := 0; ; {
		begin := strings.Index(bundle[at:], pemBegin)
		if begin < 0 {
			break
		}
		begin += at
		at = begin + len(pemBegin)
		block := bundle[begin:]
		if next := strings.Index(bundle[at:], "-----BEGIN "); next >= 0 {
			block = bundle[begin : at+next]
		}
		certificate, err := parseCertificate(block)
		if err != nil {
			return nil, &CertificateError{
				Number: len(certificates) + 1, Line: 1 + strings.Count(bundle[:begin], "\n"), Err: err,
			}
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) == 0 {
		return nil, ErrNoCertificate
	}
	return certificates, nil
}

func parseCertificate(block string) (*x509.Certificate, error) {
	if !strings.Contains(block, pemEnd) {
		return nil, errors.New("its end is missing (" + pemEnd + ")")
	}
	decoded, _ := pem.Decode([]byte(block))
	if decoded == nil {
		return nil, errors.New("its lines are damaged or indented")
	}
	return x509.ParseCertificate(decoded.Bytes)
}
