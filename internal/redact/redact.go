// Package redact keeps the secrets of one run out of everything that people
// read: logs, errors, diagnostics.
package redact

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Mask stands where a secret stood.
const Mask = "[REDACTED]"

// minLength is the length in bytes from which on a value counts as a secret. A
// shorter one would tear holes into ordinary words and protect nothing.
const minLength = 4

// Set holds the secrets of one run. The zero value is ready, a nil *Set is
// empty and takes nothing. It is safe for concurrent use.
type Set struct {
	mu     sync.Mutex
	values []string
	// replacer is rebuilt by Add, since texts are cleaned far more often than
	// secrets are added.
	replacer atomic.Pointer[strings.Replacer]
}

// Add makes the values secrets from now on. It also covers what becomes of them
// in a URL and in JSON. Values shorter than 4 bytes are ignored.
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
		s.replacer.Store(replacer(s.values))
	}
}

// Clean returns text with [REDACTED] in place of every secret.
func (s *Set) Clean(text string) string {
	if s == nil {
		return text
	}
	r := s.replacer.Load()
	if r == nil {
		return text
	}
	return r.Replace(text)
}

// Values returns the secrets as they were added, in that order, for a log that
// masks by itself.
func (s *Set) Values() []string {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values)
}

// replacer replaces every form of the secrets, the longest first: a secret may
// begin with another one, and the rest of it must not stay.
func replacer(secrets []string) *strings.Replacer {
	var all []string
	for _, secret := range secrets {
		for _, form := range forms(secret) {
			if !slices.Contains(all, form) {
				all = append(all, form)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(all))
	for _, form := range all {
		pairs = append(pairs, form, Mask)
	}
	return strings.NewReplacer(pairs...)
}

// forms are the spellings in which a secret can appear.
func forms(secret string) []string {
	result := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, escapeHTML := range []bool{true, false} {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(secret) == nil { // a string always encodes
			quoted := strings.TrimSuffix(b.String(), "\n")
			result = append(result, quoted[1:len(quoted)-1])
		}
	}
	return result
}
