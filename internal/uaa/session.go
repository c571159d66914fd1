package uaa

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// retryEarly is how long a token that is still alive is used before its renewal
// is tried again, after one that failed.
const retryEarly = 10 * time.Second

const (
	opLogin = "log in"
	opRenew = "renew the token"
)

// Session gives Authorization values for one credential on one foundation. It
// makes no request before a value is needed, and is safe for concurrent use.
type Session struct {
	api        *url.URL
	credential Credential
	client     *transport.Client
	http       *http.Client
	secrets    *redact.Set
	now        func() time.Time

	mu      sync.Mutex
	current *token
	refresh string
	flight  *flight
	refused *Error // the credential's refusal, final for this session

	// Only the flight uses these; there is one at a time.
	endpoint     string
	passcodeSent bool
}

// flight is a login or renewal under way, and those who wait for it.
type flight struct {
	done    chan struct{} // closed at the end; then token and err stand
	token   *token
	err     error
	cancel  context.CancelFunc
	waiters int
	left    bool // all waiters left; it is being stopped
}

// New makes a session. It makes no request. The secrets of the credential, and
// later every token, are added to secrets.
func New(api *url.URL, credential Credential, client *transport.Client, secrets *redact.Set) *Session {
	secrets.Add(credential.secrets()...)
	s := &Session{
		api:        api,
		credential: credential,
		client:     client,
		secrets:    secrets,
		now:        time.Now,
		refresh:    credential.RefreshToken,
	}
	if client != nil {
		httpClient := *client.HTTPClient()
		httpClient.Transport = encodedCredentials{httpClient.Transport}
		s.http = &httpClient
	}
	if credential.AccessToken != "" {
		issued, expires := time.Time{}, time.Time{}
		if s.refresh != "" { // without one there is nothing to do about it
			issued, expires = lifeOf(credential.AccessToken)
		}
		s.current = newToken(authorization(credential.AccessToken), issued, expires)
	}
	return s
}

// Source says, for people, which credential is used and where it came from.
func (s *Session) Source() string { return s.credential.Source }

// Authorization is the value of the Authorization header to use now. It logs in
// when there is no token yet, and renews one that is about to expire. The error
// is an *Error, or wraps the context's when the caller gave up.
func (s *Session) Authorization(ctx context.Context) (string, error) {
	return s.obtain(ctx, "")
}

// Renew is for a value that the API refused. Of all callers with the same
// value, one makes the login and the others share it; a caller that comes late
// gets the value of the others. The error is as Authorization's; it says what to
// do where the credential cannot be renewed.
func (s *Session) Renew(ctx context.Context, rejected string) (string, error) {
	return s.obtain(ctx, rejected)
}

func (s *Session) obtain(ctx context.Context, rejected string) (string, error) {
	for {
		if err := ctx.Err(); err != nil {
			return "", canceled(err)
		}
		s.mu.Lock()
		now := s.now()
		if s.current != nil && s.current.value == rejected {
			if s.refresh == "" && s.credential.grant() == nil {
				// The token is all there is. It stays, so that each request gets
				// the API's own answer to it.
				s.mu.Unlock()
				return "", s.failure(opRenew, "", s.spent())
			}
			s.current = nil
		}
		// After a refusal nothing is asked again: accounts get locked. What is
		// still alive is used to its end.
		if s.current.fresh(now) || s.refused != nil && s.current.alive(now) {
			value := s.current.value
			s.mu.Unlock()
			return value, nil
		}
		if s.refused != nil {
			err := s.refused
			s.mu.Unlock()
			return "", err
		}
		f := s.flight
		if f == nil {
			f = s.takeOff(ctx)
		}
		stopping := f.left
		f.waiters++
		s.mu.Unlock()

		select {
		case <-f.done:
			if stopping {
				continue // it ended for want of waiters; what we need is a new one
			}
			if f.err != nil {
				return "", f.err
			}
			return f.token.value, nil
		case <-ctx.Done():
			s.leave(f)
			return "", canceled(ctx.Err())
		}
	}
}

