// The provider cf for Terraform and OpenTofu: processes of Cloud Foundry apps.
package main

import (
	"flag"
	"log"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// version is that of the release; the build sets it with -ldflags.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger: print what TF_REATTACH_PROVIDERS must be and serve until interrupted")
	flag.Parse()
	if err := plugin.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}
