package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// After make install, terraform init finds the provider for the configuration
// of README.md, in a home directory without any configuration of the CLI. A
// second make install replaces the first.
func TestMakeInstall(t *testing.T) {
	t.Parallel()
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatal(err)
	}
	home, work := t.TempDir(), t.TempDir()
	_, block, _ := strings.Cut(readFile(t, filepath.Join(root, "README.md")), "```terraform\n")
	block, _, _ = strings.Cut(block, "```")
	writeFile(t, filepath.Join(work, "main.tf"), block)
	makeTarget := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "make", append(args, "PLUGIN_DIR="+filepath.Join(home, ".terraform.d/plugins"))...)
		cmd.Dir = root
		// Do not inherit the flags of a make that runs the tests.
		cmd.Env = append(os.Environ(), "MAKEFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make %q: got error %v, want none; output:\n%.2000s", args, err, out)
		}
	}
	terraform := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), cli.Path, append(args, "-no-color")...)
		cmd.Dir = work
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "CHECKPOINT_DISABLE=1"}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	mustSelect := func(version string, args ...string) {
		t.Helper()
		if out, err := terraform(args...); err != nil || !strings.Contains(out, "Installed cf-process/cf v"+version) {
			t.Fatalf("terraform %q: got error %v, want version %s installed; output:\n%.2000s", args, err, version, out)
		}
		if out, err := terraform("validate"); err != nil {
			t.Fatalf("terraform validate: got error %v, want none; output:\n%.2000s", err, out)
		}
	}

	makeTarget("install", "INSTALL_VERSION=0.0.1")
	mustSelect("0.0.1", "init")
	makeTarget("install", "INSTALL_VERSION=0.0.2")
	mustSelect("0.0.2", "init", "-upgrade")
	makeTarget("uninstall")
	left, err := filepath.Glob(filepath.Join(home, ".terraform.d/plugins/*/*/*/*"))
	if err != nil || len(left) > 0 {
		t.Errorf("make uninstall: got the files %q (error %v), want none", left, err)
	}
}
