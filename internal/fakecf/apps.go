package fakecf

import (
	"net/http"
	"slices"
	"strings"
)

func (f *Foundation) listApps(c *call) *answer {
	var q *listQuery
	var refused *answer
	if f.korifi() {
		q, refused = f.parseKorifiList(c, "names", "guids", "space_guids", "order_by", "per_page", "page", "label_selector")
	} else {
		kind := listKind{
			arrays: []string{"names", "organization_guids", "space_guids", "stacks"}, labels: true,
			orders: []string{"name", "state"}, include: []string{"space", "org", "space.organization"},
		}
		if f.opts.withoutEnd["apps_include"] {
			kind.include = nil
		}
		q, refused = f.parseList(c, kind)
	}
	if refused != nil {
		return refused
	}
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	var found []*appRecord
	for _, app := range f.state.appOrder {
		if c.who.sees(app.space) && q.pass("guids", app.guid) && q.pass("names", app.name) &&
			q.pass("space_guids", app.space.guid) && q.pass("organization_guids", app.space.org.guid) &&
			q.pass("stacks", "cflinuxfs4") && q.created.pass(app.createdAt) && q.updated.pass(app.createdAt) && q.passLabels(nil) {
			found = append(found, app)
		}
	}
	found, rows, pagination := pageRows(f, c, q, found, f.appJSON)
	withSpaces := q.has("include", "space") || q.has("include", "space.organization")
	withOrgs := q.has("include", "org") || q.has("include", "space.organization")
	if !withSpaces && !withOrgs {
		return pageAnswer(pagination, rows, nil)
	}
	included := map[string][][]byte{}
	seen := map[any]bool{}
	for _, app := range found {
		if withSpaces && !seen[app.space] {
			seen[app.space] = true
			included["spaces"] = append(included["spaces"], f.spaceJSON(app.space))
		}
		if withOrgs && !seen[app.space.org] {
			seen[app.space.org] = true
			included["organizations"] = append(included["organizations"], f.orgJSON(app.space.org))
		}
	}
	if withSpaces && included["spaces"] == nil {
		included["spaces"] = [][]byte{}
	}
	if withOrgs && included["organizations"] == nil {
		included["organizations"] = [][]byte{}
	}
	return pageAnswer(pagination, rows, included)
}

func (f *Foundation) getApp(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	app, missing := f.findApp(c)
	if missing != nil {
		return missing
	}
	return newAnswer(http.StatusOK, jsonType, f.appJSON(app))
}

func (f *Foundation) appJSON(app *appRecord) []byte {
	self := f.apiURL + "/v3/apps/" + app.guid
	b := make([]byte, 0, 2048)
	b = append(b, '{')
	b = appendText(b, "guid", app.guid)
	b = appendText(b, "created_at", app.createdAt.Format(timeFormat))
	b = appendText(b, "updated_at", app.createdAt.Format(timeFormat))
	b = appendText(b, "name", app.name)
	b = appendText(b, "state", app.state)
	b = append(b, `,"lifecycle":{"type":"buildpack","data":{"buildpacks":[],"stack":"cflinuxfs4"}},"relationships":{"space":`...)
	b = append(appendRelationship(b, &app.space.guid), `},"metadata":{"labels":{},"annotations":{}}`...)
	b = append(appendKey(b, "links"), '{')
	b = appendLink(b, "self", self, "")
	b = appendLink(b, "space", f.apiURL+"/v3/spaces/"+app.space.guid, "")
	for _, name := range []string{"processes", "packages", "environment_variables", "droplets", "tasks", "revisions", "features"} {
		b = appendLink(b, name, self+"/"+name, "")
	}
	b = appendLink(b, "start", self+"/actions/start", "POST")
	b = appendLink(b, "stop", self+"/actions/stop", "POST")
	return append(b, '}', '}')
}

func (f *Foundation) spaceJSON(space *spaceRecord) []byte {
	b := append(make([]byte, 0, 512), '{')
	b = appendText(b, "guid", space.guid)
	b = appendText(b, "created_at", space.createdAt.Format(timeFormat))
	b = appendText(b, "updated_at", space.createdAt.Format(timeFormat))
	b = appendText(b, "name", space.name)
	b = append(b, `,"relationships":{"organization":`...)
	b = append(appendRelationship(b, &space.org.guid), `},"metadata":{"labels":{},"annotations":{}}`...)
	b = append(appendKey(b, "links"), '{')
	b = appendLink(b, "self", f.apiURL+"/v3/spaces/"+space.guid, "")
	b = appendLink(b, "organization", f.apiURL+"/v3/organizations/"+space.org.guid, "")
	return append(b, '}', '}')
}

func (f *Foundation) orgJSON(org *orgRecord) []byte {
	b := append(make([]byte, 0, 512), '{')
	b = appendText(b, "guid", org.guid)
	b = appendText(b, "created_at", org.createdAt.Format(timeFormat))
	b = appendText(b, "updated_at", org.createdAt.Format(timeFormat))
	b = appendText(b, "name", org.name)
	b = append(b, `,"suspended":false,"metadata":{"labels":{},"annotations":{}}`...)
	b = append(appendKey(b, "links"), '{')
	b = appendLink(b, "self", f.apiURL+"/v3/organizations/"+org.guid, "")
	return append(b, '}', '}')
}

