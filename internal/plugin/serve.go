// Package plugin serves the provider to Terraform. Everything that makes the process
// faster, quieter or safer than the framework alone is here, each part in a separate
// file that can be removed without touching the rest.
package plugin

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// address is the provider's address in the registry.
const address = "registry.terraform.io/cf-process/cf"

// Serve runs the plugin until Terraform ends it. The version is that of the
// build. With debug, it waits for a debugger and prints the value for
// TF_REATTACH_PROVIDERS.
func Serve(version string, debug bool) error {
	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else if err := SilenceUnusedLogs(); err != nil {
		return err
	}
	CollectGarbageSeldom()
	return tf6server.Serve(address, NewServer(version), options...)
}

// NewServer returns the constructor of the plugin server, protocol 6.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := provider.New(version)
		framework := providerserver.NewProtocol6(p)()
		whole, ok := framework.(protocolServer)
		if !ok {
			return framework // another version of the framework: it works without the wrappers
		}
		reworded := &rewordingServer{&generatingServer{newFastReadServer(p, whole)}}
		return newStoppingServer(&cleaningServer{reworded, p.Secrets}, stopTimeout)
	}
}

// protocolServer is the whole interface of the framework's server. A wrapper
// that left a part out would hide it from plugin-go, which looks for it with a
// type assertion.
type protocolServer interface {
	tfprotov6.ProviderServerWithActions
	tfprotov6.ProviderServerWithListResource
	tfprotov6.ProviderServerWithStateStores
}

// edited passes a request on, and edits the response if there is one.
func edited[Q, R any](ctx context.Context, next func(context.Context, *Q) (*R, error), req *Q, edit func(*R)) (*R, error) {
	resp, err := next(ctx, req)
	if resp != nil {
		edit(resp)
	}
	return resp, err
}
