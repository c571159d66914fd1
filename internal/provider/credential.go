package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// credentialKind is a way to log in, with the attributes that select it.
type credentialKind struct {
	kind       uaa.Kind
	attributes []attribute
	// pair kinds need all their attributes; of the others, each attribute is
	// enough.
	pair bool
	// hasOrigin is true if the identity provider can be chosen.
	hasOrigin bool
}

// clientCredentials is not in credentialKinds: next to another credential, its
// attributes are the OAuth client of that one.
var (
	clientCredentials = credentialKind{
		kind: uaa.ClientCredentials, attributes: []attribute{cfClientID, cfClientSecret}, pair: true,
	}

	credentialKinds = []credentialKind{
		{kind: uaa.Password, attributes: []attribute{user, password}, pair: true, hasOrigin: true},
		{kind: uaa.Passcode, attributes: []attribute{ssoPasscode}},
		{kind: uaa.AccessToken, attributes: []attribute{accessToken, refreshToken}},
		{kind: uaa.Assertion, attributes: []attribute{assertionToken}, hasOrigin: true},
	}
)

// credential returns the credential of the block or, if the block has none, of
// the environment. If set is true, the credential may be unusable; then that has
// been reported.
func (r *resolver) credential() (credential uaa.Credential, set bool) {
	for _, in := range []place{inBlock, inEnvironment} {
		kind, set, ok := r.kindIn(in)
		switch {
		case !ok:
			return uaa.Credential{}, true
		case set:
			return r.build(kind, in), true
		}
	}
	if v := r.lookupIn(origin, inBlock); v.isSet() {
		r.reportMissing("Missing credential", "The provider block sets origin, but no credential that it belongs to. Set user "+
			"and password, or assertion_token, or remove origin.")
		return uaa.Credential{}, true
	}
	return uaa.Credential{}, false
}

// kindIn returns the kind of credential that one place sets. It reports two kinds
// as an error; then ok is false.
func (r *resolver) kindIn(in place) (kind credentialKind, set, ok bool) {
	var found []credentialKind
	var values []value
	for _, k := range credentialKinds {
		if v := r.valuesOf(k, in); len(v) > 0 {
			found, values = append(found, k), append(values, v...)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], true, true
	case len(found) == 0:
		return clientCredentials, len(r.valuesOf(clientCredentials, in)) > 0, true
	}
	where := "The environment"
	if in == inBlock {
		where = "The provider block"
	}
	r.reportError(values[0], "Two kinds of credentials", fmt.Sprintf(
		"%s sets %s, which are different kinds of credentials. Keep one kind: user and password, sso_passcode, "+
			"access_token (with or without refresh_token), refresh_token, assertion_token, or cf_client_id and "+
			"cf_client_secret.", where, nameValues(values)))
	return credentialKind{}, true, false
}

// valuesOf returns the values of a kind that one place sets.
func (r *resolver) valuesOf(k credentialKind, in place) []value {
	var values []value
	for _, a := range k.attributes {
		if v := r.lookupIn(a, in); v.isSet() {
			values = append(values, v)
		}
	}
	return values
}

// build returns the credential of a kind that one place selects, and reports its
// mistakes.
func (r *resolver) build(k credentialKind, in place) uaa.Credential {
	values := r.complete(k, in)
	credential := uaa.Credential{Kind: k.kind, Source: sourceOf(values)}
	for _, v := range values {
		r.fill(&credential, v)
	}
	if k.kind == uaa.AccessToken && credential.AccessToken == "" {
		credential.Kind = uaa.RefreshToken
	}
	if strings.Contains(credential.AccessToken, " ") && credential.RefreshToken != "" {
		r.reportError(values[0], "Incompatible credentials", fmt.Sprintf(
			"%s are incompatible: this access_token is a whole Authorization value, not a token of the foundation's login "+
				"server, so no refresh token can renew it. Remove one of the two.", nameValues(values)))
	}
	if k.kind != uaa.ClientCredentials {
		r.oauthClient(&credential, in)
	}
	r.origin(&credential, k, in)
	if k.kind == uaa.Passcode && !r.diags.HasError() {
		r.warnAboutPasscode(values[0])
	}
	return credential
}

// complete returns the values of a kind. The missing half of a pair of the block
// may come from the environment. A token needs no other half, and one of the
// environment may belong to another credential.
func (r *resolver) complete(k credentialKind, in place) []value {
	if !k.pair {
		return r.valuesOf(k, in)
	}
	var values []value
	for _, a := range k.attributes {
		v := r.lookupIn(a, in)
		if !v.isSet() {
			v = r.lookupIn(a, inEnvironment)
		}
		if v.isSet() {
			values = append(values, v)
			continue
		}
		r.reportMissing("Incomplete credential", fmt.Sprintf(
			"%s is set, but %s is not. Set both, in the provider block or in the environment.",
			nameValues(r.valuesOf(k, in)[:1]), a.either()))
	}
	return values
}

