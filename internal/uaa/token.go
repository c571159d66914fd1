package uaa

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// early is how long before its end a token is renewed, so that it does not
// expire on its way. Of a short life it is a tenth.
const early = time.Minute

// token is an Authorization value and what is known of its life.
type token struct {
	value   string
	renewAt time.Time // zero: only when it is refused
	expires time.Time // zero: not known
}

// newToken is the token for an Authorization value that lives from issued (zero
// when not known) to expires (zero: not known, it is used until it is refused).
func newToken(value string, issued, expires time.Time) *token {
	t := &token{value: value, expires: expires}
	if !expires.IsZero() {
		ahead := early
		if !issued.IsZero() && issued.Before(expires) {
			ahead = min(ahead, expires.Sub(issued)/10)
		}
		t.renewAt = expires.Add(-ahead)
	}
	return t
}

func (t *token) fresh(now time.Time) bool {
	return t != nil && (t.renewAt.IsZero() || now.Before(t.renewAt))
}

// alive reports whether the token can still be used, fresh or not.
func (t *token) alive(now time.Time) bool {
	return t != nil && (t.expires.IsZero() || now.Before(t.expires))
}

// request asks the UAA for a token and gives it with the refresh token that
// goes with it, empty when there is none.
//
// clientcredentials is the one part of x/oauth2 that takes the parameters of
// any grant; the others know neither login_hint nor passcode.
func (s *Session) request(ctx context.Context, op, endpoint string, grant url.Values) (*token, string, error) {
	id, secret := s.credential.client()
	config := clientcredentials.Config{
		ClientID:       id,
		ClientSecret:   secret,
		TokenURL:       endpoint,
		EndpointParams: grant,
		AuthStyle:      oauth2.AuthStyleInHeader,
	}
	if grant.Has("passcode") {
		ctx = transport.Once(ctx)
	}
	answer, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, s.http))
	if err != nil {
		return nil, "", s.refusal(op, endpoint, err)
	}
	s.secrets.Add(answer.AccessToken, answer.RefreshToken)
	if strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, "", s.failure(op, endpoint, "the token in the answer holds characters that no token has")
	}
	now := s.now()
	issued := now
	var expires time.Time
	if !answer.Expiry.IsZero() {
		expires = now.Add(time.Until(answer.Expiry))
	} else {
		issued, expires = lifeOf(answer.AccessToken)
	}
	return newToken("bearer "+answer.AccessToken, issued, expires), answer.RefreshToken, nil
}

// refusal makes an Error of what went wrong with a token request.
func (s *Session) refusal(op, endpoint string, err error) *Error {
	var noAnswer *transport.Error
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &noAnswer):
		return s.wrapped(op, "", noAnswer) // its text has the address
	case errors.As(err, &answered):
		e := s.failure(op, endpoint, "")
		e.Status = answered.Response.StatusCode
		e.Code = s.quoted(answered.ErrorCode)
		e.Description = s.quoted(answered.ErrorDescription)
		if e.Code == "" && e.Description == "" {
			e.Description = s.quoted(string(answered.Body))
		}
		e.RetryAt, _ = transport.RetryAt(answered.Response.Header, time.Now())
		// A router or load balancer in front of the UAA says nothing about the
		// credential.
		e.elsewhere = answered.Response.Header.Get("X-Cf-RouterError") != ""
		return e
	default:
		// x/oauth2 quotes nothing of a body that it cannot read as a token.
		return s.wrapped(op, endpoint, errors.New(s.secrets.Clean(strings.TrimPrefix(err.Error(), "oauth2: "))))
	}
}

// encodedCredentials tells the UAA that client id and secret are URL-encoded in
// the Authorization header. x/oauth2 does that, as RFC 6749 says, and the UAA
// only decodes it when it is told to: without the header, a secret with special
// characters is a wrong one. For cf with its empty secret it makes no
// difference.
type encodedCredentials struct{ next http.RoundTripper }

func (t encodedCredentials) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-CF-ENCODED-CREDENTIALS", "true")
	r.Header.Set("Accept", "application/json")
	return t.next.RoundTrip(r)
}
