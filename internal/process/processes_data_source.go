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
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

var (
	_ datasource.DataSource              = (*processesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*processesDataSource)(nil)
)

// processesDataSource is cf_processes: the processes of a whole foundation, or of
// what the filters leave of it.
type processesDataSource struct{ dataSourceClient }

// NewProcessesDataSource makes the data source cf_processes.
func NewProcessesDataSource() datasource.DataSource { return &processesDataSource{} }

// Metadata names the data source.
func (d *processesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_processes"
}

// Schema describes the data source.
func (d *processesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"include_names": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to look up the names of the app, the space and the organization of each process. " +
				"It takes one to three requests more for thousands of processes, not one for each. Default: `false`.",
		},
		"processes": listAttribute("The processes, in the API's order, each once; an empty list when no process matches. "+
			"The API hides commands in lists, also where there is none: `command` is then null and `command_redacted` "+
			"is true.", listedProcess),
	}
	for _, f := range filters {
		attributes[f.name] = f.dataSource
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads many processes at once: all that the user may see, or those that the filters select. " +
			"All filters have to apply; of a list of values one has to. The number of requests is the number of pages " +
			"of 5,000 processes.",
		Attributes: attributes,
	}
}

// Read lists the processes: GET /v3/processes, or GET /v3/apps/{guid}/processes.
func (d *processesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

// read makes the state for the framework.
func (d *processesDataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	found, diags := d.list(ctx, client, config)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	processes := make([]listed, len(found.processes))
	for i := range processes {
		processes[i] = *found.listed(i)
	}
	return with(config, "processes", listedProcess.List(processes)), diags
}

// pack makes the state without the framework; see FastRead.
func (d *processesDataSource) pack(ctx context.Context, client *capi.Client, config tftypes.Value) ([]byte, diag.Diagnostics) {
	found, diags := d.list(ctx, client, config)
	if diags.HasError() {
		return nil, diags
	}
	state := field.NewPacker()
	field.PackList(state, config, "processes", listedProcess, len(found.processes), found.take)
	return state.Bytes(diags)
}

// processList is what the API returned.
type processList struct {
	processes []*capi.Process
	// byApp are the names by the GUID of the app; nil where they are not included.
	byApp map[string]capi.AppNames
}

// listed is the process at an index, with what only lists have.
func (l *processList) listed(i int) *listed {
	entry := &listed{process: l.processes[i]}
	if app := entry.process.AppGUID(); app != nil {
		entry.names = l.byApp[*app]
	}
	return entry
}

// take is listed, and drops the process from the list.
func (l *processList) take(i int) *listed {
	entry := l.listed(i)
	l.processes[i] = nil
	return entry
}

// list asks for the processes, and for the names that belong to them.
func (d *processesDataSource) list(ctx context.Context, client *capi.Client, config tftypes.Value) (*processList, diag.Diagnostics) {
	var diags diag.Diagnostics
	arguments := field.Open(config)
	query := filterIn(arguments)
	list, err := client.ListProcesses(ctx, query)
	if err != nil {
		return nil, diag.Diagnostics{listFailure(query, err)}
	}
	diags.Append(apiWarnings(list.Warnings)...)
	diags.Append(unstableWarning("processes", list.Unstable)...)
	found := &processList{processes: list.Processes}
	if !arguments.Flag("include_names") {
		return found, diags
	}
	names, err := client.Names(ctx, list.Processes)
	if err != nil {
		diags.Append(diagnostic.Failure{
			Object: "App", Action: "read the names of apps, spaces and organizations", Feature: "include_names",
		}.Diagnostic(err))
		return nil, diags
	}
	diags.Append(apiWarnings(names.Warnings)...)
	diags.Append(unstableWarning("apps", names.Unstable)...)
	found.byApp = names.ByApp
	return found, diags
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
