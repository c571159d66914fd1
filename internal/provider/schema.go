package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// model is the provider block as Terraform passes it.
type model struct {
	APIURL            types.String `tfsdk:"api_url"`
	User              types.String `tfsdk:"user"`
	Password          types.String `tfsdk:"password"`
	Origin            types.String `tfsdk:"origin"`
	SSOPasscode       types.String `tfsdk:"sso_passcode"`
	CFClientID        types.String `tfsdk:"cf_client_id"`
	CFClientSecret    types.String `tfsdk:"cf_client_secret"`
	AccessToken       types.String `tfsdk:"access_token"`
	RefreshToken      types.String `tfsdk:"refresh_token"`
	AssertionToken    types.String `tfsdk:"assertion_token"`
	CACertificate     types.String `tfsdk:"ca_certificate"`
	SkipSSLValidation types.Bool   `tfsdk:"skip_ssl_validation"`
	RequestTimeout    types.String `tfsdk:"request_timeout"`
	MaxRetries        types.Number `tfsdk:"max_retries"`
}

// Schema describes the provider block.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads and manages the processes of apps on Cloud Foundry, through the v3 API of Cloud " +
			"Controller (open-source Cloud Foundry, Tanzu Platform) or Korifi.\n\n" +
			"The provider needs the API and **one** credential; everything else has a default. It uses the credential " +
			"in its block, or else the one in the environment, or else the cf CLI's session (`cf login`). Two kinds of " +
			"credentials are an error. The provider sends no request before a data source, resource or action needs " +
			"one, and reports missing settings only then. So a configuration that only calls functions needs no " +
			"credential.",
		Attributes: map[string]schema.Attribute{
			"api_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Root of the Cloud Foundry API, such as `https://api.example.org`. The scheme defaults to " +
					"`https`; a trailing slash is ignored. Default: the cf CLI's API, for its session and for `user`, " +
					"`cf_client_id` or `assertion_token`. Environment: `CF_API_URL`.",
			},
			"user": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "User name for the password grant; requires `password`. Environment: `CF_USER`, " +
					"or else `CF_USERNAME`, the variable of the cf CLI.",
			},
			"password": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Password of `user`. Environment: `CF_PASSWORD`.",
			},
			"origin": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Identity provider in which UAA looks for the user (`uaa`, `ldap` or the name of a SAML " +
					"or OIDC provider). Only with `user` and `password`, or with `assertion_token`. Default: UAA chooses. " +
					"Environment: `CF_ORIGIN`.",
			},
			"sso_passcode": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "One-time passcode from the login server's `/passcode` page. It works for only **one** provider " +
					"process, and Terraform starts several for each command. Use it for a single read; otherwise use " +
					"`cf login --sso` and the cf CLI's session. Environment: `CF_SSO_PASSCODE`.",
			},
			"cf_client_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "OAuth client. With `cf_client_secret` alone, it is the credential (client " +
					"credentials grant). With another credential, it is the OAuth client for the login (default: `cf` " +
					"with an empty secret). A client in the environment is ignored if the block sets another " +
					"credential. Environment: `CF_CLIENT_ID`.",
			},
			"cf_client_secret": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Secret of `cf_client_id`. Environment: `CF_CLIENT_SECRET`.",
			},
			"access_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "An access token, as `cf oauth-token` prints it, with or without `bearer ` " +
					"in front. Any other value with a space is the whole value of the `Authorization` header, as for Korifi " +
					"(`clientcert …`). If you also set `refresh_token`, the provider renews it when it expires. " +
					"Environment: `CF_ACCESS_TOKEN`.",
			},
			"refresh_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "A refresh token, alone or with `access_token`. If UAA rotates refresh tokens " +
					"(each is valid once), it works for only one provider process, and Terraform starts several for " +
					"each command: then use a client or a user. Environment: `CF_REFRESH_TOKEN`.",
			},
			"assertion_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "A JWT for the JWT bearer grant, from an identity provider that UAA trusts, such " +
					"as the OIDC token of a CI job. Set `origin` to the name of that provider in UAA. Environment: `CF_ASSERTION_TOKEN`.",
			},
			"ca_certificate": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "PEM-encoded certificates of the authorities that signed the foundation's certificates, in " +
					"addition to those that the system trusts; `file(\"ca.pem\")` reads them from a file. " +
					"Environment: `CF_CA_CERTIFICATE`.",
			},
			"skip_ssl_validation": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Accept any TLS certificate. Anyone between Terraform and the API can then read the credential, so " +
					"the provider warns on every run; `ca_certificate` is the safe way. Default: `false`, or with the cf CLI's API, " +
					"whether that was set with `--skip-ssl-validation`. Environment: `CF_SKIP_SSL_VALIDATION`.",
			},
			"request_timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Time limit of one attempt of a request, from dialing and the TLS handshake to the end of the response, " +
					"as a Go duration longer than 0, such as `45s` or `2m`. Requests that the API passes on to the runtime (stats, " +
					"instances, scale, terminate, restart) get at least 90 seconds. Default: `30s`. Environment: `CF_REQUEST_TIMEOUT`.",
			},
			"max_retries": schema.NumberAttribute{
				Optional: true,
				MarkdownDescription: "How many times the provider repeats a request after a transient failure: a " +
					"failed connection, a truncated body, the statuses 429, 500, 502, 503 and 504, and a 404 of the " +
					"router. It repeats a request to terminate an instance only after a 429. A whole number, 0 or " +
					"more; `0` turns retries off. Default: `5`. " +
					"Environment: `CF_MAX_RETRIES`.",
			},
		},
	}
}
