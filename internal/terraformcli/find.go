// Package terraformcli runs a real Terraform or OpenTofu with the provider built
// from this repository: for the demo, the tests of the examples and the benchmarks.
// The CLI gets neither the user's configuration nor credentials of the environment.
package terraformcli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// installTimeout bounds the download of Terraform, some 30 MB.
const installTimeout = 3 * time.Minute

// CLI is Terraform or OpenTofu.
type CLI struct {
	Path     string
	Version  *version.Version
	OpenTofu bool
}

// String returns the name and the version.
func (c CLI) String() string {
	if c.OpenTofu {
		return "OpenTofu " + c.Version.String()
	}
	return "Terraform " + c.Version.String()
}

// HasFunctions reports whether configurations can call provider functions.
func (c CLI) HasFunctions() bool {
	if c.OpenTofu {
		return c.AtLeast("1.7.0")
	}
	return c.AtLeast("1.8.0")
}

// HasImportBlocks reports whether configurations can have import blocks with a
// string id, and whether a plan can generate configuration for them.
func (c CLI) HasImportBlocks() bool {
	if c.OpenTofu {
		return c.AtLeast("1.6.0")
	}
	return c.AtLeast("1.5.0")
}

// HasIdentity reports whether import blocks can name an identity.
func (c CLI) HasIdentity() bool { return !c.OpenTofu && c.AtLeast("1.12.0") }

// HasActions reports whether configurations can have actions.
func (c CLI) HasActions() bool { return !c.OpenTofu && c.AtLeast("1.14.0") }

// HasQuery reports whether there are list resources and `terraform query`.
func (c CLI) HasQuery() bool { return !c.OpenTofu && c.AtLeast("1.14.0") }

// AtLeast reports whether the CLI has this version or a later one.
func (c CLI) AtLeast(minimum string) bool {
	return c.Version.Core().GreaterThanOrEqual(version.Must(version.NewVersion(minimum)))
}

// Find finds the CLI with the wanted name on the PATH, or at the wanted path. If
// wanted is empty, it looks for terraform, then tofu, on the PATH.
func Find(ctx context.Context, wanted string) (CLI, error) {
	names := []string{"terraform", "tofu"}
	if wanted != "" {
		names = []string{wanted}
	}
	var failures []error
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		return inspect(ctx, path)
	}
	return CLI{}, errors.Join(failures...)
}

// FindOrInstall is Find, except that it downloads the newest Terraform into dir if
// wanted is empty and there is no CLI. It announces that with say.
func FindOrInstall(ctx context.Context, wanted, dir string, say func(string)) (CLI, error) {
	cli, err := Find(ctx, wanted)
	switch {
	case err == nil:
		return cli, nil
	case wanted != "":
		return CLI{}, fmt.Errorf("TF_CLI=%s: %w", wanted, err)
	case !errors.Is(err, exec.ErrNotFound):
		return CLI{}, err
	}
	say("Neither terraform nor tofu is on the PATH: downloading Terraform from releases.hashicorp.com …")
	latest := releases.LatestVersion{Product: product.Terraform, InstallDir: dir, Timeout: installTimeout}
	path, err := latest.Install(ctx)
	if err != nil {
		return CLI{}, fmt.Errorf("there is no Terraform or OpenTofu on the PATH, and downloading Terraform failed: %w\n"+
			"Install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu "+
			"(https://opentofu.org/docs/intro/install/), or set its path: TF_CLI=/path/to/terraform", err)
	}
	return inspect(ctx, path)
}

// inspect runs the program at path to learn its name and version.
func inspect(ctx context.Context, path string) (CLI, error) {
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = environment("", map[string]string{"CHECKPOINT_DISABLE": "1"})
	out, err := cmd.Output()
	if err != nil {
		return CLI{}, fmt.Errorf("%s version -json: %w", path, err)
	}
	// OpenTofu has the key terraform_version, too, for compatibility. Only its text
	// output has its name.
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return CLI{}, fmt.Errorf("%s version -json: %w", path, err)
	}
	parsed, err := version.NewVersion(answer.Version)
	if err != nil {
		return CLI{}, fmt.Errorf("%s version -json: %w", path, err)
	}
	tofu, err := isOpenTofu(ctx, path)
	return CLI{Path: path, Version: parsed, OpenTofu: tofu}, err
}
