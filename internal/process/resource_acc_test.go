package process_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

const managed = "cf_process.this"

// writes returns the requests that change something, as "METHOD body".
func writes(f *fakecf.Foundation) []string {
	var all []string
	for _, r := range f.Requests() {
		if strings.HasPrefix(r.Path, "/v3/") && r.Method != http.MethodGet {
			all = append(all, r.Method+" "+r.Body)
		}
	}
	return all
}

// wantWrites fails unless exactly these writes were made since the last call.
func wantWrites(t *testing.T, f *fakecf.Foundation, want ...string) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		got := writes(f)
		f.ResetRequests()
		if len(got) != len(want) {
			return fmt.Errorf("requests: got the writes %.1000q, want %.1000q", got, want)
		}
		for i := range want {
			if !sameRequest(got[i], want[i]) {
				return fmt.Errorf("write %d: got %.1000s, want %.1000s", i, got[i], want[i])
			}
		}
		return nil
	}
}

// sameRequest compares method and JSON body, regardless of the order of the keys.
func sameRequest(a, b string) bool {
	methodA, bodyA, _ := strings.Cut(a, " ")
	methodB, bodyB, _ := strings.Cut(b, " ")
	return methodA == methodB && canonical(bodyA) == canonical(bodyB)
}

func canonical(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	out, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return string(out)
}

func appOf(t *testing.T, f *fakecf.Foundation, guid string) string {
	t.Helper()
	p, ok := f.Process(guid)
	if !ok {
		t.Fatalf("foundation: got no process %s, want one", guid)
	}
	return p.AppGUID
}

func config(f *fakecf.Foundation, attributes string) string {
	return acctest.BlockFor(f, fakecf.Admin) + "\nresource \"cf_process\" \"this\" {\n" + attributes + "\n}\n"
}

func empty() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func at(attribute string) tfjsonpath.Path { return tfjsonpath.New(attribute) }

func TestAccResourceAdoptsUpdatesAndLetsGo(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	before, _ := f.Process(fakecf.GUIDWeb)
	guid := fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{ // adopting writes only what is set
				Config:           config(f, guid),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("instances"), knownvalue.Int64Exact(before.Instances)),
					statecheck.ExpectKnownValue(managed, at("app_guid"), knownvalue.StringExact(before.AppGUID)),
					statecheck.ExpectKnownValue(managed, at("wait_for_instances"), knownvalue.Bool(false)),
				},
			},
			{ // values that the process has are not a change
				Config:           config(f, guid+fmt.Sprintf("memory_in_mb = %d\n", before.MemoryInMB)),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f),
			},
			{
				Config: config(f, guid+"instances = 7\n"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(managed, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(managed, at("updated_at")),
						plancheck.ExpectKnownValue(managed, at("version"), knownvalue.NotNull()),
						plancheck.ExpectKnownValue(managed, at("command"), knownvalue.NotNull()),
						plancheck.ExpectKnownValue(managed, at("links"), knownvalue.NotNull()),
						plancheck.ExpectKnownValue(managed, at("health_check").AtMapKey("data").AtMapKey("endpoint"), knownvalue.NotNull()),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				Check: wantWrites(t, f, `POST {"instances":7}`),
			},
			{ // one PATCH and one scale, each with what differs
				Config: config(f, guid+`
					instances    = 7
					memory_in_mb = 640
					command      = "bin/other"
					health_check = { data = { endpoint = "/other" } }
				`),
				ConfigPlanChecks: empty(),
				Check: wantWrites(t, f,
					`PATCH {"command":"bin/other","health_check":{"data":{"endpoint":"/other"}}}`, `POST {"memory_in_mb":640}`),
			},
			{ // to a type without endpoint
				Config:           config(f, guid+"command = \"bin/other\"\nhealth_check = { type = \"port\" }\n"),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `PATCH {"health_check":{"type":"port"}}`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("health_check").AtMapKey("data").AtMapKey("endpoint"), knownvalue.Null()),
				},
			},
			{ // the command is reset to that of the droplet
				Config:           config(f, guid+"command = \"\"\n"),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `PATCH {"command":null}`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("command"), knownvalue.StringExact("")),
				},
			},
			{ // and stays reset with another change
				Config:           config(f, guid+"command = \"\"\ninstances = 2\n"),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `POST {"instances":2}`),
			},
		},
	})
	if got := writes(f); len(got) != 0 {
		t.Errorf("destroy: got the writes %.1000q, want none", got)
	}
	if _, ok := f.Process(fakecf.GUIDWeb); !ok {
		t.Error("destroy: got no process in the foundation, want it kept")
	}
}

