package provider

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stopPatience is how long a stop waits for actions to say their last word.
// They stop at once; this only bounds it, for a cancel has to take effect
// within a second.
const stopPatience = 800 * time.Millisecond

// NewServer returns the constructor of the provider's plugin server, protocol
// 6. The version is that of the build.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := &cfProvider{version: version}
		return newStoppingServer(newReadServer(p, providerserver.NewProtocol6(p)()), stopPatience)
	}
}

// protocolServer is everything that the framework's server can do; what is not
// named here would be lost in the wrapper.
type protocolServer interface {
	tfprotov6.ProviderServerWithActions
	tfprotov6.ProviderServerWithListResource
	tfprotov6.ProviderServerWithStateStores
}

// stoppingServer lets a canceled action say how far it got. The plugin server
// around it sends nothing to Terraform any more once StopProvider has returned,
// not even the action's diagnostics, so that one waits here until the actions
// have ended.
type stoppingServer struct {
	protocolServer
	patience time.Duration

	mu sync.Mutex
	// running has a channel for each action, which closes when it has ended.
	running map[chan struct{}]struct{}
}

func newStoppingServer(server tfprotov6.ProviderServer, patience time.Duration) tfprotov6.ProviderServer {
	whole, ok := server.(protocolServer)
	if !ok {
		return server // of another framework: works, but is silent after a cancel
	}
	return &stoppingServer{protocolServer: whole, patience: patience, running: map[chan struct{}]struct{}{}}
}

// InvokeAction counts the action as running until its last event is sent.
func (s *stoppingServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocolServer.InvokeAction(ctx, req)
	if err != nil || stream == nil {
		return stream, err
	}
	ended := make(chan struct{})
	s.mu.Lock()
	s.running[ended] = struct{}{}
	s.mu.Unlock()
	events := stream.Events
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		defer func() {
			s.mu.Lock()
			delete(s.running, ended)
			s.mu.Unlock()
			close(ended)
		}()
		events(yield)
	}}, nil
}

// StopProvider cancels what runs, and gives the actions a moment to end.
func (s *stoppingServer) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.protocolServer.StopProvider(ctx, req)
	s.mu.Lock()
	running := slices.Collect(maps.Keys(s.running))
	s.mu.Unlock()
	patience := time.NewTimer(s.patience)
	defer patience.Stop()
	for _, ended := range running {
		select {
		case <-ended:
		case <-patience.C:
			return resp, err
		}
	}
	return resp, err
}
