package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

const (
	// auditExample is the configuration that audits, seen from the repository's root.
	auditExample = "examples/audit"
	// reportFile is where its report goes; git ignores it.
	reportFile = "audit-report.html"
)

// audit runs the audit of a company's foundation with at least so many
// processes, and writes its report to path.
func audit(ctx context.Context, out io.Writer, wanted, path string, processes int) error {
	return withSession(ctx, out, wanted, auditExample, func(s *session) error {
		populate(s.foundation, processes)
		s.say(fmt.Sprintf("\n%s applies %s, which only reads.\n", s.cli, auditExample))
		if err := os.WriteFile(filepath.Join(s.work, "history.json"), history(time.Now()), 0o600); err != nil {
			return err
		}
		begun, used := time.Now(), cpuOfChildren()
		err := s.apply(ctx,
			tfexec.Var("title=Cloud Foundry audit of a company that does not exist"),
			tfexec.Var("reader="+fakecf.User),
			tfexec.Var(fmt.Sprintf("about={CLI=%q}", s.cli)),
		)
		if err != nil {
			return err
		}
		state, err := os.Stat(filepath.Join(s.work, "terraform.tfstate"))
		if err != nil {
			return err
		}
		s.say(fmt.Sprintf("\nIt took %.1f s (%.1f s of CPU, %s and the provider); the state has %.1f MB.",
			time.Since(begun).Seconds(), (cpuOfChildren() - used).Seconds(), s.cli, float64(state.Size())/1e6))
		s.tf.SetStdout(io.Discard) // the outputs are long
		outputs, err := s.tf.Output(ctx)
		if err != nil {
			return fmt.Errorf("terraform output: %w", err)
		}
		var report string
		if err := json.Unmarshal(outputs["report"].Value, &report); err != nil {
			return fmt.Errorf("the output report: %w", err)
		}
		if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
			return err
		}
		s.say(fmt.Sprintf("The foundation answered %d requests. Open %s in a browser.", s.foundation.Count("GET", "/v3/"), path))
		s.say("Your own foundation: see " + auditExample + "/README.md.")
		return nil
	}, fakecf.WithoutSeed())
}

// history is what the audit counted in the weeks before, as the file that its
// output history is kept in.
func history(now time.Time) []byte {
	type run struct {
		ReadAt string         `json:"read_at"`
		Counts map[string]int `json:"counts"`
	}
	const weeks = 9
	var runs []run
	for week := range weeks {
		left := weeks - week // it gets better
		runs = append(runs, run{
			ReadAt: now.AddDate(0, 0, -7*left).UTC().Format(time.RFC3339),
			Counts: map[string]int{
				"crashed": 5 + left%3, "few_instances": 3 + left/2, "no_readiness_check": 30 + 2*left, "no_log_limit": 62 + 4*left,
				"port_check": 32 + left, "much_memory": 25 - left%4, "missing_labels": 77 + 5*left,
			},
		})
	}
	content, err := json.MarshalIndent(runs, "", "  ")
	if err != nil {
		panic(err) // strings and numbers
	}
	return append(content, '\n')
}
