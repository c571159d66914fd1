package acctest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// edit replaces a text in a file of the configuration.
func (r *exampleRun) edit(name, from, to string) {
	r.Helper()
	content, err := os.ReadFile(filepath.Join(r.work, name))
	if err != nil {
		r.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		r.Fatalf("%s: got no %q, want it", name, from)
	}
	r.write(name, strings.Replace(string(content), from, to, 1))
}

// guideFromShellScripts expects the same result of the script and the configuration.
// The script runs with a cf of the test, if its tools are installed.
func (r *exampleRun) guideFromShellScripts() {
	r.prepare("main.tf")
	r.applied()
	const want = 1536 + 2*1024 + 2048 + 2*768 + 256
	if got := output[int](r, "memory_in_mb"); got != want {
		r.Errorf("memory_in_mb: got %d, want %d", got, want)
	}

	r.edit("before.sh", "per_page=100", "per_page=4")
	for _, tool := range []string{"bash", "jq", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			r.Logf("no %s on the PATH: before.sh is not run", tool)
			return
		}
	}
	tools := r.TempDir()
	fake := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = space ]; then echo %s; else curl -sS -H 'Authorization: bearer %s' \"%s$2\"; fi\n",
		fakecf.SpaceGUIDProduction, r.foundation.Token(fakecf.Admin), r.foundation.URL())
	if err := os.WriteFile(filepath.Join(tools, "cf"), []byte(fake), 0o700); err != nil { //nolint:gosec // it is run
		r.Fatal(err)
	}
	cmd := exec.CommandContext(r.Context(), "bash", "before.sh")
	cmd.Dir = r.work
	cmd.Env = append(os.Environ(), "PATH="+tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != strconv.Itoa(want) {
		r.Errorf("before.sh: got %.500q and error %v, want %d", got, err, want)
	}
}
