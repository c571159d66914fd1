package provider

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

const (
	defaultRequestTimeout = 30 * time.Second
	defaultMaxRetries     = 5
)

// settings is the resolved configuration, regardless of where each value came
// from.
type settings struct {
	// incomplete is the error of the first request, if a setting is missing or
	// unknown. The fields below are valid only if it is nil.
	incomplete *diagnostic.NotConfigured

	api               *url.URL
	credential        uaa.Credential
	caCertificate     string
	skipSSLValidation bool
	requestTimeout    time.Duration
	maxRetries        int
}

// environment holds everything outside the block that the settings depend on. It
// is injected so that resolve is pure.
type environment struct {
	goos     string // as runtime.GOOS
	lookup   func(name string) (string, bool)
	readFile func(name string) ([]byte, error)
}

// resolve determines the settings. They are valid only if there are no errors.
// The errors are about malformed values; missing and unknown ones are in
// settings.incomplete, since a run may never need them.
func resolve(block model, env environment) (settings, diag.Diagnostics) {
	if unknown := block.unknown(); len(unknown) > 0 {
		return settings{incomplete: unknownValues(unknown)}, check(block)
	}
	r := &resolver{block: block, env: env}
	var s settings
	s.caCertificate = r.caCertificate()
	s.requestTimeout = r.requestTimeout()
	s.maxRetries = r.maxRetries()
	skip, skipSource := r.skipSSLValidation()
	target := r.target()

	s.credential, s.api = target.credential, target.api
	if skipSource == "" && target.sslDisabled {
		skip, skipSource = true, "SSLDisabled in the cf CLI's "+target.cliConfig
	}
	s.skipSSLValidation = skip
	if skip {
		r.warnAboutTLS(skipSource)
	}
	s.incomplete = r.incomplete()
	if s.incomplete == nil && !r.diags.HasError() && s.api.Scheme == "http" && !isLoopback(s.api) {
		r.warnAboutPlainHTTP(s.api)
	}
	return s, r.diags
}

// check reports the mistakes in the block itself, for `terraform validate`. It
// accepts values that are unknown or may come from the environment.
func check(block model) diag.Diagnostics {
	nothing := func(string) (string, bool) { return "", false }
	r := &resolver{block: block, env: environment{lookup: nothing}}
	r.apiURL()
	r.caCertificate()
	r.requestTimeout()
	r.maxRetries()
	if kind, set, ok := r.kindIn(inBlock); set && ok {
		for _, v := range r.valuesOf(kind, inBlock) {
			r.fill(&uaa.Credential{}, v)
		}
	}
	return r.diags
}

// resolver looks values up and collects their mistakes.
type resolver struct {
	block model
	env   environment
	// diags has the errors about malformed values, and the warnings.
	diags diag.Diagnostics
	// missing has the errors about missing values.
	missing []diagnostic.NotConfigured
}

// target is an API and the credential for it.
type target struct {
	api        *url.URL
	credential uaa.Credential
	// cliConfig is the path of the cf CLI's configuration if the API comes from
	// there. Then sslDisabled is the CLI's setting for this API.
	cliConfig   string
	sslDisabled bool
}

// target determines the API and the credential, and reports their mistakes in the
// diagnostics.
func (r *resolver) target() target {
	api, apiSet := r.apiURL()
	credential, set := r.credential()
	switch {
	case !set:
		return r.cliSession(api, apiSet)
	case apiSet:
		return target{api: api, credential: credential}
	default:
		t := r.cliTarget(credential.Kind)
		t.credential = credential
		return t
	}
}

// incomplete returns one error for all missing values, nil if none is missing.
func (r *resolver) incomplete() *diagnostic.NotConfigured {
	switch len(r.missing) {
	case 0:
		return nil
	case 1:
		return &r.missing[0]
	}
	details := make([]string, len(r.missing))
	for i, m := range r.missing {
		details[i] = m.Summary + ": " + m.Detail
	}
	return &diagnostic.NotConfigured{Summary: "Incomplete provider configuration", Detail: strings.Join(details, "\n\n")}
}

func (r *resolver) reportMissing(summary, detail string) {
	r.missing = append(r.missing, diagnostic.NotConfigured{Summary: summary, Detail: detail})
}

// reportError reports an error that is about several values: on the attribute if
// the first one is in the block.
func (r *resolver) reportError(first value, summary, detail string) {
	if first.place == inBlock {
		r.diags.AddAttributeError(path.Root(first.name), summary, detail)
		return
	}
	r.diags.AddError(summary, detail)
}

func (r *resolver) reportWarning(first value, summary, detail string) {
	if first.place == inBlock {
		r.diags.AddAttributeWarning(path.Root(first.name), summary, detail)
		return
	}
	r.diags.AddWarning(summary, detail)
}

// refuse reports a malformed value. The reason completes a sentence that begins
// with the attribute or variable.
func (r *resolver) refuse(v value, reason, advice string) {
	detail := v.label() + " " + reason + "."
	if advice != "" {
		detail += " " + advice
	}
	r.reportError(v, "Invalid "+v.label(), detail)
}

// unknownValues is the error for attributes that are unknown until apply.
func unknownValues(unknown []attribute) *diagnostic.NotConfigured {
	names, variables := make([]string, len(unknown)), make([]string, len(unknown))
	for i, a := range unknown {
		names[i], variables[i] = a.name, a.variable
	}
	values, are, them := "Unknown value for ", "is", "it"
	if len(unknown) > 1 {
		values, are, them = "Unknown values for ", "are", "them"
	}
	return &diagnostic.NotConfigured{
		Unknown: true,
		Summary: values + diagnostic.Enumerate(names, "and") + " in the provider block",
		Detail: fmt.Sprintf("In the provider block, %s %s unknown until apply, because the configuration derives %s from something "+
			"that does not exist yet. This block needs the provider earlier, while Terraform plans.\n\n"+
			"Set %s to a value that is known at plan time (a literal or a variable), remove %s and set %s in the environment, or "+
			"first create what %s on with `terraform apply -target=ADDRESS`.",
			diagnostic.Enumerate(names, "and"), are, them, diagnostic.Enumerate(names, "and"), them, diagnostic.Enumerate(variables, "and"), dependOn(them)),
	}
}

func dependOn(pronoun string) string {
	if pronoun == "it" {
		return "it depends"
	}
	return "they depend"
}

// warnAboutTLS warns that certificates are not verified. The source is the
// attribute, the variable or the file that turned verification off.
func (r *resolver) warnAboutTLS(source string) {
	detail := fmt.Sprintf("%s turns the verification of certificates off. Anyone between Terraform and the API can then read the "+
		"credential and change what is read. If a private authority signed the foundation's certificates, set "+
		"ca_certificate (CF_CA_CERTIFICATE) instead.", source)
	const summary = "TLS certificates are not verified"
	if source == skipSSLValidation.name {
		r.diags.AddAttributeWarning(path.Root(source), summary, detail)
		return
	}
	r.diags.AddWarning(summary, detail)
}

// warnAboutPlainHTTP warns about a credential that goes over the network
// unencrypted.
func (r *resolver) warnAboutPlainHTTP(api *url.URL) {
	r.reportWarning(r.lookup(apiURL), "The credential is sent without encryption", fmt.Sprintf(
		"The API's address is %s, without TLS: anyone between Terraform and the API can read the credential. Set %s to "+
			"https://%s if the foundation has TLS.", api, apiURL.either(), api.Hostname()))
}

// isLoopback reports whether the host is this machine.
func isLoopback(u *url.URL) bool {
	host := strings.TrimSuffix(u.Hostname(), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
