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

// Enumerate writes "a", "a and b" or "a, b and c"; the conjunction is "and" there.
func Enumerate(words []string, conjunction string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
