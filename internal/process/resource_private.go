package process

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// addressForm is how a configuration addresses the process.
type addressForm string

const (
	formGUID addressForm = "guid"
	formApp  addressForm = "app"
	// formBoth is guid, app_guid and type together, as generated configuration
	// has it: it fits either form.
	formBoth addressForm = "both"
)

// formOf is the form of the address in a configuration.
func formOf(config field.Attributes) addressForm {
	switch {
	case config.IsSet("guid") && config.IsSet("app_guid"):
		return formBoth
	case config.IsSet("app_guid"):
		return formApp
	default:
		return formGUID
	}
}

// privateState is what the resource stores in Terraform's private state, because
// Read does not see the configuration. Old state files have the same keys.
type privateState struct {
	// Form is the address that Read follows: formGUID or formApp.
	Form addressForm `json:"form"`
	// ResetCommand and ResetUser record that the configuration reset the attribute
	// to its default with "", so that "" stays in the state whatever the API shows.
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
	if m.Form == formBoth {
		m.Form = formGUID
	}
	m.recordResets(config)
	return m
}

// recordResets records which attributes the configuration resets with "".
func (m *privateState) recordResets(config field.Attributes) {
	command, set := config.Text("command")
	m.ResetCommand = set && command == ""
	user, set := config.Text("user")
	m.ResetUser = set && user == ""
}

// differsFrom reports whether the configuration now uses another form.
func (m privateState) differsFrom(form addressForm) bool {
	return m.Form != "" && form != formBoth && m.Form != form
}

// noLongerReset returns the attributes that were reset with "" and that the
// configuration no longer sets. They are read again.
func (m privateState) noLongerReset(config, state field.Attributes) []string {
	var names []string
	for _, reset := range []struct {
		name     string
		recorded bool
	}{{"command", m.ResetCommand}, {"user", m.ResetUser}} {
		if before, ok := state.Text(reset.name); reset.recorded && ok && before == "" && !config.IsSet(reset.name) {
			names = append(names, reset.name)
		}
	}
	return names
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

func writePrivate(ctx context.Context, private interface {
	SetKey(context.Context, string, []byte) diag.Diagnostics
}, m privateState) diag.Diagnostics {
	raw, err := json.Marshal(m)
	if err != nil {
		var diags diag.Diagnostics
		diags.AddError("Unwritable private state", err.Error())
		return diags
	}
	return private.SetKey(ctx, privateKey, raw)
}

// resourceAddress is the address that a configuration means; guid counts
// where all three attributes are given.
func resourceAddress(config field.Attributes) capi.Address {
	return addressOf(config, formOf(config) == formApp)
}
