package process

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// FuzzMapping checks that every process that can be decoded becomes a value that
// Terraform decodes to the same value.
func FuzzMapping(f *testing.F) {
	for _, seed := range []string{
		`{"guid":"g"}`,
		`{"guid":"g","instances":0,"memory_in_mb":-1,"disk_in_mb":9223372036854775807,"command":"","user":null}`,
		`{"guid":"g","health_check":{"type":"http","data":{"timeout":1,"endpoint":""}},"readiness_health_check":{"data":null}}`,
		`{"guid":"g","relationships":{"app":{"data":{"guid":"a"}},"revision":null,"registry_credential":{"data":{}}}}`,
		`{"guid":"g","metadata":{"labels":{"a":null,"":"x"},"annotations":{"\u0000":"\ud800"}},"links":{"space":{"href":"/v3/spaces/s"},"x":null}}`,
		`{"guid":"g","command":"[PRIVATE DATA HIDDEN IN LISTS]"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := capi.DecodeProcess(body)
		if err != nil {
			return
		}
		value := processTable.Value(p)
		sent, err := tfprotov6.NewDynamicValue(processTable.Type, value)
		if err != nil {
			t.Fatal(err)
		}
		received, err := sent.Unmarshal(processTable.Type)
		if err != nil {
			t.Fatal(err)
		}
		if !received.Equal(value) {
			t.Fatalf("got %.200s back, want %.200s", received, value)
		}
		if !value.IsFullyKnown() {
			t.Fatalf("got a value with unknowns, want none: %.200s", value)
		}
		// What a list packs is what tftypes makes of the value.
		entry := &namedProcess{process: p}
		want := listed.Value(entry)
		if sent, err = tfprotov6.NewDynamicValue(listed.Type, want); err != nil {
			t.Fatal(err)
		}
		packer := field.NewPacker()
		listed.Pack(packer, entry)
		packed, diags := packer.Bytes(nil)
		if diags.HasError() {
			t.Fatalf("got diagnostics %.200v, want none", diags)
		}
		written := tfprotov6.DynamicValue{MsgPack: packed}
		const advice = "a type of internal/field packs something other than tftypes:"
		if received, err = written.Unmarshal(listed.Type); err != nil {
			t.Fatalf("%s got error %.200v, want none", advice, err)
		}
		if differ, err := received.Diff(want); err != nil || len(differ) > 0 {
			t.Fatalf("%s got differences %.200v (error %v), want none", advice, differ, err)
		}
		if len(written.MsgPack) != len(sent.MsgPack) {
			t.Fatalf("got %d bytes, want %d", len(written.MsgPack), len(sent.MsgPack))
		}
	})
}

// FuzzImportID checks that an import ID is either an error, or an address whose
// parts are valid in a path and make up the ID.
func FuzzImportID(f *testing.F) {
	for _, seed := range []string{
		"6a901b7c-9417-4dc1-8189-d3234aa0ab82", "app/web", "app/", "/web", "/", "a/b/c", "..", "../web", "a/..", " a", "a%2fb",
		"a/b?c", "\x00", "\xff", "ä/目",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		address, err := parseImportID(id)
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("got an error without a text for %.200q, want one with the reason", id)
			}
			return
		}
		again := address.GUID
		if address.ByApp() {
			again = address.AppGUID + "/" + address.Type
		}
		if again != id {
			t.Fatalf("got the address %.200q of %+v, want %.200q", again, address, id)
		}
		for _, part := range strings.Split(again, "/") {
			if err := capi.CheckSegment(part); err != nil {
				t.Fatalf("got no error for %.200q, want one: %v", id, err)
			}
		}
	})
}

// FuzzPackedAddress checks that a configuration that is accepted as an address
// contains exactly that address.
func FuzzPackedAddress(f *testing.F) {
	typ := processSchema().Type().TerraformType(context.Background()).(tftypes.Object)
	for _, given := range []map[string]any{
		{}, {"guid": "g"}, {"app_guid": "a", "type": "web"}, {"guid": tftypes.UnknownValue}, {"guid": "g", "command": "c"},
		{"guid": strings.Repeat("g", 300), "user": tftypes.UnknownValue}, {"guid": "g", "command_redacted": false},
	} {
		packed := packArguments(f, typ, given)
		f.Add(packed)
		f.Add(packed[:len(packed)-1])
	}
	// An attribute twice, in place of another one.
	twice := bytes.Replace(packArguments(f, typ, map[string]any{"guid": "g"}), []byte("\xa4user\xc0"), []byte("\xa4guid\xc0"), 1)
	f.Add(twice)
	for _, packed := range []string{
		"", "\xc0", "\x80", "\x81\xa4guid\x01", "\x81\xa4guid", "\xdf\xff\xff\xff\xff", "\x81\xc0\xc0",
		"\x81\xa4guid\xdd\xdd\xdd\xdd\xdd", // a list of 3.7 billion
	} {
		f.Add([]byte(packed))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		address, ok := packedAddress(config)
		if !ok {
			return
		}
		// Not by tftypes, which panics where an attribute comes twice.
		var decoded map[string]any
		if err := msgpack.Unmarshal(config, &decoded); err != nil {
			t.Fatalf("got an address of a configuration that is not an object, want none: %v", err)
		}
		var want addressModel
		for name, value := range decoded {
			argument := want.attribute(name)
			text, isText := value.(string)
			switch {
			case value == nil:
			case argument == nil || !isText:
				t.Errorf("got an address of a configuration with %.200q = %.200v, want none", name, value)
			default:
				*argument = types.StringValue(text)
			}
		}
		if address != want {
			t.Errorf("got the address %.200v, want %.200v", address, want)
		}
	})
}

// packArguments is a configuration of cf_process as Terraform sends it.
func packArguments(t testing.TB, typ tftypes.Object, given map[string]any) []byte {
	t.Helper()
	values := make(map[string]tftypes.Value, len(typ.AttributeTypes))
	for name, attribute := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, given[name])
	}
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	if err != nil {
		t.Fatal(err)
	}
	return config.MsgPack
}

// An address as Terraform sends it is decoded without the framework; a truncated
// one is not.
func TestAddressesAreUnderstoodWithoutTheFramework(t *testing.T) {
	t.Parallel()
	typ := processSchema().Type().TerraformType(context.Background()).(tftypes.Object)
	for _, given := range []map[string]any{
		{"guid": "g"}, {"guid": strings.Repeat("g", 70_000)}, {"app_guid": "a"}, {"app_guid": "a", "type": "worker"},
	} {
		t.Run(fmt.Sprintf("%.100v", given), func(t *testing.T) {
			config := packArguments(t, typ, given)
			if !validAddress(config) {
				t.Error("got an invalid address, want a valid one")
			}
			for length := range min(len(config), 2_000) {
				if validAddress(config[:length]) {
					t.Errorf("got a valid address of %d of %d bytes, want an invalid one", length, len(config))
				}
			}
		})
	}
	for _, given := range []map[string]any{
		{}, {"type": "web"}, {"guid": "a/b"}, {"guid": "g", "app_guid": "a"}, {"guid": tftypes.UnknownValue},
		{"guid": "g", "command": ""}, {"guid": "g", "instances": 0}, {"guid": "g", "user": tftypes.UnknownValue},
	} {
		t.Run(fmt.Sprint(given), func(t *testing.T) {
			if validAddress(packArguments(t, typ, given)) {
				t.Error("got a valid address, want it left to the framework")
			}
		})
	}
}
