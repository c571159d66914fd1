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

// guides is how the configuration of each guide in docs/guides is run: it does
// what the guide says, and sees what the guide promises.
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
			r.Fatalf("%v: %s", err, lines.Text())
		}
		if event.Type == "diagnostic" && event.Diagnostic.Severity == "warning" &&
			event.Diagnostic.Detail == "2 without a log rate limit: retail/production/catalog, retail/production/payments" {
			warnings++
		}
	}
	if warnings != 1 {
		r.Errorf("the plan warned %d times of the limits", warnings)
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
		r.Errorf("the status of the checks is %v", status)
	}

	// Enforced, the findings fail the plan until they are gone.
	enforce := tfexec.Var("enforce=true")
	if _, err := r.tf.Plan(r.Context(), enforce); err == nil || !strings.Contains(err.Error(), "retail/production/catalog") {
		r.Errorf("with enforce=true the plan ends with %v", err)
	}
	r.script(1, "pipeline.sh")
	for _, guid := range []string{fakecf.GUIDLabels, fakecf.GUIDHiddenCommand} {
		r.foundation.UpdateProcess(guid, func(p *fakecf.Process) { p.LogRateLimit = fakecf.Ptr[int64](1024) })
	}
	if _, err := r.tf.Plan(r.Context(), enforce); err != nil {
		r.Errorf("without findings the plan ends with %v", err)
	}
	r.script(0, "pipeline.sh")
}

// script runs a shell script of the example as a pipeline does, where its tools
// are: what it does is also done above without them.
func (r *exampleRun) script(want int, name string) {
	r.Helper()
	for _, tool := range []string{"bash", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			r.Logf("there is no %s on the PATH: %s is not run", tool, name)
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
		r.Errorf("%s: %v, want exit code %d\n%s", name, err, want, out)
	}
	if !strings.Contains(string(out), "pass check.two_instances") {
		r.Errorf("%s does not say that a check passed:\n%s", name, out)
	}
}

func (r *exampleRun) guideDriftWatch() {
	r.prepare("main.tf")
	r.applied()
	r.wroteNothing()

	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances = 5 })
	changes, err := r.tf.Plan(r.Context())
	if err != nil || !changes {
		r.Errorf("after a change by hand, the plan has changes: %t, %v", changes, err)
	}
	r.wroteNothing()

	// What the configuration does not name is not watched.
	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.Instances, p.DiskInMB = 3, 4096 })
	if changes, err = r.tf.Plan(r.Context()); err != nil || changes {
		r.Errorf("after a change of the disk, the plan has changes: %t, %v", changes, err)
	}

	// A deployment looks like drift until it ends, and the check says why.
	const inFlight = "A deployment of the app is in flight"
	r.foundation.StartDeployment(fakecf.AppGUID)
	if out := r.command("plan", "-no-color"); !strings.Contains(out, inFlight) || !strings.Contains(out, "0 to add, 1 to change") {
		r.Errorf("got no difference with a warning during a deployment:\n%s", out)
	}
	r.foundation.FinishDeployment(fakecf.AppGUID)
	out := r.command("plan", "-no-color")
	if strings.Contains(out, inFlight) || !strings.Contains(out, "No changes") {
		r.Errorf("got a difference after the deployment:\n%s", out)
	}
}

func (r *exampleRun) guideFeedAttributes() {
	r.prepare("main.tf")
	r.applied()
	if p, _ := r.foundation.Process(fakecf.GUIDWorker); p.MemoryInMB != 512 {
		r.Errorf("the worker has %d MB", p.MemoryInMB)
	}
	before := r.attribute("terraform_data.after_deployment", "id")
	r.foundation.UpdateProcess(fakecf.GUIDWeb, func(p *fakecf.Process) { p.MemoryInMB = 640 })
	r.applied()
	if p, _ := r.foundation.Process(fakecf.GUIDWorker); p.MemoryInMB != 640 {
		r.Errorf("the worker did not follow: it has %d MB", p.MemoryInMB)
	}
	if r.attribute("terraform_data.after_deployment", "id") != before {
		r.Error("a change of memory triggered what waits for a deployment")
	}
	r.foundation.StartDeployment(fakecf.AppGUID)
	guid := r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if r.attribute("terraform_data.after_deployment", "id") == before {
		r.Error("a deployment did not trigger what waits for it")
	}

	r.foundation.UpdateProcess(guid, func(p *fakecf.Process) { p.HideCommand = true })
	if _, err := r.tf.Plan(r.Context()); err == nil || !strings.Contains(err.Error(), "The API hides the command") {
		r.Errorf("with a hidden command the plan ends with %v", err)
	}
}

