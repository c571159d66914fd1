package acctest_test

import (
	"fmt"
	"io/fs"
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

const examplesDir = "../../examples"

// example is one configuration of examples/: a file that stands for itself on a
// page of docs/, or a folder.
type example struct {
	path  string // below examples/
	known func(terraformcli.CLI) bool
	run   func(*exampleRun)
}

// exampleRun is one example on its way, with a foundation of its own.
type exampleRun struct {
	*testing.T
	cli        terraformcli.CLI
	provider   *terraformcli.Provider
	foundation *fakecf.Foundation
	source     string // file or folder of the example
	work       string // where Terraform works
	tf         *tfexec.Terraform
}

// TestExamples runs every example as it stands against a foundation in memory.
// Only what the environment and the variables of the provider's settings can
// say is substituted. An example for a newer CLI is left to runs with one.
func TestExamples(t *testing.T) {
	t.Parallel()
	cli, provider := setUp(t)
	examples := collect(t)
	if len(examples) < 5 {
		t.Fatalf("found only %d examples", len(examples))
	}
	for _, e := range examples {
		if e.known != nil && !e.known(cli) {
			t.Logf("%s needs a newer CLI than %s", e.path, cli)
			continue
		}
		t.Run(e.path, func(t *testing.T) {
			t.Parallel()
			r := &exampleRun{
				T: t, cli: cli, provider: provider, foundation: fakecf.New(t),
				source: filepath.Join(examplesDir, e.path), work: t.TempDir(),
			}
			var err error
			r.tf, err = provider.Terraform(cli, r.work, r.environment())
			if err != nil {
				t.Fatal(err)
			}
			e.run(r)
		})
	}
}

// TestExamplesAreFormatted holds the examples to `terraform fmt`. A CLI without
// provider functions cannot read the examples of them.
func TestExamplesAreFormatted(t *testing.T) {
	t.Parallel()
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatal(err)
	}
	readable := map[string]bool{} // by folder
	err = filepath.WalkDir(examplesDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" && filepath.Ext(path) != ".hcl" {
			return err
		}
		content, err := os.ReadFile(path)
		folder := filepath.Dir(path)
		if _, seen := readable[folder]; !seen {
			readable[folder] = true
		}
		if !cli.HasFunctions() && strings.Contains(string(content), "provider::") {
			readable[folder] = false
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(readable) == 0 {
		t.Fatal("there are no examples")
	}
	for folder, can := range readable {
		if !can {
			continue
		}
		out, err := exec.CommandContext(t.Context(), cli.Path, "fmt", "-check", "-diff", folder).CombinedOutput()
		if err != nil {
			t.Errorf("%s fmt: %v\n%s", cli.Path, err, out)
		}
	}
}

func setUp(t *testing.T) (terraformcli.CLI, *terraformcli.Provider) {
	t.Helper()
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatalf("the tests need a Terraform or OpenTofu: %v", err)
	}
	provider, err := terraformcli.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return cli, provider
}

