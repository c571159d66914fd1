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
		t.Fatalf("got %d workflows, want at least 4", len(paths))
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

// unpinned returns the uses lines that name an action otherwise than by commit
// and version, or by another commit than another line of the same version.
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
		t.Errorf("not pinned by commit and version: %s", problem)
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
				t.Errorf("got %q, want %d problems", got, test.want)
			}
		})
	}
}

// jobs splits a workflow into what stands before its jobs, and the jobs by name.
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

// A workflow has no permission, and each job those that it needs; only the
// release may write a release, and only a job in an environment sees a secret.
func TestWorkflowPermissions(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		head, found := jobs(text)
		if !strings.Contains(head, "\npermissions: {}\n") {
			t.Errorf("%s: the workflow has permissions of its own, want permissions: {}", name)
		}
		if len(found) == 0 {
			t.Errorf("%s: no job found", name)
		}
		for job, body := range found {
			if !strings.Contains(body, "\n    permissions:\n      contents: ") {
				t.Errorf("%s: the job %s does not name its permissions", name, job)
			}
			if strings.Contains(body, "contents: write") && (name != "release.yml" || job != "goreleaser") {
				t.Errorf("%s: the job %s may write contents", name, job)
			}
			if strings.Contains(body, "secrets.") && !strings.Contains(body, "\n    environment: ") {
				t.Errorf("%s: the job %s sees a secret outside of an environment", name, job)
			}
		}
	}
}

// The token of a run does not stay in the clone, where every later step finds it.
func TestWorkflowCheckoutsKeepNoToken(t *testing.T) {
	t.Parallel()
	for name, text := range workflows(t) {
		checkouts := strings.Count(text, "uses: actions/checkout@")
		if without := strings.Count(text, "persist-credentials: false"); without != checkouts {
			t.Errorf("%s: %d of %d checkouts keep no token", name, without, checkouts)
		}
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
		for _, part := range want {
			if !strings.Contains(release[job], part) {
				t.Errorf("release.yml: the job %s lacks %q", job, part)
			}
		}
	}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "cancel-in-progress: true") {
				t.Errorf("%s: cancels runs of main too", name)
			}
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
				t.Errorf("%s: got %s, want %s@%s as in the workflows", filepath.Base(page), match[1], action, want)
			}
		}
	}
	if !slices.Contains(seen, "actions/checkout") {
		t.Errorf("got the actions %q in the guides, want actions/checkout among them", seen)
	}
}

// make cross, the release and its check name the same targets.
func TestTargets(t *testing.T) {
	t.Parallel()
	makefile := strings.ReplaceAll(readFile(t, filepath.Join(root, "GNUmakefile")), "\\\n", "")
	line := regexp.MustCompile(`(?m)^TARGETS \?= (.*)$`).FindStringSubmatch(makefile)
	if line == nil {
		t.Fatal("GNUmakefile has no TARGETS")
	}
	got := strings.Fields(strings.ReplaceAll(line[1], "/", "_"))
	slices.Sort(got)
	if !slices.Equal(got, targets) {
		t.Errorf("GNUmakefile: got %q, want %q", got, targets)
	}
}
