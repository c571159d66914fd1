package main

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// obviousSource is cf_processes in the way of most providers: structs of types.X,
// and State.Set.
type obviousSource struct{ client *capi.Client }

// Configure takes the client from the provider.
func (o *obviousSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	o.client, _ = req.ProviderData.(*capi.Client)
}

func newObvious() datasource.DataSource { return &obviousSource{} }

func (o *obviousSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_processes"
}

// Schema has the processes of the real one, without the filters.
func (o *obviousSource) Schema(ctx context.Context, req datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	process.NewProcessesDataSource().Schema(ctx, req, resp)
	processes, _ := resp.Schema.Attributes["processes"].(schema.ListNestedAttribute)
	// The structs below do not need every field; a few do not change the ratio.
	known := make(map[string]schema.Attribute)
	for i := range reflect.TypeFor[obviousProcess]().NumField() {
		name := reflect.TypeFor[obviousProcess]().Field(i).Tag.Get("tfsdk")
		known[name] = processes.NestedObject.Attributes[name]
	}
	processes.NestedObject.Attributes = known
	resp.Schema.Attributes = map[string]schema.Attribute{"processes": processes}
}

type (
	obviousModel struct {
		Processes []obviousProcess `tfsdk:"processes"`
	}
	obviousProcess struct {
		GUID                 types.String           `tfsdk:"guid"`
		CreatedAt            types.String           `tfsdk:"created_at"`
		UpdatedAt            types.String           `tfsdk:"updated_at"`
		Version              types.String           `tfsdk:"version"`
		Type                 types.String           `tfsdk:"type"`
		Command              types.String           `tfsdk:"command"`
		User                 types.String           `tfsdk:"user"`
		Instances            types.Int64            `tfsdk:"instances"`
		MemoryInMB           types.Int64            `tfsdk:"memory_in_mb"`
		DiskInMB             types.Int64            `tfsdk:"disk_in_mb"`
		LogRateLimit         types.Int64            `tfsdk:"log_rate_limit_in_bytes_per_second"`
		LastSyncedAt         types.String           `tfsdk:"registry_credential_last_synced_at"`
		HealthCheck          *obviousHealthCheck    `tfsdk:"health_check"`
		ReadinessHealthCheck *obviousHealthCheck    `tfsdk:"readiness_health_check"`
		Relationships        *obviousRelationships  `tfsdk:"relationships"`
		Metadata             *obviousMetadata       `tfsdk:"metadata"`
		Links                map[string]obviousLink `tfsdk:"links"`
		AppGUID              types.String           `tfsdk:"app_guid"`
		SpaceGUID            types.String           `tfsdk:"space_guid"`
		CommandRedacted      types.Bool             `tfsdk:"command_redacted"`
		AppName              types.String           `tfsdk:"app_name"`
		SpaceName            types.String           `tfsdk:"space_name"`
		OrganizationGUID     types.String           `tfsdk:"organization_guid"`
		OrganizationName     types.String           `tfsdk:"organization_name"`
	}
	obviousHealthCheck struct {
		Type types.String            `tfsdk:"type"`
		Data *obviousHealthCheckData `tfsdk:"data"`
	}
	obviousHealthCheckData struct {
		Timeout           types.Int64  `tfsdk:"timeout"`
		InvocationTimeout types.Int64  `tfsdk:"invocation_timeout"`
		Interval          types.Int64  `tfsdk:"interval"`
		Endpoint          types.String `tfsdk:"endpoint"`
	}
	obviousRelationships struct {
		App                *obviousRelationship `tfsdk:"app"`
		Revision           *obviousRelationship `tfsdk:"revision"`
		RegistryCredential *obviousRelationship `tfsdk:"registry_credential"`
	}
	obviousRelationship struct {
		Data *obviousRelationshipData `tfsdk:"data"`
	}
	obviousRelationshipData struct {
		GUID types.String `tfsdk:"guid"`
	}
	obviousMetadata struct {
		Labels      map[string]types.String `tfsdk:"labels"`
		Annotations map[string]types.String `tfsdk:"annotations"`
	}
	obviousLink struct {
		Href   types.String `tfsdk:"href"`
		Method types.String `tfsdk:"method"`
	}
)

