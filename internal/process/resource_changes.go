package process

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// processAttribute is an attribute of a process.
type processAttribute = attribute[capi.Process, requests]

// writable are the attributes that a request can change.
var writable = slices.DeleteFunc(slices.Clone(processTable.attributes), func(a processAttribute) bool { return a.write == nil })

// changesFor compares the configuration with the process as it is now. prior is
// the state before; nil while the process is adopted.
func changesFor(config, prior field.Attributes, p *capi.Process) requests {
	var c requests
	processTable.write(config, prior, p, &c)
	if p.OnKorifi() && c.update.Command.IsNull() {
		// There, null means "leave as is" and "" resets the command.
		c.update.Command = capi.Set("")
	}
	return c
}

// replacesInstances reports whether the requests make the platform replace
// the instances: what Kubernetes has in a pod is never changed, so Korifi rolls
// the pods (README.md#rollouts).
func (c requests) replacesInstances(p *capi.Process) bool {
	return p.OnKorifi() && (!c.update.Command.IsZero() || !c.update.HealthCheck.IsZero() ||
		!c.scale.MemoryInMB.IsZero() || !c.scale.DiskInMB.IsZero())
}

// checkAgainst refuses what the process, now that it is known, does not allow: a
// contradictory address, an attribute that the foundation lacks, a value that the
// API would refuse. prior is the state before, nil while the process is adopted.
func checkAgainst(config, prior field.Attributes, p *capi.Process) diag.Diagnostics {
	var diags diag.Diagnostics
	actual := processTable.Values(p)
	for _, name := range []string{"app_guid", "type"} {
		has, known := actual.Text(name)
		wanted, set := config.Text(name)
		if known && set && !strings.EqualFold(wanted, has) {
			diags.AddAttributeError(path.Root(name), "Contradictory address",
				fmt.Sprintf("The process %s has %s %q, but the configuration has %q. Set only guid, or only app_guid and type.",
					p.GUID, name, has, wanted))
		}
	}
	diags.Append(situationOf(p, prior).check(config)...)
	return diags
}
