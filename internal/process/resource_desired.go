package process

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// desired returns the attributes that this apply must enforce: the planned value of
// everything that the configuration sets.
//
// The configuration alone is not enough. Terraform applies
// lifecycle.ignore_changes to the plan only and passes the configuration as it is.
// A value that is planned to stay and differs from the configuration is ignored: it
// counts as not set, and its owner, such as an autoscaler, may change it until the
// apply and after.
func desired(config, plan, prior field.Attributes) field.Attributes {
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
			named[name] = desiredValue(value, planned, prior[name])
		}
	}
	return named
}

func desiredValue(config, planned, prior tftypes.Value) tftypes.Value {
	if config.IsNull() {
		return config
	}
	if planned.Type() == nil || planned.IsNull() || !planned.IsKnown() {
		// Whatever is configured is planned, and known by now, unless it is ignored.
		return tftypes.NewValue(config.Type(), nil)
	}
	typ, ok := config.Type().(tftypes.Object)
	if !ok {
		return desiredLeaf(config, planned, prior)
	}
	given, p, before := field.Open(config), field.Open(planned), field.Open(prior)
	values := make(map[string]tftypes.Value, len(typ.AttributeTypes))
	for name := range typ.AttributeTypes {
		values[name] = desiredValue(given[name], p[name], before[name])
	}
	return tftypes.NewValue(typ, values)
}

// desiredLeaf is desiredValue for a value that is written as a whole: a scalar,
// or a map. Single keys of a map can be ignored, so that the planned map is
// neither the one that was nor the configured one.
func desiredLeaf(config, planned, prior tftypes.Value) tftypes.Value {
	if prior.Type() != nil && planned.Equal(prior) && !planned.Equal(config) {
		return tftypes.NewValue(config.Type(), nil)
	}
	return planned
}
