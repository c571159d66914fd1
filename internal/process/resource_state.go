package process

import (
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// resourceValues are the attributes of the resource for a process; own has the
// attributes that only the resource has, from plan or state.
func resourceValues(p *capi.Process, own field.Attributes) field.Attributes {
	values := processTable.Values(p)
	values["metadata"] = managedMetadataValue(p.Metadata)
	for name := range ownAttributes {
		value, ok := own[name]
		if !ok {
			value = tftypes.NewValue(resourceType.AttributeTypes[name], nil)
		}
		values[name] = value
	}
	return values
}

// valueOfResource makes the object of the resource from its attributes.
func valueOfResource(values field.Attributes) tftypes.Value {
	return tftypes.NewValue(resourceType, map[string]tftypes.Value(values))
}

// refreshed returns the state after a read: the values of the API, except for those
// that only the state has.
func refreshed(prior field.Attributes, m privateState, p *capi.Process) field.Attributes {
	state := resourceValues(p, prior)
	if !prior.IsSet("wait_for_instances") {
		// After an import; null would show as a change to the default.
		state["wait_for_instances"] = notWaiting
	}
	if p.CommandRedacted {
		state["command"] = prior["command"]
	}
	for _, a := range writable {
		state[a.Name] = preserveEmpty(prior[a.Name], state[a.Name])
	}
	for _, name := range m.staysReset(prior) {
		state[name] = prior[name]
	}
	// Some foundations ignore the case of a GUID. It stays as configured.
	for _, name := range addressNames {
		before, known := prior.Text(name)
		now, ok := state.Text(name)
		if known && (!ok || strings.EqualFold(before, now)) {
			state[name] = prior[name]
		}
	}
	return state
}

// preserveEmpty returns actual, except that it keeps a prior object or map with no
// values where the API returned null: the configuration may have set it to {}, and
// null would show as a difference.
func preserveEmpty(prior, actual tftypes.Value) tftypes.Value {
	typ, isObject := actual.Type().(tftypes.Object)
	switch {
	case actual.IsNull() && prior.Type() != nil && isEmpty(prior):
		return prior
	case actual.IsNull() || !isObject:
		return actual
	}
	before, now := field.Open(prior), field.Open(actual)
	for name, value := range now {
		now[name] = preserveEmpty(before[name], value)
	}
	return now.Value(typ)
}

// isEmpty reports whether a value is null, or an object or map with no values.
func isEmpty(v tftypes.Value) bool {
	if v.IsNull() {
		return true
	}
	if !v.Type().Is(tftypes.Object{}) && !v.Type().Is(tftypes.Map{}) {
		return false
	}
	for _, inner := range field.Open(v) {
		if !isEmpty(inner) {
			return false
		}
	}
	return true
}

// managedMetadataValue is the metadata in the resource: without the platform's own
// keys.
func managedMetadataValue(m *capi.Metadata) tftypes.Value {
	if m != nil {
		m = &capi.Metadata{Labels: managedKeys(m.Labels), Annotations: managedKeys(m.Annotations)}
	}
	return metadata.Value(m)
}

func managedKeys(all map[string]*string) map[string]*string {
	managed := maps.Clone(all)
	maps.DeleteFunc(managed, func(key string, _ *string) bool { return platformKey(key) })
	return managed
}