// takeOff starts a flight. It does not end with the caller that happened to be
// the first: others may need it. It keeps the values of that caller's context,
// which the log needs.
func (s *Session) takeOff(ctx context.Context) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{done: make(chan struct{}), cancel: cancel}
	s.flight = f
	current, refresh := s.current, s.refresh
	go func() {
		defer cancel()
		t, next, err := s.login(ctx, current != nil, refresh)
		s.land(f, t, next, err)
	}()
	return f
}

// leave takes a waiter out; a flight without waiters is stopped.
func (s *Session) leave(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		f.left = true
		f.cancel()
	}
}

// land ends a flight and keeps what it brought.
func (s *Session) land(f *flight, t *token, refresh string, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	s.refresh = refresh
	now := s.now()
	switch {
	case err == nil:
		s.current, f.token = t, t
	case s.current.alive(now):
		// The old token still serves; the renewal has time.
		s.current = &token{value: s.current.value, renewAt: now.Add(retryEarly), expires: s.current.expires}
		f.token = s.current
	default:
		f.err = err
	}
	if err != nil && err.final() {
		s.refused = err
	}
	close(f.done)
}

// login gets a token: with the refresh token if there is one, then with the
// credential. It gives the refresh token to use from now on. A refresh token
// that the UAA refused is given up, one that could not be tried is kept.
func (s *Session) login(ctx context.Context, early bool, refresh string) (*token, string, *Error) {
	grant := s.credential.grant()
	op := opLogin
	if early || grant == nil {
		op = opRenew
	}
	if refresh == "" && grant == nil {
		return nil, "", s.failure(op, "", s.spent())
	}
	if refresh == "" && s.passcodeSent {
		return nil, "", s.failure(op, "", "the one-time passcode has been used; get a new one for sso_passcode (or CF_SSO_PASSCODE) "+
			"from the passcode page of the foundation's login server, or use another credential")
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
			if e.Description != "" {
				e.Description += "; "
			}
			e.Description += s.spent()
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

// loginOnce logs in with a passcode, which the UAA takes once: also a login
// whose answer was lost may have used it.
func (s *Session) loginOnce(ctx context.Context, op string, grant url.Values) (*token, string, *Error) {
	t, next, err := s.request(ctx, op, s.endpoint, grant)
	if err == nil {
		s.passcodeSent = true
		return t, next, nil
	}
	e := asError(err)
	var noAnswer *transport.Error
	s.passcodeSent = errors.As(err, &noAnswer) && noAnswer.MayHaveArrived || e.Status >= 500 || e.final()
	return nil, "", e
}

// spent says what to do about a credential that cannot be renewed.
func (s *Session) spent() string {
	switch s.credential.Kind {
	case CLISession:
		return "log in again with cf login"
	case AccessToken:
		if s.credential.RefreshToken == "" {
			return "an access token alone cannot be renewed: get a new one (cf oauth-token), " +
				"give refresh_token with it, or use another credential, with which the provider logs in by itself"
		}
		return "get a new access_token and refresh_token, or use a credential with which the provider logs in by itself"
	case RefreshToken:
		return "get a new refresh_token, or use a credential with which the provider logs in by itself"
	case Passcode:
		return "the one-time passcode has been used: get a new one for sso_passcode (or CF_SSO_PASSCODE)"
	default:
		return "check the credential"
	}
}

func (s *Session) failure(op, address, description string) *Error {
	return &Error{Op: op, URL: address, Description: s.secrets.Clean(description), Source: s.credential.Source}
}

func (s *Session) wrapped(op, address string, err error) *Error {
	return &Error{Op: op, URL: address, Source: s.credential.Source, Err: err}
}

// canceled is for a caller that gave up: no failure of the login.
func canceled(err error) error { return fmt.Errorf("waiting for the login: %w", err) }

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Op: opLogin, Err: fmt.Errorf("unexpected: %w", err)}
}
