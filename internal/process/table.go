package process

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// attribute is a field of T, an object of the API, with the effects of setting it. U
// is the part of a request that changes T.
type attribute[T, U any] struct {
	field.Field[T]

	// write puts the change by the configuration into the request; nil for an attribute
	// that can only be read. prior is the state before the change, nil while a process
	// is adopted, and only passed at the top level.
	write func(config, prior field.Attributes, current *T, request *U)
	// number is the field of the request for a whole number, with its bounds; nil
	// for other types.
	number func(*U) *capi.Field[int64]
	bounds field.WholeNumber
	// scales means that the scale request has the attribute, not PATCH; quantity is a
	// value in words, for the messages of the scale action.
	scales   bool
	quantity func(int64) string
	// actsLater means that on Cloud Controller a change does not reach the running
	// instances, only those that the next restart or deployment of the app starts.
	actsLater bool

	// bumps reports whether a planned change gives the process a new version, or may
	// do so; nil for never.
	bumps func(planned, state tftypes.Value) bool
	// lacking returns the errors for a value on Korifi, if Korifi does not have the
	// attribute or a part of it; nil if it has all. value has the attributes of an
	// object.
	lacking func(value field.Attributes, at path.Path) diag.Diagnostics
	// rule is for the texts that the API refuses, and refused returns the errors for
	// an object or a map. Neither applies to a value that the process already has.
	rule    checked
	refused func(value field.Attributes, s situation, at path.Path) diag.Diagnostics
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

// inScale means that the scale request carries the attribute; quantity names a
// value of it.
func (a attribute[T, U]) inScale(quantity func(int64) string) attribute[T, U] {
	a.scales, a.quantity = true, quantity
	return a
}

// counted names a quantity by a format with one number.
func counted(format string) func(int64) string {
	return func(n int64) string { return fmt.Sprintf(format, n) }
}

// actsLaterNote is in the description of an attribute that acts later.
const actsLaterNote = "On Cloud Controller a change takes effect when the app is next restarted or deployed " +
	"(see the action `cf_app_restart`)"

// later means that on Cloud Controller a change takes effect when the app is
// restarted or deployed, and on Korifi at once.
func (a attribute[T, U]) later() attribute[T, U] {
	a.actsLater, a.Field = true, a.WithNote(actsLaterNote+", on Korifi at once.")
	return a
}

// laterNotOnKorifi is later for an attribute that Korifi lacks.
func (a attribute[T, U]) laterNotOnKorifi() attribute[T, U] {
	a.actsLater, a.Field = true, a.WithNote(actsLaterNote+".")
	return a.notOnKorifi()
}

// notOnKorifi means that Korifi lacks the attribute.
func (a attribute[T, U]) notOnKorifi() attribute[T, U] {
	a.lacking = func(_ field.Attributes, at path.Path) diag.Diagnostics {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Not available on this foundation",
			fmt.Sprintf("The process runs on Korifi, whose API does not have %s. Leave it out.", at))}
	}
	return a
}

// newVersion means that a change gives the process a new version.
func (a attribute[T, U]) newVersion() attribute[T, U] {
	a.bumps = func(planned, state tftypes.Value) bool { return !planned.Equal(state) }
	return a
}

// unless sets the check for the texts that the API refuses; see checked.
func (a attribute[T, U]) unless(check func(string) error) attribute[T, U] {
	a.rule.check = check
	return a
}

// write puts the changes by the configuration into the request.
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
	return slices.ContainsFunc(t.attributes, func(a attribute[T, U]) bool {
		return a.bumps != nil && a.bumps(planned[a.Name], state[a.Name])
	})
}

// lackingOnKorifi are the errors for what is set but does not exist there.
func (t table[T, U]) lackingOnKorifi(config field.Attributes, parent path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range t.attributes {
		if a.lacking != nil && config.IsKnown(a.Name) {
			diags.Append(a.lacking(config.Child(a.Name), parent.AtName(a.Name))...)
		}
	}
	return diags
}

// refused returns the errors for the values that the API refuses and that the
// process does not already have.
func (t table[T, U]) refused(config field.Attributes, s situation, parent path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range t.attributes {
		at := parent.AtName(a.Name)
		switch {
		case !config.IsKnown(a.Name) || s.current != nil && config[a.Name].Equal(s.current[a.Name]):
		case a.rule.check != nil:
			diags.Append(a.rule.refused(at, config.String(a.Name))...)
		case a.refused != nil:
			diags.Append(a.refused(config.Child(a.Name), situation{s.current.Child(a.Name), s.korifi}, at)...)
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

// number is a whole number that a configuration can set. In the resource, the bounds
// and the note come after the description.
func number[T, U any](name, description, note string, bounds field.WholeNumber, get func(*T) *int64, request func(*U) *capi.Field[int64]) attribute[T, U] {
	note = strings.TrimSpace("It " + bounds.Description(context.Background()) + ". " + note)
	return attribute[T, U]{
		Field:  field.Int(name, description, get).In(field.Setting{Optional: true, Note: note, Numbers: []validator.Number{bounds}}),
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
		bumps:   func(planned, state tftypes.Value) bool { return of.bumpsVersion(of.Open(planned), of.Open(state)) },
		lacking: of.lackingOnKorifi,
		refused: of.refused,
	}
}

// changed is a field that is sent when it is wanted and differs.
func changed[T comparable](wanted, current *T) capi.Field[T] {
	if wanted == nil || (current != nil && *wanted == *current) {
		return capi.Omit[T]()
	}
	return capi.Set(*wanted)
}
