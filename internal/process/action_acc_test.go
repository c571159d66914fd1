package process_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// The actions as Terraform invokes them. Tests in detail call the provider
// protocol (action_server_test.go) and need no Terraform.

// triggered is a configuration whose terraform_data triggers the action each
// time when its input changes.
func triggered(f *fakecf.Foundation, input int, action, settings string) string {
	return acctest.BlockFor(f, fakecf.SpaceDeveloper) + fmt.Sprintf(`
resource "terraform_data" "change" {
  input = %d

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.%s.this]
    }
  }
}

action "%[2]s" "this" {
  config {
    %s
  }
}
`, input, action, settings)
}

// instanceGUIDs are the GUIDs of the instances of a process.
func instanceGUIDs(f *fakecf.Foundation, process string) []string {
	var all []string
	for _, inst := range f.Instances(process) {
		all = append(all, inst.GUID)
	}
	return all
}

// wantTerminations fails unless exactly these instances were terminated.
func wantTerminations(f *fakecf.Foundation, indexes ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		var got []string
		for _, r := range f.Requests() {
			if r.Method == http.MethodDelete {
				got = append(got, r.Path[strings.LastIndex(r.Path, "/")+1:])
			}
		}
		f.ResetRequests()
		if strings.Join(got, " ") != strings.Join(indexes, " ") {
			return fmt.Errorf("got terminations of %q, want %q", got, indexes)
		}
		return nil
	}
}

func withActions(steps ...resource.TestStep) resource.TestCase {
	return resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    steps,
	}
}

// The worked example of the documentation: memory acts at the restart of the app
// that follows its change. Nothing else changes what the instances run with.
func TestAccActionRestartsAfterAChangeOfMemory(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	before, _ := f.Process(fakecf.GUIDWeb)
	configuration := func(memory int64) string {
		return acctest.BlockFor(f, fakecf.SpaceDeveloper) + fmt.Sprintf(`
resource "cf_process" "web" {
  app_guid     = %q
  memory_in_mb = %d
}

resource "terraform_data" "memory" {
  input = cf_process.web.memory_in_mb

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.cf_app_restart.storefront]
    }
  }
}

action "cf_app_restart" "storefront" {
  config {
    app_guid = cf_process.web.app_guid
    timeout  = "1m"
  }
}
`, before.AppGUID, memory)
	}
	runWith := func(memory int64, deployments int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			web, _ := f.ProcessOf(before.AppGUID, "web")
			for _, inst := range f.Instances(web.GUID) {
				if inst.State != "RUNNING" || inst.Limits.MemoryInMB != memory {
					return fmt.Errorf("instance %d: got %s with %d MiB, want RUNNING with %d", inst.Index, inst.State, inst.Limits.MemoryInMB, memory)
				}
			}
			if got := f.Count(http.MethodPost, "/v3/deployments"); got != deployments {
				return fmt.Errorf("got %d deployments, want %d", got, deployments)
			}
			return nil
		}
	}
	resource.UnitTest(t, withActions(
		resource.TestStep{Config: configuration(before.MemoryInMB), Check: runWith(before.MemoryInMB, 0)},
		resource.TestStep{Config: configuration(before.MemoryInMB + 64), Check: runWith(before.MemoryInMB+64, 1)},
		resource.TestStep{Config: configuration(before.MemoryInMB + 64), Check: runWith(before.MemoryInMB+64, 1)},
	))
}

func TestAccActionRollingRestart(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	process, _ := f.Process(fakecf.GUIDWeb)
	var all []string
	for index := range process.Instances {
		all = append(all, fmt.Sprint(index))
	}
	old := instanceGUIDs(f, fakecf.GUIDWeb)
	resource.UnitTest(t, withActions(
		resource.TestStep{
			Config: triggered(f, 1, "cf_process_rolling_restart", fmt.Sprintf("guid = %q\n timeout = \"1m\"", fakecf.GUIDWeb)),
			Check: resource.ComposeTestCheckFunc(wantTerminations(f, all...), func(*terraform.State) error {
				for i, guid := range instanceGUIDs(f, fakecf.GUIDWeb) {
					if guid == old[i] {
						return fmt.Errorf("instance %d: got %s, as before the restart, want a new one", i, guid)
					}
				}
				return nil
			}),
		},
	))
}

func TestAccActionScale(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	settings := func(instances int) string {
		return fmt.Sprintf("guid = %q\n instances = %d\n wait_for_instances = true", fakecf.GUIDWeb, instances)
	}
	resource.UnitTest(t, withActions(
		// A negative number reaches no API.
		resource.TestStep{
			Config:      triggered(f, 1, "cf_process_scale", settings(-1)),
			ExpectError: regexp.MustCompile(`instances must be a whole number from 0 to 2147483647, but is -1`),
		},
		resource.TestStep{
			Config: triggered(f, 1, "cf_process_scale", settings(4)),
			Check: func(*terraform.State) error {
				if p, _ := f.Process(fakecf.GUIDWeb); p.Instances != 4 {
					return fmt.Errorf("got %d instances, want 4", p.Instances)
				}
				return nil
			},
		},
	))
}

func TestAccActionTerminateInstance(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	settings := func(index int) string { return fmt.Sprintf("guid = %q\n index = %d", fakecf.GUIDWeb, index) }
	resource.UnitTest(t, withActions(
		resource.TestStep{Config: triggered(f, 1, "cf_process_terminate_instance", settings(1)), Check: wantTerminations(f, "1")},
		resource.TestStep{
			Config:      triggered(f, 2, "cf_process_terminate_instance", settings(99)),
			ExpectError: regexp.MustCompile(`No such instance: (?s:.*)there\s+is\s+no\s+index\s+99`),
		},
	))
}
