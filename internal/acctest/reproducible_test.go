package acctest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Two builds of the same source in different folders are the same bytes, so that
// anyone can verify that a release was built from its source (SECURITY.md).
func TestBuildsAreReproducible(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var sums [][sha256.Size]byte
	for range 2 {
		dir := t.TempDir()
		source := filepath.Join(dir, "another folder")
		copySource(t, root, source)
		binary := filepath.Join(dir, "provider")
		// The flags of make build and of releases.
		cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false",
			"-ldflags", "-s -w -X main.version=1.2.3", "-o", binary, ".")
		cmd.Dir, cmd.Env = source, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build: got error %v, want none:\n%.2000s", err, out)
		}
		content, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		for _, place := range []string{dir, root} {
			if bytes.Contains(content, []byte(place)) {
				t.Errorf("binary: got the path %s, want no path of this machine", place)
			}
		}
		sums = append(sums, sha256.Sum256(content))
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds: got the checksums %x and %x, want the same", sums[0], sums[1])
	}
}

// copySource copies the files that go build needs.
func copySource(t *testing.T, from, to string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		copyFile(t, filepath.Join(from, name), filepath.Join(to, name))
	}
	for _, name := range sourceFiles(t.Context(), t, from) {
		copyFile(t, filepath.Join(from, name), filepath.Join(to, name))
	}
}

// sourceFiles are the files of this module that the provider is made of.
func sourceFiles(ctx context.Context, t *testing.T, root string) []string {
	t.Helper()
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
		`{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, path := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		relative, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, relative)
	}
	return files
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
