package acctest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// hostile are names that would be HTML, script or template if anything on the
// way to the page took them for that.
var hostile = struct{ org, space, app, kind string }{
	org:   `<img src=x onerror="window.injected=1">`,
	space: `</script><script>window.injected=1</script>`,
	app:   `"quotes' & <!-- <script> &lt;b&gt; ${data} %{ if true } \u003c`,
	kind:  `<b onclick=injected>`,
}

// quietSpaces are spaces with one process each, which strays from no policy.
const quietSpaces = 9

const auditTemplate = examplesDir + "/audit/module/report.html.tftpl"

// audit applies the audit, and looks at its outputs and its report.
func (r *exampleRun) audit() {
	org := r.foundation.AddOrganization(hostile.org)
	app := r.foundation.AddApp(r.foundation.AddSpace(org, hostile.space), hostile.app)
	r.foundation.AddProcess(app, fakecf.Process{Type: hostile.kind, Instances: 2, MemoryInMB: 4096})
	// More spaces than the page shows at first, with nothing to find in them.
	for i := range quietSpaces {
		quiet := r.foundation.AddApp(r.foundation.AddSpace(org, fmt.Sprint("quiet-", i)), "quiet")
		r.foundation.AddProcess(quiet, fakecf.Process{
			Type: "worker", Instances: 1, MemoryInMB: 64, LogRateLimit: new(int64(1024)), Labels: map[string]string{"team": "quiet"},
		})
	}
	r.foundation.SetInstance(fakecf.GUIDWeb, 1, func(i *fakecf.Instance) { i.State = "CRASHED" })

	r.prepare("main.tf")
	if err := r.tf.Apply(r.Context()); err != nil {
		r.Fatal(err)
	}
	r.auditFindings()
	r.auditTotals()
	r.auditRequests()

	report := output[string](r, "report")
	r.auditReport(report)
	r.inBrowser(report)
	r.auditEnforced()
}

type finding struct {
	Policy, Severity, Detail, Waiver string
	Process                          struct{ Organization, Space, App, Type, GUID, Owner string }
}

func (r *exampleRun) auditFindings() {
	var findings map[string][]finding
	if err := json.Unmarshal([]byte(output[string](r, "findings")), &findings); err != nil {
		r.Fatal(err)
	}
	crashed := findings["crashed"]
	if len(crashed) != 1 || crashed[0].Process.GUID != fakecf.GUIDWeb || crashed[0].Detail != "1 of 3 instances: #1" {
		r.Errorf("crashed: %+v", crashed)
	}
	memory := findings["much_memory"]
	if len(memory) != 1 || memory[0].Process.App != hostile.app || memory[0].Detail != "4096 MB" {
		r.Errorf("much_memory: %+v", memory)
	}
	has := func(policy, guid string) bool {
		return slices.ContainsFunc(findings[policy], func(f finding) bool { return f.Process.GUID == guid })
	}
	for _, expected := range []struct {
		policy, guid string
		found        bool
	}{
		{"few_instances", fakecf.GUIDWeb, false},
		{"few_instances", fakecf.GUIDWorker, false},
		{"no_readiness_check", fakecf.GUIDWeb, false},
		{"no_readiness_check", fakecf.GUIDLabels, true},
		{"no_readiness_check", fakecf.GUIDSparse, true},
		{"port_check", fakecf.GUIDWeb, false},
		{"port_check", fakecf.GUIDLabels, true},
		{"no_log_limit", fakecf.GUIDWeb, false},
		{"no_log_limit", fakecf.GUIDTanzu, false}, // 0 is a limit
		{"no_log_limit", fakecf.GUIDLabels, true},
		{"no_log_limit", fakecf.GUIDSparse, false}, // knows no limits
		{"missing_labels", fakecf.GUIDWeb, false},
		{"missing_labels", fakecf.GUIDWorker, true},
	} {
		if has(expected.policy, expected.guid) != expected.found {
			r.Errorf("%s finds %s: %t, want %t", expected.policy, expected.guid, !expected.found, expected.found)
		}
	}
	for policy, count := range output[map[string]int](r, "counts") {
		if count != len(findings[policy]) {
			r.Errorf("%s counts %d, and has %d findings", policy, count, len(findings[policy]))
		}
	}
}

type total struct {
	Organization, Space        string
	Processes, Instances, Apps int
	MemoryInMB                 int `json:"memory_in_mb"`
	Findings                   int
}

