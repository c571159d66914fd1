package process

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// What the code takes a type to be is what its schema says. The data sources
// have a test of their own.
//
// The tests of fields are not parallel: what they find makes other tests panic,
// with less to say about it, and they come first.

func TestEveryFieldOfTheModelIsAnAttribute(t *testing.T) {
	values := attributeValues(&capi.Process{})
	for _, name := range tags(reflect.TypeFor[capi.Process](), "json") {
		if name != "-" && processType.AttributeTypes[name] == nil {
			t.Errorf("capi.Process has %q, and Terraform does not show it: add it to the lists of value.go", name)
		}
	}
	for name := range processType.AttributeTypes {
		if _, found := values[name]; !found {
			t.Errorf("attributeValues (value.go) has no value for %q", name)
		}
	}
}

func TestWhatCanBeSetIsWritten(t *testing.T) {
	var resp resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	written := slices.Concat(patchedAttributes, scaledAttributes, []string{"guid", "app_guid", "type", "wait_for_instances", "timeouts"})
	for _, name := range slices.Sorted(maps.Keys(resp.Schema.Attributes)) {
		if resp.Schema.Attributes[name].IsOptional() != slices.Contains(written, name) {
			t.Errorf("the schema (resource_schema.go) and the lists of what is written (resource_plan.go) differ on whether %s can be set", name)
		}
	}
	// And what is written is a field of a request.
	fields := slices.Concat(tags(reflect.TypeFor[capi.ProcessUpdate](), "json"), tags(reflect.TypeFor[capi.ProcessScale](), "json"))
	sameNames(t, slices.Concat(patchedAttributes, scaledAttributes), fields)
}

func TestResourceTypeIsThatOfTheSchema(t *testing.T) {
	var resp resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	if got := resp.Schema.Type().TerraformType(t.Context()); !got.Equal(resourceType) {
		t.Errorf("the schema (resource_schema.go) and the code (value.go) differ in %q", differing(got, resourceType))
	}
	for name, attribute := range resp.Schema.Attributes {
		if attribute.GetMarkdownDescription() == "" {
			t.Errorf("%s has no description (descriptions.go)", name)
		}
	}
}

func TestIdentityModelIsThatOfTheSchema(t *testing.T) {
	t.Parallel()
	var resp resource.IdentitySchemaResponse
	(&processResource{}).IdentitySchema(t.Context(), resource.IdentitySchemaRequest{}, &resp)
	if diags := resp.IdentitySchema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	sameNames(t, slices.Collect(maps.Keys(resp.IdentitySchema.Attributes)), tags(reflect.TypeFor[identityModel](), "tfsdk"))
}

// The list resource has the filters of the data source.
func TestListResourceHasTheFiltersOfTheDataSource(t *testing.T) {
	t.Parallel()
	var listed list.ListResourceSchemaResponse
	(&listResource{}).ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &listed)
	var read datasource.SchemaResponse
	NewListDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &read)
	want := map[string]tftypes.Type{}
	for name, attribute := range read.Schema.Attributes {
		if name != "processes" && name != "include_names" {
			want[name] = attribute.GetType().TerraformType(t.Context())
		}
	}
	got := listed.Schema.Type().TerraformType(t.Context())
	if !got.Equal(tftypes.Object{AttributeTypes: want}) {
		t.Errorf("the list resource has\n%s\nthe data source\n%s", got, tftypes.Object{AttributeTypes: want})
	}
}

func TestActionsHaveAnAddressAndWhatTheySend(t *testing.T) {
	t.Parallel()
	scale := append(tags(reflect.TypeFor[capi.ProcessScale](), "json"), "wait_for_instances")
	for name, test := range map[string]struct {
		new func() action.Action
		own []string
	}{
		"cf_process_scale":              {NewScaleAction, scale},
		"cf_process_terminate_instance": {NewTerminateInstanceAction, []string{"index"}},
		"cf_process_rolling_restart":    {NewRollingRestartAction, []string{"timeout"}},
	} {
		var metadata action.MetadataResponse
		test.new().Metadata(t.Context(), action.MetadataRequest{ProviderTypeName: "cf"}, &metadata)
		if metadata.TypeName != name {
			t.Errorf("the type name of %s is %s", name, metadata.TypeName)
		}
		var resp action.SchemaResponse
		test.new().Schema(t.Context(), action.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Error(name, diags)
		}
		sameNames(t, slices.Collect(maps.Keys(resp.Schema.GetAttributes())), append(test.own, "guid", "app_guid", "type"))
		for attribute, a := range resp.Schema.GetAttributes() {
			if a.GetMarkdownDescription() == "" {
				t.Errorf("%s.%s has no description", name, attribute)
			}
		}
	}
}

// tags are the names that the fields of a struct have in a form.
func tags(kind reflect.Type, form string) []string {
	var names []string
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get(form), ",")
		names = append(names, name)
	}
	return names
}

// differing are the attributes that only one of two objects has, or that are
// not of one type in both.
func differing(a, b tftypes.Type) []string {
	var in [2]map[string]tftypes.Type
	for i, kind := range []tftypes.Type{a, b} {
		if list, ok := kind.(tftypes.List); ok {
			kind = list.ElementType
		}
		if object, ok := kind.(tftypes.Object); ok {
			in[i] = object.AttributeTypes
		}
	}
	var names []string
	for name, kind := range in[0] {
		if other := in[1][name]; other == nil || !kind.Equal(other) {
			names = append(names, name)
		}
	}
	for name := range in[1] {
		if in[0][name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func sameNames(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the schema has %q, the code %q", got, want)
	}
}
