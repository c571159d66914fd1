// Demo is `make demo`: Terraform reads processes through the provider, from a
// foundation in memory. It does not need an account, and removes its files. With
// the argument audit it is `make demo-audit`, which writes a report; a number after
// it is the minimum number of processes in the audited foundation.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// mostProcesses bounds the foundation of the audit, which is in memory.
const mostProcesses = 50_000

// example is the configuration to run, relative to the root of the repository.
const example = "examples/demo"

func main() {
	// The first Ctrl-C cancels the context, so that the demo cleans up.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := perform(ctx, os.Args[1:])
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

// perform runs the demo of the arguments.
func perform(ctx context.Context, args []string) error {
	switch {
	case len(args) == 0:
		return run(ctx, os.Stdout, os.Getenv("TF_CLI"))
	case args[0] == "audit" && len(args) == 1:
		return audit(ctx, os.Stdout, os.Getenv("TF_CLI"), reportFile, 0)
	case args[0] == "audit" && len(args) == 2:
		processes, err := strconv.Atoi(args[1])
		if err != nil || processes < 1 || processes > mostProcesses {
			return fmt.Errorf("the number of processes is %q, want 1 to %d", args[1], mostProcesses)
		}
		return audit(ctx, os.Stdout, os.Getenv("TF_CLI"), reportFile, processes)
	}
	return fmt.Errorf("got the arguments %q, want none, audit, or audit and a number of processes", args)
}

// run runs the demo, and removes its files afterwards.
func run(ctx context.Context, out io.Writer, wanted string) error {
	return withSession(ctx, out, wanted, example, func(s *session) error {
		if err := show(out, filepath.Join(s.work, "main.tf")); err != nil {
			return err
		}
		s.say(fmt.Sprintf("\n%s runs it, with CF_API_URL=%s and a made-up user in CF_USER and CF_PASSWORD.\n", s.cli, s.foundation.URL()))
		if err := s.apply(ctx); err != nil {
			return err
		}
		s.say("\nThe requests behind it, one discovery and one login for all reads:\n")
		for _, request := range s.foundation.Requests() {
			s.say(fmt.Sprintf("    %d  %s %s", request.Status, request.Method, request.Path))
		}
		s.say("\nYour own foundation: see README.md. Change " + example + "/main.tf and run the demo again.")
		return nil
	})
}

// show prints the configuration with an indent.
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
