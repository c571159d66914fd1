package acctest_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// guides has the test of the configuration of each guide in docs/guides: it does
// the steps of the guide, and checks their results.
var guides = map[string]func(*exampleRun){
	"audit-pipeline":             (*exampleRun).guideAuditPipeline,
	"autoscaler":                 (*exampleRun).guideAutoscaler,
	"drift-watch":                (*exampleRun).guideDriftWatch,
	"feed-attributes":            (*exampleRun).guideFeedAttributes,
	"from-shell-scripts":         (*exampleRun).guideFromShellScripts,
	"import-space":               (*exampleRun).guideImportSpace,
	"large-foundations":          (*exampleRun).guideLargeFoundations,
	"oldest-api":                 (*exampleRun).guideOldestAPI,
	"official-provider":          (*exampleRun).guideOfficialProvider,
	"policy-checks":              (*exampleRun).guidePolicyChecks,
	"scaling-by-schedule":        (*exampleRun).guideScalingVariable,
	"scaling-by-schedule-action": (*exampleRun).guideScalingAction,
	"several-foundations":        (*exampleRun).guideSeveralFoundations,
	"take-effect":                (*exampleRun).guideTakeEffect,
	"testing-a-module":           (*exampleRun).guideTestingAModule,
}

func (r *exampleRun) guideAuditPipeline() {
	r.prepare("main.tf")
	// The new web process of a deployment begins with one instance: not a finding.
	r.foundation.StartDeployment(fakecf.AppGUID)

	// The plan succeeds, and its JSON has a warning for the check that fails.
	warnings := 0
	lines := bufio.NewScanner(strings.NewReader(r.command("plan", "-input=false", "-json", "-out=audit.tfplan")))
	for lines.Scan() {
		var event struct {
			Type       string
			Diagnostic struct{ Severity, Detail string }
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			r.Fatalf("plan -json: got the line %.500s, want JSON: %v", lines.Text(), err)
		}
		if event.Type == "diagnostic" && event.Diagnostic.Severity == "warning" &&
			event.Diagnostic.Detail == "2 without a log rate limit: retail/production/catalog, retail/production/payments" {
			warnings++
		}
	}
	if warnings != 1 {
		r.Errorf("plan: got %d warnings about log rate limits, want 1", warnings)
	}

	// The plan has the status of every check.
	var plan struct {
		Checks []struct {
			Address struct {
				Display string `json:"to_display"`
			}
			Status string
		}
	}
	if err := json.Unmarshal([]byte(r.command("show", "-json", "audit.tfplan")), &plan); err != nil {
		r.Fatal(err)
	}
	status := map[string]string{}
	for _, check := range plan.Checks {
		status[check.Address.Display] = check.Status
	}
	if status["check.log_limits"] != "fail" || status["check.two_instances"] != "pass" {
		r.Errorf("checks: got %v, want fail of log_limits and pass of two_instances", status)
	}

	// Enforced, the findings fail the plan until they are gone.
	enforce := tfexec.Var("enforce=true")
	if _, err := r.tf.Plan(r.Context(), enforce); err == nil || !strings.Contains(err.Error(), "retail/production/catalog") {
		r.Errorf("plan with enforce=true: got error %.1000v, want one with retail/production/catalog", err)
	}
	r.script(1, "pipeline.sh")
	for _, guid := range []string{fakecf.GUIDLabels, fakecf.GUIDHiddenCommand} {
		r.foundation.UpdateProcess(guid, func(p *fakecf.Process) { p.LogRateLimit = fakecf.Ptr[int64](1024) })
	}
	if _, err := r.tf.Plan(r.Context(), enforce); err != nil {
		r.Errorf("plan with enforce=true and no findings: got error %.1000v, want none", err)
	}
	r.script(0, "pipeline.sh")
}

// script runs a shell script of the example as a pipeline does, if its tools are
// installed. The test does the same steps without them.
func (r *exampleRun) script(want int, name string) {
	r.Helper()
	for _, tool := range []string{"bash", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			r.Logf("no %s on the PATH: %s is not run", tool, name)
			return
		}
	}
	tools := r.TempDir()
	if err := os.Symlink(r.cli.Path, filepath.Join(tools, "terraform")); err != nil {
		r.Fatal(err)
	}
	cmd := exec.CommandContext(r.Context(), "bash", name)
	cmd.Dir = r.work
	for _, pair := range r.provider.Environ(r.environment()) {
		if path, ok := strings.CutPrefix(pair, "PATH="); ok {
			pair = "PATH=" + tools + string(filepath.ListSeparator) + path
		}
		cmd.Env = append(cmd.Env, pair)
	}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		r.Errorf("%s: got error %v, want exit code %d:\n%s", name, err, want, end(string(out)))
	}
	if !strings.Contains(string(out), "pass check.two_instances") {
		r.Errorf("%s: got\n%s\nwant pass check.two_instances in it", name, end(string(out)))
	}
}

