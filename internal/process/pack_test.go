package process

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// One process with long annotations does not raise the memory that is allocated
// for each of the others.
func TestPackedListAllocatesTheMemoryItNeeds(t *testing.T) {
	t.Parallel()
	long, annotations := strings.Repeat("x", 5_000), map[string]*string{}
	for i := range 40 {
		annotations[strings.Repeat("k", i+1)] = &long
	}
	processes := []*capi.Process{{GUID: "first", Metadata: &capi.Metadata{Annotations: annotations}}}
	for range 2_000 {
		processes = append(processes, &capi.Process{GUID: "other"})
	}
	listType := tftypes.List{ElementType: listed.Type}
	config := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"processes": listType}}, map[string]tftypes.Value{
		"processes": tftypes.NewValue(listType, nil),
	})
	p := field.NewPacker()
	field.PackList(p, config, "processes", listed, len(processes), func(i int) *namedProcess { return withNames(processes[i], nil) })
	state, diags := p.Bytes(nil)
	if diags.HasError() {
		t.Fatalf("got diagnostics %v, want none", diags)
	}
	if capacity := cap(state); capacity > 20<<20 || len(state) < 200_000 {
		t.Errorf("got %d bytes of state with a capacity of %d, want at least 200000 with at most 20 MiB", len(state), capacity)
	}
}
