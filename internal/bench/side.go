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

// side is a provider that Terraform runs, with its configurations.
type side struct {
	provider *terraformcli.Provider
	cli      terraformcli.CLI
	cpuLog   string
	work     string
	env      map[string]string
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

// with returns the side with another environment.
func (s *side) with(env map[string]string) *side {
	other := *s
	other.env = env
	return &other
}

// countCPU replaces the provider with a script that runs it and records its CPU
// time: Terraform starts it several times for a command.
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

// cpu returns the CPU time of the provider so far.
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

// against returns the wall-clock time of a command with s divided by that with
// base.
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
