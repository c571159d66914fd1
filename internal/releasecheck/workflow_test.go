package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

var (
	usesLine = regexp.MustCompile(`^\s*(?:- )?uses:\s*(.+)$`)
	// pinned is an action at a commit, with the version as a comment: Dependabot
	// updates both.
	pinned  = regexp.MustCompile(`^([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$`)
	jobLine = regexp.MustCompile(`^  ([\w-]+):$`)
)

// workflows returns the text of each workflow by its path.
func workflows(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) < 4 {
		t.Fatalf("repository: got %d workflows, want at least 4", len(paths))
	}
	texts := map[string]string{}
	for _, path := range paths {
		texts[filepath.Base(path)] = readFile(t, path)
	}
	return texts
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// unpinned returns the uses lines without commit and version, and those with another
// commit than a line of the same repository.
func unpinned(texts map[string]string) []string {
	var problems []string
	commits := map[string]string{}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			match := usesLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
			if match == nil || strings.HasPrefix(match[1], "./") {
				continue // a workflow of this repository has its commit
			}
			action := pinned.FindStringSubmatch(match[1])
			if action == nil {
				problems = append(problems, name+": "+match[1])
				continue
			}
			// The actions of one repository share its commits.
			owner, rest, _ := strings.Cut(action[1], "/")
			repository, _, _ := strings.Cut(rest, "/")
			key := owner + "/" + repository
			pin := action[2] + " # " + action[3]
			if other, ok := commits[key]; ok && other != pin {
				problems = append(problems, name+": "+match[1]+", elsewhere at "+other)
			}
			commits[key] = pin
		}
	}
	return problems
}

func TestWorkflowActionsArePinned(t *testing.T) {
	t.Parallel()
	for _, problem := range unpinned(workflows(t)) {
		t.Errorf("uses: got %s, want OWNER/REPOSITORY@COMMIT # VERSION", problem)
	}
}

func TestWorkflowPinRule(t *testing.T) {
	t.Parallel()
	const commit = "3d3c42e5aac5ba805825da76410c181273ba90b1"
	for name, test := range map[string]struct {
		text string
		want int
	}{
		"commit and version":       {"      - uses: a/b@" + commit + " # v1.2.3\n", 0},
		"an action in a directory": {"        uses: a/b/c@" + commit + " # v1.2.3\n", 0},
		"this repository":          {"    uses: ./.github/workflows/test.yml\n", 0},
		"a tag":                    {"      - uses: a/b@v1\n", 1},
		"a branch":                 {"      - uses: a/b@main # v1.2.3\n", 1},
		"no version":               {"      - uses: a/b@" + commit + "\n", 1},
		"a major version":          {"      - uses: a/b@" + commit + " # v1\n", 1},
		"two versions":             {"uses: a/b@" + commit + " # v1.2.3\nuses: a/b@" + commit + " # v1.2.4\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := unpinned(map[string]string{"x.yml": test.text}); len(got) != test.want {
				t.Errorf("unpinned: got the problems %.500q, want %d", got, test.want)
			}
		})
	}
}

// jobs splits a workflow into the part before its jobs, and the jobs by name.
func jobs(text string) (string, map[string]string) {
	head, rest, _ := strings.Cut(text, "\njobs:\n")
	found := map[string]string{}
	var current string
	for line := range strings.Lines(rest) {
		if match := jobLine.FindStringSubmatch(strings.TrimRight(line, "\n")); match != nil {
			current = match[1]
		}
		if current != "" {
			found[current] += line
		}
	}
	return head, found
}

