package capi

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// AppNames are the names around an app; nil where this user may not see them.
type AppNames struct {
	App, Space       *Text
	OrganizationGUID *string
	Organization     *Text
}

// named is an app, a space or an organization.
type named struct {
	GUID          string `json:"guid"`
	Name          *Text  `json:"name"`
	State         *Text  `json:"state"`
	Relationships struct {
		Space        *Relationship `json:"space"`
		Organization *Relationship `json:"organization"`
	} `json:"relationships"`
}

func (n *named) spaceGUID() string        { return n.Relationships.Space.guid() }
func (n *named) organizationGUID() string { return n.Relationships.Organization.guid() }

func (r *Relationship) guid() string {
	if r == nil || r.Data == nil || r.Data.GUID == nil {
		return ""
	}
	return *r.Data.GUID
}

// included are the objects that a page includes.
type included struct {
	Spaces        []*named `json:"spaces"`
	Organizations []*named `json:"organizations"`
}

func (i *included) add(other included) {
	i.Spaces = append(i.Spaces, other.Spaces...)
	i.Organizations = append(i.Organizations, other.Organizations...)
}

// NameList is the result of Names.
type NameList struct {
	// ByApp are the names by the GUID of the app. An app that this user may not
	// see is not in it.
	ByApp map[string]AppNames
	// Warnings and Unstable as in ProcessList.
	Warnings []Text
	Unstable string
}

// listNotes are the warnings of several lists.
type listNotes struct {
	warnings []Text
	unstable string
}

func (n *listNotes) add(warnings []Text, unstable string) {
	n.warnings = addNew(n.warnings, warnings)
	if unstable != "" {
		n.unstable = unstable
	}
}

// Names finds the names of the apps of the processes, of their spaces and
// organizations. Few apps are requested by GUID; for many it reads the list of
// all apps, if that takes fewer requests:
// GET /v3/apps?include=space.organization. The spaces and organizations that are
// not included, as on foundations without that include, are requested:
// GET /v3/spaces?include=organization, GET /v3/organizations.
//
// Errors: those of GetProcess.
func (c *Client) Names(ctx context.Context, processes []*Process) (*NameList, error) {
	wanted := make(guidSet, len(processes))
	for _, p := range processes {
		if guid := p.AppGUID(); guid != nil && *guid != "" {
			wanted.add(*guid)
		}
	}
	result := &NameList{ByApp: make(map[string]AppNames, len(wanted))}
	if len(wanted) == 0 {
		return result, nil
	}
	notes := &listNotes{}
	found, err := c.listNamed(ctx, notes, "app", "/v3/apps", "space.organization", wanted)
	if err != nil {
		return nil, err
	}
	apps, err := c.withPlaces(ctx, notes, found)
	if err != nil {
		return nil, err
	}
	for _, app := range apps {
		result.ByApp[app.GUID] = app.AppNames
	}
	result.Warnings, result.Unstable = notes.warnings, notes.unstable
	return result, nil
}

// withPlaces finds the spaces and organizations of apps: those that were included
// with them, and the others by GUID.
func (c *Client) withPlaces(ctx context.Context, notes *listNotes, apps *listed[named]) ([]*App, error) {
	spaces, organizations := byGUID(apps.included.Spaces), byGUID(apps.included.Organizations)
	missing := make(guidSet)
	for _, app := range apps.resources {
		missing.addMissing(app.spaceGUID(), spaces)
	}
	found, err := c.listNamed(ctx, notes, "space", "/v3/spaces", "organization", missing)
	if err != nil {
		return nil, err
	}
	maps.Copy(spaces, byGUID(found.resources))
	maps.Copy(organizations, byGUID(found.included.Organizations))
	if err := c.addOrganizations(ctx, notes, slices.Collect(maps.Values(spaces)), organizations); err != nil {
		return nil, err
	}

	result := make([]*App, 0, len(apps.resources))
	for _, found := range apps.resources {
		app := &App{GUID: found.GUID, SpaceGUID: found.spaceGUID(), State: found.State, AppNames: AppNames{App: found.Name}}
		if space := spaces[app.SpaceGUID]; space != nil {
			app.Space = space.Name
			if guid := space.organizationGUID(); guid != "" {
				app.OrganizationGUID = &guid
				if organization := organizations[guid]; organization != nil {
					app.Organization = organization.Name
				}
			}
		}
		result = append(result, app)
	}
	return result, nil
}

