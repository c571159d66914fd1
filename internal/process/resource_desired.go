package process

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// wanted is what an apply is to bring about: the planned values of what the
// configuration names.
//
// The configuration alone would not do. Terraform applies
// lifecycle.ignore_changes to the plan only and hands over the configuration as
// it stands, so what is planned to stay as it was, and differs from the
// configuration, is ignored: it counts as not named, and whoever owns it, such
// as an autoscaler, may change it until the apply and after.
func wanted(config, plan, prior field.Attributes) field.Attributes {
	named := make(field.Attributes, len(config))
	for name, value := range config {
		planned := plan[name]
		switch name {
		case "guid", "app_guid", "type", "wait_for_instances":
			// Never left out: the address in the plan is the one that counts.
			if !value.IsNull() && planned.Type() != nil && planned.IsFullyKnown() {
				value = planned
			}
			named[name] = value
		default:
			named[name] = wantedValue(value, planned, prior[name])
		}
	}
	return named
}

func wantedValue(config, planned, prior tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	if planned.Type() == nil || planned.IsNull() || !planned.IsKnown() {
		// Whatever is configured is planned, and known by now, unless it is ignored.
		return tftypes.NewValue(config.Type(), nil)
	}
	kind, ok := config.Type().(tftypes.Object)
	if !ok {
		return wantedLeaf(config, planned, prior)
	}
	given, p, before := field.Open(config), field.Open(planned), field.Open(prior)
	values := make(map[string]tftypes.Value, len(kind.AttributeTypes))
	for name := range kind.AttributeTypes {
		values[name] = wantedValue(given[name], p[name], before[name])
	}
	return tftypes.NewValue(kind, values)
}

// wantedLeaf is wantedValue for a value that is written as a whole: a scalar,
// or a map. Single keys of a map can be ignored, so that the planned map is
// neither the one that was nor the configured one.
func wantedLeaf(config, planned, prior tftypes.Value) tftypes.Value {
	if prior.Type() != nil && planned.Equal(prior) && !planned.Equal(config) {
		return tftypes.NewValue(config.Type(), nil)
	}
	return planned
}
