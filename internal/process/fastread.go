package process

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// FastRead reads a data source without the framework: the configuration in, the
// state out, both in the form in which the protocol carries them, MessagePack.
// The framework's Read makes the same state of the same processes, and then goes
// over it several times.
type FastRead struct {
	// TypeName is the name of the data source without the provider's.
	TypeName string
	// Large says that the state can have tens of thousands of objects.
	Large bool
	// Valid reports whether there is certainly nothing to say against a
	// configuration; what it does not know, it leaves to the framework. Nil
	// knows nothing.
	Valid func(config []byte) bool
	// Read makes the state; there is none when there are errors. Not ok means
	// that the configuration is not what it expects, and that nothing was read.
	Read func(ctx context.Context, client *capi.Client, config []byte) (state []byte, diags diag.Diagnostics, ok bool)
}

// FastReads are those of the data sources that are read thousands of times,
// or whose state can have tens of thousands of objects.
func FastReads() []FastRead {
	// Made when it is first needed, since most runs of a provider read nothing.
	listType := sync.OnceValue(func() tftypes.Type { return processesSchema().Type().TerraformType(context.Background()) })
	return []FastRead{
		{TypeName: "process", Valid: validAddress, Read: packProcess},
		{
			TypeName: "processes", Large: true,
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

// validAddress reports whether the configuration is an address that is known and
// right, and nothing else. The framework takes longer to find that out than the
// whole read takes, and is asked twice for each block.
func validAddress(config []byte) bool {
	address, ok := packedAddress(config)
	if !ok {
		return false
	}
	return len(address.checkSegments()) == 0 && len(addressRules{}.check(address)) == 0
}
