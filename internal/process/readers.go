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
	// Read makes the state, in MessagePack. There is none when there are errors.
	Read func(ctx context.Context, client *capi.Client, config tftypes.Value) ([]byte, diag.Diagnostics)
}

// LargeLists are the readers of the data sources whose state can have tens of
// thousands of objects.
func LargeLists() []Reader {
	processes := &listDataSource{}
	return []Reader{{
		TypeName: "processes",
		Type: sync.OnceValue(func() tftypes.Type {
			ctx := context.Background()
			var described datasource.SchemaResponse
			processes.Schema(ctx, datasource.SchemaRequest{}, &described)
			return described.Schema.Type().TerraformType(ctx)
		}),
		Read: processes.pack,
	}}
}
