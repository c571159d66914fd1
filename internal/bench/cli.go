package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

const (
	blocks  = 1_000
	latency = 5 * time.Millisecond
	module  = "github.com/cf-process/terraform-provider-cf"
)

// side is a provider that Terraform runs, with its configurations.
type side struct {
	provider *terraformcli.Provider
	cli      terraformcli.CLI
	cpuLog   string
	work     string
	env      map[string]string
}

// measureCLI are the rows with a real Terraform.
func measureCLI(ctx context.Context, rounds int) (rows []row, err error) {
	cli, err := terraformcli.Find(ctx, os.Getenv("TF_CLI"))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cf-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := newProcesses(blocks, latency)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.close()) }()

	env := map[string]string{"CF_API_URL": f.url(), "CF_ACCESS_TOKEN": "bench"}
	ours, err := newSide(ctx, cli, filepath.Join(dir, "cf"), module, configuration("cf_process", f.guids), env)
	if err != nil {
		return nil, err
	}
	canned, err := newSide(ctx, cli, filepath.Join(dir, "canned"), module+"/internal/bench/canned", configuration("cf_process", f.guids), env)
	if err != nil {
		return nil, err
	}
	usual, err := newSide(ctx, cli, filepath.Join(dir, "usual"), module+"/internal/bench/usual", configuration("cf_process", f.guids), env)
	if err != nil {
		return nil, err
	}
	base, err := newSide(ctx, cli, filepath.Join(dir, "nothing"), module+"/internal/bench/nothing", configuration("cf_nothing", f.guids), nil)
	if err != nil {
		return nil, err
	}

	schema, err := ours.against(ctx, base, rounds, "providers", "schema", "-json")
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{
		"Schema: `terraform providers schema -json` against a provider with one empty data source", "≤ 1.10 ×",
		fmt.Sprintf("%.2f ×", schema), schema <= 1.10,
	})

	if err := os.RemoveAll(ours.cpuLog); err != nil {
		return nil, err
	}
	f.reset()
	plan, err := ours.against(ctx, base, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	requests, connections := f.requests.Load()/int64(rounds), f.connections.Load()/int64(rounds)
	rows = append(rows, row{
		"Requests and connections of 1,000 `cf_process` blocks", "1,000 and ≤ 12", fmt.Sprintf("%d and %d", requests, connections),
		requests == blocks && connections <= 12,
	})
	cpu, err := ours.cpu()
	if err != nil {
		return nil, err
	}
	each := cpu / time.Duration(rounds*blocks)
	rows = append(rows, row{
		"CPU of the provider for each of them (all of its processes, validation included)", "≤ 1.5 ms",
		fmt.Sprintf("%.2f ms", float64(each)/float64(time.Millisecond)), each <= 1500*time.Microsecond,
	})
	// Terraform's own share, and the framework's, grow with what a block holds. So
	// there is a base of the same shape, built as providers are, and what is left
	// without the framework and without any work.
	shaped, err := ours.against(ctx, usual, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	bare, err := ours.against(ctx, canned, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	least, err := canned.against(ctx, base, rounds, "plan", "-no-color")
	if err != nil {
		return nil, err
	}
	return append(rows, row{
		fmt.Sprintf("Wall time of %d `cf_process` blocks, %s a response, against as many blocks of one attribute that make no request", blocks, latency),
		"≤ 1.25 × wall", fmt.Sprintf("%.2f ×", plan), plan <= 1.25,
	}, row{
		"What of this a provider takes that does nothing but repeat one answer of the same shape, without the framework", "none",
		fmt.Sprintf("%.2f ×", least), true,
	}, row{
		"`cf_process` against that provider", "none", fmt.Sprintf("%.2f ×", bare), true,
	}, row{
		"`cf_process` against blocks of the same shape, from the same framework, that make no request", "none",
		fmt.Sprintf("%.2f ×", shaped), true,
	}), nil
}

// configuration has as many blocks of the data source as are measured.
func configuration(source string, guids []string) string {
	var b strings.Builder
	b.WriteString("terraform {\n  required_providers {\n    cf = { source = \"cf-process/cf\" }\n  }\n}\n")
	for i, guid := range guids {
		fmt.Fprintf(&b, "data %q \"p%d\" { guid = %q }\n", source, i, guid)
	}
	return b.String()
}

// newSide builds a provider and prepares its configuration.
func newSide(ctx context.Context, cli terraformcli.CLI, dir, pkg, config string, env map[string]string) (*side, error) {
	s := &side{cli: cli, cpuLog: filepath.Join(dir, "cpu"), work: filepath.Join(dir, "work"), env: env}
	if err := os.MkdirAll(s.work, 0o755); err != nil {
		return nil, err
	}
	var err error
	if s.provider, err = terraformcli.BuildPackage(ctx, dir, pkg); err != nil {
		return nil, err
	}
	if err := s.countCPU(dir); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.work, "main.tf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	_, err = s.run(ctx, "init", "-no-color")
	return s, err
}

// countCPU puts a script in front of the provider that notes what CPU time it
// took: Terraform starts it several times for a command.
func (s *side) countCPU(dir string) error {
	binary := filepath.Join(dir, "provider")
	return filepath.WalkDir(filepath.Join(dir, "mirror"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if _, err := os.Stat(binary); errors.Is(err, fs.ErrNotExist) {
			if err := os.Link(path, binary); err != nil {
				return err
			}
		}
		if err := os.Remove(path); err != nil {
			return err
		}
		script := fmt.Sprintf("#!/bin/sh\n%q \"$@\"\ntimes >> %q\n", binary, s.cpuLog)
		return os.WriteFile(path, []byte(script), 0o755) // Terraform has to run it
	})
}

// cpu is the CPU time that the provider took so far.
func (s *side) cpu() (time.Duration, error) {
	noted, err := os.ReadFile(s.cpuLog)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, text := range strings.Fields(string(noted)) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, err
		}
		sum += d
	}
	return sum, nil
}

// against is the time on the clock of a command with s against that with base.
func (s *side) against(ctx context.Context, base *side, rounds int, args ...string) (float64, error) {
	ratios := make([]float64, 0, rounds)
	for range rounds {
		mine, err := s.run(ctx, args...)
		if err != nil {
			return 0, err
		}
		other, err := base.run(ctx, args...)
		if err != nil {
			return 0, err
		}
		ratios = append(ratios, float64(mine)/float64(other))
	}
	return median(ratios), nil
}

func (s *side) run(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, s.cli.Path, args...)
	cmd.Dir, cmd.Env = s.work, s.provider.Environ(s.env)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out[max(0, len(out)-3000):])
	}
	return time.Since(began), nil
}
