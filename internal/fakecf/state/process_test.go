package state

import (
	"fmt"
	"reflect"
	"testing"
)

// A process that a test has read must not change with the foundation, so a copy
// shares no pointer, slice or map with it.
func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	var p Process
	fill(reflect.ValueOf(&p).Elem())
	c := p.Clone()
	if !reflect.DeepEqual(p, c) {
		t.Errorf("Clone: got %.1000s, want %.1000s", fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", p))
	}
	shared(t, "Process", reflect.ValueOf(p), reflect.ValueOf(c))
}

// fill sets everything that can be nil.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// shared fails the test for each pointer, slice and map that two values share.
func shared(t *testing.T, name string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !a.IsNil() && a.UnsafePointer() == b.UnsafePointer() {
			t.Errorf("Clone: got the same %s in the copy, want another one", name)
		}
		if a.Kind() == reflect.Pointer && !a.IsNil() && !b.IsNil() {
			shared(t, name, a.Elem(), b.Elem())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if field := a.Type().Field(i); field.IsExported() {
				shared(t, name+"."+field.Name, a.Field(i), b.Field(i))
			}
		}
	}
}
