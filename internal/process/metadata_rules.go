package process

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// metadataRules are the API's rules for labels or for annotations.
type metadataRules struct {
	noun  string
	value textRules
}

// textRules are the rules for a part of the metadata.
type textRules struct {
	most    int            // characters
	pattern *regexp.Regexp // nil for any text
}

var _ validator.Map = metadataRules{}

var (
	// nameRules are for the name in a key, and for the value of a label, which can be "".
	nameRules = textRules{most: 63, pattern: regexp.MustCompile(`^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$`)}
	// prefixPattern matches a DNS name. Cloud Controller wants at least two parts.
	prefixPattern = regexp.MustCompile(`(?i)^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

	labelRules      = metadataRules{noun: "label", value: nameRules}
	annotationRules = metadataRules{noun: "annotation", value: textRules{most: 5000}}
)

const maxMetadataPrefix = 253

// refuses returns why a text is refused, or "".
func (r textRules) refuses(subject, text string) string {
	switch {
	case utf8.RuneCountInString(text) > r.most:
		return fmt.Sprintf("%s has more than %d characters", subject, r.most)
	case r.pattern != nil && !r.pattern.MatchString(text):
		return subject + ` must consist of letters, digits, "-", "_" and ".", and begin and end with a letter or digit`
	}
	return ""
}

func (r metadataRules) Description(context.Context) string {
	return "must have keys and values that the API takes for a " + r.noun
}

func (r metadataRules) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateMap applies the rules to every key and known value, in a fixed order.
func (r metadataRules) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, key := range slices.Sorted(maps.Keys(elements)) {
		at := req.Path.AtMapKey(key)
		if reason := metadataKeyError(key); reason != "" {
			r.invalidKey(&resp.Diagnostics, req.Path, key, reason)
		}
		value, ok := elements[key].(types.String)
		switch {
		case !ok || value.IsUnknown():
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(at, "Invalid "+r.noun+" value",
				fmt.Sprintf("The %s %q is null. The map is the whole of the process's %ss: leave a key out to remove it.", r.noun, key, r.noun))
		default:
			if reason := r.value.refuses("it", value.ValueString()); reason != "" {
				resp.Diagnostics.AddAttributeError(at, "Invalid "+r.noun+" value",
					fmt.Sprintf("%q cannot be the value of the %s %q: %s.", shorten(value.ValueString()), r.noun, key, reason))
			}
		}
	}
}

// metadataKeyError returns why key cannot be the key of a label or annotation, or "".
func metadataKeyError(key string) string {
	prefix, name, prefixed := strings.Cut(key, "/")
	if !prefixed {
		prefix, name = "", key
	}
	switch {
	case key == "":
		return "it is empty"
	case strings.Contains(name, "/"):
		return "it has more than one \"/\""
	case name == "":
		return "the name after the \"/\" is empty"
	case prefixed && len(prefix) > maxMetadataPrefix:
		return fmt.Sprintf("the prefix has more than %d characters", maxMetadataPrefix)
	case prefixed && !prefixPattern.MatchString(prefix):
		return fmt.Sprintf("the prefix %q is not a DNS name such as \"example.org\"", shorten(prefix))
	case strings.HasPrefix(strings.ToLower(key), capi.KorifiMetadataPrefix):
		return fmt.Sprintf("the prefix %q belongs to the platform", prefix)
	}
	return nameRules.refuses("the name", name)
}
