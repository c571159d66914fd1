package process

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

var (
	_ datasource.DataSource                     = (*dataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*dataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*dataSource)(nil)
)

// dataSource is cf_process: one process.
type dataSource struct{ dataSourceClient }

// NewDataSource makes the data source cf_process.
func NewDataSource() datasource.DataSource { return &dataSource{} }

// Metadata names the data source.
func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process"
}

// Schema describes the data source.
func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := processTable.DataSource()
	for name, description := range map[string]string{
		"guid": guidArgument, "app_guid": appGUIDArgument, "type": typeArgument,
	} {
		attributes[name] = schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: description, Validators: segment(),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one process: the unit of an app that runs, with its instances, memory, health " +
			"checks and metadata. It is addressed by `guid`, or by `app_guid` and `type`.",
		Attributes: attributes,
	}
}

// ConfigValidators check the address.
func (d *dataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{addressValidator{}}
}

// Read asks for the process: GET /v3/processes/{guid}, or
// GET /v3/apps/{guid}/processes/{type}.
func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

// read makes the state for the framework.
func (d *dataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	p, diags := d.get(ctx, client, addressIn(field.Open(config)))
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	return processTable.Value(p), nil
}

// pack makes the state without the framework; see FastRead.
func (d *dataSource) pack(ctx context.Context, client *capi.Client, config []byte) (packed []byte, diags diag.Diagnostics, ok bool) {
	address, ok := packedAddress(config)
	if !ok {
		return nil, nil, false
	}
	p, diags := d.get(ctx, client, address)
	if diags.HasError() {
		return nil, diags, true
	}
	state := field.NewPacker()
	processTable.Pack(state, p)
	packed, diags = state.Bytes(nil)
	return packed, diags, true
}

func (d *dataSource) get(ctx context.Context, client *capi.Client, address addressModel) (*capi.Process, diag.Diagnostics) {
	p, err := client.GetProcess(ctx, address.address())
	if err != nil {
		return nil, diag.Diagnostics{readFailure(address.address()).Diagnostic(err)}
	}
	return p, nil
}
