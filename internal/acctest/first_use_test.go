package acctest_test

import (
	"fmt"
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

// Without settings of the provider, a configuration that does not use it works; the
// first data source that reads gets the error.
func TestNoCredentialIsNeededWhereNothingIsUsed(t *testing.T) {
	acctest.Isolate(t)
	const unused = `
provider "cf" {}

data "cf_process" "this" {
  count = 0
  guid  = "some-guid"
}

resource "cf_process" "this" {
  count = 0
  guid  = "some-guid"
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: unused, PlanOnly: true},
			{
				Config:      unused + "\ndata \"cf_processes\" \"this\" {}\n",
				ExpectError: regexp.MustCompile(`(?s)No Cloud Foundry credentials.*data.cf_processes.this.*CF_USER`),
			},
		},
	})
}

// Functions work with an empty provider block.
func TestNoCredentialIsNeededForFunctions(t *testing.T) {
	acctest.Isolate(t)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: `
provider "cf" {}

output "megabytes" {
  value = provider::cf::megabytes("1GiB")
}
`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("megabytes", knownvalue.Int64Exact(1024))},
		}},
	})
}

// A resource can be planned and applied while the API of the provider is unknown
// until the apply.
func TestProviderThatIsUnknownUntilApply(t *testing.T) {
	acctest.Isolate(t)
	f := fakecf.New(t)
	provider := fmt.Sprintf(`
resource "terraform_data" "api" {
  input = %q
}

provider "cf" {
  api_url  = terraform_data.api.output
  user     = %q
  password = %q
}
`, f.URL(), fakecf.User, fakecf.Password)
	managed := provider + fmt.Sprintf(`
resource "cf_process" "this" {
  guid      = %q
  instances = 4
}
`, fakecf.GUIDWeb)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_4_0)}, // terraform_data
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: provider + fmt.Sprintf("\ndata \"cf_process\" \"this\" {\n  guid = %q\n}\n", fakecf.GUIDWeb),
				ExpectError: regexp.MustCompile(`(?s)Unknown value for api_url in the provider block.*data.cf_process.this.*` +
					`CF_API_URL.*-target`),
			},
			{
				Config: managed,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("cf_process.this", tfjsonpath.New("instances"), knownvalue.Int64Exact(4)),
				},
			},
		},
	})
	if scales := f.Count("POST", "/v3/processes/"+fakecf.GUIDWeb+"/actions/scale"); scales != 1 {
		t.Errorf("apply: got %d requests to scale, want 1", scales)
	}
}
