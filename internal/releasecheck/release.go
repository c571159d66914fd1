package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

const (
	project = "terraform-provider-cf"
	module  = "github.com/cf-process/" + project
	// sbomName is the name of the SBOM. It has no version, so that the workflow can
	// refer to it.
	sbomName = project + "_sbom.cdx.json"
	// protocol is the version of the plugin protocol that main.go serves.
	protocol = "6.0"
	// maxBinary bounds the size of a file in an archive, in bytes.
	maxBinary = 200 << 20
)

// targets are the platforms of a release, as GOOS_GOARCH. A test compares them with
// those of GNUmakefile.
var targets = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

// release is a directory with the files of a release.
type release struct {
	dir      string
	version  string
	manifest string // the path of the manifest in the repository
	// readBuild reads the build info of a binary; tests replace it.
	readBuild func(io.ReaderAt) (*debug.BuildInfo, error)

	problems []string
	modules  map[string][]string // the modules of each target's binary, as "path version"
}

// open finds the release in dir by the file of its sums, whose name has the
// version.
func open(dir, manifest string) (*release, error) {
	found, err := filepath.Glob(filepath.Join(dir, project+"_*_SHA256SUMS"))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s: want one file %s_VERSION_SHA256SUMS, got %d", dir, project, len(found))
	}
	name := strings.TrimPrefix(filepath.Base(found[0]), project+"_")
	return &release{
		dir: dir, version: strings.TrimSuffix(name, "_SHA256SUMS"), manifest: manifest,
		readBuild: buildinfo.Read, modules: map[string][]string{},
	}, nil
}

// check returns a line for each problem.
func (r *release) check() []string {
	for _, target := range targets {
		r.checkArchive(target)
	}
	r.checkManifest()
	r.checkSums()
	r.checkSBOM()
	return r.problems
}

func (r *release) problemf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

func (r *release) archiveName(target string) string {
	return fmt.Sprintf("%s_%s_%s.zip", project, r.version, target)
}

func (r *release) manifestName() string { return project + "_" + r.version + "_manifest.json" }

// checkArchive checks a zip. Terraform unpacks it with the modes in it, and runs
// the file whose name begins with that of the provider.
func (r *release) checkArchive(target string) {
	name := r.archiveName(target)
	archive, err := zip.OpenReader(filepath.Join(r.dir, name))
	if err != nil {
		r.problemf("%s: %v", name, err)
		return
	}
	defer func() { _ = archive.Close() }()

	binary := project + "_v" + r.version
	if strings.HasPrefix(target, "windows_") {
		binary += ".exe"
	}
	want := []string{"CHANGELOG.md", "LICENSE", binary}
	var got []string
	for _, file := range archive.File {
		got = append(got, file.Name)
		if file.Name == binary {
			r.checkBinary(name, target, file)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.problemf("%s: got the files %s, want %s", name, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

// checkBinary checks the target and the settings in the build info of a binary.
func (r *release) checkBinary(archive, target string, file *zip.File) {
	if file.Mode()&0o111 == 0 {
		r.problemf("%s: %s is not executable: mode %v", archive, file.Name, file.Mode())
	}
	content, err := readBounded(file)
	if err != nil {
		r.problemf("%s: %s: %v", archive, file.Name, err)
		return
	}
	info, err := r.readBuild(bytes.NewReader(content))
	if err != nil {
		r.problemf("%s: %s: %v", archive, file.Name, err)
		return
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	goos, goarch, _ := strings.Cut(target, "_")
	for key, want := range map[string]string{"GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if settings[key] != want {
			r.problemf("%s: %s was built with %s=%s, want %s", archive, file.Name, key, settings[key], want)
		}
	}
	if info.Path != module {
		r.problemf("%s: %s is the program %s, want %s", archive, file.Name, info.Path, module)
	}
	modules := []string{"std " + info.GoVersion}
	for _, dependency := range info.Deps {
		if dependency.Replace != nil {
			r.problemf("%s: %s replaces the module %s", archive, file.Name, dependency.Path)
		}
		modules = append(modules, dependency.Path+" "+dependency.Version)
	}
	r.modules[target] = modules
}

func readBounded(file *zip.File) ([]byte, error) {
	reader, err := file.Open()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(reader, maxBinary+1))
	if err == nil && len(content) > maxBinary {
		err = fmt.Errorf("more than %d bytes", maxBinary)
	}
	return content, errors.Join(err, reader.Close())
}

// checkManifest checks the fields of the manifest that a registry reads.
func (r *release) checkManifest() {
	content, err := os.ReadFile(r.manifest)
	if err != nil {
		r.problemf("%v", err)
		return
	}
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		r.problemf("%s: %v", r.manifest, err)
		return
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{protocol}) {
		r.problemf("%s: got version %d and the protocols %v, want 1 and [%s]",
			r.manifest, manifest.Version, manifest.Metadata.ProtocolVersions, protocol)
	}
}

// checkSums checks that each file of the release has the right sum, and that there
// are no other sums. goreleaser uploads the manifest from the repository under
// another name, so that it is not in the directory.
func (r *release) checkSums() {
	name := project + "_" + r.version + "_SHA256SUMS"
	content, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.problemf("%v", err)
		return
	}
	want := []string{r.manifestName(), sbomName}
	for _, target := range targets {
		want = append(want, r.archiveName(target))
	}
	var got []string
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		sum, file, ok := strings.Cut(lines.Text(), "  ")
		if !ok {
			r.problemf("%s: the line %q is not a sum, two spaces and a name", name, lines.Text())
			continue
		}
		got = append(got, file)
		path := filepath.Join(r.dir, filepath.Base(file))
		if file == r.manifestName() {
			path = r.manifest
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			r.problemf("%s: %s does not exist", name, file)
			continue
		}
		if err != nil {
			r.problemf("%s: %v", name, err)
			continue
		}
		if actual := sha256.Sum256(data); hex.EncodeToString(actual[:]) != sum {
			r.problemf("%s: %s has the sum %x, want %s", name, file, actual, sum)
		}
	}
	for _, file := range want {
		if !slices.Contains(got, file) {
			r.problemf("%s: no sum of %s", name, file)
		}
	}
	for _, file := range got {
		if !slices.Contains(want, file) {
			r.problemf("%s: the sum of %s, which is not a part of a release", name, file)
		}
	}
}

// checkSBOM compares the SBOM with the modules of each binary. One SBOM describes
// all archives, because all binaries have the same modules.
func (r *release) checkSBOM() {
	content, err := os.ReadFile(filepath.Join(r.dir, sbomName))
	if err != nil {
		r.problemf("%v", err)
		return
	}
	var document struct {
		Format     string `json:"bomFormat"`
		Components []struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"components"`
	}
	if err := json.Unmarshal(content, &document); err != nil {
		r.problemf("%s: %v", sbomName, err)
		return
	}
	if document.Format != "CycloneDX" {
		r.problemf("%s: got the format %q, want CycloneDX", sbomName, document.Format)
	}
	var listed []string
	for _, component := range document.Components {
		listed = append(listed, component.Name+" "+component.Version)
	}
	for _, target := range targets {
		for _, used := range r.modules[target] {
			if !slices.Contains(listed, used) {
				r.problemf("%s: lacks the module %s of %s", sbomName, used, target)
			}
		}
		for _, used := range listed {
			if r.modules[target] != nil && !slices.Contains(r.modules[target], used) {
				r.problemf("%s: has the module %s, which %s does not contain", sbomName, used, target)
			}
		}
	}
}
