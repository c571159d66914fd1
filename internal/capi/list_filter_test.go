package capi_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// sampleFilters are filters that have one value each: one for each field of
// ProcessFilter, and one for each field of its time filters.
func sampleFilters(t *testing.T) map[string]capi.ProcessFilter {
	t.Helper()
	samples := map[string]capi.ProcessFilter{}
	typ := reflect.TypeFor[capi.ProcessFilter]()
	for i := range typ.NumField() {
		name := typ.Field(i).Name
		set := func(suffix string, value any) {
			var f capi.ProcessFilter
			reflect.ValueOf(&f).Elem().Field(i).Set(reflect.ValueOf(value))
			samples[name+suffix] = f
		}
		switch field := reflect.Zero(typ.Field(i).Type).Interface().(type) {
		case bool:
			set("", true)
		case string:
			set("", "sample")
		case []string:
			set("", []string{"sample"})
		case *capi.TimeFilter:
			times := reflect.TypeFor[capi.TimeFilter]()
			for j := range times.NumField() {
				value := reflect.New(times)
				switch value.Elem().Field(j).Interface().(type) {
				case []string:
					value.Elem().Field(j).Set(reflect.ValueOf([]string{"2026-01-01T00:00:00Z"}))
				default:
					value.Elem().Field(j).Set(reflect.ValueOf(ptr("2026-01-01T00:00:00Z")))
				}
				set("."+times.Field(j).Name, value.Interface())
			}
		default:
			t.Fatalf("got the type %T for ProcessFilter.%s, want one of those that sampleFilters has a sample of", field, name)
		}
	}
	return samples
}

// A filter that reaches no request would select every process, with no error.
func TestEveryFilterChangesTheRequest(t *testing.T) {
	t.Parallel()
	for name, filter := range sampleFilters(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sample := []row{{"guid": "p", "relationships": to("app", "a"), "instances": 0}}
			server := &listServer{lists: map[string][]row{
				processesPath: sample, "/v3/apps/sample/processes": sample, "/v3/apps": {}, "/v3/spaces": {}, "/v3/organizations": {},
			}}
			if _, err := server.start(t).ListProcesses(t.Context(), filter); err != nil {
				t.Fatal(err)
			}
			if slices.Equal(server.received(), []string{processesPath + "?per_page=5000"}) {
				t.Errorf("got the request %.200q, want a parameter for the field %s in it; see filters (list_filter.go)", server.received()[0], name)
			}
		})
	}
}

func TestPublicParametersHaveNoFreeText(t *testing.T) {
	t.Parallel()
	public := capi.PublicParameters()
	for _, name := range []string{"guids", "types", "app_guids", "space_guids", "organization_guids", "created_ats", "updated_ats", "order_by", "page", "per_page", "include", "embed"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !slices.Contains(public, name) {
				t.Errorf("got the public parameters %q, want %s among them", public, name)
			}
		})
	}
	for _, name := range []string{"label_selector", "names"} { // texts that users write
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if slices.Contains(public, name) {
				t.Errorf("got the public parameters %q, want them without %s", public, name)
			}
		})
	}
}

// A field that IsZero forgets is planned and never sent.
func TestEveryFieldOfAWriteCounts(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, write interface{ IsZero() bool }, name string) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(write)
			if err != nil || write.IsZero() || !strings.Contains(string(body), `:null}`) {
				t.Errorf("null: got IsZero %t, the body %.200s and error %v, want IsZero false and a null in the body", write.IsZero(), body, err)
			}
		})
	}
	nulls := map[reflect.Type]any{
		reflect.TypeFor[capi.Field[string]]():                 capi.Null[string](),
		reflect.TypeFor[capi.Field[int64]]():                  capi.Null[int64](),
		reflect.TypeFor[capi.Field[capi.HealthCheckUpdate]](): capi.Null[capi.HealthCheckUpdate](),
		reflect.TypeFor[capi.Field[capi.MetadataUpdate]]():    capi.Null[capi.MetadataUpdate](),
	}
	for i := range reflect.TypeFor[capi.ProcessUpdate]().NumField() {
		var update capi.ProcessUpdate
		field := reflect.ValueOf(&update).Elem().Field(i)
		field.Set(reflect.ValueOf(nulls[field.Type()]))
		check(t, update, "update: "+reflect.TypeOf(update).Field(i).Name)
	}
	for i := range reflect.TypeFor[capi.ProcessScale]().NumField() {
		var scale capi.ProcessScale
		field := reflect.ValueOf(&scale).Elem().Field(i)
		field.Set(reflect.ValueOf(nulls[field.Type()]))
		check(t, scale, "scale: "+reflect.TypeOf(scale).Field(i).Name)
	}
	if !(capi.ProcessUpdate{}).IsZero() || !(capi.ProcessScale{}).IsZero() {
		t.Errorf("IsZero: got %t for an empty update and %t for an empty scale, want true for both",
			(capi.ProcessUpdate{}).IsZero(), (capi.ProcessScale{}).IsZero())
	}
}
