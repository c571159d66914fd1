package acctest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

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
		// A token that is refused once, and a connection that breaks once.
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
		if cli.HasActions() {
			config.WriteString(actions("password", fakecf.GUIDWeb))
		}
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
		if cli.HasActions() {
			for _, action := range actionNames {
				run.terraform(work, true, "apply", "-no-color", "-auto-approve", "-invoke=action."+action+".x")
			}
		}
		if cli.HasQuery() {
			run.write(work, "all.tfquery.hcl", list("password"))
			if out := run.terraform(work, true, "query", "-no-color"); !strings.Contains(out, fakecf.GUIDWeb) {
				t.Errorf("terraform query: got\n%s\nwant the process %s in it", end(out), fakecf.GUIDWeb)
			}
		}
		run.terraform(work, true, "destroy", "-auto-approve", "-no-color")
		for _, r := range append(f.Requests(), k.Requests()...) {
			// The public client of the cf CLI is not a secret.
			if id, _, _ := (&http.Request{Header: r.Header}).BasicAuth(); id != "cf" {
				_, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
				secrets.add(value)
			}
		}
		if n := f.Count("POST", "/oauth/token"); n < len(credentials) {
			t.Errorf("all commands: got %d logins, want at least %d", n, len(credentials))
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
			t.Errorf("plan: got %d errors, want at least %d:\n%s", n, 6+2*len(echoes), end(out))
		}
		if !strings.Contains(out, "[REDACTED]") {
			t.Error("plan: got no [REDACTED] in the output, want it where the server echoes the credential")
		}
		run.search(work)

		// Actions and queries, each of which ends with an error.
		alone := run.block("token", e.url, "", credentials["token"])
		if cli.HasActions() {
			work := run.configure(alone + actions("token", "json"))
			for _, action := range actionNames {
				out := run.terraform(work, false, "apply", "-no-color", "-auto-approve", "-invoke=action."+action+".x")
				if !strings.Contains(out, "[REDACTED]") {
					t.Errorf("action %s: got\n%s\nwant [REDACTED] in it, where the server echoes the credential", action, end(out))
				}
			}
			run.search(work)
		}
		if cli.HasQuery() {
			work := run.configure(alone)
			run.write(work, "all.tfquery.hcl", list("token"))
			if out := run.terraform(work, false, "query", "-no-color"); !strings.Contains(out, "[REDACTED]") {
				t.Errorf("terraform query: got\n%s\nwant [REDACTED] in it, where the server echoes the credential", end(out))
			}
			run.search(work)
		}
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
			t.Run(name, func(t *testing.T) {
				run.T = t
				work := run.configure("terraform {\n  required_providers {\n    cf = { source = \"cf-process/cf\" }\n  }\n}\n" + read)
				env["CF_API_URL"] = e.url
				run.env = env
				out := run.terraform(work, false, "plan", "-no-color")
				if !strings.Contains(out, "Error: ") {
					t.Errorf("plan: got\n%s\nwant an error in it", end(out))
				}
				run.search(work)
			})
		}
	})
}

// features returns a configuration with every data source and resource, which
// logs in with the password.
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

// actionNames are the types of the actions.
var actionNames = []string{"cf_process_scale", "cf_process_rolling_restart", "cf_process_terminate_instance", "cf_app_restart"}

// actions returns a configuration with all actions, for Terraform 1.14 and newer.
func actions(alias, guid string) string {
	app := guid
	if guid == fakecf.GUIDWeb {
		app = fakecf.AppGUIDStaging // a deployment replaces its web process
	}
	byProcess := fmt.Sprintf("guid = %q\n    ", guid)
	var b strings.Builder
	for _, name := range actionNames {
		arguments := map[string]string{
			"cf_process_scale":              byProcess + "instances = 3",
			"cf_process_rolling_restart":    byProcess + "timeout = \"30s\"",
			"cf_process_terminate_instance": byProcess + "index = 0",
			"cf_app_restart":                fmt.Sprintf("app_guid = %q\n    timeout = \"2m\"", app),
		}[name]
		fmt.Fprintf(&b, "action %q \"x\" {\n  provider = cf.%s\n  config {\n    %s\n  }\n}\n", name, alias, arguments)
	}
	return b.String()
}

// list returns a list resource of all processes, for `terraform query`.
func list(alias string) string {
	return fmt.Sprintf("list \"cf_process\" \"all\" {\n  provider = cf.%s\n  include_resource = true\n}\n", alias)
}
