package field

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Attributes are the values of a Terraform object by name: of a configuration, a
// plan or a state, which have the same attributes and differ only in which are null,
// unknown or known. The zero value is an object without attributes.
type Attributes map[string]tftypes.Value

// Open returns the attributes of an object; a null or unknown one has none.
func Open(v tftypes.Value) Attributes {
	if v.IsNull() || !v.IsKnown() {
		return nil
	}
	var values map[string]tftypes.Value
	if v.As(&values) != nil {
		return nil
	}
	return values
}

// Value makes an object of the attributes.
func (a Attributes) Value(typ tftypes.Type) tftypes.Value {
	return tftypes.NewValue(typ, map[string]tftypes.Value(a))
}

// Child opens an attribute that is an object.
func (a Attributes) Child(name string) Attributes { return Open(a[name]) }

// IsSet reports whether the attribute exists and is not null; it can be unknown.
func (a Attributes) IsSet(name string) bool {
	v, ok := a[name]
	return ok && !v.IsNull()
}

// IsKnown reports whether the attribute has a value that is known and not null.
func (a Attributes) IsKnown(name string) bool { return a.IsSet(name) && a[name].IsKnown() }

// Text returns the text of an attribute; ok is false where it is null or unknown.
func (a Attributes) Text(name string) (s string, ok bool) {
	if !a.IsKnown(name) {
		return "", false
	}
	return s, a[name].As(&s) == nil
}

// TextPointer returns the text of an attribute, nil where it is null or unknown.
func (a Attributes) TextPointer(name string) *string {
	if s, ok := a.Text(name); ok {
		return &s
	}
	return nil
}

// String returns the text of an attribute as a type of the framework, which
// distinguishes null from unknown.
func (a Attributes) String(name string) types.String {
	if a.IsSet(name) && !a[name].IsKnown() {
		return types.StringUnknown()
	}
	return types.StringPointerValue(a.TextPointer(name))
}

// IntPointer returns the whole number of an attribute, nil where it is null,
// unknown or a fraction.
func (a Attributes) IntPointer(name string) *int64 {
	if !a.IsKnown(name) {
		return nil
	}
	var f big.Float
	if a[name].As(&f) != nil {
		return nil
	}
	n, accuracy := f.Int64()
	if accuracy != big.Exact {
		return nil
	}
	return &n
}

// Flag returns the boolean of an attribute, false where it is null or unknown.
func (a Attributes) Flag(name string) bool {
	var b bool
	return a.IsKnown(name) && a[name].As(&b) == nil && b
}

// TextMap returns the map of texts of an attribute; ok is false where it is null
// or unknown. Elements that are null or unknown are left out.
func (a Attributes) TextMap(name string) (m map[string]string, ok bool) {
	entries := a.Child(name)
	if entries == nil {
		return nil, false
	}
	m = make(map[string]string, len(entries))
	for key := range entries {
		if s, ok := entries.Text(key); ok {
			m[key] = s
		}
	}
	return m, true
}

// TextList returns the list of texts of an attribute, nil where it is null or
// unknown. Elements that are null or unknown are left out.
func (a Attributes) TextList(name string) []string {
	if !a.IsKnown(name) {
		return nil
	}
	var elements []tftypes.Value
	if a[name].As(&elements) != nil {
		return nil
	}
	list := make([]string, 0, len(elements))
	for _, element := range elements {
		var s *string
		if element.IsKnown() && element.As(&s) == nil && s != nil {
			list = append(list, *s)
		}
	}
	return list
}
