package functions_test

import (
	"context"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
)

// TestCallFunction goes the way that Terraform goes: through the protocol, to
// the functions as the provider registers them.
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
		{function: "megabytes", argument: "1.5G", err: "Invalid quantity"},
		{function: "megabytes", argument: "1K", err: "not a whole number of megabytes"},
		{function: "megabytes", argument: "1X", err: "B, K, KB, M, MB, G, GB, T or TB"},
		{function: "bytes", argument: "16K", want: int64(16384)},
		{function: "bytes", argument: "-1", want: int64(-1)},
		{function: "bytes", argument: "0", want: int64(0)},
		{function: "bytes", argument: "9223372036854775807B", want: int64(9223372036854775807)},
		{function: "bytes", argument: tftypes.UnknownValue, want: tftypes.UnknownValue},
		{function: "bytes", argument: nil, err: "quantity must not be null"},
		{function: "bytes", argument: "9223372036854775808B", err: "too large"},
		{function: "bytes", argument: "1", err: "has no unit"},
	} {
		argument, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, tc.argument))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.CallFunction(context.Background(), &tfprotov6.CallFunctionRequest{
			Name: tc.function, Arguments: []*tfprotov6.DynamicValue{&argument},
		})
		if err != nil {
			t.Fatal(err)
		}
		if tc.err != "" {
			switch {
			case resp.Error == nil:
				t.Errorf("%s(%v): no error, want one with %q", tc.function, tc.argument, tc.err)
			case !strings.Contains(resp.Error.Text, tc.err):
				t.Errorf("%s(%v): the error %q lacks %q", tc.function, tc.argument, resp.Error.Text, tc.err)
			case resp.Error.FunctionArgument == nil || *resp.Error.FunctionArgument != 0:
				t.Errorf("%s(%v): the error is not on the argument", tc.function, tc.argument)
			}
			continue
		}
		if resp.Error != nil {
			t.Errorf("%s(%v): %s", tc.function, tc.argument, resp.Error.Text)
			continue
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
			t.Errorf("%s(%v) = %s, want %s", tc.function, tc.argument, got, want)
		}
	}
}

// TestFunctionDocs fails when a function would come out of the registry's
// documentation without a text.
func TestFunctionDocs(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test"))()
	resp, err := server.GetFunctions(context.Background(), &tfprotov6.GetFunctionsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bytes", "megabytes"} {
		f := resp.Functions[name]
		if f == nil {
			t.Errorf("the provider has no function %s", name)
			continue
		}
		if f.Summary == "" || f.Description == "" || len(f.Parameters) != 1 || f.Parameters[0].Description == "" {
			t.Errorf("%s is not documented", name)
		}
		if f.Return == nil || !f.Return.Type.Is(tftypes.Number) {
			t.Errorf("%s does not return a number", name)
		}
	}
}
