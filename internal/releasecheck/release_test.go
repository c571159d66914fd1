package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// files is a release in memory: the files by name, and those of each archive
// by "archive/name". Instead of a binary there is the JSON of how it was built.
type files map[string]string

// wholeRelease is a release without problems.
func wholeRelease(t *testing.T) files {
	t.Helper()
	all := files{
		"manifest.json": `{"version":1,"metadata":{"protocol_versions":["6.0"]}}`,
		sbomName: `{"bomFormat":"CycloneDX","components":[
			{"name":"std","version":"go1.26.8"},{"name":"example.org/a","version":"v1.0.0"}]}`,
	}
	for _, target := range targets {
		name := fmt.Sprintf("terraform-provider-cf_1.2.3_%s.zip", target)
		all[name+"/LICENSE"] = "license"
		all[name+"/CHANGELOG.md"] = "changes"
		all[name+"/"+binaryName(target)] = buildOf(t, target, nil)
	}
	return all
}

func binaryName(target string) string {
	if strings.HasPrefix(target, "windows") {
		return "terraform-provider-cf_v1.2.3.exe"
	}
	return "terraform-provider-cf_v1.2.3"
}

// buildOf is the build info of a binary for target, after change, as JSON.
func buildOf(t *testing.T, target string, change func(*debug.BuildInfo)) string {
	t.Helper()
	goos, goarch, _ := strings.Cut(target, "_")
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8", Path: module,
		Deps: []*debug.Module{{Path: "example.org/a", Version: "v1.0.0"}},
		Settings: []debug.BuildSetting{
			{Key: "GOOS", Value: goos}, {Key: "GOARCH", Value: goarch},
			{Key: "CGO_ENABLED", Value: "0"}, {Key: "-trimpath", Value: "true"},
		},
	}
	if change != nil {
		change(info)
	}
	content, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// write puts a release into a directory, with the sums of what is there.
func (f files) write(t *testing.T, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	archives := map[string]*zip.Writer{}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		archive, inside, ok := strings.Cut(name, "/")
		if !ok {
			writeFile(t, filepath.Join(dir, name), f[name])
			continue
		}
		if archives[archive] == nil {
			file, err := os.Create(filepath.Join(dir, archive))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			archives[archive] = zip.NewWriter(file)
		}
		header := &zip.FileHeader{Name: inside}
		header.SetMode(mode)
		entry, err := archives[archive].CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(entry, f[name]); err != nil {
			t.Fatal(err)
		}
	}
	for _, archive := range archives {
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var sums strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Replace(entry.Name(), "manifest.json", "terraform-provider-cf_1.2.3_manifest.json", 1)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), name)
	}
	writeFile(t, filepath.Join(dir, "terraform-provider-cf_1.2.3_SHA256SUMS"), sums.String())
	return dir
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// problemsOf checks the release in dir.
func problemsOf(t *testing.T, dir string) []string {
	t.Helper()
	r, err := open(dir, filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	r.readBuild = func(binary io.ReaderAt) (*debug.BuildInfo, error) {
		var info debug.BuildInfo
		err := json.NewDecoder(io.NewSectionReader(binary, 0, 1<<20)).Decode(&info)
		return &info, err
	}
	return r.check()
}

func TestWholeRelease(t *testing.T) {
	t.Parallel()
	if got := problemsOf(t, wholeRelease(t).write(t, 0o755)); len(got) != 0 {
		t.Errorf("check: got the problems %.2000q, want none", got)
	}
}

func TestFaultyRelease(t *testing.T) {
	t.Parallel()
	const linux = "terraform-provider-cf_1.2.3_linux_arm.zip"
	const binary = linux + "/terraform-provider-cf_v1.2.3"
	for name, test := range map[string]struct {
		change func(*testing.T, files)
		want   string
	}{
		"no archive": {func(_ *testing.T, f files) {
			for file := range f {
				if strings.HasPrefix(file, linux) {
					delete(f, file)
				}
			}
		}, "no sum of " + linux},
		"no license": {func(_ *testing.T, f files) { delete(f, linux+"/LICENSE") }, linux + ": got the files"},
		"a binary of another name": {func(_ *testing.T, f files) {
			f[linux+"/provider"] = f[binary]
			delete(f, binary)
		}, linux + ": got the files"},
		"a binary for another system": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm64", nil)
		}, "GOARCH=arm64, want arm"},
		"cgo": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm", func(i *debug.BuildInfo) { i.Settings[2].Value = "1" })
		}, "CGO_ENABLED=1, want 0"},
		"paths of the machine": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm", func(i *debug.BuildInfo) { i.Settings = i.Settings[:3] })
		}, "-trimpath=, want true"},
		"another program": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm", func(i *debug.BuildInfo) { i.Path += "/internal/demo" })
		}, "internal/demo, want"},
		"a replaced module": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm", func(i *debug.BuildInfo) { i.Deps[0].Replace = &debug.Module{} })
		}, "replaces the module example.org/a"},
		"a module that the SBOM lacks": {func(t *testing.T, f files) {
			f[binary] = buildOf(t, "linux_arm", func(i *debug.BuildInfo) { i.Deps[0].Version = "v1.0.1" })
		}, "lacks the module example.org/a v1.0.1 of linux_arm"},
		"a module that no binary contains": {func(_ *testing.T, f files) {
			f[sbomName] = strings.Replace(f[sbomName], "[", `[{"name":"example.org/b","version":"v2.0.0"},`, 1)
		}, "has the module example.org/b v2.0.0, which linux_arm does not contain"},
		"an SBOM of another format": {func(_ *testing.T, f files) {
			f[sbomName] = strings.Replace(f[sbomName], "CycloneDX", "SPDX", 1)
		}, `got the format "SPDX"`},
		"another protocol": {func(_ *testing.T, f files) {
			f["manifest.json"] = strings.Replace(f["manifest.json"], "6.0", "5.0", 1)
		}, "the protocols [5.0]"},
		"a file too many": {func(_ *testing.T, f files) { f["notes.txt"] = "" }, "the sum of notes.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := wholeRelease(t)
			test.change(t, release)
			got := problemsOf(t, release.write(t, 0o755))
			if !strings.Contains(strings.Join(got, "\n"), test.want) {
				t.Errorf("check: got the problems %.2000q, want one with %q", got, test.want)
			}
		})
	}
}

func TestFaultyFiles(t *testing.T) {
	t.Parallel()
	t.Run("a mode that cannot be executed", func(t *testing.T) {
		t.Parallel()
		got := problemsOf(t, wholeRelease(t).write(t, 0o644))
		if len(got) != len(targets) || !strings.Contains(got[0], "is not executable") {
			t.Errorf("check: got the problems %.2000q, want one for each target: is not executable", got)
		}
	})
	t.Run("a file that changed after the sums", func(t *testing.T) {
		t.Parallel()
		dir := wholeRelease(t).write(t, 0o755)
		content := readFile(t, filepath.Join(dir, sbomName))
		writeFile(t, filepath.Join(dir, sbomName), content+"\n")
		if got := problemsOf(t, dir); len(got) != 1 || !strings.Contains(got[0], sbomName+" has the sum") {
			t.Errorf("check: got the problems %.2000q, want one about the sum of %s", got, sbomName)
		}
	})
	t.Run("no sums", func(t *testing.T) {
		t.Parallel()
		if _, err := open(t.TempDir(), "manifest.json"); err == nil || !strings.Contains(err.Error(), "SHA256SUMS, got 0") {
			t.Errorf("open: got the error %.500v, want one with SHA256SUMS, got 0", err)
		}
	})
}
