package process

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// desired returns the attributes that this apply must enforce: the planned value of
// everything that the configuration sets.
//
// The configuration alone is not enough. Terraform applies
// lifecycle.ignore_changes to the plan only and passes the configuration unchanged.
// A value that is planned to stay and differs from the configuration is ignored: it
// counts as not set, and its owner, such as an autoscaler, may change it until the
// apply and after.
func desired(config, plan, prior field.Attributes) field.Attributes {
	values := make(field.Attributes, len(config))
	for name, value := range config {
		values[name] = desiredValue(value, plan[name], prior[name])
	}
	// The address is never left out: the planned one is used.
	for _, name := range append(slices.Clone(addressNames), "wait_for_instances") {
		if config.IsSet(name) && plan[name].IsKnown() {
			values[name] = plan[name]
		}
	}
	return values
}

func desiredValue(config, planned, prior tftypes.Value) tftypes.Value {
	null := tftypes.NewValue(config.Type(), nil)
	typ, isObject := config.Type().(tftypes.Object)
	switch {
	case config.IsNull() || planned.IsNull() || !planned.IsKnown():
		// What is configured is planned, and known by now, unless it is ignored.
		return null
	case isObject:
		given, p, before := field.Open(config), field.Open(planned), field.Open(prior)
		values := make(field.Attributes, len(given))
		for name, value := range given {
			values[name] = desiredValue(value, p[name], before[name])
		}
		return values.Value(typ)
	case planned.Equal(prior) && !planned.Equal(config):
		return null
	default:
		// Single keys of a map can be ignored: the planned map can differ from both.
		return planned
	}
}
