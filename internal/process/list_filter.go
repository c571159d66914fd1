package process

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// The filters of a list of processes, by the shape of their attributes.
var (
	listFilters   = []string{"guids", "types", "app_guids", "space_guids", "organization_guids"}
	timeFilters   = []string{"created_ats", "updated_ats"}
	timeOperators = []string{"lt", "lte", "gt", "gte"}
)

const listDescription = " Order and repeats do not matter, any number works, and an empty list selects no process."

// filterDescriptions are the meanings of the filters.
var filterDescriptions = map[string]string{
	"guids":              "GUIDs of processes." + listDescription,
	"types":              "Types of processes: `web`, `worker`, …" + listDescription,
	"app_guids":          "GUIDs of apps that the processes belong to." + listDescription,
	"space_guids":        "GUIDs of spaces that the processes belong to." + listDescription,
	"organization_guids": "GUIDs of organizations that the processes belong to. Not on Korifi." + listDescription,
	"label_selector": "Conditions on the labels of the processes, all of which have to apply: `env=prod`, `env!=dev`, " +
		"`env in (prod,staging)`, `env notin (dev)`, `env`, `!env`, separated by commas. Not on Korifi.",
	"order_by": "Order of the processes: `created_at`, `updated_at`, or one of these with a `-` in front for the latest " +
		"first. Without it the API decides, which is by creation.",
	"app_guid": "GUID of one app whose processes are listed. Unlike with `app_guids`, an app that is not there is an " +
		"error. Excludes `app_guids`, `space_guids` and `organization_guids`.",
	"created_ats": "When the processes were created. Not on Korifi.",
	"updated_ats": "When the processes were last changed. Not on Korifi.",
	"values":      "At any of these times exactly, each as `YYYY-MM-DDThh:mm:ssZ`. Excludes the other conditions.",
	"lt":          "Before this time, as `YYYY-MM-DDThh:mm:ssZ`.",
	"lte":         "At this time or before, as `YYYY-MM-DDThh:mm:ssZ`.",
	"gt":          "After this time, as `YYYY-MM-DDThh:mm:ssZ`.",
	"gte":         "At this time or after, as `YYYY-MM-DDThh:mm:ssZ`.",
}

// filterOf is what the filter attributes of a configuration mean.
func filterOf(o object) capi.ProcessFilter {
	filter := capi.ProcessFilter{
		GUIDs:             o.textList("guids"),
		Types:             o.textList("types"),
		AppGUIDs:          o.textList("app_guids"),
		SpaceGUIDs:        o.textList("space_guids"),
		OrganizationGUIDs: o.textList("organization_guids"),
		CreatedAts:        timeFilterOf(o.child("created_ats")),
		UpdatedAts:        timeFilterOf(o.child("updated_ats")),
	}
	filter.AppGUID, _ = o.text("app_guid")
	filter.LabelSelector, _ = o.text("label_selector")
	filter.OrderBy, _ = o.text("order_by")
	return filter
}

func timeFilterOf(o object) *capi.TimeFilter {
	if o == nil {
		return nil
	}
	return &capi.TimeFilter{
		Values: o.textList("values"),
		LT:     o.textPointer("lt"), LTE: o.textPointer("lte"),
		GT: o.textPointer("gt"), GTE: o.textPointer("gte"),
	}
}

// textList is the list of strings of an attribute, nil where there is none.
func (o object) textList(name string) []string {
	v, found := o[name]
	if !found || v.IsNull() || !v.IsKnown() {
		return nil
	}
	var elements []tftypes.Value
	if v.As(&elements) != nil {
		return nil
	}
	list := make([]string, 0, len(elements))
	for _, element := range elements {
		var s *string
		if element.IsKnown() && element.As(&s) == nil && s != nil {
			list = append(list, *s)
		}
	}
	return list
}

// nameDescriptions are the attributes that a process has in a list only.
var nameDescriptions = map[string]string{
	"app_name":          "Name of the app. Null without `include_names`, and where the user may not see the app.",
	"space_name":        "Name of the space. Null as `app_name`.",
	"organization_guid": "GUID of the organization. Null as `app_name`.",
	"organization_name": "Name of the organization. Null as `app_name`.",
}

// listedProcessType is the type of a process in a list: that of one process,
// and its names.
var listedProcessType = func() tftypes.Object {
	attributes := processAttributeTypes()
	for name := range nameDescriptions {
		attributes[name] = tftypes.String
	}
	return tftypes.Object{AttributeTypes: attributes}
}()

// listedValue is the value of a process in a list.
func listedValue(p *capi.Process, byApp map[string]capi.AppNames) tftypes.Value {
	values := attributeValues(p)
	var names capi.AppNames
	if app := p.AppGUID(); app != nil {
		names = byApp[*app]
	}
	values["app_name"] = stringValue((*string)(names.App))
	values["space_name"] = stringValue((*string)(names.Space))
	values["organization_guid"] = stringValue(names.OrganizationGUID)
	values["organization_name"] = stringValue((*string)(names.Organization))
	return tftypes.NewValue(listedProcessType, values)
}
