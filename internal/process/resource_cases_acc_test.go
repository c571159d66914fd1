package process_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// Most tests of the resource use the protocol. These need the CLI.

// All values, also the address, come from another resource and are unknown in the
// plan.
func TestAccResourceOfUnknownValues(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	conf := func(command, label string) string {
		return acctest.BlockFor(f, fakecf.Admin) + fmt.Sprintf(`
resource "terraform_data" "input" {
  input = { app = %q, command = %q, label = %q, endpoint = "/from-elsewhere", instances = 4, none = null }
  triggers_replace = [%[2]q]
}

resource "cf_process" "this" {
  app_guid  = terraform_data.input.output.app
  command   = terraform_data.input.output.command
  user      = terraform_data.input.output.none
  instances = terraform_data.input.output.instances
  health_check = {
    data = { endpoint = terraform_data.input.output.endpoint }
  }
  metadata = {
    labels = { known = "1", unknown = terraform_data.input.output.label }
  }
}
`, fakecf.AppGUID, command, label)
	}
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_4_0)}, // terraform_data
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: conf("bin/a", "x"), ConfigPlanChecks: empty(),
				Check: wantWrites(t, f,
					`PATCH {"command":"bin/a","health_check":{"data":{"endpoint":"/from-elsewhere"}},
					"metadata":{"labels":{"known":"1","unknown":"x","environment":null,"team":null}}}`, `POST {"instances":4}`),
			},
			{ // unknown again, with an address that turns out to be the same
				Config: conf("", "x"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(managed, plancheck.ResourceActionUpdate)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				Check: wantWrites(t, f, `PATCH {"command":null}`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("command"), knownvalue.StringExact("")),
					statecheck.ExpectKnownValue(managed, at("guid"), knownvalue.StringExact(fakecf.GUIDWeb)),
				},
			},
		},
	})
}

// An address that is unknown in the plan and turns out to be another process is an
// update in place: Terraform refuses a replacement that was not planned.
func TestAccResourceOfAnUnknownAddress(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	conf := func(app string) string {
		return acctest.BlockFor(f, fakecf.Admin) + fmt.Sprintf(`
resource "terraform_data" "app" {
  input            = %q
  triggers_replace = [%[1]q]
}

resource "cf_process" "this" {
  app_guid     = terraform_data.app.output
  memory_in_mb = 333
}
`, app)
	}
	guidIs := func(guid string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(managed, at("guid"), knownvalue.StringExact(guid))}
	}
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_4_0)}, // terraform_data
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: conf(fakecf.AppGUID), ConfigStateChecks: guidIs(fakecf.GUIDWeb), Check: wantWrites(t, f, `POST {"memory_in_mb":333}`)},
			{
				Config: conf(fakecf.AppGUIDCatalog), ConfigStateChecks: guidIs(fakecf.GUIDLabels), Check: wantWrites(t, f, `POST {"memory_in_mb":333}`),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(managed, plancheck.ResourceActionUpdate)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

// meanwhile is a change by others between the plan and the apply.
type meanwhile func()

func (m meanwhile) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	m()
}

// The plan of an adoption only has values that cannot change until the apply. The
// apply plans again, without the first plan, and Terraform would report a different
// value as a bug of the provider.
func TestAccResourceAdoptsWhatChangesAfterThePlan(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: config(f, fmt.Sprintf("app_guid = %q\nmemory_in_mb = 4096\n", fakecf.AppGUID)),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(managed, at("space_guid"), knownvalue.StringExact(fakecf.SpaceGUIDProduction)),
					plancheck.ExpectKnownValue(managed, at("type"), knownvalue.StringExact("web")),
					plancheck.ExpectUnknownValue(managed, at("guid")),
					plancheck.ExpectUnknownValue(managed, at("instances")),
					meanwhile(func() {
						f.StartDeployment(fakecf.AppGUID)
						f.UpdateProcess(f.FinishDeployment(fakecf.AppGUID), func(p *fakecf.Process) {
							p.Instances, p.DiskInMB, p.Command = 9, 999, fakecf.Ptr("bin/theirs")
							p.HealthCheck = &fakecf.HealthCheck{Type: "port"}
						})
					}),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			Check: wantWrites(t, f, `POST {"memory_in_mb":4096}`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(managed, at("disk_in_mb"), knownvalue.Int64Exact(999)),
			},
		}},
	})
}

