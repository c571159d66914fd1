package process

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// A field of the query that no filter sets would be missing in both schemas.
func TestEveryFieldOfTheQueryIsAFilter(t *testing.T) {
	t.Parallel()
	// Arguments of cf_processes that select nothing.
	set := map[string]bool{"IncludeNames": true, "IncludeInstances": true}
	for _, f := range filters {
		typ := f.attribute.GetType().TerraformType(t.Context())
		for _, value := range valuesOf(typ) {
			query := filterIn(field.Attributes{f.name: value})
			for _, name := range setFields(reflect.ValueOf(query)) {
				set[name] = true
			}
		}
	}
	for _, name := range fieldNames(reflect.TypeFor[capi.ProcessFilter]()) {
		t.Run(name, func(t *testing.T) {
			if !set[name] {
				t.Errorf("got no filter for the field %s of capi.ProcessFilter, want a line for it in filters (filters.go)", name)
			}
		})
	}
}

// valuesOf are values of a filter of the type: of an object, one for each attribute.
func valuesOf(typ tftypes.Type) []tftypes.Value {
	switch typed := typ.(type) {
	case tftypes.Object:
		var values []tftypes.Value
		for name, of := range typed.AttributeTypes {
			attributes := map[string]tftypes.Value{}
			for other, t := range typed.AttributeTypes {
				attributes[other] = tftypes.NewValue(t, nil)
			}
			attributes[name] = valuesOf(of)[0]
			values = append(values, tftypes.NewValue(typ, attributes))
		}
		return values
	case tftypes.List:
		return []tftypes.Value{tftypes.NewValue(typ, valuesOf(typed.ElementType))}
	default:
		return []tftypes.Value{tftypes.NewValue(typ, "x")}
	}
}

// fieldNames are the names of the fields of a query: of a filter by time, with its
// conditions.
func fieldNames(query reflect.Type) []string {
	var names []string
	for i := range query.NumField() {
		f := query.Field(i)
		if f.Type.Kind() != reflect.Pointer || f.Type.Elem().Kind() != reflect.Struct {
			names = append(names, f.Name)
			continue
		}
		for _, below := range fieldNames(f.Type.Elem()) {
			names = append(names, f.Name+"."+below)
		}
	}
	return names
}

// setFields are those of fieldNames that are set in a query.
func setFields(query reflect.Value) []string {
	var names []string
	for i := range query.NumField() {
		f, name := query.Field(i), query.Type().Field(i).Name
		switch {
		case f.IsZero():
		case f.Kind() == reflect.Pointer && f.Elem().Kind() == reflect.Struct:
			for _, below := range setFields(f.Elem()) {
				names = append(names, name+"."+below)
			}
		default:
			names = append(names, name)
		}
	}
	return names
}
