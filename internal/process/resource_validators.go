package process

import (
	"context"
	"fmt"
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

// notHiddenCommand refuses the text that the API shows in place of a command.
// Some other tool read it from the API; as a start command it breaks the app.
type notHiddenCommand struct{}

var _ validator.String = notHiddenCommand{}

func (notHiddenCommand) Description(context.Context) string {
	return "must be a command, not the API's placeholder for a hidden one"
}

func (v notHiddenCommand) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (notHiddenCommand) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if capi.IsHiddenCommand(req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a command",
			fmt.Sprintf("%q is what the API shows where it hides a command: from users who may not see it, and in "+
				"lists. Set the real command, or leave %s out to keep the one that the process has.",
				req.ConfigValue.ValueString(), req.Path))
	}
}

// oneOf refuses a text that is none of these, of which there are at least two.
type oneOf []string

var _ validator.String = oneOf{}

func (v oneOf) Description(context.Context) string {
	last := len(v) - 1
	return "must be " + strings.Join(v[:last], ", ") + " or " + v[last]
}

func (v oneOf) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v oneOf) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || slices.Contains(v, req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(),
		fmt.Sprintf("%s %s, not %q.", req.Path, v.Description(ctx), shorten(req.ConfigValue.ValueString())))
}

// checkTypeValidator refuses a type of health check that no process has. The plan
// checks "none", which old processes have.
type checkTypeValidator struct{ oneOf }

func (v checkTypeValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.ValueString() != "none" {
		v.oneOf.ValidateString(ctx, req, resp)
	}
}

// readinessHasNoTimeout explains why readiness_health_check.data.timeout cannot be
// set. The attribute is computed, and the framework refuses a value with a text of
// its own that blames the provider.
type readinessHasNoTimeout struct{}

var _ resource.ConfigValidator = readinessHasNoTimeout{}

func (readinessHasNoTimeout) Description(context.Context) string {
	return "a readiness check has no timeout"
}

func (v readinessHasNoTimeout) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (readinessHasNoTimeout) ValidateResource(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if field.Open(req.Config.Raw).Child("readiness_health_check").Child("data").IsSet("timeout") {
		resp.Diagnostics.AddAttributeError(path.Root("readiness_health_check").AtName("data").AtName("timeout"),
			"No timeout for a readiness check", "A readiness check has no timeout. Set invocation_timeout instead, or leave timeout out.")
	}
}

// endpointNeedsHTTP refuses an endpoint next to a type that has none.
type endpointNeedsHTTP struct{}

var _ validator.Object = endpointNeedsHTTP{}

func (endpointNeedsHTTP) Description(context.Context) string {
	return "data.endpoint goes only with the type http"
}

func (v endpointNeedsHTTP) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateObject applies the rule as far as the values are known.
func (endpointNeedsHTTP) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	checkType, ok := req.ConfigValue.Attributes()["type"].(types.String)
	if !ok || checkType.IsNull() || checkType.IsUnknown() || checkType.ValueString() == "http" {
		return
	}
	data, ok := req.ConfigValue.Attributes()["data"].(types.Object)
	if !ok {
		return
	}
	// An unknown endpoint may still turn out to be null.
	if endpoint, ok := data.Attributes()["endpoint"].(types.String); ok && !endpoint.IsNull() && !endpoint.IsUnknown() {
		at := req.Path.AtName("data").AtName("endpoint")
		resp.Diagnostics.AddAttributeError(at, "Endpoint without http", endpointAdvice(at, checkType.ValueString()))
	}
}

// endpointAdvice explains what is wrong with an endpoint next to a type.
func endpointAdvice(at path.Path, checkType string) string {
	return fmt.Sprintf("A health check of type %q has no endpoint: %s goes only with the type \"http\". "+
		"Set the type to \"http\", or leave the endpoint out.", checkType, at)
}

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
			return "it may consist of letters, digits, \"-\", \"_\" and \".\", and begins and ends with a letter or digit"
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
	keys := make([]string, 0, len(elements))
	for key := range elements {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
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
		return "the name may consist of letters, digits, \"-\", \"_\" and \".\", and begins and ends with a letter or digit"
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
