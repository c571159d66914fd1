package process

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// mentions fails the test unless the diagnostics of a call contain each of the
// texts.
func mentions(t testing.TB, call, diagnostics string, texts ...string) {
	t.Helper()
	if diagnostics == "" {
		diagnostics = "(none)"
	}
	for _, want := range texts {
		if !strings.Contains(diagnostics, want) {
			t.Errorf("%s: got diagnostics:\n%.1000s\nwant %q in them", call, diagnostics, want)
		}
	}
}

// onLines is a list in a failure text, a line for each element.
func onLines(elements []string) string {
	if len(elements) == 0 {
		return " none"
	}
	var b strings.Builder
	for _, element := range elements {
		fmt.Fprintf(&b, "\n  %.500s", element)
	}
	return b.String()
}

// brief is a value in a failure text, such as {command: "bin/x", user: null}. Long
// texts and long values are cut.
func brief(value any) string { return fmt.Sprintf("%.500s", literal(value)) }

func literal(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%.60q", v)
	case notKnownYet:
		return "unknown"
	case settings:
		return braces(v)
	case map[string]string:
		return braces(v)
	case field.Attributes:
		return braces(v)
	case []tftypes.Value:
		elements := make([]string, len(v))
		for i, element := range v {
			elements[i] = literal(element)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case tftypes.Value:
		return literalOf(v)
	default:
		return fmt.Sprint(v)
	}
}

// braces is an object or a map, with its keys in order.
func braces[T any](values map[string]T) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		pairs = append(pairs, key+": "+literal(values[key]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

func literalOf(v tftypes.Value) string {
	switch {
	case v.Type() == nil:
		return "nothing"
	case !v.IsKnown():
		return "unknown"
	case v.IsNull():
		return "null"
	}
	var text string
	var number big.Float
	var flag bool
	var object map[string]tftypes.Value
	var list []tftypes.Value
	switch {
	case v.As(&text) == nil:
		return literal(text)
	case v.As(&number) == nil:
		return number.Text('f', -1)
	case v.As(&flag) == nil:
		return literal(flag)
	case v.As(&object) == nil:
		return braces(object)
	case v.As(&list) == nil:
		return literal(list)
	default:
		return v.String()
	}
}