// oauthClient sets the OAuth client next to another credential, if the place of
// the credential sets one. A client of the environment next to a credential of the
// block is a separate credential, and is left out.
func (r *resolver) oauthClient(credential *uaa.Credential, in place) {
	if len(r.valuesOf(clientCredentials, in)) == 0 {
		return
	}
	id, secret := r.lookupIn(cfClientID, in), r.lookupIn(cfClientSecret, in)
	if !id.isSet() {
		id = r.lookupIn(cfClientID, inEnvironment)
	}
	if !secret.isSet() {
		secret = r.lookupIn(cfClientSecret, inEnvironment)
	}
	if !id.isSet() {
		r.reportMissing("Incomplete OAuth client", fmt.Sprintf(
			"%s is set, but %s is not. Set both, or remove the secret: then the client is cf, with an empty secret.",
			nameValues([]value{secret}), cfClientID.either()))
		return
	}
	r.fill(credential, id)
	r.fill(credential, secret) // a client without a secret is a public one, like cf itself
}

// origin sets the identity provider. One of the environment may belong to another
// credential than the block's, and is then left out.
func (r *resolver) origin(credential *uaa.Credential, k credentialKind, in place) {
	v := r.lookup(origin)
	switch {
	case !v.isSet():
	case k.hasOrigin:
		r.fill(credential, v)
	case in == inBlock && v.place == inEnvironment:
	default:
		r.refuse(v, "cannot be combined with "+nameValues(r.valuesOf(k, in)),
			"It selects the identity provider for user and password, or for assertion_token.")
	}
}

// fill checks a value and sets its field of the credential.
func (r *resolver) fill(credential *uaa.Credential, v value) {
	text, err := v.text, error(nil)
	switch v.attribute {
	case accessToken:
		text, err = normalizeAccessToken(text)
	case refreshToken, assertionToken, ssoPasscode:
		err = checkToken(text)
	default:
		if hasControl(text) {
			err = errControl
		}
	}
	if err != nil {
		r.refuse(v, err.Error(), "The value may be secret and is not shown.")
		return
	}
	*map[attribute]*string{
		user:           &credential.User,
		password:       &credential.Password,
		origin:         &credential.Origin,
		ssoPasscode:    &credential.Passcode,
		cfClientID:     &credential.ClientID,
		cfClientSecret: &credential.ClientSecret,
		accessToken:    &credential.AccessToken,
		refreshToken:   &credential.RefreshToken,
		assertionToken: &credential.AssertionToken,
	}[v.attribute] = text
}

var errControl = errors.New("contains a control character or a line break")

// normalizeAccessToken removes `bearer ` from an access token. Any other value with
// a space is a whole Authorization value and is returned unchanged.
func normalizeAccessToken(text string) (string, error) {
	scheme, token, _ := strings.Cut(text, " ")
	if strings.EqualFold(scheme, "bearer") {
		text = strings.TrimLeft(token, " ")
		if text == "" {
			return "", errors.New(`has no token after "bearer"`)
		}
		return text, checkToken(text)
	}
	return text, checkToken(strings.ReplaceAll(text, " ", ""))
}

// checkToken rejects characters that no token has and no HTTP header may carry.
// Its errors never quote the token.
func checkToken(text string) error {
	for _, c := range text {
		switch {
		case c == ' ':
			return errors.New("contains a space")
		case c < ' ' || c == 0x7f:
			return errControl
		case c > '~':
			return errors.New("contains a character that no token has (only ASCII is allowed)")
		}
	}
	return nil
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

func (r *resolver) warnAboutPasscode(v value) {
	r.reportWarning(v, "A passcode works for only one provider process", v.label()+
		" is a one-time passcode, and Terraform starts the provider several times for each command (for example once to "+
		"plan and once to apply): the login server refuses it from the second login on. For more than one read, log in "+
		"with `cf login --sso` and let the provider use the cf CLI's session.")
}

// nameValues names values, as in "user and password (from CF_PASSWORD)".
func nameValues(values []value) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.name
		if v.place == inEnvironment {
			names[i] += " (from " + v.variable + ")"
		}
	}
	return diagnostic.Enumerate(names, "and")
}

// sourceOf describes a credential and its origin for messages.
func sourceOf(values []value) string {
	names, sources := make([]string, len(values)), make([]string, len(values))
	places := map[place]bool{}
	for i, v := range values {
		names[i], sources[i] = v.name, v.source()
		places[v.place] = true
	}
	switch {
	case len(places) > 1:
		for i := range names {
			names[i] += " from " + sources[i]
		}
		return diagnostic.Enumerate(names, "and")
	case places[inBlock]:
		return diagnostic.Enumerate(names, "and") + " from the provider block"
	default:
		return diagnostic.Enumerate(names, "and") + " from " + diagnostic.Enumerate(sources, "and")
	}
}
