package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

const (
	// auditExample is the configuration that audits, seen from the repository's root.
	auditExample = "examples/audit"
	// reportFile is where its report goes; git ignores it.
	reportFile = "audit-report.html"
)

// audit runs the audit of a company's foundation and writes its report to path.
func audit(ctx context.Context, out io.Writer, wanted, path string) error {
	return onStage(ctx, out, wanted, auditExample, func(s *stage) error {
		populate(s.foundation)
		s.say(fmt.Sprintf("\n%s applies %s, which only reads.\n", s.cli, auditExample))
		if err := s.apply(ctx); err != nil {
			return err
		}
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
		s.say(fmt.Sprintf("\nThe foundation answered %d requests. Open %s in a browser.", s.foundation.Count("GET", "/v3/"), path))
		s.say("Your own foundation: see " + auditExample + "/README.md.")
		return nil
	}, fakecf.WithoutSeed())
}
