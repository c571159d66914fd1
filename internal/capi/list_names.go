package capi

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// resolvedNames is the result of resolveNames, apart from the filter.
type resolvedNames struct {
	unmatched []UnmatchedName
	// names are those that were included with the apps, by the GUID of the app.
	names map[string]AppNames
	// byOrganization is set when a filter by GUID replaces only names of
	// organizations.
	byOrganization bool
	notes          listNotes
}

// resolveNames replaces the filters by name with filters by GUID. It requests the
// most selective objects, apps before spaces before organizations, and finds the
// other names in the included objects. A name that is not included is requested,
// to distinguish a typo from a space or organization without such an app.
func (c *Client) resolveNames(ctx context.Context, f ProcessFilter, r *resolvedNames) (ProcessFilter, error) {
	if f.AppNames == nil && f.SpaceNames == nil && f.OrganizationNames == nil {
		return f, nil
	}
	f.IncludeNames = true
	var err error
	switch {
	case f.AppNames != nil:
		f, err = c.resolveApps(ctx, f, r)
	case f.SpaceNames != nil:
		f, err = c.resolveSpaces(ctx, f, r)
	default:
		f, err = c.resolveOrganizations(ctx, f, r)
	}
	f.AppNames, f.SpaceNames, f.OrganizationNames = nil, nil, nil
	return f, err
}

// place narrows the search for apps or spaces to the GUIDs of the filter.
func place(name string, guids []string) []parameter {
	if guids == nil {
		return nil
	}
	return []parameter{anyOf(name, guids, true)}
}

func (c *Client) resolveApps(ctx context.Context, f ProcessFilter, r *resolvedNames) (ProcessFilter, error) {
	parameters := []parameter{anyOf("names", f.AppNames, true)}
	parameters = append(parameters, place("space_guids", f.SpaceGUIDs)...)
	parameters = append(parameters, place("organization_guids", f.OrganizationGUIDs)...)
	found, err := c.queryNamed(ctx, &r.notes, "app", "/v3/apps", "space.organization", parameters)
	if err != nil {
		return f, err
	}
	found.resources = withNames(found.resources, newNameSet(f.AppNames))
	apps, err := c.withPlaces(ctx, &r.notes, found)
	if err != nil {
		return f, err
	}

	spaces, organizations := newNameSet(f.SpaceNames), newNameSet(f.OrganizationNames)
	seen := map[string]nameSet{"app_names": {}, "space_names": {}, "organization_names": {}}
	guids := []string{}
	r.names = make(map[string]AppNames, len(apps))
	for _, app := range apps {
		seen["app_names"].add(app.App)
		seen["space_names"].add(app.Space)
		seen["organization_names"].add(app.Organization)
		r.names[app.GUID] = app.AppNames
		if f.SpaceNames != nil && !spaces.has(app.Space) || f.OrganizationNames != nil && !organizations.has(app.Organization) ||
			!mayBeIn(app.SpaceGUID, f.SpaceGUIDs) || app.OrganizationGUID != nil && !mayBeIn(*app.OrganizationGUID, f.OrganizationGUIDs) {
			continue
		}
		guids = append(guids, app.GUID)
	}
	f.AppGUIDs = both(guids, f.AppGUIDs)
	r.add("app_names", f.AppNames, seen["app_names"])
	if err := c.checkPlaces(ctx, r, "space_names", f.SpaceNames, seen["space_names"], "space", "/v3/spaces"); err != nil {
		return f, err
	}
	if err := c.checkPlaces(ctx, r, "organization_names", f.OrganizationNames, seen["organization_names"], "organization", "/v3/organizations"); err != nil {
		return f, err
	}
	// The apps are in these places. Korifi has no filter by organization.
	if !slices.ContainsFunc(apps, func(app *App) bool { return app.OrganizationGUID == nil }) {
		f.OrganizationGUIDs = nil
	}
	return f, nil
}

func (c *Client) resolveSpaces(ctx context.Context, f ProcessFilter, r *resolvedNames) (ProcessFilter, error) {
	parameters := append([]parameter{anyOf("names", f.SpaceNames, true)}, place("organization_guids", f.OrganizationGUIDs)...)
	include := ""
	if f.OrganizationNames != nil {
		include = "organization"
	}
	found, err := c.queryNamed(ctx, &r.notes, "space", "/v3/spaces", include, parameters)
	if err != nil {
		return f, err
	}
	spaces := withNames(found.resources, newNameSet(f.SpaceNames))
	organizations := byGUID(found.included.Organizations)
	if f.OrganizationNames != nil {
		if err := c.addOrganizations(ctx, &r.notes, spaces, organizations); err != nil {
			return f, err
		}
	}
	wanted, seenSpaces, seenOrganizations := newNameSet(f.OrganizationNames), nameSet{}, nameSet{}
	guids := []string{}
	for _, space := range spaces {
		seenSpaces.add(space.Name)
		guid := space.organizationGUID()
		if f.OrganizationNames != nil {
			organization := organizations[guid]
			if organization == nil {
				continue
			}
			seenOrganizations.add(organization.Name)
			if !wanted.has(organization.Name) {
				continue
			}
		}
		if mayBeIn(guid, f.OrganizationGUIDs) {
			guids = append(guids, space.GUID)
		}
	}
	f.SpaceGUIDs = both(guids, f.SpaceGUIDs)
	f.OrganizationGUIDs = nil // the spaces are in them
	r.add("space_names", f.SpaceNames, seenSpaces)
	return f, c.checkPlaces(ctx, r, "organization_names", f.OrganizationNames, seenOrganizations, "organization", "/v3/organizations")
}

