package plugin

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

const hostile = "state \x1b[31mred\x07 \x00 \u202e token s3cret-t0ken"

// hostileServer answers everything with texts that a terminal must not get.
type hostileServer struct{ protocolServer }

func hostileDiagnostics() []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{{Summary: hostile, Detail: "first line\n" + hostile + strings.Repeat("x", 5<<20)}}
}

func (hostileServer) ValidateProviderConfig(context.Context, *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) ReadDataSource(context.Context, *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return &tfprotov6.ReadDataSourceResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) ReadResource(context.Context, *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) PlanResourceChange(context.Context, *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) ApplyResourceChange(context.Context, *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return &tfprotov6.ApplyResourceChangeResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) ImportResourceState(context.Context, *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) PlanAction(context.Context, *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return &tfprotov6.PlanActionResponse{Diagnostics: hostileDiagnostics()}, nil
}

func (hostileServer) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		_ = yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.ProgressInvokeActionEventType{Message: hostile}}) &&
			yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: hostileDiagnostics()}})
	}}, nil
}

func (hostileServer) ListResource(context.Context, *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: func(yield func(tfprotov6.ListResourceResult) bool) {
		yield(tfprotov6.ListResourceResult{DisplayName: hostile, Diagnostics: hostileDiagnostics()})
	}}, nil
}

// cleanedMethods are the requests whose answers can carry text from outside.
var cleanedMethods = []string{
	"ApplyResourceChange", "ConfigureProvider", "ImportResourceState", "InvokeAction", "ListResource", "PlanAction",
	"PlanResourceChange", "ReadDataSource", "ReadResource", "ValidateProviderConfig",
}

// uncleanedMethods answer from the configuration, the schemas or an old state
// alone, or are about what this provider does not have.
var uncleanedMethods = []string{
	"CloseEphemeralResource", "ConfigureStateStore", "DeleteState", "GenerateResourceConfig", "GetFunctions", "GetMetadata", "GetProviderSchema",
	"GetResourceIdentitySchemas", "GetStates", "LockState", "MoveResourceState", "OpenEphemeralResource", "ReadStateBytes",
	"RenewEphemeralResource", "UnlockState", "UpgradeResourceIdentity", "UpgradeResourceState", "ValidateActionConfig",
	"ValidateDataResourceConfig", "ValidateEphemeralResourceConfig", "ValidateListResourceConfig", "ValidateResourceConfig",
	"ValidateStateStore", "ValidateStateStoreConfig", "WriteStateBytes",
}

func TestNoTextLeavesUncleaned(t *testing.T) {
	t.Parallel()
	secrets := new(redact.Set)
	secrets.Add("s3cret-t0ken")
	server := reflect.ValueOf(&cleaningServer{hostileServer{}, func() *redact.Set { return secrets }})
	for _, name := range cleanedMethods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method := server.MethodByName(name)
			request := reflect.New(method.Type().In(1).Elem())
			texts := textsOf(method.Call([]reflect.Value{reflect.ValueOf(t.Context()), request})[0].Interface())
			if len(texts) == 0 {
				t.Fatal("got no text, want the hostile one cleaned")
			}
			for _, text := range texts {
				for _, bad := range []string{"\x1b", "\x07", "\x00", "\u202e", "s3cret-t0ken"} {
					if strings.Contains(text, bad) {
						t.Errorf("got %q in %.200q, want it removed", bad, text)
					}
				}
				if len(text) > 200<<10 {
					t.Errorf("got %d bytes, want a bounded text", len(text))
				}
			}
		})
	}
}

// A request of a newer protocol has to be put into one of the two lists.
func TestEveryRequestWithTextsIsCleanedOrHarmless(t *testing.T) {
	t.Parallel()
	protocol := reflect.TypeFor[protocolServer]()
	for i := range protocol.NumMethod() {
		method := protocol.Method(i)
		answer := method.Type.Out(0)
		if answer.Kind() != reflect.Pointer || answer.Elem().Kind() != reflect.Struct {
			continue
		}
		_, hasDiagnostics := answer.Elem().FieldByName("Diagnostics")
		isStream := strings.HasSuffix(answer.Elem().Name(), "Stream")
		known := slices.Contains(cleanedMethods, method.Name) || slices.Contains(uncleanedMethods, method.Name)
		if (hasDiagnostics || isStream) && !known {
			t.Errorf("got %s, whose response can have texts, in neither list of this file, want it in one", method.Name)
		}
	}
}

// textsOf are the texts of an answer.
func textsOf(answer any) []string {
	var texts []string
	add := func(diags []*tfprotov6.Diagnostic) {
		for _, d := range diags {
			texts = append(texts, d.Summary, d.Detail)
		}
	}
	switch a := answer.(type) {
	case *tfprotov6.InvokeActionServerStream:
		for event := range a.Events {
			switch typed := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				texts = append(texts, typed.Message)
			case tfprotov6.CompletedInvokeActionEventType:
				add(typed.Diagnostics)
			}
		}
	case *tfprotov6.ListResourceServerStream:
		for result := range a.Results {
			texts = append(texts, result.DisplayName)
			add(result.Diagnostics)
		}
	default:
		diags, _ := reflect.ValueOf(answer).Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic)
		add(diags)
	}
	return texts
}
