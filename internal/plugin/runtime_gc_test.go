package plugin

import (
	"context"
	"runtime/debug"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// reading is a server that answers nothing to what is left to it.
type reading struct{ protocolServer }

func (reading) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{}, nil
}

func (reading) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{}, nil
}

// Reading a large list resets the GC percentage to its default.
func TestLargeListsResetTheGCPercentage(t *testing.T) {
	before := debug.SetGCPercent(defaultGCPercent)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	server := newFastReadServer(provider.New("test"), reading{})
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
		"one process":    {source("cf_process"), lazyGCPercent},
		"its statistics": {source("cf_process_stats"), lazyGCPercent},
		"the list":       {source("cf_processes"), defaultGCPercent},
		"the list for terraform query": {func() error {
			_, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: "cf_process"})
			return err
		}, defaultGCPercent},
	} {
		t.Run(name, func(t *testing.T) {
			CollectGarbageSeldom()
			if err := test.read(); err != nil {
				t.Fatal(err)
			}
			if got := debug.SetGCPercent(defaultGCPercent); got != test.want {
				t.Errorf("got a GC percentage of %d, want %d", got, test.want)
			}
		})
	}
}
