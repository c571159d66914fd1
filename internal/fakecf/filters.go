package fakecf

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// timeFilter holds created_ats or updated_ats: one of a list, or between
// bounds. The zero value lets everything through.
type timeFilter struct {
	any    []time.Time
	bounds []timeBound
}

type timeBound struct {
	operator string
	at       time.Time
}

func (t *timeFilter) pass(at time.Time) bool {
	if t.any != nil && !slices.ContainsFunc(t.any, at.Equal) {
		return false
	}
	for _, bound := range t.bounds {
		order := at.Compare(bound.at)
		switch bound.operator {
		case "lt":
			if order >= 0 {
				return false
			}
		case "lte":
			if order > 0 {
				return false
			}
		case "gt":
			if order <= 0 {
				return false
			}
		default: // gte
			if order < 0 {
				return false
			}
		}
	}
	return true
}

var (
	timestamp    = regexp.MustCompile(`\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\z`)
	timeOperator = regexp.MustCompile(`\A(lt|lte|gt|gte)\z`)
)

func (p *queryParser) time(name, operator string, bracketed bool, value string) {
	filter, title := &p.q.created, "Created ats"
	if name == "updated_ats" {
		filter, title = &p.q.updated, "Updated ats"
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
	if bracketed == (filter.any != nil) && (bracketed || filter.bounds != nil) {
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
			filter.bounds = append(filter.bounds, timeBound{operator, at})
			continue
		}
		filter.any = append(filter.any, at)
	}
}

// requirement is one part of a label selector; all parts must hold.
type requirement struct {
	key      string
	operator string
	values   []string
}

// A comma inside parentheses separates values, any other one requirements.
var requirementSplitter = regexp.MustCompile(`(?:\(.*?\)|[^,])+`)

var requirementForms = []struct {
	operator string
	pattern  *regexp.Regexp
}{
	{"in", regexp.MustCompile(`\A(.*?) in \((.*)\)\z`)},
	{"notin", regexp.MustCompile(`\A(.*?) notin \((.*)\)\z`)},
	{"in", regexp.MustCompile(`\A([\w\-./]+)==?(.*)\z`)},
	{"notin", regexp.MustCompile(`\A([\w\-./]+)!=(.*)\z`)},
	{"exists", regexp.MustCompile(`\A([\w\-./]+)()\z`)},
	{"missing", regexp.MustCompile(`\A!([\w\-./]+)()\z`)},
}

func (p *queryParser) selector(text string) {
	parts := requirementSplitter.FindAllString(text, -1)
	if len(parts) == 0 {
		p.errorf("Missing label_selector value")
		return
	}
	if len(parts) > 50 {
		p.errorf("Too many label_selector requirements (maximum is 50)")
		return
	}
	for _, part := range parts {
		r, ok := parseRequirement(part)
		if !ok {
			p.errorf("Invalid label_selector value")
			continue
		}
		if message := keyError(r.key); message != "" {
			p.errorf("%s", message)
			continue
		}
		for _, value := range r.values {
			if message := labelValueError(value); message != "" {
				p.errorf("%s", message)
			}
		}
		p.q.selector = append(p.q.selector, r)
	}
}

func parseRequirement(part string) (requirement, bool) {
	for _, form := range requirementForms {
		found := form.pattern.FindStringSubmatch(part)
		if found == nil {
			continue
		}
		r := requirement{key: found[1], operator: form.operator}
		if form.operator == "in" || form.operator == "notin" {
			r.values = commas.Split(found[2], -1)
		}
		return r, true
	}
	return requirement{}, false
}

func (q *listQuery) passLabels(labels map[string]string) bool {
	for _, r := range q.selector {
		value, present := labels[r.key]
		hit := present
		switch r.operator {
		case "in":
			hit = present && slices.Contains(r.values, value)
		case "notin": // what has no such label passes, too
			hit = !present || !slices.Contains(r.values, value)
		case "missing":
			hit = !present
		}
		if !hit {
			return false
		}
	}
	return true
}
