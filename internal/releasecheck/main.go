// Releasecheck reads a release in the directory of goreleaser, and compares it with
// the requirements of the Terraform and OpenTofu registries and with the promises
// of SECURITY.md:
//
//	go run ./internal/releasecheck dist
//
// It runs in the root of the repository. It prints every problem, and exits with 1
// if there is one.
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