// A workflow has no permissions, and each job only those that it needs. Only the
// release may write contents, and only jobs in an environment get secrets.
func TestWorkflowPermissions(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		t.Run(name, func(t *testing.T) {
			head, found := jobs(text)
			if !strings.Contains(head, "\npermissions: {}\n") {
				t.Error("workflow: got no permissions: {} before the jobs, want it")
			}
			if len(found) == 0 {
				t.Error("workflow: got no job, want one or more")
			}
			for job, body := range found {
				if !strings.Contains(body, "\n    permissions:\n      contents: ") {
					t.Errorf("job %s: got no permissions with contents, want them", job)
				}
				if strings.Contains(body, "contents: write") && (name != "release.yml" || job != "goreleaser") {
					t.Errorf("job %s: got contents: write, want it only in goreleaser of release.yml", job)
				}
				if strings.Contains(body, "secrets.") && !strings.Contains(body, "\n    environment: ") {
					t.Errorf("job %s: got a secret without an environment, want an environment", job)
				}
			}
		})
	}
}

// Checkouts do not leave the token of a run in the clone, where later steps could
// read it.
func TestWorkflowCheckoutsKeepNoToken(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		t.Run(name, func(t *testing.T) {
			checkouts := strings.Count(text, "uses: actions/checkout@")
			if got := strings.Count(text, "persist-credentials: false"); got != checkouts {
				t.Errorf("workflow: got %d times persist-credentials: false, want %d, for each checkout", got, checkouts)
			}
		})
	}
}

// A release waits for the tests of its commit, and a run of main is not canceled.
func TestWorkflowReleaseAfterTests(t *testing.T) {
	t.Parallel()
	texts := workflows(t)
	_, release := jobs(texts["release.yml"])
	for job, want := range map[string][]string{
		"tag":        {"merge-base --is-ancestor \"$GITHUB_SHA\" origin/main"},
		"test":       {"needs: tag\n", "uses: ./.github/workflows/test.yml\n"},
		"goreleaser": {"needs: test\n", "environment: release\n", "internal/releasecheck dist\n"},
	} {
		t.Run("job "+job, func(t *testing.T) {
			for _, part := range want {
				if !strings.Contains(release[job], part) {
					t.Errorf("release.yml: got the job\n%.1000s\nwant %q in it", release[job], part)
				}
			}
		})
	}
	for name, text := range texts {
		if strings.Contains(text, "cancel-in-progress: true") {
			t.Errorf("%s: got cancel-in-progress: true, want it to spare runs of main", name)
		}
	}
}

// The documentation shows the major versions that the workflows use.
func TestWorkflowVersionsInDocumentation(t *testing.T) {
	t.Parallel()
	major := map[string]string{}
	for _, text := range workflows(t) {
		for line := range strings.Lines(text) {
			if match := usesLine.FindStringSubmatch(strings.TrimRight(line, "\n")); match != nil {
				if action := pinned.FindStringSubmatch(match[1]); action != nil {
					major[action[1]], _, _ = strings.Cut(action[3], ".")
				}
			}
		}
	}
	var seen []string
	pages, err := filepath.Glob(filepath.Join(root, "templates/guides/*.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		for line := range strings.Lines(readFile(t, page)) {
			match := usesLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
			if match == nil {
				continue
			}
			action, version, _ := strings.Cut(match[1], "@")
			seen = append(seen, action)
			if want := major[action]; version != want {
				t.Errorf("%s: got %s, want %s@%s, as in the workflows", filepath.Base(page), match[1], action, want)
			}
		}
	}
	if !slices.Contains(seen, "actions/checkout") {
		t.Errorf("guides: got the actions %q, want actions/checkout among them", seen)
	}
}

// make cross, the release and its check name the same targets.
func TestTargets(t *testing.T) {
	t.Parallel()
	makefile := strings.ReplaceAll(readFile(t, filepath.Join(root, "GNUmakefile")), "\\\n", "")
	line := regexp.MustCompile(`(?m)^TARGETS \?= (.*)$`).FindStringSubmatch(makefile)
	if line == nil {
		t.Fatal("GNUmakefile: got no TARGETS, want them")
	}
	got := strings.Fields(strings.ReplaceAll(line[1], "/", "_"))
	slices.Sort(got)
	if !slices.Equal(got, targets) {
		t.Errorf("GNUmakefile: got the TARGETS %q, want %q", got, targets)
	}
}
