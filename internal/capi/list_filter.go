package capi

import (
	"slices"
	"strings"
)

// OrderBy are the orders in which the API lists processes; "-" is descending.
var OrderBy = []string{"created_at", "-created_at", "updated_at", "-updated_at"}

// ProcessFilter selects processes. A nil list, a nil TimeFilter and an empty
// string do not filter; a list that is empty but not nil selects no process at
// all. A process must match every filter, and within a list any one value.
// GUIDs and types are compared without case.
type ProcessFilter struct {
	// AppGUID lists the processes of one app, which must exist:
	// GET /v3/apps/{guid}/processes. It excludes AppGUIDs, SpaceGUIDs and
	// OrganizationGUIDs.
	AppGUID string

	GUIDs, Types, AppGUIDs, SpaceGUIDs, OrganizationGUIDs []string
	// AppNames, SpaceNames and OrganizationNames are resolved to GUIDs before
	// the processes are listed. GUIDs of the same kind must match as well. They
	// cannot be combined with AppGUID.
	AppNames, SpaceNames, OrganizationNames []string
	// LabelSelector has conditions on labels in the API's syntax.
	LabelSelector string
	// CreatedAts and UpdatedAts select by time.
	CreatedAts, UpdatedAts *TimeFilter
	// OrderBy is one of the values of the variable of that name; empty for the
	// API's order.
	OrderBy string

	// IncludeNames adds the names of apps, spaces and organizations, as a filter by
	// name does.
	IncludeNames bool
	// IncludeInstances adds the instances of each process.
	IncludeInstances bool
}

// ByName reports whether a filter is by name.
func (f *ProcessFilter) ByName() bool {
	return f.AppNames != nil || f.SpaceNames != nil || f.OrganizationNames != nil
}

// TimeFilter selects by a time, written as YYYY-MM-DDThh:mm:ssZ: equal to any
// of Values, or before and after the others. Values cannot be combined with them.
type TimeFilter struct {
	Values           []string
	LT, LTE, GT, GTE *string
}

// filter is one filter of ProcessFilter. Everything that the client does with
// the filter is derived from it.
type filter struct {
	// name is the API's name of the query parameter.
	name string
	// parameters encodes the filter; none when it is not set. The function is nil
	// for a name, which becomes a filter by GUID.
	parameters func(*ProcessFilter) []parameter
	// values are those of a list, nil when it is not set. A list without values
	// selects nothing. The function is nil for a filter that is not a list.
	values func(*ProcessFilter) []string
	// shown returns the process's value for the filter, so that the client can
	// apply it. The function is nil for a filter that only the API can apply.
	shown func(*Process) *string
	// public is set where the log may show the values.
	public bool
}

// filters are all filters except AppGUID, the usually most selective ones first.
var filters = []filter{
	listFilter("guids", func(f *ProcessFilter) []string { return f.GUIDs }, func(p *Process) *string { return &p.GUID }),
	listFilter("app_guids", func(f *ProcessFilter) []string { return f.AppGUIDs }, (*Process).AppGUID),
	listFilter("space_guids", func(f *ProcessFilter) []string { return f.SpaceGUIDs }, (*Process).SpaceGUID),
	listFilter("types", func(f *ProcessFilter) []string { return f.Types }, func(p *Process) *string { return p.Type }),
	listFilter("organization_guids", func(f *ProcessFilter) []string { return f.OrganizationGUIDs }, nil),
	{name: "app_names", values: func(f *ProcessFilter) []string { return f.AppNames }},
	{name: "space_names", values: func(f *ProcessFilter) []string { return f.SpaceNames }},
	{name: "organization_names", values: func(f *ProcessFilter) []string { return f.OrganizationNames }},
	textFilter("label_selector", func(f *ProcessFilter) string { return f.LabelSelector }),
	timeFilter("created_ats", func(f *ProcessFilter) *TimeFilter { return f.CreatedAts }),
	timeFilter("updated_ats", func(f *ProcessFilter) *TimeFilter { return f.UpdatedAts }),
	orderFilter("order_by", func(f *ProcessFilter) string { return f.OrderBy }),
}

