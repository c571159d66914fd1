package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// verdict is what the search for a credential came to.
type verdict int

const (
	credentialNone  verdict = iota // neither block nor environment name one
	credentialFound                // there is one, and it can be used
	credentialWrong                // there is one, and the diagnostics say what is wrong
)

// kind is a way to log in, with the attributes that name it.
type kind struct {
	uaa        uaa.Kind
	attributes []attribute
	// pair kinds need all their attributes; of the others each does alone.
	pair bool
	// origin says that the identity provider can be chosen.
	origin bool
}

// clientCredentials is apart: next to another credential its attributes are
// the OAuth client through which that one logs in.
var (
	clientCredentials = kind{uaa: uaa.ClientCredentials, attributes: []attribute{cfClientID, cfClientSecret}, pair: true}

	kinds = []kind{
		{uaa: uaa.Password, attributes: []attribute{user, password}, pair: true, origin: true},
		{uaa: uaa.Passcode, attributes: []attribute{ssoPasscode}},
		{uaa: uaa.AccessToken, attributes: []attribute{accessToken, refreshToken}},
		{uaa: uaa.Assertion, attributes: []attribute{assertionToken}, origin: true},
	}
)

// credential finds the credential of the block or, if the block names none, of
// the environment.
func (r *resolver) credential() (uaa.Credential, verdict) {
	for _, inBlock := range []bool{true, false} {
		k, v := r.oneKind(inBlock)
		switch v {
		case credentialNone:
			continue
		case credentialWrong:
			return uaa.Credential{}, v
		}
		return r.build(k, inBlock)
	}
	if o := r.lookupIn(origin, true); o.given() {
		r.refuse(o, "is set without a credential", "It goes with user and password, or with assertion_token.")
		return uaa.Credential{}, credentialWrong
	}
	return uaa.Credential{}, credentialNone
}

// oneKind finds the kind of credential that one place names; two are an error.
func (r *resolver) oneKind(inBlock bool) (kind, verdict) {
	var named []kind
	var values []value
	for _, k := range kinds {
		if given := r.given(k, inBlock); len(given) > 0 {
			named, values = append(named, k), append(values, given...)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], credentialFound
	case len(named) == 0 && len(r.given(clientCredentials, inBlock)) > 0:
		return clientCredentials, credentialFound
	case len(named) == 0:
		return kind{}, credentialNone
	}
	place := "The environment"
	if inBlock {
		place = "The provider block"
	}
	r.refuseCredential(values[0], "Two kinds of credentials", fmt.Sprintf(
		"%s has %s, which belong to different kinds of credentials. Keep one kind: user and password, sso_passcode, "+
			"access_token (with or without refresh_token), refresh_token, assertion_token, or cf_client_id and "+
			"cf_client_secret.", place, nameValues(values)))
	return kind{}, credentialWrong
}

// given are the values of a kind that one place has.
func (r *resolver) given(k kind, inBlock bool) []value {
	var values []value
	for _, a := range k.attributes {
		if v := r.lookupIn(a, inBlock); v.given() {
			values = append(values, v)
		}
	}
	return values
}

// build puts the credential together, for a kind that the place names.
func (r *resolver) build(k kind, inBlock bool) (uaa.Credential, verdict) {
	values, ok := r.complete(k, inBlock)
	if !ok {
		return uaa.Credential{}, credentialWrong
	}
	credential := uaa.Credential{Kind: k.uaa, Source: sourceOf(values)}
	ok = true
	for _, v := range values {
		ok = r.fill(&credential, v) && ok
	}
	if k.uaa == uaa.AccessToken && credential.AccessToken == "" {
		credential.Kind = uaa.RefreshToken
	}
	if strings.Contains(credential.AccessToken, " ") && credential.RefreshToken != "" {
		r.refuseCredential(values[0], "Credentials that do not go together", fmt.Sprintf(
			"%s have values that do not go together: access_token is a whole Authorization value, not a token of the "+
				"foundation's login server, so no refresh token can renew it. Leave one of the two out.", nameValues(values)))
		ok = false
	}
	if k.uaa != uaa.ClientCredentials {
		ok = r.oauthClient(&credential, inBlock) && ok
	}
	ok = r.origin(&credential, k, inBlock) && ok
	if k.uaa == uaa.Passcode && ok {
		r.warnAboutPasscode(values[0])
	}
	if !ok {
		return uaa.Credential{}, credentialWrong
	}
	return credential, credentialFound
}

// complete gives the values of a kind. The missing half of a pair of the block
// may come from the environment; a token is whole as it is, and one of the
// environment may belong to somebody else.
func (r *resolver) complete(k kind, inBlock bool) ([]value, bool) {
	values := r.given(k, inBlock)
	if !k.pair || len(values) == len(k.attributes) {
		return values, true
	}
	var missing []attribute
	values = nil
	for _, a := range k.attributes {
		v := r.lookupIn(a, inBlock)
		if !v.given() {
			v = r.lookupIn(a, false)
		}
		if !v.given() {
			missing = append(missing, a)
			continue
		}
		values = append(values, v)
	}
	if len(missing) == 0 {
		return values, true
	}
	half := r.given(k, inBlock)[0]
	r.refuseCredential(half, "Half a credential", fmt.Sprintf(
		"%s is set, but %s is not. Set both, in the provider block or in the environment.",
		nameValues([]value{half}), missing[0].either()))
	return nil, false
}

