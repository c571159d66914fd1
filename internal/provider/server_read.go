package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// readServer answers ReadDataSource for cf_process and cf_processes itself, and
// leaves all else to the framework: above all, to find mistakes.
//
// After Read, the framework copies, compares and rebuilds the whole state more
// than once, which takes several times as long as to read, decode and encode
// it. None of that does anything here: the state is made by the provider in its
// final form, and no attribute has a type with a semantic equality.
// Configuration is validated in a request of its own.
type readServer struct {
	protocolServer
	provider *cfProvider
	readers  map[string]process.Reader
}

func newReadServer(p *cfProvider, framework tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	whole, ok := framework.(protocolServer)
	if !ok {
		return framework
	}
	readers := make(map[string]process.Reader)
	for _, reader := range process.Readers() {
		readers["cf_"+reader.TypeName] = reader
	}
	return &readServer{protocolServer: whole, provider: p, readers: readers}
}

// ValidateDataResourceConfig passes what is certainly right, and leaves all else
// to the framework.
func (s *readServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	if reader, own := s.readers[req.TypeName]; own && reader.Sound != nil && req.Config != nil && reader.Sound(req.Config.MsgPack) {
		return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
	}
	return s.protocolServer.ValidateDataResourceConfig(ctx, req)
}

// ReadDataSource reads a data source, or leaves the request to the framework.
func (s *readServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	reader, own := s.readers[req.TypeName]
	if reader.Large {
		collectGarbageAsUsual()
	}
	client := s.provider.configured.Load()
	if !own || client == nil || req.Config == nil {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	state, diags, ok := reader.Read(ctx, client, req.Config.MsgPack)
	if !ok {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	resp := &tfprotov6.ReadDataSourceResponse{
		Diagnostics: protocolDiagnostics(diags), State: &tfprotov6.DynamicValue{MsgPack: state},
	}
	if diags.HasError() {
		resp.State = req.Config // beside errors the framework sends the configuration
	}
	return resp, nil
}

// ListResource lists what may be a whole foundation.
func (s *readServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	collectGarbageAsUsual()
	return s.protocolServer.ListResource(ctx, req)
}

// protocolDiagnostics are diagnostics as the protocol has them.
func protocolDiagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	var converted []*tfprotov6.Diagnostic
	for _, d := range diags {
		one := &tfprotov6.Diagnostic{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary(), Detail: d.Detail(),
		}
		if d.Severity() == diag.SeverityWarning {
			one.Severity = tfprotov6.DiagnosticSeverityWarning
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			one.Attribute = attributePath(at.Path())
		}
		converted = append(converted, one)
	}
	return converted
}

// attributePath is a path of attribute names as the protocol has it; the errors
// here are about arguments at the top, which are nothing else.
func attributePath(p path.Path) *tftypes.AttributePath {
	converted := tftypes.NewAttributePath()
	for _, step := range p.Steps() {
		name, ok := step.(path.PathStepAttributeName)
		if !ok {
			break
		}
		converted = converted.WithAttributeName(string(name))
	}
	return converted
}