// collect finds every example and how it is run. A file for which there is no
// way fails the test: nothing in examples/ goes unchecked.
func collect(t *testing.T) []example {
	t.Helper()
	var examples []example
	err := filepath.WalkDir(examplesDir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(examplesDir, path)
		if err != nil {
			return err
		}
		kind, rest, nested := strings.Cut(filepath.ToSlash(relative), "/")
		if !nested {
			return nil // a README of the whole
		}
		e := example{path: filepath.ToSlash(relative)}
		name := entry.Name()
		switch {
		case kind == "provider" || kind == "data-sources":
			e.known, e.run = requiredVersion(t, path), (*exampleRun).apply
		case kind == "resources" && strings.HasPrefix(name, "resource"):
			e.known, e.run = requiredVersion(t, path), (*exampleRun).apply
		case kind == "resources" && name == "import.sh":
			e.run = (*exampleRun).importCommands
		case kind == "resources" && name == "import-by-string-id.tf":
			e.known, e.run = terraformcli.CLI.HasImportBlocks, (*exampleRun).importBlocks
		case kind == "resources" && name == "import-by-identity.tf":
			e.known, e.run = terraformcli.CLI.HasIdentity, (*exampleRun).importBlocks
		case kind == "functions":
			e.known, e.run = terraformcli.CLI.HasFunctions, (*exampleRun).apply
		case kind == "actions":
			e.known, e.run = terraformcli.CLI.HasActions, (*exampleRun).invoke
		case kind == "list-resources":
			e.known, e.run = terraformcli.CLI.HasQuery, (*exampleRun).query
		case relative == filepath.Join("audit", "main.tf"):
			e.path, e.known, e.run = kind, requiredVersion(t, path), (*exampleRun).audit
		case kind == "guides" && name == "main.tf":
			e.path, e.known = "guides/"+filepath.Base(filepath.Dir(path)), requiredVersion(t, path)
			if e.run = guides[filepath.Base(filepath.Dir(path))]; e.run == nil {
				t.Errorf("examples/%s has no test", e.path)
				return nil
			}
		case kind == "guides":
			return nil // belongs to the main.tf next to it
		case !strings.Contains(rest, "/") && name == "main.tf":
			e.path, e.known, e.run = kind, requiredVersion(t, path), (*exampleRun).apply
		default:
			_, err := os.Stat(filepath.Join(examplesDir, kind, "main.tf"))
			if err != nil && strings.Contains(name, ".tf") {
				t.Errorf("examples/%s is an example that no test runs", e.path)
			}
			return nil
		}
		examples = append(examples, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return examples
}

var versionConstraint = regexp.MustCompile(`required_version\s*=\s*">= ([\d.]+)"`)

// requiredVersion is what the configuration asks of the CLI.
func requiredVersion(t *testing.T, path string) func(terraformcli.CLI) bool {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	match := versionConstraint.FindSubmatch(content)
	if match == nil {
		return nil
	}
	return func(cli terraformcli.CLI) bool { return cli.AtLeast(string(match[1])) }
}

func (r *exampleRun) environment() map[string]string {
	return map[string]string{
		"CF_API_URL":  r.foundation.URL(),
		"CF_USER":     fakecf.User,
		"CF_PASSWORD": fakecf.Password,
	}
}

// apply applies the example, sees that the next plan is empty, and destroys.
func (r *exampleRun) apply() {
	r.prepare("main.tf")
	r.applied()
	if err := r.tf.Destroy(r.Context()); err != nil {
		r.Fatal(err)
	}
}

// applied applies what is prepared and sees that the next plan is empty.
func (r *exampleRun) applied() {
	r.Helper()
	if err := r.tf.Apply(r.Context()); err != nil {
		r.Fatal(err)
	}
	r.nothingLeft()
}

// nothingLeft sees that a plan changes no resource. An output may change: a
// report has its date.
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
			r.Errorf("the next plan wants to %v %s", change.Change.Actions, change.Address)
		}
	}
}

var invocation = regexp.MustCompile(`-invoke=(action\.[\w.]+)`)

// invoke applies the example and then invokes the actions as its comments say.
func (r *exampleRun) invoke() {
	content := r.prepare("main.tf")
	r.applied()
	for _, match := range invocation.FindAllStringSubmatch(content, -1) {
		r.command("apply", "-auto-approve", "-no-color", "-invoke="+match[1])
	}
}

var importCommand = regexp.MustCompile(`(?m)^terraform import (cf_\w+)\.(\w+) "?([^"\s]+)"?$`)

// importCommands runs each `terraform import` of the shell script, with the
// resource that it presumes.
func (r *exampleRun) importCommands() {
	content := r.prepare("import.sh")
	matches := importCommand.FindAllStringSubmatch(content, -1)
	if len(matches) == 0 {
		r.Fatal("there is no terraform import in it")
	}
	for i, match := range matches {
		name := fmt.Sprintf("%s_%d", match[2], i)
		address := fmt.Sprintf("guid = %q", match[3])
		if app, kind, both := strings.Cut(match[3], "/"); both {
			address = fmt.Sprintf("app_guid = %q\n  type = %q", app, kind)
		}
		r.write(name+".tf", fmt.Sprintf("resource %q %q {\n  %s\n}\n", match[1], name, address))
		if err := r.tf.Init(r.Context()); err != nil {
			r.Fatal(err)
		}
		if err := r.tf.Import(r.Context(), match[1]+"."+name, match[3]); err != nil {
			r.Fatal(err)
		}
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
	r.applied()
	for _, request := range r.foundation.Requests() {
		if request.Method == http.MethodPatch || strings.HasSuffix(request.Path, "/actions/scale") {
			r.Errorf("the import changed the process: %s %s", request.Method, request.Path)
		}
	}
}

// query runs `terraform query`, which has to find something.
func (r *exampleRun) query() {
	r.prepare("main.tfquery.hcl")
	if err := r.tf.Init(r.Context()); err != nil {
		r.Fatal(err)
	}
	if out := r.command("query", "-no-color"); !strings.Contains(out, "guid=") {
		r.Errorf("terraform query found nothing:\n%s", out)
	}
}

// requiredProviders is what every configuration has, and what the examples of
// a page leave out after the first.
const requiredProviders = `terraform {
  required_providers {
    cf = {
      source = "cf-process/cf"
    }
  }
}
`

// prepare copies the example to where Terraform works, a file under the given
// name, gives values to its variables, and initializes it where it is a
// configuration by itself. It returns the text of the example.
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

// setVariables gives values to the variables by which examples take the
// provider's settings, and to those that name what is there.
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
		r.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
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
