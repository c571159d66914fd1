package process

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// parts is a list that belongs to a process, which a data source reads by the
// address of the process.
type parts struct {
	// name of the attribute, with which the name of the data source ends.
	name string
	// action describes reading in a message, before the process: "read the stats of ".
	action      string
	description string
	list        schema.ListNestedAttribute
	// read returns the list and the warnings about it.
	read func(context.Context, *capi.Client, capi.Address) (tftypes.Value, diag.Diagnostics, error)
}

// NewStatsDataSource makes the data source cf_process_stats.
func NewStatsDataSource() datasource.DataSource {
	return parts{
		name: "stats", action: "read the stats of ",
		description: "Reads the stats of each instance of a process: state, CPU, memory, disk, ports and quotas. The " +
			"numbers change with every read. If you need only the states, use `cf_process_instances`. Warnings of the " +
			"API become warnings of Terraform.",
		list: statFields.ListAttribute("The instances of the process, in the API's order. Attributes that an instance does not " +
			"have are null; a `DOWN` instance has little more than its state."),
		read: func(ctx context.Context, client *capi.Client, address capi.Address) (tftypes.Value, diag.Diagnostics, error) {
			stats, err := client.ProcessStats(ctx, address)
			if err != nil {
				return tftypes.Value{}, nil, err
			}
			return statFields.List(len(stats.Resources), func(i int) *capi.InstanceStats { return &stats.Resources[i] }), apiWarnings(stats.Warnings), nil
		},
	}.dataSource()
}

// NewInstancesDataSource makes the data source cf_process_instances.
func NewInstancesDataSource() datasource.DataSource {
	return parts{
		name: "instances", action: "read the instances of ",
		description: "Reads the state of each instance of a process, from a lighter endpoint than that of " +
			"`cf_process_stats`. On a foundation without this endpoint the provider reads the stats.",
		list: instanceFields.ListAttribute("The instances of the process, in the API's order."),
		read: func(ctx context.Context, client *capi.Client, address capi.Address) (tftypes.Value, diag.Diagnostics, error) {
			instances, err := client.ProcessInstances(ctx, address)
			if err != nil {
				return tftypes.Value{}, nil, err
			}
			return instanceFields.List(len(instances.Resources), func(i int) *capi.ProcessInstance { return &instances.Resources[i] }), apiWarnings(instances.Warnings), nil
		},
	}.dataSource()
}

// NewSidecarsDataSource makes the data source cf_process_sidecars.
func NewSidecarsDataSource() datasource.DataSource {
	return parts{
		name: "sidecars", action: "list the sidecars of ",
		description: "Reads the sidecars of a process: additional processes in each of its instances, from the app's " +
			"manifest or a buildpack. Always empty on Korifi.",
		list: sidecarFields.ListAttribute("The sidecars, in the API's order; an empty list if there are none."),
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
			sidecars := sidecarFields.List(len(list.Sidecars), func(i int) *capi.Sidecar { return list.Sidecars[i] })
			return sidecars, listWarnings("sidecars", list.Warnings, list.Unstable), nil
		},
	}.dataSource()
}

func (l parts) dataSource() datasource.DataSource {
	return &dataSource{name: "_process_" + l.name, schema: l.schema, check: checkLookup, read: l.state}
}

func (l parts) schema() schema.Schema {
	attributes := map[string]schema.Attribute{l.name: l.list}
	for _, argument := range lookupArguments {
		attributes[argument.name] = schema.StringAttribute{
			Optional: true, MarkdownDescription: argument.description, Validators: []validator.String{argument.rule},
		}
	}
	return schema.Schema{MarkdownDescription: l.description, Attributes: attributes}
}

func (l parts) state(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	at, diags := lookUp(ctx, client, field.Open(config))
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	list, warnings, err := l.read(ctx, client, at.address)
	if err != nil {
		at.failure.Action = l.action + at.process
		at.failure.Feature = "The data source cf_process_" + l.name
		diags.Append(at.failure.Diagnostic(err))
		return tftypes.Value{}, diags
	}
	diags.Append(warnings...)
	return with(config, l.name, list), diags
}
