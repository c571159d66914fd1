package process

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// addressForm is how a configuration addresses the process.
type addressForm string

const (
	formGUID addressForm = "guid"
	formApp  addressForm = "app"
)

// formOf is the form of the address in a configuration or state: by GUID where all
// three attributes are set, as in generated configuration.
func formOf(o field.Attributes) addressForm {
	if o.IsSet("guid") {
		return formGUID
	}
	return formApp
}

// in returns the attributes of one form of the address.
func (m addressModel) in(form addressForm) addressModel {
	if form == formApp {
		return addressModel{AppGUID: m.AppGUID, Type: m.Type}
	}
	return addressModel{GUID: m.GUID}
}

// privateState is what the resource stores in Terraform's private state, because
// Read does not see the configuration. Old state files have the same keys.
type privateState struct {
	// Form is the address that Read follows: formGUID or formApp.
	Form addressForm `json:"form"`
	// ResetCommand and ResetUser record that the configuration reset the attribute
	// to its default with "", so that "" stays in the state, whatever the API returns.
	ResetCommand bool `json:"reset_command,omitempty"`
	ResetUser    bool `json:"reset_user,omitempty"`
	// Imported records that the state is an import that was not read yet.
	Imported bool `json:"imported,omitempty"`
	// Korifi records that the process runs on Korifi.
	Korifi bool `json:"korifi,omitempty"`
}

// privateKey is the key under which privateState is stored.
const privateKey = "cf_process"

// privateStateOf returns the private state for a process that was adopted or
// updated.
func privateStateOf(config field.Attributes, p *capi.Process) privateState {
	m := privateState{Form: formOf(config), Korifi: p.OnKorifi()}
	m.recordResets(config)
	return m
}

// resets returns the record for each attribute that "" resets.
func (m *privateState) resets() map[string]*bool {
	return map[string]*bool{"command": &m.ResetCommand, "user": &m.ResetUser}
}

// recordResets records which attributes the configuration resets with "".
func (m *privateState) recordResets(config field.Attributes) {
	for name, reset := range m.resets() {
		*reset = isReset(config[name])
	}
}

// staysReset returns the attributes that keep their "" in the state, whatever the API
// returns.
func (m *privateState) staysReset(state field.Attributes) []string {
	var names []string
	for name, reset := range m.resets() {
		if *reset && isReset(state[name]) {
			names = append(names, name)
		}
	}
	return names
}

// isReset reports whether a value is "", which resets an attribute.
func isReset(v tftypes.Value) bool {
	s, ok := field.Attributes{"v": v}.Text("v")
	return ok && s == ""
}

// fits reports whether a configuration has the form of the address that Read follows.
func (m *privateState) fits(config field.Attributes) bool {
	return m.Form == "" || m.Form == formGUID && config.IsSet("guid") || m.Form == formApp && config.IsSet("app_guid")
}

func readPrivate(ctx context.Context, private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
}) (privateState, diag.Diagnostics) {
	var m privateState
	raw, diags := private.GetKey(ctx, privateKey)
	if diags.HasError() || len(raw) == 0 {
		return m, diags
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		diags.AddError("Unreadable private state",
			"The provider's private data in the state is damaged: "+err.Error()+". Remove the resource from the state and import it again.")
	}
	return m, diags
}

// store stores the private state, and the identity of the state in the form of the
// address.
func (m *privateState) store(ctx context.Context, private interface {
	SetKey(context.Context, string, []byte) diag.Diagnostics
}, identity *tfsdk.ResourceIdentity, state field.Attributes) diag.Diagnostics {
	raw, err := json.Marshal(m)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unwritable private state", err.Error())}
	}
	diags := private.SetKey(ctx, privateKey, raw)
	diags.Append(setIdentity(ctx, identity, m.Form, state)...)
	return diags
}

// setIdentity sets the identity in a form of the address. identity is nil where
// Terraform knows none.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, form addressForm, state field.Attributes) diag.Diagnostics {
	if identity == nil {
		return nil
	}
	return identity.Set(ctx, addressIn(state).in(form))
}