func (r *exampleRun) guideAutoscaler() {
	r.prepare("main.tf")
	r.applied()
	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 7 })
	if changes, err := r.tf.Plan(r.Context()); err != nil || changes {
		r.Errorf("after the autoscaler scaled, the plan has changes: %t, %v", changes, err)
	}
	r.applied()
	p, _ := r.foundation.Process(fakecf.GUIDLabels)
	if p.Instances != 7 || p.MemoryInMB != 1536 || p.ReadinessHealthCheck.Type != "http" {
		r.Errorf("the process has %d instances of %d MB, ready by %s", p.Instances, p.MemoryInMB, p.ReadinessHealthCheck.Type)
	}
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && strings.Contains(request.Body, "instances") {
			r.Errorf("%s %s names the instances: %s", request.Method, request.Path, request.Body)
		}
	}

	r.foundation.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Instances = 12 })
	if out := r.command("plan", "-no-color"); !strings.Contains(out, "12 instances, the autoscaler keeps 2 to 10") {
		r.Errorf("12 instances are no warning:\n%s", out)
	}
}

func (r *exampleRun) guideImportSpace() {
	r.prepare("main.tf")
	const onlyImports = "Plan: 6 to import, 0 to add, 0 to change, 0 to destroy."
	if out := r.command("plan", "-no-color"); !strings.Contains(out, onlyImports) {
		r.Errorf("the plan is not to import all and change nothing:\n%s", out)
	}
	// With a deployment in flight there are two web processes of one app.
	r.foundation.StartDeployment(fakecf.AppGUID)
	if out := r.command("plan", "-no-color"); !strings.Contains(out, onlyImports) {
		r.Errorf("during a deployment the plan is not to import all and change nothing:\n%s", out)
	}
	r.applied()
	r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if got := r.attribute(`cf_process.space["catalog/indexer"]`, "guid"); got != fakecf.GUIDNoRevision {
		r.Errorf("catalog/indexer is %v", got)
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
		r.Errorf("the memory of all is %d MB", total)
	}
	for _, request := range r.foundation.Requests() {
		if strings.HasPrefix(request.Path, "/v3/processes/") {
			r.Errorf("there is a request for one process: %s", request.Path)
		}
	}
}

// guideOfficialProvider applies this provider's part alone, with a GUID in place
// of the app: the official provider cannot be had without its registry, and it
// would want a foundation that runs apps. Its part is held to its syntax by
// TestExamplesAreFormatted, and to giving what this part takes.
func (r *exampleRun) guideOfficialProvider() {
	official, err := os.ReadFile(filepath.Join(r.source, "official.tf"))
	if err != nil {
		r.Fatal(err)
	}
	if !strings.Contains(string(official), "app_guid = cloudfoundry_app.storefront.id") {
		r.Error("official.tf does not say what app_guid is")
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
		r.Errorf("the process has %d instances of %d MB", p.Instances, p.MemoryInMB)
	}
	// A rollout by the official provider replaces the process.
	r.foundation.StartDeployment(fakecf.AppGUID)
	guid := r.foundation.FinishDeployment(fakecf.AppGUID)
	r.applied()
	if got := r.attribute("cf_process.web", "guid"); got != guid {
		r.Errorf("after a rollout the resource has the GUID %v, not %s", got, guid)
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
	r.Fatalf("%s is not in the state", address)
	return nil
}

func (r *exampleRun) wroteNothing() {
	r.Helper()
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && request.Path != "/oauth/token" {
			r.Errorf("there is a request that writes: %s %s", request.Method, request.Path)
		}
	}
}

// guideTakeEffect changes the memory by a plan and an apply, and restarts the app
// after that: the check finds instances in between.
func (r *exampleRun) guideTakeEffect() {
	r.prepare("main.tf")
	r.applied()
	outdated := func(want string) {
		r.Helper()
		if out := r.command("apply", "-auto-approve", "-no-color"); !strings.Contains(out, "outdated_instances = "+want) ||
			strings.Contains(out, "Not yet in effect") != (want != "[]") {
			r.Errorf("got no outdated_instances = %s with its check:\n%s", want, out)
		}
	}
	r.foundation.RestartApp(fakecf.AppGUID)
	outdated("[]")
	r.edit("main.tf", "memory_in_mb = 512", "memory_in_mb = 768")
	outdated("[\n  0,\n  1,\n  2,\n]")
	r.foundation.RestartApp(fakecf.AppGUID)
	outdated("[]")
}
