package cc

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// metadata reads metadata {labels, annotations} by Cloud Controller's rules.
// They refuse null for metadata and accept it for labels and annotations.
func (c *bodyCheck) metadata(o rest.Object) (labels, annotations rest.Change) {
	raw, present := o["metadata"]
	if !present {
		return nil, nil
	}
	var inner rest.Object
	if rest.IsNull(raw) || json.Unmarshal(raw, &inner) != nil {
		c.errorf("Metadata must be an object")
		return nil, nil
	}
	for _, key := range rest.SortedKeys(inner) {
		if key != "labels" && key != "annotations" {
			c.errorf("Metadata has unexpected field(s): '%s'", key)
		}
	}
	labels = c.strings(inner, "labels")
	for _, key := range rest.SortedKeys(labels) {
		if message := keyError(key); message != "" {
			c.errorf("Metadata label key error: %s", message)
		}
		if value := labels[key]; value != nil {
			if message := rest.LabelValueError(*value); message != "" {
				c.errorf("Metadata label value error: %s", message)
			}
		}
	}
	annotations = c.strings(inner, "annotations")
	for _, key := range rest.SortedKeys(annotations) {
		value := annotations[key]
		if value == nil {
			continue // any key may be removed
		}
		if message := keyError(key); message != "" {
			c.errorf("Metadata annotation key error: %s", message)
		}
		if utf8.RuneCountInString(*value) > 5000 {
			c.errorf("Metadata annotation value error: '%s...' is greater than 5000 characters", rest.Short(*value))
		}
	}
	return labels, annotations
}

func (c *bodyCheck) strings(o rest.Object, key string) rest.Change {
	raw, present := o[key]
	if !present || rest.IsNull(raw) {
		return nil
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil {
		c.errorf("Metadata '%s' is not an object", key)
		return nil
	}
	change := rest.Change{}
	for _, name := range rest.SortedKeys(values) {
		var value *string
		if json.Unmarshal(values[name], &value) != nil {
			c.errorf("Metadata %s value of '%s' must be a string", strings.TrimSuffix(key, "s"), name)
			continue
		}
		change[name] = value
	}
	return change
}

var dnsName = regexp.MustCompile(`\A([a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?\z`)

// keyError describes what is wrong with a key, [prefix/]name. It is "" for a valid
// one.
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
		return fmt.Sprintf("prefix '%s...' is greater than 253 characters", rest.Short(prefix))
	case strings.EqualFold(prefix, "cloudfoundry.org"):
		return "prefix 'cloudfoundry.org' is reserved"
	case name == "":
		return "key cannot be empty string"
	}
	return rest.WordError(name)
}
