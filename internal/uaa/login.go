package uaa

import (
	"context"
	"errors"
	"net/url"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const (
	opLogin = "log in"
	opRenew = "renew the token"
)

// login obtains a token: with the refresh token if there is one, then with the
// credential. It returns the refresh token to use from now on. It drops a refresh
// token that the UAA refused, and keeps one that could not be tried. If renewing is
// true, there is a token that is still valid.
func (s *Session) login(ctx context.Context, renewing bool, refresh string) (*token, string, *Error) {
	grant := s.credential.grant()
	op := opLogin
	if renewing || grant == nil {
		op = opRenew
	}
	if refresh == "" && (grant == nil || s.passcodeSent) {
		return nil, "", s.notRenewable(op)
	}
	if s.endpoint == "" {
		endpoint, err := s.tokenEndpoint(ctx)
		if err != nil {
			return nil, refresh, asError(err)
		}
		s.endpoint = endpoint
	}
	if refresh != "" {
		t, next, err := s.request(ctx, opRenew, s.endpoint, refreshGrant(refresh))
		if err == nil {
			return t, next, nil
		}
		e := asError(err)
		if !e.final() {
			return nil, refresh, e
		}
		if grant == nil || s.passcodeSent {
			return nil, "", e
		}
	}
	if s.credential.Kind == Passcode {
		return s.loginOnce(ctx, op, grant)
	}
	t, next, err := s.request(ctx, op, s.endpoint, grant)
	if err != nil {
		return nil, "", asError(err)
	}
	return t, next, nil
}

// loginOnce logs in with a passcode, which the UAA accepts once. A login whose
// response was lost may have used it.
func (s *Session) loginOnce(ctx context.Context, op string, grant url.Values) (*token, string, *Error) {
	t, next, err := s.request(ctx, op, s.endpoint, grant)
	if err == nil {
		s.passcodeSent = true
		return t, next, nil
	}
	e := asError(err)
	var transportErr *transport.Error
	s.passcodeSent = errors.As(err, &transportErr) && transportErr.MayHaveArrived || e.Status >= 500 || e.final()
	if s.passcodeSent && e.Advice == "" {
		e.Advice = "The passcode may have been used. " + s.renewalHint()
	}
	return nil, "", e
}

// problem returns an Error without a cause.
func (s *Session) problem(op, address, description string) *Error {
	return &Error{Op: op, URL: address, Description: s.secrets.Clean(description), Source: s.credential.Source}
}

func (s *Session) wrapped(op, address string, err error) *Error {
	return &Error{Op: op, URL: address, Source: s.credential.Source, Err: err}
}
