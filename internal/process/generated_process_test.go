package process_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// state is what a field of a response can be.
type state int

const (
	absent state = iota
	null
	zero // 0, "" or {}
	set
)

var allStates = []state{absent, null, zero, set}

// field is a field of the API's process. It repeats the API's documentation, so
// that the tests do not depend on the structs that they test.
type field struct {
	name   string
	typ    string // string, number, object, strings (a map) or links
	fields []field
}

func text(name string) field   { return field{name: name, typ: "string"} }
func number(name string) field { return field{name: name, typ: "number"} }
func nested(name string, fields ...field) field {
	return field{name: name, typ: "object", fields: fields}
}
func relationship(name string) field { return nested(name, nested("data", text("guid"))) }
func healthCheck(name string) field {
	return nested(name, text("type"), nested("data",
		number("timeout"), number("invocation_timeout"), number("interval"), text("endpoint")))
}

// processFields are the fields of a process, except its GUID.
var processFields = []field{
	text("created_at"), text("updated_at"), text("version"), text("type"), text("command"), text("user"),
	number("instances"), number("memory_in_mb"), number("disk_in_mb"), number("log_rate_limit_in_bytes_per_second"),
	text("registry_credential_last_synced_at"), healthCheck("health_check"), healthCheck("readiness_health_check"),
	nested("relationships", relationship("app"), relationship("revision"), relationship("registry_credential")),
	nested("metadata", field{name: "labels", typ: "strings"}, field{name: "annotations", typ: "strings"}),
	{name: "links", typ: "links"},
}

// generated is a process as the API returns it, and as Terraform has to show it.
type generated struct {
	api  map[string]any
	want map[string]any
}

// generator makes processes, the same ones from the same seed.
type generator struct {
	*rand.Rand
	// entries is how many entries a map can have.
	entries int
	// fixed holds the states of fields by path. The other fields have the state
	// otherwise, or a random one where that is negative.
	fixed     map[string]state
	otherwise state
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, seed)), entries: 5, otherwise: -1} // repeatable
}

// paths are the paths of all fields.
func paths(prefix string, fields []field) []string {
	var all []string
	for _, f := range fields {
		all = append(all, prefix+f.name)
		all = append(all, paths(prefix+f.name+".", f.fields)...)
	}
	return all
}

// process returns the process with the number n.
func (g *generator) process(n int) generated {
	guid := fmt.Sprintf("process-%06d", n)
	api, want := g.object("", processFields)
	api["guid"], want["guid"] = guid, guid
	// A field that a later API may add.
	if g.IntN(2) == 0 {
		api["a_field_of_tomorrow"] = []any{nil, map[string]any{"guid": 1}}
	}
	g.derive(api, want)
	return generated{api, want}
}

// derive adds the attributes that are computed from the API's fields.
func (g *generator) derive(api, want map[string]any) {
	want["command_redacted"] = false
	_, fixed := g.fixed["command"]
	if _, has := api["command"].(string); has && !fixed && g.IntN(5) == 0 {
		api["command"] = []string{"[PRIVATE DATA HIDDEN]", "[PRIVATE DATA HIDDEN IN LISTS]"}[g.IntN(2)]
		want["command"], want["command_redacted"] = nil, true
	}
	want["app_guid"] = dig(want, "relationships", "app", "data", "guid")
	want["space_guid"] = nil
	if href, ok := dig(want, "links", "space", "href").(string); ok {
		if guid, found := strings.CutPrefix(href, "https://api.example.org/v3/spaces/"); found {
			want["space_guid"] = guid
		}
	}
}

