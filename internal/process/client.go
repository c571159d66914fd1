package process

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Configure takes the client from the provider.
func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// resourceClient holds the client. The resource and the list resource embed it.
type resourceClient struct{ Client *capi.Client }

// Configure takes the client from the provider.
func (r *resourceClient) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// actionClient holds the client. Every action embeds it.
type actionClient struct{ Client *capi.Client }

// Configure takes the client from the provider.
func (a *actionClient) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// clientFrom returns nil while the provider is not configured: Terraform
// validates before it configures.
func clientFrom(providerData any, diags *diag.Diagnostics) *capi.Client {
	if providerData == nil {
		return nil
	}
	client, ok := providerData.(*capi.Client)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("The provider passed %T instead of *capi.Client. This is a bug in the provider.", providerData))
	}
	return client
}
