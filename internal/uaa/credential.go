// Package uaa obtains values of the Authorization header for the credential of a
// user: it finds the foundation's UAA, logs in when the first request needs it, and
// renews tokens, once for all requests that wait. The number of logins is bounded,
// since UAA locks accounts.
package uaa

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// Kind is a way to log in.
type Kind int

const (
	// Password is a user with a password, in Credential.Origin if given.
	Password Kind = iota + 1
	// Passcode is a one-time passcode.
	Passcode
	// ClientCredentials is an OAuth client that acts without a user.
	ClientCredentials
	// AccessToken is a token, or a whole Authorization value, that the user
	// obtained; with a refresh token it can be renewed.
	AccessToken
	// RefreshToken is only a refresh token.
	RefreshToken
	// Assertion is a JWT that the UAA trusts, such as a pipeline's OIDC token.
	Assertion
	// CLISession is the session that the cf CLI stores after cf login.
	CLISession
)

// Credential is a credential of a user, and where it came from.
type Credential struct {
	Kind                      Kind
	User, Password            string
	Origin                    string // identity provider, for Password and Assertion
	Passcode                  string
	ClientID, ClientSecret    string // default: the public client cf
	AccessToken, RefreshToken string
	AssertionToken            string
	UAAEndpoint               string // CLISession: where the session was made
	AuthorizationEndpoint     string // CLISession: the same, where there is no UAAEndpoint
	Source                    string // for messages, such as "access_token from CF_ACCESS_TOKEN"
}

// defaultClient is the public OAuth client of the cf CLI, which every
// foundation has. Its secret is empty.
const defaultClient = "cf"

// client returns the OAuth client to use.
func (c Credential) client() (id, secret string) {
	if c.ClientID == "" {
		return defaultClient, c.ClientSecret
	}
	return c.ClientID, c.ClientSecret
}

// secrets returns the secret parts.
func (c Credential) secrets() []string {
	result := []string{c.Password, c.Passcode, c.ClientSecret, c.RefreshToken, c.AssertionToken}
	if c.ClientSecret != "" {
		id, secret := c.client()
		for _, pair := range []string{id + ":" + secret, url.QueryEscape(id) + ":" + url.QueryEscape(secret)} {
			result = append(result, base64.StdEncoding.EncodeToString([]byte(pair)))
		}
	}
	return append(result, tokenSecrets(c.AccessToken)...)
}

// tokenSecrets returns a token and, of a whole Authorization value, the part after
// the scheme.
func tokenSecrets(token string) []string {
	token = strings.TrimSpace(token)
	if _, value, found := strings.Cut(token, " "); found {
		return []string{strings.TrimSpace(value), token}
	}
	return []string{token}
}

// grant returns the parameters of the credential's token request, nil if it is
// already a token.
func (c Credential) grant() url.Values {
	var v url.Values
	switch c.Kind {
	case Password:
		v = url.Values{"grant_type": {"password"}, "username": {c.User}, "password": {c.Password}}
	case Passcode:
		v = url.Values{"grant_type": {"password"}, "passcode": {c.Passcode}}
	case ClientCredentials:
		v = url.Values{"grant_type": {"client_credentials"}}
	case Assertion:
		v = url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {c.AssertionToken}}
	default:
		return nil
	}
	if c.Origin != "" && (c.Kind == Password || c.Kind == Assertion) {
		hint, err := json.Marshal(map[string]string{"origin": c.Origin})
		if err == nil { // encoding a string never fails
			v.Set("login_hint", string(hint))
		}
	}
	return v
}

func refreshGrant(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// authorization returns the header value for an access token: with bearer in
// front, unless it is a whole value of another scheme, such as Korifi's clientcert.
func authorization(token string) string {
	token = strings.TrimSpace(token)
	scheme, value, found := strings.Cut(token, " ")
	switch {
	case !found:
		return "bearer " + token
	case strings.EqualFold(scheme, "bearer"):
		return "bearer " + strings.TrimSpace(value)
	default:
		return token
	}
}

// isWholeValue reports whether the credential is a whole Authorization value of
// another scheme than bearer.
func (c Credential) isWholeValue() bool {
	return strings.Contains(strings.TrimPrefix(authorization(c.AccessToken), "bearer "), " ")
}

// apiAudience begins the audiences that Cloud Controller requires of a token
// (../capi/README.md#audience).
const apiAudience = "cloud_controller"

// claims are the parts of a JWT that the provider reads. Its signature is not
// checked: they only decide when to renew a token, and the text of an error.
type claims struct {
	Issued   float64  `json:"iat"`
	Expires  float64  `json:"exp"`
	Audience audience `json:"aud"`
}

func (c claims) issued() time.Time { return unix(c.Issued) }

// audience is a list of strings, which JSON may have as one string.
type audience []string

// UnmarshalJSON accepts a string or a list of strings, and ignores other values.
func (a *audience) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*a = audience{one}
		return nil
	}
	var list []string
	if json.Unmarshal(content, &list) == nil {
		*a = list
	}
	return nil
}

// claimsOf returns the claims of an Authorization value, empty for a value that is
// not a JWT.
func claimsOf(value string) claims {
	token, isBearer := strings.CutPrefix(value, "bearer ")
	parts := strings.Split(token, ".")
	if !isBearer || len(parts) != 3 {
		return claims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}
	}
	var c claims
	if json.Unmarshal(payload, &c) != nil {
		return claims{}
	}
	return c
}

// lifeOf returns when a token was issued and when it expires, zero if the token has
// no such time. A wrong time costs one request, since the API decides.
func lifeOf(token string) (issued, expires time.Time) {
	c := claimsOf(authorization(token))
	return c.issued(), unix(c.Expires)
}

func unix(seconds float64) time.Time {
	if seconds <= 0 || seconds > 1e11 { // not a plausible time
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}
