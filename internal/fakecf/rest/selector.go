package rest

import (
	"regexp"
	"slices"
)

// Requirement is one part of a label selector, which matches if all parts do.
type Requirement struct {
	Key      string
	Operator string // in, notin, exists or missing
	Values   []string
}

// Commas separates the values of a list.
var Commas = regexp.MustCompile(`,\s*`)

// Commas in parentheses separate values, other commas separate requirements.
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

// SplitSelector splits a label selector into its requirements.
func SplitSelector(text string) []string { return requirementSplitter.FindAllString(text, -1) }

// ParseRequirement reads one requirement of a label selector.
func ParseRequirement(part string) (Requirement, bool) {
	for _, form := range requirementForms {
		found := form.pattern.FindStringSubmatch(part)
		if found == nil {
			continue
		}
		r := Requirement{Key: found[1], Operator: form.operator}
		if form.operator == "in" || form.operator == "notin" {
			r.Values = Commas.Split(found[2], -1)
		}
		return r, true
	}
	return Requirement{}, false
}

func (r Requirement) matches(labels map[string]string) bool {
	value, present := labels[r.Key]
	switch r.Operator {
	case "in": // an empty value matches nothing, not even itself
		return present && value != "" && slices.Contains(r.Values, value)
	case "notin": // a resource without the label passes, too
		return !present || !slices.Contains(r.Values, value)
	case "missing":
		return !present
	default:
		return present
	}
}
