package process_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

func TestAccResourceValidation(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	for _, test := range []struct{ attributes, want string }{
		{``, `Invalid process address`},
		{`type = "web"`, `Invalid process address`},
		{"guid = \"g\"\napp_guid = \"a\"", `guid and app_guid together require type`},
		{"guid = \"g\"\ntype = \"web\"", `type goes with app_guid`},
		{`guid = "a/b"`, `must not contain '/'`},
		{"guid = \"g\"\ninstances = -1", `instances`},
		{"guid = \"g\"\ninstances = 1.5", `must be a whole number from 0 to 2147483647, but is 1.5`},
		{"guid = \"g\"\nmemory_in_mb = 0", `memory_in_mb`},
		{"guid = \"g\"\ndisk_in_mb = 0", `disk_in_mb`},
		{"guid = \"g\"\nlog_rate_limit_in_bytes_per_second = -2", `log_rate_limit_in_bytes_per_second`},
		{"guid = \"g\"\nhealth_check = { type = \"tcp\" }", `health_check.type must be port, process or http, not "tcp".`},
		{"guid = \"g\"\nhealth_check = { type = \"http\", data = { endpoint = \"x\" } }", `must be a path`},
		{"guid = \"g\"\nhealth_check = { type = \"none\" }", `cannot be set to "none"`},
		{"guid = \"g\"\nhealth_check = { type = \"port\", data = { endpoint = \"/x\" } }", `Endpoint without http`},
		{"guid = \"g\"\nhealth_check = { data = { timeout = 0 } }", `timeout`},
		{"guid = \"g\"\nreadiness_health_check = { data = { timeout = 5 } }", `A readiness check has no timeout. Set invocation_timeout instead`},
		{"guid = \"g\"\ncommand = \"[PRIVATE DATA HIDDEN]\"", `Not a command`},
		{"guid = \"g\"\ncommand = \"" + strings.Repeat("x", 4097) + "\"", `command must have at most 4096 characters, but has 4097`},
		{"guid = \"g\"\ncommand = \" \\n\"", `command is blank`},
		{"guid = \"g\"\nuser = \"  \"", `user is blank`},
		{"guid = \"g\"\nuser = \"" + strings.Repeat("x", 256) + "\"", `user must have at most 255`},
		{fmt.Sprintf("guid = %q\nhealth_check = { type = \"http\" }", fakecf.GUIDWorker), `neither the configuration nor the process has one`},
		{"guid = \"g\"\nmetadata = { labels = { \"a b\" = \"x\" } }", `Invalid label key`},
		{"guid = \"g\"\nmetadata = { labels = { a = \"x y\" } }", `Invalid label value`},
		{"guid = \"g\"\nmetadata = { labels = { \"korifi.cloudfoundry.org/guid\" = \"x\" } }", `belongs to the\s+platform`},
		{"guid = \"g\"\nmetadata = { labels = { a = null } }", `Invalid label value`},
		{"guid = \"g\"\nmetadata = { annotations = { \"-a\" = \"x\" } }", `Invalid annotation key`},
	} {
		t.Run(fmt.Sprintf("with %.60s", strings.TrimPrefix(test.attributes, "guid = \"g\"\n")), func(t *testing.T) {
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: []resource.TestStep{{
				Config: config(f, test.attributes), PlanOnly: true,
				ExpectError: regexp.MustCompile(strings.ReplaceAll(test.want, " ", `\s+`)),
			}}})
		})
	}
	if got := writes(f); len(got) != 0 {
		t.Errorf("plans: got the writes %.1000q, want none", got)
	}
}

func TestAccResourceOnKorifi(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t, fakecf.WithFlavor(fakecf.Korifi))
	guid := fakecf.GUIDSparse
	app := appOf(t, f, guid)
	p, _ := f.Process(guid)
	base := fmt.Sprintf("app_guid = %q\ntype = %q\n", app, p.Type)
	change := base + `
		instances    = 3
		command      = "bin/run"
		metadata     = { labels = { tier = "back" } }
	`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(f, base), ConfigPlanChecks: empty(), Check: wantWrites(t, f)},
			{
				Config: config(f, change), ConfigPlanChecks: empty(),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(managed, at("version"), knownvalue.Null()),
					statecheck.ExpectKnownValue(managed, at("metadata").AtMapKey("labels"),
						knownvalue.MapExact(map[string]knownvalue.Check{"tier": knownvalue.StringExact("back")})),
				},
			},
			{
				PreConfig:        f.ResetRequests,
				Config:           config(f, base+"command = \"\"\n"),
				ConfigPlanChecks: empty(),
				Check:            wantWrites(t, f, `PATCH {"command":""}`),
			},
			{Config: config(f, base+"user = \"vcap\"\n"), ExpectError: regexp.MustCompile(`(?s)Korifi.*user`)},
			{
				Config:      config(f, base+"health_check = { data = { interval = 3 } }\n"),
				ExpectError: regexp.MustCompile(`(?s)Korifi.*interval`),
			},
			{
				Config:      config(f, base+"log_rate_limit_in_bytes_per_second = -1\n"),
				ExpectError: regexp.MustCompile(`(?s)Korifi.*log_rate_limit`),
			},
			{
				Config:      config(f, base+"readiness_health_check = { type = \"process\" }\n"),
				ExpectError: regexp.MustCompile(`(?s)Korifi.*readiness_health_check`),
			},
		},
	})
}
