package redact

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// quoteConsiders is how much of a text Quote reads, in bytes.
	quoteConsiders = 64 << 10
	// binaryShown is how much Quote shows of a body that is not text, in characters.
	binaryShown = 60
)

// Clean returns text from outside as a message can show it: on one line, with
// every run of white space as one space, and U+FFFD for each other character
// that a terminal does not print: control characters, escape sequences' ESC,
// and format characters such as those that turn the direction of writing
// (U+202E) or have no width. A text of more than limit characters is cut, and
// ends with how many are missing.
//
// It does not redact secrets: Set.Quote does both, in the right order.
func Clean(text string, limit int) string { return bounded(text, limit, 0) }

// bounded is Clean for the beginning of a text, with more characters after it.
func bounded(text string, limit, more int) string {
	var b strings.Builder
	count, space := 0, false
	for i, r := range text { // invalid UTF-8 yields U+FFFD
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if count >= limit || space && count+1 >= limit {
			more += utf8.RuneCountInString(text[i:])
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
			count++
		}
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		count++
	}
	if more > 0 {
		fmt.Fprintf(&b, "… (%d more characters)", more)
	}
	return b.String()
}

// validStart reports whether the first limit bytes of text are UTF-8. A character
// that the limit cuts in two counts as valid.
func validStart(text string, limit int) bool {
	if len(text) > limit {
		text = text[:limit]
		for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
			if utf8.RuneStart(text[len(text)-i]) {
				if !utf8.FullRuneInString(text[len(text)-i:]) {
					text = text[:len(text)-i]
				}
				break
			}
		}
	}
	return utf8.ValidString(text)
}
