package acctest_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// axeVariable names the environment variable with the path of axe.min.js, the
// accessibility checker of the npm package axe-core (MPL-2.0), which is not part
// of this repository. CI installs it.
const axeVariable = "AXE_CORE"

// inBrowser opens the report in Chromium, if it is installed: at the widths of a
// phone, a tablet and a desktop, in both color schemes, in print, and with a
// keyboard. auditReport tests without a browser that names stay text.
func (r *exampleRun) inBrowser(report string) {
	r.Helper()
	path := findBrowser()
	switch {
	case path == "" && os.Getenv(axeVariable) != "":
		r.Fatalf("browser: got no Chromium on the PATH, want one, as %s is set", axeVariable)
	case path == "":
		r.Log("no Chromium on the PATH: the report is not opened")
		return
	}
	if os.Getenv(axeVariable) == "" {
		r.Logf("%s is not set: accessibility is not checked with axe-core", axeVariable)
	}
	b := startBrowser(r.T, path)
	r.write("report.html", report)
	r.write("large.html", enlarge(r.T, report))
	small, large := filepath.Join(r.work, "report.html"), filepath.Join(r.work, "large.html")

	for _, width := range []int{360, 390, 768, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.row(fmt.Sprintf("%s at %d pixels", scheme, width), func() {
				b.open(small, width, scheme)
				b.axe()
				b.layout(width)
			})
		}
		b.row(fmt.Sprintf("many findings at %d pixels", width), func() {
			b.open(large, width, "light")
			b.layout(width)
		})
	}
	b.row("accessibility with many findings, a trend and waivers", b.axe)
	b.row("names", func() { b.names(small) })
	b.row("filters", func() { b.filters(small) })
	b.row("keyboard", func() { b.keyboard(large) })
	b.row("downloads", func() { b.downloads(large) })
	b.row("print", func() { b.print(large) })
	b.row("old browser", func() { b.withoutGzip(small) })
}

// row runs a part of the test in t.Run, and reports to it until it ends.
func (b *browser) row(name string, check func()) {
	b.Helper()
	b.Run(name, func(t *testing.T) {
		whole := b.T
		b.T = t
		defer func() { b.T = whole }()
		check()
	})
}

// Sizes of the enlarged report: more findings than are shown and printed, and
// more spaces than are shown at first.
const (
	manyFindings = 2300
	manySpaces   = 30
)

// enlarge returns the report with many findings and spaces, waivers, and earlier
// runs.
func enlarge(t *testing.T, report string) string {
	t.Helper()
	var processes []any
	for i := range manyFindings {
		waiver := ""
		if i%100 == 99 {
			waiver = fmt.Sprint("OPS-", i)
		}
		processes = append(processes, map[string]any{
			"organization": "a-large-organization", "space": fmt.Sprint("space-", i%manySpaces), "app": fmt.Sprintf("app-%04d", i),
			"type": "web", "guid": fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "owner": fmt.Sprint("team-", i%7),
			"findings": map[string]any{"crashed": map[string]any{"detail": fmt.Sprint("=1+", i), "waiver": waiver}},
		})
	}
	var page map[string]any
	if err := json.Unmarshal([]byte(embedded(t, report, "data")), &page); err != nil {
		t.Fatal(err)
	}
	var spaces []any
	for i := range manySpaces {
		spaces = append(spaces, map[string]any{
			"organization": "a-large-organization", "space": fmt.Sprint("space-", i), "apps": 3, "processes": 4,
			"instances": i, "memory_in_mb": 512 * i, "findings": 1,
		})
	}
	page["spaces"] = spaces
	counts := page["history"].([]any)[0].(map[string]any)["counts"]
	page["history"] = []any{
		map[string]any{"read_at": "2026-01-05T06:00:00Z", "counts": map[string]any{"crashed": 3}},
		map[string]any{"read_at": "2026-01-12T06:00:00Z", "counts": counts},
	}
	for id, value := range map[string]any{"data": page, "processes": processes} {
		content, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if id == "processes" {
			text = pack(t, content)
		}
		report = strings.Replace(report, embedded(t, report, id), text, 1)
	}
	return report
}

