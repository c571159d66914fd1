// Releasecheck reads the directory in which goreleaser has built a release and
// compares it with what the registries of Terraform and OpenTofu require, and
// with what SECURITY.md promises of a build:
//
//	go run ./internal/releasecheck dist
//
// It runs in the repository's root. It prints every problem and exits with 1
// when there is one.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: releasecheck DIRECTORY")
		os.Exit(2)
	}
	r, err := open(os.Args[1], "terraform-registry-manifest.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	problems := r.check()
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "%s: %d archives of version %s, with sums, manifest and SBOM\n", os.Args[1], len(targets), r.version)
}