func TestAccResourceLeavesAutoscalerAlone(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	conf := config(f, fmt.Sprintf("guid = %q\nmemory_in_mb = 512\n", fakecf.GUIDWeb))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: conf},
			{
				PreConfig: func() {
					f.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 13 })
					f.ResetRequests()
				},
				Config:           conf,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				Check:            wantWrites(t, f),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("instances"), knownvalue.Int64Exact(13)),
				},
			},
			{ // another change leaves them alone
				Config: config(f, fmt.Sprintf("guid = %q\nmemory_in_mb = 768\n", fakecf.GUIDWeb)),
				Check:  wantWrites(t, f, `POST {"memory_in_mb":768}`),
			},
		},
	})
	if p, _ := f.Process(fakecf.GUIDWeb); p.Instances != 13 {
		t.Errorf("process: got %d instances, want 13, as the autoscaler set", p.Instances)
	}
}

func TestAccResourceFollowsDeployment(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	app := appOf(t, f, fakecf.GUIDWeb)
	conf := config(f, fmt.Sprintf("app_guid = %q\nmemory_in_mb = 512\n", app))
	var replaced string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: conf,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("guid"), knownvalue.StringExact(fakecf.GUIDWeb)),
					statecheck.ExpectKnownValue(managed, at("type"), knownvalue.StringExact("web")),
				},
			},
			{
				PreConfig: func() {
					f.StartDeployment(app)
					replaced = f.FinishDeployment(app)
				},
				Config: conf,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(managed, plancheck.ResourceActionNoop),
				}},
				Check: func(s *terraform.State) error {
					return resource.TestCheckResourceAttr(managed, "guid", replaced)(s)
				},
			},
		},
	})
}

func TestAccResourceLabels(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	f.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) {
		p.Labels = map[string]string{"tier": "front", "example.org/team": "shop"}
		p.Annotations = map[string]string{"note": "kept"}
	})
	guid := fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:           config(f, guid+`metadata = { labels = { tier = "back", stage = "" } }`),
				ConfigPlanChecks: empty(),
				Check: wantWrites(t, f,
					`PATCH {"metadata":{"labels":{"tier":"back","stage":"","example.org/team":null}}}`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("metadata").AtMapKey("annotations"),
						knownvalue.MapExact(map[string]knownvalue.Check{"note": knownvalue.StringExact("kept")})),
				},
			},
			{ // labels of others stay while labels is not set
				PreConfig: func() {
					f.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Labels["other"] = "1" })
					f.ResetRequests()
				},
				Config:           config(f, guid+`metadata = { annotations = { note = "kept" } }`),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f),
			},
			{
				Config:           config(f, guid+`metadata = { labels = {} }`),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `PATCH {"metadata":{"labels":{"tier":null,"stage":null,"other":null}}}`),
			},
		},
	})
}

func TestAccResourceGoneIsPlannedAnew(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	conf := config(f, fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: conf},
			{
				PreConfig:   func() { f.DeleteProcess(fakecf.GUIDWeb) },
				Config:      conf,
				ExpectError: regexp.MustCompile(`(?s)Process not found.*manages a process that exists`),
			},
		},
	})
}

func TestAccResourceFailsHalfWay(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	guid := fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb)
	both := config(f, guid+"command = \"bin/new\"\ninstances = 9\n")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(f, guid)},
			{
				PreConfig: func() {
					f.ResetRequests()
					f.AddFault(fakecf.Fault{
						Method: http.MethodPost, Path: "/v3/processes/", Times: 1,
						Do: fakecf.Status(422, fakecf.APIError{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "memory quota exceeded"}),
					})
				},
				Config:      both,
				ExpectError: regexp.MustCompile(`memory quota\s+exceeded`),
			},
			{ // the state has the command, so only the rest is sent
				PreConfig: func() { f.ClearFaults(); f.ResetRequests() },
				Config:    both,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectKnownValue(managed, at("command"), knownvalue.StringExact("bin/new")),
						plancheck.ExpectResourceAction(managed, plancheck.ResourceActionUpdate),
					},
				},
				Check: wantWrites(t, f, `POST {"instances":9}`),
			},
		},
	})
}

func TestAccResourceImport(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	app := appOf(t, f, fakecf.GUIDWeb)
	conf := config(f, fmt.Sprintf("guid = %q\n", fakecf.GUIDWeb))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: conf},
			{
				Config: conf, ResourceName: managed, ImportState: true, ImportStateId: fakecf.GUIDWeb,
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "guid",
			},
			{
				Config: conf, ResourceName: managed, ImportState: true, ImportStateId: app + "/web",
				ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "guid",
			},
			{
				Config: conf, ResourceName: managed, ImportState: true, ImportStateId: "a/b/c",
				ExpectError: regexp.MustCompile(`Invalid import ID`),
			},
			{
				Config: conf, ResourceName: managed, ImportState: true, ImportStateId: "no-such-process",
				ExpectError: regexp.MustCompile(`(?i)non-existent|not found`),
			},
		},
	})
}