// oauthClient sets the OAuth client next to another credential, if the place
// of the credential names one. A client that stands in the environment beside
// a block with its own credential is another credential, and is not mixed in.
func (r *resolver) oauthClient(credential *uaa.Credential, inBlock bool) bool {
	given := r.given(clientCredentials, inBlock)
	if len(given) == 0 {
		return true
	}
	id, secret := r.lookupIn(cfClientID, inBlock), r.lookupIn(cfClientSecret, inBlock)
	if !id.given() {
		id = r.lookupIn(cfClientID, false)
	}
	if !secret.given() {
		secret = r.lookupIn(cfClientSecret, false)
	}
	if !id.given() {
		r.refuseCredential(secret, "Half an OAuth client", fmt.Sprintf(
			"%s is set, but %s is not. Set both, or neither: then the client is cf, with an empty secret.",
			nameValues([]value{secret}), cfClientID.either()))
		return false
	}
	// A client without a secret is a public one, like cf itself.
	return r.fill(credential, id) && r.fill(credential, secret)
}

// origin sets the identity provider. In the environment it may be there for
// another credential than the one that was chosen; then it is left alone.
func (r *resolver) origin(credential *uaa.Credential, k kind, inBlock bool) bool {
	v := r.lookup(origin)
	switch {
	case !v.given():
		return true
	case k.origin:
		return r.fill(credential, v)
	case inBlock && !v.inBlock:
		return true
	}
	r.refuseCredential(v, "Invalid "+v.label(), fmt.Sprintf(
		"%s has no meaning next to %s: it names the identity provider for user and password, or for assertion_token.",
		nameValues([]value{v}), nameValues(r.given(k, inBlock))))
	return false
}

// fill checks a value and puts it where it belongs.
func (r *resolver) fill(credential *uaa.Credential, v value) bool {
	text, err := v.text, error(nil)
	switch v.attribute {
	case accessToken:
		text, err = normalizeAccessToken(text)
	case refreshToken, assertionToken, ssoPasscode:
		err = checkToken(text)
	default:
		if hasControl(text) {
			err = errors.New("has a control character or a line break in it")
		}
	}
	if err != nil {
		r.refuse(v, err.Error(), "The value is not shown, since it may be secret.")
		return false
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
	return true
}

// normalizeAccessToken gives the bare token of a value with or without
// `bearer `; any other value with a space is the whole Authorization value and
// stays as it is.
func normalizeAccessToken(text string) (string, error) {
	scheme, token, _ := strings.Cut(text, " ")
	if strings.EqualFold(scheme, "bearer") {
		text = strings.TrimLeft(token, " ")
		if text == "" {
			return "", errors.New("has no token behind the word bearer")
		}
		return text, checkToken(text)
	}
	return text, checkToken(strings.ReplaceAll(text, " ", ""))
}

// checkToken refuses what no token has and no HTTP header may carry. It never
// quotes the token.
func checkToken(text string) error {
	for _, c := range text {
		switch {
		case c == ' ':
			return errors.New("has a space in it")
		case c < ' ' || c == 0x7f:
			return errors.New("has a control character or a line break in it")
		case c > '~':
			return errors.New("has a character in it that no token has (only ASCII is allowed)")
		}
	}
	return nil
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// refuseCredential reports one error for several values, on the attribute when
// the first stands in the block.
func (r *resolver) refuseCredential(first value, summary, detail string) {
	if first.inBlock {
		r.diags.AddAttributeError(path.Root(first.name), summary, detail)
		return
	}
	r.diags.AddError(summary, detail)
}

func (r *resolver) warnAboutPasscode(v value) {
	const summary = "A passcode serves one provider process only"
	detail := v.label() + " is a one-time passcode, and Terraform starts the provider several times for one command " +
		"(validate, plan, apply): from the second login on, the login server refuses it. For more than a first look, " +
		"log in with `cf login --sso` and let the provider use the session of the cf CLI."
	if v.inBlock {
		r.diags.AddAttributeWarning(path.Root(v.name), summary, detail)
		return
	}
	r.diags.AddWarning(summary, detail)
}

// nameValues names values as in "user and password (from CF_PASSWORD)".
func nameValues(values []value) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.name
		if !v.inBlock {
			names[i] += " (from " + v.variable + ")"
		}
	}
	return enumerate(names)
}

// sourceOf says, for people, which credential it is and where it came from.
func sourceOf(values []value) string {
	names, places := make([]string, len(values)), make([]string, len(values))
	allInBlock := true
	for i, v := range values {
		names[i], places[i] = v.name, v.place()
		allInBlock = allInBlock && v.inBlock
	}
	if allInBlock {
		return enumerate(names) + " from the provider block"
	}
	mixed := false
	for _, v := range values {
		mixed = mixed || v.inBlock != values[0].inBlock
	}
	if !mixed {
		return enumerate(names) + " from " + enumerate(places)
	}
	for i := range names {
		names[i] += " from " + places[i]
	}
	return enumerate(names)
}

// enumerate writes "a", "a and b" or "a, b and c".
func enumerate(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