func (c *Client) resolveOrganizations(ctx context.Context, f ProcessFilter, r *resolvedNames) (ProcessFilter, error) {
	found, err := c.queryNamed(ctx, &r.notes, "organization", "/v3/organizations", "", []parameter{anyOf("names", f.OrganizationNames, true)})
	if err != nil {
		return f, err
	}
	seen, guids := nameSet{}, []string{}
	for _, organization := range withNames(found.resources, newNameSet(f.OrganizationNames)) {
		seen.add(organization.Name)
		guids = append(guids, organization.GUID)
	}
	r.add("organization_names", f.OrganizationNames, seen)
	f.OrganizationGUIDs, r.byOrganization = both(guids, f.OrganizationGUIDs), true
	return f, nil
}

// checkPlaces requests the spaces and organizations that hold none of the apps or
// spaces, and notes the names that do not exist at all.
func (c *Client) checkPlaces(ctx context.Context, r *resolvedNames, filter string, names []string, seen nameSet, object, path string) error {
	var unseen []string
	for _, name := range names {
		if !seen[strings.ToLower(name)] {
			unseen = append(unseen, name)
		}
	}
	if unseen == nil {
		return nil
	}
	found, err := c.queryNamed(ctx, &r.notes, object, path, "", []parameter{anyOf("names", unseen, true)})
	if err != nil {
		return err
	}
	for _, place := range withNames(found.resources, newNameSet(unseen)) {
		seen.add(place.Name)
	}
	r.add(filter, names, seen)
	return nil
}

// add notes the names of a filter that were not found, each once.
func (r *resolvedNames) add(filter string, names []string, seen nameSet) {
	for _, name := range names {
		unmatched := UnmatchedName{Filter: filter, Name: name}
		if !seen[strings.ToLower(name)] && !slices.Contains(r.unmatched, unmatched) {
			r.unmatched = append(r.unmatched, unmatched)
		}
	}
}

func (s nameSet) add(name *Text) {
	if name != nil {
		s[strings.ToLower(string(*name))] = true
	}
}

// mayBeIn reports whether the GUID matches a filter. A GUID that the API does not
// show may match.
func mayBeIn(guid string, filter []string) bool {
	return filter == nil || guid == "" || slices.ContainsFunc(filter, func(s string) bool { return strings.EqualFold(s, guid) })
}

// both returns the found GUIDs that match a filter of the same kind.
func both(found, filter []string) []string {
	if filter == nil {
		return found
	}
	wanted := make(map[string]bool, len(filter))
	for _, guid := range filter {
		wanted[strings.ToLower(guid)] = true
	}
	return slices.DeleteFunc(found, func(guid string) bool { return !wanted[strings.ToLower(guid)] })
}

// withoutOrganizations replaces a filter by organizations, which Korifi does
// not have for processes, with one by their spaces (README.md#korifi-filters).
// The error is cause if that has another reason.
func (c *Client) withoutOrganizations(ctx context.Context, f ProcessFilter, r *resolvedNames, cause error) (ProcessFilter, error) {
	var unsupported *UnsupportedFilterError
	if !errors.As(cause, &unsupported) || !slices.Equal(unsupported.Filters, []string{"organization_guids"}) {
		return f, cause
	}
	found, err := c.queryNamed(ctx, &r.notes, "space", "/v3/spaces", "", place("organization_guids", f.OrganizationGUIDs))
	if err != nil {
		return f, err
	}
	guids := []string{}
	for _, space := range found.resources {
		if mayBeIn(space.organizationGUID(), f.OrganizationGUIDs) {
			guids = append(guids, space.GUID)
		}
	}
	f.SpaceGUIDs, f.OrganizationGUIDs = both(guids, f.SpaceGUIDs), nil
	return f, nil
}

// addNames adds the names to a list: those that are known already, and the
// others from the API.
func (c *Client) addNames(ctx context.Context, list *ProcessList, r *resolvedNames) error {
	list.Names = make(map[string]AppNames, len(r.names))
	var others []*Process
	for _, p := range list.Processes {
		guid := p.AppGUID()
		if guid == nil {
			continue
		}
		if names, known := r.names[*guid]; known {
			list.Names[*guid] = names
		} else {
			others = append(others, p)
		}
	}
	names, err := c.Names(ctx, others)
	if err != nil {
		return err
	}
	for guid, found := range names.ByApp {
		list.Names[guid] = found
	}
	r.notes.add(names.Warnings, names.Unstable)
	return nil
}
