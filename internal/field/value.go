package field

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// decimal is a number of any kind, with all its digits.
type decimal interface{ BigFloat() *big.Float }

var stringMapType = tftypes.Map{ElementType: tftypes.String}

// Values are immutable, so those that occur again and again are made once.
var (
	nullString    = tftypes.NewValue(tftypes.String, nil)
	nullNumber    = tftypes.NewValue(tftypes.Number, nil)
	nullBool      = tftypes.NewValue(tftypes.Bool, nil)
	trueValue     = tftypes.NewValue(tftypes.Bool, true)
	falseValue    = tftypes.NewValue(tftypes.Bool, false)
	nullStringMap = tftypes.NewValue(stringMapType, nil)
)

// StringValue is the Terraform value of a text, null for nil.
func StringValue[S ~string](s *S) tftypes.Value {
	if s == nil {
		return nullString
	}
	return tftypes.NewValue(tftypes.String, string(*s))
}

// IntValue is the Terraform value of a whole number, null for nil.
func IntValue(n *int64) tftypes.Value {
	if n == nil {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, *n)
}

// BoolValue is the Terraform value of a boolean, null for nil.
func BoolValue(b *bool) tftypes.Value {
	switch {
	case b == nil:
		return nullBool
	case *b:
		return trueValue
	default:
		return falseValue
	}
}

// StringMapValue is the Terraform value of a map of texts, null for nil.
func StringMapValue(m map[string]*string) tftypes.Value {
	if m == nil {
		return nullStringMap
	}
	values := make(map[string]tftypes.Value, len(m))
	for key, value := range m {
		values[key] = StringValue(value)
	}
	return tftypes.NewValue(stringMapType, values)
}

// Unknown is an unknown value of the same type as v.
func Unknown(v tftypes.Value) tftypes.Value { return tftypes.NewValue(v.Type(), tftypes.UnknownValue) }

// FillUnknown returns planned with what is unknown taken from actual: planned
// values win, whatever has happened to the object since the plan.
func FillUnknown(planned, actual tftypes.Value) tftypes.Value {
	if planned.Type() == nil || !planned.IsKnown() {
		return actual
	}
	if planned.IsFullyKnown() {
		return planned
	}
	typ, ok := planned.Type().(tftypes.Object)
	if !ok {
		// A map is known as a whole by then: Terraform plans once more before it
		// applies, with the configuration known.
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
