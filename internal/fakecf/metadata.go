package fakecf

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// metadataChange is what a PATCH does to labels or annotations: nil removes.
type metadataChange map[string]*string

func (m metadataChange) apply(to map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range to {
		out[key] = value
	}
	for key, value := range m {
		if value == nil {
			delete(out, key)
			continue
		}
		out[key] = *value
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// metadata reads metadata {labels, annotations} by Cloud Controller's rules.
// It refuses null for metadata itself and takes it for labels and annotations,
// which it looks at only where they hold something.
func (c *bodyCheck) metadata(o object) (labels, annotations metadataChange) {
	raw, present := o["metadata"]
	if !present {
		return nil, nil
	}
	var inner object
	if isNull(raw) || json.Unmarshal(raw, &inner) != nil {
		c.errorf("Metadata must be an object")
		return nil, nil
	}
	c.unknown(inner, "metadata.", "labels", "annotations")
	labels = c.strings(inner, "labels")
	for _, key := range sortedKeys(labels) {
		if message := keyError(key); message != "" {
			c.errorf("Metadata label key error: %s", message)
		}
		if value := labels[key]; value != nil {
			if message := labelValueError(*value); message != "" {
				c.errorf("Metadata label value error: %s", message)
			}
		}
	}
	annotations = c.strings(inner, "annotations")
	for _, key := range sortedKeys(annotations) {
		value := annotations[key]
		if value == nil {
			continue // whatever is there may be removed
		}
		if message := keyError(key); message != "" {
			c.errorf("Metadata annotation key error: %s", message)
		}
		if utf8.RuneCountInString(*value) > 5000 {
			c.errorf("Metadata annotation value error: '%s...' is greater than 5000 characters", short(*value))
		}
	}
	return labels, annotations
}

func (c *bodyCheck) strings(o object, key string) metadataChange {
	raw, present := o[key]
	if !present || isNull(raw) {
		return nil
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil {
		c.errorf("Metadata '%s' is not an object", key)
		return nil
	}
	change := metadataChange{}
	for _, name := range sortedKeys(values) {
		var value *string
		if json.Unmarshal(values[name], &value) != nil {
			c.errorf("Metadata %s value of '%s' must be a string", strings.TrimSuffix(key, "s"), name)
			continue
		}
		change[name] = value
	}
	return change
}

var (
	dnsName        = regexp.MustCompile(`\A([a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\z`)
	wrongCharacter = regexp.MustCompile(`[^\w\-.]`)
	startAndEnd    = regexp.MustCompile(`\A[a-zA-Z\d](.*[a-zA-Z\d])?\z`)
)

func short(s string) string {
	if runes := []rune(s); len(runes) > 8 {
		return string(runes[:8])
	}
	return s
}

// keyError says what is wrong with [prefix/]name, "" where nothing is.
func keyError(key string) string {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		prefix, name = "", key
	}
	switch {
	case strings.TrimSpace(key) == "":
		return "key cannot be empty string"
	case strings.Count(key, "/") > 1:
		return "key has more than one '/'"
	case prefixed && !dnsName.MatchString(prefix):
		return fmt.Sprintf("prefix '%s' must be in valid dns format", prefix)
	case len(prefix) > 253:
		return fmt.Sprintf("prefix '%s...' is greater than 253 characters", short(prefix))
	case strings.EqualFold(prefix, "cloudfoundry.org"):
		return "prefix 'cloudfoundry.org' is reserved"
	case name == "":
		return "key cannot be empty string"
	}
	return wordError(name)
}

func labelValueError(value string) string {
	if value == "" {
		return ""
	}
	return wordError(value)
}

func wordError(word string) string {
	switch {
	case wrongCharacter.MatchString(word):
		return fmt.Sprintf("'%s' contains invalid characters", word)
	case !startAndEnd.MatchString(word):
		return fmt.Sprintf("'%s' starts or ends with invalid characters", word)
	case len(word) > 63:
		return fmt.Sprintf("'%s...' is greater than 63 characters", short(word))
	}
	return ""
}
