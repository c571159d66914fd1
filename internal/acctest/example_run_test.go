package acctest_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// exampleRun is the run of one example, with a separate foundation.
type exampleRun struct {
	*testing.T
	cli        terraformcli.CLI
	provider   *terraformcli.Provider
	foundation *fakecf.Foundation
	source     string // file or folder of the example
	work       string // where Terraform works
	tf         *tfexec.Terraform
}

func (r *exampleRun) environment() map[string]string {
	return map[string]string{
		"CF_API_URL":  r.foundation.URL(),
		"CF_USER":     fakecf.User,
		"CF_PASSWORD": fakecf.Password,
	}
}

// row runs a part of the test in t.Run, and reports to it until it ends.
func (r *exampleRun) row(name string, check func()) {
	r.Helper()
	r.Run(name, func(t *testing.T) {
		whole := r.T
		r.T = t
		defer func() { r.T = whole }()
		check()
	})
}

// end is the end of an output for a failure text: there the CLI reports errors.
func end(output string) string {
	const most = 2000
	if len(output) <= most {
		return output
	}
	return "…" + output[len(output)-most:]
}

// describe is a value for a failure text, cut to a readable length.
func describe(value any) string { return fmt.Sprintf("%.500s", fmt.Sprintf("%+v", value)) }

// apply applies the example, checks that the next plan is empty, and destroys.
func (r *exampleRun) apply() {
	r.prepare("main.tf")
	r.applied()
	if err := r.tf.Destroy(r.Context()); err != nil {
		r.Fatal(err)
	}
}

// applied applies the prepared configuration and checks that the next plan is empty.
func (r *exampleRun) applied() {
	r.Helper()
	if err := r.tf.Apply(r.Context()); err != nil {
		r.Fatal(err)
	}
	r.nothingLeft()
}

// nothingLeft checks that a plan changes no resource. An output may change: a
// report contains its date.
func (r *exampleRun) nothingLeft() {
	r.Helper()
	if _, err := r.tf.Plan(r.Context(), tfexec.Out("next.tfplan")); err != nil {
		r.Fatal(err)
	}
	plan, err := r.tf.ShowPlanFile(r.Context(), "next.tfplan")
	if err != nil {
		r.Fatal(err)
	}
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() && !change.Change.Actions.Read() {
			r.Errorf("next plan: got %v of %s, want no change", change.Change.Actions, change.Address)
		}
	}
}

var invocation = regexp.MustCompile(`-invoke=(action\.[\w.]+)`)

// invoke applies the example and then invokes the actions with the commands in its
// comments.
func (r *exampleRun) invoke() {
	content := r.prepare("main.tf")
	r.applied()
	for _, match := range invocation.FindAllStringSubmatch(content, -1) {
		r.row(match[1], func() { r.command("apply", "-auto-approve", "-no-color", "-invoke="+match[1]) })
	}
}

var importCommand = regexp.MustCompile(`(?m)^terraform import (cf_\w+)\.(\w+) "?([^"\s]+)"?$`)

// importCommands runs each `terraform import` of the shell script, with a
// resource block for it.
func (r *exampleRun) importCommands() {
	content := r.prepare("import.sh")
	matches := importCommand.FindAllStringSubmatch(content, -1)
	if len(matches) == 0 {
		r.Fatalf("%s: got no terraform import, want one or more", r.source)
	}
	for i, match := range matches {
		r.row("import "+match[3], func() {
			name := fmt.Sprintf("%s_%d", match[2], i)
			address := fmt.Sprintf("guid = %q", match[3])
			if app, typ, both := strings.Cut(match[3], "/"); both {
				address = fmt.Sprintf("app_guid = %q\n  type = %q", app, typ)
			}
			r.write(name+".tf", fmt.Sprintf("resource %q %q {\n  %s\n}\n", match[1], name, address))
			if err := r.tf.Init(r.Context()); err != nil {
				r.Fatal(err)
			}
			if err := r.tf.Import(r.Context(), match[1]+"."+name, match[3]); err != nil {
				r.Fatal(err)
			}
		})
	}
	r.nothingLeft()
}

