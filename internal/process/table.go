package process

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// attribute is a field of T, an object of the API, and what setting it means. U
// is the part of a request that T is changed by.
type attribute[T, U any] struct {
	field.Field[T]

	// write puts into the request what the configuration changes; nil for an
	// attribute that can only be read. prior is the state before the change, nil
	// while a process is adopted, and only passed at the top level.
	write func(config, prior field.Attributes, current *T, request *U)
	// number is the field of the request for a whole number, with its bounds; nil
	// for other kinds.
	number func(*U) *capi.Field[int64]
	bounds field.WholeNumber
	// scales says that the attribute is sent in the scale request, not in PATCH;
	// quantity is a value in words, for the messages of the scale action.
	scales   bool
	quantity func(int64) string
	// actsLater says that on Cloud Controller a change reaches no running instance,
	// but those that a restart or a deployment of the app starts.
	actsLater bool
	// lacksOnKorifi says that Korifi does not have the attribute.
	lacksOnKorifi bool
	// bumpsVersion says that a change gives the process a new version.
	bumpsVersion bool

	// refuses returns why the API refuses a text, or "". It is not called for a value
	// that the process has already.
	refuses func(string) string

	// What the table of a nested object says about it.
	nestedBumps   func(planned, state tftypes.Value) bool
	nestedLacks   func(config field.Attributes, at path.Path) diag.Diagnostics
	nestedRefused func(value tftypes.Value, s situation, at path.Path) diag.Diagnostics
}

// table is the table of the attributes of T: the record that Terraform shows,
// and the request that changes it.
type table[T, U any] struct {
	*field.Record[T]
	attributes []attribute[T, U]
}

func tableOf[T, U any](attributes ...attribute[T, U]) table[T, U] {
	fields := make([]field.Field[T], len(attributes))
	for i, a := range attributes {
		fields[i] = a.Field
	}
	return table[T, U]{Record: field.RecordOf(fields...), attributes: attributes}
}

// inScale says that the scale request carries the attribute, and how a value of
// it is named.
func (a attribute[T, U]) inScale(quantity func(int64) string) attribute[T, U] {
	a.scales, a.quantity = true, quantity
	return a
}

// counted names a quantity by a format with one number.
func counted(format string) func(int64) string {
	return func(n int64) string { return fmt.Sprintf(format, n) }
}

// actsLaterNote is what the resource says about an attribute that acts later.
const actsLaterNote = "On Cloud Controller a change takes effect when the app is next restarted or deployed " +
	"(see the action `cf_app_restart`), on Korifi at once."

// later says that on Cloud Controller a change acts when the app is restarted or
// deployed.
func (a attribute[T, U]) later() attribute[T, U] {
	a.actsLater, a.Field = true, a.WithNote(actsLaterNote)
	return a
}

// notOnKorifi says that Korifi lacks the attribute.
func (a attribute[T, U]) notOnKorifi() attribute[T, U] { a.lacksOnKorifi = true; return a }

// newVersion says that a change gives the process a new version.
func (a attribute[T, U]) newVersion() attribute[T, U] { a.bumpsVersion = true; return a }

// write puts into the request what the configuration changes.
func (t table[T, U]) write(config, prior field.Attributes, current *T, request *U) {
	for _, a := range t.attributes {
		if a.write != nil {
			a.write(config, prior, current, request)
		}
	}
}

// bumpsVersion reports whether the planned change gives the process a new
// version, or may do so.
func (t table[T, U]) bumpsVersion(planned, state field.Attributes) bool {
	for _, a := range t.attributes {
		p, s := valueOrNull(planned, a.Field), valueOrNull(state, a.Field)
		if a.bumpsVersion && !p.Equal(s) || a.nestedBumps != nil && a.nestedBumps(p, s) {
			return true
		}
	}
	return false
}

func valueOrNull[T any](of field.Attributes, f field.Field[T]) tftypes.Value {
	if v, ok := of[f.Name]; ok {
		return v
	}
	return tftypes.NewValue(f.Type, nil)
}

