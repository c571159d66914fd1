package field

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// decimal is a number with all its digits.
type decimal interface{ BigFloat() *big.Float }

// NullString is the null of a text.
var NullString = tftypes.NewValue(tftypes.String, nil)

// Unknown is an unknown value of the same type as v.
func Unknown(v tftypes.Value) tftypes.Value { return tftypes.NewValue(v.Type(), tftypes.UnknownValue) }

// FillUnknown returns planned with its unknown parts taken from actual: planned
// values win, even if the object has changed since the plan.
func FillUnknown(planned, actual tftypes.Value) tftypes.Value {
	if planned.Type() == nil || !planned.IsKnown() {
		return actual
	}
	if planned.IsFullyKnown() {
		return planned
	}
	typ, ok := planned.Type().(tftypes.Object)
	if !ok {
		// A map is known as a whole by then: Terraform plans again before it applies,
		// with the configuration known.
		return actual
	}
	known, other := Open(planned), Open(actual)
	filled := make(Attributes, len(typ.AttributeTypes))
	for name, t := range typ.AttributeTypes {
		value, ok := other[name]
		if !ok {
			value = tftypes.NewValue(t, nil)
		}
		filled[name] = FillUnknown(known[name], value)
	}
	return filled.Value(typ)
}
