package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// nonEmpty is the rule for a name: the API takes any characters.
var nonEmpty = checked{"must not be empty", func(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	return nil
}}

// oneOf is the validator of a text that is one of the values, at least two.
func oneOf(values ...string) checked {
	last := len(values) - 1
	rule := "must be " + strings.Join(values[:last], ", ") + " or " + values[last]
	return checked{rule, func(s string) error {
		if !slices.Contains(values, s) {
			return fmt.Errorf("%s, not %q", rule, shorten(s))
		}
		return nil
	}}
}

// parseTimeout reads a timeout. The error completes a sentence that begins with the
// name of the attribute.
func parseTimeout(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("must be a duration with its unit, like \"90s\" or \"10m\", but is %q", s)
	case d <= 0:
		return 0, fmt.Errorf("must be more than 0, but is %q", s)
	}
	return d, nil
}

func isKnown(s types.String) bool { return !s.IsNull() && !s.IsUnknown() }

// checked validates a string with a function. The error completes a sentence that
// begins with the name of the attribute.
type checked struct {
	description string
	check       func(string) error
}

var _ validator.String = checked{}

// Description describes the rule.
func (v checked) Description(context.Context) string { return v.description }

// MarkdownDescription describes the rule.
func (v checked) MarkdownDescription(context.Context) string { return v.description }

// ValidateString applies the rule.
func (v checked) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(v.refused(req.Path, req.ConfigValue)...)
}

// refused returns the error for a value that is known and refused.
func (v checked) refused(at path.Path, value types.String) diag.Diagnostics {
	if !isKnown(value) {
		return nil
	}
	if err := v.check(value.ValueString()); err != nil {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Invalid "+at.String(), at.String()+" "+err.Error()+".")}
	}
	return nil
}
