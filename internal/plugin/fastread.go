package plugin

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/process"
	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// fastReadServer handles ReadDataSource for cf_processes, and for cf_process by GUID
// or by app GUID and type, without the framework. It leaves everything else to the
// framework, in particular whatever may be invalid.
//
// After Read, the framework copies, compares and rebuilds the whole state more
// than once, which takes several times as long as reading, decoding and encoding
// it. None of it has any effect here: the provider makes the state in its final
// form, no attribute has a type with semantic equality, and the configuration is
// validated in a separate request. Two rows of make bench measure what this saves:
// "CPU of the provider for each of them" and "cf_processes with 10,000 processes".
type fastReadServer struct {
	protocolServer
	provider interface{ Client() *capi.Client }
	reads    map[string]process.FastRead
}

func newFastReadServer(p interface{ Client() *capi.Client }, framework protocolServer) *fastReadServer {
	return &fastReadServer{protocolServer: framework, provider: p, reads: process.FastReads(provider.TypeName)}
}

// ValidateDataResourceConfig accepts what is certainly valid, and leaves
// everything else to the framework.
func (s *fastReadServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	if read, ok := s.reads[req.TypeName]; ok && read.Valid != nil && req.Config != nil && read.Valid(req.Config.MsgPack) {
		return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
	}
	return s.protocolServer.ValidateDataResourceConfig(ctx, req)
}

// ReadDataSource reads a data source, or leaves the request to the framework.
func (s *fastReadServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	read, ok := s.reads[req.TypeName]
	if read.Large {
		collectGarbageNormally()
	}
	client := s.provider.Client()
	if !ok || client == nil || req.Config == nil {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	state, diags, ok := read.Read(ctx, client, req.Config.MsgPack)
	if !ok {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	resp := &tfprotov6.ReadDataSourceResponse{
		Diagnostics: protocolDiagnostics(diags), State: &tfprotov6.DynamicValue{MsgPack: state},
	}
	if diags.HasError() {
		resp.State = req.Config // with errors the framework sends the configuration, too
	}
	return resp, nil
}

// ListResource makes room for a list that can be a whole foundation.
func (s *fastReadServer) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	collectGarbageNormally()
	return s.protocolServer.ListResource(ctx, req)
}

// protocolDiagnostics converts diagnostics to those of the protocol.
func protocolDiagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	var converted []*tfprotov6.Diagnostic
	for _, d := range diags {
		protocol := &tfprotov6.Diagnostic{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary(), Detail: d.Detail(),
		}
		if d.Severity() == diag.SeverityWarning {
			protocol.Severity = tfprotov6.DiagnosticSeverityWarning
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			// All are about arguments at the top level.
			protocol.Attribute = tftypes.NewAttributePath().WithAttributeName(at.Path().String())
		}
		converted = append(converted, protocol)
	}
	return converted
}
