package acctest_test

import (
	"encoding/base64"
	"encoding/csv"
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

// inBrowser opens the report in a Chromium, where there is one: at the widths of
// a phone, a tablet and a desk, in both color schemes, on paper, and with a
// keyboard. auditReport tests without a browser that names stay text.
func (r *exampleRun) inBrowser(report string) {
	r.Helper()
	path := findBrowser()
	switch {
	case path == "" && os.Getenv(axeVariable) != "":
		r.Fatalf("%s is set, but there is no Chromium on the PATH", axeVariable)
	case path == "":
		r.Log("there is no Chromium on the PATH: the report is not opened")
		return
	}
	if os.Getenv(axeVariable) == "" {
		r.Logf("%s does not name axe.min.js of axe-core: accessibility is not checked", axeVariable)
	}
	b := startBrowser(r.T, path)
	r.write("report.html", report)
	r.write("large.html", enlarge(r.T, report))
	small, large := filepath.Join(r.work, "report.html"), filepath.Join(r.work, "large.html")

	for _, width := range []int{360, 390, 768, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.open(small, width, scheme)
			b.axe(fmt.Sprintf("%s at %d pixels", scheme, width))
		}
		b.layout(width)
		b.open(large, width, "light")
		b.layout(width)
	}
	b.axe("many findings, a trend and waivers")
	b.names(small)
	b.filters(small)
	b.keyboard(large)
	b.downloads(large)
	b.paper(large)
}

// Sizes of the enlarged report: more findings than are shown at once and than
// are printed, and more spaces than are shown at first.
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
		t.Fatalf("the report has no %s", id)
	}
	return content
}

