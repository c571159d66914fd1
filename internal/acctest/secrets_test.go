package acctest_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// planted are the secrets of this test. Their ends have to survive any
// encoding, so that they are found in all of them.
type planted struct {
	mu     sync.Mutex
	values []string
}

func (p *planted) add(values ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range values {
		if v != "" && !slices.Contains(p.values, v) {
			p.values = append(p.values, v)
		}
	}
}

// in is the first secret that shows in the content, in any of its forms or by
// more than a third of it.
func (p *planted) in(content []byte) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range p.values {
		forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`)}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			forms = append(forms, encoding.EncodeToString([]byte(secret)))
		}
		if quoted, err := json.Marshal(secret); err == nil {
			forms = append(forms, string(quoted[1:len(quoted)-1]))
		}
		if third := len(secret) / 3; third >= 12 {
			forms = append(forms, secret[:third], secret[third:2*third], secret[len(secret)-third:])
		}
		for _, form := range forms {
			if bytes.Contains(content, []byte(form)) {
				return form, true
			}
		}
	}
	return "", false
}

// echo is a foundation that repeats in its errors whatever it is sent. It says
// it in another way under each path.
type echo struct{ url string }

func newEcho(t *testing.T) *echo {
	t.Helper()
	e := &echo{}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// echoes are the ways in which the echo answers, by process.
var echoes = []string{"json", "text", "header", "redirect", "long", "ok", "type", "unauthorized"}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	said := r.Header.Get("Authorization") + " " + string(body)
	if form, err := url.ParseQuery(string(body)); err == nil {
		for _, values := range form {
			said += " " + strings.Join(values, " ")
		}
	}
	if id, secret, ok := r.BasicAuth(); ok {
		said += " " + id + ":" + secret
	}
	oneLine := strings.Join(strings.Fields(said), " ")
	w.Header().Set("X-VCAP-Request-ID", oneLine)
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // the client may have gone away
	}
	switch kind := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; {
	case r.URL.Path == "/":
		link := map[string]any{"href": e.url}
		answer(http.StatusOK, map[string]any{"links": map[string]any{"uaa": link, "login": link, "cloud_controller_v3": link}})
	case kind == "token":
		// Padded, so that a message is cut in the middle of the secret.
		answer(http.StatusUnauthorized, map[string]any{"error": said, "error_description": strings.Repeat("x", 150) + said})
	case kind == "json":
		answer(http.StatusUnprocessableEntity, map[string]any{"errors": []any{
			map[string]any{"code": 10008, "title": said, "detail": said}, map[string]any{"detail": strings.Repeat("y ", 900) + said},
		}})
	case kind == "text":
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, strings.Repeat("z", 250)+said)
	case kind == "header":
		w.Header().Set("X-Cf-RouterError", oneLine)
		w.Header().Set("X-Cf-Warnings", oneLine)
		w.WriteHeader(http.StatusNotFound)
	case kind == "redirect":
		w.Header().Set("Location", "https://"+strings.ToLower(kind)+".example.com/"+url.PathEscape(oneLine)+"?"+url.QueryEscape(oneLine))
		w.WriteHeader(http.StatusFound)
	case kind == "long":
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, strings.Repeat(said, 1+(300<<10)/len(said)))
	case kind == "ok":
		_, _ = io.WriteString(w, said)
	case kind == "type":
		answer(http.StatusOK, map[string]any{"guid": said, "instances": said})
	default:
		answer(http.StatusUnauthorized, map[string]any{"errors": []any{map[string]any{"code": 1000, "title": "x", "detail": said}}})
	}
}

// TestNoSecretAnywhere plants a secret in every secret input, runs every
// feature and every failure with TF_LOG=TRACE, and looks for the secrets in
// everything that Terraform and the provider wrote.
func TestNoSecretAnywhere(t *testing.T) {
	t.Parallel()
	cli, built := setUp(t)
	secrets := &planted{}
	run := &secretRun{T: t, cli: cli, provider: built, secrets: secrets, files: t.TempDir()}

	f := fakecf.New(t, fakecf.WithTLS())
	secret := func(name string) string {
		value := `planted "` + name + `" /+secret&=%41; ` + strings.ToUpper(name) + "-the-rest-of-it"
		secrets.add(value)
		return value
	}
	password, oauthSecret, clientSecret := secret("password"), secret("oauth-client"), secret("client")
	f.SetUser("planted-user", password, "uaa", fakecf.Admin)
	f.SetClient("planted-oauth-client", oauthSecret, fakecf.Admin)
	f.SetClient("planted-client", clientSecret, fakecf.Admin)
	assertion := "eyJwbGFudGVkIjoiaGVhZGVyIn0.planted-assertion-body-that-is-long.planted-assertion-signature"
	f.SetAssertion(assertion, fakecf.AssertionOrigin, fakecf.Admin)
	passcode, token, refresh := f.NewPasscode(fakecf.Admin), f.Token(fakecf.Admin), f.NewRefreshToken(fakecf.Admin)
	other := f.NewRefreshToken(fakecf.Admin)
	secrets.add(assertion, passcode, token, refresh, other)
	k := fakecf.New(t, fakecf.WithFlavor(fakecf.Korifi))
	certificate := k.ClientCert(fakecf.Admin)
	secrets.add(certificate)
	credentials := map[string]map[string]string{
		"password":  {"user": "planted-user", "password": password, "cf_client_id": "planted-oauth-client", "cf_client_secret": oauthSecret},
		"client":    {"cf_client_id": "planted-client", "cf_client_secret": clientSecret},
		"token":     {"access_token": "bearer " + token},
		"refresh":   {"refresh_token": refresh},
		"renewed":   {"access_token": "an-access-token-that-is-planted-and-over", "refresh_token": other},
		"assertion": {"assertion_token": assertion, "origin": fakecf.AssertionOrigin},
		"passcode":  {"sso_passcode": passcode},
	}
	secrets.add("an-access-token-that-is-planted-and-over")

	t.Run("features", func(t *testing.T) {
		run.T = t
		// A refused token on the way, some hiccups, and errors that pass.
		f.AddFault(fakecf.Fault{Path: "/v3/processes/" + fakecf.GUIDTanzu, Times: 1, Do: fakecf.Status(401)})
		f.AddFault(fakecf.Fault{Path: "/v3/processes/" + fakecf.GUIDTanzu, From: 2, Times: 1, Do: fakecf.Close()})
		var config strings.Builder
		for alias, credential := range credentials {
			config.WriteString(run.block(alias, f.URL(), f.CAPEM(), credential))
			fmt.Fprintf(&config, "data \"cf_process\" %q {\n  provider = cf.%s\n  guid = %q\n}\n", alias, alias, fakecf.GUIDLabels)
		}
		config.WriteString(run.block("korifi", k.URL(), "", map[string]string{"access_token": "clientcert " + certificate}))
		fmt.Fprintf(&config, "data \"cf_process\" \"korifi\" {\n  provider = cf.korifi\n  guid = %q\n}\n", fakecf.GUIDWeb)
		config.WriteString(features())
		if cli.HasFunctions() {
			config.WriteString("output \"functions\" { value = [provider::cf::megabytes(\"1G\"), provider::cf::bytes(\"16K\")] }\n")
		}
		work := run.configure(config.String())
		run.terraform(work, true, "apply", "-auto-approve", "-no-color")
		// One-time passcodes are for one process.
		run.forget(work, "passcode")
		run.terraform(work, true, "plan", "-no-color", "-out=plan.tfplan")
		run.terraform(work, true, "show", "-json", "plan.tfplan")
		run.terraform(work, true, "show", "-json")
		run.terraform(work, true, "destroy", "-auto-approve", "-no-color")
		for _, r := range append(f.Requests(), k.Requests()...) {
			// The public client of the cf CLI is no secret.
			if id, _, _ := (&http.Request{Header: r.Header}).BasicAuth(); id != "cf" {
				_, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
				secrets.add(value)
			}
		}
		if n := f.Count("POST", "/oauth/token"); n < len(credentials) {
			t.Errorf("only %d logins", n)
		}
		run.search(work)
	})

	t.Run("failures", func(t *testing.T) {
		run.T = t
		e := newEcho(t)
		config := ""
		for alias, credential := range credentials {
			config += run.block(alias, e.url, "", credential)
			if alias != "token" {
				config += fmt.Sprintf("data \"cf_process\" %q {\n  provider = cf.%s\n  guid = \"json\"\n}\n", alias, alias)
			}
		}
		config += run.block("whole", e.url, "", map[string]string{"access_token": "clientcert " + certificate})
		for _, alias := range []string{"token", "whole"} {
			for _, way := range echoes {
				config += fmt.Sprintf("data \"cf_process\" \"%s_%s\" {\n  provider = cf.%s\n  guid = %q\n}\n", alias, way, alias, way)
			}
		}
		config += "data \"cf_processes\" \"all\" { provider = cf.token }\n" +
			"data \"cf_process_stats\" \"x\" {\n  provider = cf.token\n  guid = \"json\"\n}\n" +
			"data \"cf_process_sidecars\" \"x\" {\n  provider = cf.token\n  guid = \"json\"\n}\n" +
			"resource \"cf_process\" \"x\" {\n  provider = cf.token\n  guid = \"json\"\n  instances = 2\n}\n"
		work := run.configure(config)
		out := run.terraform(work, false, "plan", "-no-color")
		if n := strings.Count(out, "Error: "); n < 6+2*len(echoes) {
			t.Errorf("only %d errors:\n%s", n, out)
		}
		if !strings.Contains(out, "[REDACTED]") {
			t.Error("nothing was redacted: the echo is not heard")
		}
		run.search(work)
	})

	t.Run("environment and session", func(t *testing.T) {
		run.T = t
		e := newEcho(t)
		const read = "data \"cf_process\" \"x\" { guid = \"json\" }\n"
		for name, env := range map[string]map[string]string{
			"password": {"CF_USER": "planted-user", "CF_PASSWORD": password, "CF_CLIENT_ID": "planted-client", "CF_CLIENT_SECRET": clientSecret},
			"token":    {"CF_ACCESS_TOKEN": token},
			"mixed":    {"CF_ACCESS_TOKEN": token, "CF_PASSWORD": password, "CF_ASSERTION_TOKEN": assertion, "CF_SSO_PASSCODE": passcode},
			"session":  {"CF_HOME": run.session(e.url, token, refresh, oauthSecret)},
		} {
			work := run.configure("terraform {\n  required_providers {\n    cf = { source = \"cf-process/cf\" }\n  }\n}\n" + read)
			env["CF_API_URL"] = e.url
			run.env = env
			out := run.terraform(work, false, "plan", "-no-color")
			if !strings.Contains(out, "Error: ") {
				t.Errorf("%s: no error:\n%s", name, out)
			}
			run.search(work)
		}
	})
}

// features uses everything that the provider has, with the password.
func features() string {
	const web, app = fakecf.GUIDWeb, fakecf.AppGUID
	return fmt.Sprintf(`
data "cf_processes" "all" {
  provider = cf.password
  include_names = true
}
data "cf_process_stats" "x" {
  provider = cf.password
  guid = %[1]q
}
data "cf_process_instances" "x" {
  provider = cf.password
  guid = %[1]q
}
data "cf_process_sidecars" "x" {
  provider = cf.password
  guid = %[1]q
}
data "cf_process" "tanzu" {
  provider = cf.client
  guid = %[3]q
}
resource "cf_process" "web" {
  provider = cf.password
  app_guid = %[2]q
  command = "bin/changed"
  instances = 2
  memory_in_mb = 256
  metadata = { labels = { a = "b" } }
  wait_for_instances = true
}
output "all" { value = length(data.cf_processes.all.processes) }
`, web, app, fakecf.GUIDTanzu)
}

// secretRun runs Terraform on configurations that name secrets by file only:
// what is in a configuration or a variable, Terraform itself puts into plans.
type secretRun struct {
	*testing.T
	cli      terraformcli.CLI
	provider *terraformcli.Provider
	secrets  *planted
	files    string // holds the secrets
	count    int
	env      map[string]string
}

// file is where a secret is kept.
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

// session is the home of a cf CLI that is logged in.
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
	if err := os.WriteFile(filepath.Join(work, "main.tf"), []byte(config), 0o600); err != nil {
		r.Fatal(err)
	}
	r.terraform(work, true, "init", "-no-color")
	return work
}

// forget takes a provider alias and what it reads out of the configuration.
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
			out = fmt.Appendf(nil, "(its output holds a secret of %d bytes)", len(form))
		}
		r.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	if err := os.WriteFile(filepath.Join(work, fmt.Sprintf("output-%d", r.count)), out, 0o600); err != nil {
		r.Fatal(err)
	}
	return string(out)
}

// search looks for the secrets in every file that was written, and in what
// plans hold.
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
			r.Errorf("there is a %s", entry.Name())
		}
		// The provider's own lines, not only Terraform's.
		if strings.HasPrefix(entry.Name(), "trace") && bytes.Contains(content, []byte("HTTP attempt")) {
			logs++
		}
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil //nolint:nilerr // no plan
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
		r.Error("no log has lines of the provider")
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
	r.Errorf("%s shows a secret after: …%s", filepath.Base(path), content[from:at])
}