func dig(v any, names ...string) any {
	for _, name := range names {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

func (g *generator) object(prefix string, fields []field) (api, want map[string]any) {
	api, want = map[string]any{}, map[string]any{}
	for _, f := range fields {
		want[f.name] = nil
		path := prefix + f.name
		s, fixed := g.fixed[path]
		if !fixed {
			if s = g.otherwise; s < 0 {
				s = allStates[g.IntN(len(allStates))]
			}
		}
		switch s {
		case absent:
		case null:
			api[f.name] = nil
		default:
			api[f.name], want[f.name] = g.value(path, f, s == zero)
		}
	}
	return api, want
}

func (g *generator) value(path string, f field, empty bool) (api, want any) {
	switch f.typ {
	case "string":
		if empty {
			return "", ""
		}
		s := g.text()
		return s, s
	case "number":
		n := int64(0)
		if !empty {
			n = []int64{-1, 1, 512, 1<<53 + 1, math.MaxInt64, math.MinInt64}[g.IntN(6)]
		}
		return json.Number(strconv.FormatInt(n, 10)), strconv.FormatInt(n, 10)
	case "object":
		if empty {
			_, want := (&generator{Rand: g.Rand, otherwise: absent}).object(path+".", f.fields)
			return map[string]any{}, want
		}
		return g.object(path+".", f.fields)
	}
	a, b := map[string]any{}, map[string]any{}
	if empty {
		return a, b
	}
	count := 1 + g.IntN(g.entries)
	for range count {
		name := g.text()
		if f.typ == "strings" {
			if g.IntN(6) == 0 {
				a[name], b[name] = nil, nil
				continue
			}
			value := g.text()
			a[name], b[name] = value, value
			continue
		}
		if g.IntN(2) == 0 {
			name = "space"
		}
		a[name], b[name] = g.link(name)
	}
	return a, b
}

func (g *generator) link(name string) (api, want any) {
	if g.IntN(6) == 0 {
		return nil, nil
	}
	link := &generator{Rand: g.Rand, otherwise: -1}
	a, b := link.object("", []field{text("href"), text("method")})
	if name == "space" && g.IntN(3) > 0 {
		href := "https://api.example.org/v3/spaces/space-" + strconv.Itoa(g.IntN(100))
		a["href"], b["href"] = href, href
	}
	return a, b
}

// text returns a random text that is not empty, with characters that need care
// in JSON, HCL or MessagePack.
func (g *generator) text() string {
	pieces := []string{
		"web", "a", " ", "\"", "\\", "\n", "\t", "\x00", "\x7f", "<&>", "${x}", "%{y}", "é", "目録", "🚀", "\u2028", "null", "0", "/", "'",
		strings.Repeat("x", 40), strings.Repeat("y", 300), strings.Repeat("z", 70_000),
	}
	var b strings.Builder
	for range 1 + g.IntN(4) {
		weight := len(pieces)
		if g.IntN(100) > 0 {
			weight-- // the longest one rarely
		}
		b.WriteString(pieces[g.IntN(weight)])
	}
	return b.String()
}

// everyState returns processes in which each field in turn is absent, null, zero
// and set, while all others are set, and while all others are absent.
func everyState(seed uint64, entries int) []generated {
	var processes []generated
	for _, path := range paths("", processFields) {
		for _, s := range allStates {
			for _, otherwise := range []state{set, absent} {
				g := newGenerator(seed)
				g.entries, g.otherwise, g.fixed = entries, otherwise, map[string]state{path: s}
				// The objects around the field have to be set.
				names := strings.Split(path, ".")
				for i := 1; i < len(names); i++ {
					g.fixed[strings.Join(names[:i], ".")] = set
				}
				processes = append(processes, g.process(len(processes)))
			}
		}
	}
	return processes
}

// anyState returns processes whose fields have random states.
func anyState(seed uint64, entries, count int) []generated {
	g := newGenerator(seed)
	g.entries = entries
	processes := make([]generated, 0, count)
	for n := range count {
		processes = append(processes, g.process(n))
	}
	return processes
}

// The tests rely on the generator to produce every state of every field.
func TestGeneratorMakesEveryState(t *testing.T) {
	t.Parallel()
	seen := map[string]map[state]bool{}
	for _, p := range everyState(1, 1) {
		for _, path := range paths("", processFields) {
			if seen[path] == nil {
				seen[path] = map[state]bool{}
			}
			names := strings.Split(path, ".")
			parent, ok := dig(p.api, names[:len(names)-1]...).(map[string]any)
			if !ok {
				continue
			}
			v, has := parent[names[len(names)-1]]
			switch {
			case !has:
				seen[path][absent] = true
			case v == nil:
				seen[path][null] = true
			case slices.Contains([]string{`""`, `"0"`, `0`, `{}`}, compact(t, v)):
				seen[path][zero] = true
			default:
				seen[path][set] = true
			}
		}
	}
	for path, states := range seen {
		if len(states) != len(allStates) {
			t.Errorf("%s: got only the states %v, want %v", path, states, allStates)
		}
	}
}

func compact(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
