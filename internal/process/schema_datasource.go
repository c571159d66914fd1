package process

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// dataSourceAttributes are the attributes of one process, all computed: for
// the singular data source and, nested, for the plural one.
func dataSourceAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"health_check":           dataSourceHealthCheck("health_check"),
		"readiness_health_check": dataSourceHealthCheck("readiness_health_check"),
		"relationships": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: descriptions["relationships"],
			Attributes: map[string]schema.Attribute{
				"app":                 dataSourceRelationship("app"),
				"revision":            dataSourceRelationship("revision"),
				"registry_credential": dataSourceRelationship("registry_credential"),
			},
		},
		"metadata": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: descriptions["metadata"],
			Attributes: map[string]schema.Attribute{
				"labels": schema.MapAttribute{
					Computed: true, ElementType: types.StringType, MarkdownDescription: descriptions["metadata.labels"],
				},
				"annotations": schema.MapAttribute{
					Computed: true, ElementType: types.StringType, MarkdownDescription: descriptions["metadata.annotations"],
				},
			},
		},
		"links": schema.MapNestedAttribute{
			Computed:            true,
			MarkdownDescription: descriptions["links"],
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"href":   computedString("links.href"),
				"method": computedString("links.method"),
			}},
		},
		"command_redacted": schema.BoolAttribute{
			Computed: true, MarkdownDescription: descriptions["command_redacted"],
		},
	}
	for _, name := range stringAttributes {
		attributes[name] = computedString(name)
	}
	for _, name := range numberAttributes {
		attributes[name] = computedInt64(name)
	}
	return attributes
}

func dataSourceHealthCheck(name string) schema.Attribute {
	timeout := "health_check.data.timeout"
	if name == "readiness_health_check" {
		timeout = "readiness_health_check.data.timeout"
	}
	return schema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: descriptions[name],
		Attributes: map[string]schema.Attribute{
			"type": computedString("health_check.type"),
			"data": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: descriptions["health_check.data"],
				Attributes: map[string]schema.Attribute{
					"timeout":            computedInt64(timeout),
					"invocation_timeout": computedInt64("health_check.data.invocation_timeout"),
					"interval":           computedInt64("health_check.data.interval"),
					"endpoint":           computedString("health_check.data.endpoint"),
				},
			},
		},
	}
}

func dataSourceRelationship(name string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: descriptions["relationships."+name],
		Attributes: map[string]schema.Attribute{
			"data": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: descriptions["relationships.data"],
				Attributes:          map[string]schema.Attribute{"guid": computedString("relationships.data.guid")},
			},
		},
	}
}

func computedString(name string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: descriptions[name]}
}

func computedInt64(name string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: descriptions[name]}
}
