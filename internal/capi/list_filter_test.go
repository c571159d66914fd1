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
			t.Fatalf("the test has no sample of the type %T of ProcessFilter.%s", field, name)
		}
	}
	return samples
}

// A filter that reaches no request selects everything without a word.
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
			if slices.Equal(server.asked(), []string{processesPath + "?per_page=5000"}) {
				t.Errorf("got the request %q, which has no filter", server.asked())
			}
		})
	}
}

func TestPublicParametersHaveNoFreeText(t *testing.T) {
	t.Parallel()
	public := capi.PublicParameters()
	for _, name := range []string{"guids", "types", "app_guids", "space_guids", "organization_guids", "created_ats", "updated_ats", "order_by", "page", "per_page", "include", "embed"} {
		if !slices.Contains(public, name) {
			t.Errorf("%s is missing in %q", name, public)
		}
	}
	if slices.Contains(public, "label_selector") || slices.Contains(public, "names") {
		t.Errorf("got %q, want no text that users write", public)
	}
}

// A field that IsZero forgets is planned and never sent.
func TestEveryFieldOfAWriteCounts(t *testing.T) {
	t.Parallel()
	check := func(t *testing.T, write interface{ IsZero() bool }, name string) {
		t.Helper()
		body, err := json.Marshal(write)
		if err != nil || write.IsZero() || !strings.Contains(string(body), `:null}`) {
			t.Errorf("with %s as null: got IsZero %t and the body %s, %v", name, write.IsZero(), body, err)
		}
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
		check(t, update, reflect.TypeOf(update).Field(i).Name)
	}
	for i := range reflect.TypeFor[capi.ProcessScale]().NumField() {
		var scale capi.ProcessScale
		field := reflect.ValueOf(&scale).Elem().Field(i)
		field.Set(reflect.ValueOf(nulls[field.Type()]))
		check(t, scale, reflect.TypeOf(scale).Field(i).Name)
	}
	if !(capi.ProcessUpdate{}).IsZero() || !(capi.ProcessScale{}).IsZero() {
		t.Error("an empty write is not zero")
	}
}
