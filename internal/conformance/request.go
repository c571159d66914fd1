package main

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// kind is the kind of document in the response to a request; that of a list is the
// kind of its elements.
type kind string

const (
	root         kind = "root"
	process      kind = "process"
	stats        kind = "stats"
	instances    kind = "instances"
	sidecar      kind = "sidecar"
	app          kind = "app"
	space        kind = "space"
	organization kind = "organization"
	deployment   kind = "deployment"
	nothing      kind = "-"
)

// login is how a request authenticates.
type login int

const (
	withCredential login = iota
	withoutCredential
	withHeader // request.header is the whole value
)

// request is one request of the table, the same for both sides.
type request struct {
	kind        kind
	method      string
	target      string // path and query, encoded
	body        string
	contentType string // of the body; "" is application/json
	login       login
	header      string // of withHeader

	// sent reports whether the provider sends requests of this form.
	sent bool
	// foreign reports whether the response also has rows of other apps, so that their
	// number is not comparable.
	foreign bool
}

// String describes the request, with the beginning of its body.
func (r request) String() string {
	text := r.method + " " + r.target
	if r.body != "" {
		text += " " + shorten(r.body)
	}
	switch r.login {
	case withoutCredential:
		text += " (no Authorization)"
	case withHeader:
		text += " (Authorization: " + strconv.Quote(r.header) + ")"
	default:
	}
	if r.contentType != "" {
		text += " (" + r.contentType + ")"
	}
	return text
}

// shorten cuts a body for the line of its request.
func shorten(text string) string {
	const most = 160
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// lines splits a table into its lines. "! " marks requests that the provider sends.
func lines(table string) []line {
	var out []line
	for text := range strings.Lines(table) {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		rest, sent := strings.CutPrefix(text, "! ")
		out = append(out, line{rest, sent})
	}
	return out
}

type line struct {
	text string
	sent bool
}

// repeated matches placeholders in the tables: {x:63} is 63 times the letter x,
// {n:201} the members "k0":"v" to "k200":"v" of an object.
var repeated = regexp.MustCompile(`\{(x|n):(\d+)\}`)

// expand replaces the placeholders in a line of a table.
func (a *comparedApp) expand(text string) string {
	p := a.target
	text = strings.NewReplacer(
		"{guid}", p.GUID, "{GUID}", strings.ToUpper(p.GUID), "{type}", escapeType(p.Type), "{rawtype}", p.Type,
		"{app}", a.GUID, "{space}", a.SpaceGUID, "{org}", a.OrganizationGUID, "{orgname}", escapeType(a.OrganizationName),
		"{none}", noGUID, "{created}", p.text("created_at"), "{updated}", p.text("updated_at"),
		"{instances}", p.number("instances"), "{memory}", p.number("memory_in_mb"), "{disk}", p.number("disk_in_mb"),
	).Replace(text)
	return repeated.ReplaceAllStringFunc(text, func(found string) string {
		parts := repeated.FindStringSubmatch(found)
		count, err := strconv.Atoi(parts[2])
		switch {
		case err != nil: // too large a number: keep the text
			return found
		case parts[1] == "x":
			return strings.Repeat("x", count)
		}
		members := make([]string, count)
		for i := range members {
			members[i] = `"k` + strconv.Itoa(i) + `":"v"`
		}
		return strings.Join(members, ",")
	})
}

// noGUID is a GUID that does not exist.
const noGUID = "00000000-0000-4000-8000-00000000dead"

// escapeType encodes a name for a path or a query, also its dots: Cloud Controller
// treats them as the beginning of a format (internal/capi/README.md).
func escapeType(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

func get(kind kind, target string, sent bool) request {
	return request{kind: kind, method: http.MethodGet, target: target, sent: sent}
}
