package capi

import (
	"context"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// AppSearch finds apps by name. A space or organization that is not empty narrows
// the search.
type AppSearch struct {
	Name                               string
	SpaceGUID, SpaceName               string
	OrganizationGUID, OrganizationName string
}

// App is an app with its space and organization. A field that this user may not
// see is nil or empty.
type App struct {
	GUID string
	// SpaceGUID is the app's space; empty when the API does not show it.
	SpaceGUID string
	// State is STARTED or STOPPED.
	State *Text
	AppNames
}

// String returns the app for a list of candidates: organization / space / app
// (GUID), each cleaned and bounded.
func (a *App) String() string {
	name := func(t *Text) string {
		if t == nil {
			return "?"
		}
		return redact.Clean(string(*t), 100)
	}
	return name(a.Organization) + " / " + name(a.Space) + " / " + name(a.App) + " (" + redact.Clean(a.GUID, 100) + ")"
}

// AppList is the result of FindApps.
type AppList struct {
	// Apps have the name and are in the place of the search.
	Apps []*App
	// Elsewhere have the name but are in another place.
	Elsewhere []*App
	// Warnings and Unstable as in ProcessList.
	Warnings []Text
	Unstable string
}

// FindApps finds the apps with a name that this user can see. It sends one request
// if the foundation includes spaces and organizations,
// GET /v3/apps?names={name}&include=space.organization, and otherwise one more
// for the spaces and one for the organizations.
//
// Names are compared as the API does: without case on Cloud Controller, with it
// on Korifi (README.md#names).
//
// Errors: those of GetProcess.
func (c *Client) FindApps(ctx context.Context, search AppSearch) (*AppList, error) {
	parameters := []parameter{anyOf("names", []string{search.Name}, true)}
	for _, place := range []struct{ name, guid string }{
		{"space_guids", search.SpaceGUID}, {"organization_guids", search.OrganizationGUID},
	} {
		if place.guid != "" {
			parameters = append(parameters, anyOf(place.name, []string{place.guid}, true))
		}
	}
	notes := &listNotes{}
	found, err := c.queryNamed(ctx, notes, "app", "/v3/apps", "space.organization", parameters)
	if err != nil {
		return nil, err
	}
	// A foundation that ignores the filter returns apps of every name; their
	// spaces need not be known.
	found.resources = withNames(found.resources, newNameSet([]string{search.Name}))
	apps, err := c.withPlaces(ctx, notes, found)
	if err != nil {
		return nil, err
	}
	result := &AppList{Warnings: notes.warnings, Unstable: notes.unstable}
	for _, app := range apps {
		if search.isIn(app) {
			result.Apps = append(result.Apps, app)
		} else {
			result.Elsewhere = append(result.Elsewhere, app)
		}
	}
	return result, nil
}

// isIn reports whether the app is in the place of the search. An app whose place
// has no name that the user can see is not. A GUID that is not shown matches,
// since the API applied that filter.
func (s *AppSearch) isIn(app *App) bool {
	for _, place := range []struct {
		want  string
		found *Text
	}{
		{s.SpaceName, app.Space},
		{s.OrganizationName, app.Organization},
	} {
		if place.want != "" && (place.found == nil || !strings.EqualFold(place.want, string(*place.found))) {
			return false
		}
	}
	return (s.SpaceGUID == "" || app.SpaceGUID == "" || strings.EqualFold(s.SpaceGUID, app.SpaceGUID)) &&
		(s.OrganizationGUID == "" || app.OrganizationGUID == nil || strings.EqualFold(s.OrganizationGUID, *app.OrganizationGUID))
}

// nameSet holds names to compare without case, as Cloud Controller's database
// compares them (README.md#names). An API for which case matters has already
// filtered by it.
type nameSet map[string]bool

func newNameSet(names []string) nameSet {
	set := make(nameSet, len(names))
	for _, name := range names {
		set[strings.ToLower(name)] = true
	}
	return set
}

func (s nameSet) has(name *Text) bool { return name != nil && s[strings.ToLower(string(*name))] }

// withNames returns the objects whose name is in the set.
func withNames(objects []*named, names nameSet) []*named {
	kept := make([]*named, 0, len(objects))
	for _, object := range objects {
		if names.has(object.Name) {
			kept = append(kept, object)
		}
	}
	return kept
}
