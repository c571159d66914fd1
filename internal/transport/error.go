package transport

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Kind is what went wrong with a request that has no usable answer.
type Kind int

const (
	// KindOther is none of the others.
	KindOther Kind = iota
	// KindRefused is a connection that nobody took.
	KindRefused
	// KindUnknownHost is a host name without an address.
	KindUnknownHost
	// KindTimeout is an attempt that took longer than its limit.
	KindTimeout
	// KindCertificate is a server certificate that is not trusted.
	KindCertificate
	// KindPlainHTTP is a server without TLS behind an https URL.
	KindPlainHTTP
	// KindRedirect is a redirect that is not followed.
	KindRedirect
	// KindConnection is a connection that broke before the answer began.
	KindConnection
	// KindCutOff is an answer that ended before its end.
	KindCutOff
	// KindTooLarge is an answer above the limit on its size.
	KindTooLarge
	// KindCanceled is a request that its caller gave up, or whose caller's own
	// time limit was over.
	KindCanceled
)

// Error says why a request has no usable answer.
type Error struct {
	Method string
	// URL has no user and no query.
	URL  string
	Kind Kind
	// Attempts is how often the request was sent, or its sending tried.
	Attempts int
	// MayHaveArrived says that the server may have got the request, and done
	// what it asks for. It is false when no attempt had a connection, and for
	// attempts that the server refused for its rate limit.
	MayHaveArrived bool
	// Err is the cause; it holds no secret.
	Err error
}

func (e *Error) Error() string {
	text := e.Method + " " + e.URL + ": "
	if what := e.Kind.text(); what != "" {
		text += what + ": "
	}
	text += e.Err.Error()
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (after %d attempts)", e.Attempts)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

func (k Kind) text() string {
	switch k {
	case KindRefused:
		return "nobody accepts connections there"
	case KindUnknownHost:
		return "the host is not known"
	case KindTimeout:
		return "no answer in time"
	case KindCertificate:
		return "the server's certificate is not trusted"
	case KindPlainHTTP:
		return "the server does not speak TLS"
	case KindConnection:
		return "the connection broke"
	case KindCutOff:
		return "the answer was cut off"
	case KindTooLarge:
		return "the answer is too large"
	case KindCanceled:
		return "stopped"
	default: // the cause says it all
		return ""
	}
}

// Hint says in a sentence or two what the user can do; empty when there is
// nothing particular.
func (e *Error) Hint() string {
	var proxy *proxyError
	if errors.As(e.Err, &proxy) {
		return "Check HTTPS_PROXY and NO_PROXY in the environment: the request went to that proxy."
	}
	switch e.Kind {
	case KindRefused:
		return "Check the host and port of api_url, and whether a VPN, or a proxy (HTTPS_PROXY, NO_PROXY), is needed to reach the foundation."
	case KindUnknownHost:
		return "Check the host name in api_url (cf api shows it), and whether a VPN is needed to resolve it."
	case KindTimeout:
		return "If the foundation is only slow, raise request_timeout. If nothing answers at all, check api_url, the VPN and the proxy (HTTPS_PROXY, NO_PROXY)."
	case KindCertificate:
		return "Set ca_certificate (or CF_CA_CERTIFICATE) to the certificate of the authority that signed the server's, in PEM form. " +
			"A certificate that is expired or made for another host has to be replaced on the foundation. " +
			"As a last resort skip_ssl_validation turns the check off, and with it the protection of the credential."
	case KindPlainHTTP:
		return "Write http:// instead of https:// in api_url if this foundation really has no TLS, or give the port that has it."
	case KindRedirect:
		return "Set api_url to the address that the API itself has; cf api shows it. A login page or a proxy in between may also redirect."
	case KindConnection, KindCutOff:
		return "This is usually a restart of the API or of a router or proxy in front of it: try again, or raise max_retries."
	case KindTooLarge:
		return "Ask for less at a time, for example with filters. If the answer is no JSON of the API, check api_url."
	default:
		return ""
	}
}

// attemptError is the classified failure of one attempt.
type attemptError struct {
	kind Kind
	err  error
	// permanent says that another attempt would fail in the same way.
	permanent bool
}

func (e *attemptError) Error() string { return e.err.Error() }
func (e *attemptError) Unwrap() error { return e.err }

// bodyError marks a failure while the body was read.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// sizeError is a body above the limit.
type sizeError struct{ limit int64 }

func (e *sizeError) Error() string {
	return "it is larger than the limit of " + bytesText(e.limit)
}

func bytesText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// classify finds out what an error of net/http means. The caller's own context
// goes first: whatever else broke then, broke because of it.
func (c *Client) classify(ctx context.Context, err error) *attemptError {
	var done *attemptError
	if errors.As(err, &done) && ctx.Err() == nil {
		return done
	}
	// The text of a *url.Error has the whole URL, with its query.
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if ctx.Err() != nil {
		if errors.As(err, &done) && done.kind == KindCanceled {
			return done
		}
		return &attemptError{kind: KindCanceled, err: ctx.Err(), permanent: true}
	}
	kind, permanent := kindOf(err)
	return &attemptError{kind: kind, err: err, permanent: permanent}
}

func kindOf(err error) (kind Kind, permanent bool) {
	var (
		redirect     *redirectError
		size         *sizeError
		proxy        *proxyError
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
	case errors.As(err, &proxy):
		return KindOther, proxy.status < 500
	case errors.As(err, &dns):
		// A name server that is busy or away is not a name that does not exist.
		return KindUnknownHost, dns.IsNotFound
	case errors.As(err, &verification), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		return KindCertificate, true
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return KindPlainHTTP, true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return KindTimeout, false
	case errors.Is(err, syscall.ECONNREFUSED):
		return KindRefused, false
	case errors.As(err, &body):
		return KindCutOff, false
	default:
		return KindConnection, false
	}
}

// readable puts the low-level causes that users meet into words.
func readable(kind Kind, err error) error {
	switch {
	case kind == KindCutOff && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)):
		return fmt.Errorf("the body ended too early: %w", err)
	case kind == KindCutOff && (errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)):
		return fmt.Errorf("the body cannot be decompressed: %w", err)
	case kind == KindConnection && errors.Is(err, io.EOF):
		return fmt.Errorf("the server closed it before it answered: %w", err)
	default:
		return err
	}
}

// failure makes the Error of a call.
func (c *Client) failure(method string, target *url.URL, call *call, cause *attemptError) *Error {
	return &Error{
		Method:         method,
		URL:            c.secrets.Clean(place(target)),
		Kind:           cause.kind,
		Attempts:       int(call.attempts.Load()),
		MayHaveArrived: call.arrived.Load(),
		Err:            c.cleaned(readable(cause.kind, cause.err)),
	}
}

// cleaned keeps secrets out of the text of an error, and keeps what is wrapped.
func (c *Client) cleaned(err error) error {
	text := err.Error()
	clean := strings.ToValidUTF8(c.secrets.Clean(text), "\uFFFD")
	if clean == text {
		return err
	}
	return &cleanError{text: clean, err: err}
}

type cleanError struct {
	text string
	err  error
}

func (e *cleanError) Error() string { return e.text }
func (e *cleanError) Unwrap() error { return e.err }
