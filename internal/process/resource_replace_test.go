package process

import (
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
