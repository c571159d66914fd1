package process

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// One process with long annotations does not make the others take as much.
func TestPackedListTakesTheRoomThatItNeeds(t *testing.T) {
	t.Parallel()
	long, annotations := strings.Repeat("x", 5_000), map[string]*string{}
	for i := range 40 {
		annotations[strings.Repeat("k", i+1)] = &long
	}
	processes := []*capi.Process{{GUID: "first", Metadata: &capi.Metadata{Annotations: annotations}}}
	for range 2_000 {
		processes = append(processes, &capi.Process{GUID: "other"})
	}
	list := tftypes.List{ElementType: listedProcessType}
	config := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"processes": list}}, map[string]tftypes.Value{
		"processes": tftypes.NewValue(list, nil),
	})
	p := newPacker()
	p.list(config, "processes", processes, nil)
	state, diags := p.state(nil)
	if diags.HasError() {
		t.Fatal(diags)
	}
	if room := p.buffer.Cap(); room > 20<<20 || len(state) < 200_000 {
		t.Errorf("%d bytes of state in a room of %d", len(state), room)
	}
}
