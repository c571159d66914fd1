package fakecf

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// find looks for the process that the path names and that the caller may see.
// The caller of find holds the lock.
func (f *Foundation) find(c *call) (*processRecord, *answer) {
	s := c.segments
	if s[1] == "processes" {
		record := f.state.processes[s[2]]
		if record == nil || !c.who.sees(record.app.space) {
			return nil, f.notFound("Process")
		}
		return record, nil
	}
	app, refused := f.findApp(c)
	if refused != nil {
		return nil, refused
	}
	record := app.ofType(s[4])
	if record == nil {
		if f.korifi() && c.r.Method == http.MethodGet {
			return nil, f.notFound("repositories.ProcessRecord")
		}
		return nil, f.notFound("Process")
	}
	return record, nil
}

func (f *Foundation) findApp(c *call) (*appRecord, *answer) {
	app := f.state.apps[c.segments[2]]
	if app == nil || !c.who.sees(app.space) {
		return nil, f.notFound("App")
	}
	return app, nil
}

func (f *Foundation) getProcess(c *call) *answer {
	embed, refused := f.embeds(c)
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record, missing := f.find(c)
	if missing != nil {
		return missing
	}
	if refused != nil {
		return refused
	}
	if f.korifi() {
		if c.who.role == SpaceAuditor && c.segments[1] == "processes" {
			return f.notFound("Process")
		}
		return newAnswer(http.StatusOK, jsonType, f.renderProcess(record, commandShown))
	}
	view := commandHidden
	if c.who.secrets() {
		view = commandShown
	}
	rendered := f.renderProcess(record, view)
	if embed {
		rendered = record.withInstances(rendered, f.now())
	}
	return newAnswer(http.StatusOK, jsonType, rendered)
}

// embeds reads the query of Get, which knows embed only. Korifi does not look
// at it.
func (f *Foundation) embeds(c *call) (bool, *answer) {
	if f.korifi() {
		return false, nil
	}
	var valid []string
	if !f.opts.withoutEnd["process_instances"] {
		valid = []string{"embed"}
	}
	if refused := onlyParameters(c.query, valid...); refused != nil {
		return false, refused
	}
	if !c.query.Has("embed") {
		return false, nil
	}
	p := &queryParser{}
	p.choices("embedded", c.query.Get("embed"), []string{"process_instances"})
	if len(p.errors) > 0 {
		return false, badQuery(strings.Join(p.errors, ", "))
	}
	return true, nil
}

// onlyParameters refuses every query parameter but these.
func onlyParameters(query url.Values, valid ...string) *answer {
	var unknown []string
	for _, name := range sortedKeys(query) {
		if !slices.Contains(valid, name) {
			unknown = append(unknown, name)
		}
	}
	if unknown == nil {
		return nil
	}
	return badQuery("Unknown query parameter(s): '" + strings.Join(unknown, "', '") +
		"'. Valid parameters are: '" + strings.Join(valid, "', '") + "'")
}

func (f *Foundation) getStats(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record, missing := f.find(c)
	if missing != nil {
		return missing
	}
	now := f.now()
	stats := make([]any, len(record.instances))
	if f.korifi() {
		switch c.who.role {
		case SpaceAuditor:
			return f.notFound("Process")
		case SpaceManager:
			return unknownError()
		}
		for i := range stats {
			stats[i] = record.korifiStatJSON(i, now)
		}
	} else {
		if refused := onlyParameters(c.query); refused != nil {
			return refused
		}
		for i := range stats {
			stats[i] = f.statJSON(record, i, now)
		}
	}
	a := jsonAnswer(http.StatusOK, map[string]any{"resources": stats})
	if len(f.state.warnings) > 0 {
		a.header.Set("X-Cf-Warnings", f.warningHeader())
	}
	return a
}

// warningHeader joins the warnings: URL-encoded, but plain on Korifi.
func (f *Foundation) warningHeader() string {
	warnings := slices.Clone(f.state.warnings)
	if !f.korifi() {
		for i, warning := range warnings {
			warnings[i] = url.QueryEscape(warning)
		}
	}
	return strings.Join(warnings, ",")
}

func (f *Foundation) getInstances(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record, missing := f.find(c)
	if missing != nil {
		return missing
	}
	if refused := onlyParameters(c.query); refused != nil {
		return refused
	}
	self := f.apiURL + "/v3/processes/" + record.GUID
	return jsonAnswer(http.StatusOK, map[string]any{
		"resources": record.instancesJSON(f.now()),
		"links":     map[string]any{"self": href(self + "/process_instances"), "process": href(self)},
	})
}

// listProcesses serves /v3/processes and /v3/apps/{guid}/processes.
func (f *Foundation) listProcesses(c *call) *answer {
	nested := c.segments[1] == "apps"
	q, refused := f.parseProcessList(c, nested)
	if refused != nil {
		return refused
	}
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	records := f.state.order
	if nested {
		app, missing := f.findApp(c)
		if missing != nil {
			return missing
		}
		records = app.processes
	}
	var found []*processRecord
	for _, record := range records {
		if c.who.sees(record.app.space) && q.wants(record) {
			found = append(found, record)
		}
	}
	if f.korifi() && q.order == "" {
		sortLikeKubernetes(found)
	}
	sortRows(found, q)
	from, to, pagination := f.pageOf(c, q, len(found))
	rows := make([][]byte, 0, to-from)
	now := f.now()
	embed := q.has("embed", "process_instances")
	for _, record := range found[from:to] {
		rendered := f.row(record)
		if embed {
			rendered = record.withInstances(rendered, now)
		}
		rows = append(rows, rendered)
	}
	return pageAnswer(pagination, rows, nil)
}

func (f *Foundation) parseProcessList(c *call, nested bool) (*listQuery, *answer) {
	if f.korifi() {
		if nested {
			// Both are taken and ignored, as on a running Korifi.
			q, refused := f.parseKorifiList(c, "guids", "types", "order_by", "per_page", "page")
			if refused == nil {
				clear(q.lists)
			}
			return q, refused
		}
		return f.parseKorifiList(c, "app_guids", "order_by", "per_page", "page")
	}
	kind := listKind{arrays: []string{"types"}, labels: true, embed: []string{"process_instances"}}
	if !nested {
		kind.arrays = append(kind.arrays, "space_guids", "organization_guids", "app_guids")
	}
	if f.opts.withoutEnd["process_instances"] {
		kind.embed = nil
	}
	return f.parseList(c, kind)
}

func (q *listQuery) wants(r *processRecord) bool {
	return q.pass("guids", r.GUID) && q.pass("types", r.Type) && q.pass("app_guids", r.AppGUID) &&
		q.pass("space_guids", r.SpaceGUID) && q.pass("organization_guids", r.app.space.org.guid) &&
		q.created.pass(r.CreatedAt) && q.updated.pass(r.UpdatedAt) && q.passLabels(r.Labels)
}
