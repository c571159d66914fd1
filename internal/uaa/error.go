package uaa

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// Error says why there is no Authorization value.
type Error struct {
	// Op is what was tried: "find the UAA", "log in", "renew the token".
	Op string
	// URL is what was asked; empty when nothing was.
	URL string
	// Status is the answer's HTTP status, 0 without an answer.
	Status int
	// Code and Description are the UAA's own words; Description is ours where
	// the UAA has none.
	Code, Description string
	// RetryAt is when the UAA wants to be asked again; zero when it does not say.
	RetryAt time.Time
	// Source is the credential and where it came from, for people.
	Source string
	// Err is the cause where there was no answer, such as a *transport.Error.
	Err error

	elsewhere bool // somebody in front of the UAA answered
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

// final reports whether the same request would fail in the same way again. Only
// such a failure is remembered.
func (e *Error) final() bool {
	var noAnswer *transport.Error
	if errors.As(e.Err, &noAnswer) {
		switch noAnswer.Kind {
		case transport.KindRedirect, transport.KindCertificate, transport.KindPlainHTTP:
			return true
		default:
			return false
		}
	}
	switch {
	case e.Err != nil, e.elsewhere, e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout:
		return false
	default:
		return e.Status < 500
	}
}

// quoted is a text of a server as a message can show it.
func (s *Session) quoted(text string) string { return s.secrets.Quote(text, 200) }
