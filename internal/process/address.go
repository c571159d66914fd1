package process

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// How the attributes of an address are described where they are arguments.
const (
	guidArgument    = "GUID of the process. Set either this or `app_guid`."
	appGUIDArgument = "GUID of the app of the process. Set either this, with `type`, or `guid`. Unlike `guid`, app and " +
		"type stay the same in a rolling deployment."
	typeArgument = "Type of the process within the app: `web`, `worker`, … Only with `app_guid`. Default: `web`."
)

// addressModel has the attributes that identify a process.
type addressModel struct {
	GUID    types.String `tfsdk:"guid"`
	AppGUID types.String `tfsdk:"app_guid"`
	Type    types.String `tfsdk:"type"`
}

// addressNames are the names of the attributes of an address.
var addressNames = []string{"guid", "app_guid", "type"}

// attribute returns the attribute of that name, nil for other names.
func (m *addressModel) attribute(name string) *types.String {
	switch name {
	case "guid":
		return &m.GUID
	case "app_guid":
		return &m.AppGUID
	case "type":
		return &m.Type
	default:
		return nil
	}
}

// addressIn is the address in a configuration, plan, state or identity.
func addressIn(o field.Attributes) addressModel {
	return addressModel{GUID: o.String("guid"), AppGUID: o.String("app_guid"), Type: o.String("type")}
}

// address is the address for the client, once everything is known. When both
// forms are set, as in generated configuration, the GUID decides.
func (m addressModel) address() capi.Address {
	if !m.GUID.IsNull() {
		return capi.Address{GUID: m.GUID.ValueString()}
	}
	a := capi.Address{AppGUID: m.AppGUID.ValueString(), Type: m.Type.ValueString()}
	if m.Type.IsNull() {
		a.Type = capi.DefaultType
	}
	return a
}

// failure describes that an action such as "read" failed on the process. A type
// that is missing is reported at type only where the configuration sets it.
func (m addressModel) failure(action string) diagnostic.Failure {
	failure := readFailure(m.address())
	failure.Action = action + " " + m.address().String()
	if !isKnown(m.Type) {
		failure.TypeAttribute = path.Empty()
	}
	return failure
}

// addressRules are the rules for an address: guid, or app_guid with type.
type addressRules struct {
	// all permits the three attributes together.
	all bool
	// byName allows app_name instead.
	byName bool
}

// check applies the rules. An unknown attribute may still become null, so it
// counts neither as set nor as missing.
func (v addressRules) check(m addressModel) diag.Diagnostics {
	var diags diag.Diagnostics
	ways, ofApp := "guid, or app_guid and (unless it is \"web\") type", "app_guid"
	if v.byName {
		ways, ofApp = "guid, or app_name or app_guid and (unless it is \"web\") type", "app_name or app_guid"
	}
	switch {
	case m.GUID.IsNull() && m.AppGUID.IsNull() && isKnown(m.Type):
		diags.AddAttributeError(path.Root("type"), invalidAddress,
			"type alone does not say of which app: add "+ofApp+".")
	case m.GUID.IsNull() && m.AppGUID.IsNull():
		diags.AddAttributeError(path.Root("guid"), invalidAddress, "No process is addressed. Set "+ways+".")
	case v.all && isKnown(m.GUID) && isKnown(m.AppGUID) && m.Type.IsNull():
		diags.AddAttributeError(path.Root("type"), invalidAddress,
			"guid and app_guid together require type. Add type, or set only one of guid and app_guid.")
	case !v.all && isKnown(m.GUID) && isKnown(m.AppGUID):
		diags.AddAttributeError(path.Root("app_guid"), invalidAddress, "guid and app_guid exclude each other. Set "+ways+".")
	case isKnown(m.Type) && m.AppGUID.IsNull():
		diags.AddAttributeError(path.Root("type"), invalidAddress,
			"type goes with "+ofApp+". A guid already addresses the process: leave type out.")
	}
	return diags
}

// invalidAddress is the summary of what is wrong with an address.
const invalidAddress = "Invalid process address"

// checkSegments reports each attribute that cannot be a GUID or a type.
func (m addressModel) checkSegments() diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range addressNames {
		diags.Append(segmentRule.refused(path.Root(name), *m.attribute(name))...)
	}
	return diags
}

// segmentRule is the rule for every GUID and process type.
var segmentRule = checked{
	"must not be empty, \".\" or \"..\", and must not contain \"/\", \"?\", \"#\", \"%\", control characters, or spaces at its ends",
	capi.CheckSegment,
}
