package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// NewProcessesDataSource makes the data source cf_processes: the processes of a
// whole foundation, or those that the filters select.
func NewProcessesDataSource() datasource.DataSource {
	return &dataSource{name: "_processes", schema: processesSchema, read: readProcesses}
}

func processesSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"include_names": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to look up the names of the app, the space and the organization of each " +
				"process, with one to three more requests in total. With a filter by name, they are always looked up. " +
				"Default: `false`.",
		},
		"include_instances": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to read the state of each instance of each process into `process_instances`. " +
				"Cloud Controller sends them with the list; old versions and Korifi need a request for each process " +
				"that has instances. Default: `false`.",
		},
		"attributes": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Names of the attributes to keep. All others except `guid`, names and " +
				"`process_instances` are null, which makes the state of a large list much smaller. Default: all " +
				"attributes.",
			Validators: []validator.List{attributeNames{}},
		},
		"processes": listed.ListAttribute("The processes, in the API's order, each once; an empty list if no process matches. " +
			"The API hides all commands in lists: `command` is null and `command_redacted` is true."),
	}
	for _, f := range filters {
		attributes[f.name] = f.attribute
	}
	return schema.Schema{
		MarkdownDescription: "Reads many processes at once: all that the user can see, or those that the filters " +
			"select. A process must match every filter, and within a list any one value. It takes one request for each " +
			"5,000 processes.",
		Attributes: attributes,
	}
}

// readProcesses makes the state for the framework.
func readProcesses(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	list, diags := listProcesses(ctx, client, config)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	processes := keptFields(config).List(len(list.Processes), func(i int) *namedProcess {
		return withNames(list.Processes[i], list.Names)
	})
	return with(config, "processes", processes), diags
}

// packProcesses makes the state without the framework; see FastRead.
func packProcesses(ctx context.Context, client *capi.Client, config tftypes.Value) ([]byte, diag.Diagnostics) {
	list, diags := listProcesses(ctx, client, config)
	if diags.HasError() {
		return nil, diags
	}
	state := field.NewPacker()
	field.PackList(state, config, "processes", keptFields(config), len(list.Processes), func(i int) *namedProcess {
		entry := withNames(list.Processes[i], list.Names)
		list.Processes[i] = nil // there can be tens of thousands
		return entry
	})
	return state.Bytes(diags)
}

// keptFields are the fields of a process in the list that the configuration
// keeps.
func keptFields(config tftypes.Value) *field.Record[namedProcess] {
	kept := field.Open(config).TextList("attributes")
	if kept == nil {
		return listed
	}
	return listed.Only(func(name string) bool {
		_, ofProcess := processTable.Type.AttributeTypes[name]
		return !ofProcess || name == "guid" || slices.Contains(kept, name)
	})
}

// listProcesses requests the processes: GET /v3/processes, or
// GET /v3/apps/{guid}/processes.
func listProcesses(ctx context.Context, client *capi.Client, config tftypes.Value) (*capi.ProcessList, diag.Diagnostics) {
	arguments := field.Open(config)
	query := filterIn(arguments)
	query.IncludeNames = query.ByName() // they come for free
	query.IncludeInstances = arguments.Flag("include_instances")
	list, err := client.ListProcesses(ctx, query)
	if err != nil {
		return nil, diag.Diagnostics{listFailure(query, err)}
	}
	diags := processWarnings(arguments, list)
	if list.Names == nil && arguments.Flag("include_names") {
		names, warnings := lookUpNames(ctx, client, list.Processes)
		diags.Append(warnings...)
		list.Names = names
	}
	return list, diags
}

// processWarnings are the warnings about a list of processes.
func processWarnings(config field.Attributes, list *capi.ProcessList) diag.Diagnostics {
	diags := listWarnings("processes", list.Warnings, list.Unstable)
	diags.Append(unmatchedWarnings(config, list)...)
	if err := list.InstancesErr; err != nil {
		unknown := 0
		for _, p := range list.Processes {
			if p.ProcessInstances == nil {
				unknown++
			}
		}
		diags.AddWarning("Some instances are unknown", fmt.Sprintf("The instances of %d of %d processes could not be read: "+
			"process_instances is null there. A check over them has to treat null as unknown, not as healthy.\n\n%s",
			unknown, len(list.Processes), diagnostic.Failure{Action: "read the instances"}.Detail(err)))
	}
	return diags
}

// unmatchedWarnings name the values of filters that match nothing and so may be
// mistyped: a typo must not make an audit pass.
func unmatchedWarnings(config field.Attributes, list *capi.ProcessList) diag.Diagnostics {
	var diags diag.Diagnostics
	unmatched := map[string][]string{}
	for _, u := range list.Unmatched {
		unmatched[u.Filter] = append(unmatched[u.Filter], u.Name)
	}
	for _, f := range filters {
		names := unmatched[f.name]
		if len(names) == 0 {
			continue
		}
		object := strings.TrimSuffix(f.name, "_names")
		detail := "No " + object + " that this user can see is called " + quoteSome(names, "or") + "."
		if slices.ContainsFunc(names, looksLikeGUID) {
			detail += " For GUIDs there is the filter " + object + "_guids."
		}
		diags.AddAttributeWarning(path.Root(f.name), "Filter matches nothing", detail+
			" Check the spelling, and that the user has a role in the space.")
	}
	if len(list.Processes) > 0 {
		return diags
	}
	for _, f := range filters {
		if !strings.HasSuffix(f.name, "guids") {
			continue
		}
		odd := slices.DeleteFunc(config.TextList(f.name), looksLikeGUID)
		if len(odd) == 0 {
			continue
		}
		detail := "No process matches, and " + quoteSome(odd, "and") + " does not look like a GUID."
		if len(odd) > 1 {
			detail = "No process matches, and " + quoteSome(odd, "and") + " do not look like GUIDs."
		}
		if names := strings.TrimSuffix(f.name, "guids") + "names"; names != "names" {
			detail += " For names there is the filter " + names + "."
		}
		diags.AddAttributeWarning(path.Root(f.name), "Filter matches nothing", detail)
	}
	return diags
}

// listFailure is the diagnostic for a list that could not be read.
func listFailure(filter capi.ProcessFilter, err error) diag.Diagnostic {
	failure := diagnostic.Failure{Object: "App", Action: "list processes"}
	if filter.AppGUID != "" {
		failure.Action = "list the processes of app " + filter.AppGUID
		failure.Attribute = path.Root("app_guid")
		if !looksLikeGUID(filter.AppGUID) {
			failure.NotFound = fmt.Sprintf("%q is not a GUID: app_guid takes the GUID of the app (cf app NAME --guid). "+
				"For names there is the filter app_names.", redact.Clean(filter.AppGUID, 100))
		}
	}
	var unsupported *capi.UnsupportedFilterError
	if !errors.As(err, &unsupported) {
		return failure.Diagnostic(err)
	}
	names, noun := diagnostic.Enumerate(unsupported.Filters, "and"), "filter"
	if len(unsupported.Filters) > 1 {
		noun = "filters"
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(unsupported.Filters[0]), "Filter not available on this foundation",
		fmt.Sprintf("This foundation does not support the %s %s, and the provider does not filter in its place. "+
			"Leave %[2]s out; guids, types, app_guids, space_guids and the filters by name work on every foundation.\n\n%s",
			noun, names, failure.Detail(unsupported.Err)))
}
