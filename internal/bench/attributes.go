package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// attributesConfiguration reads all processes and uses them in an output, like an
// audit; kept is the argument attributes, or empty.
func attributesConfiguration(kept string) string {
	return `terraform {
  required_providers {
    cf = { source = "cf-process/cf" }
  }
}
data "cf_processes" "all" {
` + kept + `}
output "memory_in_mb" {
  value = sum([for p in data.cf_processes.all.processes : p.instances * p.memory_in_mb])
}
`
}

// measureAttributes measures the rows about a list that keeps only some attributes,
// with Terraform: plan, apply and state.
func measureAttributes(ctx context.Context, cli terraformcli.CLI, rounds int) (rows []row, err error) {
	dir, err := os.MkdirTemp("", "cf-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := newFoundation(10_000)
	if err != nil {
		return nil, err
	}
	defer f.close()
	env := map[string]string{"CF_API_URL": f.server.URL, "CF_ACCESS_TOKEN": "bench"}
	all, err := newSide(ctx, cli, filepath.Join(dir, "all"), module, attributesConfiguration(""), env)
	if err != nil {
		return nil, err
	}
	some, err := newSide(ctx, cli, filepath.Join(dir, "some"), module,
		attributesConfiguration("  attributes = [\"app_guid\", \"type\", \"instances\", \"memory_in_mb\"]\n"), env)
	if err != nil {
		return nil, err
	}

	var ratios []float64
	var totals, shares []time.Duration
	for range rounds {
		whole, own, err := all.applyCPU(ctx)
		if err != nil {
			return nil, err
		}
		part, _, err := some.applyCPU(ctx)
		if err != nil {
			return nil, err
		}
		ratios = append(ratios, float64(part)/float64(whole))
		totals, shares = append(totals, whole), append(shares, own)
	}
	sizes := make([]int64, 0, 2)
	for _, s := range []*side{some, all} {
		state, err := os.Stat(filepath.Join(s.work, "terraform.tfstate"))
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, state.Size())
	}
	cpu, size := median(ratios), float64(sizes[0])/float64(sizes[1])
	total, own := median(totals), median(shares)
	return []row{
		{
			"`cf_processes` with 10,000 processes through Terraform, CPU of `apply`: four `attributes` against all", "≤ 0.5 ×",
			fmt.Sprintf("%.2f ×", cpu), cpu <= 0.5,
		},
		{
			"The same, size of the state", "≤ 0.45 ×",
			fmt.Sprintf("%.2f × (%.1f MB for %.1f MB)", size, float64(sizes[0])/1e6, float64(sizes[1])/1e6), size <= 0.45,
		},
		{
			"The provider's share of that CPU with all attributes; the rest is Terraform's own", "none",
			fmt.Sprintf("%.0f %% (%.1f s of %.1f s)", 100*float64(own)/float64(total), own.Seconds(), total.Seconds()), true,
		},
	}, nil
}

// applyCPU applies the configuration without a state, and returns the CPU time of
// Terraform with its plugins, and that of the plugins alone.
func (s *side) applyCPU(ctx context.Context) (total, plugins time.Duration, err error) {
	for _, leftover := range []string{filepath.Join(s.work, "terraform.tfstate"), s.cpuLog} {
		if err := os.RemoveAll(leftover); err != nil {
			return 0, 0, err
		}
	}
	cmd := exec.CommandContext(ctx, s.cli.Path, "apply", "-auto-approve", "-no-color")
	cmd.Dir, cmd.Env = s.work, s.provider.Environ(s.env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("apply: %w\n%s", err, out[max(0, len(out)-3000):])
	}
	if strings.Contains(string(out), "Warning") {
		return 0, 0, fmt.Errorf("apply warns:\n%s", out[max(0, len(out)-3000):])
	}
	plugins, err = s.cpu()
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), plugins, err
}
