package acctest_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// liveSteps read any foundation through every data source. The settings come from
// the environment.
func liveSteps() []resource.TestStep {
	guid := tfjsonpath.New("guid")
	return []resource.TestStep{{
		Config: `
data "cf_processes" "web" {
  types         = ["web"]
  include_names = true
}

locals {
  # Fails with "Invalid index" where the user sees no web process.
  first = data.cf_processes.web.processes[0]
}

data "cf_process" "by_guid" {
  guid = local.first.guid
}

data "cf_process" "by_app" {
  app_guid = local.first.app_guid
}

data "cf_process_stats" "first" {
  guid = local.first.guid
}

data "cf_process_instances" "first" {
  guid = local.first.guid
}

data "cf_process_sidecars" "first" {
  guid = local.first.guid
}

output "name" {
  value = local.first.app_name
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.CompareValuePairs(
				"data.cf_processes.web", tfjsonpath.New("processes").AtSliceIndex(0).AtMapKey("guid"),
				"data.cf_process.by_guid", guid, compare.ValuesSame()),
			statecheck.CompareValuePairs(
				"data.cf_process.by_guid", guid,
				"data.cf_process.by_app", guid, compare.ValuesSame()),
			statecheck.CompareValuePairs(
				"data.cf_processes.web", tfjsonpath.New("processes").AtSliceIndex(0).AtMapKey("memory_in_mb"),
				"data.cf_process.by_app", tfjsonpath.New("memory_in_mb"), compare.ValuesSame()),
			statecheck.ExpectKnownValue("data.cf_process.by_guid", tfjsonpath.New("type"), knownvalue.StringExact("web")),
			statecheck.ExpectKnownValue("data.cf_process.by_guid", tfjsonpath.New("space_guid"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue("data.cf_process_stats.first", tfjsonpath.New("stats"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue("data.cf_process_instances.first", tfjsonpath.New("instances"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue("data.cf_process_sidecars.first", tfjsonpath.New("sidecars"), knownvalue.NotNull()),
		},
	}}
}

// TestAccLive reads the foundation of CF_API_URL; `make testacc` runs it.
func TestAccLive(t *testing.T) {
	resource.Test(t, resource.TestCase{
		PreCheck: func() {
			if os.Getenv("CF_API_URL") == "" {
				t.Fatal("environment: got no CF_API_URL, want the API of the foundation; see CONTRIBUTING.md")
			}
		},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    liveSteps(),
	})
}

// TestLiveSteps runs the live test against the foundation in memory, and checks
// that it writes nothing.
func TestLiveSteps(t *testing.T) {
	f := fakecf.New(t)
	acctest.Isolate(t)
	t.Setenv("CF_API_URL", f.URL())
	t.Setenv("CF_USER", fakecf.User)
	t.Setenv("CF_PASSWORD", fakecf.Password)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    liveSteps(),
	})
	for _, request := range f.Requests() {
		if request.Method != http.MethodGet && request.Path != "/oauth/token" {
			t.Errorf("request: got %s %.200s, want only reads and logins", request.Method, request.Path)
		}
	}
}
