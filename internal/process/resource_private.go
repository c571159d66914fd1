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

// marks are what the resource keeps in its private state, because Read does
// not see the configuration.
type marks struct {
	// Form is the address that Read follows: formGUID or formApp.
	Form addressForm `json:"form"`
	// ResetCommand and ResetUser say that the configuration gave the attribute
	// back with "", so that "" stays in the state whatever the API detects.
	ResetCommand bool `json:"reset_command,omitempty"`
	ResetUser    bool `json:"reset_user,omitempty"`
	// Korifi says that the process runs on Korifi.
	Korifi bool `json:"korifi,omitempty"`
}

// marksKey is where the marks are in the private state.
const marksKey = "cf_process"

// marksOf are the marks for a process that was adopted or updated.
func marksOf(config field.Attributes, p *capi.Process) marks {
	m := marks{Form: formOf(config), Korifi: p.OnKorifi()}
	if m.Form == formBoth {
		m.Form = formGUID
	}
	m.resetBy(config)
	return m
}

// resetBy notes what the configuration gives back.
func (m *marks) resetBy(config field.Attributes) {
	command, set := config.Text("command")
	m.ResetCommand = set && command == ""
	user, set := config.Text("user")
	m.ResetUser = set && user == ""
}

// differsFrom reports whether the configuration now asks for another form.
func (m marks) differsFrom(form addressForm) bool {
	return m.Form != "" && form != formBoth && m.Form != form
}

// noLongerReset are the attributes that were given back with "" and that the
// configuration does not name any more. They are read again.
func (m marks) noLongerReset(config, state field.Attributes) []string {
	var names []string
	for _, one := range []struct {
		name  string
		reset bool
	}{{"command", m.ResetCommand}, {"user", m.ResetUser}} {
		if before, ok := state.Text(one.name); one.reset && ok && before == "" && !config.IsSet(one.name) {
			names = append(names, one.name)
		}
	}
	return names
}

func readMarks(ctx context.Context, private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
}) (marks, diag.Diagnostics) {
	var m marks
	raw, diags := private.GetKey(ctx, marksKey)
	if diags.HasError() || len(raw) == 0 {
		return m, diags
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		diags.AddError("Unreadable private state",
			"The provider's own notes in the state are damaged: "+err.Error()+". Remove the resource from the state and import it again.")
	}
	return m, diags
}

func writeMarks(ctx context.Context, private interface {
	SetKey(context.Context, string, []byte) diag.Diagnostics
}, m marks) diag.Diagnostics {
	raw, err := json.Marshal(m)
	if err != nil {
		var diags diag.Diagnostics
		diags.AddError("Unwritable private state", err.Error())
		return diags
	}
	return private.SetKey(ctx, marksKey, raw)
}
