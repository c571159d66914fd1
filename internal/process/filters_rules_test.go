package process_test

import (
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// The errors of the filters name the value that is wrong, why, and what to do.
func TestFilterRules(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	for _, test := range []struct {
		name  string
		given arguments
		want  string
	}{
		{
			"a null GUID", arguments{"guids": []any{"a", nil}},
			`("guids").ElementKeyInt(1): Invalid guids[1]: guids[1] is null. Leave it out; the function compact removes null and empty values from a list.`,
		},
		{"a null name", arguments{"space_names": []any{nil}}, "space_names[0] is null."},
		{"a null time", arguments{"created_ats": arguments{"values": []any{nil}}}, "created_ats.values[0] is null."},
		{"a null attribute", arguments{"attributes": []any{"guid", nil}}, "attributes[1] is null."},
		{"part of an attribute's name", arguments{"attributes": []any{"memory"}}, "\n\nDid you mean memory_in_mb?"},
		{"a nested attribute", arguments{"attributes": []any{"health_check.type"}}, "\n\nDid you mean health_check?"},
		{"an attribute of the names", arguments{"attributes": []any{"app_name"}}, "\n\ninclude_names adds app_name."},
		{"an empty type", arguments{"types": []any{""}}, "types[0] must not be empty."},
		{
			"one app and scopes", arguments{"app_guid": "a", "space_guids": []any{"b"}, "app_names": []any{"c"}},
			`("app_guid"): Conflicting filters: app_guid selects one app, and with it one space and organization, so it cannot be ` +
				"combined with space_guids and app_names. Leave out one or the other.",
		},
		{
			"one app and three scopes", arguments{"app_guid": "a", "app_guids": []any{"b"}, "space_names": []any{"c"}, "organization_names": []any{}},
			"it cannot be combined with app_guids, space_names and organization_names. Leave out",
		},
		{
			"exact times and a limit", arguments{"updated_ats": arguments{"values": []any{"2026-01-31T12:00:00Z"}, "lt": "2026-01-31T12:00:00Z"}},
			"updated_ats.values selects exact times, so it cannot be combined with updated_ats.lt. Leave out one or the other.",
		},
		{"an order with a space", arguments{"order_by": " created_at"}, `-updated_at, not " created_at".`},
		{"an attribute with a space", arguments{"attributes": []any{"type "}}, `A process has no attribute "type ". Known are`},
		{"a long order", arguments{"order_by": strings.Repeat("a", 200)}, `not "` + strings.Repeat("a", 100) + `…`},
		{"one app and a type", arguments{"app_guid": "a", "types": []any{"web"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := newReader(t, f, fakecf.Admin).validate("cf_processes", test.given)
			if !strings.Contains(got, test.want) || test.want == "" && got != "" {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}
