package provider

import (
	"fmt"
	"net/url"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

const (
	defaultRequestTimeout = 30 * time.Second
	defaultMaxRetries     = 5
)

// settings is all that the provider needs to know, whatever it came from.
type settings struct {
	api               *url.URL
	credential        uaa.Credential
	caCertificate     string
	skipSSLValidation bool
	requestTimeout    time.Duration
	maxRetries        int
}

// surroundings is what counts beside the block. It is handed in, so that what
// follows is pure: the same input gives the same settings.
type surroundings struct {
	env      func(name string) (string, bool)
	home     func() (string, error)
	readFile func(name string) ([]byte, error)
}

// resolve turns the block and its surroundings into settings, or says what is
// wrong with them. The settings are of use only without errors.
func resolve(block model, around surroundings) (settings, diag.Diagnostics) {
	r := &resolver{block: block, around: around}
	if r.refuseUnknown(); r.diags.HasError() {
		return settings{}, r.diags
	}

	var s settings
	s.api = r.apiURL()
	s.caCertificate = r.caCertificate()
	s.requestTimeout = r.requestTimeout()
	s.maxRetries = r.maxRetries()
	skip, skipSource := r.skipSSLValidation()

	apiGiven := r.lookup(apiURL).given()
	credential, verdict := r.credential()
	switch verdict {
	case credentialFound, credentialWrong:
		if !apiGiven {
			r.missingAPIURL()
		}
	case credentialNone:
		var session *cliSession
		if session = r.cliSession(s.api, apiGiven); session != nil {
			credential, s.api = session.credential, session.target
			if skipSource == "" && session.sslDisabled {
				skip, skipSource = true, session.tlsSource
			}
		}
	}
	s.credential = credential
	s.skipSSLValidation = skip
	if skip {
		r.warnAboutTLS(skipSource)
	}
	return s, r.diags
}

// check finds what is wrong with the block alone, whatever the environment
// says: for `terraform validate`. Values that are not known yet pass.
func check(block model) diag.Diagnostics {
	nothing := func(string) (string, bool) { return "", false }
	r := &resolver{block: block, around: surroundings{env: nothing}}
	r.apiURL()
	r.caCertificate()
	r.requestTimeout()
	r.maxRetries()
	r.oneKind(true)
	return r.diags
}

// resolver collects what is wrong while it looks values up.
type resolver struct {
	block  model
	around surroundings
	diags  diag.Diagnostics
}

func (r *resolver) refuseUnknown() {
	for _, a := range attributes {
		if !r.block.value(a).IsUnknown() {
			continue
		}
		r.diags.AddAttributeError(path.Root(a.name), "Unknown value for "+a.name, fmt.Sprintf(
			"The value of %s is unknown until apply: it depends on something that does not exist yet. The provider needs "+
				"it earlier, to read processes while Terraform plans.\n\nGive it a value that is known at plan time (a literal or "+
				"a variable), leave it out and set %s, or first create what it depends on with `terraform apply -target=ADDRESS`.",
			a.name, a.variable))
	}
}

func (r *resolver) missingAPIURL() {
	r.diags.AddAttributeError(path.Root(apiURL.name), "Missing api_url",
		"The provider has a credential but does not know which foundation to ask. Set api_url in the provider block, or "+
			"CF_API_URL in the environment, to the root of the API, like https://api.example.org; `cf api` shows it.")
}

// warnAboutTLS says that certificates are not verified; source is the
// attribute, the variable or the file that wants it so.
func (r *resolver) warnAboutTLS(source string) {
	const summary = "TLS certificates are not verified"
	detail := fmt.Sprintf("Verification is turned off by %s. Whoever sits between Terraform and the API can read the "+
		"credential and change what is read. If the foundation's certificates come from an authority of your own, name "+
		"it in ca_certificate (CF_CA_CERTIFICATE) instead.", source)
	if source == skipSSLValidation.name {
		r.diags.AddAttributeWarning(path.Root(source), summary, detail)
		return
	}
	r.diags.AddWarning(summary, detail)
}
