package diagnostic

import "github.com/hashicorp/terraform-plugin-framework/diag"

// NotConfigured is the error of every request of a provider whose settings are
// incomplete. The provider reports them when they are first needed: a
// configuration that reads and manages nothing plans without them. Diagnostic
// shows the texts unchanged.
type NotConfigured struct {
	Summary string
	// Detail names the attributes of the provider block that are concerned, and
	// what to do. It cannot be on an attribute: the diagnostic belongs to the
	// data source, resource or action that sent the request.
	Detail string
	// Unknown is true where the settings are unknown until apply, so that the
	// same request can succeed later.
	Unknown bool
}

func (e *NotConfigured) Error() string { return e.Summary + ": " + e.Detail }

// NotRefreshed is the warning for an object that keeps its state, because the
// settings of its provider are unknown until apply.
func (e *NotConfigured) NotRefreshed(object string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("State not refreshed", "Terraform plans with the last known state of "+object+
		", which the provider could not read.\n\n"+e.Detail)
}
