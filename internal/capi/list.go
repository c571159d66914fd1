package capi

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// OrderBy are the orders in which the API lists processes; "-" is descending.
var OrderBy = []string{"created_at", "-created_at", "updated_at", "-updated_at"}

// ProcessFilter selects processes. A nil list, a nil TimeFilter and an empty
// string select nothing away; a list that is empty but not nil selects no
// process at all. Filters of different kinds have to apply together, and of a
// list one value has to. GUIDs and types are compared without case.
type ProcessFilter struct {
	// AppGUID lists the processes of one app, which has to be there:
	// GET /v3/apps/{guid}/processes. It excludes AppGUIDs, SpaceGUIDs and
	// OrganizationGUIDs.
	AppGUID string

	GUIDs, Types, AppGUIDs, SpaceGUIDs, OrganizationGUIDs []string
	// LabelSelector are conditions on labels in the API's own language.
	LabelSelector string
	// CreatedAts and UpdatedAts select by time.
	CreatedAts, UpdatedAts *TimeFilter
	// OrderBy is one of the values of the variable of that name; empty for the
	// API's order.
	OrderBy string
}

// TimeFilter selects by a time, written as YYYY-MM-DDThh:mm:ssZ: equal to any
// of Values, or before and after the others. Values goes with none of them.
type TimeFilter struct {
	Values           []string
	LT, LTE, GT, GTE *string
}

// ProcessList is what ListProcesses found.
type ProcessList struct {
	// Processes in the API's order, each once; never nil.
	Processes []*Process
	// Warnings of the API.
	Warnings []string
	// Unstable says how the pages of the list disagreed each time that they
	// were read; empty when they agreed. The processes may then not be all.
	Unstable string
}

// ListProcesses lists processes: GET /v3/processes, or
// GET /v3/apps/{guid}/processes with AppGUID.
//
// It asks for no more than the pages. A list that is too long for one URL is
// asked for in parts, which are merged by OrderBy, or else by created_at. What
// the processes show themselves is selected here as well, for foundations that
// do not know a filter, or take it and ignore it.
//
// Errors: *UnsupportedFilterError, and those of GetProcess.
func (c *Client) ListProcesses(ctx context.Context, f ProcessFilter) (*ProcessList, error) {
	list, path := "/v3/processes", "/v3/processes"
	if f.AppGUID != "" {
		if err := CheckSegment(f.AppGUID); err != nil {
			return nil, fmt.Errorf("the app GUID %w", err)
		}
		list, path = "/v3/apps/{guid}/processes", processesOfApp(f.AppGUID)
	}
	if f.selectsNothing() {
		return &ProcessList{Processes: []*Process{}}, nil
	}
	parameters := f.parameters()
	room := urlMax - len(c.base) - len(path) - len("?&per_page=5000&page=10000000")
	for {
		var known []parameter
		unsupported := &UnsupportedFilterError{}
		for _, p := range parameters {
			answer := c.memory.isUnknown(list, p.name)
			switch {
			case answer == nil:
				known = append(known, p)
			case !p.shown && p.name != "order_by" && !slices.Contains(unsupported.Filters, p.name):
				unsupported.Filters, unsupported.Err = append(unsupported.Filters, p.name), answer
			}
		}
		if unsupported.Filters != nil {
			return nil, unsupported
		}
		sent := leaveOut(known, room)
		result, err := c.listProcesses(ctx, f, path, sent, room)
		unknown := unknownParameters(err, parameterNames(sent))
		if len(unknown) == 0 {
			return result, err
		}
		for _, name := range unknown {
			c.memory.learnUnknown(list, name, err)
		}
	}
}

// listProcesses lists with the parameters that are sent, and selects by the
// others.
func (c *Client) listProcesses(ctx context.Context, f ProcessFilter, path string, sent []parameter, room int) (*ProcessList, error) {
	list := listing[Process]{
		client: c, path: path, gate: make(chan struct{}, pagesAtOnce),
		object: "process", guid: func(p *Process) string { return p.GUID }, finish: (*Process).finish,
	}
	parts, err := readParts(ctx, list, encodeQueries(sent, room))
	if err != nil {
		return nil, err
	}

	result := &ProcessList{}
	matches := f.matcher(parameterNames(sent))
	order := newOrder(f.OrderBy)
	lists := make([][]*Process, 0, len(parts))
	for _, part := range parts {
		selected := slices.DeleteFunc(part.resources, func(p *Process) bool { return !matches(p) })
		if f.OrderBy != "" && !slices.IsSortedFunc(selected, order.times) {
			slices.SortStableFunc(selected, order.times)
		}
		lists = append(lists, selected)
		result.Warnings = addNew(result.Warnings, part.warnings)
		if part.unstable != "" {
			result.Unstable = part.unstable
		}
	}
	result.Processes = order.merge(lists)
	return result, nil
}

