package process

import (
	ds "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ls "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// filter is a filter of a list of processes: its attribute, and how it gets into
// the query.
type filter struct {
	name string
	// attribute is that of the data source; see inListResource.
	attribute ds.Attribute
	// read puts the value in the configuration into the query.
	read func(config field.Attributes, into *capi.ProcessFilter)
}

// filters is the table of the filters of cf_processes and of the list resource.
var filters = []filter{
	listFilter("guids", "GUIDs of processes."+listNote, func(f *capi.ProcessFilter) *[]string { return &f.GUIDs }),
	listFilter("types", "Types of processes: `web`, `worker`, …"+listNote, func(f *capi.ProcessFilter) *[]string { return &f.Types }),
	listFilter("app_guids", "GUIDs of the apps of the processes."+listNote,
		func(f *capi.ProcessFilter) *[]string { return &f.AppGUIDs }),
	listFilter("space_guids", "GUIDs of the spaces of the processes."+listNote,
		func(f *capi.ProcessFilter) *[]string { return &f.SpaceGUIDs }),
	listFilter("organization_guids", "GUIDs of the organizations of the processes. Not on Korifi."+listNote,
		func(f *capi.ProcessFilter) *[]string { return &f.OrganizationGUIDs }),
	listFilter("app_names", "Names of the apps of the processes."+nameNote,
		func(f *capi.ProcessFilter) *[]string { return &f.AppNames }),
	listFilter("space_names", "Names of the spaces of the processes."+nameNote,
		func(f *capi.ProcessFilter) *[]string { return &f.SpaceNames }),
	listFilter("organization_names", "Names of the organizations of the processes."+nameNote,
		func(f *capi.ProcessFilter) *[]string { return &f.OrganizationNames }),
	textFilter("app_guid", "GUID of one app: lists its processes. Unlike with `app_guids`, an app that does not exist "+
		"is an error. Conflicts with the other filters by app, space and organization.",
		func(f *capi.ProcessFilter) *string { return &f.AppGUID }, segmentRule, oneAppRule),
	textFilter("label_selector", "Conditions on the labels of the processes; all must match: `env=prod`, "+
		"`env!=dev`, `env in (prod,staging)`, `env notin (dev)`, `env`, `!env`, separated by commas. Not on Korifi.",
		func(f *capi.ProcessFilter) *string { return &f.LabelSelector }, labelSelectorRule),
	textFilter("order_by", "Order of the processes: `created_at` or `updated_at`; with a leading `-`, the latest comes "+
		"first. Default: `created_at`.",
		func(f *capi.ProcessFilter) *string { return &f.OrderBy }, orderByRule),
	timeFilter("created_ats", "When the processes were created. Not on Korifi.",
		func(f *capi.ProcessFilter) **capi.TimeFilter { return &f.CreatedAts }),
	timeFilter("updated_ats", "When the processes were last changed. Not on Korifi.",
		func(f *capi.ProcessFilter) **capi.TimeFilter { return &f.UpdatedAts }),
}

// filterIn is the query that the configuration describes.
func filterIn(config field.Attributes) capi.ProcessFilter {
	var query capi.ProcessFilter
	for _, f := range filters {
		f.read(config, &query)
	}
	return query
}

// listNote is for every filter with a list, and nameNote for one with names, which
// the client resolves to GUIDs.
const (
	listNote = " Order and repeats do not matter. The list can have any length; an empty list selects nothing."
	nameNote = listNote + " Cloud Controller ignores the case of names. A name that matches nothing is a warning. If " +
		"the filter by GUIDs of the same kind is set as well, both must match."
)

// listFilter selects what has any of the values: GUIDs, types or names.
func listFilter(name, description string, into func(*capi.ProcessFilter) *[]string) filter {
	return filter{
		name: name,
		attribute: ds.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: []validator.List{eachValue{nonEmpty}},
		},
		read: func(config field.Attributes, query *capi.ProcessFilter) { *into(query) = config.TextList(name) },
	}
}

// textFilter is a filter with one value.
func textFilter(name, description string, into func(*capi.ProcessFilter) *string, rules ...validator.String) filter {
	return filter{
		name:      name,
		attribute: ds.StringAttribute{Optional: true, MarkdownDescription: description, Validators: rules},
		read:      func(config field.Attributes, query *capi.ProcessFilter) { *into(query), _ = config.Text(name) },
	}
}

// timeOperators are the conditions of a filter by time that have one value.
var timeOperators = []struct {
	name, description string
	into              func(*capi.TimeFilter) **string
}{
	{"lt", "Before this time, as `YYYY-MM-DDThh:mm:ssZ`.", func(f *capi.TimeFilter) **string { return &f.LT }},
	{"lte", "At this time or before, as `YYYY-MM-DDThh:mm:ssZ`.", func(f *capi.TimeFilter) **string { return &f.LTE }},
	{"gt", "After this time, as `YYYY-MM-DDThh:mm:ssZ`.", func(f *capi.TimeFilter) **string { return &f.GT }},
	{"gte", "At this time or after, as `YYYY-MM-DDThh:mm:ssZ`.", func(f *capi.TimeFilter) **string { return &f.GTE }},
}

// timeFilter selects by a time.
func timeFilter(name, description string, into func(*capi.ProcessFilter) **capi.TimeFilter) filter {
	exact := conflicts{why: "selects exact times"}
	conditions := make(map[string]ds.Attribute, len(timeOperators)+1)
	for _, operator := range timeOperators {
		exact.others = append(exact.others, operator.name)
		conditions[operator.name] = ds.StringAttribute{
			Optional: true, MarkdownDescription: operator.description, Validators: []validator.String{timestampRule},
		}
	}
	conditions["values"] = ds.ListAttribute{
		Optional: true, ElementType: types.StringType, Validators: []validator.List{eachValue{timestampRule}, exact},
		MarkdownDescription: "At any of these times exactly, each as `YYYY-MM-DDThh:mm:ssZ`. Conflicts with the other conditions.",
	}
	return filter{
		name:      name,
		attribute: ds.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: conditions},
		read: func(config field.Attributes, query *capi.ProcessFilter) {
			times := config.Child(name)
			if times == nil {
				return
			}
			condition := &capi.TimeFilter{Values: times.TextList("values")}
			for _, operator := range timeOperators {
				*operator.into(condition) = times.TextPointer(operator.name)
			}
			*into(query) = condition
		},
	}
}

// inListResource returns the attribute of a filter as the list resource has it.
func inListResource(attribute ds.Attribute) ls.Attribute {
	switch a := attribute.(type) {
	case ds.StringAttribute:
		return ls.StringAttribute{Optional: true, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
	case ds.ListAttribute:
		return ls.ListAttribute{
			Optional: true, ElementType: a.ElementType, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
		}
	case ds.SingleNestedAttribute:
		nested := make(map[string]ls.Attribute, len(a.Attributes))
		for name, inner := range a.Attributes {
			nested[name] = inListResource(inner)
		}
		return ls.SingleNestedAttribute{Optional: true, MarkdownDescription: a.MarkdownDescription, Attributes: nested}
	}
	return nil // a filter has no other type
}
