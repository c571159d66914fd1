// The provider cf for Terraform and OpenTofu: processes of Cloud Foundry apps.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// version is that of the release; the build sets it with -ldflags.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger: print what TF_REATTACH_PROVIDERS must be and serve until interrupted")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/cf-process/cf",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
