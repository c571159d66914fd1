package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
)

// edit replaces a text in a file of the configuration, which has to be there.
func (r *exampleRun) edit(name, from, to string) {
	r.Helper()
	content, err := os.ReadFile(filepath.Join(r.work, name))
	if err != nil {
		r.Fatal(err)
	}
	if !strings.Contains(string(content), from) {
		r.Fatalf("%s has no %q", name, from)
	}
	r.write(name, strings.Replace(string(content), from, to, 1))
}