func (r *exampleRun) guideDriftWatch() {
	r.prepare("main.tf")
	r.applied()
	r.wroteNothing()

	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 5 })
	changes, err := r.tf.Plan(r.Context())
	if err != nil || !changes {
		r.Errorf("plan after a change by others: got changes %t and error %.500v, want changes", changes, err)
	}
	r.wroteNothing()

	// Attributes that the configuration does not set are not watched.
	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances, p.DiskInMB = 3, 4096 })
	if changes, err = r.tf.Plan(r.Context()); err != nil || changes {
		r.Errorf("plan after a change of the disk: got changes %t and error %.500v, want none", changes, err)
	}

	// A deployment looks like drift until it ends, and the check reports why.
	const inFlight = "A deployment of the app is in flight"
	r.foundation.StartDeployment(fakecf.AppGUID)
	if out := r.command("plan", "-no-color"); !strings.Contains(out, inFlight) || !strings.Contains(out, "0 to add, 1 to change") {
		r.Errorf("plan during a deployment: got\n%s\nwant a change and the warning %q", end(out), inFlight)
	}
	r.foundation.FinishDeployment(fakecf.AppGUID)
	out := r.command("plan", "-no-color")
	if strings.Contains(out, inFlight) || !strings.Contains(out, "No changes") {
		r.Errorf("plan after the deployment: got\n%s\nwant No changes", end(out))
	}
}

func (r *exampleRun) guideFeedAttributes() {
	r.prepare("main.tf")
	r.applied()
	if p, _ := r.foundation.Process(fakecf.GUIDWorker); p.MemoryInMB != 512 {
		r.Errorf("worker: got %d MB, want 512, as of the web process", p.MemoryInMB)
	}
	before := r.attribute("terraform_data.after_deployment", "id")
	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.MemoryInMB = 640 })
	r.applied()
	if p, _ := r.foundation.Process(fakecf.GUIDWorker); p.MemoryInMB != 640 {
		r.Errorf("worker after a change of the web process: got %d MB, want 640", p.MemoryInMB)
	}
	if got := r.attribute("terraform_data.after_deployment", "id"); got != before {
		r.Errorf("after_deployment after a change of memory: got the id %v, want %v, as before", got, before)
	}
	r.foundation.StartDeployment(fakecf.AppGUID)
	guid := r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if r.attribute("terraform_data.after_deployment", "id") == before {
		r.Errorf("after_deployment after a deployment: got the id %v, as before, want a new one", before)
	}

	r.foundation.UpdateProcess(guid, func(p *fakecf.Process) { p.HideCommand = true })
	if _, err := r.tf.Plan(r.Context()); err == nil || !strings.Contains(err.Error(), "The API hides the command") {
		r.Errorf("plan with a hidden command: got error %.1000v, want The API hides the command", err)
	}
}

func (r *exampleRun) guideAutoscaler() {
	r.prepare("main.tf")
	r.applied()
	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 7 })
	if changes, err := r.tf.Plan(r.Context()); err != nil || changes {
		r.Errorf("plan after the autoscaler scaled: got changes %t and error %.500v, want none", changes, err)
	}
	r.applied()
	p, _ := r.foundation.Process(fakecf.GUIDLabels)
	if p.Instances != 7 || p.MemoryInMB != 1536 || p.ReadinessHealthCheck.Type != "http" {
		r.Errorf("process: got %d instances of %d MB with a readiness check by %s, want 7 of 1536 MB by http", p.Instances, p.MemoryInMB, p.ReadinessHealthCheck.Type)
	}
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && strings.Contains(request.Body, "instances") {
			r.Errorf("request %s %s: got the body %.500s, want it without instances", request.Method, request.Path, request.Body)
		}
	}

	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 12 })
	if out := r.command("plan", "-no-color"); !strings.Contains(out, "12 instances, the autoscaler keeps 2 to 10") {
		r.Errorf("plan with 12 instances: got\n%s\nwant a warning about 2 to 10", end(out))
	}
}

