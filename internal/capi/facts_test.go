package capi_test

import (
	"fmt"
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
				t.Errorf("got the anchor %s twice, want each once", anchor)
			}
			anchors[anchor] = true
		}
		t.Run(fmt.Sprintf("%.60s", columns[3]), func(t *testing.T) {
			for _, name := range strings.Split(columns[6], ", ") {
				found := test.FindStringSubmatch(name)
				if found == nil {
					t.Errorf("got %.200q in the last column, want a file and its test", name)
					continue
				}
				source, err := os.ReadFile(found[1])
				if err != nil || !strings.Contains(string(source), "func "+found[2]+"(") {
					t.Errorf("got no test %s in %s (error %v), want one", found[2], found[1], err)
				}
			}
		})
	}
	if facts < 30 {
		t.Errorf("got %d facts, want 30 or more: the test no longer reads the page", facts)
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
				t.Errorf("%s: got a link to README.md#%s, want one of the anchors of the page", file, found[1])
			}
		}
	}
	for anchor := range anchors {
		if !used[anchor] {
			t.Errorf("got no comment that links to README.md#%s, want one or more", anchor)
		}
	}
}
