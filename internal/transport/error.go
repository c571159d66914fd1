package transport

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kind is the reason why a request has no usable response.
type Kind int

const (
	// KindOther is none of the others.
	KindOther Kind = iota
	// KindRefused is a refused connection.
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
	// KindConnection is a connection that broke before the response began.
	KindConnection
	// KindTruncated is a response body that ended early.
	KindTruncated
	// KindTooLarge is a response above the limit on its size.
	KindTooLarge
	// KindCanceled is a request whose caller canceled it or reached its own time
	// limit.
	KindCanceled
	// KindTLS is a TLS handshake that failed for another reason than the server's
	// certificate, such as a client certificate that the server wants.
	KindTLS
	// KindProxy is a proxy that is not reachable, that refuses the request, or that
	// the environment does not name properly.
	KindProxy
	// KindProtocol is a response that does not answer the request, such as
	// 101 Switching Protocols.
	KindProtocol
)

// Error is a request without a usable response.
type Error struct {
	Method string
	// URL has no user and no query.
	URL  string
	Kind Kind
	// Attempts is the number of attempts to send the request.
	Attempts int
	// MayHaveArrived reports whether the server may have received the request, and
	// acted on it. It is false when no attempt had a connection, and for
	// attempts that the server refused for its rate limit.
	MayHaveArrived bool
	// Permanent reports whether the same request would fail in the same way again,
	// unless a setting or the server changes. It is false for KindCanceled.
	Permanent bool
	// Err is the cause, without secrets.
	Err error
}

func (e *Error) Error() string {
	text := e.Method + " " + e.URL + ": "
	if kind := e.Kind.text(); kind != "" {
		text += kind + ": "
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
	case KindTruncated:
		return "the answer was cut off"
	case KindTooLarge:
		return "the answer is too large"
	case KindCanceled:
		return "stopped"
	case KindTLS:
		return "the TLS handshake failed"
	case KindProtocol:
		return "the answer is not one to this request"
	default: // the cause is enough
		return ""
	}
}

// Hint returns advice for the user in a sentence or two; "" if there is none.
func (e *Error) Hint() string {
	if hint := proxyHint(e.Err); hint != "" {
		return hint
	}
	switch e.Kind {
	case KindRefused:
		return "Check the host and port of api_url, and whether a VPN, or a proxy (HTTPS_PROXY, NO_PROXY), is needed to reach the foundation."
	case KindUnknownHost:
		return "Check the host name in api_url (cf api shows it), and whether a VPN is needed to resolve it."
	case KindTimeout:
		if memory := (*memoryError)(nil); errors.As(e.Err, &memory) {
			return "Lower Terraform's -parallelism, or request less at a time, for example with filters."
		}
		return "If the foundation is only slow, raise request_timeout. If nothing answers at all, check api_url, the VPN and the proxy (HTTPS_PROXY, NO_PROXY)."
	case KindCertificate:
		return "Set ca_certificate (or CF_CA_CERTIFICATE) to the certificate of the authority that signed the server's, in PEM form. " +
			"A certificate that is expired or made for another host has to be replaced on the foundation. " +
			"As a last resort skip_ssl_validation turns the check off, and with it the protection of the credential."
	case KindPlainHTTP:
		return "Write http:// instead of https:// in api_url if this foundation really has no TLS, or add the port that has it."
	case KindRedirect:
		return "Set api_url to the address that the API itself has; cf api shows it. A login page or a proxy in between may also redirect."
	case KindConnection, KindTruncated:
		hint := "This is usually a restart of the API or of a router or proxy in front of it: try again, or raise max_retries."
		if strings.HasPrefix(e.URL, "http://") {
			hint += " A server that speaks https also breaks such a connection: check that http:// in api_url is right."
		}
		return hint
	case KindTooLarge:
		return "Request less at a time, for example with filters. If the answer is not JSON of the API, check api_url."
	case KindTLS:
		return tlsHint(e.Err)
	case KindProtocol:
		return "Something other than the Cloud Foundry API answers there: check api_url, and the proxy in between."
	default:
		return ""
	}
}

// attemptError is the classified failure of one attempt.
type attemptError struct {
	kind Kind
	err  error
	// permanent reports whether another attempt would fail in the same way.
	permanent bool
}

func (e *attemptError) Error() string { return e.err.Error() }
func (e *attemptError) Unwrap() error { return e.err }

// readable explains the low-level causes that users see.
func readable(kind Kind, err error) error {
	switch {
	case kind == KindTruncated && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)):
		return fmt.Errorf("the body ended too early: %w", err)
	case kind == KindTruncated && (errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader)):
		return fmt.Errorf("the body cannot be decompressed: %w", err)
	case kind == KindConnection && errors.Is(err, io.EOF):
		return fmt.Errorf("the server closed it before it answered: %w", err)
	default:
		return err
	}
}

// failure makes the Error of a call.
func (c *Client) failure(call *call, cause *attemptError) *Error {
	return &Error{
		Method:         call.Method,
		URL:            c.secrets.Clean(withoutSecrets(call.URL)),
		Kind:           cause.kind,
		Attempts:       call.attempts,
		MayHaveArrived: call.arrived,
		Permanent:      cause.permanent && cause.kind != KindCanceled,
		Err:            c.cleaned(readable(cause.kind, cause.err)),
	}
}

// errorShown is how much of the text of an error is shown, in characters: a
// server can send a Location of a megabyte.
const errorShown = 2000

// cleaned returns an error with a text that can be shown, and the same wrapped
// errors.
func (c *Client) cleaned(err error) error {
	text := err.Error()
	clean := c.secrets.Quote(text, errorShown)
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
