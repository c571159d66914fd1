package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	namedAnchor  = regexp.MustCompile(`<a id="([^"]+)">`)
	fence        = regexp.MustCompile("(?ms)^```.*?^```")
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Each link of the documentation to a page or heading has a target.
func TestDocumentationLinks(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, folder := range []string{"docs", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".md" {
				return err
			}
			for _, match := range markdownLink.FindAllStringSubmatch(fence.ReplaceAllString(readFile(t, path), ""), -1) {
				if strings.Contains(match[1], "://") {
					continue
				}
				checked++
				checkLink(t, path, match[1])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked == 0 {
		t.Error("docs and examples: got no link, want some")
	}
}

func checkLink(t *testing.T, page, link string) {
	t.Helper()
	name, anchor, _ := strings.Cut(link, "#")
	target := page
	if name != "" {
		target = filepath.Join(filepath.Dir(page), filepath.FromSlash(name))
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		t.Errorf("%s: link to %s: got error %v, want a page", page, link, err)
	case anchor != "" && !info.IsDir() && !anchors(readFile(t, target))[anchor]:
		t.Errorf("%s: link to %s: got no heading %q there, want one", page, link, anchor)
	}
}

// anchors returns the anchors of a page: those of its headings as GitHub and the
// registries derive them, and those that it names.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	text = fence.ReplaceAllString(text, "")
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		anchor := notInAnchor.ReplaceAllString(strings.ToLower(match[1]), "")
		found[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	for _, match := range namedAnchor.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	return found
}
