package process

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// identityModel is the identity: guid, or app_guid and type.
type identityModel struct {
	GUID    types.String `tfsdk:"guid"`
	AppGUID types.String `tfsdk:"app_guid"`
	Type    types.String `tfsdk:"type"`
}

// IdentitySchema describes the identity. It follows the configured address.
func (r *processResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"guid": identityschema.StringAttribute{
			OptionalForImport: true, Description: "GUID of the process; or app_guid and type.",
		},
		"app_guid": identityschema.StringAttribute{
			OptionalForImport: true, Description: "GUID of the app of the process; with type, or guid alone.",
		},
		"type": identityschema.StringAttribute{
			OptionalForImport: true, Description: "Type of the process within the app; with app_guid, by default web.",
		},
	}}
}

// setIdentity sets the identity in the form of the address. identity is nil
// where Terraform knows none.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, form addressForm, state object) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	model := identityModel{}
	if form == formApp {
		address := state.address(true)
		model.AppGUID, model.Type = types.StringValue(address.AppGUID), types.StringValue(address.Type)
	} else {
		model.GUID = types.StringPointerValue(state.textPointer("guid"))
	}
	return identity.Set(ctx, model)
}

// ImportState takes GUID, APP_GUID/TYPE, or an identity. It only notes the
// address: Terraform reads the process next.
func (r *processResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var address capi.Address
	// Without an identity the ID counts, also an empty one: `terraform import`
	// takes any.
	if req.ID != "" || req.Identity == nil || req.Identity.Raw.IsNull() {
		parsed, err := parseImportID(req.ID)
		if err != nil {
			resp.Diagnostics.AddError("Invalid import ID", importAdvice(req.ID, err))
			return
		}
		address = parsed
	} else {
		var identity identityModel
		if resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...); resp.Diagnostics.HasError() {
			return
		}
		parsed, diags := identity.address()
		if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
			return
		}
		address = parsed
	}
	m := marks{Form: formGUID}
	if address.ByApp() {
		m.Form = formApp
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("app_guid"), address.AppGUID)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("type"), address.Type)...)
	} else {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("guid"), address.GUID)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(writeMarks(ctx, resp.Private, m)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, m.Form, objectOf(resp.State.Raw))...)
}

// address is what an identity means.
func (m identityModel) address() (capi.Address, diag.Diagnostics) {
	var diags diag.Diagnostics
	model := addressModel(m)
	diags.Append(addressValidator{}.check(model)...)
	for _, part := range []struct {
		name  string
		value types.String
	}{{"guid", m.GUID}, {"app_guid", m.AppGUID}, {"type", m.Type}} {
		if part.value.IsNull() || diags.HasError() {
			continue
		}
		if err := capi.CheckSegment(part.value.ValueString()); err != nil {
			diags.AddAttributeError(path.Root(part.name), "Invalid identity", part.name+" "+err.Error()+".")
		}
	}
	return model.address(), diags
}

// parseImportID reads GUID or APP_GUID/TYPE.
func parseImportID(id string) (capi.Address, error) {
	app, kind, byApp := strings.Cut(id, "/")
	if !byApp {
		if err := capi.CheckSegment(id); err != nil {
			return capi.Address{}, fmt.Errorf("the GUID %w", err)
		}
		return capi.Address{GUID: id}, nil
	}
	if err := capi.CheckSegment(app); err != nil {
		return capi.Address{}, fmt.Errorf("the app GUID %w", err)
	}
	if err := capi.CheckSegment(kind); err != nil {
		return capi.Address{}, fmt.Errorf("the process type %w", err)
	}
	return capi.Address{AppGUID: app, Type: kind}, nil
}

func importAdvice(id string, err error) string {
	return fmt.Sprintf("%q is not GUID (of the process) or APP_GUID/TYPE, such as "+
		"\"6a901b7c-9417-4dc1-8189-d3234aa0ab82\" or \"ccc25a0f-c8f4-4b39-9f1b-de9f328d0ee5/web\": %s.", id, err)
}
