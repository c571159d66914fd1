package provider

import (
	"context"
	"runtime/debug"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// reading is a server that answers nothing to what is left to it.
type reading struct{ protocolServer }

func (reading) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{}, nil
}

func (reading) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{}, nil
}

// Garbage gathers only as long as nothing large is read.
func TestLargeListsEndTheSavingOnCollections(t *testing.T) {
	before := debug.SetGCPercent(usual)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	server := newReadServer(&cfProvider{}, reading{}).(*readServer)
	source := func(name string) func() error {
		return func() error {
			_, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name})
			return err
		}
	}
	for name, test := range map[string]struct {
		read func() error
		want int
	}{
		"one process":    {source("cf_process"), seldom},
		"its statistics": {source("cf_process_stats"), seldom},
		"the list":       {source("cf_processes"), usual},
		"the list for terraform query": {func() error {
			_, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: "cf_process"})
			return err
		}, usual},
	} {
		t.Run(name, func(t *testing.T) {
			CollectGarbageSeldom()
			if err := test.read(); err != nil {
				t.Fatal(err)
			}
			if got := debug.SetGCPercent(usual); got != test.want {
				t.Errorf("garbage is collected at %d%%, want %d%%", got, test.want)
			}
		})
	}
}
