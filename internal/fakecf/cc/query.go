package cc

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// listKind describes the parameters of a list.
type listKind struct {
	arrays         []string // parameters that are lists of values
	orders         []string // columns to order by, beside the two times
	labels         bool     // whether it knows label_selector
	refused        []string // filters of the parent list that are refused here
	include, embed []string // what may be included or embedded; nil: the parameter is unknown
}

var (
	commonParams = []string{"page", "per_page", "order_by", "created_ats", "updated_ats", "guids"}
	timeOrders   = []string{"created_at", "updated_at"}
)

func (k listKind) names() []string {
	names := append([]string{}, commonParams...)
	names = append(names, k.arrays...)
	if k.include != nil {
		names = append(names, "include")
	}
	if k.embed != nil {
		names = append(names, "embed")
	}
	if k.labels {
		names = append(names, "label_selector")
	}
	return names
}

// parseList reads the query of a list. Like Cloud Controller it reports all
// mistakes in one error object.
func (s *Server) parseList(c *rest.Call, kind listKind) (*rest.List, *rest.Answer) {
	list := rest.NewList()
	list.FoldNames = true
	p := &queryParser{list: list, kind: kind, maxPerPage: s.MaxPerPage}
	names := kind.names()
	for _, key := range rest.SortedKeys(c.Query) {
		value := c.Query[key][len(c.Query[key])-1] // the last of several is used
		name, operator, bracketed := strings.Cut(key, "[")
		times := name == "created_ats" || name == "updated_ats"
		isList := name == "guids" || slices.Contains(kind.arrays, name)
		if !slices.Contains(names, name) || bracketed && !times && !isList {
			if !slices.Contains(p.unknown, name) {
				p.unknown = append(p.unknown, name)
			}
			continue
		}
		list.Raw.Set(key, value)
		if bracketed && !times { // an array, which matches nothing
			list.Values[name] = []string{}
			continue
		}
		if times {
			p.time(name, strings.TrimSuffix(operator, "]"), bracketed, value)
			continue
		}
		p.plain(name, value)
	}
	if len(p.unknown) > 0 {
		p.errors = append(p.errors, p.unknownText(names))
	}
	if list.Page > math.MaxInt64/list.PerPage {
		p.errorf("Maximum result (page * per_page) must be less than %d", math.MaxInt64)
	}
	if len(p.errors) > 0 {
		return nil, rest.BadQuery(strings.Join(p.errors, ", "))
	}
	return list, nil
}

type queryParser struct {
	list       *rest.List
	kind       listKind
	maxPerPage int
	unknown    []string
	errors     []string
}

// unknownText describes the unknown parameters. For filters that only the list
// of all processes has, Cloud Controller 3.228.0 does not list the valid ones.
func (p *queryParser) unknownText(valid []string) string {
	text := "Unknown query parameter(s): '" + strings.Join(p.unknown, "', '") + "'"
	if p.kind.refused != nil && !slices.ContainsFunc(p.unknown, func(name string) bool { return !slices.Contains(p.kind.refused, name) }) {
		return text
	}
	return text + ". Valid parameters are: '" + strings.Join(valid, "', '") + "'"
}

func (p *queryParser) errorf(format string, args ...any) {
	p.errors = append(p.errors, fmt.Sprintf(format, args...))
}

func (p *queryParser) plain(name, value string) {
	switch name {
	case "page":
		n, err := strconv.Atoi(value)
		if errors.Is(err, strconv.ErrRange) && n > 0 {
			err = nil // n is the largest number
		}
		if err != nil || n < 1 {
			p.errorf("Page must be a positive integer")
			return
		}
		p.list.Page = n
	case "per_page":
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 1:
			p.errorf("Per page must be a positive integer")
		case n > p.maxPerPage:
			p.errorf("Per page must be between 1 and %d", p.maxPerPage)
		default:
			p.list.PerPage = n
		}
	case "order_by":
		p.order(value)
	case "label_selector":
		p.selector(value)
	case "include":
		p.choices("included", value, p.kind.include)
		p.list.Values[name] = splitList(value)
	case "embed":
		p.choices("embedded", value, p.kind.embed)
		p.list.Values[name] = splitList(value)
	default:
		p.list.Values[name] = splitList(value)
	}
}

func (p *queryParser) order(value string) {
	if value == "" {
		return
	}
	column := strings.TrimPrefix(value, "-")
	if column == value {
		column = strings.TrimPrefix(value, "+")
	}
	orders := append(append([]string{}, timeOrders...), p.kind.orders...)
	if !slices.Contains(orders, column) {
		p.errorf("Order by can only be: '%s'", strings.Join(orders, "', '"))
		return
	}
	p.list.Order, p.list.Descending = column, strings.HasPrefix(value, "-")
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

// splitList splits at commas and decodes each value again, so that a value can
// have a comma as %2C.
func splitList(value string) []string {
	values := rest.Commas.Split(value, -1)
	for i, v := range values {
		if decoded, err := url.PathUnescape(v); err == nil {
			values[i] = decoded // a value without a valid encoding stays as it is
		}
	}
	return values
}

var (
	timestamp    = regexp.MustCompile(`\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\z`)
	timeOperator = regexp.MustCompile(`\A(lt|lte|gt|gte)\z`)
)

func (p *queryParser) time(name, operator string, bracketed bool, value string) {
	filter, title := &p.list.Created, "Created ats"
	if name == "updated_ats" {
		filter, title = &p.list.Updated, "Updated ats"
	}
	values := []string{value}
	switch {
	case !bracketed:
		values = splitList(value)
	case !timeOperator.MatchString(operator):
		p.errorf("%s Invalid relational operator: '%s'", title, operator)
		return
	case strings.Contains(value, ","):
		p.errorf("%s only accepts one value when using a relational operator", title)
		return
	}
	if bracketed == (filter.Any != nil) && (bracketed || filter.Bounds != nil) {
		p.errorf("%s takes a list or relational operators, not both", title)
		return
	}
	for _, v := range values {
		at, err := time.Parse(time.RFC3339, v)
		if err != nil || !timestamp.MatchString(v) {
			p.errorf("%s has an invalid timestamp format. Timestamps should be formatted as 'YYYY-MM-DDThh:mm:ssZ'", title)
			continue
		}
		if bracketed {
			filter.Bounds = append(filter.Bounds, rest.TimeBound{Operator: operator, At: at})
			continue
		}
		filter.Any = append(filter.Any, at)
	}
}

func (p *queryParser) selector(text string) {
	parts := rest.SplitSelector(text)
	if len(parts) == 0 {
		p.errorf("Missing label_selector value")
		return
	}
	if len(parts) > 50 {
		p.errorf("Too many label_selector requirements (maximum is 50)")
		return
	}
	for _, part := range parts {
		r, ok := rest.ParseRequirement(part)
		if !ok {
			p.errorf("Invalid label_selector value")
			continue
		}
		if message := keyError(r.Key); message != "" {
			p.errorf("%s", message)
			continue
		}
		for _, value := range r.Values {
			if message := rest.LabelValueError(value); message != "" {
				p.errorf("%s", message)
			}
		}
		p.list.Selector = append(p.list.Selector, r)
	}
}