// addOrganizations requests the organizations of the spaces that are not known
// yet.
func (c *Client) addOrganizations(ctx context.Context, notes *listNotes, spaces []*named, known map[string]*named) error {
	missing := make(guidSet)
	for _, space := range spaces {
		missing.addMissing(space.organizationGUID(), known)
	}
	found, err := c.listNamed(ctx, notes, "organization", "/v3/organizations", "", missing)
	if err != nil {
		return err
	}
	maps.Copy(known, byGUID(found.resources))
	return nil
}

func byGUID(objects []*named) map[string]*named {
	found := make(map[string]*named, len(objects))
	for _, object := range objects {
		if object != nil {
			found[object.GUID] = object
		}
	}
	return found
}

// addMissing adds the GUID of an object that was not found yet.
func (s guidSet) addMissing(guid string, found map[string]*named) {
	if guid != "" && found[guid] == nil {
		s.add(guid)
	}
}

// listNamed lists the wanted objects by GUID, with included objects if the
// foundation supports the include.
func (c *Client) listNamed(ctx context.Context, notes *listNotes, object, path, include string, wanted guidSet) (*listed[named], error) {
	if len(wanted) == 0 {
		return &listed[named]{}, nil
	}
	parameters := []parameter{anyOf("guids", slices.Collect(maps.Keys(wanted)), true)}
	found, err := c.queryNamed(ctx, notes, object, path, include, parameters)
	if err != nil {
		return nil, err
	}
	found.resources = slices.DeleteFunc(found.resources, func(n *named) bool {
		_, is := wanted[n.GUID]
		return !is
	})
	return found, nil
}

// queryNamed lists the objects that the parameters select, with included objects.
// It remembers and omits parameters that the foundation does not support.
func (c *Client) queryNamed(ctx context.Context, notes *listNotes, object, path, include string, parameters []parameter) (*listed[named], error) {
	for {
		query := ""
		var sent []string
		if include != "" && c.lists.isUnknown(path, "include") == nil {
			query, sent = "&include="+include, append(sent, "include")
		}
		var known []parameter
		for _, p := range parameters {
			if c.lists.isUnknown(path, p.name) == nil {
				known = append(known, p)
			}
		}
		room := urlMax - len(c.base) - len(path) - len(query) - len("?&per_page=5000&page=10000000")
		known = leaveOut(known, room)
		sent = append(sent, parameterNames(known)...)
		var queries []string
		if len(known) > 0 {
			queries = encodeQueries(known, room)
		}
		found, err := c.listAllOrSome(ctx, object, path, query, queries)
		if err == nil {
			notes.add(found.warnings, found.unstable)
			return found, nil
		}
		unknown := unknownParameters(err, sent)
		if len(unknown) == 0 && slices.Contains(sent, "include") && refusesInclude(err) {
			unknown = []string{"include"}
		}
		if len(unknown) == 0 {
			return nil, err
		}
		for _, name := range unknown {
			c.lists.learnUnknown(path, name, err)
		}
	}
}

// refusesInclude reports whether the foundation does not support the value of
// include, as opposed to the parameter.
func refusesInclude(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Has(CodeBadQueryParameter) &&
		slices.ContainsFunc(e.Errors, func(o ErrorObject) bool {
			return strings.Contains(string(o.Detail), "Invalid included resource")
		})
}

// listAllOrSome reads the whole list, or the objects that the queries select
// (nil: there is no such choice), whichever takes fewer requests.
func (c *Client) listAllOrSome(ctx context.Context, object, path, query string, some []string) (*listed[named], error) {
	gate := make(chan struct{}, pagesAtOnce)
	list := listing[named]{
		client: c, path: path, query: query, gate: gate, object: object,
		guid: func(n *named) string { return n.GUID },
	}
	// The first page shows how long the whole list is. One or two requests for
	// exactly the wanted objects are hardly slower, and return less data.
	if some == nil || len(some) > 2 {
		if some != nil {
			list.tooMany = func(pages int64) bool { return pages > int64(len(some)) }
		}
		all, err := list.read(ctx)
		if !errors.Is(err, errTooMany) {
			return all, err
		}
	}
	list.tooMany = nil
	return readJoined(ctx, list, some)
}
