package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
)

// guideTestingAModule runs the tests of the module, which must not reach the
// foundation, and expects them to fail with a wrong module. Mocks of OpenTofu follow
// the schema of a provider since 1.11.
func (r *exampleRun) guideTestingAModule() {
	if r.cli.OpenTofu && !r.cli.AtLeast("1.11.0") {
		r.Logf("%s has no mocks that follow the schema", r.cli)
		return
	}
	r.prepare("main.tf")
	if out := r.command("test", "-no-color"); !strings.Contains(out, "3 passed, 0 failed") {
		r.Errorf("terraform test: got\n%s\nwant 3 passed, 0 failed", end(out))
	}
	for was, wrong := range map[string]string{
		"512 : 1024":       "256 : 1024",
		"2 : 4":            "2 : 5",
		"p.instances == 1": "p.instances == 2",
	} {
		r.row(wrong, func() {
			content, err := os.ReadFile(filepath.Join(r.work, "main.tf"))
			if err != nil {
				r.Fatal(err)
			}
			r.write("main.tf", strings.Replace(string(content), was, wrong, 1))
			if out, err := r.tryCommand("test", "-no-color"); err == nil || !strings.Contains(out, "1 failed") {
				r.Errorf("terraform test with %s instead of %s: got error %v, want 1 failed:\n%s", wrong, was, err, end(out))
			}
			r.write("main.tf", string(content))
		})
	}
	if requests := r.foundation.Requests(); len(requests) != 0 {
		r.Errorf("mocked provider: got %d requests, want none", len(requests))
	}
}
