package process

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// ValidateConfig refuses what the API would refuse for any process. Most rules for one
// attribute are in the schema. The plan checks the rules that depend on the process
// (see situation).
func (r *processResource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := field.Open(req.Config.Raw)
	resp.Diagnostics.Append(addressRules{all: true}.check(addressIn(config))...)
	if command, ok := config.Text("command"); ok && capi.IsHiddenCommand(command) {
		// Another tool read it from the API. As a start command, it breaks the app.
		resp.Diagnostics.AddAttributeError(path.Root("command"), "Not a command",
			fmt.Sprintf("%q is what the API shows where it hides a command: from users who may not see it, and in "+
				"lists. Set the real command, or leave command out to keep the one that the process has.", command))
	}
	for _, name := range healthChecks {
		resp.Diagnostics.Append(situation{}.checkEndpoint(name, config.Child(name))...)
	}
	if config.Child("readiness_health_check").Child("data").IsSet("timeout") {
		resp.Diagnostics.AddAttributeError(path.Root("readiness_health_check").AtName("data").AtName("timeout"),
			"No timeout for a readiness check", "A readiness check has no timeout. Set invocation_timeout instead, or leave timeout out.")
	}
}
