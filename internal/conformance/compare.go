package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// verdict is the direction of a difference, as seen from the fake.
type verdict string

const (
	// fakeLaxer: the fake accepts or returns more than the foundation.
	fakeLaxer verdict = "fake laxer"
	// fakeStricter: the fake accepts or returns less.
	fakeStricter verdict = "fake stricter"
	// answersDiffer is neither: the errors or the types differ.
	answersDiffer verdict = "answers differ"
)

// difference is one difference between the two answers to a request.
type difference struct {
	verdict verdict
	// concerned reports whether the provider sends the request, or reads the field.
	concerned bool
	text      string // the same for the same difference in other requests
	request   request
}

// outcome is a response without its content.
type outcome struct {
	status      int
	contentType string
	codes       []string // of its errors: code and title
}

func outcomeOf(a *answer) outcome {
	out := outcome{status: a.status, contentType: strings.ToLower(a.header.Get("Content-Type"))}
	if a.ok() {
		return out
	}
	var body struct {
		Errors []struct {
			Code  json.Number `json:"code"`
			Title string      `json:"title"`
		} `json:"errors"`
		Code      json.Number `json:"code"`
		ErrorCode string      `json:"error_code"`
	}
	switch {
	case len(a.body) == 0:
	case json.Unmarshal(a.body, &body) != nil:
		out.codes = []string{"not JSON"}
	case body.Errors == nil:
		out.codes = []string{body.Code.String() + " " + body.ErrorCode + " (the form of v2)"}
	default:
		for _, e := range body.Errors {
			out.codes = append(out.codes, e.Code.String()+" "+e.Title)
		}
	}
	return out
}

// longestTitle bounds a title in the report: the server controls its length.
const longestTitle = 120

// describe returns the outcome for a line of the report.
func (o outcome) describe(s *side) string {
	if o.status == 0 {
		return "nothing"
	}
	if len(o.codes) == 0 {
		return strconv.Itoa(o.status)
	}
	return strconv.Itoa(o.status) + " " + s.secrets.Quote(strings.Join(o.codes, ", "), longestTitle)
}

// presentHeaders are compared by their presence.
var presentHeaders = []struct {
	name      string
	concerned bool // the provider reads it
}{
	{"X-Vcap-Request-Id", true}, {"X-Correlation-Id", true}, {"Retry-After", true},
	{"X-Ratelimit-Limit", false}, {"X-Ratelimit-Remaining", true}, {"X-Ratelimit-Reset", true},
}

// comparison compares the responses of a foundation with those of the fake.
type comparison struct {
	real, fake *side
	// limited reports whether the foundation has a rate limiter. If not, the headers
	// of the limit are not compared.
	limited bool
	// unanswered counts the requests in a row without a response.
	unanswered int
}

// compare returns the differences between the responses to a request.
func (c *comparison) compare(r request, actual, fake *answer) []difference {
	var out []difference
	add := func(v verdict, concerned bool, format string, args ...any) {
		out = append(out, difference{v, concerned, fmt.Sprintf(format, args...), r})
	}
	a, b := outcomeOf(actual), outcomeOf(fake)
	if a.status != b.status || !slices.Equal(a.codes, b.codes) {
		v := answersDiffer
		switch {
		case !actual.ok() && fake.ok():
			v = fakeLaxer
		case actual.ok() && !fake.ok():
			v = fakeStricter
		}
		add(v, r.sent, "the foundation answers %s, the fake %s", a.describe(c.real), b.describe(c.fake))
	}
	if a.status == b.status && a.contentType != b.contentType {
		add(answersDiffer, false, "Content-Type is %q on the foundation, %q on the fake",
			c.real.secrets.Quote(a.contentType, longestTitle), b.contentType)
	}
	for _, header := range presentHeaders {
		if a.status == 0 {
			break // there was no response
		}
		if strings.HasPrefix(header.name, "X-Ratelimit") && !c.limited {
			continue
		}
		switch one, other := actual.header.Get(header.name) != "", fake.header.Get(header.name) != ""; {
		case one && !other:
			add(fakeStricter, header.concerned, "only the foundation sends %s", header.name)
		case !one && other:
			add(fakeLaxer, header.concerned, "only the fake sends %s", header.name)
		}
	}
	if a.status == b.status && slices.Equal(a.codes, b.codes) {
		c.shapes(r, actual.body, fake.body, add)
	}
	return out
}

// shapes compares the bodies: keys, types, and the number of rows of a list.
func (c *comparison) shapes(r request, actual, fake []byte, add func(verdict, bool, string, ...any)) {
	var one, other any
	if json.Unmarshal(actual, &one) != nil || json.Unmarshal(fake, &other) != nil {
		if (len(actual) == 0) != (len(fake) == 0) {
			add(answersDiffer, r.sent, "only one of the bodies is empty")
		}
		return // neither is JSON, so neither has a shape
	}
	if rowsA, rowsB := rows(one), rows(other); r.method == "GET" && !r.foreign && rowsA != rowsB && r.kind != stats && r.kind != instances {
		v := fakeLaxer
		if lessThan(rowsB, rowsA) {
			v = fakeStricter
		}
		add(v, r.sent, "the foundation finds %s, the fake %s", rowsA, rowsB)
		return // an empty list has no shape
	}
	if r.foreign {
		one, other = withoutRows(one), withoutRows(other)
	}
	compareShapes("", shapeOf(one), shapeOf(other), func(v verdict, path, text string) {
		add(v, isRead(r.kind, path), "%s %s", c.real.secrets.Quote(path, longestTitle), text)
	})
}

// found is the number of rows of a list, on its page and in total.
type found struct{ onPage, total string }

func (f found) String() string {
	if f.total == "" {
		return f.onPage + " rows"
	}
	return f.onPage + " of " + f.total + " rows"
}

func rows(body any) found {
	object, _ := body.(map[string]any) // other documents do not have rows
	list, isList := object["resources"].([]any)
	if !isList {
		return found{}
	}
	out := found{onPage: strconv.Itoa(len(list))}
	if pagination, has := object["pagination"].(map[string]any); has {
		out.total = fmt.Sprint(pagination["total_results"])
	}
	return out
}

func lessThan(a, b found) bool {
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // 0 for none
	return number(a.onPage)+number(a.total) < number(b.onPage)+number(b.total)
}

// withoutRows removes the rows, and the links that depend on their number.
func withoutRows(body any) any {
	object, isObject := body.(map[string]any)
	if !isObject || object["resources"] == nil {
		return body
	}
	object["resources"] = []any{}
	if pagination, has := object["pagination"].(map[string]any); has {
		pagination["next"], pagination["previous"] = nil, nil
	}
	return object
}
