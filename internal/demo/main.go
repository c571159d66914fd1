// Demo is `make demo`: Terraform reads processes through the provider, from a
// foundation in memory. It needs no account and leaves nothing behind.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// example is the configuration that is run, seen from the repository's root.
const example = "examples/demo"

func main() {
	// The first Ctrl-C ends the demo through run's clean-up.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Getenv("TF_CLI"))
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case interrupted:
		fmt.Fprintln(os.Stderr, "\nInterrupted; everything is cleaned up.")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
}

// run does the whole demo and removes what it made, however it ends.
func run(ctx context.Context, out io.Writer, wanted string) (err error) {
	dir, err := os.MkdirTemp("", "terraform-provider-cf-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	say := func(text string) { fmt.Fprintln(out, text) }

	cliDir := filepath.Join(dir, "cli")
	if err := os.Mkdir(cliDir, 0o755); err != nil {
		return err
	}
	cli, err := terraformcli.FindOrInstall(ctx, wanted, cliDir, say)
	if err != nil {
		return err
	}

	say("Building the provider …")
	provider, err := terraformcli.Build(ctx, dir)
	if err != nil {
		return err
	}

	foundation, err := fakecf.Start()
	if err != nil {
		return err
	}
	defer foundation.Close()
	say("A foundation in memory listens on " + foundation.URL() + ".")

	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		return err
	}
	if err := terraformcli.CopyConfiguration(work, example); err != nil {
		return fmt.Errorf("reading %s (run the demo from the repository's root): %w", example, err)
	}
	if err := show(out, filepath.Join(work, "main.tf")); err != nil {
		return err
	}

	env := map[string]string{
		"CF_API_URL":  foundation.URL(),
		"CF_USER":     fakecf.User,
		"CF_PASSWORD": fakecf.Password,
	}
	tf, err := provider.Terraform(cli, work, env)
	if err != nil {
		return err
	}
	say(fmt.Sprintf("\n%s runs it, with CF_API_URL=%s and a made-up user in CF_USER and CF_PASSWORD.\n", cli, foundation.URL()))
	if err := apply(ctx, tf, out); err != nil {
		return err
	}

	say("\nThe requests behind it, one discovery and one login for all reads:\n")
	for _, request := range foundation.Requests() {
		say(fmt.Sprintf("    %d  %s %s", request.Status, request.Method, request.Path))
	}
	say("\nYour own foundation: see README.md. Change " + example + "/main.tf and run the demo again.")
	return nil
}

// apply shows what Terraform shows, but for the first step, which only says
// that it found the provider.
func apply(ctx context.Context, tf *tfexec.Terraform, out io.Writer) error {
	if err := tf.Init(ctx); err != nil {
		return fmt.Errorf("terraform init: %w", err)
	}
	tf.SetStdout(out)
	if err := tf.Apply(ctx); err != nil {
		return fmt.Errorf("terraform apply: %w", err)
	}
	return nil
}

// show prints the configuration, set off from the rest.
func show(out io.Writer, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s/%s:\n\n", example, filepath.Base(path))
	for line := range strings.Lines(string(content)) {
		fmt.Fprint(out, strings.TrimRight("    "+line, " \n")+"\n")
	}
	return nil
}
