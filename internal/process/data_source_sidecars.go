package process

import (
	"context"

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
	_ datasource.DataSource              = (*sidecarsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*sidecarsDataSource)(nil)
)

// sidecarsDataSource is cf_process_sidecars: what runs beside a process.
type sidecarsDataSource struct{ dataSourceClient }

// NewSidecarsDataSource makes the data source cf_process_sidecars.
func NewSidecarsDataSource() datasource.DataSource { return &sidecarsDataSource{} }

// Metadata names the data source.
func (d *sidecarsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_process_sidecars"
}

// Schema describes the data source.
func (d *sidecarsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the sidecars of a process: the further processes that run in each of its instances, " +
			"declared by the app's manifest or by a buildpack. Always empty on Korifi.",
		Attributes: map[string]schema.Attribute{
			"guid": schema.StringAttribute{
				Required: true, Validators: segment(),
				MarkdownDescription: "GUID of the process. The API has no form by app and type; `cf_process` finds the GUID.",
			},
			"sidecars": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The sidecars, in the API's order; an empty list when there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"guid":    text("GUID of the sidecar."),
					"name":    text("Name of the sidecar."),
					"command": text("Command that starts the sidecar; null where the API hides it."),
					"process_types": schema.ListAttribute{
						Computed: true, ElementType: types.StringType,
						MarkdownDescription: "Types of the processes beside which the sidecar runs.",
					},
					"memory_in_mb": schema.Int64Attribute{
						Computed: true, MarkdownDescription: "Memory that is set aside for the sidecar, in MiB.",
					},
					"origin": text("Who declared the sidecar: `user` or `buildpack`."),
					"relationships": schema.SingleNestedAttribute{
						Computed: true, MarkdownDescription: "Objects that the sidecar belongs to.",
						Attributes: map[string]schema.Attribute{
							"app": schema.SingleNestedAttribute{
								Computed: true, MarkdownDescription: "The app of the sidecar.",
								Attributes: map[string]schema.Attribute{
									"data": schema.SingleNestedAttribute{
										Computed: true, MarkdownDescription: descriptions["relationships.data"],
										Attributes: map[string]schema.Attribute{"guid": computedString("relationships.data.guid")},
									},
								},
							},
						},
					},
					"created_at": text("When the sidecar was created, as `YYYY-MM-DDThh:mm:ssZ`."),
					"updated_at": text("When the sidecar was last changed, as `YYYY-MM-DDThh:mm:ssZ`."),
				}},
			},
		},
	}
}

// Read lists the sidecars: GET /v3/processes/{guid}/sidecars.
func (d *sidecarsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	respond(ctx, d.Client, req, resp, d.read)
}

func (d *sidecarsDataSource) read(ctx context.Context, client *capi.Client, config tftypes.Value) (tftypes.Value, diag.Diagnostics) {
	guid, _ := objectOf(config).text("guid")
	list, err := client.Sidecars(ctx, guid)
	if err != nil {
		return tftypes.Value{}, diag.Diagnostics{diagnostic.Failure{
			Object: "Process", Action: "list the sidecars of process " + guid, Attribute: path.Root("guid"),
			Feature: "The data source cf_process_sidecars",
		}.Diagnostic(err)}
	}
	values := make([]tftypes.Value, 0, len(list.Sidecars))
	for _, s := range list.Sidecars {
		values = append(values, sidecarValue(s))
	}
	diags := apiWarnings(list.Warnings)
	diags.Append(unstableWarning("sidecars", list.Unstable)...)
	return with(config, "sidecars", listOf(sidecarType, values)), diags
}

// The Terraform types of a sidecar.
var (
	sidecarRelationshipsType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"app": relationshipType}}
	sidecarType              = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"guid": tftypes.String, "name": tftypes.String, "command": tftypes.String,
		"process_types": tftypes.List{ElementType: tftypes.String}, "memory_in_mb": tftypes.Number,
		"origin": tftypes.String, "relationships": sidecarRelationshipsType,
		"created_at": tftypes.String, "updated_at": tftypes.String,
	}}
)

// sidecarValue is the value of one sidecar.
func sidecarValue(s *capi.Sidecar) tftypes.Value {
	processTypes := tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, nil)
	if s.ProcessTypes != nil {
		elements := make([]tftypes.Value, 0, len(s.ProcessTypes))
		for _, t := range s.ProcessTypes {
			elements = append(elements, tftypes.NewValue(tftypes.String, t))
		}
		processTypes = listOf(tftypes.String, elements)
	}
	relationships := tftypes.NewValue(sidecarRelationshipsType, nil)
	if s.Relationships != nil {
		relationships = tftypes.NewValue(sidecarRelationshipsType, map[string]tftypes.Value{
			"app": relationshipValue(s.Relationships.App),
		})
	}
	return tftypes.NewValue(sidecarType, map[string]tftypes.Value{
		"guid":          tftypes.NewValue(tftypes.String, s.GUID),
		"name":          stringValue(s.Name),
		"command":       stringValue(s.Command),
		"process_types": processTypes,
		"memory_in_mb":  numberValue(s.MemoryInMB),
		"origin":        stringValue(s.Origin),
		"relationships": relationships,
		"created_at":    stringValue(s.CreatedAt),
		"updated_at":    stringValue(s.UpdatedAt),
	})
}
