package process

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// The types in the code are those of the schemas. The data sources have a
// separate test.
//
// The tests of fields are not parallel, so that they run first: the mistakes
// that they find make other tests panic with a less useful message.

func TestEveryFieldOfTheModelIsAnAttribute(t *testing.T) {
	for name, test := range map[string]struct {
		model reflect.Type
		table tftypes.Object
	}{
		"process":           {reflect.TypeFor[capi.Process](), processTable.Type},
		"health check":      {reflect.TypeFor[capi.HealthCheck](), livenessCheck.Type},
		"readiness check":   {reflect.TypeFor[capi.HealthCheck](), readinessCheck.Type},
		"health check data": {reflect.TypeFor[capi.HealthCheckData](), livenessData.Type},
		"relationships":     {reflect.TypeFor[capi.Relationships](), relationships.Type},
		"metadata":          {reflect.TypeFor[capi.Metadata](), metadata.Type},
		"link":              {reflect.TypeFor[capi.Link](), link.Type},
		"instance":          {reflect.TypeFor[capi.ProcessInstance](), instanceFields.Type},
		"stats":             {reflect.TypeFor[capi.InstanceStats](), statFields.Type},
		"usage":             {reflect.TypeFor[capi.InstanceUsage](), usageFields.Type},
		"port":              {reflect.TypeFor[capi.InstancePort](), portFields.Type},
		"sidecar":           {reflect.TypeFor[capi.Sidecar](), sidecarFields.Type},
	} {
		t.Run(name, func(t *testing.T) {
			for _, field := range tags(test.model, "json") {
				if field == "process_instances" {
					continue // a list shows them, beside the process
				}
				if field != "-" && test.table.AttributeTypes[field] == nil {
					t.Errorf("got no attribute for the field %q of %s, want it in a table of fields*.go", field, test.model)
				}
			}
		})
	}
}

// A path that a configuration can set has to reach a request under its own name;
// otherwise it is planned, never sent, and differs in every plan.
func TestEverySettablePathReachesARequest(t *testing.T) {
	var resp resource.SchemaResponse
	ResourceFactory()().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	// Not sent: the address, and arguments that only the provider acts on.
	own := []string{"guid", "app_guid", "type", "wait_for_instances", "timeouts"}
	for _, p := range settablePaths(resp.Schema.Attributes, nil) {
		if slices.Contains(own, p[0]) {
			continue
		}
		t.Run(strings.Join(p, "."), func(t *testing.T) {
			config := field.Open(configWith(resourceType, p))
			found := changesFor(config, nil, &capi.Process{GUID: "g"})
			sent, err := json.Marshal(map[string]any{"patch": found.update, "scale": found.scale})
			if err != nil {
				t.Fatal(err)
			}
			var body map[string]any
			if err := json.Unmarshal(sent, &body); err != nil {
				t.Fatal(err)
			}
			if got := leaves(body); len(got) != 1 || got[0] != "patch."+strings.Join(p, ".") && got[0] != "scale."+strings.Join(p, ".") {
				t.Errorf("got a request with %q, want exactly %s in PATCH or in scale", got, strings.Join(p, "."))
			}
			if found.update.IsZero() && found.scale.IsZero() {
				t.Error("got IsZero of the request, so it is not sent; want it not zero")
			}
		})
	}
}

// A field of a request that no attribute sets is never sent.
func TestEveryFieldOfARequestIsSettable(t *testing.T) {
	var resp resource.SchemaResponse
	ResourceFactory()().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	var settable []string
	for _, p := range settablePaths(resp.Schema.Attributes, nil) {
		settable = append(settable, strings.Join(p, "."))
	}
	// The API refuses a timeout of the readiness check.
	settable = append(settable, "readiness_health_check.data.timeout")
	for _, request := range []reflect.Type{reflect.TypeFor[capi.ProcessUpdate](), reflect.TypeFor[capi.ProcessScale]()} {
		for _, path := range requestPaths(request) {
			t.Run(path, func(t *testing.T) {
				if !slices.Contains(settable, path) {
					t.Errorf("got no attribute that sets %s of %s, want text, number or object for it in a table of fields*.go", path, request)
				}
			})
		}
	}
}

// requestPaths are the paths of the fields of a request that have none below them.
func requestPaths(request reflect.Type) []string {
	var paths []string
	for i, name := range tags(request, "json") {
		value := request.Field(i).Type
		if method, isField := value.MethodByName("Value"); isField {
			value = method.Type.Out(0).Elem()
		}
		if value.Kind() != reflect.Struct {
			paths = append(paths, name)
			continue
		}
		for _, below := range requestPaths(value) {
			paths = append(paths, name+"."+below)
		}
	}
	return paths
}

// settablePaths are the paths of the attributes that a configuration can set and
// that have none below them.
func settablePaths(attributes map[string]schema.Attribute, parent []string) [][]string {
	var found [][]string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		at := append(slices.Clone(parent), name)
		nested, isObject := attributes[name].(schema.SingleNestedAttribute)
		switch {
		case isObject && name != "timeouts":
			found = append(found, settablePaths(nested.Attributes, at)...)
		case attributes[name].IsOptional():
			found = append(found, at)
		}
	}
	return found
}