// selectsNothing reports whether one of the lists is empty.
func (f *ProcessFilter) selectsNothing() bool {
	lists := [][]string{f.GUIDs, f.Types, f.AppGUIDs, f.SpaceGUIDs, f.OrganizationGUIDs}
	for _, times := range []*TimeFilter{f.CreatedAts, f.UpdatedAts} {
		if times != nil {
			lists = append(lists, times.Values)
		}
	}
	return slices.ContainsFunc(lists, func(values []string) bool { return values != nil && len(values) == 0 })
}

// parameters are the query parameters, those that select most first.
func (f *ProcessFilter) parameters() []parameter {
	var parameters []parameter
	for _, p := range []struct {
		name   string
		values []string
		shown  bool
	}{
		{"guids", f.GUIDs, true},
		{"app_guids", f.AppGUIDs, true},
		{"space_guids", f.SpaceGUIDs, true},
		{"types", f.Types, true},
		{"organization_guids", f.OrganizationGUIDs, false},
	} {
		if p.values != nil {
			parameters = append(parameters, anyOf(p.name, p.values, p.shown))
		}
	}
	if f.LabelSelector != "" {
		parameters = append(parameters, single("label_selector", "", f.LabelSelector))
	}
	parameters = append(parameters, f.CreatedAts.parameters("created_ats")...)
	parameters = append(parameters, f.UpdatedAts.parameters("updated_ats")...)
	if f.OrderBy != "" {
		parameters = append(parameters, single("order_by", "", f.OrderBy))
	}
	return parameters
}

func (t *TimeFilter) parameters(name string) []parameter {
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
}

func parameterNames(parameters []parameter) []string {
	names := make([]string, 0, len(parameters))
	for _, p := range parameters {
		names = append(names, p.name)
	}
	return names
}

// matcher selects by what the processes show. A process that does not show it
// passes only a filter that the API applied.
func (f *ProcessFilter) matcher(sent []string) func(*Process) bool {
	type filter struct {
		value  func(*Process) *string
		wanted map[string]bool
		sent   bool
	}
	var filters []filter
	add := func(name string, values []string, value func(*Process) *string) {
		if values == nil {
			return
		}
		wanted := make(map[string]bool, len(values))
		for _, v := range values {
			wanted[strings.ToLower(v)] = true
		}
		filters = append(filters, filter{value: value, wanted: wanted, sent: slices.Contains(sent, name)})
	}
	add("guids", f.GUIDs, func(p *Process) *string { return &p.GUID })
	add("types", f.Types, func(p *Process) *string { return p.Type })
	add("app_guids", f.AppGUIDs, (*Process).AppGUID)
	add("space_guids", f.SpaceGUIDs, (*Process).SpaceGUID)
	return func(p *Process) bool {
		for _, filter := range filters {
			value := filter.value(p)
			if value == nil && !filter.sent || value != nil && !filter.wanted[strings.ToLower(*value)] {
				return false
			}
		}
		return true
	}
}

// order is the order of a list of processes.
type order struct {
	descending bool
	time       func(*Process) *string
}

func newOrder(orderBy string) order {
	name, descending := strings.CutPrefix(orderBy, "-")
	o := order{descending: descending, time: func(p *Process) *string { return p.CreatedAt }}
	if name == "updated_at" {
		o.time = func(p *Process) *string { return p.UpdatedAt }
	}
	return o
}

// times compares two processes by their times alone. All times are written
// alike, so that their order is that of their letters.
func (o order) times(a, b *Process) int {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	result := strings.Compare(text(o.time(a)), text(o.time(b)))
	if o.descending {
		return -result
	}
	return result
}

// before compares as the API does, which orders equal times by GUID.
func (o order) before(a, b *Process) bool {
	result := o.times(a, b)
	if result == 0 {
		if result = strings.Compare(a.GUID, b.GUID); o.descending {
			result = -result
		}
	}
	return result < 0
}

// merge puts lists together, each process once. Within one list the API's
// order stays.
func (o order) merge(lists [][]*Process) []*Process {
	count := 0
	for _, list := range lists {
		count += len(list)
	}
	if len(lists) == 1 {
		return lists[0]
	}
	merged := make([]*Process, 0, count)
	seen := newGUIDSet(count)
	for {
		next := -1
		for i, list := range lists {
			if len(list) > 0 && (next < 0 || o.before(list[0], lists[next][0])) {
				next = i
			}
		}
		if next < 0 {
			return merged
		}
		if p := lists[next][0]; seen.add(p.GUID) {
			merged = append(merged, p)
		}
		lists[next] = lists[next][1:]
	}
}
