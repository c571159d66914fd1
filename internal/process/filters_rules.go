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

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// The rules of the filters, for every schema that has them.

var (
	orderByRule = checked{"must be one of " + strings.Join(capi.OrderBy, ", "), func(s string) error {
		if !slices.Contains(capi.OrderBy, s) {
			return fmt.Errorf("must be one of %s, not %s", strings.Join(capi.OrderBy, ", "), quote(s))
		}
		return nil
	}}
	oneAppRule = conflicts{
		"selects one app, and with it one space and organization",
		[]string{"app_guids", "space_guids", "organization_guids", "app_names", "space_names", "organization_names"},
	}
	labelSelectorRule = checked{"must be a label selector, like env=prod,team in (a,b)", checkLabelSelector}
	timestampRule     = checked{"must be a time, written as YYYY-MM-DDThh:mm:ssZ", checkTimestamp}
)

// checkTimestamp accepts times as the API does: in UTC, to the second.
func checkTimestamp(s string) error {
	const form = "2006-01-02T15:04:05Z"
	if _, err := time.Parse(form, s); err != nil || len(s) != len(form) {
		return fmt.Errorf("must be a time in UTC, written as YYYY-MM-DDThh:mm:ssZ (like 2026-01-31T12:00:00Z), not %q", s)
	}
	return nil
}

// Parts of a label selector. The exact rules for keys and values are left to the API.
var (
	selectorParts = regexp.MustCompile(`(?:\([^()]*\)|[^,()])+`)
	selectorPart  = regexp.MustCompile(`^(?:!?[\w\-./]+|[\w\-./]+\s*(?:==?|!=)\s*[\w\-.]*|[\w\-./]+\s+(?:in|notin)\s*\([\w\-.,\s]*\))$`)
)

// checkLabelSelector refuses selectors that no API parses.
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

// eachValue applies a rule to the values of a list, of which none may be null.
type eachValue struct{ checked }

var _ validator.List = eachValue{}

// ValidateList applies the rule.
func (v eachValue) ValidateList(_ context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	for i, element := range req.ConfigValue.Elements() {
		at := req.Path.AtListIndex(i)
		value, ok := element.(types.String)
		switch {
		case !ok:
		case value.IsNull():
			resp.Diagnostics.Append(nullElement(at))
		default:
			resp.Diagnostics.Append(v.refused(at, value)...)
		}
	}
}

// nullElement is the error for a list with a null in it.
func nullElement(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invalid "+at.String(),
		at.String()+" is null. Leave it out; the function compact removes null and empty values from a list.")
}

// conflicts refuses other arguments of the same object next to the one that has
// the rule.
type conflicts struct {
	// why completes a sentence that begins with the name of the argument.
	why    string
	others []string
}

var (
	_ validator.String = conflicts{}
	_ validator.List   = conflicts{}
)

// Description describes the rule.
func (v conflicts) Description(context.Context) string {
	return "cannot be combined with " + strings.Join(v.others, ", ")
}

// MarkdownDescription describes the rule.
func (v conflicts) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString applies the rule.
func (v conflicts) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(v.check(ctx, req.Config, req.Path, req.ConfigValue)...)
}

// ValidateList applies the rule.
func (v conflicts) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	resp.Diagnostics.Append(v.check(ctx, req.Config, req.Path, req.ConfigValue)...)
}

// check reports all conflicts at once. An unknown argument may still become null.
func (v conflicts) check(ctx context.Context, config tfsdk.Config, at path.Path, value attr.Value) diag.Diagnostics {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	var diags diag.Diagnostics
	var set []string
	for _, name := range v.others {
		other, sibling := attr.Value(nil), at.ParentPath().AtName(name)
		diags.Append(config.GetAttribute(ctx, sibling, &other)...)
		if other != nil && !other.IsNull() && !other.IsUnknown() {
			set = append(set, sibling.String())
		}
	}
	if len(set) > 0 {
		diags.AddAttributeError(at, "Conflicting filters", fmt.Sprintf(
			"%s %s, so it cannot be combined with %s. Leave out one or the other.", at, v.why, diagnostic.Enumerate(set, "and")))
	}
	return diags
}

// attributeNames accepts names of attributes of a process.
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
	known := slices.Sorted(maps.Keys(processTable.Type.AttributeTypes))
	for i, element := range req.ConfigValue.Elements() {
		name, ok := element.(types.String)
		switch {
		case !ok || name.IsUnknown():
			continue
		case name.IsNull():
			resp.Diagnostics.Append(nullElement(req.Path.AtListIndex(i)))
			continue
		}
		if !slices.Contains(known, name.ValueString()) {
			resp.Diagnostics.AddAttributeError(req.Path.AtListIndex(i), "Unknown attribute", fmt.Sprintf(
				"A process has no attribute %s. Known are: %s.%s", quote(name.ValueString()),
				strings.Join(known, ", "), attributeHint(name.ValueString(), known)))
		}
	}
}

// attributeHint names the argument that fills an attribute which only lists have, or
// a known attribute that name may stand for.
func attributeHint(name string, known []string) string {
	switch name {
	case "app_name", "space_name", "organization_guid", "organization_name":
		return "\n\ninclude_names adds " + name + "."
	case "process_instances":
		return "\n\ninclude_instances adds " + name + "."
	}
	for _, attribute := range known {
		if name != "" && (strings.HasPrefix(attribute, name) || strings.HasPrefix(name, attribute)) {
			return "\n\nDid you mean " + attribute + "?"
		}
	}
	return ""
}
