package process_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// What Terraform does with the lists: pick one, feed a resource, and read with
// arguments that are known only when something else was applied.
func TestProcessesInAConfiguration(t *testing.T) {
	acctest.Isolate(t)
	f := fakecf.New(t)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_4_0)}, // terraform_data
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				// A value that was unknown in the plan is held to the same rules.
				Config: acctest.Block(f) + `
resource "terraform_data" "type" {
  input = ""
}
data "cf_processes" "later" {
  types = [terraform_data.type.output]
}
`,
				ExpectError: regexp.MustCompile(`must not be empty`),
			},
			{
				Config:      acctest.Block(f) + `data "cf_processes" "gone" { app_guid = "` + missingGUID + `" }`,
				ExpectError: regexp.MustCompile(`(?s)App not found.*app_guid = "` + missingGUID),
			},
			{
				Config:      acctest.Block(f) + "data \"cf_processes\" \"both\" {\n  app_guid = \"a\"\n  space_guids = [\"b\"]\n}\n",
				ExpectError: regexp.MustCompile(`(?s)Conflicting filters.*space_guids`),
			},
			{
				Config: acctest.Block(f) + `
resource "terraform_data" "guids" {
  input = ["` + fakecf.GUIDWorker + `", "` + fakecf.GUIDWeb + `"]
}
data "cf_processes" "later" {
  guids         = terraform_data.guids.output
  order_by      = "created_at"
  include_names = true
}
data "cf_processes" "none" {
  guids = []
}
resource "terraform_data" "memory" {
  input = one([for p in data.cf_processes.later.processes : p.memory_in_mb if p.app_name == "storefront" && p.type == "web"])
}
data "cf_process_instances" "web" {
  app_guid = data.cf_processes.later.processes[0].app_guid
}
`,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.cf_processes.later", tfjsonpath.New("processes"), knownvalue.ListPartial(map[int]knownvalue.Check{
						0: knownvalue.ObjectPartial(map[string]knownvalue.Check{
							"guid": knownvalue.StringExact(fakecf.GUIDWeb), "command": knownvalue.Null(), "command_redacted": knownvalue.Bool(true),
							"organization_name": knownvalue.StringExact("retail"), "organization_guid": knownvalue.StringExact(fakecf.OrgGUIDRetail),
							"space_name": knownvalue.StringExact("production"), "space_guid": knownvalue.StringExact(fakecf.SpaceGUIDProduction),
						}),
						1: knownvalue.ObjectPartial(map[string]knownvalue.Check{
							"guid": knownvalue.StringExact(fakecf.GUIDWorker), "instances": knownvalue.Int64Exact(0),
						}),
					})),
					statecheck.ExpectKnownValue("data.cf_processes.later", tfjsonpath.New("processes"), knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue("data.cf_processes.none", tfjsonpath.New("processes"), knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue("terraform_data.memory", tfjsonpath.New("output"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue("data.cf_process_instances.web", tfjsonpath.New("instances").AtSliceIndex(0).AtMapKey("state"), knownvalue.StringExact("RUNNING")),
				},
			},
		},
	})
}
