// Package field describes, checks and encodes the attributes of Terraform objects.
// It knows nothing of Cloud Foundry.
package field

import (
	"cmp"
	"context"
	"strings"

	ds "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	rs "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Field is one attribute of T, an object of an API. The schemas, the MessagePack
// encoding and the Terraform value of the attribute come from it.
//
// Getters return nil for null, and for nothing else.
type Field[T any] struct {
	// Name of the attribute.
	Name string
	// Description is the meaning of the attribute, in Markdown.
	Description string
	// Type of the attribute.
	Type tftypes.Type

	dataSource ds.Attribute
	pack       func(*Packer, *T)
	// nested returns the attributes that an object has in the resource, or each object
	// of a map; nil for other types.
	nested  func() map[string]rs.Attribute
	setting Setting
}

// Setting has the properties of a field in the resource.
type Setting struct {
	// Optional means that a configuration can set the attribute.
	Optional bool
	// Description replaces that of the field; Note comes after it.
	Description, Note string
	// Validators of the attribute; only those of its type have an effect.
	Strings []validator.String
	Numbers []validator.Number
	Maps    []validator.Map
}

// In returns the field with its properties in the resource.
func (f Field[T]) In(s Setting) Field[T] {
	f.setting = s
	return f
}

// WithNote returns the field with one more sentence for the resource.
func (f Field[T]) WithNote(note string) Field[T] {
	f.setting.Note = strings.TrimSpace(f.setting.Note + " " + note)
	return f
}

// Resource is the attribute in the resource: computed, and optional where a
// configuration can set it. It is nil for a type that only data sources have.
func (f Field[T]) Resource() rs.Attribute {
	s := f.setting
	description := strings.TrimSpace(cmp.Or(s.Description, f.Description) + " " + s.Note)
	switch f.dataSource.(type) {
	case ds.StringAttribute:
		return rs.StringAttribute{Optional: s.Optional, Computed: true, MarkdownDescription: description, Validators: s.Strings}
	case ds.Int64Attribute:
		// The framework reports a fraction in a whole-number attribute as a bug of
		// the provider; see WholeNumber.
		return rs.NumberAttribute{Optional: s.Optional, Computed: true, MarkdownDescription: description, Validators: s.Numbers}
	case ds.BoolAttribute:
		return rs.BoolAttribute{Optional: s.Optional, Computed: true, MarkdownDescription: description}
	case ds.MapAttribute:
		return rs.MapAttribute{
			Optional: s.Optional, Computed: true, ElementType: types.StringType,
			MarkdownDescription: description, Validators: s.Maps,
		}
	case ds.SingleNestedAttribute:
		return rs.SingleNestedAttribute{
			Optional: s.Optional, Computed: true, MarkdownDescription: description,
			Attributes: f.nested(),
		}
	case ds.MapNestedAttribute:
		return rs.MapNestedAttribute{
			Optional: s.Optional, Computed: true, MarkdownDescription: description,
			NestedObject: rs.NestedAttributeObject{Attributes: f.nested()},
		}
	}
	return nil
}

// Within makes fields of S from those of an object inside of it.
func Within[S, T any](get func(*S) *T, fields ...Field[T]) []Field[S] {
	lifted := make([]Field[S], len(fields))
	for i, f := range fields {
		lifted[i] = Field[S]{
			Name: f.Name, Description: f.Description, Type: f.Type,
			dataSource: f.dataSource, nested: f.nested, setting: f.setting,
			pack: func(p *Packer, s *S) { f.pack(p, get(s)) },
		}
	}
	return lifted
}

// newField makes a field from its attribute in a data source.
func newField[T any](name string, attribute ds.Attribute, pack func(*Packer, *T)) Field[T] {
	return Field[T]{
		Name: name, Description: attribute.GetMarkdownDescription(),
		Type: attribute.GetType().TerraformType(context.Background()), dataSource: attribute, pack: pack,
	}
}

// String is a field with a text.
func String[T any, S ~string](name, description string, get func(*T) *S) Field[T] {
	return newField(name, ds.StringAttribute{Computed: true, MarkdownDescription: description},
		func(p *Packer, t *T) { packText(p, get(t)) })
}

// Int is a field with a whole number.
func Int[T any](name, description string, get func(*T) *int64) Field[T] {
	return newField(name, ds.Int64Attribute{Computed: true, MarkdownDescription: description},
		func(p *Packer, t *T) { packPointer(p, get(t), p.EncodeInt) })
}

// Decimal is a field with any number, for data sources only.
func Decimal[T any, D decimal](name, description string, get func(*T) *D) Field[T] {
	return newField(name, ds.NumberAttribute{Computed: true, MarkdownDescription: description},
		func(p *Packer, t *T) {
			packPointer(p, get(t), func(d D) error {
				return p.value(tftypes.Number, tftypes.NewValue(tftypes.Number, d.BigFloat()))
			})
		})
}

// Bool is a field that is true or false.
func Bool[T any](name, description string, get func(*T) *bool) Field[T] {
	return newField(name, ds.BoolAttribute{Computed: true, MarkdownDescription: description},
		func(p *Packer, t *T) { packPointer(p, get(t), p.EncodeBool) })
}

// StringList is a field with a list of texts, for data sources only; a nil list
// is null.
func StringList[T any](name, description string, get func(*T) []string) Field[T] {
	return newField(name, ds.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description},
		func(p *Packer, t *T) { packList(p, get(t), packText[string]) })
}

// StringMap is a field with a map of texts; a nil map is null.
func StringMap[T any](name, description string, get func(*T) map[string]*string) Field[T] {
	return newField(name, ds.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description},
		func(p *Packer, t *T) { packMap(p, get(t), packText[string]) })
}

// Object is a field with an object, which has nested fields.
func Object[T, O any](name, description string, of *Record[O], get func(*T) *O) Field[T] {
	f := newField(name, ds.SingleNestedAttribute{
		Computed: true, MarkdownDescription: description, Attributes: of.DataSource(),
	}, func(p *Packer, t *T) { of.Pack(p, get(t)) })
	f.nested = of.Resource
	return f
}

// ObjectList is a field with a list of objects, for data sources only; a nil list
// is null.
func ObjectList[T, O any](name, description string, of *Record[O], get func(*T) []O) Field[T] {
	return newField(name, of.ListAttribute(description), func(p *Packer, t *T) { packList(p, get(t), of.Pack) })
}

// ObjectMap is a field with a map of objects; a nil map is null.
func ObjectMap[T, O any](name, description string, of *Record[O], get func(*T) map[string]*O) Field[T] {
	f := newField(name, ds.MapNestedAttribute{
		Computed: true, MarkdownDescription: description,
		NestedObject: ds.NestedAttributeObject{Attributes: of.DataSource()},
	}, func(p *Packer, t *T) { packMap(p, get(t), of.Pack) })
	f.nested = of.Resource
	return f
}
