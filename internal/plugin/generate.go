package plugin

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/process"
	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// generatingServer improves the configuration that Terraform generates for an
// import. The framework copies every attribute of the state that can be configured,
// and has no way for a resource to leave one out.
type generatingServer struct{ protocolServer }

// GetProviderSchema adds the capability: the framework has the request, but does not
// offer it to Terraform (terraform-plugin-framework 1.19).
func (s *generatingServer) GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return edited(ctx, s.protocolServer.GetProviderSchema, req, func(resp *tfprotov6.GetProviderSchemaResponse) { offer(resp.ServerCapabilities) })
}

// GetMetadata adds the capability, as GetProviderSchema does.
func (s *generatingServer) GetMetadata(ctx context.Context, req *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return edited(ctx, s.protocolServer.GetMetadata, req, func(resp *tfprotov6.GetMetadataResponse) { offer(resp.ServerCapabilities) })
}

func offer(capabilities *tfprotov6.ServerCapabilities) {
	if capabilities != nil {
		capabilities.GenerateResourceConfig = true
	}
}

// GenerateResourceConfig generates the configuration of a resource. Where the result
// of the framework cannot be improved, it stays as it is.
func (s *generatingServer) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	resp, err := s.protocolServer.GenerateResourceConfig(ctx, req)
	if err != nil || resp == nil || resp.Config == nil || req.TypeName != provider.TypeName+"_process" {
		return resp, err
	}
	config, err := resp.Config.Unmarshal(process.ResourceType())
	if err != nil {
		return resp, nil //nolint:nilerr // the generated configuration is still valid
	}
	improved, err := tfprotov6.NewDynamicValue(process.ResourceType(), process.GeneratedConfig(config))
	if err != nil {
		return resp, nil //nolint:nilerr // the generated configuration is still valid
	}
	resp.Config = &improved
	return resp, nil
}
