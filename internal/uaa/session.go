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

const (
	// retryEarly is how long a token that is still valid is used before the next
	// attempt to renew it, after a renewal that was canceled. After one that failed
	// the longer failurePause applies.
	retryEarly = 10 * time.Second

	// failurePause is how long all readers receive the transient failure of a login
	// before the next login. Terraform reads ten things at a time: without the
	// pause, every ten readers would wait for a login server that is unavailable.
	failurePause = 30 * time.Second

	// quickly is how soon after a login a refusal is suspicious, even if the API
	// accepted the token before.
	quickly = time.Minute
	// maxUnaccepted and maxQuick bound how many tokens in a row the API may refuse:
	// tokens that it never accepted, and tokens that it refuses quickly. Then the
	// session ends: the API would refuse the token of another login, too.
	maxUnaccepted, maxQuick = 2, 5
)

// Session provides Authorization values for one credential on one foundation. It
// sends no request before a value is needed, and is safe for concurrent use.
type Session struct {
	api        *url.URL
	credential Credential
	client     *transport.Client
	http       *http.Client
	httpOnce   *http.Client // for requests that must not be repeated
	secrets    *redact.Set
	now        func() time.Time

	mu      sync.Mutex
	current *token
	refresh string
	pending *pendingLogin
	// ended is the error that ends the session: another login would fail in the
	// same way, and can lock the account.
	ended *Error
	// failed is the last login's transient failure, returned until failedUntil.
	failed      *Error
	failedUntil time.Time
	// unaccepted and quick count the refusals of the API (see maxUnaccepted).
	unaccepted, quick int

	// Only the pending login uses these; there is one at a time.
	endpoint     string
	passcodeSent bool
}

// pendingLogin is a login or renewal in progress, and its waiters.
type pendingLogin struct {
	done      chan struct{} // closed at the end, when token and err are set
	token     *token
	err       error
	cancel    context.CancelFunc
	waiters   int
	abandoned bool // it has no waiters left, and is being canceled
}

// New returns a session for a credential. It sends no request. It adds the secrets
// of the credential, and later every token, to secrets.
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
		s.http = tokenClient(client, false)
		s.httpOnce = tokenClient(client, true) // the UAA accepts a passcode only once
	}
	if credential.AccessToken != "" {
		issued, expires := time.Time{}, time.Time{}
		if s.refresh != "" { // without one, the token is used until the API refuses it
			issued, expires = lifeOf(credential.AccessToken)
		}
		s.current = newToken(authorization(credential.AccessToken), issued, expires)
	}
	return s
}

// Source describes for messages which credential is used and where it came from.
func (s *Session) Source() string { return s.credential.Source }

// Authorization returns the value of the Authorization header to use now. It logs
// in when there is no token yet, and renews one that is about to expire. The error
// is an *Error, or wraps the context's error when the context ended.
func (s *Session) Authorization(ctx context.Context) (string, error) {
	return s.obtain(ctx, "")
}

// Renew returns another value than the one that the API refused. Of all callers
// with the same value, one logs in and the others share the result; a caller that
// arrives late gets that result, too. The error is like that of Authorization; it
// has advice when the credential cannot be renewed, or when the API refuses every
// token.
func (s *Session) Renew(ctx context.Context, rejected string) (string, error) {
	return s.obtain(ctx, rejected)
}

// Accepted notes that the API accepted a value. A refusal of it later is not a
// reason to end the session.
func (s *Session) Accepted(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.value == value {
		s.current.accepted = true
	}
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
				// There is only this token. It stays, so that each request gets the API's
				// response to it.
				s.mu.Unlock()
				return "", s.notRenewable(opRenew)
			}
			s.noteRefusal(now)
		}
		// After a failure, a token that is still valid is used to its end.
		failure := s.failure(now)
		if s.current.fresh(now) || failure != nil && s.current.alive(now) {
			value := s.current.value
			s.mu.Unlock()
			return value, nil
		}
		if failure != nil {
			s.mu.Unlock()
			return "", failure
		}
		p := s.pending
		if p == nil {
			p = s.start(ctx)
		}
		stopping := p.abandoned
		p.waiters++
		s.mu.Unlock()

		select {
		case <-p.done:
			if stopping {
				continue // it was canceled when it had no waiters
			}
			if p.err != nil {
				return "", p.err
			}
			return p.token.value, nil
		case <-ctx.Done():
			s.release(p)
			return "", canceled(ctx.Err())
		}
	}
}

// failure returns the error for a login that should not be tried now, nil if it
// should.
func (s *Session) failure(now time.Time) error {
	switch {
	case s.ended != nil:
		return s.ended
	case s.failed != nil && now.Before(s.failedUntil):
		return s.failed
	default:
		return nil
	}
}

// noteRefusal drops the current token, which the API refused, and ends the session
// if the API has refused several tokens of this session's logins.
func (s *Session) noteRefusal(now time.Time) {
	t := s.current
	s.current = nil
	if t.obtained.IsZero() {
		return // a token of the user, which may be old
	}
	if s.unaccepted++; t.accepted {
		s.unaccepted = 0
	}
	if s.quick++; now.Sub(t.obtained) > quickly {
		s.quick = 0
	}
	if s.unaccepted >= maxUnaccepted || s.quick >= maxQuick {
		s.ended = s.tokensRefused(t)
	}
}

// start starts a login. It does not end with the caller that happens to be the
// first, since others may need it. It keeps the values of that caller's context,
// which the log needs.
func (s *Session) start(ctx context.Context) *pendingLogin {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &pendingLogin{done: make(chan struct{}), cancel: cancel}
	s.pending = p
	current, refresh := s.current, s.refresh
	go func() {
		defer cancel()
		t, next, err := s.login(ctx, current != nil, refresh)
		s.finish(p, t, next, err)
	}()
	return p
}

// release removes a waiter. A login without waiters is canceled.
func (s *Session) release(p *pendingLogin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.waiters--; p.waiters == 0 {
		p.abandoned = true
		p.cancel()
	}
}

// finish keeps the result of a login and passes it to the waiters.
func (s *Session) finish(p *pendingLogin, t *token, refresh string, err *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = nil
	s.refresh = refresh
	now := s.now()
	switch {
	case err == nil:
		s.current, p.token, s.failed = t, t, nil
	case s.current.alive(now):
		// The old token is still valid; the renewal can wait.
		s.current.renewAt = now.Add(retryEarly)
		p.token = s.current
	default:
		p.err = err
	}
	switch {
	case err == nil || p.abandoned:
	case err.final():
		s.ended = err
	default:
		s.failed, s.failedUntil = err, now.Add(failurePause)
	}
	close(p.done)
}

// canceled returns the error for a caller whose context ended, which is not a
// failure of the login.
func canceled(err error) error { return fmt.Errorf("waiting for the login: %w", err) }

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Op: opLogin, Err: fmt.Errorf("unexpected: %w", err)}
}
