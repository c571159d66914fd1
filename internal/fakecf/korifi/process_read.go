package korifi

import (
	"net/http"
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
	switch {
	case record != nil:
		return record, nil
	case c.Method == http.MethodGet:
		return nil, notFound("repositories.ProcessRecord")
	default:
		return nil, notFound("Process")
	}
}

func findApp(c *rest.Call, db *state.DB) (*state.App, *rest.Answer) {
	app := db.Apps.Get(c.Segments[2])
	if app == nil || !c.Who.Sees(app.Space) {
		return nil, notFound("App")
	}
	return app, nil
}

// getProcess ignores the query.
func (s *Server) getProcess(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	if c.Who.Role == state.SpaceAuditor && c.Collection() == "processes" {
		return notFound("Process")
	}
	return rest.Rendered(s.processJSON(record, ""))
}

func (s *Server) listProcesses(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "app_guids", "order_by", "per_page", "page")
	if refused != nil {
		return refused
	}
	var found []*state.ProcessRecord
	for _, r := range db.Processes.Rows() {
		if c.Who.Sees(r.App.Space) && list.Pass("app_guids", r.AppGUID) {
			found = append(found, r)
		}
	}
	return s.processPage(c, list, found)
}

// listAppProcesses accepts guids and types and ignores them, as a running
// Korifi does.
func (s *Server) listAppProcesses(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "guids", "types", "order_by", "per_page", "page")
	if refused != nil {
		return refused
	}
	app, missing := findApp(c, db)
	if missing != nil {
		return missing
	}
	return s.processPage(c, list, slices.Clone(app.Processes))
}

// processPage sorts processes without an order_by by namespace, which is the
// space, then by name, which is the GUID.
func (s *Server) processPage(c *rest.Call, list *rest.List, found []*state.ProcessRecord) *rest.Answer {
	slices.SortFunc(found, func(a, b *state.ProcessRecord) int {
		if order := strings.Compare(a.SpaceGUID, b.SpaceGUID); order != 0 {
			return order
		}
		return strings.Compare(a.GUID, b.GUID)
	})
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.row)}
	return page.Answer()
}

// listSidecars is always empty and ignores the query.
func (s *Server) listSidecars(c *rest.Call, db *state.DB) *rest.Answer {
	if _, missing := findProcess(c, db); missing != nil {
		return missing
	}
	if c.Who.Role == state.SpaceAuditor {
		return notFound("Process")
	}
	self := rest.Link{Href: c.Self(s.Root)}
	page := rest.Page{Pagination: rest.Pagination{TotalPages: 1, First: self, Last: self}}
	return page.Answer()
}
