package process

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
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

// ListResourceConfigSchema describes the filters: those of cf_processes.
func (l *listResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	attributes := make(map[string]schema.Attribute, len(filters))
	for _, f := range filters {
		attributes[f.name] = f.list
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds processes to import, with the filters of the data source `cf_processes`.",
		Attributes:          attributes,
	}
}

// List finds the processes. Each result has the GUID as its identity; with the
// resource, also all attributes but the command, which lists hide.
func (l *listResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	query := filterIn(field.Open(req.Config.Raw))
	found, err := l.Client.ListProcesses(ctx, query)
	if err != nil {
		stream.Results = list.ListResultsStreamDiagnostics(diag.Diagnostics{listFailure(query, err)})
		return
	}
	warnings := apiWarnings(found.Warnings)
	warnings.Append(unstableWarning("processes", found.Unstable)...)
	processes := found.Processes
	if req.Limit > 0 && int64(len(processes)) > req.Limit {
		processes = processes[:req.Limit]
	}
	names := l.names(ctx, processes)

	stream.Results = func(push func(list.ListResult) bool) {
		if len(warnings) > 0 && !push(list.ListResult{Diagnostics: warnings}) {
			return
		}
		for _, p := range processes {
			if !push(l.result(ctx, req, p, names)) {
				return
			}
		}
	}
}

func (l *listResource) result(ctx context.Context, req list.ListRequest, p *capi.Process, names map[string]capi.AppNames) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = displayName(p, names)
	state := resourceValues(p, nil)
	state["wait_for_instances"] = notWaiting
	result.Diagnostics.Append(setIdentity(ctx, result.Identity, formGUID, state)...)
	if req.IncludeResource {
		result.Resource.Raw = valueOfResource(state)
	}
	return result
}

// names are the names of the apps, for people to tell the results apart. They
// are worth a request or two, but not a failure.
func (l *listResource) names(ctx context.Context, processes []*capi.Process) map[string]capi.AppNames {
	found, err := l.Client.Names(ctx, processes)
	if err != nil {
		tflog.Warn(ctx, "processes are listed without the names of their apps: "+err.Error())
		return nil
	}
	return found.ByApp
}

// displayName names a process for people: "web of shop (production)", or with
// GUIDs where the names are not visible.
func displayName(p *capi.Process, names map[string]capi.AppNames) string {
	kind := "process"
	if p.Type != nil {
		kind = *p.Type
	}
	app := p.AppGUID()
	if app == nil {
		return fmt.Sprintf("%s (%s)", kind, p.GUID)
	}
	name := names[*app]
	switch {
	case name.App == nil:
		return fmt.Sprintf("%s of app %s", kind, *app)
	case name.Space == nil:
		return fmt.Sprintf("%s of %s", kind, *name.App)
	default:
		return fmt.Sprintf("%s of %s (%s)", kind, *name.App, *name.Space)
	}
}
