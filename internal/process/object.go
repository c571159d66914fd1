package process

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// object is a Terraform object by attribute. The resource works on these:
// plan, state and configuration have one shape, and what an attribute is,
// null, unknown or a value, is all that counts.
type object map[string]tftypes.Value

// objectOf opens a Terraform object; a null or unknown one has no attributes.
func objectOf(v tftypes.Value) object {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	var o map[string]tftypes.Value
	if v.As(&o) != nil {
		return nil
	}
	return o
}

// child opens an attribute that is an object.
func (o object) child(name string) object { return objectOf(o[name]) }

// has reports whether the attribute is there and not null; it may be unknown.
func (o object) has(name string) bool {
	v, ok := o[name]
	return ok && !v.IsNull()
}

// given reports whether the attribute has a value that is known.
func (o object) given(name string) bool { return o.has(name) && o[name].IsKnown() }

// text is the string of an attribute; ok is false where it is null or unknown.
func (o object) text(name string) (s string, ok bool) {
	v, found := o[name]
	if !found || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	return s, v.As(&s) == nil
}

// textPointer is the string of an attribute, nil where there is none.
func (o object) textPointer(name string) *string {
	if s, ok := o.text(name); ok {
		return &s
	}
	return nil
}

// numberPointer is the whole number of an attribute, nil where there is none.
func (o object) numberPointer(name string) *int64 {
	v, found := o[name]
	if !found || v.IsNull() || !v.IsKnown() {
		return nil
	}
	var f big.Float
	if v.As(&f) != nil {
		return nil
	}
	n, accuracy := f.Int64()
	if accuracy != big.Exact {
		return nil
	}
	return &n
}

// flag is the boolean of an attribute, false where there is none.
func (o object) flag(name string) bool {
	var b bool
	if v, found := o[name]; found && v.IsKnown() && !v.IsNull() && v.As(&b) == nil {
		return b
	}
	return false
}

// textMap is the map of strings of an attribute; ok is false where there is
// none.
func (o object) textMap(name string) (m map[string]string, ok bool) {
	entries := objectOf(o[name])
	if entries == nil {
		return nil, false
	}
	m = make(map[string]string, len(entries))
	for key := range entries {
		if s, ok := entries.text(key); ok {
			m[key] = s
		}
	}
	return m, true
}

// address is the address in a configuration, plan or state.
func (o object) address(byApp bool) capi.Address {
	if byApp {
		app, _ := o.text("app_guid")
		kind, ok := o.text("type")
		if !ok {
			kind = capi.DefaultType
		}
		return capi.Address{AppGUID: app, Type: kind}
	}
	guid, _ := o.text("guid")
	return capi.Address{GUID: guid}
}

// fillUnknown is planned with what was unknown taken from actual: planned
// values win, whatever has happened to the process since the plan.
func fillUnknown(planned, actual tftypes.Value) tftypes.Value {
	if planned.Type() == nil || !planned.IsKnown() {
		return actual
	}
	if planned.IsFullyKnown() {
		return planned
	}
	kind, ok := planned.Type().(tftypes.Object)
	if !ok {
		// A map is known as a whole by then: Terraform plans once more before it
		// applies, with the configuration known.
		return actual
	}
	known, other := objectOf(planned), objectOf(actual)
	filled := make(map[string]tftypes.Value, len(kind.AttributeTypes))
	for name, t := range kind.AttributeTypes {
		value, ok := other[name]
		if !ok {
			value = tftypes.NewValue(t, nil)
		}
		filled[name] = fillUnknown(known[name], value)
	}
	return tftypes.NewValue(kind, filled)
}

// unknownOf is an unknown value of the same type as v.
func unknownOf(v tftypes.Value) tftypes.Value {
	return tftypes.NewValue(v.Type(), tftypes.UnknownValue)
}
