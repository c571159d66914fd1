package terraformcli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// Version is the version of the provider that Build builds. It satisfies the
// version constraints of the examples.
const Version = "0.1.0"

// sources are the addresses of the provider in configurations: those in the two
// default registries, and those that are implied if a configuration has none.
var sources = []string{
	"registry.terraform.io/cf-process/cf",
	"registry.terraform.io/hashicorp/cf",
	"registry.opentofu.org/cf-process/cf",
	"registry.opentofu.org/hashicorp/cf",
}

// Provider is the provider of this repository, built into a filesystem mirror. The
// mirror is the only installation method of the CLI, so that it does not contact a
// registry.
type Provider struct {
	dir string // has the mirror, the CLI's configuration and its home
}

// Build builds the provider into dir. The working directory must be inside the
// module.
func Build(ctx context.Context, dir string) (*Provider, error) {
	return BuildPackage(ctx, dir, "github.com/cf-process/terraform-provider-cf")
}

// BuildPackage is Build for another provider of this module, which replaces the
// real one.
func BuildPackage(ctx context.Context, dir, pkg string) (*Provider, error) {
	binary := filepath.Join(dir, "terraform-provider-cf_v"+Version)
	if runtime.GOOS == "windows" {
		binary += ".exe" // Windows needs it to run the file
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary,
		"-ldflags", "-X main.version="+Version, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("building the provider: %w\n%s", err, output.String())
	}

	mirror := filepath.Join(dir, "mirror")
	for _, source := range sources {
		place := filepath.Join(mirror, filepath.FromSlash(source), Version, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(place, 0o755); err != nil {
			return nil, err
		}
		if err := os.Link(binary, filepath.Join(place, filepath.Base(binary))); err != nil {
			return nil, err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "home"), 0o700); err != nil {
		return nil, err
	}
	p := &Provider{dir: dir}
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	return p, os.WriteFile(p.configFile(), []byte(config), 0o600)
}

func (p *Provider) configFile() string { return filepath.Join(p.dir, "cli.tfrc") }

// Terraform returns the CLI for the configuration in workDir. The CLI and the
// provider get the variables of env, and from the environment of this process only
// those that a program needs to run.
func (p *Provider) Terraform(cli CLI, workDir string, env map[string]string) (*tfexec.Terraform, error) {
	tf, err := tfexec.NewTerraform(workDir, cli.Path)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, pair := range p.Environ(env) {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	if err := tf.SetEnv(all); err != nil {
		return nil, err
	}
	return tf, nil
}

// Environ is the environment of Terraform, for callers that start the CLI with
// os/exec.
func (p *Provider) Environ(env map[string]string) []string {
	all := map[string]string{
		"CHECKPOINT_DISABLE": "1",
		"TF_CLI_CONFIG_FILE": p.configFile(),
	}
	for name, value := range env {
		all[name] = value
	}
	return environment(filepath.Join(p.dir, "home"), all)
}

// environment is env and the variables that a program needs to run. It does not
// include CF_*, TF_*, proxies or tokens of a CI.
func environment(home string, env map[string]string) []string {
	var result []string
	for _, name := range []string{"PATH", "TMPDIR", "TMP", "TEMP", "LANG", "SYSTEMROOT"} {
		if value, ok := os.LookupEnv(name); ok {
			result = append(result, name+"="+value)
		}
	}
	result = append(result, "HOME="+home)
	for name, value := range env {
		result = append(result, name+"="+value)
	}
	return result
}

// CopyConfiguration copies the configuration in the folder from into the folder
// to, without hidden files and state files.
func CopyConfiguration(to, from string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		left := strings.HasPrefix(entry.Name(), ".") || strings.Contains(entry.Name(), ".tfstate")
		switch {
		case relative == ".":
			return nil
		case left && entry.IsDir():
			return fs.SkipDir
		case left:
			return nil
		case entry.IsDir():
			return os.Mkdir(filepath.Join(to, relative), 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), content, 0o600)
	})
}

// isOpenTofu reports whether the program at path is OpenTofu.
func isOpenTofu(ctx context.Context, path string) (bool, error) {
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = environment("", map[string]string{"CHECKPOINT_DISABLE": "1"})
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("%s version: %w", path, err)
	}
	return bytes.HasPrefix(out, []byte("OpenTofu")), nil
}
