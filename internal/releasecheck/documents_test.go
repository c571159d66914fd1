package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		for _, match := range declaration.FindAllStringSubmatch(string(content), -1) {
			declared[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(pages(t)["SECURITY.md"], -1)
	if len(named) == 0 {
		t.Error("SECURITY.md: got no name of a test, want some")
	}
	for _, match := range named {
		if !declared[match[1]] {
			t.Errorf("SECURITY.md: got the name %s, want one of a test in internal", match[1])
		}
	}
}
