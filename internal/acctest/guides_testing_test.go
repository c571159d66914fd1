package acctest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// guideTestingAModule runs the tests of the module, which must not reach the
// foundation, and expects them to fail once the module is wrong.
func (r *exampleRun) guideTestingAModule() {
	if r.cli.OpenTofu && !r.cli.AtLeast("1.8.0") {
		r.Logf("%s has no mock_provider", r.cli)
		return
	}
	r.prepare("main.tf")
	if out := r.command("test", "-no-color"); !strings.Contains(out, "2 passed, 0 failed") {
		r.Errorf("got no two tests that pass:\n%s", out)
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
		cmd := exec.CommandContext(r.Context(), r.cli.Path, "test", "-no-color")
		cmd.Dir, cmd.Env = r.work, r.provider.Environ(r.environment())
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "1 failed") {
			r.Errorf("with %s in place of %s the tests end with %v, want one that fails:\n%s", wrong, was, err, out)
		}
		r.write("main.tf", string(content))
	}
	if requests := r.foundation.Requests(); len(requests) != 0 {
		r.Errorf("got %d requests of the mocked provider, want none", len(requests))
	}
}
