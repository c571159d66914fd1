package plugin

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// stopTimeout bounds how long StopProvider waits for running actions to send
// their final events. They end at once; a cancel has to take effect within a
// second.
const stopTimeout = 800 * time.Millisecond

// stoppingServer lets a canceled action report how far it got. plugin-go sends
// nothing to Terraform once StopProvider has returned, not even the diagnostics
// of the action (seen with terraform-plugin-go 0.31), so StopProvider waits here
// until the actions have ended.
type stoppingServer struct {
	protocolServer
	timeout time.Duration

	mu sync.Mutex
	// running has a channel for each action, closed when the action ends.
	running map[chan struct{}]struct{}
}

func newStoppingServer(server protocolServer, timeout time.Duration) *stoppingServer {
	return &stoppingServer{protocolServer: server, timeout: timeout, running: map[chan struct{}]struct{}{}}
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

// StopProvider cancels what is running, and waits shortly for the actions to end.
func (s *stoppingServer) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.protocolServer.StopProvider(ctx, req)
	s.mu.Lock()
	running := slices.Collect(maps.Keys(s.running))
	s.mu.Unlock()
	timeout := time.NewTimer(s.timeout)
	defer timeout.Stop()
	for _, ended := range running {
		select {
		case <-ended:
		case <-timeout.C:
			return resp, err
		}
	}
	return resp, err
}
