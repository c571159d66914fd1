package process

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// ValidateConfig refuses what the API would refuse whatever the process is like. The
// rules for one attribute are in the schema; those that depend on the process are
// checked in the plan (see situation).
func (r *processResource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := field.Open(req.Config.Raw)
	resp.Diagnostics.Append(addressRules{all: true}.check(addressIn(config))...)
	if command, ok := config.Text("command"); ok && capi.IsHiddenCommand(command) {
		// Some other tool read it from the API. As a start command it breaks the app.
		resp.Diagnostics.AddAttributeError(path.Root("command"), "Not a command",
			fmt.Sprintf("%q is what the API shows where it hides a command: from users who may not see it, and in "+
				"lists. Set the real command, or leave command out to keep the one that the process has.", command))
	}
	for _, name := range healthChecks {
		resp.Diagnostics.Append(situation{}.checkEndpoint(name, config.Child(name))...)
	}
	if config.Child("readiness_health_check").Child("data").IsSet("timeout") {
		resp.Diagnostics.AddAttributeError(path.Root("readiness_health_check").AtName("data").AtName("timeout"),
			"No timeout for a readiness check", "A readiness check has no timeout. Set invocation_timeout instead, or leave timeout out.")
	}
}

// checkTypes are the types of a health check that the API takes.
var checkTypes = oneOf("port", "process", "http")

// checkTypeRule refuses a type that no process has. Old processes have "none", so
// the plan checks that (see refusesCheckType).
var checkTypeRule = checked{checkTypes.description, func(s string) error {
	if s == "none" {
		return nil
	}
	return checkTypes.check(s)
}}

// metadataRules are the API's rules for labels or for annotations.
type metadataRules struct {
	noun string
	// value reports why v cannot be a value, or "".
	value func(v string) string
}

var _ validator.Map = metadataRules{}

const (
	maxMetadataName    = 63
	maxMetadataPrefix  = 253
	maxLabelValue      = 63
	maxAnnotationValue = 5000
)

var (
	// metadataName is a name in a metadata key, and a label's value.
	metadataName = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	// metadataPrefix is a DNS name. Cloud Controller wants at least two parts.
	metadataPrefix = regexp.MustCompile(`(?i)^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

	labelRules = metadataRules{noun: "label", value: func(v string) string {
		switch {
		case v == "":
			return ""
		case utf8.RuneCountInString(v) > maxLabelValue:
			return fmt.Sprintf("it has more than %d characters", maxLabelValue)
		case !metadataName.MatchString(v):
			return "it must consist of letters, digits, \"-\", \"_\" and \".\", and begin and end with a letter or digit"
		}
		return ""
	}}
	annotationRules = metadataRules{noun: "annotation", value: func(v string) string {
		if utf8.RuneCountInString(v) > maxAnnotationValue {
			return fmt.Sprintf("it has more than %d characters", maxAnnotationValue)
		}
		return ""
	}}
)

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
			resp.Diagnostics.AddAttributeError(at, "Invalid "+r.noun+" key",
				fmt.Sprintf("%q cannot be a key of %ss: %s.", key, r.noun, reason))
		}
		value, ok := elements[key].(types.String)
		switch {
		case !ok || value.IsUnknown():
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(at, "Invalid "+r.noun+" value",
				fmt.Sprintf("The %s %q is null. The map is the whole of the process's %ss: leave a key out to remove it.", r.noun, key, r.noun))
		default:
			if reason := r.value(value.ValueString()); reason != "" {
				resp.Diagnostics.AddAttributeError(at, "Invalid "+r.noun+" value",
					fmt.Sprintf("%q cannot be the value of the %s %q: %s.", shorten(value.ValueString()), r.noun, key, reason))
			}
		}
	}
}

// metadataKeyError reports why key cannot be the key of a label or annotation,
// or "".
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
	case prefixed && !metadataPrefix.MatchString(prefix):
		return fmt.Sprintf("the prefix %q is not a DNS name such as \"example.org\"", shorten(prefix))
	case strings.HasPrefix(strings.ToLower(key), capi.KorifiMetadataPrefix):
		return fmt.Sprintf("the prefix %q belongs to the platform", prefix)
	case utf8.RuneCountInString(name) > maxMetadataName:
		return fmt.Sprintf("the name has more than %d characters", maxMetadataName)
	case !metadataName.MatchString(name):
		return "the name must consist of letters, digits, \"-\", \"_\" and \".\", and begin and end with a letter or digit"
	}
	return ""
}

// shorten is s for a message.
func shorten(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
