package field

import (
	"cmp"
	"maps"
	"slices"

	ds "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	rs "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Record is the table of the fields of T.
type Record[T any] struct {
	// Fields in the order of their names, which is that of MessagePack.
	Fields []Field[T]
	// Type of the object.
	Type tftypes.Object
}

// RecordOf makes the table of the fields, in any order.
func RecordOf[T any](fields ...Field[T]) *Record[T] {
	r := &Record[T]{
		Fields: slices.SortedFunc(slices.Values(fields), func(a, b Field[T]) int { return cmp.Compare(a.Name, b.Name) }),
		Type:   tftypes.Object{AttributeTypes: make(map[string]tftypes.Type, len(fields))},
	}
	for _, f := range fields {
		r.Type.AttributeTypes[f.Name] = f.Type
	}
	return r
}

// Only returns a record of the same type in which every other field is null.
func (r *Record[T]) Only(keep func(name string) bool) *Record[T] {
	fields := slices.Clone(r.Fields)
	for i, f := range fields {
		if !keep(f.Name) {
			fields[i].pack = func(p *Packer, _ *T) { p.null() }
		}
	}
	return &Record[T]{Fields: fields, Type: r.Type}
}

// Values are the Terraform values of the fields; none for nil.
func (r *Record[T]) Values(t *T) Attributes { return Open(r.Value(t)) }

// Value is the Terraform object, null for nil: what Pack writes, decoded.
func (r *Record[T]) Value(t *T) tftypes.Value {
	p := NewPacker()
	r.Pack(p, t)
	return p.decode(r.Type)
}

// Open returns the attributes of an object; those of a null object are null, and
// those of an unknown one unknown.
func (r *Record[T]) Open(object tftypes.Value) Attributes {
	if values := Open(object); values != nil {
		return values
	}
	var all any
	if !object.IsKnown() {
		all = tftypes.UnknownValue
	}
	values := make(Attributes, len(r.Fields))
	for _, f := range r.Fields {
		values[f.Name] = tftypes.NewValue(f.Type, all)
	}
	return values
}

// List is the Terraform list of so many objects.
func (r *Record[T]) List(length int, object func(i int) *T) tftypes.Value {
	elements := make([]tftypes.Value, length)
	for i := range elements {
		elements[i] = r.Value(object(i))
	}
	return tftypes.NewValue(tftypes.List{ElementType: r.Type}, elements)
}

// Pack writes the object, null for nil.
func (r *Record[T]) Pack(p *Packer, t *T) {
	if t == nil {
		p.null()
		return
	}
	p.note(p.EncodeMapLen(len(r.Fields)))
	for i := range r.Fields {
		p.key(r.Fields[i].Name)
		r.Fields[i].pack(p, t)
	}
}

// PackList writes a configuration with a list of objects as the attribute of that
// name. It gets each object once, in order, so that the caller can drop it: there
// can be tens of thousands.
func PackList[T any](p *Packer, config tftypes.Value, name string, of *Record[T], length int, object func(i int) *T) {
	typ, _ := config.Type().(tftypes.Object)
	arguments := Open(config)
	p.note(p.EncodeMapLen(len(typ.AttributeTypes)))
	for _, attribute := range slices.Sorted(maps.Keys(typ.AttributeTypes)) {
		p.key(attribute)
		if attribute != name {
			p.note(p.value(typ.AttributeTypes[attribute], arguments[attribute]))
			continue
		}
		p.note(p.EncodeArrayLen(length))
		for i := range length {
			before := p.buffer.Len()
			of.Pack(p, object(i))
			if i == 0 {
				// Most are about as long as the first one, unless that is very long.
				// Growing step by step would need twice the memory at the end.
				p.buffer.Grow(min(p.buffer.Len()-before, maxEstimate) * length * 9 / 8)
			}
		}
	}
}

// DataSource are the attributes of a data source, all computed.
func (r *Record[T]) DataSource() map[string]ds.Attribute {
	attributes := make(map[string]ds.Attribute, len(r.Fields))
	for _, f := range r.Fields {
		attributes[f.Name] = f.dataSource
	}
	return attributes
}

// ListAttribute is the attribute of a data source with a list of the objects.
func (r *Record[T]) ListAttribute(description string) ds.ListNestedAttribute {
	return ds.ListNestedAttribute{
		Computed: true, MarkdownDescription: description,
		NestedObject: ds.NestedAttributeObject{Attributes: r.DataSource()},
	}
}

// Resource are the attributes of the resource.
func (r *Record[T]) Resource() map[string]rs.Attribute {
	attributes := make(map[string]rs.Attribute, len(r.Fields))
	for _, f := range r.Fields {
		attributes[f.Name] = f.Resource()
	}
	return attributes
}
