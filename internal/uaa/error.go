package uaa

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// Error is the reason why there is no Authorization value.
type Error struct {
	// Op is the operation that failed: "find the UAA", "log in", "renew the token".
	Op string
	// URL is the target of the request; empty when none was sent.
	URL string
	// Status is the response's HTTP status, 0 without a response.
	Status int
	// Code and Description are the UAA's; Description is the provider's if the
	// UAA sent none.
	Code, Description string
	// Advice tells the user what to do next, in complete sentences; empty if there
	// is none.
	Advice string
	// TokensRefused is true when the login works, but the API refuses the tokens.
	TokensRefused bool
	// RetryAt is when the UAA accepts requests again; zero if unknown.
	RetryAt time.Time
	// Source describes the credential and where it came from.
	Source string
	// Err is the cause when there was no response, such as a *transport.Error.
	Err error

	// fromRouter is true when a router or load balancer responded, not the UAA.
	fromRouter bool
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("cannot " + e.Op)
	if e.URL != "" {
		b.WriteString(" at " + e.URL)
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, ": %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Code != "" {
		b.WriteString(": " + e.Code)
	}
	if e.Description != "" {
		b.WriteString(": " + e.Description)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Transient reports whether a later login may succeed.
func (e *Error) Transient() bool { return !e.final() }

// final reports whether the same request would fail in the same way again. Such a
// failure ends the session.
func (e *Error) final() bool {
	var transportErr *transport.Error
	if errors.As(e.Err, &transportErr) {
		switch transportErr.Kind {
		case transport.KindRedirect, transport.KindCertificate, transport.KindPlainHTTP:
			return true
		case transport.KindTLS, transport.KindProxy, transport.KindProtocol:
			return transportErr.Permanent
		default:
			return false
		}
	}
	switch {
	case e.Err != nil, e.fromRouter, e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout:
		return false
	default:
		return e.Status < 500
	}
}

// routerHint returns advice about a router that has no route to the server; "" for
// other errors.
func (e *Error) routerHint() string {
	if !e.fromRouter || e.Status != http.StatusNotFound {
		return ""
	}
	return "A router answered: it does not know the host, or the server behind it restarts. Check api_url, and try again."
}

// quoted returns a text of a server as a message can show it.
func (s *Session) quoted(text string) string { return s.secrets.Quote(text, 200) }
