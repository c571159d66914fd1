package plugin

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The errors come from the framework itself, so a new version with other texts
// fails here.
func TestErrorsOfTheFrameworkAreReworded(t *testing.T) {
	t.Parallel()
	server := NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	process := schemas.ResourceSchemas["cf_process"].ValueType()
	readiness, _ := process.(tftypes.Object).AttributeTypes["readiness_health_check"].(tftypes.Object)
	for _, test := range []struct {
		name     string
		validate func() ([]*tfprotov6.Diagnostic, error)
		summary  string
		detail   string
	}{
		{
			"a read-only attribute of the resource", func() ([]*tfprotov6.Diagnostic, error) {
				resp, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
					TypeName: "cf_process", Config: partly(t, process, map[string]tftypes.Value{"guid": text("g"), "version": text("v")}),
				})
				return resp.Diagnostics, err
			},
			"Read-only attribute", "version is read from the API and cannot be set. Remove it from the configuration.",
		},
		{
			"a read-only attribute that has its own explanation", func() ([]*tfprotov6.Diagnostic, error) {
				data := part(readiness.AttributeTypes["data"], map[string]tftypes.Value{"timeout": tftypes.NewValue(tftypes.Number, 5)})
				resp, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
					TypeName: "cf_process", Config: partly(t, process, map[string]tftypes.Value{
						"guid": text("g"), "readiness_health_check": part(readiness, map[string]tftypes.Value{"data": data}),
					}),
				})
				return resp.Diagnostics, err
			},
			"No timeout for a readiness check",
			"A readiness check has no timeout. Set invocation_timeout instead, or leave timeout out.",
		},
		{
			"a read-only attribute of a data source", func() ([]*tfprotov6.Diagnostic, error) {
				resp, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
					TypeName: "cf_process", Config: partly(t, schemas.DataSourceSchemas["cf_process"].ValueType(),
						map[string]tftypes.Value{"guid": text("g"), "instances": tftypes.NewValue(tftypes.Number, 5)}),
				})
				return resp.Diagnostics, err
			},
			"Read-only attribute", "instances is read from the API and cannot be set. Remove it from the configuration.",
		},
		{
			"a required attribute of an action", func() ([]*tfprotov6.Diagnostic, error) {
				resp, err := server.(tfprotov6.ActionServer).ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
					ActionType: "cf_app_restart",
					Config:     partly(t, schemas.ActionSchemas["cf_app_restart"].Schema.ValueType(), nil),
				})
				return resp.Diagnostics, err
			},
			"Missing app_guid", "app_guid is required, but its value is null. Set it.",
		},
		{
			"a move from another resource", func() ([]*tfprotov6.Diagnostic, error) {
				resp, err := server.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
					TargetTypeName: "cf_process", SourceTypeName: "cloudfoundry_app", SourceState: &tfprotov6.RawState{JSON: []byte("{}")},
				})
				return resp.Diagnostics, err
			},
			"Unable to Move Resource State",
			"cf_process cannot take over the state of cloudfoundry_app. Remove the moved block, and use an import block instead.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			diags, err := test.validate()
			if err != nil {
				t.Fatal(err)
			}
			if len(diags) != 1 || diags[0].Summary != test.summary || diags[0].Detail != test.detail {
				var got []string
				for _, d := range diags {
					got = append(got, d.Summary+": "+d.Detail)
				}
				t.Errorf("got the diagnostics %q, want %q", got, test.summary+": "+test.detail)
			}
		})
	}
}

func TestAttributeName(t *testing.T) {
	t.Parallel()
	at := tftypes.NewAttributePath().WithAttributeName("processes").WithElementKeyInt(2).WithAttributeName("type")
	if got, want := attributeName(at), "processes[2].type"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := attributeName(nil); got != "" {
		t.Errorf("got %q, want no name for no path", got)
	}
}

// partly is a configuration that sets these attributes alone.
func partly(t *testing.T, typ tftypes.Type, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	packed, err := tfprotov6.NewDynamicValue(typ, part(typ, set))
	if err != nil {
		t.Fatal(err)
	}
	return &packed
}

// part is an object that sets these attributes alone.
func part(typ tftypes.Type, set map[string]tftypes.Value) tftypes.Value {
	object, _ := typ.(tftypes.Object)
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, of := range object.AttributeTypes {
		values[name] = tftypes.NewValue(of, nil)
	}
	for name, value := range set {
		values[name] = value
	}
	return tftypes.NewValue(object, values)
}
