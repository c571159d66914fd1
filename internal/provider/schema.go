package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// model is the provider block as Terraform hands it over.
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

func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads and manages the processes of apps on Cloud Foundry, through the v3 API of the " +
			"Cloud Controller (open-source Cloud Foundry, Tanzu Platform) or of Korifi.\n\n" +
			"The API and **one** credential are needed; everything else has a default. The credential is the one that " +
			"the block names; if it names none, the one in the environment; if there is none either, the session of " +
			"the cf CLI (`cf login`). Two kinds of credentials at once are an error. Nothing is sent before the first " +
			"data source, resource or action needs it.",
		Attributes: map[string]schema.Attribute{
			"api_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Root of the Cloud Foundry API, like `https://api.example.org`. A missing scheme means " +
					"`https`, a trailing slash does no harm. Environment: `CF_API_URL`. Not needed with the cf CLI's " +
					"session, which knows its API.",
			},
			"user": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "User name for the password grant; needs `password`. Environment: `CF_USER`.",
			},
			"password": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Password of `user`. Environment: `CF_PASSWORD`.",
			},
			"origin": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Identity provider in which UAA looks for the user (`uaa`, `ldap` or the name of a SAML " +
					"or OIDC provider); goes with `user` and `password` or with `assertion_token` only. " +
					"Environment: `CF_ORIGIN`.",
			},
			"sso_passcode": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "One-time passcode from the login server's `/passcode` page. It serves **one** provider " +
					"process only, and Terraform starts several for one command: good for a quick look, for real work " +
					"use `cf login --sso` and the CLI's session. Environment: `CF_SSO_PASSCODE`.",
			},
			"cf_client_id": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "OAuth client. Alone, with `cf_client_secret`, it is the credential (client " +
					"credentials grant). Next to another credential it is the client through which that one logs in " +
					"(default: `cf` with an empty secret); next to a credential of the block, one in the environment is left " +
					"alone. Environment: `CF_CLIENT_ID`.",
			},
			"cf_client_secret": schema.StringAttribute{
				Optional:            true,
				Sensitive:           true,
				MarkdownDescription: "Secret of `cf_client_id`. Environment: `CF_CLIENT_SECRET`.",
			},
			"access_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "An access token, as `cf oauth-token` prints it, with or without the word `bearer` in " +
					"front. Any other value with a space is the whole `Authorization` header value, as Korifi takes it " +
					"(`clientcert …`). A token alone cannot be renewed when it expires; add `refresh_token` for that. " +
					"Environment: `CF_ACCESS_TOKEN`.",
			},
			"refresh_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "A refresh token: alone, or with `access_token` to renew it. " +
					"Environment: `CF_REFRESH_TOKEN`.",
			},
			"assertion_token": schema.StringAttribute{
				Optional:  true,
				Sensitive: true,
				MarkdownDescription: "A JWT of an identity provider that UAA trusts, such as the OIDC token of a CI job, " +
					"for the JWT bearer grant; name the provider in `origin`. Environment: `CF_ASSERTION_TOKEN`.",
			},
			"ca_certificate": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "PEM of the certificate authorities that signed the foundation's certificates, added to " +
					"those that the system trusts; `file(\"ca.pem\")` reads it from a file. " +
					"Environment: `CF_CA_CERTIFICATE`.",
			},
			"skip_ssl_validation": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Accept any TLS certificate. Whoever sits between Terraform and the API can then read " +
					"the credentials, hence the warning in each run; `ca_certificate` is the safe way. Default: `false`, or with " +
					"the session of the cf CLI what `cf login --skip-ssl-validation` says. Environment: `CF_SKIP_SSL_VALIDATION`.",
			},
			"request_timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long one attempt of a request may take, response included, as a Go duration like " +
					"`45s` or `2m`. Default: `30s`. Environment: `CF_REQUEST_TIMEOUT`.",
			},
			"max_retries": schema.NumberAttribute{
				Optional: true,
				MarkdownDescription: "How often a request is tried again after a failure that may pass: a connection that " +
					"fails, a body cut off, the statuses 429, 500, 502, 503 and 504, and a 404 of the router. Terminating an " +
					"instance is repeated after 429 only. `0` turns retries off. Default: `5`. " +
					"Environment: `CF_MAX_RETRIES`.",
			},
		},
	}
}
