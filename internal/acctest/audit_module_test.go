package acctest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// auditCaller calls the module of the audit for each of two organizations, with
// other settings than the example's.
const auditCaller = `
terraform {
  required_providers {
    cf = { source = "cf-process/cf" }
  }
}

provider "cf" {}

module "audit" {
  source   = "./module"
  for_each = toset(["retail", "other"])

  organization_names  = [each.key]
  title               = "Audit of ${each.key}"
  reader              = "auditor@example.org"
  owner_label         = "squad"
  waiver_label_prefix = "exempt-"
  required_labels     = ["squad"]
  severities          = { few_instances = "low", port_check = "off" }
  about               = { Build = "4711" }
  history             = [{ read_at = "2026-01-05T06:00:00Z", counts = { few_instances = 4 } }]
}

output "audits" {
  value     = { for name, audit in module.audit : name => audit }
  sensitive = true
}
`

// moduleOutput is what the module returns.
type moduleOutput struct {
	Foundation struct{ Processes, Findings, Waived int }
	Counts     map[string]int
	Findings   string   // JSON
	InFlight   []string `json:"in_flight"`
	History    []struct {
		ReadAt string `json:"read_at"`
		Counts map[string]int
	}
	Report string
}

// reportData is what the report shows.
type reportData struct {
	Title    string
	About    [][]string
	Notes    []string
	Policies []struct {
		Name, Severity string
		Count, Waived  int
		LookedAt       int `json:"looked_at"`
		Unknown        int
		Parameters     [][]any
	}
}