// layout sees that nothing is cut off and that no text is broken into a column
// of a few letters.
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
	    // A word has to fit: six lines of less than 60 pixels are none.
	    narrow: shown.filter((node) => {
	      const box = node.getBoundingClientRect();
	      return node.matches("td span, td") && box.width < 60 && box.height > 100;
	    }).map(text),
	  };
	})()`)
	if seen.Width != width || seen.Page > width || len(seen.Cut) > 0 {
		b.Errorf("at %d pixels (shown at %d) the page is %d wide, and these are cut off: %q", width, seen.Width, seen.Page, seen.Cut)
	}
	if len(seen.Narrow) > 0 {
		b.Errorf("at %d pixels these are broken into a narrow column: %q", width, seen.Narrow)
	}
}

// axe runs axe-core over the page, where it is installed.
func (b *browser) axe(where string) {
	b.Helper()
	path := os.Getenv(axeVariable)
	if path == "" {
		return // inBrowser logs it
	}
	script, err := os.ReadFile(path)
	if err != nil {
		b.Fatalf("%s: %v", axeVariable, err)
	}
	var violations []struct {
		ID, Help string
		Nodes    []struct{ HTML, FailureSummary string }
	}
	b.eval(nil, string(script)+"; 0")
	b.eval(&violations, `axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }).then((result) =>
	  result.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 3) })))`)
	for _, violation := range violations {
		b.Errorf("%s: axe-core: %s (%s): %+v", where, violation.Help, violation.ID, violation.Nodes)
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

// names sees that names which look like HTML are text, and nothing else.
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
		b.Errorf("injected: %t, and there are %d elements of the kinds that a name could have brought", seen.Injected, seen.Elements)
	}
	if !slices.ContainsFunc(b.rows(), func(row []string) bool {
		return slices.Equal(row[columnOrganization:columnType+1], []string{hostile.org, hostile.space, hostile.app, hostile.kind})
	}) {
		b.Error("the names that look like HTML are not in the table as they are")
	}
}

// filters sees that search, choices and order show what they should, and that
// the address keeps them.
func (b *browser) filters(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	all := b.rows()
	severities := []string{"High", "Medium", "Low"}
	if !slices.IsSortedFunc(all, func(one, other []string) int {
		return slices.Index(severities, one[columnSeverity]) - slices.Index(severities, other[columnSeverity])
	}) {
		b.Errorf("the most severe findings do not come first: %q", all)
	}
	if shown := b.text("#shown"); shown != fmt.Sprintf("%d findings", len(all)) {
		b.Errorf("the page counts %q, want %d findings", shown, len(all))
	}
	if age := b.text("#age"); !strings.HasPrefix(age, "Read ") {
		b.Errorf("the age is %q", age)
	}

	b.set("q", "catalog PORT")
	if rows := b.rows(); len(rows) != 1 || rows[0][columnPolicy] != "A port check where http would do" || rows[0][columnApp] != "catalog" {
		b.Errorf("typing into the search leaves %q", rows)
	}
	b.eval(nil, `document.getElementById("reset").click()`)
	if rows := b.rows(); len(rows) != len(all) {
		b.Errorf("reset shows %d of %d rows", len(rows), len(all))
	}
	b.set("policy", "crashed")
	if rows := b.rows(); len(rows) != 2 || rows[0][columnPolicy] != "Crashed right now" || rows[1][columnPolicy] != "Crashed right now" {
		b.Errorf("the choice of a policy leaves %q", rows)
	}
	b.eval(nil, `document.getElementById("reset").click(); document.querySelector("[data-sort=app]").click()`)
	up := b.rows()
	b.eval(nil, `document.querySelector("[data-sort=app]").click()`)
	down := b.rows()
	if len(up) != len(all) || up[0][columnApp] != hostile.app || up[len(up)-1][columnApp] != "storefront" {
		b.Errorf("sorted by app, the first of %d rows is %q, the last %q", len(up), up[0], up[len(up)-1])
	}
	if down[0][columnApp] != "storefront" || down[len(down)-1][columnApp] != hostile.app {
		b.Errorf("sorted down, the first row is %q, the last %q", down[0], down[len(down)-1])
	}
	var address, sort string
	b.eval(&address, "location.hash")
	b.eval(&sort, `document.querySelector("[data-sort=app]").parentNode.getAttribute("aria-sort")`)
	if address != "#sort=-app" || sort != "descending" {
		b.Errorf("the address holds %q, and aria-sort is %q", address, sort)
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
	b.Fatalf("Tab does not reach %s; %s has the focus", selector, b.focused())
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
		b.Errorf("after the choice of a policy the focus is on %q, and the findings begin at %v of the window", focused, top)
	}
	var pressed string
	b.eval(&pressed, `document.querySelector(".rule[data-policy=crashed] button").getAttribute("aria-pressed")`)
	if pressed != "true" {
		b.Errorf("the policy's aria-pressed is %q", pressed)
	}
	b.tabTo("#reset")
	b.press("Enter")
	if focused := b.focused(); focused != "q" {
		b.Errorf("after Reset the focus is on %q, want the search", focused)
	}
	b.tabTo("[data-sort=app]")
	b.press(" ")
	if focused := b.focused(); focused != "App" {
		b.Errorf("after sorting the focus is on %q, want the heading", focused)
	}

	b.open(path, 1280, "light")
	b.tabTo("#more")
	b.press("Enter")
	var hundredAndFirst string
	b.eval(&hundredAndFirst, `document.querySelectorAll("#rows tr")[100].textContent`)
	if focused := b.focused(); focused != hundredAndFirst {
		b.Errorf("after Show more the focus is on %q, want the first of the new rows", focused)
	}
	if rows := b.rows(); len(rows) != 600 {
		b.Errorf("Show more shows %d rows, want 600", len(rows))
	}

	b.open(path, 1280, "light")
	b.tabTo("#spaces .more button")
	b.press("Enter")
	var groups int
	b.eval(&groups, `document.querySelectorAll("#spaces .group").length`)
	if focused := b.focused(); !strings.HasSuffix(focused, "space-21") || groups != manySpaces {
		b.Errorf("after Show all %d spaces are shown and the focus is on %q, want %d and the ninth", groups, focused, manySpaces)
	}
}

// downloads takes the files of the findings that a filter leaves.
func (b *browser) downloads(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	b.call("Page.setDownloadBehavior", map[string]any{"behavior": "deny"}, nil) // their contents are taken from the page
	b.eval(nil, `window.files = [];
	  const create = URL.createObjectURL;
	  URL.createObjectURL = (blob) => { files.push(blob); return create(blob); }`)
	b.set("owner", "team-3")
	b.eval(nil, `document.getElementById("waived").click(); document.getElementById("csv").click(); document.getElementById("json").click()`)
	var encoded []string
	b.eval(&encoded, `Promise.all(files.map((file) => file.arrayBuffer().then((bytes) =>
	  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("")))))`)
	if len(encoded) != 2 {
		b.Fatalf("got %d files, want 2", len(encoded))
	}
	var contents []string
	for _, text := range encoded {
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			b.Fatal(err)
		}
		contents = append(contents, string(content))
	}

	want := 0
	for i := range manyFindings {
		if i%7 == 3 {
			want++
		}
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(contents[0], "\ufeff"))).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	header := []string{"severity", "policy", "organization", "space", "app", "type", "owner", "detail", "guid", "waiver"}
	if !slices.Equal(lines[0], header) || len(lines) != want+1 {
		b.Errorf("the CSV has the header %q and %d lines, want %q and %d", lines[0], len(lines), header, want+1)
	}
	if row := lines[1]; !strings.HasPrefix(row[7], "'=1+") || row[6] != "team-3" {
		b.Errorf("the first row of the CSV is %q; a cell like a formula begins with an apostrophe", row)
	}
	var file struct {
		Filter   string
		Findings []map[string]string
	}
	if err := json.Unmarshal([]byte(contents[1]), &file); err != nil {
		b.Fatal(err)
	}
	if file.Filter != "owner “team-3”, waived findings included" || len(file.Findings) != want || !strings.HasPrefix(file.Findings[0]["detail"], "=1+") {
		b.Errorf("the JSON has the filter %q and %d findings, the first %q", file.Filter, len(file.Findings), file.Findings[0])
	}
}

// paperWidth is A4 without the page's margins of 12 mm, in CSS pixels of 1/96 of
// an inch.
const paperWidth = (210 - 2*12) * 960 / 254

// paper prints: every column is there, the filter and what is left out are
// written down, and the screen is the same afterwards.
func (b *browser) paper(path string) {
	b.Helper()
	b.open(path, paperWidth, "dark")
	b.media("print", "dark")
	b.eval(nil, `dispatchEvent(new Event("beforeprint"))`)
	b.layout(paperWidth)
	if view := b.text("#view"); view != "First 2,000 of 2,277 findings printed, 2,277 in all. Filter, or take the CSV, for the rest." {
		b.Errorf("the paper says %q of what it leaves out", view)
	}
	var seen struct {
		View, GUID, Tools string
		Rows, Spaces      int
		Paper             string
	}
	look := `(() => {
	  const display = (selector) => getComputedStyle(document.querySelector(selector)).display;
	  return { view: display("#view"), guid: display("#rows .guid"), tools: display(".tools"),
	    rows: document.querySelectorAll("#rows tr").length, spaces: document.querySelectorAll("#spaces .group").length,
	    paper: getComputedStyle(document.body).backgroundColor };
	})()`
	b.eval(&seen, look)
	if seen.View == "none" || seen.GUID == "none" || seen.Tools != "none" {
		b.Errorf("on paper the filter is %q, the GUID %q, the fields %q", seen.View, seen.GUID, seen.Tools)
	}
	if seen.Rows != 2000 || seen.Spaces != manySpaces || seen.Paper != "rgb(255, 255, 255)" {
		b.Errorf("on paper are %d rows and %d spaces on %s", seen.Rows, seen.Spaces, seen.Paper)
	}

	b.set("owner", "team-3")
	b.eval(nil, `dispatchEvent(new Event("beforeprint"))`)
	if view := b.text("#view"); !strings.HasPrefix(view, "Filter: owner “team-3”. ") || strings.Contains(view, "First") {
		b.Errorf("the paper says %q of its filter", view)
	}
	var pdf struct {
		Data string `json:"data"`
	}
	b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &pdf)
	if len(pdf.Data) < 10_000 {
		b.Errorf("the PDF has %d bytes", len(pdf.Data))
	}

	b.media("screen", "light")
	b.eval(nil, `dispatchEvent(new Event("afterprint"))`)
	b.eval(&seen, look)
	if seen.Rows != 100 || seen.Spaces != 8 {
		b.Errorf("after printing the screen has %d rows and %d spaces, want 100 and 8", seen.Rows, seen.Spaces)
	}
}