// embedded is the content of the report's script element with this id.
func embedded(t *testing.T, report, id string) string {
	t.Helper()
	_, rest, found := strings.Cut(report, `" id="`+id+`">`)
	content, _, closed := strings.Cut(rest, "</script>")
	if !found || !closed {
		t.Fatalf("report: got no script element with the id %s, want one", id)
	}
	return content
}

// layout checks that nothing is cut off, and that no text wraps into a column of
// a few letters.
func (b *browser) layout(width int) {
	b.Helper()
	var seen struct {
		Width, Page int
		Cut, Narrow []string
	}
	b.eval(&seen, `(() => {
	  const shown = Array.from(document.querySelectorAll("main *")).filter((node) => {
	    const box = node.getBoundingClientRect();
	    return box.width > 0 && !node.closest(".unseen") && !node.closest("#history");
	  });
	  const text = (node) => node.tagName + "." + node.className + " " + node.textContent.slice(0, 40);
	  return {
	    width: innerWidth, page: document.documentElement.scrollWidth,
	    cut: shown.filter((node) => {
	      const box = node.getBoundingClientRect();
	      return box.right > innerWidth + 1 || box.left < -1;
	    }).map(text),
	    // Six lines of less than 60 pixels each are too narrow for a word.
	    narrow: shown.filter((node) => {
	      const box = node.getBoundingClientRect();
	      return node.matches("td span, td") && box.width < 60 && box.height > 100;
	    }).map(text),
	  };
	})()`)
	if seen.Width != width || seen.Page > width || len(seen.Cut) > 0 {
		b.Errorf("layout at %d pixels (shown at %d): got a page of %d pixels and %d elements cut off, want it as wide as the window and none: %q",
			width, seen.Width, seen.Page, len(seen.Cut), seen.Cut[:min(5, len(seen.Cut))])
	}
	if len(seen.Narrow) > 0 {
		b.Errorf("layout at %d pixels: got %d narrow columns, want none: %q", width, len(seen.Narrow), seen.Narrow[:min(5, len(seen.Narrow))])
	}
}

// axe checks the page with axe-core, if it is installed.
func (b *browser) axe() {
	b.Helper()
	path := os.Getenv(axeVariable)
	if path == "" {
		return // inBrowser logs it
	}
	script, err := os.ReadFile(path)
	if err != nil {
		b.Fatalf("%s: got error %v, want the script of axe-core", axeVariable, err)
	}
	var violations []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	b.eval(nil, string(script)+"; 0")
	b.eval(&violations, `axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }).then((result) =>
	  result.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 3) })))`)
	for _, violation := range violations {
		b.Errorf("axe-core: got the violation %s (%s), want none: %.1000s", violation.Help, violation.ID, fmt.Sprintf("%+v", violation.Nodes))
	}
}

// rows are the texts of the table, a row for each finding.
func (b *browser) rows() [][]string {
	b.Helper()
	var rows [][]string
	b.eval(&rows, `Array.from(document.querySelectorAll("#rows tr")).map((tr) =>
	  Array.from(tr.querySelectorAll("td")).map((td) => td.firstChild.textContent))`)
	return rows
}

// set enters a value into a field.
func (b *browser) set(id, value string) {
	b.Helper()
	b.eval(nil, fmt.Sprintf(`(() => {
	  const field = document.getElementById(%q);
	  field.value = %q;
	  field.dispatchEvent(new Event("input"));
	  field.dispatchEvent(new Event("change"));
	})()`, id, value))
}

// text is the text of the first element that a selector matches.
func (b *browser) text(selector string) string {
	b.Helper()
	var text string
	b.eval(&text, fmt.Sprintf(`document.querySelector(%q).textContent`, selector))
	return text
}

