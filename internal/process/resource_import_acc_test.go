package process_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// terraformSince skips a test with an older Terraform, and with OpenTofu, whose
// versions are different.
type terraformSince struct{ minimum *version.Version }

func (since terraformSince) CheckTerraformVersion(_ context.Context, req tfversion.CheckTerraformVersionRequest, resp *tfversion.CheckTerraformVersionResponse) {
	switch {
	case os.Getenv("TF_ACC_PROVIDER_HOST") == "registry.opentofu.org":
		resp.Skip = "OpenTofu does not have this"
	case req.TerraformVersion.LessThan(since.minimum):
		resp.Skip = fmt.Sprintf("it needs Terraform %s, not %s", since.minimum, req.TerraformVersion)
	}
}

func TestAccResourceImportBlock(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	conf := config(f, fmt.Sprintf("app_guid = %q\n", fakecf.AppGUID))
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_5_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: conf},
			{ // plugin-testing fails unless the plan after the import is empty
				ResourceName: managed, ImportState: true, ImportStateKind: resource.ImportBlockWithID,
				ImportStateId:    fakecf.AppGUID + "/web",
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
	if got := writes(f); len(got) != 0 {
		t.Errorf("import: got the writes %.1000q, want none", got)
	}
}

// The identity follows the configured address.
func TestAccResourceIdentity(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	byGUID := config(f, fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb))
	byApp := config(f, fmt.Sprintf("app_guid = %q\n", fakecf.AppGUID))
	identity := func(guid, app, kind knownvalue.Check) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectIdentity(managed, map[string]knownvalue.Check{
			"guid": guid, "app_guid": app, "type": kind,
		})}
	}
	isGUID := identity(knownvalue.StringExact(fakecf.GUIDWeb), knownvalue.Null(), knownvalue.Null())
	isApp := identity(knownvalue.Null(), knownvalue.StringExact(fakecf.AppGUID), knownvalue.StringExact("web"))
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{terraformSince{tfversion.Version1_12_0}},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: byGUID, ConfigStateChecks: isGUID},
			{ResourceName: managed, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
			{
				Config: byApp, ConfigStateChecks: isApp,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(managed, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(managed, at("updated_at")),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{ResourceName: managed, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
			{ // the deployment's new process has the same identity
				PreConfig:         func() { f.StartDeployment(fakecf.AppGUID); f.FinishDeployment(fakecf.AppGUID) },
				Config:            byApp,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				ConfigStateChecks: isApp,
			},
			{ // the read of a process that is gone also returns an identity
				PreConfig:   func() { f.DeleteApp(fakecf.AppGUID) },
				Config:      byApp,
				ExpectError: regexp.MustCompile(`Process not found`),
			},
		},
	})
	if got := writes(f); len(got) != 0 {
		t.Errorf("reads and imports: got the writes %.1000q, want none", got)
	}
}

func TestAccListResource(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	query := func(filter string) string {
		return acctest.BlockFor(f, fakecf.Admin) + "\nlist \"cf_process\" \"found\" {\n  provider = cf\n  config {\n" + filter + "\n  }\n}\n"
	}
	const found = "cf_process.found"
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{terraformSince{tfversion.Version1_14_0}},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Query: true, Config: query(fmt.Sprintf("app_guid = %q", fakecf.AppGUID)),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(found, 2),
					querycheck.ExpectIdentity(found, map[string]knownvalue.Check{
						"guid": knownvalue.StringExact(fakecf.GUIDWorker), "app_guid": knownvalue.Null(), "type": knownvalue.Null(),
					}),
				},
			},
			{
				Query: true, Config: query(fmt.Sprintf("app_guid = %q\nidentify_by = \"app\"", fakecf.AppGUID)),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(found, 2),
					querycheck.ExpectIdentity(found, map[string]knownvalue.Check{
						"guid": knownvalue.Null(), "app_guid": knownvalue.StringExact(fakecf.AppGUID), "type": knownvalue.StringExact("web"),
					}),
				},
			},
			{
				Query: true, Config: query(`order_by = "name"`), ExpectError: regexp.MustCompile(`order_by`),
			},
		},
	})
}
