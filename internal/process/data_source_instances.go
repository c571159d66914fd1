package process

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

var (
	_ datasource.DataSource                     = (*instancesDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*instancesDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*instancesDataSource)(nil)
)

// instancesDataSource is cf_process_instances: the states of the instances of
// a process.
type instancesDataSource struct{ dataSourceClient }

// NewInstancesDataSource makes the data source cf_process_instances.
func NewInstancesDataSource() datasource.DataSource { return &instancesDataSource{} }

// Metadata names the data source.
func (d *instancesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_instances"
}

// Schema describes the data source.
func (d *instancesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := addressAttributes()
	attributes["instances"] = schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: "The instances of the process, in the API's order.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"index": schema.Int64Attribute{Computed: true, MarkdownDescription: "Index of the instance, from 0."},
			"state": schema.StringAttribute{
				Computed: true, MarkdownDescription: "`RUNNING`, `STARTING`, `STOPPING`, `CRASHED` or `DOWN`.",
			},
			"since": schema.Int64Attribute{
				Computed: true,
				MarkdownDescription: "Seconds since the instance entered this state, as the API says it. Null on a " +
					"foundation without the endpoint, where the instances are read from the stats.",
			},
		}},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the state of each instance of a process: less than `cf_process_stats` does, from a " +
			"newer and lighter endpoint. A foundation without that endpoint is asked for the stats instead.",
		Attributes: attributes,
	}
}

// ConfigValidators check the address.
func (d *instancesDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{addressValidator{}}
}

// Read asks for the instances: GET /v3/processes/{guid}/process_instances.
func (d *instancesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

func (d *instancesDataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	address := argumentAddress(objectOf(config))
	instances, err := client.ProcessInstances(ctx, address.address())
	if err != nil {
		failure := readFailure(address)
		failure.Action = "read the instances of " + address.address().String()
		return tftypes.Value{}, diag.Diagnostics{failure.Diagnostic(err)}
	}
	values := make([]tftypes.Value, 0, len(instances.Resources))
	for _, i := range instances.Resources {
		values = append(values, tftypes.NewValue(instanceType, map[string]tftypes.Value{
			"index": numberValue(i.Index), "state": stringValue((*string)(i.State)), "since": numberValue(i.Since),
		}))
	}
	return with(config, "instances", listOf(instanceType, values)), apiWarnings(instances.Warnings)
}

// instanceType is the Terraform type of an instance.
var instanceType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"index": tftypes.Number, "state": tftypes.String, "since": tftypes.Number,
}}
