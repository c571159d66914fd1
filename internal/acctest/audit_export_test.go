package acctest_test

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
)

// These tests cover the exports of the report: its downloads and its print.

// downloads checks the files that the page exports for a filter.
func (b *browser) downloads(path string) {
	b.Helper()
	b.open(path, 1280, "light")
	b.call("Page.setDownloadBehavior", map[string]any{"behavior": "deny"}, nil) // the page has their contents
	b.eval(nil, `window.files = [];
	  const create = URL.createObjectURL;
	  URL.createObjectURL = (blob) => { files.push(blob); return create(blob); }`)
	b.set("owner", "team-3")
	b.eval(nil, `document.getElementById("waived").click(); document.getElementById("csv").click(); document.getElementById("json").click()`)
	var encoded []string
	b.eval(&encoded, `Promise.all(files.map((file) => file.arrayBuffer().then((bytes) =>
	  btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("")))))`)
	if len(encoded) != 2 {
		b.Fatalf("exports: got %d files, want 2", len(encoded))
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
		b.Errorf("CSV: got the header %.500q and %d lines, want %q and %d", lines[0], len(lines), header, want+1)
	}
	if row := lines[1]; !strings.HasPrefix(row[7], "'=1+") || row[6] != "team-3" {
		b.Errorf("CSV: got the first row %.500q, want team-3, and an apostrophe before the formula", row)
	}
	var file struct {
		Filter   string
		Findings []map[string]string
	}
	if err := json.Unmarshal([]byte(contents[1]), &file); err != nil {
		b.Fatal(err)
	}
	const filter = "owner “team-3”, waived findings included"
	if file.Filter != filter || len(file.Findings) != want {
		b.Fatalf("JSON: got the filter %.200q and %d findings, want %q and %d", file.Filter, len(file.Findings), filter, want)
	}
	if got := file.Findings[0]["detail"]; !strings.HasPrefix(got, "=1+") {
		b.Errorf("JSON: got the detail %.200q, want =1+ at its beginning, without an apostrophe", got)
	}
}

// paperWidth is A4 without the page's margins of 12 mm, in CSS pixels of 1/96 of
// an inch.
const paperWidth = (210 - 2*12) * 960 / 254

// print checks the printed page: it has every column, the filter and a note on the
// findings that it omits. Afterwards the screen is as before.
func (b *browser) print(path string) {
	b.Helper()
	b.open(path, paperWidth, "dark")
	b.media("print", "dark")
	b.eval(nil, `dispatchEvent(new Event("beforeprint"))`)
	b.layout(paperWidth)
	const omitted = "First 2,000 of 2,277 findings printed, 2,277 in all. Filter, or take the CSV, for the rest."
	if view := b.text("#view"); view != omitted {
		b.Errorf("print: got the note %.200q, want %q", view, omitted)
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
		b.Errorf("print: got display %q of the note, %q of the GUIDs and %q of the fields, want none for the fields only", seen.View, seen.GUID, seen.Tools)
	}
	if seen.Rows != 2000 || seen.Spaces != manySpaces || seen.Paper != "rgb(255, 255, 255)" {
		b.Errorf("print: got %d rows, %d spaces and the background %s, want 2000, %d and rgb(255, 255, 255)", seen.Rows, seen.Spaces, seen.Paper, manySpaces)
	}

	b.set("owner", "team-3")
	b.eval(nil, `dispatchEvent(new Event("beforeprint"))`)
	if view := b.text("#view"); !strings.HasPrefix(view, "Filter: owner “team-3”. ") || strings.Contains(view, "First") {
		b.Errorf("print with a filter: got the note %.200q, want the filter owner “team-3” without omitted findings", view)
	}
	var pdf struct {
		Data string `json:"data"`
	}
	b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &pdf)
	if len(pdf.Data) < 10_000 {
		b.Errorf("PDF: got %d bytes in base64, want 10000 or more", len(pdf.Data))
	}

	b.media("screen", "light")
	b.eval(nil, `dispatchEvent(new Event("afterprint"))`)
	b.eval(&seen, look)
	if seen.Rows != 100 || seen.Spaces != 8 {
		b.Errorf("screen after printing: got %d rows and %d spaces, want 100 and 8", seen.Rows, seen.Spaces)
	}
}