// auditRun prepares a configuration that calls the module, and an empty
// foundation for it.
func auditRun(
	t *testing.T, cli terraformcli.CLI, provider *terraformcli.Provider, configuration string, options ...fakecf.Option,
) *exampleRun {
	t.Helper()
	r := &exampleRun{
		T: t, cli: cli, provider: provider, foundation: fakecf.New(t, append(options, fakecf.WithoutSeed())...),
		source: filepath.Join(examplesDir, "audit", "module"), work: t.TempDir(),
	}
	var err error
	if r.tf, err = provider.Terraform(cli, r.work, r.environment()); err != nil {
		t.Fatal(err)
	}
	r.write("main.tf", configuration)
	if err := os.Mkdir(filepath.Join(r.work, "module"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := terraformcli.CopyConfiguration(filepath.Join(r.work, "module"), r.source); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAuditModule calls the audit as a module under for_each: settings, owners,
// waivers, a deployment in flight, and names with control characters.
func TestAuditModule(t *testing.T) {
	t.Parallel()
	cli, provider := setUp(t)
	if !cli.AtLeast("1.5.0") {
		t.Logf("the audit needs a newer CLI than %s", cli)
		return
	}
	r := auditRun(t, cli, provider, auditCaller)

	retail, other := r.foundation.AddOrganization("retail"), r.foundation.AddOrganization("other")
	production := r.foundation.AddSpace(retail, "production")
	add := func(space, name string, instances int64, labels map[string]string) (app string) {
		app = r.foundation.AddApp(space, name)
		r.foundation.AddProcess(app, fakecf.Process{Type: "web", Instances: instances, LogRateLimit: fakecf.Ptr[int64](1024), Labels: labels})
		return app
	}
	deploying := add(production, "deploying", 2, nil)
	r.foundation.StartDeployment(deploying) // a second web process with one instance
	add(production, "waived", 1, map[string]string{"squad": "red", "exempt-few_instances": "OPS-12"})
	add(production, "still-waived", 1, map[string]string{"squad": "red", "exempt-few_instances": "2999-12-31"})
	add(production, "was-waived", 1, map[string]string{"squad": "blue", "exempt-few_instances": "2020-01-31"})
	unclean := "\x1b[31mred\u202egnp.exe\nOK"
	add(r.foundation.AddSpace(other, "prod-\u2066x"), unclean, 1, map[string]string{"squad": "red"})

	if err := r.tf.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	messages := r.command("apply", "-auto-approve", "-no-color")
	audits := output[map[string]moduleOutput](r, "audits")
	findings := map[string]map[string][]finding{}
	for name, audit := range audits {
		findings[name] = r.findingsOf(audit.Findings)
	}

	t.Run("deployment in flight", func(t *testing.T) {
		audit := audits["retail"]
		if !slices.Equal(audit.InFlight, []string{"retail/production/deploying"}) {
			t.Errorf("in_flight: got %q, want the app deploying", audit.InFlight)
		}
		missing := findings["retail"]["missing_labels"]
		if len(missing) != 1 || missing[0].Detail != "no squad (deployment in flight)" {
			t.Errorf("missing_labels: got %s, want one finding for the two web processes, with deployment in flight", describe(missing))
		}
		for _, f := range findings["retail"]["few_instances"] {
			if f.App == "deploying" {
				t.Errorf("few_instances: got %s, want none of an app with two instances", describe(f))
			}
		}
		if audit.Foundation.Processes != 5 {
			t.Errorf("foundation: got %d processes, want 5 with the old and the new one of the deployment", audit.Foundation.Processes)
		}
	})

	t.Run("waivers and owners", func(t *testing.T) {
		got := map[string]string{}
		for _, f := range findings["retail"]["few_instances"] {
			got[f.App] = fmt.Sprintf("%s|%s|%s", f.Owner, f.Detail, f.Waiver)
		}
		for app, want := range map[string]string{
			"waived":       "red|1 of 2 instances|OPS-12",
			"still-waived": "red|1 of 2 instances|2999-12-31",
			"was-waived":   "blue|1 of 2 instances (was waived until 2020-01-31)|",
		} {
			t.Run(app, func(t *testing.T) {
				if got[app] != want {
					t.Errorf("few_instances: got %.200q, want %q", got[app], want)
				}
			})
		}
		if count := audits["retail"].Counts["few_instances"]; count != 1 {
			t.Errorf("counts: got %d of few_instances, want 1 without the waived ones", count)
		}
		if foundation := audits["retail"].Foundation; foundation.Waived != 2 {
			t.Errorf("foundation: got %d waived findings, want 2", foundation.Waived)
		}
	})

	t.Run("names", func(t *testing.T) {
		clean := "other/prod-\uFFFDx/\uFFFD[31mred\uFFFDgnp.exe\uFFFDOK"
		found := findings["other"]["few_instances"]
		if len(found) != 1 || found[0].Organization+"/"+found[0].Space+"/"+found[0].App != clean {
			t.Errorf("few_instances: got %s, want one finding of %s", describe(found), clean)
		}
		for name, text := range map[string]string{"messages": messages, "report": audits["other"].Report, "findings": fmt.Sprintf("%q", found)} {
			t.Run(name, func(t *testing.T) {
				for _, unprintable := range []string{"\x1b", "\u202e", "\u2066", `\u001b`, `\u202e`, `\x1b`} {
					if at := strings.Index(text, unprintable); at >= 0 {
						t.Errorf("text: got %q in …%.100q, want it replaced", unprintable, text[max(0, at-50):])
					}
				}
			})
		}
	})

	t.Run("report", func(t *testing.T) {
		var page reportData
		if err := json.Unmarshal([]byte(embedded(t, audits["retail"].Report, "data")), &page); err != nil {
			t.Fatal(err)
		}
		about := fmt.Sprint(page.About)
		for _, want := range []string{"[Read by auditor@example.org]", "[Build 4711]", "[Provider cf " + terraformcli.Version + "]", "[What was read only organizations retail]", "[Foundation " + r.foundation.URL() + "]"} {
			if !strings.Contains(about, want) {
				t.Errorf("head: got %.1000s, want %s in it", about, want)
			}
		}
		if page.Title != "Audit of retail" || len(page.Notes) == 0 || !strings.Contains(page.Notes[0], "retail/production/deploying") {
			t.Errorf("page: got the title %.100q and the notes %.500q, want Audit of retail and a note with the deployment", page.Title, page.Notes)
		}
		severities := []string{"high", "medium", "low"}
		for i, policy := range page.Policies {
			if policy.Name == "port_check" {
				t.Error("policies: got port_check, want it omitted, as it is off")
			}
			if i > 0 && slices.Index(severities, page.Policies[i-1].Severity) > slices.Index(severities, policy.Severity) {
				t.Errorf("policies: got %s before %s, want the more severe first", page.Policies[i-1].Name, policy.Name)
			}
			const parameters = "[[min_web_instances 2] [production_spaces ^(prod|live)]]"
			if policy.Name == "few_instances" && (policy.LookedAt != 4 || policy.Waived != 2 || fmt.Sprint(policy.Parameters) != parameters) {
				t.Errorf("few_instances: got %s, want 4 looked at, 2 waived and the parameters %s", describe(policy), parameters)
			}
		}
	})

	t.Run("history", func(t *testing.T) {
		history := audits["retail"].History
		if len(history) != 2 || history[0].Counts["few_instances"] != 4 || history[1].Counts["few_instances"] != 1 {
			t.Errorf("history: got %s, want 2 runs with 4 and 1 of few_instances", describe(history))
		}
	})
}

// auditOfOne calls the module with its default settings.
const auditOfOne = `
terraform {
  required_providers {
    cf = { source = "cf-process/cf" }
  }
}

provider "cf" {}

variable "enforced" { default = [] }
variable "include_instances" { default = true }

module "audit" {
  source            = "./module"
  enforced          = var.enforced
  include_instances = var.include_instances
}

output "audit" {
  value     = module.audit
  sensitive = true
}
`

// TestAuditWithoutInstances audits while the runtime fails, and without reading
// instances: the report does not show a policy as met if it is not known.
func TestAuditWithoutInstances(t *testing.T) {
	t.Parallel()
	cli, provider := setUp(t)
	if !cli.AtLeast("1.5.0") {
		t.Logf("the audit needs a newer CLI than %s", cli)
		return
	}
	r := auditRun(t, cli, provider, auditOfOne)
	if err := r.tf.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	apply := func(variables ...string) (moduleOutput, reportData, string) {
		t.Helper()
		messages := r.command(append([]string{"apply", "-auto-approve", "-no-color"}, variables...)...)
		audit := output[moduleOutput](r, "audit")
		var page reportData
		if err := json.Unmarshal([]byte(embedded(t, audit.Report, "data")), &page); err != nil {
			t.Fatal(err)
		}
		return audit, page, strings.Join(strings.Fields(messages), " ")
	}

	// A foundation without a process.
	if audit, page, _ := apply(); audit.Foundation.Processes != 0 || len(page.Policies) != 8 || len(page.Notes) != 0 {
		t.Errorf("empty foundation: got %d processes, %d policies and the notes %.500q, want 0, 8 and none",
			audit.Foundation.Processes, len(page.Policies), page.Notes)
	}

	space := r.foundation.AddSpace(r.foundation.AddOrganization("retail"), "production")
	for i := range 3 {
		r.foundation.AddProcess(r.foundation.AddApp(space, fmt.Sprint("app-", i)), fakecf.Process{Type: "web", Instances: 2})
	}
	stopped := r.foundation.AddApp(space, "stopped")
	r.foundation.AddProcess(stopped, fakecf.Process{Type: "web", Instances: 2})
	r.foundation.SetAppState(stopped, "STOPPED")

	audit, page, _ := apply()
	if down := r.findingsOf(audit.Findings)["nothing_runs"]; len(down) != 1 || down[0].App != "stopped" || audit.Counts["crashed"] != 0 {
		t.Errorf("stopped app: got %s in nothing_runs and %d crashes, want the stopped app and none", describe(down), audit.Counts["crashed"])
	}
	if policy := page.Policies[0]; policy.Name != "crashed" || policy.LookedAt != 4 || policy.Unknown != 0 {
		t.Errorf("first policy: got %s, want crashed with 4 processes looked at", describe(policy))
	}

	r.foundation.SetRuntime(fakecf.RuntimeAway)
	_, page, messages := apply()
	if policy := page.Policies[0]; policy.Name != "crashed" || policy.LookedAt != 0 || policy.Unknown != 4 {
		t.Errorf("first policy while the runtime fails: got %s, want crashed with 4 processes unknown", describe(policy))
	}
	if want := "The instances of 4 processes could not be read"; len(page.Notes) != 1 || !strings.Contains(page.Notes[0], want) {
		t.Errorf("notes while the runtime fails: got %.500q, want one with %q", page.Notes, want)
	}
	if want := "Crashed right now (high): 0 of 0 processes looked at, 4 more could not be read."; !strings.Contains(messages, want) {
		t.Errorf("apply while the runtime fails: got\n%s\nwant %q in it", end(messages), want)
	}
	if _, err := r.tf.Plan(t.Context(), tfexec.Var(`enforced=["crashed"]`)); err == nil {
		t.Error("plan with an enforced policy while the runtime fails: got no error, want one")
	}

	if _, page, _ = apply("-var=include_instances=false"); len(page.Policies) != 6 || len(page.Notes) != 0 {
		t.Errorf("include_instances = false: got %d policies and the notes %.500q, want 6 and none", len(page.Policies), page.Notes)
	}
}

// TestAuditKorifi audits a foundation that has neither log rate limits nor
// readiness checks, and whose instances are read from the stats of each process.
func TestAuditKorifi(t *testing.T) {
	t.Parallel()
	cli, provider := setUp(t)
	if !cli.AtLeast("1.5.0") {
		t.Logf("the audit needs a newer CLI than %s", cli)
		return
	}
	r := auditRun(t, cli, provider, auditOfOne, fakecf.WithFlavor(fakecf.Korifi), fakecf.WithKorifiUAA())
	space := r.foundation.AddSpace(r.foundation.AddOrganization("retail"), "production")
	for i := range 2 {
		guid := r.foundation.AddProcess(r.foundation.AddApp(space, fmt.Sprint("app-", i)), fakecf.Process{Type: "web", Instances: 2})
		r.foundation.SetInstance(guid, 0, func(instance *fakecf.Instance) { instance.State = []string{"RUNNING", "CRASHED"}[i] })
	}
	if err := r.tf.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.command("apply", "-auto-approve", "-no-color")
	audit := output[moduleOutput](r, "audit")
	findings := r.findingsOf(audit.Findings)
	if crashed := findings["crashed"]; len(crashed) != 1 || crashed[0].App != "app-1" || crashed[0].Organization != "retail" {
		t.Errorf("crashed: got %s, want app-1 of retail", describe(crashed))
	}
	if audit.Counts["no_log_limit"] != 0 || audit.Counts["missing_labels"] != 2 {
		t.Errorf("counts: got %v, want 0 of no_log_limit, which Korifi lacks, and 2 of missing_labels", audit.Counts)
	}
}
