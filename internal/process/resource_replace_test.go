package process

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// When Terraform replaces the resource, it plans the create with the private state of
// the old one, which is about another process.
func TestResourceReplacedFromKorifi(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(fakecf.Korifi))
	w.converges(settings{"guid": fakecf.GUIDWeb})
	config := w.config(settings{"guid": unknownYet, "user": "vcap"})
	p := w.planFrom(config, tftypes.NewValue(resourceType, nil), w.private)
	if text := diagnosticsText(p.diags); text != "" {
		t.Errorf("plan: got diagnostics %.1000q, want none, as of a process that is not known", text)
	}
}

// The plan of a replacement shows what the apply will change of the process that it
// adopts, or that there is none.
func TestResourceReplacementIsAnnounced(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"guid": fakecf.GUIDWorker})
	other := w.mustProcess(fakecf.GUIDWeb)
	p := w.plan(settings{"guid": other.GUID, "memory_in_mb": other.MemoryInMB + 1, "disk_in_mb": other.DiskInMB})
	if !p.replace || hasErrors(p.diags) {
		t.Errorf("got replace %t and the diagnostics:\n%.1000s\nwant a replacement without an error", p.replace, diagnosticsText(p.diags))
	}
	sameList(t, "announced", announced(p), []string{fmt.Sprintf("memory_in_mb: %d → %d", other.MemoryInMB, other.MemoryInMB+1)})

	p = w.plan(settings{"guid": "00000000-0000-4000-8000-000000000000", "instances": 1})
	if text := diagnosticsText(p.diags); hasErrors(p.diags) || !strings.Contains(text, "WARNING: Process not found") {
		t.Errorf("got the diagnostics:\n%.1000s\nwant a warning \"Process not found\" and no error", text)
	}
}
