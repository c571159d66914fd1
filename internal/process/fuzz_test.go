package process

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// FuzzMapping holds that every process that can be decoded becomes a value that
// survives its way to Terraform.
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
			t.Fatalf("%s became %s", value, received)
		}
		if !value.IsFullyKnown() {
			t.Fatal("something is unknown")
		}
		// In a list it is written without such a value, to the same effect.
		entry := &namedProcess{process: p}
		want := listed.Value(entry)
		if sent, err = tfprotov6.NewDynamicValue(listed.Type, want); err != nil {
			t.Fatal(err)
		}
		packer := field.NewPacker()
		listed.Pack(packer, entry)
		packed, diags := packer.Bytes(nil)
		if diags.HasError() {
			t.Fatal(diags)
		}
		written := tfprotov6.DynamicValue{MsgPack: packed}
		const advice = "what a kind of internal/field packs is not its value:"
		if received, err = written.Unmarshal(listed.Type); err != nil {
			t.Fatalf("%s %v", advice, err)
		}
		if differ, err := received.Diff(want); err != nil || len(differ) > 0 {
			t.Fatalf("%s %v %v", advice, differ, err)
		}
		if len(written.MsgPack) != len(sent.MsgPack) {
			t.Fatalf("%d bytes, not %d", len(written.MsgPack), len(sent.MsgPack))
		}
	})
}

// FuzzImportID holds that an import ID is an address that can be asked for, or
// an error, and that an address is what its ID says.
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
			if importAdvice(id, err) == "" {
				t.Fatal("an error without words")
			}
			return
		}
		again := address.GUID
		if address.ByApp() {
			again = address.AppGUID + "/" + address.Type
		}
		if again != id {
			t.Fatalf("%q became %+v", id, address)
		}
		for _, part := range strings.Split(again, "/") {
			if err := capi.CheckSegment(part); err != nil {
				t.Fatalf("%q was taken: %v", id, err)
			}
		}
	})
}

// FuzzPackedAddress holds that a configuration which is taken for an address is
// that address, and nothing besides.
func FuzzPackedAddress(f *testing.F) {
	kind := schemaType(&dataSource{}).(tftypes.Object)
	for _, given := range []map[string]any{
		{}, {"guid": "g"}, {"app_guid": "a", "type": "web"}, {"guid": tftypes.UnknownValue}, {"guid": "g", "command": "c"},
		{"guid": strings.Repeat("g", 300), "user": tftypes.UnknownValue}, {"guid": "g", "command_redacted": false},
	} {
		packed := packArguments(f, kind, given)
		f.Add(packed)
		f.Add(packed[:len(packed)-1])
	}
	// An attribute twice, in place of another one.
	twice := bytes.Replace(packArguments(f, kind, map[string]any{"guid": "g"}), []byte("\xa4user\xc0"), []byte("\xa4guid\xc0"), 1)
	f.Add(twice)
	for _, packed := range []string{"", "\xc0", "\x80", "\x81\xa4guid\x01", "\x81\xa4guid", "\xdf\xff\xff\xff\xff", "\x81\xc0\xc0"} {
		f.Add([]byte(packed))
	}
	f.Fuzz(func(t *testing.T, config []byte) {
		address, ok := packedAddress(config)
		if !ok {
			return
		}
		// Not by tftypes, which panics where an attribute comes twice.
		var said map[string]any
		if err := msgpack.Unmarshal(config, &said); err != nil {
			t.Fatalf("an address in what is no object: %v", err)
		}
		var want addressModel
		for name, value := range said {
			argument := want.attribute(name)
			text, isText := value.(string)
			switch {
			case value == nil:
			case argument == nil || !isText:
				t.Errorf("%q is %v beside the address", name, value)
			default:
				*argument = types.StringValue(text)
			}
		}
		if address != want {
			t.Errorf("%v, not %v", address, want)
		}
	})
}

// packArguments is a configuration of cf_process as Terraform sends it.
func packArguments(t testing.TB, kind tftypes.Object, given map[string]any) []byte {
	t.Helper()
	values := make(map[string]tftypes.Value, len(kind.AttributeTypes))
	for name, attribute := range kind.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, given[name])
	}
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
	if err != nil {
		t.Fatal(err)
	}
	return config.MsgPack
}

// What Terraform sends for an address is understood without the framework, and
// so are the first bytes of it not.
func TestAddressesAreUnderstoodWithoutTheFramework(t *testing.T) {
	t.Parallel()
	kind := schemaType(&dataSource{}).(tftypes.Object)
	for _, given := range []map[string]any{
		{"guid": "g"}, {"guid": strings.Repeat("g", 70_000)}, {"app_guid": "a"}, {"app_guid": "a", "type": "worker"},
	} {
		config := packArguments(t, kind, given)
		if !validAddress(config) {
			t.Errorf("%.100v goes to the framework", given)
		}
		for length := range min(len(config), 2_000) {
			if validAddress(config[:length]) {
				t.Errorf("%.100v is right with %d of %d bytes", given, length, len(config))
			}
		}
	}
	for _, given := range []map[string]any{
		{}, {"type": "web"}, {"guid": "a/b"}, {"guid": "g", "app_guid": "a"}, {"guid": tftypes.UnknownValue},
		{"guid": "g", "command": ""}, {"guid": "g", "instances": 0}, {"guid": "g", "user": tftypes.UnknownValue},
	} {
		if validAddress(packArguments(t, kind, given)) {
			t.Errorf("%v does not go to the framework", given)
		}
	}
}
