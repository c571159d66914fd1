package acctest_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

const examplesDir = "../../examples"

// example is one configuration of examples/: a file that is shown alone on a page
// of docs/, or a folder.
type example struct {
	path  string // below examples/
	known func(terraformcli.CLI) bool
	run   func(*exampleRun)
}

// TestExamples runs every example unchanged against a foundation in memory. Only
// environment variables and Terraform variables of the provider's settings are
// set. An example for a newer CLI runs only with such a CLI.
func TestExamples(t *testing.T) {
	t.Parallel()
	cli, provider := setUp(t)
	examples := collect(t)
	if len(examples) < 5 {
		t.Fatalf("%s: got %d examples, want at least 5", examplesDir, len(examples))
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

// TestExamplesAreFormatted runs `terraform fmt -check` on the examples. A CLI
// without provider functions cannot parse the examples of them.
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
		t.Fatalf("%s: got no examples, want some", examplesDir)
	}
	for folder, can := range readable {
		if !can {
			continue
		}
		t.Run(folder, func(t *testing.T) {
			out, err := exec.CommandContext(t.Context(), cli.Path, "fmt", "-check", "-diff", folder).CombinedOutput()
			if err != nil {
				t.Errorf("%s fmt -check: got error %v, want none:\n%.2000s", cli.Path, err, out)
			}
		})
	}
}

func setUp(t *testing.T) (terraformcli.CLI, *terraformcli.Provider) {
	t.Helper()
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatalf("CLI: got error %v, want a Terraform or OpenTofu for the tests", err)
	}
	provider, err := terraformcli.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return cli, provider
}

// collect returns every example with the method that runs it. A file of
// examples/ without one fails the test.
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
			return nil // the README of the folder
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
				t.Errorf("examples/%s: got no test, want one in guides (guides_test.go)", e.path)
				return nil
			}
		case kind == "guides":
			return nil // belongs to the main.tf next to it
		case !strings.Contains(rest, "/") && name == "main.tf":
			e.path, e.known, e.run = kind, requiredVersion(t, path), (*exampleRun).apply
		default:
			_, err := os.Stat(filepath.Join(examplesDir, kind, "main.tf"))
			if err != nil && strings.Contains(name, ".tf") {
				t.Errorf("examples/%s: got no test, want a case for it in collect", e.path)
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

// requiredVersion returns the version constraint that the configuration has for the
// CLI, or nil.
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
