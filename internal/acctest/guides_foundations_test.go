package acctest_test

import (
	"fmt"
	"slices"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// guideSeveralFoundations audits two foundations, which differ and accept
// different clients.
func (r *exampleRun) guideSeveralFoundations() {
	const clientID, clientSecret = "pipeline-us", "fake-secret-of-the-other"
	other := fakecf.New(r.T)
	other.SetClient(fakecf.ClientID, "revoked", fakecf.Admin)
	other.SetClient(clientID, clientSecret, fakecf.Admin)
	for _, guid := range []string{fakecf.GUIDWeb, fakecf.GUIDHiddenCommand} {
		other.UpdateProcess(guid, func(p *fakecf.Process) { p.Instances = 1 })
	}
	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 1 })

	r.prepare("main.tf")
	r.write("foundations.auto.tfvars", fmt.Sprintf(`foundations = {
  eu = { api_url = %q, client_id = %q, client_secret = %q }
  us = { api_url = %q, client_id = %q, client_secret = %q }
}
`, r.foundation.URL(), fakecf.ClientID, fakecf.ClientSecret, other.URL(), clientID, clientSecret))
	r.applied()

	got := output[map[string][]string](r, "single_instances")
	for name, want := range map[string][]string{
		"eu": {"retail/production/catalog"},
		"us": {"retail/production/storefront", "retail/production/payments"},
	} {
		r.row(name, func() {
			if !slices.Equal(got[name], want) {
				r.Errorf("single_instances of %s: got %.500q, want %q", name, got[name], want)
			}
		})
	}
	if got := output[string](r, "storefront_us"); got != "1 instances" {
		r.Errorf("storefront_us: got %.100q, want 1 instances", got)
	}
}
