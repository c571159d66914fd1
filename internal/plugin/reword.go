package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// rewordingServer replaces the framework's errors about a configuration: they name
// no attribute, and send the user to "the provider developers"
// (terraform-plugin-framework 1.19).
type rewordingServer struct{ protocolServer }

// ValidateResourceConfig rewords the framework's errors.
func (s *rewordingServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return edited(ctx, s.protocolServer.ValidateResourceConfig, req, func(resp *tfprotov6.ValidateResourceConfigResponse) { resp.Diagnostics = reworded(resp.Diagnostics) })
}

// ValidateDataResourceConfig rewords the framework's errors.
func (s *rewordingServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return edited(ctx, s.protocolServer.ValidateDataResourceConfig, req, func(resp *tfprotov6.ValidateDataResourceConfigResponse) {
		resp.Diagnostics = reworded(resp.Diagnostics)
	})
}

// ValidateActionConfig rewords the framework's errors.
func (s *rewordingServer) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return edited(ctx, s.protocolServer.ValidateActionConfig, req, func(resp *tfprotov6.ValidateActionConfigResponse) { resp.Diagnostics = reworded(resp.Diagnostics) })
}

// MoveResourceState explains that no resource can become a process.
func (s *rewordingServer) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return edited(ctx, s.protocolServer.MoveResourceState, req, func(resp *tfprotov6.MoveResourceStateResponse) {
		for _, d := range resp.Diagnostics {
			if d.Summary == "Unable to Move Resource State" {
				d.Detail = fmt.Sprintf("%s cannot take over the state of %s. Remove the moved block, and use an import block instead.",
					req.TargetTypeName, req.SourceTypeName)
			}
		}
	})
}

// reworded returns the errors in the words of the provider. It leaves out one about
// an attribute that the provider explains itself.
func reworded(diags []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	all := slices.Clone(diags)
	return slices.DeleteFunc(diags, func(d *tfprotov6.Diagnostic) bool {
		name := attributeName(d.Attribute)
		switch d.Summary {
		case "Invalid Configuration for Read-Only Attribute":
			d.Summary = "Read-only attribute"
			d.Detail = name + " is read from the API and cannot be set. Remove it from the configuration."
			return slices.ContainsFunc(all, func(other *tfprotov6.Diagnostic) bool {
				return other != d && other.Attribute.Equal(d.Attribute)
			})
		case "Missing Configuration for Required Attribute":
			d.Summary = "Missing " + name
			d.Detail = name + " is required, but its value is null. Set it."
		}
		return false
	})
}

// attributeName writes a path as configurations do: health_check.data.timeout.
func attributeName(at *tftypes.AttributePath) string {
	var b strings.Builder
	for _, step := range at.Steps() {
		switch typed := step.(type) {
		case tftypes.AttributeName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(typed))
		default:
			fmt.Fprintf(&b, "[%v]", typed)
		}
	}
	return b.String()
}