func (f *Foundation) listSpaces(c *call) *answer {
	var q *listQuery
	var refused *answer
	if f.korifi() {
		q, refused = f.parseKorifiList(c, "names", "guids", "organization_guids", "include", "order_by", "per_page", "page", "label_selector")
		if refused == nil && q.lists["include"] != nil && !slices.Equal(q.lists["include"], []string{"organization"}) {
			refused = unprocessable("Include value must be one of: organization")
		}
	} else {
		kind := listKind{
			arrays: []string{"names", "organization_guids"}, labels: true,
			orders: []string{"name"}, include: []string{"org", "organization"},
		}
		if f.opts.withoutEnd["spaces_include"] {
			kind.include = nil
		}
		q, refused = f.parseList(c, kind)
	}
	if refused != nil {
		return refused
	}
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	var found []*spaceRecord
	for _, space := range f.state.spaceOrder {
		if c.who.sees(space) && q.pass("guids", space.guid) && q.pass("names", space.name) &&
			q.pass("organization_guids", space.org.guid) && q.created.pass(space.createdAt) &&
			q.updated.pass(space.createdAt) && q.passLabels(nil) {
			found = append(found, space)
		}
	}
	found, rows, pagination := pageRows(f, c, q, found, f.spaceJSON)
	if len(q.lists["include"]) == 0 {
		return pageAnswer(pagination, rows, nil)
	}
	orgs := [][]byte{}
	seen := map[*orgRecord]bool{}
	for _, space := range found {
		if !seen[space.org] {
			seen[space.org] = true
			orgs = append(orgs, f.orgJSON(space.org))
		}
	}
	return pageAnswer(pagination, rows, map[string][][]byte{"organizations": orgs})
}

func (f *Foundation) getSpace(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	space := f.state.spaces[c.segments[2]]
	if space == nil || !c.who.sees(space) {
		return f.notFound("Space")
	}
	return newAnswer(http.StatusOK, jsonType, f.spaceJSON(space))
}

// seesOrg: who has a role in a space sees its organization.
func (f *Foundation) seesOrg(who *identity, org *orgRecord) bool {
	return who.everywhere() || slices.ContainsFunc(f.state.spaceOrder, func(space *spaceRecord) bool {
		return space.org == org && who.sees(space)
	})
}

func (f *Foundation) listOrganizations(c *call) *answer {
	var q *listQuery
	var refused *answer
	if f.korifi() {
		q, refused = f.parseKorifiList(c, "names", "guids", "order_by", "per_page", "page", "label_selector")
	} else {
		q, refused = f.parseList(c, listKind{arrays: []string{"names"}, labels: true, orders: []string{"name"}})
	}
	if refused != nil {
		return refused
	}
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	var found []*orgRecord
	for _, org := range f.state.orgOrder {
		if f.seesOrg(c.who, org) && q.pass("guids", org.guid) && q.pass("names", org.name) &&
			q.created.pass(org.createdAt) && q.updated.pass(org.createdAt) && q.passLabels(nil) {
			found = append(found, org)
		}
	}
	_, rows, pagination := pageRows(f, c, q, found, f.orgJSON)
	return pageAnswer(pagination, rows, nil)
}

func (f *Foundation) getOrganization(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	org := f.state.orgs[c.segments[2]]
	if org == nil || !f.seesOrg(c.who, org) {
		return f.notFound("Organization")
	}
	return newAnswer(http.StatusOK, jsonType, f.orgJSON(org))
}

func (f *Foundation) listProcessSidecars(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record, missing := f.find(c)
	if missing != nil {
		return missing
	}
	if f.korifi() {
		// It has none and does not page.
		self := href(f.apiURL + strings.TrimSuffix(c.r.URL.EscapedPath(), "/"))
		return pageAnswer(map[string]any{
			"first": self, "last": self, "next": nil, "previous": nil, "total_pages": 1, "total_results": 0,
		}, nil, nil)
	}
	return f.sidecarPage(c, record.app, record.Type)
}

func (f *Foundation) listAppSidecars(c *call) *answer {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	app, missing := f.findApp(c)
	if missing != nil {
		return missing
	}
	return f.sidecarPage(c, app, "")
}

// sidecarPage lists the sidecars that run beside a type of process; "" is all.
func (f *Foundation) sidecarPage(c *call, app *appRecord, processType string) *answer {
	q, refused := f.parseList(c, listKind{})
	if refused != nil {
		return refused
	}
	var found []*sidecarRecord
	for i := range app.sidecars {
		s := &app.sidecars[i]
		if (processType == "" || slices.Contains(s.ProcessTypes, processType)) && q.pass("guids", s.GUID) &&
			q.created.pass(s.createdAt) && q.updated.pass(s.createdAt) {
			found = append(found, s)
		}
	}
	_, rows, pagination := pageRows(f, c, q, found, func(s *sidecarRecord) []byte { return s.json(app) })
	return pageAnswer(pagination, rows, nil)
}

func (s *sidecarRecord) json(app *appRecord) []byte {
	types := s.ProcessTypes
	if types == nil {
		types = []string{}
	}
	at := s.createdAt.Format(timeFormat)
	return marshal(map[string]any{
		"guid": s.GUID, "name": s.Name, "command": s.Command, "process_types": types,
		"memory_in_mb": s.MemoryInMB, "origin": s.Origin, "created_at": at, "updated_at": at,
		"relationships": map[string]any{"app": map[string]any{"data": map[string]string{"guid": app.guid}}},
	})
}
