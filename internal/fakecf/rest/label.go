package rest

import (
	"fmt"
	"regexp"
)

var (
	wrongCharacter = regexp.MustCompile(`[^\w\-.]`)
	startAndEnd    = regexp.MustCompile(`\A[a-zA-Z\d](.*[a-zA-Z\d])?\z`)
)

// Short is the beginning of a long text, for error messages.
func Short(s string) string {
	if runes := []rune(s); len(runes) > 8 {
		return string(runes[:8])
	}
	return s
}

// LabelValueError describes what is wrong with a label value. It is "" for a valid
// one.
func LabelValueError(value string) string {
	if value == "" {
		return ""
	}
	return WordError(value)
}

// WordError describes what is wrong with a label value or with a key without its
// prefix. It is "" for valid ones.
func WordError(word string) string {
	switch {
	case wrongCharacter.MatchString(word):
		return fmt.Sprintf("'%s' contains invalid characters", word)
	case !startAndEnd.MatchString(word):
		return fmt.Sprintf("'%s' starts or ends with invalid characters", word)
	case len(word) > 63:
		return fmt.Sprintf("'%s...' is greater than 63 characters", Short(word))
	}
	return ""
}
