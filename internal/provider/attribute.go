package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// attribute is an attribute of the block and the environment variable that
// replaces it.
type attribute struct {
	name, variable string
	// alternative is a second variable, read if the first one is not set.
	alternative string
}

// The names are those of the official cloudfoundry/cloudfoundry provider.
// CF_USERNAME is the variable of the cf CLI (`cf auth`).
var (
	apiURL            = attribute{name: "api_url", variable: "CF_API_URL"}
	user              = attribute{name: "user", variable: "CF_USER", alternative: "CF_USERNAME"}
	password          = attribute{name: "password", variable: "CF_PASSWORD"}
	origin            = attribute{name: "origin", variable: "CF_ORIGIN"}
	ssoPasscode       = attribute{name: "sso_passcode", variable: "CF_SSO_PASSCODE"}
	cfClientID        = attribute{name: "cf_client_id", variable: "CF_CLIENT_ID"}
	cfClientSecret    = attribute{name: "cf_client_secret", variable: "CF_CLIENT_SECRET"}
	accessToken       = attribute{name: "access_token", variable: "CF_ACCESS_TOKEN"}
	refreshToken      = attribute{name: "refresh_token", variable: "CF_REFRESH_TOKEN"}
	assertionToken    = attribute{name: "assertion_token", variable: "CF_ASSERTION_TOKEN"}
	caCertificate     = attribute{name: "ca_certificate", variable: "CF_CA_CERTIFICATE"}
	skipSSLValidation = attribute{name: "skip_ssl_validation", variable: "CF_SKIP_SSL_VALIDATION"}
	requestTimeout    = attribute{name: "request_timeout", variable: "CF_REQUEST_TIMEOUT"}
	maxRetries        = attribute{name: "max_retries", variable: "CF_MAX_RETRIES"}

	attributes = []attribute{
		apiURL, user, password, origin, ssoPasscode, cfClientID, cfClientSecret, accessToken, refreshToken,
		assertionToken, caCertificate, skipSSLValidation, requestTimeout, maxRetries,
	}
)

// either names the attribute and its variable.
func (a attribute) either() string { return a.name + " (" + a.variable + ")" }

// value returns the attribute's value in the block.
func (m model) value(a attribute) attr.Value {
	return map[attribute]attr.Value{
		apiURL:            m.APIURL,
		user:              m.User,
		password:          m.Password,
		origin:            m.Origin,
		ssoPasscode:       m.SSOPasscode,
		cfClientID:        m.CFClientID,
		cfClientSecret:    m.CFClientSecret,
		accessToken:       m.AccessToken,
		refreshToken:      m.RefreshToken,
		assertionToken:    m.AssertionToken,
		caCertificate:     m.CACertificate,
		skipSSLValidation: m.SkipSSLValidation,
		requestTimeout:    m.RequestTimeout,
		maxRetries:        m.MaxRetries,
	}[a]
}

// unknown returns the attributes whose values are unknown until apply.
func (m model) unknown() []attribute {
	var unknown []attribute
	for _, a := range attributes {
		if m.value(a).IsUnknown() {
			unknown = append(unknown, a)
		}
	}
	return unknown
}

// place is where a value can be set.
type place int

const (
	inEnvironment place = iota
	inBlock
)

// value is the text that is set for an attribute, and where.
type value struct {
	attribute
	place place
	// variable is the environment variable that the value came from.
	variable string
	text     string
}

// isSet reports whether there is a value. An empty string is not a value:
// modules and pipelines pass "" for missing values.
func (v value) isSet() bool { return v.text != "" }

// label names the value in messages: the attribute, or the variable that the
// value came from.
func (v value) label() string {
	if v.place == inBlock {
		return v.name
	}
	return v.variable
}

// source describes where the value came from.
func (v value) source() string {
	if v.place == inBlock {
		return "the provider block"
	}
	return v.variable
}

// lookup returns the value of the block or, if there is none, of the
// environment.
func (r *resolver) lookup(a attribute) value {
	if v := r.lookupIn(a, inBlock); v.isSet() {
		return v
	}
	return r.lookupIn(a, inEnvironment)
}

// lookupIn returns the value of only one place. A value of the environment has the
// variable that it came from.
func (r *resolver) lookupIn(a attribute, in place) value {
	v := value{attribute: a, place: in, variable: a.variable}
	if in == inBlock {
		if s, ok := r.block.value(a).(types.String); ok {
			v.text = trimmed(a, s.ValueString()) // "" for null and unknown
		}
		return v
	}
	text, _ := r.env.lookup(a.variable)
	if v.text = trimmed(a, text); v.text == "" && a.alternative != "" {
		text, _ = r.env.lookup(a.alternative)
		if text = trimmed(a, text); text != "" {
			v.text, v.variable = text, a.alternative
		}
	}
	return v
}

// trimmed removes the white space around a value. A password or secret keeps its
// spaces, which may be part of it, and loses only the line break at its end, which
// comes from a file or command.
func trimmed(a attribute, text string) string {
	if a == password || a == cfClientSecret {
		return strings.TrimRight(text, "\r\n")
	}
	return strings.TrimSpace(text)
}
