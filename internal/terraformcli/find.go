// Package terraformcli runs a real Terraform or OpenTofu with the provider
// built from this repository: for the demo, the test of the examples and
// measurements. What runs sees neither the user's configuration of the CLI nor
// any credential of the environment.
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

// installPatience bounds the download of Terraform, some 30 MB.
const installPatience = 3 * time.Minute

// CLI is a Terraform or an OpenTofu.
type CLI struct {
	Path     string
	Version  *version.Version
	OpenTofu bool
}

// String is the name and the version, as people say it.
func (c CLI) String() string {
	if c.OpenTofu {
		return "OpenTofu " + c.Version.String()
	}
	return "Terraform " + c.Version.String()
}

// HasFunctions tells whether configurations can call provider functions.
func (c CLI) HasFunctions() bool {
	if c.OpenTofu {
		return c.AtLeast("1.7.0")
	}
	return c.AtLeast("1.8.0")
}

// HasImportBlocks tells whether configurations can have import blocks with a
// string id, and whether a plan can generate configuration for them.
func (c CLI) HasImportBlocks() bool {
	if c.OpenTofu {
		return c.AtLeast("1.6.0")
	}
	return c.AtLeast("1.5.0")
}

// HasIdentity tells whether import blocks can name an identity.
func (c CLI) HasIdentity() bool { return !c.OpenTofu && c.AtLeast("1.12.0") }

// HasActions tells whether configurations can have actions.
func (c CLI) HasActions() bool { return !c.OpenTofu && c.AtLeast("1.14.0") }

// HasQuery tells whether there are list resources and `terraform query`.
func (c CLI) HasQuery() bool { return !c.OpenTofu && c.AtLeast("1.14.0") }

// AtLeast tells whether the CLI has this version or a later one.
func (c CLI) AtLeast(minimum string) bool {
	return c.Version.Core().GreaterThanOrEqual(version.Must(version.NewVersion(minimum)))
}

// Find looks for the CLI that is wanted, a name on the PATH or a path; without
// one for terraform, then tofu, on the PATH.
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

// FindOrInstall is Find, and when nothing is wanted by name and nothing found,
// it downloads the newest Terraform into dir and tells say so first.
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
	latest := releases.LatestVersion{Product: product.Terraform, InstallDir: dir, Timeout: installPatience}
	path, err := latest.Install(ctx)
	if err != nil {
		return CLI{}, fmt.Errorf("there is no Terraform or OpenTofu on the PATH, and downloading Terraform failed: %w\n"+
			"Install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu "+
			"(https://opentofu.org/docs/intro/install/), or say where it is: TF_CLI=/path/to/terraform", err)
	}
	return inspect(ctx, path)
}

// inspect asks the program at path what it is.
func inspect(ctx context.Context, path string) (CLI, error) {
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = environment("", map[string]string{"CHECKPOINT_DISABLE": "1"})
	out, err := cmd.Output()
	if err != nil {
		return CLI{}, fmt.Errorf("%s version -json: %w", path, err)
	}
	// OpenTofu says terraform_version too, for the sake of tools; only its
	// text says what it is.
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
