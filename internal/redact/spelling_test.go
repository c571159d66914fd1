package redact_test

import (
	"encoding/base64"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// Spellings in which servers and proxies were seen to repeat secrets.
func TestCleanSpellings(t *testing.T) {
	const secret = `p&ss/w<rd"ü+=`
	basic := base64.StdEncoding.EncodeToString([]byte("somebody:" + secret))
	for name, test := range map[string]struct{ text, want string }{
		"percent, upper case":       {"?p=p%26ss%2Fw%3Crd%22%C3%BC%2B%3D&x", "?p=[REDACTED]&x"},
		"percent, lower case":       {"?p=p%26ss%2fw%3crd%22%c3%bc%2b%3d&x", "?p=[REDACTED]&x"},
		"percent, more than needed": {"?p=%70%26%73%73%2fw%3crd%22%c3%bc%2b%3d", "?p=[REDACTED]"},
		"HTML":                      {"<p>p&amp;ss/w&lt;rd&quot;ü+=</p>", "<p>[REDACTED]</p>"},
		"HTML by number":            {"<p>p&#38;ss/w&#x3C;rd&#34;&#252;+=</p>", "<p>[REDACTED]</p>"},
		"JSON":                      {`{"k":"p&ss/w<rd\"ü+="}`, `{"k":"[REDACTED]"}`},
		"JSON of Ruby":              {`{"k":"p\u0026ss/w\u003crd\"ü+="}`, `{"k":"[REDACTED]"}`},
		"JSON of PHP":               {`{"k":"p&ss\/w<rd\"\u00fc+="}`, `{"k":"[REDACTED]"}`},
		"JSON, all escaped":         {`\u0070\u0026\u0073\u0073\u002F\u0077\u003C\u0072\u0064\u0022\u00FC\u002B\u003D!`, "[REDACTED]!"},
		"split by a line break":     {"a p&ss/w\r\n <rd\"ü+= b", "a [REDACTED] b"},
		"HTML within JSON":          {`{"k":"p&amp;ss\/w&lt;rd\"ü+="}`, `{"k":"[REDACTED]"}`},
		"base64":                    {"x " + base64.StdEncoding.EncodeToString([]byte(secret)) + " y", "x [REDACTED] y"},
		"base64 without padding":    {"x " + base64.RawStdEncoding.EncodeToString([]byte(secret)) + " y", "x [REDACTED] y"},
		"base64 for URLs":           {"x " + base64.URLEncoding.EncodeToString([]byte(secret)) + " y", "x [REDACTED] y"},
		"user and password":         {"Authorization: Basic " + basic + "\n", "Authorization: Basic [REDACTED]\n"},
		"Basic, escaped":            {"?auth=" + url.QueryEscape(basic), "?auth=[REDACTED]%3D"},
		"Basic, split":              {"Basic " + basic[:18] + "\n" + basic[18:] + " x", "Basic [REDACTED] x"},
		"another one":               {"p%26ss%2fw%3crd is not it", "p%26ss%2fw%3crd is not it"},
		"escapes of other things":   {`100% \u0041 &amp; a\nb` + "\n%zz &nothing; \\", `100% \u0041 &amp; a\nb` + "\n%zz &nothing; \\"},
	} {
		t.Run(name, func(t *testing.T) {
			var s redact.Set
			s.Add(secret)
			if got := s.Clean(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Spellings that depend on the secret.
func TestCleanSpellingsOfOtherSecrets(t *testing.T) {
	for name, test := range map[string]struct{ secret, text, want string }{
		"base64 for URLs":              {">>>???", "x Pj4-Pz8_ y", "x [REDACTED] y"},
		"base64 after another user":    {"wxyz", "Basic " + base64.StdEncoding.EncodeToString([]byte("abc:wxyz")), "Basic [REDACTED]"},
		"form encoding, lower case":    {"p&ss w/rd", "?p=p%26ss+w%2frd&x", "?p=[REDACTED]&x"},
		"JSON, surrogate pair":         {"se😀cret", `{"k":"se\ud83d\ude00cret"}`, `{"k":"[REDACTED]"}`},
		"JSON, escape at the end":      {"abcdA", `abcd\u0041`, "[REDACTED]"},
		"short without its line break": {"a\nbcd", "x abcd y", "x [REDACTED] y"},
	} {
		t.Run(name, func(t *testing.T) {
			var s redact.Set
			s.Add(test.secret)
			if got := s.Clean(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The whole base64 word is masked: its letters next to the secret hold bits of it.
func TestCleanWholeBase64Words(t *testing.T) {
	const secret = "planted-secret"
	var s redact.Set
	s.Add(secret)
	encoded := base64.StdEncoding.EncodeToString([]byte("12" + secret + "34"))
	for _, letter := range "AZaz09+/-_" {
		t.Run(string(letter), func(t *testing.T) {
			if got, want := s.Clean("x "+string(letter)+encoded+string(letter)+"= y"), "x [REDACTED] y"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := s.Clean(string(letter)+encoded), "[REDACTED]"; got != want {
				t.Errorf("at both ends: got %q, want %q", got, want)
			}
		})
	}
}

// A secret such as a PEM key can contain line breaks.
func TestCleanSecretsOfSeveralLines(t *testing.T) {
	const key = "-----BEGIN KEY-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo\n-----END KEY-----\n"
	for name, text := range map[string]string{
		"as it is":        "x " + key + "y",
		"with CRLF":       "x " + strings.ReplaceAll(key, "\n", "\r\n") + "y",
		"on one line":     "x " + strings.ReplaceAll(key, "\n", "") + "y",
		"as JSON":         "x " + strings.ReplaceAll(key, "\n", `\n`) + "y",
		"indented":        "x " + strings.ReplaceAll(key, "\n", "\n    ") + "y",
		"as a clientcert": "x " + base64.StdEncoding.EncodeToString([]byte("certificate\n"+key)) + "y",
	} {
		t.Run(name, func(t *testing.T) {
			var s redact.Set
			s.Add(key)
			if got := s.Clean(text); strings.Contains(got, "REVGR0hJSk") || !strings.Contains(got, redact.Mask) {
				t.Errorf("got %q, want the mask instead of the key", got)
			}
		})
	}
}

func TestCleanFunction(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"empty":               {"", 10, ""},
		"short":               {"RUNNING", 10, "RUNNING"},
		"exactly as long":     {"0123456789", 10, "0123456789"},
		"white space":         {"  a\r\n\tb \u2028c  ", 10, "a b c"},
		"white space, cut":    {"012345678 abc", 10, "012345678… (3 more characters)"},
		"cut":                 {"0123456789abc", 10, "0123456789… (3 more characters)"},
		"cut by characters":   {strings.Repeat("ü", 12), 10, strings.Repeat("ü", 10) + "… (2 more characters)"},
		"escape sequence":     {"\x1b[31mred\x07\x00", 20, "\uFFFD[31mred\uFFFD\uFFFD"},
		"turned writing":      {"a\u202Eb\u2066c", 10, "a\uFFFDb\uFFFDc"},
		"zero width":          {"a\u200Bb\u200Dc\uFEFF", 10, "a\uFFFDb\uFFFDc\uFFFD"},
		"not UTF-8":           {"a\xff\xfeb", 10, "a\uFFFD\uFFFDb"},
		"5 MB":                {strings.Repeat("x", 5<<20), 3, "xxx… (5242877 more characters)"},
		"private use":         {"\uE000", 10, "\uFFFD"},
		"C1 control sequence": {"\u009b31m", 10, "\uFFFD31m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := redact.Clean(test.text, test.limit); got != test.want {
				t.Errorf("got %.100q, want %.100q", got, test.want)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	const secret = "planted-secret"
	var s redact.Set
	s.Add(secret)
	for name, test := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"masked before it is cut": {"0123456789 " + secret, 15, "0123456789 [RED… (6 more characters)"},
		"masked":                  {"a " + secret + "\nb", 40, "a [REDACTED] b"},
		"not text":                {"\xff" + strings.Repeat("x", 100), 80, "\uFFFD" + strings.Repeat("x", 59) + "… (41 more characters)"},
		"cut within a character":  {strings.Repeat("x", 79) + "üü", 80, strings.Repeat("x", 79) + "ü… (1 more characters)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.Quote(test.text, test.limit); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("nil set", func(t *testing.T) {
		if got := (*redact.Set)(nil).Quote("a\nb", 10); got != "a b" {
			t.Errorf("got %q, want a b", got)
		}
	})
	// Quote redacts only the beginning of a long text. Masks are shorter than a long
	// secret, so a secret that is cut in half at the end of that beginning must not
	// move into the part that is shown.
	t.Run("nothing but secrets", func(t *testing.T) {
		var s redact.Set
		token := "begin-" + strings.Repeat("token.", 3000)
		s.Add(token)
		got := s.Quote(strings.Repeat(token, 400), 5000)
		if strings.Contains(got, "token") {
			t.Errorf("got %.200q, want no part of the token", got)
		}
	})
}

// FuzzClean checks that a secret is redacted in any context and spelling.
func FuzzClean(f *testing.F) {
	f.Add("user:", "secret-secret", " x")
	f.Add("%2", "p%41&amp;\\u0041", "+")
	f.Add("\\", "\\u005c\n\n", "&")
	f.Fuzz(func(t *testing.T, before, secret, after string) {
		if len(secret) < 6 || !utf8.ValidString(secret) || strings.Contains(redact.Mask, secret) {
			return
		}
		var s redact.Set
		s.Add(secret)
		for name, text := range map[string]string{
			"plain":   secret,
			"query":   url.QueryEscape(secret),
			"path":    url.PathEscape(secret),
			"lower":   strings.ToLower(url.QueryEscape(strings.ToLower(secret))),
			"HTML":    html.EscapeString(secret),
			"base64":  base64.StdEncoding.EncodeToString([]byte(before + secret + after)),
			"for URL": base64.RawURLEncoding.EncodeToString([]byte(before + secret + after)),
		} {
			if name == "lower" && secret != strings.ToLower(secret) {
				continue
			}
			if got := s.Clean("[ " + text + " ]"); strings.Contains(got, text) {
				t.Errorf("%s: got %.300q, want it without the secret %.100q", name, got, secret)
			}
		}
	})
}

// BenchmarkClean is one line of the log, the cost of every request when logs are
// on.
func BenchmarkClean(b *testing.B) {
	var s redact.Set
	for _, letter := range "abcdef" {
		s.Add(strings.Repeat(string(letter), 1200))
	}
	for name, text := range map[string]string{
		"path":  "/v3/processes/6a901b7c-9417-4dc1-8189-d3234aa0ab82/stats",
		"query": "guids=a,b&order_by=created_at&created_ats%5Bgt%5D=2026-01-01T00:00:00Z",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := s.Clean(text); got != text {
					b.Fatalf("got %q, want %q", got, text)
				}
			}
		})
	}
}
