// Command canned is the provider cf that reads once and repeats that answer for
// every further read, after a pause as long as the API's response takes: what
// Terraform, the protocol and the API cost for blocks of the shape of cf_process,
// whatever the provider. It answers without the framework.
package main

import (
	"context"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

func main() {
	if err := plugin.SilenceUnusedLogs(); err != nil {
		log.Fatal(err)
	}
	plugin.CollectGarbageSeldom()
	latency, err := time.ParseDuration(os.Getenv(latencyVariable))
	if err != nil {
		log.Fatal(latencyVariable, ": ", err)
	}
	err = tf6server.Serve("registry.terraform.io/cf-process/cf", func() tfprotov6.ProviderServer {
		return &server{ProviderServer: plugin.NewServer("bench")(), latency: latency}
	})
	if err != nil {
		log.Fatal(err)
	}
}

type server struct {
	tfprotov6.ProviderServer
	latency time.Duration
	first   atomic.Pointer[tfprotov6.ReadDataSourceResponse]
}

// latencyVariable has the pause, as a duration.
const latencyVariable = "BENCH_LATENCY"

// ReadDataSource repeats the answer of the first read that succeeded.
func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	if first := s.first.Load(); first != nil {
		pause := time.NewTimer(s.latency)
		defer pause.Stop()
		select {
		case <-pause.C:
			return first, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
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
