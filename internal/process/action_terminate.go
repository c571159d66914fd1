package process

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// NewTerminateInstanceAction makes the action cf_process_terminate_instance.
func NewTerminateInstanceAction() action.Action { return newTerminateAction(instances.RealClock{}) }

func newTerminateAction(clock instances.Clock) *processAction {
	return &processAction{clock: clock, name: "_process_terminate_instance", read: readTerminate, schema: schema.Schema{
		MarkdownDescription: "Terminates one instance of a process. The platform starts a new one in its place; the " +
			"action does not wait for it (`cf_process_rolling_restart` does). It never sends the request twice: if the " +
			"connection breaks, it finds out from the stats of the instance whether the request arrived.",
		Attributes: actionAttributes(map[string]schema.Attribute{
			"index": schema.NumberAttribute{
				Required: true,
				MarkdownDescription: "Index of the instance, as `cf app` shows it: from 0 to one less than the number " +
					"of instances.",
			},
		}),
	}}
}

func readTerminate(config field.Attributes) (invocation, diag.Diagnostics) {
	address, diags := actionAddress(config)
	index := actionNumber(config, "index", instancesBounds, &diags)
	return func(ctx context.Context, a *processAction, progress func(string)) diag.Diagnostics {
		return a.target(address, fmt.Sprintf("terminate instance %d of", *index), progress).Terminate(ctx, *index)
	}, diags
}
