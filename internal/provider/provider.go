// Package provider is the provider block of cf: its schema, how its values
// become settings (config.go, without Terraform), and what the provider
// registers.
package provider

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
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
}

// New makes the provider. The version is that of the build; it goes into the
// User-Agent of every request.
func New(version string) *Provider { return &Provider{version: version} }

// Client returns the client that Configure made, nil before.
func (p *Provider) Client() *capi.Client { return p.client.Load() }

// TypeName is the name of the provider, and the prefix of all its types.
const TypeName = "cf"

// Metadata names the provider.

func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = TypeName
	resp.Version = p.version
}

// ValidateConfig finds what is wrong with the block alone, so that `terraform
// validate` says it, where the environment of the run does not count.
func (p *Provider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var block model
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(check(block)...)
}

// Configure turns the block into a client. It sends nothing: Terraform starts
// the provider several times for a command, often without reading anything.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block model
	resp.Diagnostics.Append(req.Config.Get(ctx, &block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	s, diags := resolve(block, surroundings{env: os.LookupEnv, home: os.UserHomeDir, readFile: os.ReadFile})
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	client, err := p.newClient(s, req.TerraformVersion)
	if err != nil {
		resp.Diagnostics.AddError("Unusable provider settings", err.Error())
		return
	}
	p.client.Store(client)
	resp.DataSourceData = client
	resp.ResourceData = client
	resp.ActionData = client
	resp.ListResourceData = client
}

// newClient connects transport, login and API.
func (p *Provider) newClient(s settings, terraformVersion string) (*capi.Client, error) {
	secrets := new(redact.Set) // filled by the login, which knows what is secret
	httpClient, err := transport.New(transport.Config{
		CACertificate:     s.caCertificate,
		SkipSSLValidation: s.skipSSLValidation,
		RequestTimeout:    s.requestTimeout,
		MaxRetries:        s.maxRetries,
		UserAgent:         fmt.Sprintf("Terraform/%s terraform-provider-cf/%s", terraformVersion, p.version),
		Logger:            newLogger(secrets),
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

func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return dataSources
}

func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return resources
}

func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return listResources
}

func (p *Provider) Actions(context.Context) []func() action.Action {
	return actions
}

func (p *Provider) Functions(context.Context) []func() function.Function {
	return providerFunctions
}
