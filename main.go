// The provider cf for Terraform and OpenTofu: processes of Cloud Foundry apps.
package main

import (
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// version is that of the release; the build sets it with -ldflags.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger: print what TF_REATTACH_PROVIDERS must be and serve until interrupted")
	flag.Parse()

	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := provider.SilenceUnusedLogs(); err != nil {
		log.Fatal(err)
	}
	provider.CollectGarbageSeldom()
	err := tf6server.Serve("registry.terraform.io/cf-process/cf", provider.NewServer(version), options...)
	if err != nil {
		log.Fatal(err)
	}
}
