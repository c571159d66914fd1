// Command canned is the provider cf that reads once and gives the same answer
// to every further read, without a look at it: what Terraform and the protocol
// cost for blocks of the shape of cf_process when the provider does nothing.
package main

import (
	"context"
	"log"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

func main() {
	if err := plugin.SilenceUnusedLogs(); err != nil {
		log.Fatal(err)
	}
	plugin.CollectGarbageSeldom()
	err := tf6server.Serve("registry.terraform.io/cf-process/cf", func() tfprotov6.ProviderServer {
		return &server{ProviderServer: plugin.NewServer("bench")()}
	})
	if err != nil {
		log.Fatal(err)
	}
}

type server struct {
	tfprotov6.ProviderServer
	first atomic.Pointer[tfprotov6.ReadDataSourceResponse]
}

// ReadDataSource gives the answer of the first read that succeeded.
func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	if first := s.first.Load(); first != nil {
		return first, nil
	}
	resp, err := s.ProviderServer.ReadDataSource(ctx, req)
	if err == nil && len(resp.Diagnostics) == 0 {
		s.first.CompareAndSwap(nil, resp)
	}
	return resp, err
}

// ValidateDataResourceConfig finds nothing.
func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}
