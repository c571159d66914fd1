package acctest_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// hostile are names that are HTML, script or a template if they are not escaped.
var hostile = struct{ org, space, app, kind string }{
	org:   `<img src=x onerror="window.injected=1">`,
	space: `</script><script>window.injected=1</script>`,
	app:   `"quotes' & <!-- <script> &lt;b&gt; ${data} %{ if true } \u003c`,
	kind:  `<b onclick=injected>`,
}

// quietSpaces are spaces with one process each, which meets all policies.
const quietSpaces = 9

const auditTemplate = examplesDir + "/audit/module/report.html.tftpl"

// audit applies the audit, and checks its outputs and its report.
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
	r.row("findings", r.auditFindings)
	r.row("totals", r.auditTotals)
	r.row("requests", r.auditRequests)

	report := output[string](r, "report")
	r.row("report", func() { r.auditReport(report) })
	r.row("browser", func() { r.inBrowser(report) })
	r.row("enforced", r.auditEnforced)
}

// finding is one process with one finding.
type finding struct {
	Organization, Space, App, Type, GUID, Owner string
	Detail, Waiver                              string
}

// pack compresses content and encodes it as Terraform's base64gzip does.
func pack(t *testing.T, content []byte) string {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

// unpack reverses Terraform's base64gzip.
func unpack(t *testing.T, text string) string {
	t.Helper()
	reader, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// findingsOf decodes the output findings, by policy.
func (r *exampleRun) findingsOf(text string) map[string][]finding {
	r.Helper()
	var processes []struct {
		finding
		Findings map[string]struct{ Detail, Waiver string }
	}
	if err := json.Unmarshal([]byte(text), &processes); err != nil {
		r.Fatal(err)
	}
	byPolicy := map[string][]finding{}
	for _, process := range processes {
		for policy, found := range process.Findings {
			f := process.finding
			f.Detail, f.Waiver = found.Detail, found.Waiver
			byPolicy[policy] = append(byPolicy[policy], f)
		}
	}
	return byPolicy
}

func (r *exampleRun) auditFindings() {
	findings := r.findingsOf(unpack(r.T, output[string](r, "findings")))
	crashed := map[string]string{}
	for _, f := range findings["crashed"] {
		crashed[f.GUID] = f.Detail
	}
	want := map[string]string{
		fakecf.GUIDWeb:      "1 of 3 instances: #1 for 0 min",
		fakecf.GUIDTroubled: "2 of 3 instances: #1 for 0 min (APP/PROC/WEB: Exited with status 137 (out of memory)), #2 down for 0 min",
	}
	if !maps.Equal(crashed, want) {
		r.Errorf("crashed: got %.1000s, want %q", fmt.Sprintf("%q", crashed), want)
	}
	memory := findings["much_memory"]
	if len(memory) != 1 || memory[0].App != hostile.app || memory[0].Detail != "4096 MB" {
		r.Errorf("much_memory: got %s, want one finding of %s with 4096 MB", describe(memory), hostile.app)
	}
	has := func(policy, guid string) bool {
		return slices.ContainsFunc(findings[policy], func(f finding) bool { return f.GUID == guid })
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
		{"no_log_limit", fakecf.GUIDSparse, false}, // has no limit field
		{"missing_labels", fakecf.GUIDWeb, false},
		{"missing_labels", fakecf.GUIDWorker, true},
	} {
		r.row(expected.policy+" of "+expected.guid, func() {
			if got := has(expected.policy, expected.guid); got != expected.found {
				r.Errorf("findings of %s: got process %s among them: %t, want %t", expected.policy, expected.guid, got, expected.found)
			}
		})
	}
	for policy, count := range output[map[string]int](r, "counts") {
		if count != len(findings[policy]) {
			r.Errorf("counts: got %d of %s, want %d, as in findings", count, policy, len(findings[policy]))
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
	const processes, instances, memory = 12 + quietSpaces, 18 + quietSpaces, 9088 + 2*4096 + 64*quietSpaces
	if foundation.Processes != processes || foundation.Instances != instances || foundation.MemoryInMB != memory {
		r.Errorf("foundation: got %+v, want %d processes, %d instances and %d MB", foundation, processes, instances, memory)
	}
	for name, list := range map[string][]total{"organizations": totals.Organizations, "spaces": totals.Spaces} {
		var sum total
		for _, t := range list {
			sum.Processes, sum.Instances = sum.Processes+t.Processes, sum.Instances+t.Instances
			sum.Apps, sum.MemoryInMB, sum.Findings = sum.Apps+t.Apps, sum.MemoryInMB+t.MemoryInMB, sum.Findings+t.Findings
		}
		if sum != foundation {
			r.Errorf("sum of the %s: got %+v, want %+v, as of the foundation", name, sum, foundation)
		}
	}
}

// auditRequests checks that the audit reads lists, and of single processes only the
// details of crashes.
func (r *exampleRun) auditRequests() {
	var single []string
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && request.Path != "/oauth/token" {
			r.Errorf("request: got %s %.200s, want only reads and logins", request.Method, request.Path)
		}
		if strings.Contains(request.Path, "/processes/") {
			single = append(single, request.Path)
		}
	}
	slices.Sort(single)
	want := []string{
		"/v3/apps/" + fakecf.AppGUID + "/processes/web/stats", "/v3/apps/" + fakecf.AppGUIDTools + "/processes/runner/stats",
	}
	slices.Sort(want)
	if !slices.Equal(slices.Compact(single), want) {
		r.Errorf("requests for single processes: got %.200q, want %q", single, want)
	}
}

// auditReport checks that the page is the template with data that has all names,
// and none of the characters of HTML.
func (r *exampleRun) auditReport(report string) {
	template, err := os.ReadFile(auditTemplate)
	if err != nil {
		r.Fatal(err)
	}
	pattern := regexp.QuoteMeta(string(template))
	for _, place := range []string{"data", "findings"} {
		quoted := regexp.QuoteMeta("${" + place + "}")
		if strings.Count(pattern, quoted) != 1 {
			r.Fatalf("template: got %d times ${%s}, want 1", strings.Count(pattern, quoted), place)
		}
		pattern = strings.Replace(pattern, quoted, "([^<>&\u2028]*)", 1)
	}
	if strings.Contains(pattern, regexp.QuoteMeta("${")) || strings.Contains(pattern, regexp.QuoteMeta("%{")) {
		r.Fatal("template: got another ${ or %{, want only ${data} and ${findings}")
	}
	texts := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(report)
	if texts == nil {
		r.Fatal("report: got another text than the template with data, or data with <, > or &, want it without")
	}
	var page struct {
		Policies []struct{ Name string }
		ReadAt   string `json:"read_at"`
	}
	if err := json.Unmarshal([]byte(texts[1]), &page); err != nil {
		r.Fatal(err)
	}
	if page.ReadAt == "" || len(page.Policies) != 8 {
		r.Errorf("report: got read_at %q and %d policies, want a time and 8", page.ReadAt, len(page.Policies))
	}
	if !slices.ContainsFunc(r.findingsOf(unpack(r.T, texts[2]))["much_memory"], func(f finding) bool {
		return f.Organization == hostile.org && f.Space == hostile.space && f.App == hostile.app && f.Type == hostile.kind
	}) {
		r.Errorf("report: got no finding of much_memory with the names %q, want one", hostile)
	}
}

// auditEnforced checks that the plan fails exactly if an enforced policy has
// findings.
func (r *exampleRun) auditEnforced() {
	for enforced, message := range map[string]string{
		`["few_instances"]`:           "",
		`["few_instances","crashed"]`: "Crashed right now (high): 2 of 20 processes looked at: retail/production/storefront web",
		`["no_such_policy"]`:          "There is no policy no_such_policy",
	} {
		r.row(enforced, func() {
			_, err := r.tf.Plan(r.Context(), tfexec.Var("enforced="+enforced))
			switch {
			case message == "" && err != nil:
				r.Errorf("plan with enforced=%s: got error %.1000v, want none", enforced, err)
			case message != "" && (err == nil || !strings.Contains(strings.Join(strings.Fields(err.Error()), " "), message)):
				r.Errorf("plan with enforced=%s: got error %.1000v, want %q in it", enforced, err, message)
			}
		})
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
		r.Fatalf("output %s: got %.300s, want JSON of %T: %v", name, outputs[name].Value, value, err)
	}
	return value
}
