package capi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// planted is a secret that a hostile server repeats.
const planted = "planted-secret/with+signs"

// checkText checks a text for messages: of bounded length, on one line, valid UTF-8
// (the plugin protocol refuses anything else), without the secret.
func checkText(t *testing.T, name string, raw Text, limit int) {
	t.Helper()
	text := string(raw)
	limit += len("… (9999999 more characters)")
	if n := utf8.RuneCountInString(text); n > limit {
		t.Errorf("%s: got %d characters, want at most %d", name, n, limit)
	}
	if !utf8.ValidString(text) {
		t.Errorf("%s: got %.200q, want valid UTF-8", name, text)
	}
	if i := strings.IndexFunc(text, unicode.IsControl); i >= 0 {
		t.Errorf("%s: got %.200q, want no control character", name, text)
	}
	if strings.Contains(text, planted) {
		t.Errorf("%s: got %.200q, want no secret", name, text)
	}
}

// FuzzErrorBody checks that any error response becomes a human-readable error.
func FuzzErrorBody(f *testing.F) {
	for _, seed := range []struct {
		status                     int
		body, id, router, retry, k string
	}{
		{404, `{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"Process not found"}]}`, "id", "", "", ""},
		{422, `{"errors":[{"detail":"a\nb\u0000"},{"code":-1}]}`, "id\x00", "", "1", ""},
		{502, "<html>\r\n<b>Bad Gateway</b>", "", "endpoint_failure", "", ""},
		{401, "Authorization: bearer " + planted, "", planted, "Fri, 31 Dec 1999 23:59:59 GMT", planted},
		{500, strings.Repeat("x", 70_000) + planted, "", "", "-1", ""},
		{400, `{"errors":null}`, "", "", "", ""}, {400, `{"errors":[]}`, "", "", "", ""}, {400, `{"errors":{}}`, "", "", "", ""},
		{400, `{"errors":["a"]}`, "", "", "", ""}, {400, "[]", "", "", "", ""}, {400, "", "", "", "", ""},
		{503, "\xff\xfe\u2028\u202e", "\xff", "\xff", "99999999999999999999", ""},
	} {
		f.Add(seed.status, []byte(seed.body), seed.id, seed.router, seed.retry, seed.k)
	}
	f.Fuzz(func(t *testing.T, status int, body []byte, id, router, retry, correlation string) {
		secrets := new(redact.Set)
		secrets.Add(planted)
		header := http.Header{
			"X-Vcap-Request-Id": {id}, "X-Correlation-Id": {correlation},
			"X-Cf-Routererror": {router}, "Retry-After": {retry},
		}
		now := time.Unix(1_700_000_000, 0)
		e := errorFrom("GET", "/v3/processes/x", &transport.Response{Status: status, Header: header, Body: body}, secrets, now)
		checkText(t, "the body", e.Body, 300)
		checkText(t, "the router's error", e.RouterError, 200)
		checkText(t, "the ID", e.RequestID, 128)
		if len(e.Errors) > maxErrors {
			t.Errorf("got %d error objects, want at most %d", len(e.Errors), maxErrors)
		}
		for _, o := range e.Errors {
			checkText(t, "a title", o.Title, 200)
			checkText(t, "a detail", o.Detail, 2000)
		}
		if len(e.Errors) > 0 && e.Body != "" {
			t.Errorf("got a quote of the body in %.200q, want only its errors", e.Error())
		}
		if !e.RetryAt.IsZero() && !e.RetryAt.After(now) {
			t.Errorf("got the time %s for a retry, want one in the future", e.RetryAt)
		}
		if !strings.Contains(e.Error(), "GET /v3/processes/x") {
			t.Errorf("got %.200q, want the request in it", e.Error())
		}
		if IsNotFound(e) && (status != 404 || !e.Has(CodeNotFound)) {
			t.Errorf("got IsNotFound true for %.200q, want false without a 404 and the API's code", e.Error())
		}
	})
}

