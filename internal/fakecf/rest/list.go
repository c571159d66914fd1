package rest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// List is the parsed query string of a list.
type List struct {
	Page, PerPage int
	Order         string // created_at, updated_at, name or state; "" is the order of creation
	Descending    bool
	Values        map[string][]string // of the filters that are lists
	Created       TimeFilter
	Updated       TimeFilter
	Selector      []Requirement
	Raw           url.Values // as sent, for the links of a page
	// FoldNames compares names without case, as Cloud Controller's columns do
	// (citext with PostgreSQL, utf8_general_ci with MySQL; read in its source).
	FoldNames bool
}

// NewList is the query of a list without parameters.
func NewList() *List {
	return &List{Page: 1, PerPage: 50, Values: map[string][]string{}, Raw: url.Values{}}
}

// Has reports whether the list of this name holds a value.
func (l *List) Has(name, value string) bool { return slices.Contains(l.Values[name], value) }

// Pass reports whether a value satisfies the filter of this name, or there is no
// such filter.
func (l *List) Pass(name, value string) bool {
	list, given := l.Values[name]
	return !given || slices.Contains(list, value)
}

// PassKeys checks the filters that all lists have.
func (l *List) PassKeys(keys state.Keys) bool {
	return l.Pass("guids", keys.GUID) && l.passName(keys.Name) && l.Created.Pass(keys.Created) && l.Updated.Pass(keys.Updated)
}

func (l *List) passName(name string) bool {
	list, given := l.Values["names"]
	return !given || slices.ContainsFunc(list, func(value string) bool {
		return value == name || l.FoldNames && strings.EqualFold(value, name)
	})
}

// PassLabels reports whether labels satisfy the label selector.
func (l *List) PassLabels(labels map[string]string) bool {
	for _, r := range l.Selector {
		if !r.matches(labels) {
			return false
		}
	}
	return true
}

// Sort sorts by the column of the query and then by GUID, both in the same
// direction. Without a column the rows stay in their order.
func Sort[R interface{ Keys() state.Keys }](rows []R, l *List) {
	if l.Order == "" {
		return
	}
	slices.SortStableFunc(rows, func(one, other R) int {
		a, b := one.Keys(), other.Keys()
		order := 0
		switch l.Order {
		case "created_at":
			order = a.Created.Compare(b.Created)
		case "updated_at":
			order = a.Updated.Compare(b.Updated)
		case "name":
			order = cmp.Compare(a.Name, b.Name)
		case "state":
			order = cmp.Compare(a.State, b.State)
		}
		if order == 0 {
			order = cmp.Compare(a.GUID, b.GUID)
		}
		if l.Descending {
			return -order
		}
		return order
	})
}

// Pagination is the head of a page.
type Pagination struct {
	TotalResults int   `json:"total_results"`
	TotalPages   int   `json:"total_pages"`
	First        Link  `json:"first"`
	Last         Link  `json:"last"`
	Next         *Link `json:"next"`
	Previous     *Link `json:"previous"`
}

// Page is one page of a list.
type Page struct {
	Pagination Pagination
	Resources  [][]byte            // rendered
	Included   map[string][][]byte // nil: nothing was to be included
}

// Answer renders a page from rows that are already rendered: rendering them again
// would cost more than everything else.
func (p *Page) Answer() *Answer {
	var b bytes.Buffer
	b.WriteString(`{"pagination":`)
	b.Write(Marshal(p.Pagination))
	b.WriteString(`,"resources":[`)
	b.Write(bytes.Join(p.Resources, []byte(",")))
	b.WriteByte(']')
	if p.Included != nil {
		included := map[string]json.RawMessage{}
		for name, rows := range p.Included {
			included[name] = append(append([]byte{'['}, bytes.Join(rows, []byte(","))...), ']')
		}
		b.WriteString(`,"included":`)
		b.Write(Marshal(included))
	}
	b.WriteByte('}')
	return Rendered(b.Bytes())
}

// PageLink is the link to a page of the list at a URL.
func (l *List) PageLink(self string, page int) Link {
	values := url.Values{}
	for name, value := range l.Raw {
		values[name] = value
	}
	values.Set("page", strconv.Itoa(page))
	values.Set("per_page", strconv.Itoa(l.PerPage))
	return Link{Href: self + "?" + values.Encode()}
}

// Window returns the rows of the page of the query, and the number of pages: at
// least one.
func (l *List) Window(total int) (from, to, pages int) {
	pages = max(1, (total+l.PerPage-1)/l.PerPage)
	from = total
	if l.Page <= pages { // checked first, since a huge page would overflow
		from = (l.Page - 1) * l.PerPage
	}
	return from, min(from+l.PerPage, total), pages
}

// Render renders rows of a page.
func Render[R any](rows []R, render func(R) []byte) [][]byte {
	out := make([][]byte, 0, len(rows))
	for _, row := range rows {
		out = append(out, render(row))
	}
	return out
}

// Distinct returns the values of rows, each once, in the order of the rows.
func Distinct[R any, V comparable](rows []R, value func(R) V) []V {
	seen := map[V]bool{}
	var out []V
	for _, row := range rows {
		if v := value(row); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
