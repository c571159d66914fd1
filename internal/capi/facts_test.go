package capi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every fact names a test that exists, and every link from the code leads to a
// fact.
func TestFacts(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| (<a id="([a-z-]+)"></a>)?(.*) \| (.*) \| (.*) \| (.*) \|$`)
	test := regexp.MustCompile(`^((?:\.\./[a-z]+/)?[a-z_]+_test\.go): ((?:Test|Fuzz)\w+)$`)
	anchors := map[string]bool{}
	facts := 0
	for _, columns := range row.FindAllStringSubmatch(string(page), -1) {
		if columns[3] == "Fact" || strings.HasPrefix(columns[3], "---") {
			continue
		}
		facts++
		if anchor := columns[2]; anchor != "" {
			if anchors[anchor] {
				t.Errorf("the anchor %s is there twice", anchor)
			}
			anchors[anchor] = true
		}
		for _, name := range strings.Split(columns[6], ", ") {
			found := test.FindStringSubmatch(name)
			if found == nil {
				t.Errorf("%.60s: got %q, want a file and its test", columns[3], name)
				continue
			}
			source, err := os.ReadFile(found[1])
			if err != nil || !strings.Contains(string(source), "func "+found[2]+"(") {
				t.Errorf("%.60s: %s does not exist: %v", columns[3], name, err)
			}
		}
	}
	if facts < 30 {
		t.Errorf("got %d facts, so the test does not read the page", facts)
	}

	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`README\.md#([a-z-]+)`)
	used := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(source), -1) {
			used[found[1]] = true
			if !anchors[found[1]] {
				t.Errorf("%s: README.md#%s does not exist", file, found[1])
			}
		}
	}
	for anchor := range anchors {
		if !used[anchor] {
			t.Errorf("no comment leads to README.md#%s", anchor)
		}
	}
}
