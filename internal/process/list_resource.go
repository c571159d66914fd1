package process

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

var (
	_ list.ListResource              = (*listResource)(nil)
	_ list.ListResourceWithConfigure = (*listResource)(nil)
)

// listResource finds processes to import: terraform query, since Terraform
// 1.14.
type listResource struct{ resourceClient }

// NewListResource makes the list resource cf_process.
func NewListResource() list.ListResource { return &listResource{} }

// Metadata names the list resource as the resource that it finds.
func (l *listResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process"
}

// The values of identify_by.
const (
	identifyByGUID = "guid"
	identifyByApp  = "app"
)

// ListResourceConfigSchema describes the filters, which are those of cf_processes,
// and the identity.
func (l *listResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := make(map[string]schema.Attribute, len(filters))
	for _, f := range filters {
		attributes[f.name] = inListResource(f.attribute)
	}
	attributes["identify_by"] = schema.StringAttribute{
		Optional: true, Validators: []validator.String{oneOf(identifyByGUID, identifyByApp)},
		MarkdownDescription: "Address in the identity and in generated configuration: `guid` (default), or `app` for `app_guid` and " +
			"`type`. With `app` they stay valid after a rolling deployment, which gives the process a new GUID. While " +
			"a deployment is in flight, `app` lists only the newest process of an app and type.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds processes to import, with the filters of the data source `cf_processes`.",
		Attributes:          attributes,
	}
}

// List finds the processes. With the resource, a result has all attributes but the
// command, which lists hide, and the part of the address that identify_by leaves out.
func (l *listResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	config := field.Open(req.Config.Raw)
	query := filterIn(config)
	found, err := l.Client.ListProcesses(ctx, query)
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{listFailure(query, err)})
		return
	}
	warnings := processWarnings(config, found)
	processes := found.Processes
	form := formGUID
	if by, _ := config.Text("identify_by"); by == identifyByApp {
		form, processes = formApp, newestOfType(processes)
	}
	if req.Limit > 0 && int64(len(processes)) > req.Limit {
		processes = processes[:req.Limit]
	}
	names := found.Names // with a filter by name
	if names == nil {
		names = l.names(ctx, processes)
	}

	stream.Results = func(push func(list.ListResult) bool) {
		if len(warnings) > 0 && !push(list.ListResult{Diagnostics: warnings}) {
			return
		}
		for _, p := range processes {
			if !push(l.result(ctx, req, p, form, names)) {
				return
			}
		}
	}
}

// newestOfType returns the processes without those that a deployment in progress
// replaces: by app and type, the API returns the newest.
func newestOfType(processes []*capi.Process) []*capi.Process {
	address := func(p *capi.Process) string {
		if app := p.AppGUID(); app != nil && p.Type != nil {
			return *app + "/" + *p.Type
		}
		return p.GUID
	}
	newest := make(map[string]*capi.Process, len(processes))
	for _, p := range processes {
		a := address(p)
		if other := newest[a]; other == nil || !createdBefore(p, other) {
			newest[a] = p
		}
	}
	return slices.DeleteFunc(slices.Clone(processes), func(p *capi.Process) bool { return newest[address(p)] != p })
}

func createdBefore(a, b *capi.Process) bool {
	return a.CreatedAt != nil && b.CreatedAt != nil && *a.CreatedAt < *b.CreatedAt
}

func (l *listResource) result(ctx context.Context, req list.ListRequest, p *capi.Process, form addressForm, names map[string]capi.AppNames) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = displayName(p, names)
	state := resourceValues(p, nil)
	state["wait_for_instances"] = notWaiting
	if !state.IsSet("app_guid") || !state.IsSet("type") {
		form = formGUID
	}
	result.Diagnostics.Append(setIdentity(ctx, result.Identity, form, state)...)
	if form == formApp {
		state["guid"] = field.NullString
	}
	if req.IncludeResource {
		result.Resource.Raw = valueOfResource(state)
	}
	return result
}

// names returns the names of the apps, for the display names. Without them, the list
// is still complete.
func (l *listResource) names(ctx context.Context, processes []*capi.Process) map[string]capi.AppNames {
	found, err := l.Client.Names(ctx, processes)
	if err != nil {
		tflog.Warn(ctx, "processes are listed without the names of their apps: "+err.Error())
		return nil
	}
	return found.ByApp
}

// displayName returns a human-readable name of a process: "web of shop
// (production)", or one with GUIDs where the names are not visible.
func displayName(p *capi.Process, names map[string]capi.AppNames) string {
	processType := "process"
	if p.Type != nil {
		processType = *p.Type
	}
	app := p.AppGUID()
	if app == nil {
		return fmt.Sprintf("%s (%s)", processType, p.GUID)
	}
	name := names[*app]
	switch {
	case name.App == nil:
		return fmt.Sprintf("%s of app %s", processType, *app)
	case name.Space == nil:
		return fmt.Sprintf("%s of %s", processType, *name.App)
	default:
		return fmt.Sprintf("%s of %s (%s)", processType, *name.App, *name.Space)
	}
}
