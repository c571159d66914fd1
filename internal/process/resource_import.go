package process

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
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

// ImportState takes GUID, APP_GUID/TYPE, or an identity. It only records the
// address: Terraform reads the process next.
func (r *processResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var address capi.Address
	// Without an identity it is the ID, which can be empty: `terraform import` accepts
	// any.
	if req.ID != "" || req.Identity == nil || req.Identity.Raw.IsNull() {
		parsed, err := parseImportID(req.ID)
		if err != nil {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is neither the GUID of a process nor "+
				"APP_GUID/TYPE, such as \"6a901b7c-9417-4dc1-8189-d3234aa0ab82\" or "+
				"\"ccc25a0f-c8f4-4b39-9f1b-de9f328d0ee5/web\": %s.", req.ID, err))
			return
		}
		address = parsed
	} else {
		identity := addressIn(field.Open(req.Identity.Raw))
		for _, d := range append(addressRules{}.check(identity), identity.checkSegments()...) {
			resp.Diagnostics.AddError("Invalid import identity", d.Detail())
		}
		if resp.Diagnostics.HasError() {
			return
		}
		address = identity.address()
	}
	imported := map[string]string{"guid": address.GUID}
	if address.ByApp() {
		imported = map[string]string{"app_guid": address.AppGUID, "type": address.Type}
	}
	for name, value := range imported {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	state := field.Open(resp.State.Raw)
	m := privateState{Form: formOf(state), Imported: true}
	resp.Diagnostics.Append(m.store(ctx, resp.Private, resp.Identity, state)...)
}

// parseImportID reads GUID or APP_GUID/TYPE.
func parseImportID(id string) (capi.Address, error) {
	parts := strings.Split(id, "/")
	names := []string{"the app GUID", "the process type"}
	switch len(parts) {
	case 1:
		names = []string{"the GUID"}
	case 2:
	default:
		return capi.Address{}, fmt.Errorf("it has %d parts separated by \"/\"", len(parts))
	}
	for i, part := range parts {
		if err := capi.CheckSegment(part); err != nil {
			return capi.Address{}, fmt.Errorf("%s %w", names[i], err)
		}
	}
	if len(parts) == 1 {
		return capi.Address{GUID: id}, nil
	}
	return capi.Address{AppGUID: parts[0], Type: parts[1]}, nil
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
