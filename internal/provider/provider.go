// Package provider implements the provider block of cf: its schema, the settings
// from the block and the environment (settings.go), and the types that the provider
// registers.
package provider

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

var (
	_ provider.Provider                   = (*Provider)(nil)
	_ provider.ProviderWithValidateConfig = (*Provider)(nil)
	_ provider.ProviderWithFunctions      = (*Provider)(nil)
	_ provider.ProviderWithActions        = (*Provider)(nil)
	_ provider.ProviderWithListResources  = (*Provider)(nil)
)

// Provider is the provider cf.
type Provider struct {
	version string // of this build, for the User-Agent
	client  atomic.Pointer[capi.Client]
	secrets atomic.Pointer[redact.Set]
}

// New returns the provider. The version is that of the build; the User-Agent of
// every request has it.
func New(version string) *Provider { return &Provider{version: version} }

// Client returns the client that Configure made. It is nil before, and when
// Terraform defers everything.
func (p *Provider) Client() *capi.Client { return p.client.Load() }

// Secrets are the secrets of this run, nil before Configure made a client.
func (p *Provider) Secrets() *redact.Set { return p.secrets.Load() }

// TypeName is the name of the provider, and the prefix of all its types.
const TypeName = "cf"

// Metadata names the provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = TypeName
	resp.Version = p.version
}

// ValidateConfig reports the mistakes in the block itself for `terraform validate`.
// The environment of the run may differ.
func (p *Provider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var block model
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(check(block)...)
}

// Configure makes the client. It sends nothing: Terraform starts the provider
// several times for a command, often without reading anything. For the same reason
// it accepts settings that are missing or unknown; then the client's first request
// fails.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block model
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s, diags := resolve(block, environment{goos: runtime.GOOS, lookup: os.LookupEnv, readFile: os.ReadFile})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var client *capi.Client
	if s.incomplete != nil {
		client = capi.New(capi.Config{BaseURL: &url.URL{}, Auth: notConfigured{s.incomplete}})
	} else {
		var err error
		if client, err = p.newClient(s, req.TerraformVersion); err != nil {
			resp.Diagnostics.AddError("Unusable provider settings", err.Error())
			return
		}
	}
	resp.DataSourceData = client
	resp.ResourceData = client
	resp.ActionData = client
	resp.ListResourceData = client
	if s.incomplete != nil && s.incomplete.Unknown && req.ClientCapabilities.DeferralAllowed {
		// The framework then defers data sources, resources and actions without
		// calling them. Only a list resource uses the client.
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		return
	}
	p.client.Store(client)
}

// newClient connects transport, login and API.
func (p *Provider) newClient(s settings, terraformVersion string) (*capi.Client, error) {
	secrets := new(redact.Set) // filled by the login
	p.secrets.Store(secrets)
	httpClient, err := transport.New(transport.Config{
		CACertificate:     s.caCertificate,
		SkipSSLValidation: s.skipSSLValidation,
		RequestTimeout:    s.requestTimeout,
		MaxRetries:        s.maxRetries,
		UserAgent:         fmt.Sprintf("Terraform/%s terraform-provider-cf/%s", terraformVersion, p.version),
		Logger:            newLogger(secrets),
		PublicParameters:  capi.PublicParameters(),
		Secrets:           secrets,
	})
	if err != nil {
		return nil, err
	}
	return capi.New(capi.Config{
		BaseURL:   s.api,
		Transport: httpClient,
		Auth:      uaa.New(s.api, s.credential, httpClient, secrets),
		Secrets:   secrets,
	}), nil
}

// notConfigured is the login of a provider whose settings are incomplete: every
// request fails before it is sent.
type notConfigured struct{ err *diagnostic.NotConfigured }

func (n notConfigured) Authorization(context.Context) (string, error) { return "", n.err }

func (n notConfigured) Renew(context.Context, string) (string, error) { return "", n.err }

func (n notConfigured) Source() string { return "none" }

// DataSources returns the constructors of the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return dataSources
}

// Resources returns the constructors of the resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return resources()
}

// ListResources returns the constructors of the list resources.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return listResources
}

// Actions returns the constructors of the actions.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return actions
}

// Functions returns the constructors of the functions.
func (p *Provider) Functions(context.Context) []func() function.Function {
	return providerFunctions
}
