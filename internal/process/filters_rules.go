package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// The rules of the filters, for every schema that has them.

// valueListRules are those of a list of GUIDs, types or names, which take any
// characters.
func valueListRules() []validator.List {
	return []validator.List{listvalidator.NoNullValues(), listvalidator.ValueStringsAre(notEmpty()...)}
}

func orderByRules() []validator.String {
	return []validator.String{checked{"must be one of " + strings.Join(capi.OrderBy, ", "), func(s string) error {
		if !slices.Contains(capi.OrderBy, s) {
			return fmt.Errorf("must be one of %s, not %q", strings.Join(capi.OrderBy, ", "), redact.Clean(s, 100))
		}
		return nil
	}}}
}

func oneAppRules() []validator.String {
	return append(segment(), stringvalidator.ConflictsWith(
		path.MatchRoot("app_guids"), path.MatchRoot("space_guids"), path.MatchRoot("organization_guids"),
		path.MatchRoot("app_names"), path.MatchRoot("space_names"), path.MatchRoot("organization_names"),
	))
}

func labelSelectorRules() []validator.String {
	return []validator.String{checked{"must be a label selector, like env=prod,team in (a,b)", checkLabelSelector}}
}

func timestampRules() []validator.String {
	return []validator.String{checked{"must be a time, written as YYYY-MM-DDThh:mm:ssZ", checkTimestamp}}
}

// checkTimestamp takes times as the API does: in UTC, to the second.
func checkTimestamp(s string) error {
	const form = "2006-01-02T15:04:05Z"
	if _, err := time.Parse(form, s); err != nil || len(s) != len(form) {
		return fmt.Errorf("must be a time in UTC, written as YYYY-MM-DDThh:mm:ssZ (like 2026-01-31T12:00:00Z), not %q", s)
	}
	return nil
}

// Parts of a label selector. What a key or value may be in detail, the API
// knows better.
var (
	selectorParts = regexp.MustCompile(`(?:\([^()]*\)|[^,()])+`)
	selectorPart  = regexp.MustCompile(`^(?:!?[\w\-./]+|[\w\-./]+\s*(?:==?|!=)\s*[\w\-.]*|[\w\-./]+\s+(?:in|notin)\s*\([\w\-.,\s]*\))$`)
)

// checkLabelSelector refuses what no API could understand.
func checkLabelSelector(s string) error {
	parts := selectorParts.FindAllString(s, -1)
	if strings.TrimSpace(s) == "" || len(parts) == 0 {
		return errors.New("must not be empty; leave it out to select by no label")
	}
	if strings.Trim(selectorParts.ReplaceAllString(s, ""), ",") != "" {
		return fmt.Errorf("has a parenthesis without its counterpart, or one within another: %q", s)
	}
	for _, part := range parts {
		if !selectorPart.MatchString(strings.TrimSpace(part)) {
			return fmt.Errorf("has the condition %q, which is none of key=value, key!=value, key in (a,b), key notin (a,b), key and !key", part)
		}
	}
	return nil
}

// attributeNames takes names of attributes of a process.
type attributeNames struct{}

var _ validator.List = attributeNames{}

// Description describes the rule.
func (attributeNames) Description(context.Context) string {
	return "must be names of attributes of a process"
}

// MarkdownDescription describes the rule.
func (v attributeNames) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateList refuses unknown names, and lists the known ones.
func (attributeNames) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	if isSet := !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown(); isSet && len(req.ConfigValue.Elements()) == 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), req.Path.String()+
			" must not be empty. Leave it out to keep all attributes.")
	}
	for i, element := range req.ConfigValue.Elements() {
		name, ok := element.(types.String)
		if !ok || name.IsUnknown() {
			continue
		}
		if _, known := processTable.Type.AttributeTypes[name.ValueString()]; !known {
			resp.Diagnostics.AddAttributeError(req.Path.AtListIndex(i), "Unknown attribute", fmt.Sprintf(
				"A process has no attribute %q. Known are: %s.%s", redact.Clean(name.ValueString(), 100),
				strings.Join(slices.Sorted(maps.Keys(processTable.Type.AttributeTypes)), ", "), attributeHint(name.ValueString())))
		}
	}
}

// attributeHint leads to the argument that fills an attribute which only lists
// have.
func attributeHint(name string) string {
	switch name {
	case "app_name", "space_name", "organization_guid", "organization_name":
		return "\n\ninclude_names adds " + name + "."
	case "process_instances":
		return "\n\ninclude_instances adds " + name + "."
	default:
		return ""
	}
}