func (r *exampleRun) guideImportSpace() {
	r.prepare("main.tf")
	const onlyImports = "Plan: 6 to import, 0 to add, 0 to change, 0 to destroy."
	if out := r.command("plan", "-no-color"); !strings.Contains(out, onlyImports) {
		r.Errorf("plan: got\n%s\nwant %s", end(out), onlyImports)
	}
	// With a deployment in flight there are two web processes of one app.
	r.foundation.StartDeployment(fakecf.AppGUID)
	if out := r.command("plan", "-no-color"); !strings.Contains(out, onlyImports) {
		r.Errorf("plan during a deployment: got\n%s\nwant %s", end(out), onlyImports)
	}
	r.applied()
	r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if got := r.attribute(`cf_process.space["catalog/indexer"]`, "guid"); got != fakecf.GUIDNoRevision {
		r.Errorf("catalog/indexer: got the guid %v, want %s", got, fakecf.GUIDNoRevision)
	}
	r.wroteNothing()
}

func (r *exampleRun) guideLargeFoundations() {
	r.foundation.AddMany(1000)
	r.prepare("main.tf")
	r.applied()
	total := 0
	for _, memory := range output[map[string]int](r, "memory_in_mb") {
		total += memory
	}
	if total < 100_000 {
		r.Errorf("memory_in_mb: got %d in all, want 100000 or more", total)
	}
	for _, request := range r.foundation.Requests() {
		if strings.HasPrefix(request.Path, "/v3/processes/") {
			r.Errorf("request: got %.200s, want only lists", request.Path)
			break
		}
	}
}

// guideOfficialProvider applies the part of this provider, with a GUID instead of
// the app: the official provider needs its registry, and a foundation that runs
// apps. TestExamplesAreFormatted checks the syntax of its part, and this test that
// it sets app_guid.
func (r *exampleRun) guideOfficialProvider() {
	official, err := os.ReadFile(filepath.Join(r.source, "official.tf"))
	if err != nil {
		r.Fatal(err)
	}
	if want := "app_guid = cloudfoundry_app.storefront.id"; !strings.Contains(string(official), want) {
		r.Errorf("official.tf: got no %s, want it", want)
	}
	if err := terraformcli.CopyConfiguration(r.work, r.source); err != nil {
		r.Fatal(err)
	}
	r.write("official.tf", requiredProviders+"locals {\n  app_guid = \""+fakecf.AppGUID+"\"\n}\n")
	if err := r.tf.Init(r.Context()); err != nil {
		r.Fatal(err)
	}
	r.applied()
	if p, _ := r.foundation.Process(fakecf.GUIDWeb); p.Instances != 4 || p.MemoryInMB != 768 {
		r.Errorf("process: got %d instances of %d MB, want 4 of 768 MB", p.Instances, p.MemoryInMB)
	}
	// A rollout by the official provider replaces the process.
	r.foundation.StartDeployment(fakecf.AppGUID)
	guid := r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if got := r.attribute("cf_process.web", "guid"); got != guid {
		r.Errorf("cf_process.web after a rollout: got the guid %v, want %s", got, guid)
	}
}

// attribute is an attribute of a resource in the state.
func (r *exampleRun) attribute(address, name string) any {
	r.Helper()
	state, err := r.tf.Show(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Address == address {
			return resource.AttributeValues[name]
		}
	}
	r.Fatalf("state: got no %s, want one", address)
	return nil
}

func (r *exampleRun) wroteNothing() {
	r.Helper()
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && request.Path != "/oauth/token" {
			r.Errorf("request: got %s %.200s, want only reads and logins", request.Method, request.Path)
		}
	}
}

// guideTakeEffect changes the memory by a plan and an apply, and restarts the app
// after that: in between, the check finds outdated instances.
func (r *exampleRun) guideTakeEffect() {
	r.prepare("main.tf")
	r.applied()
	outdated := func(want string) {
		r.Helper()
		if out := r.command("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "outdated_instances = "+want) ||
			strings.Contains(out, "Not yet in effect") != (want != "[]") {
			r.Errorf("apply: got\n%s\nwant outdated_instances = %s, and a failed check exactly if there are any", end(out), want)
		}
	}
	r.foundation.RestartApp(fakecf.AppGUID)
	outdated("[]")
	r.edit("main.tf", "memory_in_mb = 512", "memory_in_mb = 768")
	outdated("[\n  0,\n  1,\n  2,\n]")
	r.foundation.RestartApp(fakecf.AppGUID)
	outdated("[]")
}
