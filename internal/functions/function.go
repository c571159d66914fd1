package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*quantityFunction)(nil)

// quantityFunction is a function from a quantity to a number; the two of this
// package differ in their texts and in what they call.
type quantityFunction struct {
	name, summary, description, parameter string

	convert func(quantity string) (int64, error)
}

// NewMegabytes is the function `provider::cf::megabytes`.
func NewMegabytes() function.Function {
	return &quantityFunction{
		name:    "megabytes",
		summary: "A quantity of a manifest in megabytes",
		description: "Turns a quantity as it stands in an app manifest, like `512M` or `1G`, into the number of megabytes " +
			"that `memory_in_mb` and `disk_in_mb` take.\n\n" +
			"A quantity is a whole number with one of the units `B`, `K`, `KB`, `M`, `MB`, `G`, `GB`, `T`, `TB`, in upper " +
			"or lower case; each is 1024 of the one before. One that is no whole number of megabytes is an error, it is " +
			"never rounded.",
		parameter: "The quantity, like `512M` or `1G`.",
		convert:   ParseMegabytes,
	}
}

// NewBytes is the function `provider::cf::bytes`.
func NewBytes() function.Function {
	return &quantityFunction{
		name:    "bytes",
		summary: "A quantity of a manifest in bytes",
		description: "Turns a quantity as it stands in an app manifest, like `16K`, into the number of bytes that " +
			"`log_rate_limit_in_bytes_per_second` takes.\n\n" +
			"A quantity is a whole number with one of the units `B`, `K`, `KB`, `M`, `MB`, `G`, `GB`, `T`, `TB`, in upper " +
			"or lower case; each is 1024 of the one before. `-1` (no limit) and `0` (no logs) stand without a unit.",
		parameter: "The quantity, like `16K`; `-1` for no limit.",
		convert:   ParseBytes,
	}
}

func (f *quantityFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f *quantityFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             f.summary,
		MarkdownDescription: f.description,
		Parameters: []function.Parameter{
			function.StringParameter{Name: "quantity", MarkdownDescription: f.parameter},
		},
		Return: function.Int64Return{},
	}
}

func (f *quantityFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var quantity types.String
	if resp.Error = req.Arguments.Get(ctx, &quantity); resp.Error != nil {
		return
	}
	// Terraform does not call with null or unknown, since the parameter allows
	// neither; other callers of the protocol may.
	switch {
	case quantity.IsUnknown():
		resp.Error = resp.Result.Set(ctx, types.Int64Unknown())
		return
	case quantity.IsNull():
		resp.Error = function.NewArgumentFuncError(0, "quantity must not be null")
		return
	}
	n, err := f.convert(quantity.ValueString())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Invalid quantity: "+err.Error()+".")
		return
	}
	resp.Error = resp.Result.Set(ctx, n)
}
