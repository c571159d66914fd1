package capi

import (
	"context"
	"fmt"
	"slices"
)

// ProcessList is the result of ListProcesses.
type ProcessList struct {
	// Processes in the API's order, each once; never nil.
	Processes []*Process
	// Warnings of the API.
	Warnings []Text
	// Unstable describes how the pages of the list disagreed each time that they
	// were read; empty when they agreed. Processes may then be missing.
	Unstable string
	// Names are the names by the GUID of the app, as in NameList; nil unless they
	// were included.
	Names map[string]AppNames
	// InstancesErr is the first reason why the instances of some processes, whose
	// ProcessInstances are nil, could not be read. Nil if all were read.
	InstancesErr error
	// Unmatched are the values of filters by name that match nothing that this
	// user can see.
	Unmatched []UnmatchedName
}

// UnmatchedName is a value of a filter by name that matches nothing.
type UnmatchedName struct {
	// Filter is app_names, space_names or organization_names.
	Filter string
	// Name is the value of the filter.
	Name string
}

// ListProcesses lists processes: GET /v3/processes, or
// GET /v3/apps/{guid}/processes with AppGUID.
//
// It requests only the pages. A filter that is too long for one URL is split, and
// the parts are merged by OrderBy, or else by created_at. The client also applies
// the filters that it can check in the processes, for foundations that do not
// support a filter, or accept and ignore it.
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
	resolved := &resolvedNames{}
	if !f.selectsNothing() {
		var err error
		if f, err = c.resolveNames(ctx, f, resolved); err != nil {
			return nil, err
		}
	}
	result := &ProcessList{Processes: []*Process{}}
	if !f.selectsNothing() {
		var err error
		if result, err = c.listSelected(ctx, f, list, path); err != nil && resolved.byOrganization {
			result = &ProcessList{Processes: []*Process{}}
			if f, err = c.withoutOrganizations(ctx, f, resolved, err); err == nil && !f.selectsNothing() {
				result, err = c.listSelected(ctx, f, list, path)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	result.Unmatched = resolved.unmatched
	if f.IncludeNames {
		if err := c.addNames(ctx, result, resolved); err != nil {
			return nil, err
		}
	}
	result.addNotes(&resolved.notes)
	return result, nil
}

func (l *ProcessList) addNotes(notes *listNotes) {
	l.Warnings = addNew(l.Warnings, notes.warnings)
	if l.Unstable == "" {
		l.Unstable = notes.unstable
	}
}

// listSelected lists the processes that match the filters, which hold no names.
// It remembers parameters that the list does not support, and omits them if the
// client can do without.
func (c *Client) listSelected(ctx context.Context, f ProcessFilter, list, path string) (*ProcessList, error) {
	if c.lists.labelValuesOnly.Load() {
		if f.AppGUIDs = labelValues(f.AppGUIDs); f.selectsNothing() {
			return &ProcessList{Processes: []*Process{}}, nil
		}
	}
	parameters := f.parameters()
	if f.IncludeInstances {
		parameters = append(parameters, embedInstances)
	}
	room := urlMax - len(c.base) - len(path) - len("?&per_page=5000&page=10000000")
	for {
		var known []parameter
		unsupported := &UnsupportedFilterError{}
		for _, p := range parameters {
			answer := c.lists.isUnknown(list, p.name)
			switch {
			case answer == nil:
				known = append(known, p)
			case !p.shown && !p.optional && !slices.Contains(unsupported.Filters, p.name):
				unsupported.Filters, unsupported.Err = append(unsupported.Filters, p.name), answer
			}
		}
		if unsupported.Filters != nil {
			return nil, unsupported
		}
		sent := leaveOut(known, room)
		result, err := c.listProcesses(ctx, f, path, sent, room)
		unknown := unknownParameters(err, parameterNames(sent))
		embeds := slices.Contains(parameterNames(sent), embedInstances.name)
		switch {
		case embeds && refusesEmbed(err):
			unknown = append(unknown, embedInstances.name)
		case embeds && embedFailed(err) && ctx.Err() == nil:
			// Without the instances the list may still be read.
			f.IncludeInstances = false
			result, withoutErr := c.listSelected(ctx, f, list, path)
			if withoutErr != nil {
				return nil, withoutErr
			}
			result.InstancesErr = err
			return result, nil
		case refusesAppGUIDs(err, f, sent):
			c.lists.labelValuesOnly.Store(true)
			return c.listSelected(ctx, f, list, path)
		case err == nil && f.IncludeInstances:
			return result, c.addInstances(ctx, result)
		}
		if len(unknown) == 0 {
			return result, err
		}
		for _, name := range unknown {
			c.lists.learnUnknown(list, name, err)
		}
	}
}

// listProcesses lists with the parameters that are sent, and applies the others
// itself.
func (c *Client) listProcesses(ctx context.Context, f ProcessFilter, path string, sent []parameter, room int) (*ProcessList, error) {
	list := listing[Process]{
		client: c, path: path, gate: make(chan struct{}, pagesAtOnce),
		object: "process", guid: func(p *Process) string { return p.GUID }, finish: func(p *Process) error {
			for _, instance := range p.ProcessInstances {
				c.mask(instance.State)
			}
			return p.finish()
		},
	}
	if slices.Contains(parameterNames(sent), embedInstances.name) {
		list.final, list.runtime = lastEmbed, true
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

func parameterNames(parameters []parameter) []string {
	names := make([]string, 0, len(parameters))
	for _, p := range parameters {
		names = append(names, p.name)
	}
	return names
}
