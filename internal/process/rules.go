package process

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// notEmpty are the validators of a name: the API takes any characters.
func notEmpty() []validator.String { return []validator.String{nonEmpty} }

var nonEmpty = checked{"must not be empty", func(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	return nil
}}

func isKnown(s types.String) bool { return !s.IsNull() && !s.IsUnknown() }

// checked is a string that a function can refuse. The error completes a
// sentence that begins with the name of the attribute.
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
