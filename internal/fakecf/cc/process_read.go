package cc

import (
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// findProcess finds the process of the path that the caller may see.
func findProcess(c *rest.Call, db *state.DB) (*state.ProcessRecord, *rest.Answer) {
	if c.Collection() == "processes" {
		record := db.Processes.Get(c.Segments[2])
		if record == nil || !c.Who.Sees(record.App.Space) {
			return nil, notFound("Process")
		}
		return record, nil
	}
	app, missing := findApp(c, db)
	if missing != nil {
		return nil, missing
	}
	record := app.OfType(c.Segments[4])
	if record == nil {
		return nil, notFound("Process")
	}
	return record, nil
}

func findApp(c *rest.Call, db *state.DB) (*state.App, *rest.Answer) {
	app := db.Apps.Get(c.Segments[2])
	if app == nil || !c.Who.Sees(app.Space) {
		return nil, notFound("App")
	}
	return app, nil
}

func (s *Server) getProcess(c *rest.Call, db *state.DB) *rest.Answer {
	embed, refused := s.embeds(c)
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	if refused != nil {
		return refused
	}
	hidden := hiddenFromReader
	if c.Who.SeesSecrets() {
		hidden = ""
	}
	rendered := s.processJSON(record, hidden)
	if embed && db.Runtime != state.RuntimeWorks {
		return rest.UnknownError()
	}
	if embed {
		rendered = withInstances(rendered, record, db.Now())
	}
	return rest.Rendered(rendered)
}

// embeds reads the query of a single process, which has only embed.
func (s *Server) embeds(c *rest.Call) (bool, *rest.Answer) {
	var valid []string
	if !s.WithoutEndpoints["process_instances"] {
		valid = []string{"embed"}
	}
	if refused := onlyParameters(c.Query, valid...); refused != nil {
		return false, refused
	}
	if !c.Query.Has("embed") {
		return false, nil
	}
	p := &queryParser{}
	p.choices("embedded", c.Query["embed"][len(c.Query["embed"])-1], []string{"process_instances"})
	if len(p.errors) > 0 {
		return false, rest.BadQuery(strings.Join(p.errors, ", "))
	}
	return true, nil
}

// onlyParameters refuses every query parameter but these.
func onlyParameters(query map[string][]string, valid ...string) *rest.Answer {
	p := &queryParser{}
	for _, name := range rest.SortedKeys(query) {
		if !slices.Contains(valid, name) {
			p.unknown = append(p.unknown, name)
		}
	}
	if p.unknown == nil {
		return nil
	}
	return rest.BadQuery(p.unknownText(valid))
}

// listProcesses serves /v3/processes and /v3/apps/{guid}/processes.
func (s *Server) listProcesses(c *rest.Call, db *state.DB) *rest.Answer {
	nested := c.Collection() == "apps"
	// app_guid is a known parameter and has no effect.
	kind := listKind{arrays: []string{"app_guid", "types"}, labels: true, embed: []string{"process_instances"}}
	scopes := []string{"space_guids", "organization_guids", "app_guids"}
	if nested {
		kind.refused = scopes
	} else {
		kind.arrays = append(kind.arrays, scopes...)
	}
	if s.WithoutEndpoints["process_instances"] {
		kind.embed = nil
	}
	list, refused := s.parseList(c, kind)
	if refused != nil {
		return refused
	}
	records := db.Processes.Rows()
	if nested {
		app, missing := findApp(c, db)
		if missing != nil {
			return missing
		}
		records = app.Processes
	}
	var found []*state.ProcessRecord
	for _, r := range records {
		if c.Who.Sees(r.App.Space) && list.PassKeys(r.Keys()) && list.PassLabels(r.Labels) && list.Pass("types", r.Type) &&
			list.Pass("app_guids", r.AppGUID) && list.Pass("space_guids", r.SpaceGUID) &&
			list.Pass("organization_guids", r.App.Space.Organization.GUID) {
			found = append(found, r)
		}
	}
	if list.Has("embed", "process_instances") && db.Runtime != state.RuntimeWorks {
		return rest.UnknownError()
	}
	found, pagination := cut(s, c, list, found)
	now := db.Now()
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, func(r *state.ProcessRecord) []byte {
		if list.Has("embed", "process_instances") {
			return withInstances(s.row(r), r, now)
		}
		return s.row(r)
	})}
	return page.Answer()
}
