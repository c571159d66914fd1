package transport

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzRetryAt checks that headers of any kind yield either no time or one in the
// future, at most maxRetryAfter away.
func FuzzRetryAt(f *testing.F) {
	for _, seed := range [][3]string{
		{"1", "", ""}, {"0", "", ""}, {"-5", "", ""}, {"99999999999999999999999", "", ""}, {"1.5", "", ""},
		{"Fri, 31 Dec 2099 23:59:59 GMT", "", ""}, {"Fri, 31 Dec 1999 23:59:59 GMT", "", ""}, {" 7 ", "", ""},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "", ""},
		{"", "1700000060", "0"}, {"", "1700000060", "5"}, {"", "17000000600000000000", ""}, {"soon", "now", "never"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	now := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, retryAfter, reset, remaining string) {
		h := http.Header{}
		h.Set("Retry-After", retryAfter)
		h.Set("X-RateLimit-Reset", reset)
		h.Set("X-RateLimit-Remaining", remaining)
		at, ok := RetryAt(http.StatusTooManyRequests, h, now)
		if ok == at.IsZero() {
			t.Fatalf("got %t with the time %s, want a time only with true", ok, at)
		}
		if ok && (!at.After(now) || at.Sub(now) > maxRetryAfter) {
			t.Fatalf("got %s, want a time after %s by at most %s", at, now, maxRetryAfter)
		}
	})
}

// FuzzRedirect checks that the error of a refused redirect names the target,
// without the parts of the URL that may be secret.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		"https://user:planted-secret@other.example.com/login?code=planted-secret#planted-secret", "/elsewhere?planted-secret",
		"//host", "://", "%zz", "\x00", "mailto:planted-secret@example.com", "?planted-secret", "http://[::1",
	} {
		f.Add(seed)
	}
	from, err := url.Parse("https://api.example.org/v3/processes?x=planted-secret")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location string) {
		_, err := follow(http.MethodGet, from, &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {location}}}, 0)
		if err == nil {
			return
		}
		text := err.Error()
		to, err := from.Parse(location)
		if err != nil || to.Opaque != "" || !strings.Contains(to.RawQuery+to.Fragment+to.User.String(), "planted-secret") {
			return
		}
		if strings.Contains(text, "planted-secret") && !strings.Contains(to.Host+to.Path+to.RawPath, "planted-secret") {
			t.Fatalf("Location %.200q: got %.300s, want it without the secret", location, text)
		}
	})
}
