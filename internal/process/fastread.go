package process

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
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
	one, list := &dataSource{}, &processesDataSource{}
	// Made when it is first asked for, since most runs of a provider read nothing.
	kind := sync.OnceValue(func() tftypes.Type { return schemaType(list) })
	return []FastRead{
		{TypeName: "process", Valid: validAddress, Read: one.pack},
		{
			TypeName: "processes", Large: true,
			Read: func(ctx context.Context, client *capi.Client, config []byte) ([]byte, diag.Diagnostics, bool) {
				given, err := tfprotov6.DynamicValue{MsgPack: config}.Unmarshal(kind())
				if err != nil {
					return nil, nil, false
				}
				state, diags := list.pack(ctx, client, given)
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

// schemaType is the Terraform type of a data source's schema.
func schemaType(source datasource.DataSource) tftypes.Type {
	ctx := context.Background()
	var described datasource.SchemaResponse
	source.Schema(ctx, datasource.SchemaRequest{}, &described)
	return described.Schema.Type().TerraformType(ctx)
}
