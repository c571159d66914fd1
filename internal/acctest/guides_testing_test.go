package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
)

// guideTestingAModule runs the tests of the module, which must not reach the
// foundation, and expects them to fail once the module is wrong. Mocks of OpenTofu follow
// the schema of a provider since 1.11.
func (r *exampleRun) guideTestingAModule() {
	if r.cli.OpenTofu && !r.cli.AtLeast("1.11.0") {
		r.Logf("%s has no mocks that follow the schema", r.cli)
		return
	}
	r.prepare("main.tf")
	if out := r.command("test", "-no-color"); !strings.Contains(out, "3 passed, 0 failed") {
		r.Errorf("got %s, want three tests that pass", out)
	}
	for was, wrong := range map[string]string{
		"512 : 1024":       "256 : 1024",
		"2 : 4":            "2 : 5",
		"p.instances == 1": "p.instances == 2",
	} {
		content, err := os.ReadFile(filepath.Join(r.work, "main.tf"))
		if err != nil {
			r.Fatal(err)
		}
		r.write("main.tf", strings.Replace(string(content), was, wrong, 1))
		if out, err := r.tryCommand("test", "-no-color"); err == nil || !strings.Contains(out, "1 failed") {
			r.Errorf("with %s in place of %s the tests end with %v, want one that fails:\n%s", wrong, was, err, out)
		}
		r.write("main.tf", string(content))
	}
	if requests := r.foundation.Requests(); len(requests) != 0 {
		r.Errorf("got %d requests of the mocked provider, want none", len(requests))
	}
}
