package redact

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoding reads one character of an encoded text, and returns its decoded form and
// how many bytes it has. A size of 0 is a byte that is not encoded.
type decoding func(text string) (plain string, size int)

// decodings are the ways to decode a text, each tried if one of its signs is in the
// text. The last one decodes a text in which several are mixed.
var decodings = []struct {
	signs string
	next  decoding
}{
	{"%", percent},
	{"+", plus},
	{"&", entity},
	{`\`, escape},
	{"\r\n", lineBreak},
	{`%&\`, anyOf(percent, entity, escape, lineBreak)},
}

// decode returns the decoded text, and for each of its bytes the offset of the
// encoded character.
func decode(text string, next decoding) (decoded string, origin []int) {
	var b strings.Builder
	b.Grow(len(text))
	origin = make([]int, 0, len(text))
	for i := 0; i < len(text); {
		plain, size := next(text[i:])
		if size == 0 {
			plain, size = text[i:i+1], 1
		}
		b.WriteString(plain)
		for range len(plain) {
			origin = append(origin, i)
		}
		i += size
	}
	return b.String(), origin
}

func anyOf(decodings ...decoding) decoding {
	return func(text string) (string, int) {
		for _, next := range decodings {
			if plain, size := next(text); size > 0 {
				return plain, size
			}
		}
		return "", 0
	}
}

// percent reads %2F and %2f.
func percent(text string) (string, int) {
	if len(text) < 3 || text[0] != '%' {
		return "", 0
	}
	c, err := strconv.ParseUint(text[1:3], 16, 8)
	if err != nil {
		return "", 0
	}
	return string([]byte{byte(c)}), 3
}

// plus reads the encoding of forms, in which a space is "+".
func plus(text string) (string, int) {
	if text[0] == '+' {
		return " ", 1
	}
	return percent(text)
}

// maxEntity is longer than any HTML entity.
const maxEntity = 36

// entity reads &amp; and &#38; and &#x26;.
func entity(text string) (string, int) {
	if text[0] != '&' {
		return "", 0
	}
	end := strings.IndexByte(text[:min(len(text), maxEntity)], ';')
	if end < 0 {
		return "", 0
	}
	plain := html.UnescapeString(text[:end+1])
	if plain == text[:end+1] {
		return "", 0
	}
	return plain, end + 1
}

// escape reads the escapes of a JSON string.
func escape(text string) (string, int) {
	if len(text) < 2 || text[0] != '\\' {
		return "", 0
	}
	switch c := text[1]; c {
	case '"', '\\', '/':
		return string(c), 2
	case 'b':
		return "\b", 2
	case 'f':
		return "\f", 2
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case 'u':
		r, ok := unicodeEscape(text)
		if !ok {
			return "", 0
		}
		if low, isPair := unicodeEscape(text[6:]); isPair && utf16.IsSurrogate(r) {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return string(both), 12
			}
		}
		return string(r), 6
	default:
		return "", 0
	}
}

func unicodeEscape(text string) (rune, bool) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	r, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(r), err == nil
}

// lineBreak drops line breaks with the white space after them: a header or a
// log may fold a long line.
func lineBreak(text string) (string, int) {
	size := 0
	for size < len(text) && (text[size] == '\r' || text[size] == '\n') {
		size++
	}
	if size == 0 {
		return "", 0
	}
	for size < len(text) && strings.IndexByte(" \t\r\n", text[size]) >= 0 {
		size++
	}
	return "", size
}

// withoutBreaks returns the text without its line breaks.
func withoutBreaks(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	joined, _ := decode(text, lineBreak)
	return joined
}
