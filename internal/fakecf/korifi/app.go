package korifi

import (
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// resourceJSON is an app, a space or an organization in a response.
type resourceJSON struct {
	GUID          string                        `json:"guid"`
	CreatedAt     string                        `json:"created_at"`
	UpdatedAt     string                        `json:"updated_at"`
	Name          string                        `json:"name"`
	State         string                        `json:"state,omitempty"`
	Suspended     *bool                         `json:"suspended,omitempty"`
	Lifecycle     *lifecycleJSON                `json:"lifecycle,omitempty"`
	Relationships map[string]*rest.Relationship `json:"relationships,omitempty"`
	Metadata      rest.Metadata                 `json:"metadata"`
	Links         rest.Links                    `json:"links"`
}

type lifecycleJSON struct {
	Type string            `json:"type"`
	Data lifecycleDataJSON `json:"data"`
}

type lifecycleDataJSON struct {
	Buildpacks []string `json:"buildpacks"`
	Stack      string   `json:"stack"`
}

func newResource(keys state.Keys) resourceJSON {
	return resourceJSON{
		GUID: keys.GUID, Name: keys.Name, State: keys.State,
		CreatedAt: keys.Created.Format(rest.TimeFormat), UpdatedAt: keys.Updated.Format(rest.TimeFormat),
	}
}

func (s *Server) appJSON(app *state.App) []byte {
	self := s.Root + "/v3/apps/" + app.GUID
	out := newResource(app.Keys())
	out.Lifecycle = &lifecycleJSON{"buildpack", lifecycleDataJSON{[]string{}, "cflinuxfs4"}}
	out.Relationships = map[string]*rest.Relationship{"space": rest.Related(&app.Space.GUID)}
	out.Links = rest.Links{
		"self":  {Href: self},
		"space": {Href: s.Root + "/v3/spaces/" + app.Space.GUID},
		"start": {Href: self + "/actions/start", Method: "POST"},
		"stop":  {Href: self + "/actions/stop", Method: "POST"},
	}
	for _, name := range []string{"processes", "packages", "environment_variables", "droplets", "tasks", "revisions", "features"} {
		out.Links[name] = rest.Link{Href: self + "/" + name}
	}
	return rest.Marshal(out)
}

func (s *Server) spaceJSON(space *state.Space) []byte {
	out := newResource(space.Keys())
	out.Relationships = map[string]*rest.Relationship{"organization": rest.Related(&space.Organization.GUID)}
	out.Links = rest.Links{
		"self":         {Href: s.Root + "/v3/spaces/" + space.GUID},
		"organization": {Href: s.Root + "/v3/organizations/" + space.Organization.GUID},
	}
	return rest.Marshal(out)
}

func (s *Server) organizationJSON(org *state.Organization) []byte {
	out := newResource(org.Keys())
	out.Suspended = new(bool)
	out.Links = rest.Links{"self": {Href: s.Root + "/v3/organizations/" + org.GUID}}
	return rest.Marshal(out)
}

func (s *Server) listApps(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "names", "guids", "space_guids", "order_by", "per_page", "page", "label_selector")
	if refused != nil {
		return refused
	}
	var found []*state.App
	for _, app := range db.Apps.Rows() {
		if c.Who.Sees(app.Space) && list.PassKeys(app.Keys()) && list.PassLabels(nil) && list.Pass("space_guids", app.Space.GUID) {
			found = append(found, app)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.appJSON)}
	return page.Answer()
}

func (s *Server) getApp(c *rest.Call, db *state.DB) *rest.Answer {
	app, missing := findApp(c, db)
	if missing != nil {
		return missing
	}
	return rest.Rendered(s.appJSON(app))
}

func (s *Server) listSpaces(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "names", "guids", "organization_guids", "order_by", "per_page", "page", "include")
	if refused != nil {
		return refused
	}
	var found []*state.Space
	for _, space := range db.Spaces.Rows() {
		if c.Who.Sees(space) && list.PassKeys(space.Keys()) &&
			list.Pass("organization_guids", space.Organization.GUID) {
			found = append(found, space)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.spaceJSON)}
	if list.Has("include", "organization") {
		orgs := rest.Distinct(found, func(space *state.Space) *state.Organization { return space.Organization })
		page.Included = map[string][][]byte{"organizations": rest.Render(orgs, s.organizationJSON)}
	}
	return page.Answer()
}

func (s *Server) getSpace(c *rest.Call, db *state.DB) *rest.Answer {
	space := db.Spaces.Get(c.Segments[2])
	if space == nil || !c.Who.Sees(space) {
		return notFound("Space")
	}
	return rest.Rendered(s.spaceJSON(space))
}

func (s *Server) listOrganizations(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "names", "order_by", "per_page", "page")
	if refused != nil {
		return refused
	}
	var found []*state.Organization
	for _, org := range db.Organizations.Rows() {
		if db.SeesOrganization(c.Who, org) && list.PassKeys(org.Keys()) {
			found = append(found, org)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.organizationJSON)}
	return page.Answer()
}

func (s *Server) getOrganization(c *rest.Call, db *state.DB) *rest.Answer {
	org := db.Organizations.Get(c.Segments[2])
	if org == nil || !db.SeesOrganization(c.Who, org) {
		return notFound("Organization")
	}
	return rest.Rendered(s.organizationJSON(org))
}