// Columns of the table.
const (
	columnSeverity = iota
	columnPolicy
	columnOrganization
	columnSpace
	columnApp
	columnType
	columnOwner
	columnDetail
)

// names checks that names that look like HTML are shown as text.
func (b *browser) names(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	var seen struct {
		Injected bool
		Elements int
	}
	b.eval(&seen, `({ injected: window.injected !== undefined,
	  elements: document.querySelectorAll("img, b[onclick], iframe, object, link").length + document.scripts.length })`)
	if seen.Injected || seen.Elements != 3 { // two of data, and the page's script
		b.Errorf("names: got window.injected set: %t and %d elements that a name could have added, want false and the page's own 3", seen.Injected, seen.Elements)
	}
	want := []string{hostile.org, hostile.space, hostile.app, hostile.kind}
	if rows := b.rows(); !slices.ContainsFunc(rows, func(row []string) bool { return slices.Equal(row[columnOrganization:columnType+1], want) }) {
		b.Errorf("names: got the rows %.2000s, want one with %q", fmt.Sprintf("%q", rows), want)
	}
}

// withoutGzip opens the report in a browser that cannot decompress the findings:
// the page reports that.
func (b *browser) withoutGzip(path string) {
	b.Helper()
	b.call("Page.enable", nil, nil)
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": "delete window.DecompressionStream"}, nil)
	b.open(path, 1280, "light")
	if message := b.text("#old"); !strings.Contains(message, "cannot unpack the findings") {
		b.Errorf("without DecompressionStream: got the message %.200q, want that the browser cannot unpack the findings", message)
	}
	var shown bool
	b.eval(&shown, `!document.getElementById("old").hidden`)
	if !shown {
		b.Error("without DecompressionStream: got a hidden message, want it shown")
	}
	if rows := b.rows(); len(rows) != 0 {
		b.Errorf("without DecompressionStream: got %d findings, want none", len(rows))
	}
}

// filters checks the rows after a search, a choice and sorting, and that the
// address has them.
func (b *browser) filters(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	all := b.rows()
	severities := []string{"High", "Medium", "Low"}
	if !slices.IsSortedFunc(all, func(one, other []string) int {
		return slices.Index(severities, one[columnSeverity]) - slices.Index(severities, other[columnSeverity])
	}) {
		b.Errorf("rows: got %.2000s, want the most severe findings first", fmt.Sprintf("%q", all))
	}
	if shown := b.text("#shown"); shown != fmt.Sprintf("%d findings", len(all)) {
		b.Errorf("number of findings: got %q, want %d findings", shown, len(all))
	}
	if age := b.text("#age"); !strings.HasPrefix(age, "Read ") {
		b.Errorf("age: got %.100q, want Read … at its beginning", age)
	}

	b.set("q", "catalog PORT")
	if rows := b.rows(); len(rows) != 1 || rows[0][columnPolicy] != "A port check where http would do" || rows[0][columnApp] != "catalog" {
		b.Errorf("search for catalog PORT: got the rows %.1000s, want the one of catalog", fmt.Sprintf("%q", rows))
	}
	b.eval(nil, `document.getElementById("reset").click()`)
	if rows := b.rows(); len(rows) != len(all) {
		b.Errorf("reset: got %d rows, want all %d", len(rows), len(all))
	}
	b.set("policy", "crashed")
	if rows := b.rows(); len(rows) != 2 || rows[0][columnPolicy] != "Crashed right now" || rows[1][columnPolicy] != "Crashed right now" {
		b.Errorf("choice of crashed: got the rows %.1000s, want the two crashed processes", fmt.Sprintf("%q", rows))
	}
	b.eval(nil, `document.getElementById("reset").click(); document.querySelector("[data-sort=app]").click()`)
	up := b.rows()
	b.eval(nil, `document.querySelector("[data-sort=app]").click()`)
	down := b.rows()
	if len(up) != len(all) || up[0][columnApp] != hostile.app || up[len(up)-1][columnApp] != "storefront" {
		b.Errorf("sorted by app: got %d rows from %.300q to %.300q, want %d from %s to storefront", len(up), up[0], up[len(up)-1], len(all), hostile.app)
	}
	if down[0][columnApp] != "storefront" || down[len(down)-1][columnApp] != hostile.app {
		b.Errorf("sorted by app, descending: got the rows from %.300q to %.300q, want storefront to %s", down[0], down[len(down)-1], hostile.app)
	}
	var address, sort string
	b.eval(&address, "location.hash")
	b.eval(&sort, `document.querySelector("[data-sort=app]").parentNode.getAttribute("aria-sort")`)
	if address != "#sort=-app" || sort != "descending" {
		b.Errorf("sorted by app, descending: got the fragment %.100q and aria-sort %.100q, want #sort=-app and descending", address, sort)
	}
}

