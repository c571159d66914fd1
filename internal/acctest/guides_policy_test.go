package acctest_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// plannedProcesses has the parts of a plan's JSON that the policy reads.
type plannedProcesses struct {
	ResourceChanges []struct {
		Address, Mode, Type string
		Change              struct {
			After struct {
				Type      string
				Instances *int64
			}
		}
	} `json:"resource_changes"`
	PriorState struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Mode, Type string
					Values     struct {
						Processes []struct {
							SpaceName string `json:"space_name"`
							AppName   string `json:"app_name"`
							LogRate   *int64 `json:"log_rate_limit_in_bytes_per_second"`
						}
					}
				}
			} `json:"root_module"`
		}
	} `json:"prior_state"`
}

// evaluate is policy/processes.rego in Go.
func (p plannedProcesses) evaluate() (deny, warn []string) {
	for _, change := range p.ResourceChanges {
		if after := change.Change.After; change.Mode == "managed" && change.Type == "cf_process" && after.Type == "web" &&
			after.Instances != nil && *after.Instances < 2 {
			deny = append(deny, change.Address)
		}
	}
	for _, resource := range p.PriorState.Values.RootModule.Resources {
		if resource.Mode != "data" || resource.Type != "cf_processes" {
			continue
		}
		for _, process := range resource.Values.Processes {
			if process.SpaceName == "production" && process.LogRate != nil && *process.LogRate == -1 {
				warn = append(warn, process.SpaceName+"/"+process.AppName)
			}
		}
	}
	return deny, warn
}

// guidePolicyChecks plans with and without a finding that denies. The policy is
// evaluated in Go, and by conftest if it is installed.
func (r *exampleRun) guidePolicyChecks() {
	r.prepare("main.tf")
	conftest, err := exec.LookPath("conftest")
	if err != nil {
		r.Log("no conftest on the PATH: the policy is only evaluated in Go")
	}
	for _, row := range []struct {
		instances string
		want      []string
	}{
		{"3", nil},
		{"1", []string{"cf_process.web"}},
	} {
		r.row(row.instances+" instances", func() {
			r.command("plan", "-input=false", "-out=plan.tfplan", "-var", "instances="+row.instances)
			content := r.command("show", "-json", "plan.tfplan")
			var plan plannedProcesses
			if err := json.Unmarshal([]byte(content), &plan); err != nil {
				r.Fatal(err)
			}
			deny, warn := plan.evaluate()
			if !slices.Equal(deny, row.want) {
				r.Errorf("policy: got %.500q denied, want %q", deny, row.want)
			}
			if want := []string{"production/catalog", "production/payments"}; !slices.Equal(warn, want) {
				r.Errorf("policy: got warnings for %.500q, want %q", warn, want)
			}
			if conftest == "" {
				return
			}
			r.write("plan.json", content)
			cmd := exec.CommandContext(r.Context(), conftest, "test", "--no-color", "plan.json")
			cmd.Dir = r.work
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if errors.As(err, &exit) != (row.want != nil) || !strings.Contains(string(out), "production/catalog: no log rate limit") {
				r.Errorf("conftest: got error %v, want a failure: %t, and a warning for production/catalog:\n%s", err, row.want != nil, end(string(out)))
			}
		})
	}
	r.wroteNothing()
	r.guideCSV()
}

// guideCSV reads the output csv as a spreadsheet does, with a name that needs quotes.
func (r *exampleRun) guideCSV() {
	r.Helper()
	const name = `say "hi", shop`
	app := r.foundation.AddApp(fakecf.SpaceGUIDStaging, name)
	r.foundation.AddProcess(app, fakecf.Process{Type: "web", Instances: 2, MemoryInMB: 64, DiskInMB: 64})
	r.applied()
	records, err := csv.NewReader(strings.NewReader(r.command("output", "-raw", "csv"))).ReadAll()
	if err != nil {
		r.Fatal(err)
	}
	want := []string{"retail", "staging", name, "web", "2", "64"}
	if !slices.ContainsFunc(records, func(record []string) bool { return slices.Equal(record, want) }) {
		r.Errorf("csv: got the records %s, want %q among them", describe(records), want)
	}
}
