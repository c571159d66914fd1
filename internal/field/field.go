package field

import (
	"strings"

	ds "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	rs "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Field is one attribute of T, an object of an API. The schemas, the Terraform
// value and the MessagePack encoding of the attribute come from it.
//
// Getters return nil for null, and for nothing else.
type Field[T any] struct {
	// Name of the attribute.
	Name string
	// Description is the meaning of the attribute, in Markdown.
	Description string
	// Type of the attribute.
	Type tftypes.Type

	value      func(*T) tftypes.Value
	pack       func(*Packer, *T)
	dataSource func(description string) ds.Attribute
	resource   func(description string, s Setting) rs.Attribute
	setting    Setting
}

// Setting is what the resource adds to a field.
type Setting struct {
	// Optional says that a configuration can set the attribute.
	Optional bool
	// Description replaces that of the field; Note comes after it.
	Description, Note string
	// Validators of the attribute; those of its kind count.
	Strings []validator.String
	Numbers []validator.Number
	Objects []validator.Object
	Maps    []validator.Map
}

// In returns the field with what the resource adds to it.
func (f Field[T]) In(s Setting) Field[T] {
	f.setting = s
	return f
}

// WithNote returns the field with one more sentence for the resource.
func (f Field[T]) WithNote(note string) Field[T] {
	f.setting.Note = strings.TrimSpace(f.setting.Note + " " + note)
	return f
}

// Settable reports whether a configuration can set the attribute.
func (f Field[T]) Settable() bool { return f.setting.Optional }

// Value is the Terraform value of the attribute.
func (f Field[T]) Value(from *T) tftypes.Value { return f.value(from) }

// DataSource is the attribute in a data source: computed.
func (f Field[T]) DataSource() ds.Attribute { return f.dataSource(f.Description) }

// Resource is the attribute in the resource: computed, and optional where a
// configuration can set it.
func (f Field[T]) Resource() rs.Attribute {
	description := f.Description
	if f.setting.Description != "" {
		description = f.setting.Description
	}
	if f.setting.Note != "" {
		description += " " + f.setting.Note
	}
	return f.resource(description, f.setting)
}

// Within makes fields of S from those of an object inside of it.
func Within[S, T any](get func(*S) *T, fields ...Field[T]) []Field[S] {
	lifted := make([]Field[S], len(fields))
	for i, f := range fields {
		lifted[i] = Field[S]{
			Name: f.Name, Description: f.Description, Type: f.Type,
			value:      func(s *S) tftypes.Value { return f.value(get(s)) },
			pack:       func(p *Packer, s *S) { f.pack(p, get(s)) },
			dataSource: f.dataSource, resource: f.resource, setting: f.setting,
		}
	}
	return lifted
}

// String is a field with a text.
func String[T any, S ~string](name, description string, get func(*T) *S) Field[T] {
	return Field[T]{
		Name: name, Description: description, Type: tftypes.String,
		value: func(t *T) tftypes.Value { return StringValue(get(t)) },
		pack:  func(p *Packer, t *T) { packText(p, get(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.StringAttribute{Computed: true, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.StringAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description, Validators: s.Strings,
			}
		},
	}
}

// Int is a field with a whole number. In the resource it is a number attribute:
// the framework reports a fraction in a whole-number attribute as a bug of the
// provider; see WholeNumber.
func Int[T any](name, description string, get func(*T) *int64) Field[T] {
	return Field[T]{
		Name: name, Description: description, Type: tftypes.Number,
		value: func(t *T) tftypes.Value { return IntValue(get(t)) },
		pack:  func(p *Packer, t *T) { p.int(get(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.Int64Attribute{Computed: true, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.NumberAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description, Validators: s.Numbers,
			}
		},
	}
}

// Decimal is a field with a number of any kind.
func Decimal[T any, D decimal](name, description string, get func(*T) *D) Field[T] {
	value := func(t *T) tftypes.Value {
		if d := get(t); d != nil {
			return tftypes.NewValue(tftypes.Number, (*d).BigFloat())
		}
		return nullNumber
	}
	return Field[T]{
		Name: name, Description: description, Type: tftypes.Number,
		value: value,
		pack:  func(p *Packer, t *T) { p.Value(tftypes.Number, value(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.NumberAttribute{Computed: true, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.NumberAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description, Validators: s.Numbers,
			}
		},
	}
}

// Bool is a field that is true or false.
func Bool[T any](name, description string, get func(*T) *bool) Field[T] {
	return Field[T]{
		Name: name, Description: description, Type: tftypes.Bool,
		value: func(t *T) tftypes.Value { return BoolValue(get(t)) },
		pack:  func(p *Packer, t *T) { p.bool(get(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.BoolAttribute{Computed: true, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.BoolAttribute{Optional: s.Optional, Computed: true, MarkdownDescription: description}
		},
	}
}

// StringList is a field with a list of texts; a nil list is null.
func StringList[T any](name, description string, get func(*T) []string) Field[T] {
	listType := tftypes.List{ElementType: tftypes.String}
	null := tftypes.NewValue(listType, nil)
	value := func(t *T) tftypes.Value {
		texts := get(t)
		if texts == nil {
			return null
		}
		elements := make([]tftypes.Value, len(texts))
		for i := range texts {
			elements[i] = tftypes.NewValue(tftypes.String, texts[i])
		}
		return tftypes.NewValue(listType, elements)
	}
	return Field[T]{
		Name: name, Description: description, Type: listType,
		value: value,
		pack:  func(p *Packer, t *T) { p.Value(listType, value(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.ListAttribute{
				Optional: s.Optional, Computed: true, ElementType: types.StringType, MarkdownDescription: description,
			}
		},
	}
}

// StringMap is a field with a map of texts; a nil map is null.
func StringMap[T any](name, description string, get func(*T) map[string]*string) Field[T] {
	return Field[T]{
		Name: name, Description: description, Type: stringMapType,
		value: func(t *T) tftypes.Value { return StringMapValue(get(t)) },
		pack:  func(p *Packer, t *T) { p.texts(get(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.MapAttribute{
				Optional: s.Optional, Computed: true, ElementType: types.StringType,
				MarkdownDescription: description, Validators: s.Maps,
			}
		},
	}
}

// Object is a field with an object, which has nested fields.
func Object[T, O any](name, description string, of *Record[O], get func(*T) *O) Field[T] {
	return Field[T]{
		Name: name, Description: description, Type: of.Type,
		value: func(t *T) tftypes.Value { return of.Value(get(t)) },
		pack:  func(p *Packer, t *T) { of.Pack(p, get(t)) },
		dataSource: func(description string) ds.Attribute {
			return ds.SingleNestedAttribute{
				Computed: true, MarkdownDescription: description, Attributes: of.DataSource(),
			}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.SingleNestedAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description,
				Attributes: of.Resource(), Validators: s.Objects,
			}
		},
	}
}

// ObjectList is a field with a list of objects; a nil list is null.
func ObjectList[T, O any](name, description string, of *Record[O], get func(*T) []O) Field[T] {
	listType := tftypes.List{ElementType: of.Type}
	null := tftypes.NewValue(listType, nil)
	return Field[T]{
		Name: name, Description: description, Type: listType,
		value: func(t *T) tftypes.Value {
			objects := get(t)
			if objects == nil {
				return null
			}
			return of.List(objects)
		},
		pack: func(p *Packer, t *T) {
			objects := get(t)
			if objects == nil {
				p.null()
				return
			}
			p.note(p.EncodeArrayLen(len(objects)))
			for i := range objects {
				of.Pack(p, &objects[i])
			}
		},
		dataSource: func(description string) ds.Attribute {
			return ds.ListNestedAttribute{
				Computed: true, MarkdownDescription: description,
				NestedObject: ds.NestedAttributeObject{Attributes: of.DataSource()},
			}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.ListNestedAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description,
				NestedObject: rs.NestedAttributeObject{Attributes: of.Resource()},
			}
		},
	}
}

// ObjectMap is a field with a map of objects; a nil map is null.
func ObjectMap[T, O any](name, description string, of *Record[O], get func(*T) map[string]*O) Field[T] {
	mapType := tftypes.Map{ElementType: of.Type}
	null := tftypes.NewValue(mapType, nil)
	return Field[T]{
		Name: name, Description: description, Type: mapType,
		value: func(t *T) tftypes.Value {
			objects := get(t)
			if objects == nil {
				return null
			}
			values := make(map[string]tftypes.Value, len(objects))
			for key, object := range objects {
				values[key] = of.Value(object)
			}
			return tftypes.NewValue(mapType, values)
		},
		pack: func(p *Packer, t *T) {
			objects := get(t)
			if objects == nil {
				p.null()
				return
			}
			p.note(p.EncodeMapLen(len(objects)))
			for key, object := range objects {
				p.key(key)
				of.Pack(p, object)
			}
		},
		dataSource: func(description string) ds.Attribute {
			return ds.MapNestedAttribute{
				Computed: true, MarkdownDescription: description,
				NestedObject: ds.NestedAttributeObject{Attributes: of.DataSource()},
			}
		},
		resource: func(description string, s Setting) rs.Attribute {
			return rs.MapNestedAttribute{
				Optional: s.Optional, Computed: true, MarkdownDescription: description,
				NestedObject: rs.NestedAttributeObject{Attributes: of.Resource()},
			}
		},
	}
}
