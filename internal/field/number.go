package field

import (
	"context"
	"fmt"
	"math"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// WholeNumber validates a number attribute. For a whole-number attribute, the
// framework reports a fraction as a bug of the provider.
type WholeNumber struct {
	// Least and Most are the bounds, both allowed.
	Least, Most int64
}

var _ validator.Number = WholeNumber{}

// Description describes the rule.
func (w WholeNumber) Description(context.Context) string {
	if w.Most == math.MaxInt64 {
		return fmt.Sprintf("must be a whole number, %d or more", w.Least)
	}
	return fmt.Sprintf("must be a whole number from %d to %d", w.Least, w.Most)
}

// MarkdownDescription describes the rule.
func (w WholeNumber) MarkdownDescription(ctx context.Context) string { return w.Description(ctx) }

// ValidateNumber applies the rule.
func (w WholeNumber) ValidateNumber(_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := w.Check(req.ConfigValue.ValueBigFloat()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), req.Path.String()+" "+err.Error()+".")
	}
}

// Check returns the number, or why it breaks the rule: an error that completes a
// sentence beginning with the name of the attribute.
func (w WholeNumber) Check(f *big.Float) (int64, error) {
	n, accuracy := f.Int64()
	if accuracy != big.Exact || n < w.Least || n > w.Most {
		return 0, fmt.Errorf("%s, but is %s", w.Description(context.Background()), f.Text('g', 20))
	}
	return n, nil
}