// FuzzWarnings checks that warnings of any form become printable texts.
func FuzzWarnings(f *testing.F) {
	for _, seed := range []string{
		"Stats%20Unavailable%2C+really,second", "plain text, with a comma", "%", "%zz,%41", ",,", "\xff", planted,
		"planted-secret%2Fwith%2Bsigns", "a%0Ab",
	} {
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		secrets := new(redact.Set)
		secrets.Add(planted)
		client := &Client{secrets: secrets}
		for _, warning := range client.warnings(http.Header{"X-Cf-Warnings": {first, second}}) {
			checkText(t, "a warning", warning, 1000)
			if warning == "" {
				t.Errorf("got an empty warning from the headers %.100q and %.100q, want none", first, second)
			}
		}
	})
}

// FuzzAddress checks that no GUID and no type can change the requested path.
func FuzzAddress(f *testing.F) {
	for _, seed := range [][2]string{
		{"6a901b7c-9417-4dc1-8189-d3234aa0ab82", ""}, {"app", "web"}, {"..", "web"}, {"a", ".."}, {"a;b", "c:d@e"},
		{"ä", "目"}, {"a/b", "c"}, {"a%2fb", "c"}, {"a\\b", "c"}, {"a b", "c"}, {"\u00a0a", ""}, {"\u202e", ""}, {"\xff", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, guid, typ string) {
		address, want := Address{GUID: guid}, []string{"", "v3", "processes", guid}
		if typ != "" {
			address, want = Address{AppGUID: guid, Type: typ}, []string{"", "v3", "apps", guid, "processes", typ}
		}
		path, err := address.path()
		if err != nil {
			return
		}
		u, err := url.Parse("https://api.example.org" + path)
		if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Host != "api.example.org" {
			t.Fatalf("got %#v and error %v for %.200q, want its URL", u, err, path)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if len(segments) != len(want) {
			t.Fatalf("got %d segments of %.200q, want %d", len(segments), path, len(want))
		}
		for i, segment := range segments {
			if plain, err := url.PathUnescape(segment); err != nil || plain != want[i] {
				t.Fatalf("got the segment %.100q and error %v, want %.100q", segment, err, want[i])
			}
		}
		// A proxy or server that cleans the path must not get another one.
		if clean := u.JoinPath().EscapedPath(); clean != u.EscapedPath() {
			t.Fatalf("got %.200q for the cleaned path, want it unchanged: %.200q", clean, u.EscapedPath())
		}
	})
}

// FuzzSpaceLink checks that the space link yields a GUID that is valid in a path,
// or null.
func FuzzSpaceLink(f *testing.F) {
	for _, seed := range []string{
		"https://api.example.org/v3/spaces/space-guid", "https://api.example.org/v3/spaces/", "/v3/spaces/a/b",
		"/v3/spaces/%2e%2e", "/v3/spaces/a?b#c", "/v3/spaces//v3/spaces/x", "", "%zz/v3/spaces/%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, href string) {
		p := Process{GUID: "g", Links: Links{"space": {Href: &href}}}
		guid := p.SpaceGUID()
		if guid == nil {
			return
		}
		if err := CheckSegment(*guid); err != nil {
			t.Fatalf("got the GUID %.100q of %.200q, want null: %v", *guid, href, err)
		}
		if !strings.Contains(href, "/v3/spaces/") {
			t.Fatalf("got the GUID %.100q of %.200q, want the segment after /spaces/", *guid, href)
		}
	})
}

// A number keeps all its digits, unless decoding it would take minutes.
func TestDecimalsAreBounded(t *testing.T) {
	t.Parallel()
	for text, fits := range map[string]bool{
		"0.1": true, "-1e-7": true, "1e308": true, "1E+400": true, strings.Repeat("9", 700): true,
		"1e401": false, "1e99999999": false, "1e-99999999": false, "1e99999999999999999999": false, strings.Repeat("1", 1_000_000): false,
	} {
		t.Run(fmt.Sprintf("%.25s, %d digits", text, len(text)), func(t *testing.T) {
			t.Parallel()
			err := decode([]byte(`{"resources":[{"usage":{"cpu":`+text+`}}]}`), new(ProcessStats))
			if fits && err != nil {
				t.Errorf("got error %.300s, want none", err)
			}
			if !fits && (err == nil || !strings.Contains(err.Error(), "usage.cpu") || len(err.Error()) > 300) {
				t.Errorf("got error %.300v, want one of at most 300 bytes with usage.cpu in it", err)
			}
		})
	}
}
