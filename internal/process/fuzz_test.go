package process

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
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
		value := tftypes.NewValue(processType, attributeValues(p))
		sent, err := tfprotov6.NewDynamicValue(processType, value)
		if err != nil {
			t.Fatal(err)
		}
		received, err := sent.Unmarshal(processType)
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
		listed := listedValue(p, nil)
		if sent, err = tfprotov6.NewDynamicValue(listedProcessType, listed); err != nil {
			t.Fatal(err)
		}
		packed := newPacker()
		packed.listed(p, nil)
		if packed.err != nil {
			t.Fatal(packed.err)
		}
		written := tfprotov6.DynamicValue{MsgPack: packed.buffer.Bytes()}
		const advice = "what pack.go writes is not what attributeValues (value.go) makes; does each attribute stand in both, " +
			"in pack.go in the order of their names?"
		if received, err = written.Unmarshal(listedProcessType); err != nil {
			t.Fatalf("%s %v", advice, err)
		}
		if differ, err := received.Diff(listed); err != nil || len(differ) > 0 {
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
