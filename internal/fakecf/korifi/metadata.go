package korifi

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// The texts of Kubernetes for labels and annotations that it refuses. The real
// ones also have an example and a regular expression.
const (
	wrongName   = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
	wrongValue  = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
	wrongPrefix = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
	wrongKey    = "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character with an optional DNS subdomain prefix and '/'"
)

// maxAnnotations is the number of bytes that all annotations of an object may
// have together.
const maxAnnotations = 256 << 10

var subdomain = regexp.MustCompile(`\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z`)

// metadataError checks the metadata of a PATCH by the rules of Kubernetes and reports
// the first error. Prefixes of annotations may have capital letters.
//
// Source: Korifi fb0a00b2 on a real kube-apiserver.
func metadataError(labels, annotations rest.Change) *rest.Answer {
	for _, key := range rest.SortedKeys(labels) {
		if why := keyError(key); why != "" {
			return invalid("labels", key, why)
		}
		if value := labels[key]; value != nil && !isLabelValue(*value) {
			if len(*value) > 63 {
				return invalid("labels", *value, "must be no more than 63 bytes")
			}
			return invalid("labels", *value, wrongValue)
		}
	}
	for _, key := range rest.SortedKeys(annotations) {
		if why := keyError(strings.ToLower(key)); why != "" {
			return invalid("annotations", key, why)
		}
	}
	return nil
}

func invalid(where, value, why string) *rest.Answer {
	return rest.Unprocessable("metadata." + where + " is invalid: Invalid value: " + strconv.Quote(value) + ": " + why)
}

func isLabelValue(value string) bool { return rest.LabelValueError(value) == "" }

// keyError describes what is wrong with a key. It is "" for a valid one.
func keyError(key string) string {
	prefix, name, prefixed := strings.Cut(key, "/")
	switch {
	case !prefixed:
		name = key
	case strings.Contains(name, "/"):
		return wrongKey
	case prefix == "":
		return "prefix part must be non-empty"
	case len(prefix) > 253:
		return "prefix part must be no more than 253 bytes"
	case !subdomain.MatchString(prefix):
		return wrongPrefix
	}
	switch {
	case name == "":
		return "name part must be non-empty"
	case len(name) > 63:
		return "name part must be no more than 63 bytes"
	case rest.WordError(name) != "":
		return wrongName
	}
	return ""
}

// tooLarge reports whether annotations are too large for Kubernetes.
func tooLarge(annotations map[string]string) bool {
	size := 0
	for key, value := range annotations {
		size += len(key) + len(value)
	}
	return size > maxAnnotations
}
