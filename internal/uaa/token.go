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

// early is how long before it expires a token is renewed, so that it does not
// expire in transit. For short-lived tokens it is a tenth of the lifetime.
const early = time.Minute

// token is an Authorization value with its times and its origin.
type token struct {
	value   string
	renewAt time.Time // zero: only when the API refuses it
	expires time.Time // zero: unknown
	// obtained is when this session got the token, and issuer the URL that issued it;
	// both are zero for a token of the user.
	obtained time.Time
	issuer   string
	accepted bool // the API has accepted it
}

// newToken returns the token for an Authorization value that is valid from issued
// (zero: unknown) to expires (zero: unknown, it is used until the API refuses it).
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

// alive reports whether the token has not expired.
func (t *token) alive(now time.Time) bool {
	return t != nil && (t.expires.IsZero() || now.Before(t.expires))
}

// request requests a token from the UAA. It returns the refresh token, too, empty
// when there is none.
//
// clientcredentials is the only part of x/oauth2 that accepts the parameters of
// any grant; the others support neither login_hint nor passcode.
func (s *Session) request(ctx context.Context, op, endpoint string, grant url.Values) (*token, string, error) {
	id, secret := s.credential.client()
	config := clientcredentials.Config{
		ClientID:       id,
		ClientSecret:   secret,
		TokenURL:       endpoint,
		EndpointParams: grant,
		AuthStyle:      oauth2.AuthStyleInHeader,
	}
	client := s.http
	if grant.Has("passcode") {
		client = s.httpOnce
	}
	answer, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
	if err != nil {
		return nil, "", s.refusal(op, endpoint, grant.Get("grant_type") == "refresh_token", err)
	}
	s.secrets.Add(answer.AccessToken, answer.RefreshToken)
	if strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, "", s.problem(op, endpoint, "the token in the response contains characters that no token has")
	}
	now := s.now()
	issued := now
	var expires time.Time
	if !answer.Expiry.IsZero() {
		expires = now.Add(time.Until(answer.Expiry))
	} else {
		issued, expires = lifeOf(answer.AccessToken)
	}
	t := newToken("bearer "+answer.AccessToken, issued, expires)
	t.obtained, t.issuer = now, endpoint
	return t, answer.RefreshToken, nil
}

// refusal returns the Error for a token request that failed.
func (s *Session) refusal(op, endpoint string, refreshing bool, err error) *Error {
	var transportErr *transport.Error
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &transportErr) && transportErr.Kind == transport.KindTooLarge:
		return s.problem(op, endpoint, transportErr.Err.Error()+"; something other than the UAA probably answers there")
	case errors.As(err, &transportErr):
		return s.wrapped(op, "", transportErr) // its text has the URL
	case errors.As(err, &answered):
		e := s.problem(op, endpoint, "")
		e.Status = answered.Response.StatusCode
		e.Code = s.quoted(answered.ErrorCode)
		e.Description = s.quoted(answered.ErrorDescription)
		if e.Code == "" && e.Description == "" {
			e.Description = s.quoted(string(answered.Body))
		}
		e.RetryAt, _ = transport.RetryAt(answered.Response.StatusCode, answered.Response.Header, time.Now())
		// A router or load balancer in front of the UAA did not check the
		// credential.
		e.fromRouter = answered.Response.Header.Get("X-Cf-RouterError") != ""
		if e.final() {
			e.Advice = s.refusalHint(answered.ErrorCode, refreshing)
		} else {
			e.Advice = e.routerHint()
		}
		return e
	default:
		reason, fromBody := strings.CutPrefix(err.Error(), "oauth2: ")
		if fromBody { // which x/oauth2 does not quote
			reason = "the response has no token (" + reason + "); something other than the UAA probably answers there"
		}
		return s.wrapped(op, endpoint, errors.New(s.secrets.Clean(reason)))
	}
}

// maxTokenBytes bounds the response to a token request: tokens of users with
// thousands of groups have tens of kilobytes.
const maxTokenBytes = 1 << 20

// tokenClient returns the client for token requests; once is for grants that
// the UAA accepts only once.
func tokenClient(client *transport.Client, once bool) *http.Client {
	c := client.HTTPClient(transport.HTTPOptions{Once: once, MaxBodyBytes: maxTokenBytes, JSON: true})
	c.Transport = encodedCredentials{c.Transport}
	return c
}

// encodedCredentials marks client id and secret as URL-encoded in the
// Authorization header. x/oauth2 encodes them, as RFC 6749 requires, and the UAA
// decodes them only with this header: without it, a secret with special characters
// is wrong (../capi/README.md#encoded-credentials). For cf with its empty secret it
// makes no difference.
type encodedCredentials struct{ next http.RoundTripper }

func (t encodedCredentials) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-CF-ENCODED-CREDENTIALS", "true")
	r.Header.Set("Accept", "application/json")
	return t.next.RoundTrip(r)
}
