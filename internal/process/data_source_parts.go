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
	_ datasource.DataSource                     = (*partsDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*partsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*partsDataSource)(nil)
)

// partsDataSource is a data source that takes the address of a process and reads
// a list that belongs to it: cf_process_stats, _instances or _sidecars.
type partsDataSource struct {
	dataSourceClient
	// parts is what the list has, as in the names of the data source and of the
	// attribute.
	parts string
	// action is what reading is called in a message, before the process.
	action      string
	description string
	list        schema.ListNestedAttribute
	// read returns the list and the warnings about it.
	read func(context.Context, *capi.Client, capi.Address) (tftypes.Value, diag.Diagnostics, error)
}

// NewStatsDataSource makes the data source cf_process_stats.
func NewStatsDataSource() datasource.DataSource {
	return &partsDataSource{
		parts: "stats", action: "read the stats of ",
		description: "Reads what each instance of a process does and uses: state, CPU, memory, disk, ports and " +
			"quotas. The numbers change with every read; for the states alone, `cf_process_instances` asks for less. " +
			"Warnings of the API about the numbers become warnings of Terraform.",
		list: listAttribute("The instances of the process, in the API's order. What an instance does not have is null: "+
			"one that is `DOWN` has hardly more than its state.", statFields),
		read: func(ctx context.Context, client *capi.Client, address capi.Address) (tftypes.Value, diag.Diagnostics, error) {
			stats, err := client.ProcessStats(ctx, address)
			if err != nil {
				return tftypes.Value{}, nil, err
			}
			return statFields.List(len(stats.Resources), func(i int) *capi.InstanceStats { return &stats.Resources[i] }), apiWarnings(stats.Warnings), nil
		},
	}
}

// NewInstancesDataSource makes the data source cf_process_instances.
func NewInstancesDataSource() datasource.DataSource {
	return &partsDataSource{
		parts: "instances", action: "read the instances of ",
		description: "Reads the state of each instance of a process: less than `cf_process_stats` does, from a " +
			"newer and lighter endpoint. A foundation without that endpoint is asked for the stats instead.",
		list: listAttribute("The instances of the process, in the API's order.", instanceFields),
		read: func(ctx context.Context, client *capi.Client, address capi.Address) (tftypes.Value, diag.Diagnostics, error) {
			instances, err := client.ProcessInstances(ctx, address)
			if err != nil {
				return tftypes.Value{}, nil, err
			}
			return instanceFields.List(len(instances.Resources), func(i int) *capi.ProcessInstance { return &instances.Resources[i] }), apiWarnings(instances.Warnings), nil
		},
	}
}

// NewSidecarsDataSource makes the data source cf_process_sidecars.
func NewSidecarsDataSource() datasource.DataSource {
	return &partsDataSource{
		parts: "sidecars", action: "list the sidecars of ",
		description: "Reads the sidecars of a process: the further processes that run in each of its instances, " +
			"declared by the app's manifest or by a buildpack. Always empty on Korifi.",
		list: listAttribute("The sidecars, in the API's order; an empty list when there are none.", sidecarFields),
		read: func(ctx context.Context, client *capi.Client, address capi.Address) (tftypes.Value, diag.Diagnostics, error) {
			if address.ByApp() {
				// The API has no such list by app and type.
				p, err := client.GetProcess(ctx, address)
				if err != nil {
					return tftypes.Value{}, nil, err
				}
				address = capi.Address{GUID: p.GUID}
			}
			list, err := client.Sidecars(ctx, address.GUID)
			if err != nil {
				return tftypes.Value{}, nil, err
			}
			warnings := apiWarnings(list.Warnings)
			warnings.Append(unstableWarning("sidecars", list.Unstable)...)
			return sidecarFields.List(len(list.Sidecars), func(i int) *capi.Sidecar { return list.Sidecars[i] }), warnings, nil
		},
	}
}

func listAttribute[T any](description string, of *field.Record[T]) schema.ListNestedAttribute {
	return schema.ListNestedAttribute{
		Computed: true, MarkdownDescription: description,
		NestedObject: schema.NestedAttributeObject{Attributes: of.DataSource()},
	}
}

// Metadata names the data source.
func (d *partsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_" + d.parts
}

// Schema describes the data source.
func (d *partsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := lookupAttributes()
	attributes[d.parts] = d.list
	resp.Schema = schema.Schema{MarkdownDescription: d.description, Attributes: attributes}
}

// ConfigValidators check the address.
func (d *partsDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{lookupValidator{}}
}

// Read reads the list.
func (d *partsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, func(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
		at, diags := lookupIn(field.Open(config)).resolve(ctx, client)
		if diags.HasError() {
			return tftypes.Value{}, diags
		}
		list, warnings, err := d.read(ctx, client, at.address)
		if err != nil {
			at.failure.Action = d.action + at.process
			at.failure.Feature = "The data source cf_process_" + d.parts
			diags.Append(at.failure.Diagnostic(err))
			return tftypes.Value{}, diags
		}
		diags.Append(warnings...)
		return with(config, d.parts, list), diags
	})
}
