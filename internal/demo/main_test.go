package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// prepare sets a temporary folder for the demo, so that the tests can check that it
// is empty afterwards, and an environment that must not affect the demo.
func prepare(t *testing.T) (temporary string) {
	t.Helper()
	t.Chdir("../..")
	temporary = t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("GOCACHE", goEnv(t, "GOCACHE"))
	t.Setenv("GOMODCACHE", goEnv(t, "GOMODCACHE"))
	t.Setenv("HOME", t.TempDir())
	// The demo has to ignore these: they would make it fail or use a real foundation.
	t.Setenv("CF_API_URL", "https://api.invalid")
	t.Setenv("CF_ACCESS_TOKEN", "a-real-token")
	t.Setenv("CF_CLIENT_ID", "a-real-client")
	t.Setenv("TF_CLI_ARGS", "-no-such-flag")
	t.Setenv("TF_VAR_x", "y")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	return temporary
}

func mustBeEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Errorf("temporary folder after the demo: got %s, want nothing", entry.Name())
	}
}

// end is the end of an output, where the CLI reports its errors.
func end(output string) string {
	const most = 2000
	if len(output) <= most {
		return output
	}
	return "…" + output[len(output)-most:]
}

func TestDemo(t *testing.T) {
	cli := os.Getenv("TF_CLI")
	temporary := prepare(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out, cli); err != nil {
		t.Fatalf("demo: got error %.500v, want none; output:\n%s", err, end(out.String()))
	}
	for _, expected := range []string{
		`data "cf_process" "web"`, // the configuration
		`"storefront web" = "3 x 512 MB"`,
		`"payments web" = "(hidden by the API)"`,
		"memory_in_mb = 3072",
		"POST /oauth/token",
	} {
		if !strings.Contains(out.String(), expected) {
			t.Errorf("demo: got output that ends with:\n%s\nwant %q in it", end(out.String()), expected)
		}
	}
	mustBeEmpty(t, temporary)
}

func TestDemoAudit(t *testing.T) {
	cli := os.Getenv("TF_CLI")
	report := filepath.Join(t.TempDir(), "report.html")
	temporary := prepare(t)
	found, err := terraformcli.Find(t.Context(), cli)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = audit(t.Context(), &out, cli, report, 0)
	if !found.AtLeast("1.5.0") {
		// The audit has check blocks, which the CLI does not support.
		if err == nil || !strings.Contains(err.Error()+out.String(), "Unsupported Terraform Core version") {
			t.Errorf("audit with %s: got error %.500v, want Unsupported Terraform Core version; output:\n%s", found, err, end(out.String()))
		}
		return
	}
	if err != nil {
		t.Fatalf("demo: got error %.500v, want none; output:\n%s", err, end(out.String()))
	}
	content, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	// The report shows every feature: findings of each policy, waived findings, a
	// deployment in flight, and a trend.
	_, rest, _ := strings.Cut(string(content), `<script type="application/json" id="data">`)
	data, _, _ := strings.Cut(rest, "</script>")
	var page struct {
		Policies []struct {
			Name          string
			Count, Waived int
		}
		Notes   []string
		History []any
	}
	if err := json.Unmarshal([]byte(data), &page); err != nil {
		t.Fatal(err)
	}
	waived := 0
	for _, policy := range page.Policies {
		waived += policy.Waived
		if policy.Count == 0 {
			t.Errorf("report: got no finding of the policy %s, want one or more", policy.Name)
		}
	}
	if len(page.Policies) < 7 || waived == 0 || len(page.Notes) == 0 || len(page.History) < 2 {
		t.Errorf("report: got %d policies, %d waived findings, the notes %q and %d runs, want at least 7, 1, 1 and 2", len(page.Policies), waived, page.Notes, len(page.History))
	}
	if !strings.Contains(out.String(), "Open "+report) {
		t.Errorf("audit: got output that ends with:\n%s\nwant %q in it", end(out.String()), "Open "+report)
	}
	mustBeEmpty(t, temporary)
}

func TestDemoArguments(t *testing.T) {
	for _, arguments := range [][]string{{"audits"}, {"audit", "many"}, {"audit", "0"}, {"audit", "50001"}, {"audit", "1", "2"}} {
		t.Run(strings.Join(arguments, " "), func(t *testing.T) {
			want := arguments[len(arguments)-1]
			if err := perform(t.Context(), arguments); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("perform(%q): got the error %.500v, want one with %q", arguments, err, want)
			}
		})
	}
}

func TestDemoInterrupted(t *testing.T) {
	cli := os.Getenv("TF_CLI")
	temporary := prepare(t)
	ctx, cancel := context.WithCancel(t.Context())
	out := watch{until: "Reading...", reached: cancel}
	begin := time.Now()
	err := run(ctx, &out, cli)
	if err == nil {
		t.Errorf("interrupted demo: got no error, want one; output:\n%s", end(out.text.String()))
	}
	if ctx.Err() == nil {
		t.Fatalf("demo before the interrupt: got error %.500v, want none; output:\n%s", err, end(out.text.String()))
	}
	if d := time.Since(begin); d > time.Minute {
		t.Errorf("interrupted demo: got its end after %s, want it within a minute", d)
	}
	mustBeEmpty(t, temporary)
}

func TestDemoWithoutCLI(t *testing.T) {
	temporary := prepare(t)
	var out bytes.Buffer
	err := run(t.Context(), &out, "no-such-terraform")
	if err == nil || !strings.Contains(err.Error(), "TF_CLI=no-such-terraform") {
		t.Errorf("demo without a CLI: got the error %.500v, want one with TF_CLI=no-such-terraform", err)
	}
	mustBeEmpty(t, temporary)
}

// watch is an output that calls reached when it contains the text until.
type watch struct {
	text    strings.Builder
	until   string
	reached func()
}

func (w *watch) Write(p []byte) (int, error) {
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.until) {
		w.reached()
	}
	return len(p), nil
}

// goEnv returns a setting of Go that depends on HOME, which prepare changes.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
