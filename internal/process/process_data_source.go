package process

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// NewDataSource makes the data source cf_process: one process.
func NewDataSource() datasource.DataSource {
	return &dataSource{name: "_process", schema: processSchema, check: checkLookup, read: readProcess}
}

func processSchema() schema.Schema {
	attributes := named.DataSource()
	for _, argument := range lookupArguments {
		attributes[argument.name] = schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: argument.description,
			Validators: []validator.String{argument.rule},
		}
	}
	attributes["include_names"] = schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether to look up `app_name`, `space_name`, `organization_guid` and " +
			"`organization_name`, with one more request. With `app_name` set, they are always looked up. Default: " +
			"`false`.",
	}
	return schema.Schema{
		MarkdownDescription: "Reads one process of an app, with its instances, memory, health checks and metadata. " +
			"Address it by `app_name`, `app_guid` or `guid`.",
		Attributes: attributes,
	}
}

// readProcess requests the process: GET /v3/processes/{guid}, or
// GET /v3/apps/{guid}/processes/{type}.
func readProcess(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	arguments := field.Open(config)
	at, diags := lookUp(ctx, client, arguments)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	p, err := client.GetProcess(ctx, at.address)
	if err != nil {
		diags.Append(at.failure.Diagnostic(err))
		return tftypes.Value{}, diags
	}
	entry := &namedProcess{process: p}
	switch {
	case at.names != nil:
		entry.names = *at.names
	case arguments.Flag("include_names"):
		names, warnings := lookUpNames(ctx, client, []*capi.Process{p})
		diags.Append(warnings...)
		entry = withNames(p, names)
	}
	state := named.Values(entry)
	state["include_names"] = arguments["include_names"]
	return state.Value(config.Type()), diags
}

// packProcess makes the state without the framework; see FastRead. It leaves
// configurations that need names to the framework.
func packProcess(ctx context.Context, client *capi.Client, config []byte) (packed []byte, diags diag.Diagnostics, ok bool) {
	address, ok := packedAddress(config)
	if !ok {
		return nil, nil, false
	}
	p, err := client.GetProcess(ctx, address.address())
	if err != nil {
		return nil, diag.Diagnostics{address.failure("read").Diagnostic(err)}, true
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
