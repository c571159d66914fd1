package capi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// urlMax is the longest URL that every proxy in front of an API accepts.
const urlMax = 8 << 10

// parameter is one query parameter of a list.
type parameter struct {
	// name is the API's name without an operator: "created_ats".
	name string
	// key is how the parameter is written: "created_ats%5Bgt%5D".
	key string
	// values are encoded. Several mean "any of them", so that they can be split.
	values []string
	// shown is set if the client can apply the parameter to the resources.
	shown bool
	// optional is set if the client has another way when the API does not support
	// the parameter.
	optional bool
}

func (p parameter) length() int {
	n := len("&") + len(p.key) + len("=") + max(0, len(p.values)-1)
	for _, v := range p.values {
		n += len(v)
	}
	return n
}

func (p parameter) encode() string { return "&" + p.key + "=" + strings.Join(p.values, ",") }

// anyOf is a parameter that selects any of the values. The API splits at commas
// and decodes each part again, so a comma inside a value is encoded twice. The
// values are sorted, so that the requests do not depend on their order in the
// configuration.
func anyOf(name string, values []string, shown bool) parameter {
	encoded := make([]string, 0, len(values))
	for _, v := range values {
		v = strings.ReplaceAll(strings.ReplaceAll(v, "%", "%25"), ",", "%2C")
		if rest := strings.TrimLeft(v, " "); rest != v {
			v = strings.Repeat("%20", len(v)-len(rest)) + rest // after a comma it would be trimmed
		}
		encoded = append(encoded, escapeQuery(v))
	}
	slices.Sort(encoded)
	return parameter{name: name, key: name, values: slices.Compact(encoded), shown: shown}
}

// single is a parameter with one value, which is not split.
func single(name, operator, value string) parameter {
	key := name
	if operator != "" {
		key += "%5B" + operator + "%5D"
	}
	return parameter{name: name, key: key, values: []string{escapeQuery(value)}}
}

// escapeQuery encodes a space as %20, which every server decodes.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// encodeQueries encodes the parameters as one query, or as several if one would be
// longer than room. Each query begins with "&".
func encodeQueries(parameters []parameter, room int) []string {
	total, longest := 0, -1
	for i, p := range parameters {
		total += p.length()
		if len(p.values) > 1 && (longest < 0 || p.length() > parameters[longest].length()) {
			longest = i
		}
	}
	if total <= room || longest < 0 {
		query := ""
		for _, p := range parameters {
			query += p.encode()
		}
		return []string{query}
	}
	long := parameters[longest]
	parts := 2
	if left := room - (total - long.length()); left > 0 {
		parts = max(parts, min((long.length()+left-1)/left, len(long.values)))
	}
	var queries []string
	for part := range parts {
		from, to := part*len(long.values)/parts, (part+1)*len(long.values)/parts
		if from == to {
			continue
		}
		divided := slices.Clone(parameters)
		divided[longest].values = long.values[from:to]
		queries = append(queries, encodeQueries(divided, room)...)
	}
	return queries
}

// leaveOut decides which parameters not to send when all together do not fit into
// one URL: each combination of two long lists would be a request. One list is sent
// in parts, and the client applies the others, if it can. The most selective
// parameters come first.
func leaveOut(parameters []parameter, room int) []parameter {
	total := 0
	for _, p := range parameters {
		total += p.length()
	}
	if total <= room {
		return parameters
	}
	first := true
	return slices.DeleteFunc(slices.Clone(parameters), func(p parameter) bool {
		if !p.shown {
			return false
		}
		if first {
			first = false
			return false
		}
		return p.length() > room/8
	})
}

// UnsupportedFilterError is the error for filters that the foundation does not
// support and that the client cannot apply itself.
type UnsupportedFilterError struct {
	// Filters are the API's names of the filters.
	Filters []string
	// Err is the API's response.
	Err error
}

// Error names the filters.
func (e *UnsupportedFilterError) Error() string {
	return fmt.Sprintf("this foundation cannot filter by %s: %s", strings.Join(e.Filters, ", "), e.Err)
}

// Unwrap returns the API's response.
func (e *UnsupportedFilterError) Unwrap() error { return e.Err }

// validParameters introduces the parameters that a list supports, in the errors of
// Cloud Controller and of Korifi.
const validParameters = "Valid parameters are"

var quoted = regexp.MustCompile(`'([^']*)'`)

// unknownParameters returns those of the names that the API does not support,
// according to its refusal of a request with them.
func unknownParameters(err error, sent []string) []string {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusBadRequest || !e.Has(CodeBadQueryParameter) {
		return nil
	}
	names := func(text string) []string {
		var found []string
		for _, match := range quoted.FindAllStringSubmatch(text, -1) {
			name, _, _ := strings.Cut(match[1], "[") // created_ats[gt] is created_ats
			found = append(found, name)
		}
		return found
	}
	var unknown []string
	for _, o := range e.Errors {
		before, after, lists := strings.Cut(string(o.Detail), validParameters)
		_, refused, refuses := strings.Cut(before, "Unknown query parameter(s)")
		for _, name := range sent {
			switch {
			case refuses && slices.Contains(names(refused), name),
				!refuses && lists && !slices.Contains(names(after), name):
				unknown = append(unknown, name)
			}
		}
	}
	return unknown
}
