package process

import "testing"

func TestCheckTimestamp(t *testing.T) {
	t.Parallel()
	for s, valid := range map[string]bool{
		"2026-01-31T12:00:00Z":      true,
		"2024-02-29T23:59:59Z":      true,
		"2026-02-29T12:00:00Z":      false,
		"2026-01-31T24:00:00Z":      false,
		"2026-01-31T12:00:00.5Z":    false,
		"2026-01-31T12:00:00+01:00": false,
		"2026-01-31 12:00:00Z":      false,
		"2026-01-31":                false,
		"yesterday":                 false,
		"":                          false,
	} {
		t.Run(s, func(t *testing.T) {
			if err := checkTimestamp(s); (err == nil) != valid {
				t.Errorf("got error %v, want valid: %t", err, valid)
			}
		})
	}
}

func TestCheckLabelSelector(t *testing.T) {
	t.Parallel()
	for s, valid := range map[string]bool{
		"env":       true,
		"!env":      true,
		"env=prod":  true,
		"env==prod": true,
		"env!=prod": true,
		"env=":      true,
		"example.com/env=prod,tier in (a,b),team notin (c),!old": true,
		"a, b = c":       true,
		"env in ()":      true,
		"a,,b":           true,
		"":               false,
		" ":              false,
		",":              false,
		"env in (a,b":    false,
		"env in a,b)":    false,
		"env in ((a))":   false,
		"env in":         false,
		"env inside (a)": false,
		"env > 5":        false,
		"env=a=b":        false,
		"env=a b":        false,
		"=prod":          false,
		"!env=prod":      false,
		"ümlaut=x":       false,
	} {
		t.Run(s, func(t *testing.T) {
			if err := checkLabelSelector(s); (err == nil) != valid {
				t.Errorf("got error %v, want valid: %t", err, valid)
			}
		})
	}
}
