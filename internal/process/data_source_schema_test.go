package process

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// DataSourceTypes are the data sources with the type of the table behind the whole
// state, or behind the attribute that is read.
var DataSourceTypes = map[string]struct {
	new       func() datasource.DataSource
	attribute string
	want      tftypes.Type
}{
	"cf_process":           {NewDataSource, "", packedProcess.Type},
	"cf_processes":         {NewProcessesDataSource, "processes", tftypes.List{ElementType: listed.Type}},
	"cf_process_stats":     {NewStatsDataSource, "stats", tftypes.List{ElementType: statFields.Type}},
	"cf_process_instances": {NewInstancesDataSource, "instances", tftypes.List{ElementType: instanceFields.Type}},
	"cf_process_sidecars":  {NewSidecarsDataSource, "sidecars", tftypes.List{ElementType: sidecarFields.Type}},
}

// The type of a field and its schema attribute are two statements of its kind.
func TestDataSourceTypesAreThoseOfTheSchemas(t *testing.T) {
	t.Parallel()
	for name, test := range DataSourceTypes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var metadata datasource.MetadataResponse
			test.new().Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "cf"}, &metadata)
			if metadata.TypeName != name {
				t.Errorf("got the type name %s, want %s", metadata.TypeName, name)
			}
			var resp datasource.SchemaResponse
			test.new().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
			if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
				t.Errorf("got an invalid schema, want a valid one: %v", diags)
			}
			got := resp.Schema.Type().TerraformType(t.Context())
			if test.attribute != "" {
				got = resp.Schema.Attributes[test.attribute].GetType().TerraformType(t.Context())
			}
			if !got.Equal(test.want) {
				t.Errorf("schema and table differ in %q:\ngot  %.200s\nwant %.200s", differing(got, test.want), got, test.want)
			}
			if resp.Schema.MarkdownDescription == "" {
				t.Error("got a data source without a description, want one")
			}
			for name, attribute := range resp.Schema.Attributes {
				checkAttribute(t, name, attribute)
			}
		})
	}
}

// checkAttribute checks that an attribute and those nested in it have a
// description, and that none is a set of any type: the framework compares each
// element of a set with each other.
func checkAttribute(t *testing.T, name string, attribute schema.Attribute) {
	t.Helper()
	if attribute.GetMarkdownDescription() == "" {
		t.Errorf("got no description of %s, want one", name)
	}
	if typ := attribute.GetType().TerraformType(t.Context()); typ.Is(tftypes.Set{}) {
		t.Errorf("got %s of the type %s, want any other than a set", name, typ)
	}
	var nested map[string]schema.Attribute
	switch a := attribute.(type) {
	case schema.SingleNestedAttribute:
		nested = a.Attributes
	case schema.ListNestedAttribute:
		nested = a.NestedObject.Attributes
	case schema.MapNestedAttribute:
		nested = a.NestedObject.Attributes
	}
	for child, a := range nested {
		checkAttribute(t, name+"."+child, a)
	}
}
