package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// make install is enough for terraform init to find the provider, in a home
// directory without any configuration of the CLI; a second one replaces it.
func TestMakeInstall(t *testing.T) {
	t.Parallel()
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatal(err)
	}
	home, work := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(work, "main.tf"), `
		terraform {
		  required_providers {
		    cf = {
		      source = "cf-process/cf"
		    }
		  }
		}
		provider "cf" {}
	`)
	makeTarget := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "make", append(args, "PLUGIN_DIR="+filepath.Join(home, ".terraform.d/plugins"))...)
		cmd.Dir = root
		// The flags of a make that runs the tests are not for this one.
		cmd.Env = append(os.Environ(), "MAKEFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make %q: %v\n%s", args, err, out)
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
			t.Fatalf("%q: %v, want version %s installed\n%s", args, err, version, out)
		}
		if out, err := terraform("validate"); err != nil {
			t.Fatalf("validate: %v\n%s", err, out)
		}
	}

	makeTarget("install", "INSTALL_VERSION=0.0.1")
	mustSelect("0.0.1", "init")
	makeTarget("install", "INSTALL_VERSION=0.0.2")
	mustSelect("0.0.2", "init", "-upgrade")
	makeTarget("uninstall")
	left, err := filepath.Glob(filepath.Join(home, ".terraform.d/plugins/*/*/*/*"))
	if err != nil || len(left) > 0 {
		t.Errorf("after make uninstall: got %q, %v, want nothing", left, err)
	}
}
