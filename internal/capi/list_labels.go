package capi

import (
	"errors"
	"net/http"
	"slices"
)

// labelValueMax is the longest value of a label in Kubernetes, in bytes.
const labelValueMax = 63

// labelValues returns the values that can be the value of a label in Kubernetes.
// Korifi looks for apps by label, and refuses the whole list for one value that
// cannot (README.md#label-values); such a value matches nothing.
func labelValues(values []string) []string {
	if values == nil {
		return nil
	}
	valid := make([]string, 0, len(values))
	for _, value := range values {
		if isLabelValue(value) {
			valid = append(valid, value)
		}
	}
	return valid
}

// isLabelValue reports whether s is empty, or letters, digits, "-", "_" and "."
// with a letter or digit at both ends.
func isLabelValue(s string) bool {
	if len(s) > labelValueMax {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case (c == '-' || c == '_' || c == '.') && i > 0 && i < len(s)-1:
		default:
			return false
		}
	}
	return true
}

// refusesAppGUIDs reports whether the list was refused for a GUID of an app that
// is not a label value.
func refusesAppGUIDs(err error, f ProcessFilter, sent []parameter) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusUnprocessableEntity &&
		slices.Contains(parameterNames(sent), "app_guids") && len(labelValues(f.AppGUIDs)) < len(f.AppGUIDs)
}
