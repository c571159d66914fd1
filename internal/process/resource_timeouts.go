package process

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// positiveTimeouts refuses a timeout that is over before it begins. The schema
// of the timeouts only asks for durations, and with a read of "0s" or less in
// the state, every refresh would fail: also the one with the corrected
// configuration, for it still reads with the timeout of the state.
type positiveTimeouts struct{}

var _ resource.ConfigValidator = positiveTimeouts{}

func (positiveTimeouts) Description(context.Context) string { return "each timeout is more than 0" }

func (v positiveTimeouts) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateResource checks the configuration of the resource.
func (positiveTimeouts) ValidateResource(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var all timeouts.Value
	if resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("timeouts"), &all)...); resp.Diagnostics.HasError() {
		return
	}
	for _, name := range []string{"create", "update", "read"} {
		value, ok := all.Attributes()[name].(types.String)
		if !ok || value.IsNull() || value.IsUnknown() {
			continue
		}
		// The schema has refused what is not a duration.
		if d, err := time.ParseDuration(value.ValueString()); err == nil && d <= 0 {
			resp.Diagnostics.AddAttributeError(path.Root("timeouts").AtName(name), "Invalid timeout",
				fmt.Sprintf("timeouts.%s must be more than 0, but is %q.", name, value.ValueString()))
		}
	}
}
