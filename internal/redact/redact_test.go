package redact_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

func TestClean(t *testing.T) {
	for name, test := range map[string]struct {
		secrets    []string
		text, want string
	}{
		"none":              {nil, "plain", "plain"},
		"one, twice":        {[]string{"hush-hush"}, "a hush-hush b hush-hush", "a [REDACTED] b [REDACTED]"},
		"too short":         {[]string{"abc", ""}, "abc", "abc"},
		"four bytes":        {[]string{"abcd"}, "abcde", "[REDACTED]e"},
		"prefix of another": {[]string{"token", "token-and-more"}, "token-and-more", "[REDACTED]"},
		"in a query":        {[]string{"p&ss w/rd"}, "?password=p%26ss+w%2Frd&x=1", "?password=[REDACTED]&x=1"},
		"in a path":         {[]string{"p ss?"}, "/p%20ss%3F/x", "/[REDACTED]/x"},
		"in JSON":           {[]string{"a\"b\\c\nd"}, `{"k":"a\"b\\c\nd"}`, `{"k":"[REDACTED]"}`},
		"in JSON for HTML":  {[]string{"a<b&c"}, `"a\u003cb\u0026c"`, `"[REDACTED]"`},
		"quote at the end":  {[]string{`abc"`}, `x abc" y`, `x [REDACTED] y`},
		"quote in JSON":     {[]string{`abc"`}, `{"k":"abc\""}`, `{"k":"[REDACTED]"}`},
		"more than ASCII":   {[]string{"пароль"}, "der пароль hier", "der [REDACTED] hier"},
		"two adjacent":      {[]string{"first", "second"}, "firstsecond", "[REDACTED][REDACTED]"},
		"part of the mask":  {[]string{"REDACTED"}, "[REDACTED]", "[[REDACTED]]"},
	} {
		t.Run(name, func(t *testing.T) {
			var s redact.Set
			s.Add(test.secrets...)
			if got := s.Clean(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestNilSet(t *testing.T) {
	var s *redact.Set
	s.Add("a secret")
	if got := s.Clean("a secret"); got != "a secret" {
		t.Errorf("Clean: got %q, want the text unchanged", got)
	}
	if got := s.Values(); got != nil {
		t.Errorf("Values: got %q, want nil", got)
	}
}

func TestValues(t *testing.T) {
	var s redact.Set
	s.Add("first", "abc", "second", "first")
	if got, want := strings.Join(s.Values(), ","), "first,second"; got != want {
		t.Errorf("got the values %s, want %s", got, want)
	}
	s.Values()[0] = "changed"
	if got := s.Values()[0]; got != "first" {
		t.Errorf("after a caller changed its copy: got %q, want first", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	var s redact.Set
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			secret := strings.Repeat(string(rune('a'+i)), 8)
			s.Add(secret)
			if got := s.Clean("x" + secret); got != "x[REDACTED]" {
				t.Errorf("got %q, want x[REDACTED]", got)
			}
		})
	}
	wg.Wait()
}
