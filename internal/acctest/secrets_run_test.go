package acctest_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// secretRun runs Terraform on configurations that read secrets from files:
// Terraform stores the configuration and its variables in plans.
type secretRun struct {
	*testing.T
	cli      terraformcli.CLI
	provider *terraformcli.Provider
	secrets  *planted
	files    string // holds the secrets
	count    int
	env      map[string]string
}

// file writes a secret to a file, and returns its path.
func (r *secretRun) file(content string) string {
	r.Helper()
	r.count++
	path := filepath.Join(r.files, fmt.Sprint("value-", r.count))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		r.Fatal(err)
	}
	return path
}

// block is a provider block with the credential.
func (r *secretRun) block(alias, address, ca string, credential map[string]string) string {
	r.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "provider \"cf\" {\n  alias = %q\n  api_url = %q\n  max_retries = 1\n", alias, address)
	if ca != "" {
		fmt.Fprintf(&b, "  ca_certificate = file(%q)\n", r.file(ca))
	}
	for name, value := range credential {
		fmt.Fprintf(&b, "  %s = file(%q)\n", name, r.file(value))
	}
	b.WriteString("}\n")
	return b.String()
}

// session writes a session of the cf CLI, and returns its home.
func (r *secretRun) session(target, token, refresh, clientSecret string) string {
	r.Helper()
	home := filepath.Join(r.files, "home")
	config, err := json.Marshal(map[string]any{
		"Target": target, "AccessToken": "bearer " + token, "RefreshToken": refresh, "UAAOAuthClient": "planted-oauth-client",
		"UAAOAuthClientSecret": clientSecret, "UaaEndpoint": target, "AuthorizationEndpoint": target,
	})
	if err != nil {
		r.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, ".cf"), 0o700); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".cf", "config.json"), config, 0o600); err != nil {
		r.Fatal(err)
	}
	return home
}

// configure writes a configuration and initializes it.
func (r *secretRun) configure(config string) string {
	r.Helper()
	work := r.TempDir()
	if !strings.Contains(config, "required_providers") {
		config = "terraform {\n  required_providers {\n    cf = { source = \"cf-process/cf\" }\n  }\n}\n" + config
	}
	r.write(work, "main.tf", config)
	r.terraform(work, true, "init", "-no-color")
	return work
}

// write writes a file of a configuration.
func (r *secretRun) write(work, name, content string) {
	r.Helper()
	if err := os.WriteFile(filepath.Join(work, name), []byte(content), 0o600); err != nil {
		r.Fatal(err)
	}
}

// forget removes a provider alias and its blocks from the configuration.
func (r *secretRun) forget(work, alias string) {
	r.Helper()
	path := filepath.Join(work, "main.tf")
	config, err := os.ReadFile(path)
	if err != nil {
		r.Fatal(err)
	}
	var kept []string
	for _, block := range strings.SplitAfter(string(config), "\n}\n") {
		if !strings.Contains(block, "alias = \""+alias+"\"") && !strings.Contains(block, "cf."+alias) {
			kept = append(kept, block)
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(kept, "")), 0o600); err != nil {
		r.Fatal(err)
	}
}

// terraform runs a command with its log in the working directory, keeps what it
// writes there too, and returns it.
func (r *secretRun) terraform(work string, succeeds bool, args ...string) string {
	r.Helper()
	r.count++
	env := map[string]string{"TF_LOG": "TRACE", "TF_LOG_PATH": filepath.Join(work, fmt.Sprintf("trace-%d.log", r.count))}
	for name, value := range r.env {
		env[name] = value
	}
	cmd := exec.CommandContext(r.Context(), r.cli.Path, args...)
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Env = work, r.provider.Environ(env)
	out, err := cmd.CombinedOutput()
	if (err == nil) != succeeds {
		if form, found := r.secrets.in(out); found {
			out = fmt.Appendf(nil, "(omitted: it has a secret of %d bytes)", len(form))
		}
		r.Fatalf("terraform %.300s: got error %v, want success: %t; output:\n%s", strings.Join(args, " "), err, succeeds, end(string(out)))
	}
	if err := os.WriteFile(filepath.Join(work, fmt.Sprintf("output-%d", r.count)), out, 0o600); err != nil {
		r.Fatal(err)
	}
	return string(out)
}

// search searches every file that was written for the secrets, also the files
// inside plans.
func (r *secretRun) search(work string) {
	r.Helper()
	logs := 0
	err := filepath.WalkDir(work, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.clean(path, content)
		if strings.HasPrefix(entry.Name(), "crash") {
			r.Errorf("working directory: got %s, want no crash log", entry.Name())
		}
		// Lines of the provider, not only of Terraform.
		if strings.HasPrefix(entry.Name(), "trace") && bytes.Contains(content, []byte("HTTP attempt")) {
			logs++
		}
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil //nolint:nilerr // not a plan
		}
		for _, file := range archive.File {
			reader, err := file.Open()
			if err != nil {
				return err
			}
			inside, err := io.ReadAll(reader)
			if err != nil {
				return err
			}
			r.clean(path+": "+file.Name, inside)
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	if logs == 0 && r.env["CF_SSO_PASSCODE"] == "" {
		r.Error("logs: got no line of the provider with HTTP attempt, want some")
	}
}

func (r *secretRun) clean(path string, content []byte) {
	r.Helper()
	form, found := r.secrets.in(content)
	if !found {
		return
	}
	at := bytes.Index(content, []byte(form))
	from := max(0, at-300)
	r.Errorf("%s: got a secret, want none, after: …%s", filepath.Base(path), content[from:at])
}
