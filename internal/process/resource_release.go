package process

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// releaseWarning explains in the plan that destroying the resource deletes nothing.
func releaseWarning(state field.Attributes) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Destroying deletes nothing",
		"Terraform will no longer manage "+nameIn(state)+". The process, its app and its instances continue to run as they are. "+
			stopAdvice)
}

// stopAdvice is how to stop a process that is no longer managed.
const stopAdvice = "Cloud Foundry creates and deletes processes with their app. To stop the process, scale it to 0 instances " +
	"or delete the app."

// nameIn is the name of the process in a state: its GUID and type.
func nameIn(state field.Attributes) string {
	guid, _ := state.Text("guid")
	name := "process " + guid
	if processType, ok := state.Text("type"); ok {
		name += " (" + processType + ")"
	}
	return name
}
