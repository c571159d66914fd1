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
		r.Errorf("crashed: %q, want %q", crashed, want)
	}
	memory := findings["much_memory"]
	if len(memory) != 1 || memory[0].App != hostile.app || memory[0].Detail != "4096 MB" {
		r.Errorf("much_memory: %+v", memory)
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

// auditRequests sees that the audit reads lists, and of single processes only the
// details of the crashes.
func (r *exampleRun) auditRequests() {
	var single []string
	for _, request := range r.foundation.Requests() {
		if request.Method != "GET" && request.Path != "/oauth/token" {
			r.Errorf("the audit sent %s %s", request.Method, request.Path)
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
		r.Errorf("the audit asked for %q, want %q", single, want)
	}
}

// auditReport sees that the page is the template with data that can be nothing
// but data: none of HTML's characters is in it, and all names are.
func (r *exampleRun) auditReport(report string) {
	template, err := os.ReadFile(auditTemplate)
	if err != nil {
		r.Fatal(err)
	}
	pattern := regexp.QuoteMeta(string(template))
	for _, place := range []string{"data", "findings"} {
		quoted := regexp.QuoteMeta("${" + place + "}")
		if strings.Count(pattern, quoted) != 1 {
			r.Fatalf("the template has not one place for %s", place)
		}
		pattern = strings.Replace(pattern, quoted, "([^<>&\u2028]*)", 1)
	}
	if strings.Contains(pattern, regexp.QuoteMeta("${")) || strings.Contains(pattern, regexp.QuoteMeta("%{")) {
		r.Fatal("the template has another place than those for the data")
	}
	texts := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(report)
	if texts == nil {
		r.Fatal("the report is not the template with data that has no character of HTML")
	}
	var page struct {
		Policies []struct{ Name string }
		ReadAt   string `json:"read_at"`
	}
	if err := json.Unmarshal([]byte(texts[1]), &page); err != nil {
		r.Fatal(err)
	}
	if page.ReadAt == "" || len(page.Policies) != 8 {
		r.Errorf("read_at is %q, and there are %d policies", page.ReadAt, len(page.Policies))
	}
	if !slices.ContainsFunc(r.findingsOf(unpack(r.T, texts[2]))["much_memory"], func(f finding) bool {
		return f.Organization == hostile.org && f.Space == hostile.space && f.App == hostile.app && f.Type == hostile.kind
	}) {
		r.Error("the names that look like HTML are not in the data as they are")
	}
}

// auditEnforced sees that an enforced policy with findings fails the plan, and
// one without does not.
func (r *exampleRun) auditEnforced() {
	for enforced, message := range map[string]string{
		`["few_instances"]`:           "",
		`["few_instances","crashed"]`: "Crashed right now (high): 2 of 20 processes looked at: retail/production/storefront web",
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
