package process

import (
	"context"
	"slices"

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
	attributes := named.DataSource()
	for _, argument := range lookupArguments {
		attributes[argument.name] = schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: argument.description, Validators: argument.validators,
		}
	}
	attributes["include_names"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether to look up `app_name`, `space_name`, `organization_guid` and `organization_name`, " +
			"with one more request. They are looked up anyway when `app_name` is set. Default: `false`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one process: the unit of an app that runs, with its instances, memory, health " +
			"checks and metadata. Address it by `app_name`, `app_guid` or `guid`.",
		Attributes: attributes,
	}
}

// ConfigValidators check the address.
func (d *dataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{lookupValidator{}}
}

// Read requests the process: GET /v3/processes/{guid}, or
// GET /v3/apps/{guid}/processes/{type}.
func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

// read makes the state for the framework.
func (d *dataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	arguments := field.Open(config)
	at, diags := lookupIn(arguments).resolve(ctx, client)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	entry := &namedProcess{}
	var err error
	if entry.process, err = client.GetProcess(ctx, at.address); err != nil {
		diags.Append(at.failure.Diagnostic(err))
		return tftypes.Value{}, diags
	}
	switch {
	case at.names != nil:
		entry.names = *at.names
	case arguments.Flag("include_names"):
		diags.Append(entry.lookUpNames(ctx, client)...)
	}
	state := named.Values(entry)
	state["include_names"] = arguments["include_names"]
	typ, _ := config.Type().(tftypes.Object)
	return state.Value(typ), diags
}

// lookUpNames reads the names around the app of the process.
func (n *namedProcess) lookUpNames(ctx context.Context, client *capi.Client) diag.Diagnostics {
	found, err := client.Names(ctx, []*capi.Process{n.process})
	if err != nil {
		return diag.Diagnostics{namesFailure.Diagnostic(err)}
	}
	if app := n.process.AppGUID(); app != nil {
		n.names = found.ByApp[*app]
	}
	diags := apiWarnings(found.Warnings)
	diags.Append(unstableWarning("apps", found.Unstable)...)
	return diags
}

// pack makes the state without the framework; see FastRead. It takes only what
// needs no names.
func (d *dataSource) pack(ctx context.Context, client *capi.Client, config []byte) (packed []byte, diags diag.Diagnostics, ok bool) {
	address, ok := packedAddress(config)
	if !ok {
		return nil, nil, false
	}
	p, err := client.GetProcess(ctx, address.address())
	if err != nil {
		return nil, diag.Diagnostics{readFailure(address.address()).Diagnostic(err)}, true
	}
	state := field.NewPacker()
	packedProcess.Pack(state, &namedProcess{process: p})
	packed, diags = state.Bytes(nil)
	return packed, diags, true
}

// packedProcess is the whole state of the data source where include_names is not
// set.
var packedProcess = field.RecordOf(append(slices.Clone(namedFields),
	field.Bool("include_names", "", func(*namedProcess) *bool { return nil }))...)