// configWith is an object in which only the path is set.
func configWith(typ tftypes.Type, path []string) tftypes.Value {
	object, isObject := typ.(tftypes.Object)
	switch {
	case isObject:
		values := map[string]tftypes.Value{}
		for name, t := range object.AttributeTypes {
			values[name] = tftypes.NewValue(t, nil)
		}
		values[path[0]] = configWith(object.AttributeTypes[path[0]], path[1:])
		return tftypes.NewValue(object, values)
	case typ.Is(tftypes.Map{}):
		return tftypes.NewValue(typ, map[string]tftypes.Value{"key": textValue("x")})
	case typ.Is(tftypes.Number):
		return numberValue(7)
	default:
		return textValue("x")
	}
}

// leaves are the paths of a JSON object that have none below them; the key of a
// label or annotation does not count.
func leaves(body map[string]any) []string {
	var found []string
	for name, value := range body {
		object, isObject := value.(map[string]any)
		if !isObject || object["key"] != nil {
			found = append(found, name)
			continue
		}
		for _, below := range leaves(object) {
			found = append(found, name+"."+below)
		}
	}
	return found
}

func TestResourceTypeIsThatOfTheSchema(t *testing.T) {
	var resp resource.SchemaResponse
	ResourceFactory()().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Errorf("got an invalid schema, want a valid one: %v", diags)
	}
	if got := resp.Schema.Type().TerraformType(t.Context()); !got.Equal(resourceType) {
		t.Errorf("got differences %q between the schema (resource_schema.go) and resourceType, want none", differing(got, resourceType))
	}
	for name, attribute := range resp.Schema.Attributes {
		if attribute.GetMarkdownDescription() == "" {
			t.Errorf("got no description of %s, want one", name)
		}
	}
}

func TestIdentityModelIsThatOfTheSchema(t *testing.T) {
	t.Parallel()
	var resp resource.IdentitySchemaResponse
	(&processResource{}).IdentitySchema(t.Context(), resource.IdentitySchemaRequest{}, &resp)
	if diags := resp.IdentitySchema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Errorf("got an invalid schema, want a valid one: %v", diags)
	}
	sameNames(t, slices.Collect(maps.Keys(resp.IdentitySchema.Attributes)), tags(reflect.TypeFor[addressModel](), "tfsdk"))
}

// The list resource has the filters of the data source.
func TestListResourceHasTheFiltersOfTheDataSource(t *testing.T) {
	t.Parallel()
	var listed list.ListResourceSchemaResponse
	(&listResource{}).ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &listed)
	var read datasource.SchemaResponse
	NewProcessesDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &read)
	want := map[string]tftypes.Type{}
	for name, attribute := range read.Schema.Attributes {
		if !slices.Contains([]string{"processes", "include_names", "include_instances", "attributes"}, name) {
			want[name] = attribute.GetType().TerraformType(t.Context())
		}
	}
	want["identify_by"] = tftypes.String // the only argument of its own
	got := listed.Schema.Type().TerraformType(t.Context())
	if !got.Equal(tftypes.Object{AttributeTypes: want}) {
		t.Errorf("got a list resource that differs from the data source in %q, want the same filters", differing(got, tftypes.Object{AttributeTypes: want}))
	}
}

func TestSchemasOfTheActions(t *testing.T) {
	t.Parallel()
	scale := append(tags(reflect.TypeFor[capi.ProcessScale](), "json"), "wait_for_instances")
	byProcess := func(own ...string) []string { return append(own, "guid", "app_guid", "type") }
	for name, test := range map[string]struct {
		new  func() action.Action
		want []string
	}{
		"cf_process_scale":              {NewScaleAction, byProcess(scale...)},
		"cf_process_terminate_instance": {NewTerminateInstanceAction, byProcess("index")},
		"cf_process_rolling_restart":    {NewRollingRestartAction, byProcess("timeout")},
		"cf_app_restart":                {NewAppRestartAction, []string{"app_guid", "strategy", "max_in_flight", "timeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			var metadata action.MetadataResponse
			test.new().Metadata(t.Context(), action.MetadataRequest{ProviderTypeName: "cf"}, &metadata)
			if metadata.TypeName != name {
				t.Errorf("got the type name %s, want %s", metadata.TypeName, name)
			}
			var resp action.SchemaResponse
			test.new().Schema(t.Context(), action.SchemaRequest{}, &resp)
			if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
				t.Errorf("got an invalid schema, want a valid one: %v", diags)
			}
			sameNames(t, slices.Collect(maps.Keys(resp.Schema.GetAttributes())), test.want)
			for attribute, a := range resp.Schema.GetAttributes() {
				if a.GetMarkdownDescription() == "" {
					t.Errorf("got no description of %s, want one", attribute)
				}
			}
		})
	}
}

// tags are the names that the fields of a struct have in a form.
func tags(typ reflect.Type, form string) []string {
	var names []string
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get(form), ",")
		names = append(names, name)
	}
	return names
}

// differing are the attributes that only one of two objects has, or that are
// not of one type in both.
func differing(a, b tftypes.Type) []string {
	var in [2]map[string]tftypes.Type
	for i, typ := range []tftypes.Type{a, b} {
		if list, ok := typ.(tftypes.List); ok {
			typ = list.ElementType
		}
		if object, ok := typ.(tftypes.Object); ok {
			in[i] = object.AttributeTypes
		}
	}
	var names []string
	for name, typ := range in[0] {
		if other := in[1][name]; other == nil || !typ.Equal(other) {
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
		t.Errorf("got the attributes %q in the schema, want %q", got, want)
	}
}
