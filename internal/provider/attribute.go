package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// attribute is an attribute of the block with the environment variable that
// stands in for it.
type attribute struct{ name, variable string }

// The names are those of the official cloudfoundry/cloudfoundry provider.
var (
	apiURL            = attribute{"api_url", "CF_API_URL"}
	user              = attribute{"user", "CF_USER"}
	password          = attribute{"password", "CF_PASSWORD"}
	origin            = attribute{"origin", "CF_ORIGIN"}
	ssoPasscode       = attribute{"sso_passcode", "CF_SSO_PASSCODE"}
	cfClientID        = attribute{"cf_client_id", "CF_CLIENT_ID"}
	cfClientSecret    = attribute{"cf_client_secret", "CF_CLIENT_SECRET"}
	accessToken       = attribute{"access_token", "CF_ACCESS_TOKEN"}
	refreshToken      = attribute{"refresh_token", "CF_REFRESH_TOKEN"}
	assertionToken    = attribute{"assertion_token", "CF_ASSERTION_TOKEN"}
	caCertificate     = attribute{"ca_certificate", "CF_CA_CERTIFICATE"}
	skipSSLValidation = attribute{"skip_ssl_validation", "CF_SKIP_SSL_VALIDATION"}
	requestTimeout    = attribute{"request_timeout", "CF_REQUEST_TIMEOUT"}
	maxRetries        = attribute{"max_retries", "CF_MAX_RETRIES"}

	attributes = []attribute{
		apiURL, user, password, origin, ssoPasscode, cfClientID, cfClientSecret, accessToken, refreshToken,
		assertionToken, caCertificate, skipSSLValidation, requestTimeout, maxRetries,
	}
)

// either names the two places where the value can be set.
func (a attribute) either() string { return a.name + " (" + a.variable + ")" }

// value is the attribute's value in the block.
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

// value is the text that was given for an attribute, and where.
type value struct {
	attribute
	text    string
	inBlock bool
}

// given says whether there is a value at all.
func (v value) given() bool { return v.text != "" }

// label is what people call the value: the attribute, or the variable that it
// came from.
func (v value) label() string {
	if v.inBlock {
		return v.name
	}
	return v.variable
}

// place says where the value came from.
func (v value) place() string {
	if v.inBlock {
		return "the provider block"
	}
	return v.variable
}

// lookup takes the value of the block or, if there is none, of the environment.
func (r *resolver) lookup(a attribute) value {
	if v := r.lookupIn(a, true); v.given() {
		return v
	}
	return r.lookupIn(a, false)
}

// lookupIn takes the value from one place only. An empty string counts as not
// given in both places: modules and pipelines hand over "" for what they do
// not have.
func (r *resolver) lookupIn(a attribute, inBlock bool) value {
	v := value{attribute: a, inBlock: inBlock}
	if inBlock {
		if s, ok := r.block.value(a).(types.String); ok {
			v.text = s.ValueString() // "" for null and unknown
		}
	} else {
		v.text, _ = r.around.env(a.variable)
	}
	switch a {
	case password, cfClientSecret:
		// Spaces may belong to it; a line break at the end comes from a file
		// or a command, and nobody can type one in a login form.
		v.text = strings.TrimRight(v.text, "\r\n")
	default:
		v.text = strings.TrimSpace(v.text)
	}
	return v
}

// refuse reports an error on the attribute, or on the variable when the value
// came from there. The reason continues a sentence that begins with the
// attribute or variable.
func (r *resolver) refuse(v value, reason, advice string) {
	summary, detail := "Invalid "+v.label(), v.label()+" "+reason+"."
	if advice != "" {
		detail += " " + advice
	}
	if v.inBlock {
		r.diags.AddAttributeError(path.Root(v.name), summary, detail)
		return
	}
	r.diags.AddError(summary, detail)
}
