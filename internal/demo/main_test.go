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

// prepare gives the demo a temporary folder of its own, to see what it leaves
// there, and an environment that must not matter to it.
func prepare(t *testing.T) (temporary string) {
	t.Helper()
	t.Chdir("../..")
	temporary = t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("GOCACHE", goEnv(t, "GOCACHE"))
	t.Setenv("GOMODCACHE", goEnv(t, "GOMODCACHE"))
	t.Setenv("HOME", t.TempDir())
	// Any of these would fail the run, or go where nobody wants it.
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
		t.Errorf("the demo left %s behind", entry.Name())
	}
}

func TestDemo(t *testing.T) {
	cli := os.Getenv("TF_CLI")
	temporary := prepare(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out, cli); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, expected := range []string{
		`data "cf_process" "web"`, // the configuration
		`"storefront web" = "3 x 512 MB"`,
		`"payments web" = "(hidden by the API)"`,
		"memory_in_mb = 3072",
		"POST /oauth/token",
	} {
		if !strings.Contains(out.String(), expected) {
			t.Errorf("the output lacks %q:\n%s", expected, &out)
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
		// The audit has check blocks; the CLI says so before it reads on.
		if err == nil || !strings.Contains(err.Error()+out.String(), "Unsupported Terraform Core version") {
			t.Errorf("with %s: %v\n%s", found, err, &out)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	content, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	// A picture of everything: each policy finds something, some of it is waived,
	// a deployment is in flight, and there is a trend.
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
			t.Errorf("%s finds nothing", policy.Name)
		}
	}
	if len(page.Policies) < 7 || waived == 0 || len(page.Notes) == 0 || len(page.History) < 2 {
		t.Errorf("got %d policies, %d waived findings, the notes %q and %d runs", len(page.Policies), waived, page.Notes, len(page.History))
	}
	if !strings.Contains(out.String(), "Open "+report) {
		t.Errorf("the output does not name the report:\n%s", &out)
	}
	mustBeEmpty(t, temporary)
}

func TestDemoArguments(t *testing.T) {
	for _, arguments := range [][]string{{"audits"}, {"audit", "many"}, {"audit", "0"}, {"audit", "50001"}, {"audit", "1", "2"}} {
		if err := perform(t.Context(), arguments); err == nil || !strings.Contains(err.Error(), arguments[len(arguments)-1]) {
			t.Errorf("%q: got the error %v, want one that names the argument", arguments, err)
		}
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
		t.Errorf("an interrupted demo succeeded:\n%s", out.text.String())
	}
	if ctx.Err() == nil {
		t.Fatalf("the demo failed before it was interrupted: %v\n%s", err, out.text.String())
	}
	if d := time.Since(begin); d > time.Minute {
		t.Errorf("it took %s", d)
	}
	mustBeEmpty(t, temporary)
}

func TestDemoWithoutCLI(t *testing.T) {
	temporary := prepare(t)
	var out bytes.Buffer
	err := run(t.Context(), &out, "no-such-terraform")
	if err == nil || !strings.Contains(err.Error(), "TF_CLI=no-such-terraform") {
		t.Errorf("got the error %v", err)
	}
	mustBeEmpty(t, temporary)
}

// watch is an output that tells when a text has come.
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

// goEnv is a setting of Go that hangs on HOME, which the demo loses here.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
