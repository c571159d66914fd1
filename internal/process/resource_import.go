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
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

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
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, form addressForm, state field.Attributes) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	var model addressModel
	if form == formApp {
		address := addressOf(state, true)
		model.AppGUID, model.Type = types.StringValue(address.AppGUID), types.StringValue(address.Type)
	} else {
		model.GUID = types.StringPointerValue(state.TextPointer("guid"))
	}
	return identity.Set(ctx, model)
}

// ImportState takes GUID, APP_GUID/TYPE, or an identity. It only records the
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
		identity := addressIn(field.Open(req.Identity.Raw))
		resp.Diagnostics.Append(addressRules{}.check(identity)...)
		resp.Diagnostics.Append(identity.checkSegments()...)
		if resp.Diagnostics.HasError() {
			return
		}
		address = identity.address()
	}
	m := privateState{Form: formGUID, Imported: true}
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
	resp.Diagnostics.Append(writePrivate(ctx, resp.Private, m)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, m.Form, field.Open(resp.State.Raw))...)
}

// parseImportID reads GUID or APP_GUID/TYPE.
func parseImportID(id string) (capi.Address, error) {
	if parts := strings.Count(id, "/") + 1; parts > 2 {
		return capi.Address{}, fmt.Errorf("it has %d parts separated by \"/\"", parts)
	}
	app, processType, byApp := strings.Cut(id, "/")
	if !byApp {
		if err := capi.CheckSegment(id); err != nil {
			return capi.Address{}, fmt.Errorf("the GUID %w", err)
		}
		return capi.Address{GUID: id}, nil
	}
	if err := capi.CheckSegment(app); err != nil {
		return capi.Address{}, fmt.Errorf("the app GUID %w", err)
	}
	if err := capi.CheckSegment(processType); err != nil {
		return capi.Address{}, fmt.Errorf("the process type %w", err)
	}
	return capi.Address{AppGUID: app, Type: processType}, nil
}

// nothingToImport is the error for an import of a process that was not found.
func nothingToImport(address capi.Address, err error) diag.Diagnostic {
	what := fmt.Sprintf("No process with the GUID %q is visible", address.GUID)
	if address.ByApp() {
		what = fmt.Sprintf("No process of type %q of the app %q is visible", address.Type, address.AppGUID)
	}
	failure := readFailure(address)
	switch {
	case address.ByApp() && looksLikeGUID(address.AppGUID):
		failure.NotFound = "If this is the GUID of a process, import it without the type."
	case !address.ByApp() && looksLikeGUID(address.GUID):
		failure.NotFound = "If this is the GUID of an app, import APP_GUID/TYPE."
	}
	return diag.NewErrorDiagnostic("Process not found", what+"; import by GUID or APP_GUID/TYPE.\n\n"+failure.Detail(err))
}

func importAdvice(id string, err error) string {
	return fmt.Sprintf("%q is neither the GUID of a process nor APP_GUID/TYPE, such as "+
		"\"6a901b7c-9417-4dc1-8189-d3234aa0ab82\" or \"ccc25a0f-c8f4-4b39-9f1b-de9f328d0ee5/web\": %s.", id, err)
}

// ResourceType returns the Terraform type of the resource.
func ResourceType() tftypes.Object { return resourceType }

// GeneratedConfig returns a configuration that was generated from a state, without
// the start command and the user. The API shows the effective ones: in a
// configuration they would pin what the buildpack or the image brings, and undo the
// next push that changes it.
func GeneratedConfig(config tftypes.Value) tftypes.Value {
	values := field.Open(config)
	if values == nil {
		return config
	}
	for _, name := range []string{"command", "user"} {
		values[name] = field.NullString
	}
	return valueOfResource(values)
}
