package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// session is what a demo runs in: a foundation in memory, a CLI with the provider
// of this repository, and a copy of an example.
type session struct {
	foundation *fakecf.Foundation
	cli        terraformcli.CLI
	tf         *tfexec.Terraform
	work       string // folder of the copy
	out        io.Writer
}

// withSession sets up a session, calls run with it, and removes it afterwards.
func withSession(
	ctx context.Context, out io.Writer, wanted, example string, run func(*session) error, options ...fakecf.Option,
) (err error) {
	dir, err := os.MkdirTemp("", "terraform-provider-cf-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s := &session{work: filepath.Join(dir, "work"), out: out}

	cliDir := filepath.Join(dir, "cli")
	for _, folder := range []string{cliDir, s.work} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	if s.cli, err = terraformcli.FindOrInstall(ctx, wanted, cliDir, s.say); err != nil {
		return err
	}

	s.say("Building the provider …")
	provider, err := terraformcli.Build(ctx, dir)
	if err != nil {
		return err
	}

	if s.foundation, err = fakecf.Start(options...); err != nil {
		return err
	}
	defer s.foundation.Close()
	s.say("A foundation in memory listens on " + s.foundation.URL() + ".")

	if err := terraformcli.CopyConfiguration(s.work, example); err != nil {
		return fmt.Errorf("reading %s (run the demo from the repository's root): %w", example, err)
	}
	env := map[string]string{
		"CF_API_URL":  s.foundation.URL(),
		"CF_USER":     fakecf.User,
		"CF_PASSWORD": fakecf.Password,
	}
	if s.tf, err = provider.Terraform(s.cli, s.work, env); err != nil {
		return err
	}
	return run(s)
}

func (s *session) say(text string) { fmt.Fprintln(s.out, text) }

// apply initializes and applies the copy, and prints the output of the apply.
func (s *session) apply(ctx context.Context, options ...tfexec.ApplyOption) error {
	if err := s.tf.Init(ctx); err != nil {
		return fmt.Errorf("terraform init: %w", err)
	}
	s.tf.SetStdout(s.out)
	if err := s.tf.Apply(ctx, options...); err != nil {
		return fmt.Errorf("terraform apply: %w", err)
	}
	return nil
}
