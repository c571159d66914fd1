package field

import (
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type fraction struct{ n, d int64 }

func (f fraction) BigFloat() *big.Float { return big.NewFloat(float64(f.n) / float64(f.d)) }

type inner struct{ text *string }

type outer struct {
	text     *string
	whole    *int64
	fraction *fraction
	flag     *bool
	texts    []string
	textMap  map[string]*string
	object   *inner
	objects  []inner
	objMap   map[string]*inner
}

// Null, zero and empty differ in the value of every type of field.
func TestValueOfEachType(t *testing.T) {
	t.Parallel()
	innerRecord := RecordOf(String("text", "", func(i *inner) *string { return i.text }))
	record := RecordOf(
		String("text", "", func(o *outer) *string { return o.text }),
		Int("whole", "", func(o *outer) *int64 { return o.whole }),
		Decimal("fraction", "", func(o *outer) *fraction { return o.fraction }),
		Bool("flag", "", func(o *outer) *bool { return o.flag }),
		StringList("texts", "", func(o *outer) []string { return o.texts }),
		StringMap("text_map", "", func(o *outer) map[string]*string { return o.textMap }),
		Object("object", "", innerRecord, func(o *outer) *inner { return o.object }),
		ObjectList("objects", "", innerRecord, func(o *outer) []inner { return o.objects }),
		ObjectMap("object_map", "", innerRecord, func(o *outer) map[string]*inner { return o.objMap }),
	)
	text := func(v any) tftypes.Value { return tftypes.NewValue(tftypes.String, v) }
	object := func(v any) tftypes.Value {
		return tftypes.NewValue(innerRecord.Type, map[string]tftypes.Value{"text": text(v)})
	}
	zero, empty, no, x := int64(0), "", false, "x"
	for name, test := range map[string]struct {
		object *outer
		want   map[string]any
	}{
		"null": {&outer{}, nil},
		"zero": {
			&outer{&empty, &zero, &fraction{0, 1}, &no, []string{}, map[string]*string{}, &inner{}, []inner{}, map[string]*inner{}},
			map[string]any{
				"text": "", "whole": 0, "fraction": 0, "flag": false, "texts": []tftypes.Value{}, "text_map": map[string]tftypes.Value{},
				"object": map[string]tftypes.Value{"text": text(nil)}, "objects": []tftypes.Value{}, "object_map": map[string]tftypes.Value{},
			},
		},
		"null within": {
			&outer{textMap: map[string]*string{"k": nil}, objects: []inner{{}}, objMap: map[string]*inner{"k": nil}},
			map[string]any{
				"text_map": map[string]tftypes.Value{"k": text(nil)}, "objects": []tftypes.Value{object(nil)},
				"object_map": map[string]tftypes.Value{"k": innerRecord.Value(nil)},
			},
		},
		"set": {
			&outer{
				text: &x, fraction: &fraction{1, 4}, texts: []string{"x"}, textMap: map[string]*string{"k": &x},
				object: &inner{&x}, objects: []inner{{&x}, {}}, objMap: map[string]*inner{"k": {&x}},
			},
			map[string]any{
				"text": "x", "fraction": 0.25, "texts": []tftypes.Value{text("x")}, "text_map": map[string]tftypes.Value{"k": text("x")},
				"object":  map[string]tftypes.Value{"text": text("x")},
				"objects": []tftypes.Value{object("x"), object(nil)}, "object_map": map[string]tftypes.Value{"k": object("x")},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := make(map[string]tftypes.Value, len(record.Fields))
			for _, f := range record.Fields {
				want[f.Name] = tftypes.NewValue(f.Type, test.want[f.Name])
			}
			if got := record.Value(test.object); !got.Equal(tftypes.NewValue(record.Type, want)) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	if got := record.Value(nil); !got.Equal(tftypes.NewValue(record.Type, nil)) {
		t.Errorf("got %s for no object, want null", got)
	}
}
