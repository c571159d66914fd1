package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// group is the same difference in the responses to several requests.
type group struct {
	verdict   verdict
	concerned bool
	text      string
	requests  []request
}

// groups groups equal differences. Those that concern the provider come first,
// then it sorts by verdict and by the order of the requests.
func groups(all []difference) []group {
	var out []group
	for _, d := range all {
		at := slices.IndexFunc(out, func(g group) bool {
			return g.verdict == d.verdict && g.concerned == d.concerned && g.text == d.text
		})
		if at < 0 {
			out = append(out, group{d.verdict, d.concerned, d.text, nil})
			at = len(out) - 1
		}
		out[at].requests = append(out[at].requests, d.request)
	}
	rank := func(g group) int {
		n := slices.Index([]verdict{fakeLaxer, fakeStricter, answersDiffer}, g.verdict)
		if !g.concerned {
			n += 3
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b group) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// heading is the verdict for the report.
func (g group) heading() string {
	if g.concerned {
		return string(g.verdict) + ", provider concerned"
	}
	return string(g.verdict)
}

// printer writes the report and redacts secrets.
type printer struct {
	out     io.Writer
	secrets *redact.Set
}

func (p printer) printf(format string, args ...any) {
	fmt.Fprintln(p.out, p.secrets.Clean(fmt.Sprintf(format, args...)))
}

// examples is how many requests of a difference the report shows, without -all.
const examples = 3

func (p printer) differences(all []difference, everything bool) {
	heading := ""
	for _, g := range groups(all) {
		if g.heading() != heading {
			heading = g.heading()
			p.printf("\n%s", strings.ToUpper(heading[:1])+heading[1:])
		}
		p.printf("  %s", g.text)
		shown := g.requests
		if !everything && len(shown) > examples {
			shown = shown[:examples]
		}
		for _, r := range shown {
			p.printf("      %s", r)
		}
		if more := len(g.requests) - len(shown); more > 0 {
			p.printf("      and %d more requests", more)
		}
	}
}

// conclusion prints the last line.
func (p printer) conclusion(all []difference, requests int) {
	found := groups(all)
	concerned := 0
	for _, g := range found {
		if g.concerned {
			concerned++
		}
	}
	if len(found) == 0 {
		p.printf("\n%d requests, no differences.", requests)
		return
	}
	p.printf("\n%d requests, %d differences; %d of them concern the provider.", requests, len(found), concerned)
}