// A user who may not see commands gets an empty plan.
func TestAccResourceHiddenCommand(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	attributes := fmt.Sprintf("guid = %q\ncommand = \"bin/secret\"\n", fakecf.GUIDWeb)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(f, attributes), Check: wantWrites(t, f, `PATCH {"command":"bin/secret"}`)},
			{
				Config:           acctest.BlockFor(f, fakecf.SpaceAuditor) + "resource \"cf_process\" \"this\" {\n" + attributes + "}\n",
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("command"), knownvalue.StringExact("bin/secret")),
					statecheck.ExpectKnownValue(managed, at("command_redacted"), knownvalue.Bool(true)),
				},
			},
		},
	})
}

// For a deployment in flight and for instances that do not start, the apply fails
// after the timeout, and the state has the changes that were made.
func TestAccResourceTimeouts(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	attributes := fmt.Sprintf("app_guid = %q\n", fakecf.AppGUID)
	waiting := config(f, attributes+"instances = 4\nwait_for_instances = true\ntimeouts = { update = \"3s\" }\n")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(f, attributes)},
			{
				PreConfig:   func() { f.StartDeployment(fakecf.AppGUID) },
				Config:      waiting,
				ExpectError: regexp.MustCompile(`(?s)A deployment is in flight.*raise\s+the\s+timeouts.*cf\s+cancel-deployment`),
			},
			{
				PreConfig: func() {
					f.SetStartOutcome(f.FinishDeployment(fakecf.AppGUID), "CRASHED", "Exited with status 137")
				},
				Config:      waiting,
				ExpectError: regexp.MustCompile(`(?s)index\s+3:\s+CRASHED:\s+Exited\s+with\s+status\s+137`),
			},
			{
				PreConfig:        f.ResetRequests,
				Config:           waiting,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check:            wantWrites(t, f),
			},
		},
	})
}

// Another address is another process. The old one stays as it is.
func TestAccResourceReplaced(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(f, fmt.Sprintf("app_guid = %q\ntype = \"worker\"\n", fakecf.AppGUID))},
			{
				Config: config(f, fmt.Sprintf("app_guid = %q\n", fakecf.AppGUID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(managed, plancheck.ResourceActionDestroyBeforeCreate)},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("guid"), knownvalue.StringExact(fakecf.GUIDWeb)),
				},
			},
			{ // all three attributes, like generated configuration
				Config: config(f, fmt.Sprintf("guid = %q\napp_guid = %q\ntype = \"web\"\n", fakecf.GUIDWeb, fakecf.AppGUID)),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{
				Config:      config(f, fmt.Sprintf("guid = %q\napp_guid = %q\ntype = \"worker\"\n", fakecf.GUIDWeb, fakecf.AppGUID)),
				ExpectError: regexp.MustCompile(`(?s)Contradictory address.*has\s+type\s+"web"`),
			},
		},
	})
	if got := writes(f); len(got) != 0 {
		t.Errorf("replacement: got the writes %.1000q, want none", got)
	}
}

// Attributes in lifecycle.ignore_changes are not written either. Terraform applies
// ignore_changes to the plan only: the provider gets the whole configuration.
func TestAccResourceIgnoreChanges(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	attributes := func(memory int) string {
		return config(f, fmt.Sprintf(`
			guid         = %q
			instances    = 3
			command      = "bin/first"
			memory_in_mb = %d
			health_check = { data = { endpoint = "/first", timeout = 60 } }
			metadata     = { labels = { tier = "front" }, annotations = { note = "first" } }
			lifecycle {
				ignore_changes = [
					instances, command, health_check.data.endpoint, metadata.labels["theirs"], metadata.annotations,
				]
			}
		`, fakecf.GUIDWeb, memory))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: attributes(600)},
			{
				PreConfig: func() {
					f.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
						p.Instances, p.Command = 13, fakecf.Ptr("bin/theirs")
						p.HealthCheck.Endpoint = fakecf.Ptr("/theirs")
						p.Labels["theirs"], p.Annotations["note"] = "1", "theirs"
					})
					f.ResetRequests()
				},
				Config:           attributes(600),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				Config:           attributes(700),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `POST {"memory_in_mb":700}`),
			},
		},
	})
	p, _ := f.Process(fakecf.GUIDWeb)
	if p.Instances != 13 || *p.Command != "bin/theirs" || *p.HealthCheck.Endpoint != "/theirs" || p.Labels["theirs"] != "1" {
		t.Errorf("process: got %d instances, command %s, endpoint %s and the labels %v, want 13, bin/theirs, /theirs and the label theirs, as others set",
			p.Instances, *p.Command, *p.HealthCheck.Endpoint, p.Labels)
	}
}
