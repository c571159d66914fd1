package process

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// quoteSome quotes values for a message, ten at most, with a conjunction before
// the last one.
func quoteSome(values []string, conjunction string) string {
	const most = 10
	parts := make([]string, 0, most+1)
	for _, value := range values[:min(most, len(values))] {
		parts = append(parts, quote(value))
	}
	if len(values) > most {
		parts = append(parts, fmt.Sprintf("%d more", len(values)-most))
	}
	return diagnostic.Enumerate(parts, conjunction)
}

// quote quotes a value of the configuration for a message. Only a long one is
// cleaned: spaces at its ends or twice in a row can be the mistake.
func quote(value string) string {
	const most = 100
	if utf8.RuneCountInString(value) > most {
		value = redact.Clean(value, most)
	}
	return strconv.Quote(value)
}

// shorten returns the beginning of s, for a message.
func shorten(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
