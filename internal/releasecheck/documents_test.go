package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages returns the pages in the root of the repository by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		texts[filepath.Base(path)] = readFile(t, path)
	}
	return texts
}

// The usual pages of a repository exist, and link to files that exist.
func TestPagesLinkToFiles(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
	texts := pages(t)
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "DEBUGGING.md", "SECURITY.md", "SUPPORT.md", "VERSIONS.md", "CODE_OF_CONDUCT.md"} {
		if texts[name] == "" {
			t.Errorf("repository: got no %s, want one", name)
		}
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			for _, match := range link.FindAllStringSubmatch(text, -1) {
				if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
					t.Errorf("link to %s: got error %v, want a file", match[1], err)
				}
			}
		})
	}
}

// The tests that SECURITY.md names exist.
func TestSecurityNamesTests(t *testing.T) {
	t.Parallel()
	declared := declaredTests(t, "internal")
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(pages(t)["SECURITY.md"], -1)
	if len(named) == 0 {
		t.Error("SECURITY.md: got no name of a test, want some")
	}
	for _, match := range named {
		if !slices.Contains(declared, match[1]) {
			t.Errorf("SECURITY.md: got the name %s, want one of a test in internal", match[1])
		}
	}
}

// Each part of a pattern of tests on a page selects some test, so that the command
// still runs what the page promises after a test is renamed.
func TestPagesSelectTests(t *testing.T) {
	t.Parallel()
	command := regexp.MustCompile(`go test ((?:\./\S+ )+)-run '?([\w|]+)'?`)
	commands := 0
	for page, text := range pages(t) {
		for _, match := range command.FindAllStringSubmatch(text, -1) {
			commands++
			for _, folder := range strings.Fields(match[1]) {
				declared := declaredTests(t, filepath.FromSlash(folder))
				for part := range strings.SplitSeq(match[2], "|") {
					t.Run(page+" "+folder+" "+part, func(t *testing.T) {
						if !slices.ContainsFunc(declared, regexp.MustCompile(part).MatchString) {
							t.Errorf("%q: got no test of that name in %s, want one", match[0], folder)
						}
					})
				}
			}
		}
	}
	if commands == 0 {
		t.Error("got no command that selects tests, want some")
	}
}

// declaredTests are the names of the tests below a folder of the repository.
func declaredTests(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, match := range declaration.FindAllStringSubmatch(string(content), -1) {
			names = append(names, match[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
