package plugin

import (
	"context"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// lingering is a server whose only action runs until the server is stopped, and
// sends its last event some time later.
type lingering struct {
	protocolServer
	stopped chan struct{}
	takes   time.Duration
}

func (l *lingering) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	close(l.stopped)
	return &tfprotov6.StopProviderResponse{}, nil
}

func (l *lingering) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		<-l.stopped
		<-time.After(l.takes)
		yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{}})
	}}, nil
}

func TestStopWaitsForTheLastEventOfAnAction(t *testing.T) {
	for name, test := range map[string]struct {
		takes, timeout time.Duration
		received       bool
	}{
		"in time":  {700 * time.Millisecond, stopTimeout, true},
		"too late": {900 * time.Millisecond, stopTimeout, false},
	} {
		t.Run(name, inBubble(func(t *testing.T) {
			server := newStoppingServer(&lingering{stopped: make(chan struct{}), takes: test.takes}, test.timeout)
			stream, err := server.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{})
			if err != nil {
				t.Fatal(err)
			}
			received := make(chan struct{})
			go func() {
				for range stream.Events {
					close(received)
				}
			}()
			if _, err := server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Fatal(err)
			}
			select {
			case <-received:
				if !test.received {
					t.Errorf("got the last event before the stop returned, want a return after the timeout of %s", test.timeout)
				}
			default:
				if test.received {
					t.Error("got a return of the stop before the last event, want it to wait")
				}
				<-received
			}
		}))
	}
}

// inBubble runs a test with a fake clock, which advances to the next timer.
func inBubble(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) { synctest.Test(t, test) }
}

// Without actions there is nothing to wait for.
func TestStopOfAnIdleServerIsQuick(t *testing.T) {
	server := newStoppingServer(&lingering{stopped: make(chan struct{})}, time.Minute)
	began := time.Now()
	if _, err := server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	if time.Since(began) > 10*time.Second {
		t.Errorf("got a return of the stop after %s, want it at once", time.Since(began))
	}
}

// The wrappers must not hide a method of the framework's server, nor one that a
// newer framework adds.
func TestServerOffersEverything(t *testing.T) {
	server := NewServer("test")()
	if _, ok := server.(*stoppingServer); !ok {
		t.Errorf("got a server of the type %T, want *stoppingServer: canceled actions could not report their progress", server)
	}
	offered := reflect.TypeOf(providerserver.NewProtocol6(provider.New("test"))())
	for i := range offered.NumMethod() {
		name := offered.Method(i).Name
		if _, found := reflect.TypeOf(server).MethodByName(name); !found {
			t.Errorf("got no method %s, which the framework's server has, want it: add its interface to protocolServer", name)
		}
	}
}