// focused describes the element that has the focus: its id, else its text.
func (b *browser) focused() string {
	b.Helper()
	var focused string
	b.eval(&focused, `document.activeElement === document.body ? "nothing" : document.activeElement.id || document.activeElement.textContent`)
	return focused
}

// tabTo presses Tab until the element that a selector matches has the focus.
func (b *browser) tabTo(selector string) {
	b.Helper()
	for range 300 {
		var there bool
		b.eval(&there, fmt.Sprintf(`document.activeElement.matches(%q)`, selector))
		if there {
			return
		}
		b.press("Tab")
	}
	b.Fatalf("Tab 300 times: got the focus on %.100q, want it on %s", b.focused(), selector)
}

// keyboard uses the page without a mouse: the focus is never lost, and a choice
// above the table leads to the findings.
func (b *browser) keyboard(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	b.tabTo(".rule[data-policy=crashed] button")
	b.press("Enter")
	var top float64
	b.eval(&top, `document.getElementById("findings").getBoundingClientRect().top`)
	if focused := b.focused(); focused != "found" || math.Abs(top) > 5 {
		b.Errorf("choice of a policy by keyboard: got the focus on %.100q and the findings at %v pixels of the window, want found and 0", focused, top)
	}
	var pressed string
	b.eval(&pressed, `document.querySelector(".rule[data-policy=crashed] button").getAttribute("aria-pressed")`)
	if pressed != "true" {
		b.Errorf("chosen policy: got aria-pressed %.100q, want true", pressed)
	}
	b.tabTo("#reset")
	b.press("Enter")
	if focused := b.focused(); focused != "q" {
		b.Errorf("Reset: got the focus on %.100q, want it on the search, q", focused)
	}
	b.tabTo("[data-sort=app]")
	b.press(" ")
	if focused := b.focused(); focused != "App" {
		b.Errorf("sorting: got the focus on %.100q, want it on the heading, App", focused)
	}

	b.open(path, 1280, "light")
	b.tabTo("#more")
	b.press("Enter")
	var hundredAndFirst string
	b.eval(&hundredAndFirst, `document.querySelectorAll("#rows tr")[100].textContent`)
	if focused := b.focused(); focused != hundredAndFirst {
		b.Errorf("Show more: got the focus on %.100q, want it on the first new row, %.100q", focused, hundredAndFirst)
	}
	if rows := b.rows(); len(rows) != 600 {
		b.Errorf("Show more: got %d rows, want 600", len(rows))
	}

	b.open(path, 1280, "light")
	b.tabTo("#spaces .more button")
	b.press("Enter")
	var groups int
	b.eval(&groups, `document.querySelectorAll("#spaces .group").length`)
	if focused := b.focused(); !strings.HasSuffix(focused, "space-21") || groups != manySpaces {
		b.Errorf("Show all: got %d spaces and the focus on %.100q, want %d and the ninth, space-21", groups, focused, manySpaces)
	}
}
