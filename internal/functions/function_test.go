package functions_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// TestCallFunction calls the functions as Terraform does: through the protocol,
// as the provider registers them.
func TestCallFunction(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test"))()
	for _, tc := range []struct {
		function string
		argument any
		want     any // an int64, or tftypes.UnknownValue
		err      string
	}{
		{function: "megabytes", argument: "1G", want: int64(1024)},
		{function: "megabytes", argument: "512m", want: int64(512)},
		{function: "megabytes", argument: tftypes.UnknownValue, want: tftypes.UnknownValue},
		{function: "megabytes", argument: nil, err: "quantity must not be null"},
		{function: "megabytes", argument: "1GiB", want: int64(1024)},
		{function: "megabytes", argument: "1.5G", err: "is not a whole number"},
		{function: "megabytes", argument: "1K", err: "not a whole number of megabytes"},
		{function: "megabytes", argument: "1X", err: "B, K, KB, KiB, M, MB, MiB, G, GB, GiB, T, TB or TiB"},
		{function: "bytes", argument: "16K", want: int64(16384)},
		{function: "bytes", argument: "16kib", want: int64(16384)},
		{function: "bytes", argument: "-1", want: int64(-1)},
		{function: "bytes", argument: "0", want: int64(0)},
		{function: "bytes", argument: "9223372036854775807B", want: int64(9223372036854775807)},
		{function: "bytes", argument: tftypes.UnknownValue, want: tftypes.UnknownValue},
		{function: "bytes", argument: nil, err: "quantity must not be null"},
		{function: "bytes", argument: "9223372036854775808B", err: "too large"},
		{function: "bytes", argument: "1", err: "has no unit"},
	} {
		t.Run(fmt.Sprintf("%s(%.20v)", tc.function, tc.argument), func(t *testing.T) {
			t.Parallel()
			argument, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, tc.argument))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{
				Name: tc.function, Arguments: []*tfprotov6.DynamicValue{&argument},
			})
			if err != nil {
				t.Fatal(err)
			}
			if tc.err != "" {
				checkError(t, resp.Error, tc.err)
				return
			}
			if resp.Error != nil {
				t.Fatalf("CallFunction: got the error %.500q, want %v", resp.Error.Text, tc.want)
			}
			got, err := resp.Result.Unmarshal(tftypes.Number)
			if err != nil {
				t.Fatal(err)
			}
			want := tftypes.NewValue(tftypes.Number, tc.want)
			if n, ok := tc.want.(int64); ok {
				want = tftypes.NewValue(tftypes.Number, new(big.Float).SetInt64(n))
			}
			if !got.Equal(want) {
				t.Errorf("CallFunction: got %s, want %s", got, want)
			}
		})
	}
}

// checkError checks that the error is on the argument, contains want, and leaves
// the full stop to Terraform.
func checkError(t *testing.T, got *tfprotov6.FunctionError, want string) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("CallFunction: got no error, want one with %q", want)
	case !strings.Contains(got.Text, want) || strings.HasSuffix(got.Text, "."):
		t.Errorf("CallFunction: got the error %.500q, want one with %q and without a full stop at its end", got.Text, want)
	case got.FunctionArgument == nil || *got.FunctionArgument != 0:
		t.Errorf("CallFunction: got the error %.500q for another argument or none, want it for the first", got.Text)
	}
}

// TestFunctionDocs checks that the registry's documentation of each function has
// all its texts.
func TestFunctionDocs(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test"))()
	resp, err := server.GetFunctions(t.Context(), &tfprotov6.GetFunctionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bytes", "megabytes"} {
		t.Run(name, func(t *testing.T) {
			f := resp.Functions[name]
			if f == nil {
				t.Fatalf("GetFunctions: got no function %s, want one", name)
			}
			if f.Summary == "" || f.Description == "" || len(f.Parameters) != 1 || f.Parameters[0].Description == "" {
				t.Errorf("GetFunctions: got the summary %q, the description %.100q and %d parameters, want a summary, a description and one parameter with a description",
					f.Summary, f.Description, len(f.Parameters))
			}
			if f.Return == nil || !f.Return.Type.Is(tftypes.Number) {
				t.Errorf("GetFunctions: got the result %+v, want a number", f.Return)
			}
		})
	}
}
