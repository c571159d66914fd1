// Package redact keeps the secrets of one run out of everything that is shown
// or logged, and cleans and bounds text from outside before it is shown.
package redact

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Mask replaces a secret.
const Mask = "[REDACTED]"

// minLength is the shortest value that counts as a secret, in bytes. A shorter
// one would redact fragments of ordinary words and protect nothing.
const minLength = 4

// Set holds the secrets of one run. The zero value is ready to use; a nil *Set is
// always empty. It is safe for concurrent use.
type Set struct {
	mu     sync.Mutex
	values []string
	// masker is rebuilt by Add: texts are masked far more often than secrets
	// are added.
	masker atomic.Pointer[masker]
}

// Add makes the values secrets from now on, in every spelling that Clean knows.
// It ignores values shorter than 4 bytes.
func (s *Set) Add(secrets ...string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	added := false
	for _, secret := range secrets {
		if len(secret) < minLength || slices.Contains(s.values, secret) {
			continue
		}
		s.values = append(s.values, secret)
		added = true
	}
	if added {
		s.masker.Store(newMasker(s.values))
	}
}

// Clean returns text with [REDACTED] in place of every secret, whether plain or in
// percent-encoding, HTML entities, JSON escapes or base64, also if a line break
// splits it. It does not find parts of a secret, nor nested encodings other than
// escaped base64.
func (s *Set) Clean(text string) string {
	if s == nil {
		return text
	}
	m := s.masker.Load()
	if m == nil {
		return text
	}
	return m.mask(text)
}

// Quote returns text from outside as a message can show it: without secrets, on
// one line, and with at most limit characters (see Clean, the function). Text
// that is not UTF-8 is cut after 60 characters, enough to see that.
func (s *Set) Quote(text string, limit int) string {
	considered := text[:min(len(text), quoteConsiders)]
	return s.quote(considered, limit, utf8.RuneCountInString(text[len(considered):]))
}

// QuoteBytes is Quote for a body. It copies only the part that it reads.
func (s *Set) QuoteBytes(body []byte, limit int) string {
	considered := body[:min(len(body), quoteConsiders)]
	return s.quote(string(considered), limit, utf8.RuneCount(body[len(considered):]))
}

// quote is Quote for the beginning of a text, with more characters after it.
func (s *Set) quote(text string, limit, more int) string {
	if !validStart(text, limit) {
		limit = min(limit, binaryShown)
	}
	// Secrets are masked before the text is cut: half of one is still secret, but
	// can no longer be found.
	masked := s.Clean(strings.ToValidUTF8(text, "\uFFFD"))
	if more > 0 {
		// The text may end with half of one, and masks may have moved that into the
		// part that is shown.
		masked = masked[:max(0, len(masked)-s.longest())]
	}
	return bounded(masked, limit, more)
}

// Values returns the secrets as they were added, in that order, for a log with its
// own masks.
func (s *Set) Values() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values)
}

// longest returns the length of the longest spelling of a secret, in bytes.
func (s *Set) longest() int {
	if s == nil {
		return 0
	}
	m := s.masker.Load()
	if m == nil {
		return 0
	}
	return m.longest
}
