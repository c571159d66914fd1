package process_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	ds "github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// notFilters are the arguments of cf_processes that select nothing.
var notFilters = []string{"processes", "include_names", "include_instances", "attributes"}

// A filter that is in a schema and in no request would be accepted and would not
// filter.
func TestEveryFilterChangesTheRequest(t *testing.T) {
	t.Parallel()
	var resp datasource.SchemaResponse
	process.NewProcessesDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	values := map[string]any{"app_guid": fakecf.AppGUID, "label_selector": "env=prod", "order_by": "-updated_at"}
	for name, attribute := range resp.Schema.Attributes {
		if slices.Contains(notFilters, name) {
			continue
		}
		for argument, value := range filterValues(attribute, values[name]) {
			t.Run(name+argument, func(t *testing.T) {
				t.Parallel()
				f := fakecf.New(t)
				r := newReader(t, f, fakecf.Admin)
				if _, diagnostics := r.try("cf_processes", arguments{}); strings.HasPrefix(diagnostics, "error") {
					t.Fatalf("got diagnostics %q, want no error", diagnostics)
				}
				all := requestLines(f)
				f.ResetRequests()
				if _, diagnostics := r.try("cf_processes", arguments{name: value}); strings.HasPrefix(diagnostics, "error") {
					t.Fatalf("got diagnostics %q, want no error", diagnostics)
				}
				if got := requestLines(f); slices.Equal(got, all) {
					t.Errorf("got the requests %q with %s = %v, want others than without it: its line in filters (filters.go, and "+
						"list_filter.go of capi) sets no parameter, or values in this test lacks it", got, name, value)
				}
			})
		}
	}
}

// filterValues are values for a filter, by what is set in it.
func filterValues(attribute ds.Attribute, value any) map[string]any {
	switch a := attribute.(type) {
	case ds.ListAttribute:
		return map[string]any{"": []string{fakecf.GUIDWeb}}
	case ds.SingleNestedAttribute:
		values := map[string]any{}
		for name, operator := range a.Attributes {
			var of any = "2026-01-01T00:00:00Z"
			if _, isList := operator.(ds.ListAttribute); isList {
				of = []string{"2026-01-01T00:00:00Z"}
			}
			values["."+name] = map[string]any{name: of}
		}
		return values
	default:
		return map[string]any{"": value}
	}
}

// requestLines are the requests to the API, with their queries.
func requestLines(f *fakecf.Foundation) []string {
	var lines []string
	for _, r := range f.Requests() {
		lines = append(lines, r.Method+" "+r.Path+"?"+r.RawQuery)
	}
	return lines
}
