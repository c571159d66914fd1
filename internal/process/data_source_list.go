package process

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

var (
	_ datasource.DataSource              = (*listDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*listDataSource)(nil)
)

// listDataSource is cf_processes: the processes of a whole foundation, or of
// what the filters leave of it.
type listDataSource struct{ dataSourceClient }

// NewListDataSource makes the data source cf_processes.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

// Metadata names the data source.
func (d *listDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_processes"
}

// Schema describes the data source.
func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	listed := dataSourceAttributes()
	for name, description := range nameDescriptions {
		listed[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	attributes := map[string]schema.Attribute{
		"label_selector": schema.StringAttribute{
			Optional: true, MarkdownDescription: filterDescriptions["label_selector"], Validators: labelSelectorRules(),
		},
		"order_by": schema.StringAttribute{
			Optional: true, MarkdownDescription: filterDescriptions["order_by"], Validators: orderByRules(),
		},
		"app_guid": schema.StringAttribute{
			Optional: true, MarkdownDescription: filterDescriptions["app_guid"], Validators: oneAppRules(),
		},
		"include_names": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to look up the names of the app, the space and the organization of each process. " +
				"It takes one to three requests more for thousands of processes, not one for each. Default: `false`.",
		},
		"processes": schema.ListNestedAttribute{
			Computed: true,
			MarkdownDescription: "The processes, in the API's order, each once; an empty list when no process matches. " +
				"The API hides commands in lists, also where there is none: `command` is then null and `command_redacted` " +
				"is true.",
			NestedObject: schema.NestedAttributeObject{Attributes: listed},
		},
	}
	for _, name := range listFilters {
		attributes[name] = schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: filterDescriptions[name], Validators: segmentListRules(),
		}
	}
	for _, name := range timeFilters {
		operators := map[string]schema.Attribute{
			"values": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: filterDescriptions["values"], Validators: timestampListRules(),
			},
		}
		for _, operator := range timeOperators {
			operators[operator] = schema.StringAttribute{
				Optional: true, MarkdownDescription: filterDescriptions[operator], Validators: timestampRules(),
			}
		}
		attributes[name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: filterDescriptions[name], Attributes: operators,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads many processes at once: all that the user may see, or those that the filters select. " +
			"All filters have to apply; of a list of values one has to. The number of requests is the number of pages " +
			"of 5,000 processes.",
		Attributes: attributes,
	}
}

// Read lists the processes: GET /v3/processes, or GET /v3/apps/{guid}/processes.
func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

// read makes the state for the framework.
func (d *listDataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	list, byApp, diags := d.list(ctx, client, config)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	values := make([]tftypes.Value, len(list))
	for i, p := range list {
		values[i] = listedValue(p, byApp)
	}
	return with(config, "processes", listOf(listedProcessType, values)), diags
}

// pack makes the state without the framework.
func (d *listDataSource) pack(ctx context.Context, client *capi.Client, config tftypes.Value) ([]byte, diag.Diagnostics) {
	list, byApp, diags := d.list(ctx, client, config)
	if diags.HasError() {
		return nil, diags
	}
	state := newPacker()
	state.list(config, "processes", list, byApp)
	return state.state(diags)
}

// list asks for the processes, and for the names that belong to them.
func (d *listDataSource) list(ctx context.Context, client *capi.Client, config tftypes.Value) ([]*capi.Process, map[string]capi.AppNames, diag.Diagnostics) {
	var diags diag.Diagnostics
	arguments := objectOf(config)
	filter := filterOf(arguments)
	list, err := client.ListProcesses(ctx, filter)
	if err != nil {
		return nil, nil, diag.Diagnostics{listFailure(filter, err)}
	}
	diags.Append(apiWarnings(list.Warnings)...)
	diags.Append(unstableWarning("processes", list.Unstable)...)
	if !arguments.flag("include_names") {
		return list.Processes, nil, diags
	}
	names, err := client.Names(ctx, list.Processes)
	if err != nil {
		diags.Append(diagnostic.Failure{
			Object: "App", Action: "read the names of apps, spaces and organizations", Feature: "include_names",
		}.Diagnostic(err))
		return nil, nil, diags
	}
	diags.Append(apiWarnings(names.Warnings)...)
	diags.Append(unstableWarning("apps", names.Unstable)...)
	return list.Processes, names.ByApp, diags
}

// listFailure is the diagnostic for a list that could not be read.
func listFailure(filter capi.ProcessFilter, err error) diag.Diagnostic {
	failure := diagnostic.Failure{Object: "App", Action: "list processes"}
	if filter.AppGUID != "" {
		failure.Action = "list the processes of app " + filter.AppGUID
		failure.Attribute = path.Root("app_guid")
	}
	var unsupported *capi.UnsupportedFilterError
	if !errors.As(err, &unsupported) {
		return failure.Diagnostic(err)
	}
	names := strings.Join(unsupported.Filters, " and ")
	return diag.NewAttributeErrorDiagnostic(path.Root(unsupported.Filters[0]), "Filter not available on this foundation",
		fmt.Sprintf("This foundation does not know the filter %s, and the processes do not show what it selects by, so "+
			"that the provider cannot select in its place. Leave %[1]s out; guids, types, app_guids and space_guids work "+
			"on every foundation.\n\n%s", names, failure.Detail(unsupported.Err)))
}