func (r *exampleRun) auditTotals() {
	totals := output[struct{ Organizations, Spaces []total }](r, "totals")
	foundation := output[total](r, "foundation")
	if foundation.Processes != 12+quietSpaces || foundation.Instances != 18+quietSpaces || foundation.MemoryInMB != 9088+2*4096+64*quietSpaces {
		r.Errorf("the foundation: %+v", foundation)
	}
	for name, list := range map[string][]total{"organizations": totals.Organizations, "spaces": totals.Spaces} {
		var sum total
		for _, t := range list {
			sum.Processes, sum.Instances = sum.Processes+t.Processes, sum.Instances+t.Instances
			sum.Apps, sum.MemoryInMB, sum.Findings = sum.Apps+t.Apps, sum.MemoryInMB+t.MemoryInMB, sum.Findings+t.Findings
		}
		if sum != foundation {
			r.Errorf("the %s sum up to %+v, the foundation is %+v", name, sum, foundation)
		}
	}
}

// auditRequests sees that the audit reads lists, and looks at the instances of
// the few web processes in production alone.
func (r *exampleRun) auditRequests() {
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && request.Path != "/oauth/token" {
			r.Errorf("the audit sent %s %s", request.Method, request.Path)
		}
		if strings.Contains(request.Path, fakecf.AppGUIDTools) || strings.Contains(request.Path, fakecf.GUIDTroubled) {
			r.Errorf("the audit asked for a process that is not in production: %s", request.Path)
		}
	}
}

// auditReport sees that the page is the template with data that can be nothing
// but data: none of HTML's characters is in it, and all names are.
func (r *exampleRun) auditReport(report string) {
	template, err := os.ReadFile(auditTemplate)
	if err != nil {
		r.Fatal(err)
	}
	before, after, found := strings.Cut(string(template), "${data}")
	if !found || strings.Contains(after, "${") || strings.Contains(string(template), "%{") {
		r.Fatal("the template has another place than the one for the data")
	}
	if !strings.HasPrefix(report, before) || !strings.HasSuffix(report, after) {
		r.Fatal("the report is not the template with data")
	}
	data := report[len(before) : len(report)-len(after)]
	if i := strings.IndexAny(data, "<>&\u2028"); i >= 0 {
		r.Errorf("the data has a character of HTML or a line separator: …%s", data[i:min(i+80, len(data))])
	}
	var decoded struct {
		Findings map[string][][]any
		Policies []struct{ Name string }
		ReadAt   string `json:"read_at"`
	}
	if err := json.Unmarshal([]byte(data), &decoded); err != nil {
		r.Fatal(err)
	}
	if decoded.ReadAt == "" || len(decoded.Policies) != 7 {
		r.Errorf("read_at is %q, and there are %d policies", decoded.ReadAt, len(decoded.Policies))
	}
	for _, findings := range decoded.Findings {
		for _, row := range findings {
			place := row[0].([]any) // app, guid, organization, owner, space, type
			if slices.Equal([]any{place[2], place[4], place[0], place[5]}, []any{hostile.org, hostile.space, hostile.app, hostile.kind}) {
				return
			}
		}
	}
	r.Error("the names that look like HTML are not in the data as they are")
}

// auditEnforced sees that an enforced policy with findings fails the plan, and
// one without does not.
func (r *exampleRun) auditEnforced() {
	for enforced, message := range map[string]string{
		`["few_instances"]`:           "",
		`["few_instances","crashed"]`: "Crashed right now (high): 1 of 3 processes looked at: retail/production/storefront web",
		`["no_such_policy"]`:          "There is no policy no_such_policy",
	} {
		_, err := r.tf.Plan(r.Context(), tfexec.Var("enforced="+enforced))
		switch {
		case message == "" && err != nil:
			r.Errorf("enforced=%s: %v", enforced, err)
		case message != "" && (err == nil || !strings.Contains(strings.Join(strings.Fields(err.Error()), " "), message)):
			r.Errorf("enforced=%s: the error is %v, want %q", enforced, err, message)
		}
	}
}

// output is one output of what was applied.
func output[T any](r *exampleRun, name string) T {
	r.Helper()
	outputs, err := r.tf.Output(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	var value T
	if err := json.Unmarshal(outputs[name].Value, &value); err != nil {
		r.Fatalf("output %s: %v", name, err)
	}
	return value
}
