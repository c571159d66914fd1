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

// Readers are the readers of the data sources that are read thousands of times,
// or whose state can have tens of thousands of objects.
func Readers() []Reader {
	one, list := &dataSource{}, &listDataSource{}
	return []Reader{
		{TypeName: "process", Type: sync.OnceValue(func() tftypes.Type { return schemaType(one) }), Read: one.pack},
		{TypeName: "processes", Type: sync.OnceValue(func() tftypes.Type { return schemaType(list) }), Read: list.pack},
	}
}

// schemaType is the Terraform type of a data source's schema.
func schemaType(source datasource.DataSource) tftypes.Type {
	ctx := context.Background()
	var described datasource.SchemaResponse
	source.Schema(ctx, datasource.SchemaRequest{}, &described)
	return described.Schema.Type().TerraformType(ctx)
}
