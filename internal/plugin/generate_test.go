package plugin

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// Generated configuration pins neither the start command nor the user, which the
// buildpack or the image may have brought.
func TestGeneratedConfigPinsNoDefaults(t *testing.T) {
	typ := process.ResourceType()
	state := map[string]tftypes.Value{}
	for name, attribute := range typ.AttributeTypes {
		state[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range map[string]string{"guid": "g", "command": "bin/detected", "user": "vcap", "version": "v"} {
		state[name] = tftypes.NewValue(tftypes.String, value)
	}
	state["memory_in_mb"] = tftypes.NewValue(tftypes.Number, 512)
	packed, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, state))
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || !schemas.ServerCapabilities.GenerateResourceConfig {
		t.Errorf("GetProviderSchema: got no capability GenerateResourceConfig (error %v), want it", err)
	}
	metadata, err := server.GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	if err != nil || !metadata.ServerCapabilities.GenerateResourceConfig {
		t.Errorf("GetMetadata: got no capability GenerateResourceConfig (error %v), want it", err)
	}
	resp, err := server.GenerateResourceConfig(t.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: "cf_process", State: &packed,
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("got error %v, diagnostics %v, want none", err, resp.Diagnostics)
	}
	got, err := resp.Config.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]tftypes.Value
	if err := got.As(&values); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"command", "user", "version"} {
		if !values[name].IsNull() {
			t.Errorf("got %s %s, want null", name, values[name])
		}
	}
	for _, name := range []string{"guid", "memory_in_mb"} {
		if !values[name].Equal(state[name]) {
			t.Errorf("got %s %s, want %s", name, values[name], state[name])
		}
	}
}