// PublicParameters are the query parameters whose values may be logged: they
// hold GUIDs, types, times and numbers. A label selector and names are left out.
func PublicParameters() []string {
	names := []string{"embed", "include", "page", "per_page"}
	for _, filter := range filters {
		if filter.public {
			names = append(names, filter.name)
		}
	}
	return names
}

func listFilter(name string, values func(*ProcessFilter) []string, shown func(*Process) *string) filter {
	return filter{
		name: name, values: values, shown: shown, public: true,
		parameters: func(f *ProcessFilter) []parameter {
			if list := values(f); list != nil {
				return []parameter{anyOf(name, list, shown != nil)}
			}
			return nil
		},
	}
}

func textFilter(name string, value func(*ProcessFilter) string) filter {
	return filter{name: name, parameters: func(f *ProcessFilter) []parameter {
		if text := value(f); text != "" {
			return []parameter{single(name, "", text)}
		}
		return nil
	}}
}

// orderFilter does not select; if the API does not order, the client does.
func orderFilter(name string, value func(*ProcessFilter) string) filter {
	return filter{name: name, public: true, parameters: func(f *ProcessFilter) []parameter {
		text := value(f)
		if text == "" {
			return nil
		}
		order := single(name, "", text)
		order.optional = true
		return []parameter{order}
	}}
}

func timeFilter(name string, value func(*ProcessFilter) *TimeFilter) filter {
	values := func(f *ProcessFilter) []string {
		if t := value(f); t != nil {
			return t.Values
		}
		return nil
	}
	return filter{
		name: name, values: values, public: true,
		parameters: func(f *ProcessFilter) []parameter {
			t := value(f)
			if t == nil {
				return nil
			}
			var parameters []parameter
			if t.Values != nil {
				parameters = append(parameters, anyOf(name, t.Values, false))
			}
			for _, operator := range []struct {
				name  string
				value *string
			}{{"lt", t.LT}, {"lte", t.LTE}, {"gt", t.GT}, {"gte", t.GTE}} {
				if operator.value != nil {
					parameters = append(parameters, single(name, operator.name, *operator.value))
				}
			}
			return parameters
		},
	}
}

// selectsNothing reports whether one of the lists is empty.
func (f *ProcessFilter) selectsNothing() bool {
	return slices.ContainsFunc(filters, func(filter filter) bool {
		if filter.values == nil {
			return false
		}
		values := filter.values(f)
		return values != nil && len(values) == 0
	})
}

// parameters are the query parameters, in the order of the table.
func (f *ProcessFilter) parameters() []parameter {
	var parameters []parameter
	for _, filter := range filters {
		if filter.parameters != nil {
			parameters = append(parameters, filter.parameters(f)...)
		}
	}
	return parameters
}

// matcher selects by the values of the processes. A process without the value
// passes only a filter that the API applied, which are those in sent.
func (f *ProcessFilter) matcher(sent []string) func(*Process) bool {
	type check struct {
		shown  func(*Process) *string
		wanted map[string]bool
		sent   bool
	}
	var checks []check
	for _, filter := range filters {
		if filter.shown == nil || filter.values(f) == nil {
			continue
		}
		values := filter.values(f)
		wanted := make(map[string]bool, len(values))
		for _, v := range values {
			wanted[strings.ToLower(v)] = true
		}
		checks = append(checks, check{shown: filter.shown, wanted: wanted, sent: slices.Contains(sent, filter.name)})
	}
	return func(p *Process) bool {
		for _, check := range checks {
			value := check.shown(p)
			if value == nil && !check.sent || value != nil && !check.wanted[strings.ToLower(*value)] {
				return false
			}
		}
		return true
	}
}
