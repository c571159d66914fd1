package acctest_test

import (
	"encoding/json"
	"fmt"
	"html"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// browsers are the names under which a Chromium is looked for.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// probe is a script that is added to a copy of the report: it does what a
// reader does and reports what it saw.
const probe = `<script>
(function () {
  var seen = {};
  function rows() {
    return Array.from(document.querySelectorAll("#rows tr")).map(function (tr) {
      return Array.from(tr.cells).map(function (cell) { return cell.textContent; });
    });
  }
  function set(id, event, value) {
    var field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event(event));
    return rows();
  }
  seen.all = rows();
  seen.shown = document.getElementById("shown").textContent;
  seen.age = document.getElementById("age").textContent;
  seen.injected = window.injected !== undefined;
  seen.elements = document.querySelectorAll("img, b[onclick], iframe, object, link").length + document.scripts.length;
  seen.width = innerWidth;
  seen.cut = Array.from(document.querySelectorAll("main *")).filter(function (node) {
    var box = node.getBoundingClientRect();
    if (box.width === 0 || node.closest("thead")) { return false; } // the row of headings scrolls on a phone
    return box.right > innerWidth + 1 || box.left < -1 || node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
      && getComputedStyle(node).overflowX === "hidden";
  }).map(function (node) { return node.tagName + "." + node.className + " " + node.textContent.slice(0, 40); });
  seen.pageWidth = document.documentElement.scrollWidth;

  seen.typed = set("q", "input", "catalog PORT");
  document.getElementById("reset").click();
  seen.reset = rows();
  seen.policy = set("policy", "change", "crashed");
  document.getElementById("reset").click();
  document.querySelector(".rule[data-policy=much_memory]").click();
  seen.card = rows();
  document.querySelector(".rule[data-policy=much_memory]").click();
  document.querySelector("[data-sort=app]").click();
  seen.up = rows();
  document.querySelector("[data-sort=app]").click();
  seen.down = rows();
  seen.address = location.hash;

  function spaces() { return document.querySelectorAll("#spaces .group").length; }
  seen.spaces = spaces();
  dispatchEvent(new Event("beforeprint"));
  seen.printed = spaces();

  parent.postMessage(JSON.stringify(seen), "*");
})();
</script>
</body>`

// frame shows the page at a width of its own, since a browser's window cannot
// be as narrow as a phone, and keeps what the probe reports.
const frame = `<!doctype html>
<iframe src="probe.html" style="width: %dpx; height: 900px; border: 0"></iframe>
<script>
onmessage = function (event) {
  var result = document.createElement("pre");
  result.id = "probe";
  result.textContent = event.data;
  document.body.appendChild(result);
};
</script>
`

// seen is what the probe reports. A row is policy, organization, space, app,
// process, detail and GUID.
type seen struct {
	All, Typed, Reset, Policy, Card, Up, Down [][]string
	Shown, Age, Address                       string
	Injected                                  bool
	Elements, Width, PageWidth                int
	Spaces, Printed                           int
	Cut                                       []string
}

// auditInBrowser uses the report in a Chromium, where there is one, on a desk
// and on a phone. That names stay text is seen without one in auditReport.
func (r *exampleRun) auditInBrowser(report string) {
	r.Helper()
	browser := ""
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		r.Log("there is no Chromium on the PATH: the report is not opened")
		return
	}
	r.write("probe.html", strings.Replace(report, "</body>", probe, 1))
	for _, width := range []int{1280, 800, 360} {
		r.look(r.browse(browser, width), width)
	}
}

var probed = regexp.MustCompile(`<pre id="probe">([^<]*)</pre>`)

func (r *exampleRun) browse(browser string, width int) seen {
	r.Helper()
	r.write("frame.html", fmt.Sprintf(frame, width))
	path, err := filepath.Abs(filepath.Join(r.work, "frame.html"))
	if err != nil {
		r.Fatal(err)
	}
	cmd := exec.CommandContext(r.Context(), browser,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir="+r.TempDir(),
		"--window-size=1400,1000", "--virtual-time-budget=10000", "--dump-dom", "file://"+path)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	dom, err := cmd.Output()
	if err != nil {
		r.Fatalf("%s: %v\n%s", browser, err, &stderr)
	}
	match := probed.FindSubmatch(dom)
	if match == nil {
		r.Fatalf("the page's script did not come to its end:\n%s", stderr.String())
	}
	var s seen
	if err := json.Unmarshal([]byte(html.UnescapeString(string(match[1]))), &s); err != nil {
		r.Fatal(err)
	}
	return s
}

func (r *exampleRun) look(s seen, width int) {
	r.Helper()
	if s.Width != width {
		r.Errorf("the page is shown at %d pixels, not %d", s.Width, width)
	}
	if s.Injected || s.Elements != 3 { // data, the page's script and the probe
		r.Errorf("injected: %t, and there are %d elements of the kinds that a name could have brought", s.Injected, s.Elements)
	}
	if len(s.Cut) > 0 || s.PageWidth > s.Width {
		r.Errorf("at %d pixels the page is %d wide, and these are cut off: %q", s.Width, s.PageWidth, s.Cut)
	}
	if !slices.ContainsFunc(s.All, func(row []string) bool {
		return slices.Equal(row[1:5], []string{hostile.org, hostile.space, hostile.app, hostile.kind})
	}) {
		r.Error("the names that look like HTML are not in the table as they are")
	}
	if !strings.HasPrefix(s.Age, "Read ") || s.Shown != fmt.Sprintf("%d findings", len(s.All)) {
		r.Errorf("the page says %q and %q", s.Age, s.Shown)
	}
	if len(s.Typed) != 1 || s.Typed[0][0] != "A port check where http would do" || s.Typed[0][3] != "catalog" {
		r.Errorf("typing into the search leaves %q", s.Typed)
	}
	if len(s.Reset) != len(s.All) {
		r.Errorf("reset shows %d of %d rows", len(s.Reset), len(s.All))
	}
	if len(s.Policy) != 1 || s.Policy[0][0] != "Crashed right now" {
		r.Errorf("the choice of a policy leaves %q", s.Policy)
	}
	if len(s.Card) != 1 || s.Card[0][5] != "4096 MB" {
		r.Errorf("a click on a policy leaves %q", s.Card)
	}
	first, last := s.Up[0][3], s.Up[len(s.Up)-1][3]
	if len(s.Up) != len(s.All) || first != hostile.app || last != "storefront" {
		r.Errorf("sorted by app, %d rows go from %q to %q", len(s.Up), first, last)
	}
	if s.Down[0][3] != "storefront" || s.Down[len(s.Down)-1][3] != hostile.app {
		r.Errorf("sorted down, the rows go from %q to %q", s.Down[0][3], s.Down[len(s.Down)-1][3])
	}
	// Nobody can ask a paper for the rest.
	if s.Spaces != 8 || s.Printed <= quietSpaces {
		r.Errorf("of more than %d spaces %d are shown, and %d are printed", quietSpaces, s.Spaces, s.Printed)
	}
	if s.Address != "#sort=-app" {
		r.Errorf("the address holds %q", s.Address)
	}
}
