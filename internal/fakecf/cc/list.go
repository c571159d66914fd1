package cc

import (
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// cut sorts rows and returns the page of the query.
func cut[R interface{ Keys() state.Keys }](s *Server, c *rest.Call, list *rest.List, rows []R) ([]R, rest.Pagination) {
	rest.Sort(rows, list)
	total := len(rows)
	from, to, pages := list.Window(total)
	if from == to && list.Page > 1 {
		// Cloud Controller counts with the rows of the page, so that the total of an
		// empty page is 0.
		total, pages = 0, 1
	}
	self := c.Self(s.Root)
	pagination := rest.Pagination{
		TotalResults: total, TotalPages: pages, First: list.PageLink(self, 1), Last: list.PageLink(self, pages),
	}
	if list.Page < pages {
		pagination.Next = state.Ptr(list.PageLink(self, list.Page+1))
	}
	if list.Page > 1 {
		pagination.Previous = state.Ptr(list.PageLink(self, list.Page-1))
	}
	return rows[from:to], pagination
}
