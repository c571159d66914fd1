package field

import (
	"bytes"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"
)

// Packer writes objects in MessagePack, the encoding of values in the plugin
// protocol, without making Terraform values first: these cost several times as much
// as everything else about an object. Its output is byte for byte that of tftypes,
// except for the order of map entries; the attributes of an object are therefore in
// the order of their names.
type Packer struct {
	*msgpack.Encoder
	buffer bytes.Buffer
	err    error // the first one
}

const (
	// typicalSize is the encoded size of a typical object, in bytes.
	typicalSize = 2 << 10
	// maxEstimate caps the size of an object predicted from the first one.
	maxEstimate = 2 * typicalSize
)

// NewPacker makes an empty packer.
func NewPacker() *Packer {
	p := &Packer{}
	p.buffer.Grow(typicalSize)
	p.Encoder = msgpack.NewEncoder(&p.buffer)
	return p
}

// Bytes returns the output, or diags with the first error.
func (p *Packer) Bytes(diags diag.Diagnostics) ([]byte, diag.Diagnostics) {
	if p.err != nil {
		diags.AddError("Could not encode the state", p.err.Error()+". This is a bug in the provider.")
		return nil, diags
	}
	return p.buffer.Bytes(), diags
}

// value writes a Terraform value.
func (p *Packer) value(t tftypes.Type, v tftypes.Value) error {
	b, err := v.MarshalMsgPack(t) //nolint:staticcheck // tfprotov6.NewDynamicValue is this and nothing else
	p.buffer.Write(b)
	return err
}

// decode returns the output as a Terraform value.
func (p *Packer) decode(t tftypes.Type) tftypes.Value {
	v, err := tfprotov6.DynamicValue{MsgPack: p.buffer.Bytes()}.Unmarshal(t)
	if err = errors.Join(p.err, err); err != nil {
		// A field wrote a value of another type than its own, which is a bug.
		// tftypes.NewValue panics as well.
		panic("field: " + err.Error())
	}
	return v
}

func (p *Packer) note(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *Packer) key(name string) { p.note(p.EncodeString(name)) }
func (p *Packer) null()           { p.note(p.EncodeNil()) }

func packText[S ~string](p *Packer, s *S) {
	packPointer(p, s, func(s S) error { return p.EncodeString(string(s)) })
}

// packPointer writes what v points to, null for nil.
func packPointer[V any](p *Packer, v *V, encode func(V) error) {
	if v == nil {
		p.null()
		return
	}
	p.note(encode(*v))
}

// packList writes a list, null for nil.
func packList[E any](p *Packer, elements []E, pack func(*Packer, *E)) {
	if elements == nil {
		p.null()
		return
	}
	p.note(p.EncodeArrayLen(len(elements)))
	for i := range elements {
		pack(p, &elements[i])
	}
}

// packMap writes a map, null for nil.
func packMap[E any](p *Packer, entries map[string]*E, pack func(*Packer, *E)) {
	if entries == nil {
		p.null()
		return
	}
	p.note(p.EncodeMapLen(len(entries)))
	for key, entry := range entries {
		p.key(key)
		pack(p, entry)
	}
}
