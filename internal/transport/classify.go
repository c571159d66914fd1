package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// statusError is a status that is invalid for every request of this client.
type statusError struct{ status int }

func (e *statusError) Error() string {
	return "the server answered " + statusText(e.status) + ", which does not match the request"
}

// classify returns the kind of an error of net/http. Connected reports whether the
// attempt had a connection, with its TLS handshake done.
func classify(err error, connected bool) *attemptError {
	kind, permanent := kindOf(err, connected)
	return &attemptError{kind: kind, err: err, permanent: permanent}
}

func kindOf(err error, connected bool) (kind Kind, permanent bool) {
	var (
		redirect     *redirectError
		size         *sizeError
		status       *statusError
		proxy        *proxyError
		variable     *proxyVariableError
		dns          *net.DNSError
		body         *bodyError
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		record       tls.RecordHeaderError
		network      net.Error
	)
	switch {
	case errors.As(err, &redirect):
		return KindRedirect, true
	case errors.As(err, &size):
		return KindTooLarge, true
	case errors.As(err, &status):
		return KindProtocol, true
	case errors.As(err, &proxy):
		return KindProxy, proxy.status < http.StatusInternalServerError
	case errors.As(err, &variable):
		return KindProxy, true
	case noProxy(err):
		return KindProxy, errors.As(err, &dns) && dns.IsNotFound
	case errors.As(err, &dns):
		// Failures of the name server itself are transient.
		return KindUnknownHost, dns.IsNotFound
	case errors.As(err, &verification), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return KindCertificate, true
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return KindPlainHTTP, true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return KindTimeout, false
	case isRefused(err):
		return KindRefused, false
	case tlsRefusal(err) != "":
		return KindTLS, true
	case !connected && strings.Contains(err.Error(), "tls: "):
		return KindTLS, false
	case headersTooLarge(err):
		return KindTooLarge, true
	case errors.As(err, &body):
		return KindTruncated, false
	default:
		return KindConnection, false
	}
}

// wsaeConnRefused is WSAECONNREFUSED: on Windows syscall.ECONNREFUSED is a number
// that Go invented, and no system call returns it. No other system has an error
// with this number.
const wsaeConnRefused = syscall.Errno(10061)

func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaeConnRefused)
}

// neverArrives reports whether the request cannot have reached the server, despite
// a connection.
func neverArrives(err error) bool {
	var proxy *proxyError
	return errors.As(err, &proxy) || tlsRefusal(err) != ""
}

// tlsRefusals are the texts of crypto/tls when both ends work but are incompatible.
// Its errors have no types for that; the texts are the names of the alerts of RFC
// 8446, and reasons of crypto/tls. Others, such as a damaged record, are transient.
var tlsRefusals = []string{
	"protocol version not supported", "server selected unsupported protocol version", "no supported versions",
	"handshake failure", "insufficient security level", "unconfigured cipher suite",
	"certificate required", "bad certificate", "unsupported certificate", "unknown certificate", "access denied",
	"unrecognized name", "no application protocol", "inappropriate fallback",
}

// tlsRefusal returns the reason why a TLS connection can never be established, or
// "". With TLS 1.3 a server refuses a client certificate only after the client's
// handshake is done.
func tlsRefusal(err error) string {
	_, text, found := strings.Cut(err.Error(), "tls: ")
	if !found {
		return ""
	}
	for _, refusal := range tlsRefusals {
		if strings.Contains(text, refusal) {
			return refusal
		}
	}
	return ""
}

func tlsHint(err error) string {
	switch refusal := tlsRefusal(err); refusal {
	case "certificate required", "bad certificate", "unsupported certificate", "unknown certificate", "access denied":
		return "The server, or a proxy in front of it, requires a client certificate, which the provider does not send: set api_url to an address " +
			"of the API that needs none."
	case "protocol version not supported", "server selected unsupported protocol version", "no supported versions":
		return "The provider speaks TLS 1.2 and 1.3 only. Check api_url; an old load balancer has to be updated."
	case "unrecognized name":
		return "The server does not serve this host name: check the host in api_url (cf api shows it)."
	default:
		return "Check the host and port of api_url. The server and the provider have no cipher in common, or the server requires a client certificate."
	}
}

// headersTooLarge reports whether the header, or the number of 1xx responses
// before it, exceeds a limit of net/http, which has no type for that.
func headersTooLarge(err error) bool {
	text := err.Error()
	return strings.Contains(text, "server response headers exceeded") || strings.Contains(text, "response header list larger than") ||
		strings.Contains(text, "too many 1xx")
}
