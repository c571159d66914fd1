package korifi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// cut sorts rows and returns the page of the query.
func cut[R interface{ Keys() state.Keys }](s *Server, c *rest.Call, list *rest.List, rows []R) ([]R, rest.Pagination) {
	rest.Sort(rows, list)
	from, to, pages := list.Window(len(rows))
	page := list.Page
	if pages == 1 {
		from, to, page = 0, len(rows), 1 // Korifi pages only where there is more than one page
	}
	self := c.Self(s.Root)
	pagination := rest.Pagination{
		TotalResults: len(rows), TotalPages: pages, First: list.PageLink(self, 1), Last: list.PageLink(self, pages),
	}
	if page < pages {
		pagination.Next = state.Ptr(list.PageLink(self, page+1))
	}
	if page > 1 {
		pagination.Previous = state.Ptr(list.PageLink(self, min(page-1, pages)))
	}
	return rows[from:to], pagination
}

// parseList reads the query of a list. An unknown parameter is a 400; wrong
// values of known ones are a 422 that reports all of them. An empty page,
// per_page, order_by or filter has no effect.
func (s *Server) parseList(c *rest.Call, known ...string) (*rest.List, *rest.Answer) {
	list := rest.NewList()
	for _, name := range rest.SortedKeys(c.Query) {
		if !slices.Contains(known, name) {
			return nil, rest.BadQuery("Valid parameters are: '" + strings.Join(known, "', '") + "'")
		}
	}
	var problems []string
	for _, name := range rest.SortedKeys(c.Query) {
		list.Raw[name] = c.Query[name]
		value := c.Query.Get(name)
		if value == "" {
			continue
		}
		problem := ""
		switch name {
		case "page":
			list.Page, problem = parseNumber("Page", value, 0)
		case "per_page":
			list.PerPage, problem = parseNumber("PerPage", value, s.MaxPerPage)
		case "order_by":
			problem = parseOrder(list, value, orders(c))
		case "label_selector":
			problem = parseSelector(list, value)
		case "include":
			if value != "organization" {
				problem = "IncludeResourceRules0 must be organization"
			}
			list.Values[name] = []string{value}
		default:
			problem = parseValues(list, name, value)
		}
		if problem != "" {
			problems = append(problems, problem)
		}
	}
	if problems != nil {
		return nil, rest.Unprocessable(strings.Join(problems, ", "))
	}
	return list, nil
}

// parseValues reads a list of values. Filters by GUID become a label selector in
// Kubernetes, which refuses the whole list if one value is not a valid label value.
func parseValues(list *rest.List, name, value string) (problem string) {
	for _, v := range strings.Split(value, ",") {
		v = strings.TrimSpace(v)
		if strings.HasSuffix(name, "guids") && !isLabelValue(v) {
			return "Pod"
		}
		list.Values[name] = append(list.Values[name], v)
	}
	return ""
}

// orders are the values of order_by. Processes and deployments have no name,
// only apps have a state.
func orders(c *rest.Call) []string {
	columns := []string{"created_at", "updated_at"}
	switch c.Last() {
	case "apps":
		columns = append(columns, "name", "state")
	case "spaces", "organizations":
		columns = append(columns, "name")
	}
	var out []string
	for _, column := range columns {
		out = append(out, column, "-"+column)
	}
	return out
}

func parseOrder(list *rest.List, value string, valid []string) (problem string) {
	list.Order, list.Descending = strings.TrimPrefix(value, "-"), strings.HasPrefix(value, "-")
	if !slices.Contains(valid, value) {
		return "OrderBy value must be one of: " + strings.Join(valid, ", ")
	}
	return ""
}

// parseSelector reads a label selector like Kubernetes: an empty one matches
// everything, no prefix is reserved, and it reports only one problem.
func parseSelector(list *rest.List, text string) (problem string) {
	for _, part := range rest.SplitSelector(text) {
		r, ok := rest.ParseRequirement(part)
		name := r.Key[strings.LastIndex(r.Key, "/")+1:]
		if !ok || name == "" || strings.HasPrefix(r.Key, "/") || rest.WordError(name) != "" ||
			slices.ContainsFunc(r.Values, func(value string) bool { return rest.LabelValueError(value) != "" }) {
			return "invalid label selector"
		}
		list.Selector = append(list.Selector, r)
	}
	return ""
}

func parseNumber(name, value string, largest int) (n int, problem string) {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		return 0, "Pagination." + name + " value must be an integer"
	case n == 0:
		return 0, fmt.Sprintf("Pagination.%s value 0 is not allowed", name)
	case n < 0:
		return 0, fmt.Sprintf("Pagination.%s must be no less than 1", name)
	case largest > 0 && n > largest:
		return 0, fmt.Sprintf("Pagination.%s must be no greater than %d", name, largest)
	}
	return n, ""
}
