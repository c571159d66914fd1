package uaa

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// severalProcesses explains why a credential that is valid once is not enough
	// (../capi/README.md#valid-once).
	severalProcesses = "Terraform starts several provider processes for each command (to plan and to apply, for example)"
	// otherCredential is the advice to use a credential that is valid repeatedly.
	otherCredential = "use a credential with which the provider can log in again: user and password, cf_client_id and " +
		"cf_client_secret, or the session of `cf login`"
)

// notRenewable returns the error for a credential that cannot get another token.
func (s *Session) notRenewable(op string) *Error {
	description := "there is no refresh token for it"
	switch {
	case s.credential.Kind == Passcode:
		description = "the one-time passcode has been used"
	case s.credential.isWholeValue():
		description = "access_token is a whole Authorization value, which the provider cannot renew"
	case s.credential.Kind == AccessToken:
		description = "an access token alone cannot be renewed"
	}
	e := s.problem(op, "", description)
	e.Advice = s.renewalHint()
	return e
}

// renewalHint returns what the user can do about a credential that cannot be
// renewed.
func (s *Session) renewalHint() string {
	switch s.credential.Kind {
	case CLISession:
		return "Log in again with `cf login`."
	case Passcode:
		return "A passcode is valid once, but " + severalProcesses + ". Get a new one for sso_passcode (or CF_SSO_PASSCODE) from the " +
			"page /passcode of the foundation's login server. For more than one read, log in with `cf login --sso` and let " +
			"the provider use the cf CLI's session."
	case AccessToken:
		if s.credential.isWholeValue() {
			return "Get a new value for access_token (or CF_ACCESS_TOKEN) from where this one came from."
		}
		if s.credential.RefreshToken == "" {
			return "Get a new token with `cf oauth-token`, also set refresh_token, or " + otherCredential + "."
		}
		return "Get a new access_token and refresh_token, or " + otherCredential + "."
	default:
		return "Get a new refresh_token, or " + otherCredential + "."
	}
}

// refusalHint returns what the user can do about a token request that the UAA
// refused. The code is the UAA's.
func (s *Session) refusalHint(code string, refreshing bool) string {
	id, _ := s.credential.client()
	switch {
	case code == "invalid_client":
		return fmt.Sprintf("UAA rejected the OAuth client %s. Check cf_client_id and cf_client_secret.", id)
	case code == "unauthorized_client":
		return fmt.Sprintf("The OAuth client %s must not log in in this way: it lacks the grant type. Set another client in "+
			"cf_client_id, or add the grant type to this one.", id)
	case refreshing && s.credential.Kind == CLISession:
		return s.renewalHint() + " If the login server rotates refresh tokens (each is valid once), the cf CLI and the provider " +
			"invalidate each other's: log in with user and password, or cf_client_id and cf_client_secret, there."
	case refreshing && s.credential.Kind == Passcode:
		return s.renewalHint()
	case refreshing:
		return "A refresh token expires. Where the login server rotates refresh tokens, each is also valid only once, but " +
			severalProcesses + ", each with the same refresh_token. " + s.renewalHint()
	}
	switch s.credential.Kind {
	case Password:
		return "UAA rejected this user and password. Check both, and origin (such as ldap, or the name of a SAML or OIDC provider) " +
			"if the user is not UAA's own. The provider does not try again, since UAA locks accounts."
	case Passcode:
		return "UAA rejected this passcode. " + s.renewalHint()
	case Assertion:
		return "UAA rejected this assertion_token. Check that it has not expired, that UAA trusts its issuer, and that origin is the " +
			"name of that provider in UAA."
	default:
		return "UAA rejected this client. Check cf_client_id and cf_client_secret."
	}
}

// tokensRefused is the error that ends a session whose tokens the API refuses. It
// names the likely cause, if the last token shows one.
func (s *Session) tokensRefused(last *token) *Error {
	e := s.problem("get a token that the API accepts", "", fmt.Sprintf(
		"%s issues tokens for this credential, but the API refuses them with 401", last.issuer))
	e.TokensRefused = true
	id, _ := s.credential.client()
	scopes := fmt.Sprintf("the OAuth client %s, or the user, lacks the scopes cloud_controller.read and cloud_controller.write", id)
	clock := "the clock of the API or of the login server is wrong"
	claims := claimsOf(last.value)
	forAPI := func(audience string) bool { return strings.HasPrefix(audience, apiAudience) }
	if len(claims.Audience) > 0 && !slices.ContainsFunc(claims.Audience, forAPI) {
		e.Advice = fmt.Sprintf("The token is for %s, not for %s: %s.",
			s.quoted(strings.Join(claims.Audience, ", ")), apiAudience, scopes)
	} else {
		if difference := last.obtained.Sub(claims.issued()).Abs(); !claims.issued().IsZero() && difference > time.Minute {
			clock += fmt.Sprintf(" (this machine's clock and the login server's differ by %s)", difference.Round(time.Minute))
		}
		e.Advice = "Likely causes:\n  - " + scopes + "\n  - a proxy or login page responds in the API's place\n  - " + clock
	}
	e.Advice += "\n\nThe provider does not log in again in this run, since UAA locks accounts."
	return e
}
