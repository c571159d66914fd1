package functions

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*quantityFunction)(nil)

// quantityFunction is a function from a quantity to a number. The two functions
// differ only in their texts and in convert.
type quantityFunction struct {
	name, summary, description, parameter string

	convert func(quantity string) (int64, error)
}

// units describes the units in the documentation of both functions.
const units = "A quantity is a whole number directly followed by a unit, in upper or lower case: `B`; `K`, `KB` or `KiB`; " +
	"`M`, `MB` or `MiB`; `G`, `GB` or `GiB`; `T`, `TB` or `TiB`. Each unit is 1024 times the one before it; `K`, `KB` and " +
	"`KiB` are the same, as in a manifest. "

// NewMegabytes returns the function `provider::cf::megabytes`.
func NewMegabytes() function.Function {
	return &quantityFunction{
		name:    "megabytes",
		summary: "Converts a quantity of an app manifest to megabytes",
		description: "Converts a quantity as written in an app manifest, such as `512M` or `1G`, to the number of megabytes " +
			"that `memory_in_mb` and `disk_in_mb` take.\n\n" + units +
			"Anything that is not a whole number of megabytes is an error; it is never rounded.",
		parameter: "The quantity, such as `512M` or `1G`.",
		convert:   ParseMegabytes,
	}
}

// NewBytes returns the function `provider::cf::bytes`.
func NewBytes() function.Function {
	return &quantityFunction{
		name:    "bytes",
		summary: "Converts a quantity of an app manifest to bytes",
		description: "Converts a quantity as written in an app manifest, such as `16K`, to the number of bytes that " +
			"`log_rate_limit_in_bytes_per_second` takes.\n\n" + units +
			"`-1` (no limit) and `0` (no logs) need no unit.",
		parameter: "The quantity, such as `16K`; `-1` means no limit.",
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
	// The parameter allows neither null nor unknown, so Terraform never passes
	// them. Other callers of the protocol may.
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
		// Terraform writes this after "Invalid value for "quantity" parameter: ",
		// and adds the full stop.
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, n)
}
