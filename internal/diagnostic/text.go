package diagnostic

import "strings"

// Capitalize returns text with a capital first letter, for the beginning of a
// sentence.
func Capitalize(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
