package redact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// masker finds a fixed list of secrets.
type masker struct {
	// exact replaces the spellings that can be listed, the longest first: a secret
	// may begin with another one, and its rest must be replaced, too.
	exact *strings.Replacer
	// needles are the texts to find in a text whose escapes are decoded.
	needles []needle
	longest int
}

// needle is a text that must not be shown.
type needle struct {
	text string
	// listed reports whether the text is also one of the exact spellings.
	listed bool
	// base64 reports whether text is the part of an encoded secret that does not
	// depend on the text around the secret. The whole encoded word is masked: it
	// may be user:password, and its first and last letters hold bits of both.
	base64 bool
}

func newMasker(secrets []string) *masker {
	m := &masker{}
	var spellings []string
	for _, secret := range secrets {
		m.needles = append(m.needles, needle{text: secret, listed: true})
		if joined := withoutBreaks(secret); joined != secret && len(joined) >= minLength {
			m.needles = append(m.needles, needle{text: joined})
		}
		for _, core := range base64Cores(secret) {
			m.needles = append(m.needles, needle{text: core, base64: true})
		}
		for _, spelling := range exactSpellings(secret) {
			if !slices.Contains(spellings, spelling) {
				spellings = append(spellings, spelling)
			}
			// \u0041 is the longest way to write a byte.
			m.longest = max(m.longest, len(spelling), 6*len(secret))
		}
	}
	slices.SortStableFunc(spellings, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(spellings))
	for _, spelling := range spellings {
		pairs = append(pairs, spelling, Mask)
	}
	m.exact = strings.NewReplacer(pairs...)
	return m
}

// mask returns text without the secrets.
func (m *masker) mask(text string) string {
	text = m.exact.Replace(text)
	text = m.maskIn(text, nil)
	for _, d := range decodings {
		if strings.ContainsAny(text, d.signs) {
			text = m.maskIn(text, d.next)
		}
	}
	return text
}

// span is a part of a text, in bytes.
type span struct{ start, end int }

// maskIn masks the secrets in the decoded text. A nil decoding does not decode.
func (m *masker) maskIn(text string, next decoding) string {
	decoded, origin := text, []int(nil)
	if next != nil {
		decoded, origin = decode(text, next)
	}
	var found []span
	for _, n := range m.needles {
		if next == nil && n.listed {
			continue
		}
		for from := 0; ; {
			i := strings.Index(decoded[from:], n.text)
			if i < 0 {
				break
			}
			s := span{from + i, from + i + len(n.text)}
			if n.base64 {
				s = wholeWord(decoded, s)
			}
			from = s.end
			if origin != nil {
				s = original(s, origin, len(text))
			}
			if !n.listed || text[s.start:s.end] != n.text { // else it is part of a mask
				found = append(found, s)
			}
		}
	}
	return replaceSpans(text, found)
}

// original returns the part of an encoded text of that length that decodes to the
// part s.
func original(s span, origin []int, length int) span {
	end := length
	if s.end < len(origin) {
		end = origin[s.end]
	}
	start, last := origin[s.start], origin[s.end-1]
	return span{start, max(end, last+1)}
}

// replaceSpans replaces each span with a mask; overlapping spans become one.
func replaceSpans(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var b strings.Builder
	at := 0
	for _, s := range spans {
		if s.start >= at {
			b.WriteString(text[at:s.start])
			b.WriteString(Mask)
		}
		at = max(at, s.end)
	}
	b.WriteString(text[at:])
	return b.String()
}

// exactSpellings returns the spellings that common encoders produce.
func exactSpellings(secret string) []string {
	result := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	for _, escapeHTML := range []bool{true, false} {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(escapeHTML)
		if encoder.Encode(secret) == nil { // encoding a string never fails
			quoted := strings.TrimSuffix(b.String(), "\n")
			result = append(result, quoted[1:len(quoted)-1])
		}
	}
	return result
}

// minCore is the shortest part of a base64 text to find. Ordinary text has four
// given letters by chance once in 16 million.
const minCore = 4

// base64Cores returns the parts of the secret's base64 that do not depend on its
// position in the encoded text: it can begin at each of the three bytes that four
// letters encode.
func base64Cores(secret string) []string {
	var cores []string
	for offset := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), secret...))
		// From this letter on, the letters hold only bits of the secret; the last
		// letter holds bits of the following text unless the secret ends with it.
		first := (offset*8 + 5) / 6
		last := (offset + len(secret)) * 8 / 6
		if last-first < minCore {
			continue
		}
		core := encoded[first:last]
		cores = append(cores, core)
		if forURL := strings.NewReplacer("+", "-", "/", "_").Replace(core); forURL != core {
			cores = append(cores, forURL)
		}
	}
	return cores
}

// wholeWord extends s to the base64 text that it is part of.
func wholeWord(text string, s span) span {
	for s.start > 0 && isBase64(text[s.start-1]) {
		s.start--
	}
	for s.end < len(text) && isBase64(text[s.end]) {
		s.end++
	}
	for s.end < len(text) && text[s.end] == '=' {
		s.end++
	}
	return s
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("+/-_", c) >= 0
}
