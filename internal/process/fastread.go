package process

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// FastRead reads a data source without the framework: from the configuration to the
// state, both in MessagePack, as in the protocol. The framework's Read makes the same
// state, and then goes over it several times.
type FastRead struct {
	// Large means that the state can have tens of thousands of objects.
	Large bool
	// Valid reports whether a configuration is certainly valid; false means that the
	// framework has to decide, as it does where Valid is nil.
	Valid func(config []byte) bool
	// Read makes the state; there is none when there are errors. If the configuration
	// needs the framework, ok is false and Read has sent no request.
	Read func(ctx context.Context, client *capi.Client, config []byte) (state []byte, diags diag.Diagnostics, ok bool)
}

// FastReads are those of the data sources that are read thousands of times, or whose
// state can have tens of thousands of objects, by type name.
func FastReads(providerTypeName string) map[string]FastRead {
	// Made when it is first needed, since most runs of a provider read nothing.
	listType := sync.OnceValue(func() tftypes.Type { return processesSchema().Type().TerraformType(context.Background()) })
	return map[string]FastRead{
		providerTypeName + "_process": {Valid: validAddress, Read: packProcess},
		providerTypeName + "_processes": {
			Large: true,
			Read: func(ctx context.Context, client *capi.Client, packed []byte) ([]byte, diag.Diagnostics, bool) {
				config, err := tfprotov6.DynamicValue{MsgPack: packed}.Unmarshal(listType())
				if err != nil {
					return nil, nil, false
				}
				state, diags := packProcesses(ctx, client, config)
				return state, diags, true
			},
		},
	}
}

// validAddress reports whether the configuration is a valid and known address, and
// nothing else. The framework takes longer to validate than the whole read takes, and
// Terraform validates each block twice.
func validAddress(config []byte) bool {
	address, ok := packedAddress(config)
	if !ok {
		return false
	}
	return len(address.checkSegments()) == 0 && len(addressRules{}.check(address)) == 0
}
