package process

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// changesFor returns the requests that change the process to what the configuration
// sets. prior is the state before, nil for a create.
func changesFor(config, prior field.Attributes, p *capi.Process) requests {
	var c requests
	processTable.write(config, prior, p, &c)
	if p.OnKorifi() && c.update.Command.IsNull() {
		// There, null means "leave as is" and "" resets the command.
		c.update.Command = capi.Set("")
	}
	return c
}

// replacesInstances reports whether the requests make the platform replace the
// instances: Kubernetes does not change these settings in a pod, so Korifi rolls the
// pods (internal/capi/README.md#rollouts).
func (c requests) replacesInstances(p *capi.Process) bool {
	return p.OnKorifi() && (!c.update.Command.IsZero() || !c.update.HealthCheck.IsZero() ||
		!c.scale.MemoryInMB.IsZero() || !c.scale.DiskInMB.IsZero())
}

// checkAgainst refuses what the process does not allow: a contradictory address, an
// attribute that the foundation lacks, a value that the API would refuse. prior is
// the state before, nil for a create.
func checkAgainst(config, prior field.Attributes, p *capi.Process) diag.Diagnostics {
	var diags diag.Diagnostics
	now := situationOf(p, prior)
	for _, name := range []string{"app_guid", "type"} {
		has, known := now.current.Text(name)
		wanted, set := config.Text(name)
		if known && set && !strings.EqualFold(wanted, has) {
			diags.AddAttributeError(path.Root(name), "Contradictory address",
				fmt.Sprintf("The process %s has %s %q, but the configuration has %q. Set only guid, or only app_guid and type.",
					p.GUID, name, has, wanted))
		}
	}
	diags.Append(now.check(config)...)
	return diags
}
