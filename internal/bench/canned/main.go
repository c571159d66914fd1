// Command canned is the provider cf, except that it reads once and repeats that
// response for every further read, without the framework, after a pause as long as
// that of the API. So it costs what Terraform, the protocol and the API cost for
// blocks like cf_process with any provider.
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

// ReadDataSource repeats the response of the first successful read.
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

// ValidateDataResourceConfig accepts every configuration.
func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}
