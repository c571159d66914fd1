package process

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Reader reads a data source without the framework: the configuration in, the
// state out. The framework's Read makes the same state of the same processes, and
// then goes over it several times.
type Reader struct {
	// TypeName is the name of the data source without the provider's.
	TypeName string
	// Type is the type of the configuration and of the state; made when it is
	// first asked for, since most runs of a provider read nothing.
	Type func() tftypes.Type
	// Large says that the state can have tens of thousands of objects.
	Large bool
	// Sound reports whether there is certainly nothing to say against a
	// configuration; what it does not know, it leaves to the framework. Nil
	// knows nothing.
	Sound func(config tftypes.Value) bool
	// Read makes the state, in MessagePack. There is none when there are errors.
	Read func(ctx context.Context, client *capi.Client, config tftypes.Value) ([]byte, diag.Diagnostics)
}

// Readers are the readers of the data sources that are read thousands of times,
// or whose state can have tens of thousands of objects.
func Readers() []Reader {
	one, list := &dataSource{}, &listDataSource{}
	return []Reader{
		{
			TypeName: "process", Type: sync.OnceValue(func() tftypes.Type { return schemaType(one) }),
			Sound: soundAddress, Read: one.pack,
		},
		{TypeName: "processes", Large: true, Type: sync.OnceValue(func() tftypes.Type { return schemaType(list) }), Read: list.pack},
	}
}

// soundAddress reports whether the configuration is an address that is known and
// right, and nothing else. The framework takes longer to find that out than the
// whole read takes, and is asked twice for each block.
func soundAddress(config tftypes.Value) bool {
	given := objectOf(config)
	if given == nil {
		return false
	}
	for name, v := range given {
		switch name {
		case "guid", "app_guid", "type":
			s, known := given.text(name)
			if !v.IsNull() && (!known || capi.CheckSegment(s) != nil) {
				return false
			}
		default:
			if !v.IsNull() {
				return false
			}
		}
	}
	return len(addressValidator{}.check(argumentAddress(given))) == 0
}

// schemaType is the Terraform type of a data source's schema.
func schemaType(source datasource.DataSource) tftypes.Type {
	ctx := context.Background()
	var described datasource.SchemaResponse
	source.Schema(ctx, datasource.SchemaRequest{}, &described)
	return described.Schema.Type().TerraformType(ctx)
}
