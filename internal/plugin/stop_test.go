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

// lingering is a server whose only action goes on until it is stopped, and
// then takes its time for a last event.
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

func TestStopWaitsForTheLastWordOfAnAction(t *testing.T) {
	for name, test := range map[string]struct {
		takes, timeout time.Duration
		heard          bool
	}{
		"in time":  {700 * time.Millisecond, stopTimeout, true},
		"too late": {900 * time.Millisecond, stopTimeout, false},
	} {
		t.Run(name, inBubble(func(t *testing.T) {
			server := newStoppingServer(&lingering{stopped: make(chan struct{}), takes: test.takes}, test.timeout)
			stream, err := server.(tfprotov6.ProviderServerWithActions).InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{})
			if err != nil {
				t.Fatal(err)
			}
			heard := make(chan struct{})
			go func() {
				for range stream.Events {
					close(heard)
				}
			}()
			if _, err := server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
				t.Fatal(err)
			}
			select {
			case <-heard:
				if !test.heard {
					t.Error("the stop waited longer than its timeout")
				}
			default:
				if test.heard {
					t.Error("the stop did not wait")
				}
				<-heard
			}
		}))
	}
}

// inBubble runs a test by a clock of its own, which jumps to what is next.
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
		t.Errorf("it took %s", time.Since(began))
	}
}

// The wrappers must not hide what the framework's server offers, also what a
// newer one may offer.
func TestServerOffersEverything(t *testing.T) {
	server := NewServer("test")()
	if _, ok := server.(*stoppingServer); !ok {
		t.Errorf("the server is a %T: canceled actions cannot say how far they got", server)
	}
	offered := reflect.TypeOf(providerserver.NewProtocol6(provider.New("test"))())
	for i := range offered.NumMethod() {
		name := offered.Method(i).Name
		if _, found := reflect.TypeOf(server).MethodByName(name); !found {
			t.Errorf("the server has no %s, which the framework's has: add its interface to protocolServer", name)
		}
	}
}