// lackingOnKorifi are the errors for what is set but does not exist there.
func (t table[T, U]) lackingOnKorifi(config field.Attributes, parent path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range t.attributes {
		at := parent.AtName(a.Name)
		switch {
		case !config.IsKnown(a.Name):
		case a.lacksOnKorifi:
			diags.Append(notOnKorifi(at))
		case a.nestedLacks != nil:
			diags.Append(a.nestedLacks(config.Child(a.Name), at)...)
		}
	}
	return diags
}

// text is a text that a configuration can set; s has its validators.
func text[T, U any](name, description string, s field.Setting, get func(*T) *string, request func(*U) *capi.Field[string]) attribute[T, U] {
	s.Optional = true
	return attribute[T, U]{
		Field: field.String(name, description, get).In(s),
		write: func(config, _ field.Attributes, current *T, u *U) {
			*request(u) = changed(config.TextPointer(name), get(current))
		},
	}
}

// number is a whole number that a configuration can set. The note comes after
// the description in the resource.
func number[T, U any](name, description, note string, bounds field.WholeNumber, get func(*T) *int64, request func(*U) *capi.Field[int64]) attribute[T, U] {
	return attribute[T, U]{
		Field:  field.Int(name, description, get).In(field.Setting{Optional: true, Note: note, Numbers: bounds.Validators()}),
		number: request, bounds: bounds,
		write: func(config, _ field.Attributes, current *T, u *U) {
			*request(u) = changed(config.IntPointer(name), get(current))
		},
	}
}

// object is an object of which a configuration can set some attributes.
func object[T, U, O, V any](name, description string, s field.Setting, of table[O, V], get func(*T) *O, request func(*U) *capi.Field[V]) attribute[T, U] {
	s.Optional = true
	return attribute[T, U]{
		Field: field.Object(name, description, of.Record, get).In(s),
		write: func(config, _ field.Attributes, current *T, u *U) {
			now := get(current)
			if now == nil {
				now = new(O)
			}
			var changes V
			of.write(config.Child(name), nil, now, &changes)
			if !reflect.ValueOf(changes).IsZero() {
				*request(u) = capi.Set(changes)
			}
		},
		nestedBumps: func(planned, state tftypes.Value) bool {
			return of.canBump() && !planned.IsKnown() || of.bumpsVersion(field.Open(planned), field.Open(state))
		},
		nestedLacks: of.lackingOnKorifi,
		nestedRefused: func(value tftypes.Value, s situation, at path.Path) diag.Diagnostics {
			return of.refused(field.Open(value), s, at)
		},
	}
}

// canBump reports whether any change of the object can give the process a new
// version.
func (t table[T, U]) canBump() bool {
	for _, a := range t.attributes {
		if a.bumpsVersion {
			return true
		}
	}
	return false
}

// changed is a field that is sent when it is wanted and differs.
func changed[T comparable](wanted, current *T) capi.Field[T] {
	if wanted == nil || (current != nil && *wanted == *current) {
		return capi.Omit[T]()
	}
	return capi.Set(*wanted)
}

// refused returns the errors for the values that the API refuses and that the
// process does not have already.
func (t table[T, U]) refused(config field.Attributes, s situation, parent path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range t.attributes {
		value, at := config[a.Name], parent.AtName(a.Name)
		switch {
		case !config.IsKnown(a.Name) || s.current != nil && value.Equal(s.current[a.Name]):
		case a.refuses != nil:
			text, _ := config.Text(a.Name)
			if reason := a.refuses(text); reason != "" {
				diags.AddAttributeError(at, "Invalid "+at.String(), at.String()+" "+reason)
			}
		case a.nestedRefused != nil:
			diags.Append(a.nestedRefused(value, situation{current: s.current.Child(a.Name), korifi: s.korifi}, at)...)
		}
	}
	return diags
}

// unless is an attribute whose values the API can refuse. The reason completes a
// sentence that begins with the name of the attribute; it is empty for a good value.
func (a attribute[T, U]) unless(reason func(string) string) attribute[T, U] {
	a.refuses = reason
	return a
}

// notOnKorifi is the error for an attribute that is set and does not exist there.
func notOnKorifi(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Not available on this foundation",
		fmt.Sprintf("The process runs on Korifi, whose API does not have %s. Leave it out.", at))
}