// importBlocks lets Terraform write the configuration for the example's import
// blocks and imports.
func (r *exampleRun) importBlocks() {
	r.prepare("import.tf")
	if err := r.tf.Init(r.Context()); err != nil {
		r.Fatal(err)
	}
	if _, err := r.tf.Plan(r.Context(), tfexec.GenerateConfigOut("generated.tf")); err != nil {
		r.Fatal(err)
	}
	// Since 1.14, Terraform lets the provider omit the effective command and user.
	generated, err := os.ReadFile(filepath.Join(r.work, "generated.tf"))
	if err != nil {
		r.Fatal(err)
	}
	if effective := regexp.MustCompile(`(?m)^ +(command|user) +=`).Match(generated); effective == r.cli.HasQuery() {
		r.Errorf("generated configuration: got command or user in it: %t, want %t:\n%.2000s", effective, !effective, generated)
	}
	r.applied()
	for _, request := range r.foundation.Requests() {
		if request.Method == http.MethodPatch || strings.HasSuffix(request.Path, "/actions/scale") {
			r.Errorf("import: got the request %s %.200s, want no write", request.Method, request.Path)
		}
	}
}

// query runs `terraform query`, which has to return a process.
func (r *exampleRun) query() {
	r.prepare("main.tfquery.hcl")
	if err := r.tf.Init(r.Context()); err != nil {
		r.Fatal(err)
	}
	if out := r.command("query", "-no-color"); !strings.Contains(out, "guid=") {
		r.Errorf("terraform query: got\n%s\nwant a process with guid= in it", end(out))
	}
}

// requiredProviders is the block that every configuration needs, and that only
// the first example of a page shows.
const requiredProviders = `terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}
`

// prepare copies the example to Terraform's working folder, a single file under
// the given name, sets its variables, and runs terraform init where the name is
// main.tf. It returns the text of the example.
func (r *exampleRun) prepare(name string) string {
	r.Helper()
	info, err := os.Stat(r.source)
	if err != nil {
		r.Fatal(err)
	}
	if info.IsDir() {
		if err := terraformcli.CopyConfiguration(r.work, r.source); err != nil {
			r.Fatal(err)
		}
	} else {
		content, err := os.ReadFile(r.source)
		if err != nil {
			r.Fatal(err)
		}
		r.write(name, string(content))
	}
	files, err := filepath.Glob(filepath.Join(r.work, "*"))
	if err != nil {
		r.Fatal(err)
	}
	var text strings.Builder
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			continue // a module of the example
		}
		content, err := os.ReadFile(file)
		if err != nil {
			r.Fatal(err)
		}
		text.Write(content)
	}
	r.setVariables(text.String())
	if !strings.Contains(text.String(), "required_providers") {
		r.write("terraform.tf", requiredProviders)
	}
	if name == "main.tf" {
		if err := r.tf.Init(r.Context()); err != nil {
			r.Fatal(err)
		}
	}
	return text.String()
}

var variable = regexp.MustCompile(`(?m)^variable "(\w+)"`)

// setVariables sets the variables of the provider's settings, and those that
// name objects of the foundation.
func (r *exampleRun) setVariables(configuration string) {
	r.Helper()
	values := map[string]string{
		"cf_client_id":     fakecf.ClientID,
		"cf_client_secret": fakecf.ClientSecret,
		"cf_user":          fakecf.User,
		"cf_password":      fakecf.Password,
		"index":            "0",
	}
	var lines []string
	for _, match := range variable.FindAllStringSubmatch(configuration, -1) {
		value, ok := values[match[1]]
		switch {
		case strings.HasSuffix(match[1], "api_url"):
			value = r.foundation.URL()
		case strings.HasSuffix(match[1], "access_token"):
			value = r.foundation.Token(fakecf.Admin)
		case !ok:
			continue // has a default, or Terraform fails and names it
		}
		lines = append(lines, fmt.Sprintf("%s = %q", match[1], value))
	}
	if len(lines) > 0 {
		slices.Sort(lines)
		r.write("settings.auto.tfvars", strings.Join(lines, "\n")+"\n")
	}
}

func (r *exampleRun) write(name, content string) {
	r.Helper()
	if err := os.WriteFile(filepath.Join(r.work, name), []byte(content), 0o600); err != nil {
		r.Fatal(err)
	}
}

// command runs the CLI with arguments that terraform-exec has no function for.
func (r *exampleRun) command(args ...string) string {
	r.Helper()
	out, err := r.tryCommand(args...)
	if err != nil {
		r.Fatalf("terraform %.300s: got error %v, want none; output:\n%s", strings.Join(args, " "), err, end(out))
	}
	return out
}

// tryCommand runs the CLI with arguments that may make it fail.
func (r *exampleRun) tryCommand(args ...string) (string, error) {
	cmd := exec.CommandContext(r.Context(), r.cli.Path, args...)
	cmd.Dir, cmd.Env = r.work, r.provider.Environ(r.environment())
	out, err := cmd.CombinedOutput()
	return string(out), err
}
