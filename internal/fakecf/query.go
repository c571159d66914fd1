package fakecf

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// listQuery is what the query string of a list asks for.
type listQuery struct {
	page, perPage int
	order         string // created_at, updated_at, name or state; "" is the order of creation
	descending    bool
	lists         map[string][]string
	created       timeFilter
	updated       timeFilter
	selector      []requirement
	raw           url.Values // as given, for the links of a page
}

func (q *listQuery) has(name, value string) bool { return slices.Contains(q.lists[name], value) }

// pass reports whether the filter of this name, if there is one, has the value.
func (q *listQuery) pass(name, value string) bool {
	list, given := q.lists[name]
	return !given || slices.Contains(list, value)
}

// listKind says what a list knows.
type listKind struct {
	arrays         []string // parameters that are lists of values
	orders         []string // columns to order by, beside the two times
	labels         bool     // whether it knows label_selector
	include, embed []string // what may be included or embedded; nil: the parameter is unknown
}

var (
	commonParams = []string{"page", "per_page", "order_by", "created_ats", "updated_ats", "guids"}
	timeOrders   = []string{"created_at", "updated_at"}
)

func (k listKind) names() []string {
	names := append([]string{}, commonParams...)
	if k.labels {
		names = append(names, "label_selector")
	}
	names = append(names, k.arrays...)
	if k.include != nil {
		names = append(names, "include")
	}
	if k.embed != nil {
		names = append(names, "embed")
	}
	return names
}

// parseList reads the query of a list as Cloud Controller does: every mistake
// is told, in one error object.
func (f *Foundation) parseList(c *call, kind listKind) (*listQuery, *answer) {
	q := &listQuery{page: 1, perPage: 50, lists: map[string][]string{}, raw: url.Values{}}
	p := &queryParser{q: q, kind: kind, maxPerPage: f.opts.maxPerPage}
	names := kind.names()
	for _, key := range sortedKeys(c.query) {
		value := c.query[key][len(c.query[key])-1] // of several, the last one counts
		name, operator, bracketed := strings.Cut(key, "[")
		times := name == "created_ats" || name == "updated_ats"
		if !slices.Contains(names, name) || bracketed && !times {
			p.unknown = append(p.unknown, key)
			continue
		}
		q.raw.Set(key, value)
		if times {
			p.time(name, strings.TrimSuffix(operator, "]"), bracketed, value)
			continue
		}
		p.plain(name, value)
	}
	if len(p.unknown) > 0 {
		p.errorf("Unknown query parameter(s): '%s'. Valid parameters are: '%s'",
			strings.Join(p.unknown, "', '"), strings.Join(names, "', '"))
	}
	if len(p.errors) > 0 {
		return nil, badQuery(strings.Join(p.errors, ", "))
	}
	return q, nil
}

type queryParser struct {
	q          *listQuery
	kind       listKind
	maxPerPage int
	unknown    []string
	errors     []string
}

func (p *queryParser) errorf(format string, args ...any) {
	p.errors = append(p.errors, fmt.Sprintf(format, args...))
}

func (p *queryParser) plain(name, value string) {
	switch name {
	case "page":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			p.errorf("Page must be a positive integer")
			return
		}
		p.q.page = n
	case "per_page":
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 1:
			p.errorf("Per page must be a positive integer")
		case n > p.maxPerPage:
			p.errorf("Per page must be between 1 and %d", p.maxPerPage)
		default:
			p.q.perPage = n
		}
	case "order_by":
		p.order(value)
	case "label_selector":
		p.selector(value)
	case "include":
		p.choices("included", value, p.kind.include)
		p.q.lists[name] = splitList(value)
	case "embed":
		p.choices("embedded", value, p.kind.embed)
		p.q.lists[name] = splitList(value)
	default:
		p.q.lists[name] = splitList(value)
	}
}

func (p *queryParser) order(value string) {
	column := strings.TrimPrefix(value, "-")
	if column == value {
		column = strings.TrimPrefix(value, "+")
	}
	orders := append(append([]string{}, timeOrders...), p.kind.orders...)
	if !slices.Contains(orders, column) {
		p.errorf("Order by can only be: '%s'", strings.Join(orders, "', '"))
		return
	}
	p.q.order, p.q.descending = column, strings.HasPrefix(value, "-")
}

func (p *queryParser) choices(what, value string, valid []string) {
	seen := map[string]bool{}
	for _, choice := range splitList(value) {
		switch {
		case !slices.Contains(valid, choice):
			p.errorf("Invalid %s resource: '%s'. Valid %s resources are: '%s'", what, choice, what, strings.Join(valid, "', '"))
		case seen[choice]:
			p.errorf("Duplicate %s resource: '%s'", what, choice)
		}
		seen[choice] = true
	}
}

var commas = regexp.MustCompile(`,\s*`)

// splitList splits at commas and decodes each value once more, so that a comma
// inside a value survives as %2C.
func splitList(value string) []string {
	values := commas.Split(value, -1)
	for i, v := range values {
		if decoded, err := url.PathUnescape(v); err == nil {
			values[i] = decoded // what is no valid encoding stays as it is
		}
	}
	return values
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