// Read lists the processes.
func (o *obviousSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	list, err := o.client.ListProcesses(ctx, capi.ProcessFilter{})
	if err != nil {
		resp.Diagnostics.AddError("Could not list processes", err.Error())
		return
	}
	state := obviousModel{Processes: make([]obviousProcess, 0, len(list.Processes))}
	for _, p := range list.Processes {
		state.Processes = append(state.Processes, obviousProcessOf(p))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func obviousProcessOf(p *capi.Process) obviousProcess {
	o := obviousProcess{
		GUID: types.StringValue(p.GUID), CreatedAt: types.StringPointerValue(p.CreatedAt), UpdatedAt: types.StringPointerValue(p.UpdatedAt),
		Version: types.StringPointerValue(p.Version), Type: types.StringPointerValue(p.Type),
		Command: types.StringPointerValue(p.Command), User: types.StringPointerValue(p.User),
		Instances: types.Int64PointerValue(p.Instances), MemoryInMB: types.Int64PointerValue(p.MemoryInMB),
		DiskInMB: types.Int64PointerValue(p.DiskInMB), LogRateLimit: types.Int64PointerValue(p.LogRateLimitInBytesPerSecond),
		LastSyncedAt: types.StringPointerValue(p.RegistryCredentialLastSyncedAt),
		HealthCheck:  obviousHealthCheckOf(p.HealthCheck), ReadinessHealthCheck: obviousHealthCheckOf(p.ReadinessHealthCheck),
		AppGUID: types.StringPointerValue(p.AppGUID()), SpaceGUID: types.StringPointerValue(p.SpaceGUID()),
		CommandRedacted: types.BoolValue(p.CommandRedacted),
	}
	if r := p.Relationships; r != nil {
		o.Relationships = &obviousRelationships{
			App: obviousRelationshipOf(r.App), Revision: obviousRelationshipOf(r.Revision),
			RegistryCredential: obviousRelationshipOf(r.RegistryCredential),
		}
	}
	if m := p.Metadata; m != nil {
		o.Metadata = &obviousMetadata{Labels: obviousTexts(m.Labels), Annotations: obviousTexts(m.Annotations)}
	}
	if p.Links != nil {
		o.Links = make(map[string]obviousLink, len(p.Links))
		for name, link := range p.Links {
			if link != nil {
				o.Links[name] = obviousLink{Href: types.StringPointerValue(link.Href), Method: types.StringPointerValue(link.Method)}
			}
		}
	}
	return o
}

func obviousHealthCheckOf(c *capi.HealthCheck) *obviousHealthCheck {
	if c == nil {
		return nil
	}
	o := &obviousHealthCheck{Type: types.StringPointerValue(c.Type)}
	if d := c.Data; d != nil {
		o.Data = &obviousHealthCheckData{
			Timeout: types.Int64PointerValue(d.Timeout), InvocationTimeout: types.Int64PointerValue(d.InvocationTimeout),
			Interval: types.Int64PointerValue(d.Interval), Endpoint: types.StringPointerValue(d.Endpoint),
		}
	}
	return o
}

func obviousRelationshipOf(r *capi.Relationship) *obviousRelationship {
	if r == nil {
		return nil
	}
	o := &obviousRelationship{}
	if r.Data != nil {
		o.Data = &obviousRelationshipData{GUID: types.StringPointerValue(r.Data.GUID)}
	}
	return o
}

func obviousTexts(m map[string]*string) map[string]types.String {
	if m == nil {
		return nil
	}
	texts := make(map[string]types.String, len(m))
	for key, text := range m {
		texts[key] = types.StringPointerValue(text)
	}
	return texts
}
