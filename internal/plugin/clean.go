package plugin

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// maxShown bounds each text of a diagnostic and each progress line, in
// characters.
const maxShown = 32 << 10

// cleaningServer is the last check before the terminal: no secret of the run,
// control character or escape sequence leaves the provider in a diagnostic or a
// progress line. The code that makes messages cleans and bounds each text from
// outside, so that the rest stays readable; this covers the places that forget to.
type cleaningServer struct {
	protocolServer
	secrets func() *redact.Set // nil before the provider is configured
}

func (s *cleaningServer) clean(diags []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		d.Summary, d.Detail = s.text(d.Summary), s.text(d.Detail)
	}
}

// text returns a text as a terminal can show it. It keeps line breaks.
func (s *cleaningServer) text(text string) string {
	if secrets := s.secrets(); secrets != nil {
		text = secrets.Clean(text)
	}
	more := 0
	if n := utf8.RuneCountInString(text); n > maxShown {
		more = n - maxShown
		text = string([]rune(text)[:maxShown])
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		default:
			return utf8.RuneError
		}
	}, text)
	if more > 0 {
		text += fmt.Sprintf("… (%d more characters)", more)
	}
	return text
}

// ValidateProviderConfig cleans the diagnostics.
func (s *cleaningServer) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return edited(ctx, s.protocolServer.ValidateProviderConfig, req, func(resp *tfprotov6.ValidateProviderConfigResponse) { s.clean(resp.Diagnostics) })
}

// ConfigureProvider cleans the diagnostics.
func (s *cleaningServer) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return edited(ctx, s.protocolServer.ConfigureProvider, req, func(resp *tfprotov6.ConfigureProviderResponse) { s.clean(resp.Diagnostics) })
}

// ReadDataSource cleans the diagnostics.
func (s *cleaningServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return edited(ctx, s.protocolServer.ReadDataSource, req, func(resp *tfprotov6.ReadDataSourceResponse) { s.clean(resp.Diagnostics) })
}

// ReadResource cleans the diagnostics.
func (s *cleaningServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return edited(ctx, s.protocolServer.ReadResource, req, func(resp *tfprotov6.ReadResourceResponse) { s.clean(resp.Diagnostics) })
}

// PlanResourceChange cleans the diagnostics.
func (s *cleaningServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return edited(ctx, s.protocolServer.PlanResourceChange, req, func(resp *tfprotov6.PlanResourceChangeResponse) { s.clean(resp.Diagnostics) })
}

// ApplyResourceChange cleans the diagnostics.
func (s *cleaningServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return edited(ctx, s.protocolServer.ApplyResourceChange, req, func(resp *tfprotov6.ApplyResourceChangeResponse) { s.clean(resp.Diagnostics) })
}

// ImportResourceState cleans the diagnostics.
func (s *cleaningServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return edited(ctx, s.protocolServer.ImportResourceState, req, func(resp *tfprotov6.ImportResourceStateResponse) { s.clean(resp.Diagnostics) })
}

// PlanAction cleans the diagnostics.
func (s *cleaningServer) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return edited(ctx, s.protocolServer.PlanAction, req, func(resp *tfprotov6.PlanActionResponse) { s.clean(resp.Diagnostics) })
}

// InvokeAction cleans the progress lines and the diagnostics of the action.
func (s *cleaningServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.protocolServer.InvokeAction(ctx, req)
	if err != nil || stream == nil {
		return stream, err
	}
	events := stream.Events
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		events(func(event tfprotov6.InvokeActionEvent) bool {
			switch typed := event.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				typed.Message = s.text(typed.Message)
				event.Type = typed
			case tfprotov6.CompletedInvokeActionEventType:
				s.clean(typed.Diagnostics)
			}
			return yield(event)
		})
	}}, nil
}

// ListResource cleans the names and the diagnostics of the results.
func (s *cleaningServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.protocolServer.ListResource(ctx, req)
	if err != nil || stream == nil {
		return stream, err
	}
	results := stream.Results
	return &tfprotov6.ListResourceServerStream{Results: func(yield func(tfprotov6.ListResourceResult) bool) {
		results(func(result tfprotov6.ListResourceResult) bool {
			result.DisplayName = s.text(result.DisplayName)
			s.clean(result.Diagnostics)
			return yield(result)
		})
	}}, nil
}
