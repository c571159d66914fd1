package cc

import (
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

type appJSON struct {
	GUID          string        `json:"guid"`
	CreatedAt     string        `json:"created_at"`
	UpdatedAt     string        `json:"updated_at"`
	Name          string        `json:"name"`
	State         string        `json:"state"`
	Lifecycle     lifecycleJSON `json:"lifecycle"`
	Relationships relations     `json:"relationships"`
	Metadata      metadataJSON  `json:"metadata"`
	Links         rest.Links    `json:"links"`
}

type lifecycleJSON struct {
	Type string `json:"type"`
	Data any    `json:"data"` // a lifecycleDataJSON, or {} for docker
}

type lifecycleDataJSON struct {
	Buildpacks []string `json:"buildpacks"`
	Stack      string   `json:"stack"`
}

const stack = "cflinuxfs4"

func (s *Server) appJSON(app *state.App) []byte {
	self := s.Root + "/v3/apps/" + app.GUID
	links := rest.Links{
		"self":  {Href: self},
		"space": {Href: s.Root + "/v3/spaces/" + app.Space.GUID},
		"start": {Href: self + "/actions/start", Method: "POST"},
		"stop":  {Href: self + "/actions/stop", Method: "POST"},
	}
	for _, name := range []string{"processes", "packages", "environment_variables", "droplets", "tasks", "revisions", "features"} {
		links[name] = rest.Link{Href: self + "/" + name}
	}
	links["current_droplet"] = rest.Link{Href: self + "/droplets/current"}
	links["deployed_revisions"] = rest.Link{Href: self + "/revisions/deployed"}
	links["clear_buildpack_cache"] = rest.Link{Href: self + "/actions/clear_buildpack_cache", Method: "POST"}
	droplet := &rest.Relationship{}
	if app.Droplet != "" {
		droplet = rest.Related(&app.Droplet)
	}
	lifecycle := lifecycleJSON{"buildpack", lifecycleDataJSON{[]string{}, stack}}
	if app.Docker {
		lifecycle = lifecycleJSON{"docker", struct{}{}}
	}
	at := app.CreatedAt.Format(rest.TimeFormat)
	return rest.Marshal(appJSON{
		GUID: app.GUID, CreatedAt: at, UpdatedAt: at, Name: app.Name, State: app.State,
		Lifecycle:     lifecycle,
		Relationships: relations{"space": rest.Related(&app.Space.GUID), "current_droplet": droplet},
		Links:         links,
	})
}

func (s *Server) listApps(c *rest.Call, db *state.DB) *rest.Answer {
	kind := listKind{
		arrays: []string{"names", "organization_guids", "space_guids", "stacks"}, labels: true,
		orders: []string{"name", "state"}, include: []string{"space", "org", "space.organization"},
	}
	if s.WithoutEndpoints["apps_include"] {
		kind.include = nil
	}
	list, refused := s.parseList(c, kind)
	if refused != nil {
		return refused
	}
	var found []*state.App
	for _, app := range db.Apps.Rows() {
		if c.Who.Sees(app.Space) && list.PassKeys(app.Keys()) && list.PassLabels(nil) && list.Pass("stacks", stack) &&
			list.Pass("space_guids", app.Space.GUID) && list.Pass("organization_guids", app.Space.Organization.GUID) {
			found = append(found, app)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.appJSON)}
	spaces := rest.Distinct(found, func(app *state.App) *state.Space { return app.Space })
	withSpaces := list.Has("include", "space") || list.Has("include", "space.organization")
	withOrgs := list.Has("include", "org") || list.Has("include", "space.organization")
	if withSpaces || withOrgs {
		page.Included = map[string][][]byte{}
	}
	if withSpaces {
		page.Included["spaces"] = rest.Render(spaces, s.spaceJSON)
	}
	if withOrgs {
		page.Included["organizations"] = s.organizationsOf(spaces)
	}
	return page.Answer()
}

func (s *Server) getApp(c *rest.Call, db *state.DB) *rest.Answer {
	app, missing := findApp(c, db)
	if missing != nil {
		return missing
	}
	return rest.Rendered(s.appJSON(app))
}

type sidecarJSON struct {
	*state.Sidecar
	CreatedAt     string    `json:"created_at"`
	UpdatedAt     string    `json:"updated_at"`
	Relationships relations `json:"relationships"`
}

func renderSidecar(r *state.SidecarRecord) []byte {
	at := r.CreatedAt.Format(rest.TimeFormat)
	return rest.Marshal(sidecarJSON{&r.Sidecar, at, at, relations{"app": rest.Related(&r.App.GUID)}})
}

func (s *Server) listProcessSidecars(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	return s.sidecarPage(c, record.App, record.Type)
}

func (s *Server) listAppSidecars(c *rest.Call, db *state.DB) *rest.Answer {
	app, missing := findApp(c, db)
	if missing != nil {
		return missing
	}
	return s.sidecarPage(c, app, "")
}

// sidecarPage lists the sidecars that run beside a type of process; "" is all.
func (s *Server) sidecarPage(c *rest.Call, app *state.App, processType string) *rest.Answer {
	list, refused := s.parseList(c, listKind{})
	if refused != nil {
		return refused
	}
	var found []*state.SidecarRecord
	for _, r := range app.Sidecars {
		if r.RunsBeside(processType) && list.PassKeys(r.Keys()) {
			found = append(found, r)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, renderSidecar)}
	return page.Answer()
}
