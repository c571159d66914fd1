package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// listServer answers ReadDataSource for the large lists itself and leaves all
// else to the framework. After Read, the framework copies, compares and rebuilds
// the whole state more than once, which for a list of thousands of processes
// takes several times as long as to read, decode and encode it. None of that
// does anything here: the state is made by the provider in its final form, and
// no attribute has a type with a semantic equality. Configuration is validated by the
// framework, in a request of its own.
type listServer struct {
	protocolServer
	provider *cfProvider
	lists    map[string]process.Reader
}

func newListServer(p *cfProvider, framework tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	whole, ok := framework.(protocolServer)
	if !ok {
		return framework
	}
	lists := make(map[string]process.Reader)
	for _, reader := range process.LargeLists() {
		lists["cf_"+reader.TypeName] = reader
	}
	return &listServer{protocolServer: whole, provider: p, lists: lists}
}

// ReadDataSource reads a large list, or leaves the request to the framework.
func (s *listServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	reader, large := s.lists[req.TypeName]
	client := s.provider.configured.Load()
	if !large || client == nil || req.Config == nil {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	kind := reader.Type()
	config, err := req.Config.Unmarshal(kind)
	if err != nil {
		return s.protocolServer.ReadDataSource(ctx, req)
	}
	state, diags := reader.Read(ctx, client, config)
	resp := &tfprotov6.ReadDataSourceResponse{Diagnostics: protocolDiagnostics(diags)}
	if !diags.HasError() {
		resp.State = &tfprotov6.DynamicValue{MsgPack: state}
		return resp, nil
	}
	// Beside errors the framework sends the configuration.
	unread, err := tfprotov6.NewDynamicValue(kind, config)
	if err != nil {
		return nil, err
	}
	resp.State = &unread
	return resp, nil
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

// attributePath is a path of attribute names as the protocol has it; the
// errors of a list are about arguments at its top, which are nothing else.
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
