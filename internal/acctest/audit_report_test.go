package acctest_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// These tests of the report's template do not need a browser.

func readTemplate(t *testing.T) string {
	t.Helper()
	template, err := os.ReadFile(auditTemplate)
	if err != nil {
		t.Fatal(err)
	}
	return string(template)
}

// TestAuditReportIsSelfContained checks that the page does not request anything,
// and that its script does not turn text into HTML.
func TestAuditReportIsSelfContained(t *testing.T) {
	t.Parallel()
	template := readTemplate(t)
	for _, forbidden := range []string{
		"http:", "https:", "//cdn", "src=", "href=", "@import", "url(", "fetch(", "XMLHttpRequest",
		"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "srcdoc",
	} {
		if strings.Contains(template, forbidden) {
			t.Errorf("template: got %q, want it without", forbidden)
		}
	}
	if want := `content="default-src 'none';`; !strings.Contains(template, want) {
		t.Errorf("template: got no content security policy with %s, want it", want)
	}
}

var (
	rootRule = regexp.MustCompile(`:root \{([^}]*)\}`)
	colorOf  = regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6}|[0-9a-f]{3});`)
)

// TestAuditReportContrast computes the contrast of every text with its background,
// in the light and the dark scheme and in print. WCAG 2 requires 4.5 : 1 for text.
func TestAuditReportContrast(t *testing.T) {
	t.Parallel()
	schemes := rootRule.FindAllStringSubmatch(readTemplate(t), -1)
	if len(schemes) != 3 {
		t.Fatalf("template: got %d sets of colors, want 3", len(schemes))
	}
	for i, scheme := range []string{"light", "dark", "paper"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			colors := map[string]string{}
			for _, match := range colorOf.FindAllStringSubmatch(schemes[i][1], -1) {
				colors[match[1]] = match[2]
			}
			for _, pair := range []struct {
				text, behind string
				least        float64
			}{
				{"text", "page", 4.5},
				{"text", "card", 4.5},
				{"text", "accent-soft", 4.5},
				{"quiet", "page", 4.5},
				{"quiet", "card", 4.5},
				{"quiet", "accent-soft", 4.5},
				{"accent", "card", 4.5},
				{"accent", "page", 4.5},
				{"bad", "bad-soft", 4.5},
				{"bad", "card", 4.5},
				{"bad", "accent-soft", 4.5},
				{"good", "good-soft", 4.5},
				{"warn", "warn-soft", 4.5},
				{"warn", "card", 4.5},
				{"warn", "accent-soft", 4.5},
				// These parts of the page are not text.
				{"edge", "page", 3},
				{"edge", "card", 3},
				{"memory", "card", 3},
				{"instances", "card", 3},
			} {
				t.Run(pair.text+" on "+pair.behind, func(t *testing.T) {
					if got := contrast(t, colors[pair.text], colors[pair.behind]); got < pair.least {
						t.Errorf("contrast: got %.2f : 1, want %.1f : 1 or more", got, pair.least)
					}
				})
			}
		})
	}
}

// contrast is the ratio of two colors' luminances, from 1 to 21.
func contrast(t *testing.T, text, behind string) float64 {
	t.Helper()
	first, second := luminance(t, text), luminance(t, behind)
	return (max(first, second) + 0.05) / (min(first, second) + 0.05)
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	if len(color) == 3 {
		color = color[:1] + color[:1] + color[1:2] + color[1:2] + color[2:] + color[2:]
	}
	value, err := strconv.ParseUint(color, 16, 32)
	if err != nil || len(color) != 6 {
		t.Fatalf("color: got %q, want 3 or 6 hexadecimal digits: %v", color, err)
	}
	channel := func(shift uint) float64 {
		c := float64(value>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

var (
	fieldTag = regexp.MustCompile(`<(?:input|select|button)[^>]*>`)
	ruleOf   = regexp.MustCompile(`(?s)@media ([^{]+)\{`)
)

// TestAuditReportFields checks that every field of the page has a name for screen
// readers, and that rules for narrow windows do not apply to print.
func TestAuditReportFields(t *testing.T) {
	t.Parallel()
	template := readTemplate(t)
	markup, script, found := strings.Cut(template, `<script type="application/json"`)
	if !found {
		t.Fatal("template: got no script element with data, want one")
	}
	_, markup, _ = strings.Cut(markup, "<body>")
	fields := fieldTag.FindAllString(markup, -1)
	if len(fields) < 10 {
		t.Fatalf("template: got the fields %.200q, want at least 10", fields)
	}
	for _, field := range fields {
		labeled := strings.Contains(field, "aria-label=") || strings.Contains(markup, "<label id=\"waivers\" hidden>"+field)
		filled := strings.Contains(field, `id="reset"`) || strings.Contains(field, `id="more"`) // with a text
		if !labeled && !filled {
			t.Errorf("field %.200s: got no name for screen readers, want aria-label, label or text", field)
		}
	}
	for _, rule := range ruleOf.FindAllStringSubmatch(template, -1) {
		if strings.Contains(rule[1], "width") && !strings.HasPrefix(rule[1], "screen") {
			t.Errorf("@media %.100s: got a rule for print, too, want screen: A4 is as narrow as a phone", rule[1])
		}
	}
	if strings.Count(script, `"class": "unseen"`) == 0 {
		t.Error("script: got bars without the class unseen, want a label for screen readers")
	}
}
