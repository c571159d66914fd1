package process

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// listed returns the results of terraform query.
func (w *workspace) listed(filter settings, whole bool, limit int64) (results []tfprotov6.ListResourceResult, diags []*tfprotov6.Diagnostic) {
	w.t.Helper()
	config := w.dynamic(w.value(w.filters, filter))
	checked, err := w.server.ValidateListResourceConfig(w.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: "cf_process", Config: config})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(checked.Diagnostics) > 0 {
		return nil, checked.Diagnostics
	}
	stream, err := w.server.ListResource(w.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: "cf_process", Config: config, IncludeResource: whole, Limit: limit,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for result := range stream.Results {
		diags = append(diags, result.Diagnostics...)
		if result.Identity != nil {
			results = append(results, result)
		}
	}
	return results, diags
}

func TestListResource(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for name, test := range map[string]struct {
		filter settings
		limit  int64
		want   []string // identities, in the API's order
	}{
		"one app":        {settings{"app_guid": fakecf.AppGUID}, 0, []string{fakecf.GUIDWeb, fakecf.GUIDWorker}},
		"a space":        {settings{"space_guids": []tftypes.Value{textValue(fakecf.SpaceGUIDStaging)}}, 0, []string{fakecf.GUIDStaging}},
		"no guids":       {settings{"guids": []tftypes.Value{}}, 0, nil},
		"two of a type":  {settings{"types": []tftypes.Value{textValue("ledger"), textValue("indexer")}}, 0, []string{fakecf.GUIDNoRevision, fakecf.GUIDTanzu}},
		"labels":         {settings{"label_selector": "team=storefront,environment=staging"}, 0, []string{fakecf.GUIDStaging}},
		"the newest":     {settings{"app_guid": fakecf.AppGUID, "order_by": "-created_at"}, 1, []string{fakecf.GUIDWorker}},
		"everything":     {settings{}, 3, []string{fakecf.GUIDWeb, fakecf.GUIDWorker, fakecf.GUIDLabels}},
		"everything all": {settings{}, 0, seeded},
	} {
		for _, whole := range []bool{false, true} {
			w.subtest(t, fmt.Sprintf("%s, resource %t", name, whole), func(t *testing.T) {
				results, diags := w.listed(test.filter, whole, test.limit)
				if len(diags) > 0 {
					t.Errorf("list: got diagnostics:\n%.1000s\nwant none", diagnosticsText(diags))
				}
				var got []string
				for _, result := range results {
					got = append(got, strings.TrimPrefix(w.identityOf(result.Identity), "guid="))
					if result.DisplayName == "" || (result.Resource != nil) != whole {
						t.Errorf("list: got the display name %q and a resource: %t, want a name and a resource: %t", result.DisplayName, result.Resource != nil, whole)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("list: got the processes %v, want %v", got, test.want)
				}
			})
		}
	}
}

// importResult imports a result by its identity, and returns the state after the
// read.
func (w *workspace) importResult(result tfprotov6.ListResourceResult) tftypes.Value {
	w.t.Helper()
	resp, err := w.server.ImportResourceState(w.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "cf_process", Identity: result.Identity,
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		w.t.Fatalf("import: got error %v and diagnostics %.1000q, want none", err, diagnosticsText(resp.Diagnostics))
	}
	imported := resp.ImportedResources[0]
	w.state, w.private, w.identified = w.unmarshal(imported.State), imported.Private, imported.Identity
	if text := w.refresh(); text != "" {
		w.t.Fatalf("refresh: got diagnostics:\n%.1000s\nwant no error", text)
	}
	return w.state
}

// A listed process can be imported by its identity, and the configuration that
// Terraform generates of it has an empty plan.
func TestListResourceToImport(t *testing.T) {
	t.Parallel()
	for name, flavor := range map[string]fakecf.Flavor{"Cloud Controller": fakecf.CloudController, "Korifi": fakecf.Korifi} {
		w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(flavor))
		results, diags := w.listed(settings{}, true, 0)
		if len(diags) > 0 || len(results) != len(seeded) {
			t.Errorf("list on %s: got %d results and the diagnostics:\n%.1000s\nwant %d without diagnostics", name, len(results), diagnosticsText(diags), len(seeded))
		}
		for _, result := range results {
			w.subtest(t, name+", "+result.DisplayName, func(t *testing.T) {
				listed := w.unmarshal(result.Resource)
				if !listed.IsFullyKnown() {
					t.Errorf("list: got a resource with the unknown values %q, want none", unknowns("", listed))
				}
				read := w.importResult(result)
				// The configuration is generated from the list, the state is read.
				w.state = listed
				config := generated(w)
				w.state = read
				w.plansEmpty(config)
			})
		}
	}
}

// By app and type, the results stay valid after a deployment.
func TestListResourceByApp(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.StartDeployment(fakecf.AppGUID)
	filter := settings{"app_guid": fakecf.AppGUID, "identify_by": "app"}
	results, diags := w.listed(filter, true, 0)
	if len(results) != 2 || len(diags) > 0 { // web, of which there are two, and worker
		t.Fatalf("list by app: got %d results and the diagnostics:\n%.1000s\nwant 2 without diagnostics", len(results), diagnosticsText(diags))
	}
	w.FinishDeployment(fakecf.AppGUID)
	for _, result := range results {
		w.subtest(t, result.DisplayName, func(t *testing.T) {
			listed := w.unmarshal(result.Resource)
			state := field.Open(listed)
			processType, _ := state.Text("type")
			if got, want := w.identityOf(result.Identity), "app_guid="+fakecf.AppGUID+" type="+processType; got != want || state.IsSet("guid") {
				t.Errorf("list by app: got the identity %q and guid %s, want %q without a guid", got, brief(state["guid"]), want)
			}
			read := w.importResult(result)
			w.state = listed
			config := generated(w)
			w.state = read
			want := field.Open(read)["guid"]
			if p := w.planFrom(config, w.state, w.private); p.replace || hasErrors(p.diags) || !field.Open(p.planned)["guid"].Equal(want) {
				t.Errorf("plan the generated configuration: got replace %t, guid %s and %.1000q, want no replacement and guid %s",
					p.replace, brief(field.Open(p.planned)["guid"]), diagnosticsText(p.diags), brief(want))
			}
		})
	}
	// By GUID, both web processes are listed.
	w.StartDeployment(fakecf.AppGUID)
	results, _ = w.listed(settings{"app_guid": fakecf.AppGUID, "identify_by": "guid"}, false, 0)
	if len(results) != 3 || !strings.HasPrefix(w.identityOf(results[0].Identity), "guid=") {
		t.Errorf("list by guid: got %d results, want 3, the first with a guid as its identity", len(results))
	}
}

func TestListResourceNames(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	name := func() string {
		results, diags := w.listed(settings{"app_guid": fakecf.AppGUID}, false, 1)
		if len(results) != 1 || len(diags) > 0 {
			t.Fatalf("list with limit 1: got %d results and the diagnostics:\n%.1000s\nwant 1 without diagnostics", len(results), diagnosticsText(diags))
		}
		return results[0].DisplayName
	}
	if got, want := name(), "web of storefront (production)"; got != want {
		t.Errorf("list: got the name %q, want %q", got, want)
	}
	w.AddFault(fakecf.Fault{Path: "/v3/apps", When: nil, Do: fakecf.Status(500), From: 2})
	if got, want := name(), "web of app "+fakecf.AppGUID; got != want {
		t.Errorf("list without apps: got the name %q, want %q", got, want)
	}
}

func TestListResourceFails(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for want, filter := range map[string]settings{
		`App not found`:     {"app_guid": "no-such"},
		`order_by`:          {"order_by": "name"},
		`updated_ats`:       {"updated_ats": settings{"lt": "yesterday"}},
		`space_guids`:       {"app_guid": fakecf.AppGUID, "space_guids": []tftypes.Value{textValue("x")}},
		`must not be empty`: {"guids": []tftypes.Value{textValue("")}},
		`identify_by must be guid or app, not "type".`: {"identify_by": "type"},
	} {
		w.subtest(t, want, func(t *testing.T) {
			results, diags := w.listed(filter, false, 0)
			if len(results) > 0 || !hasErrors(diags) || !strings.Contains(diagnosticsText(diags), want) {
				t.Errorf("list with %s: got %d results and the diagnostics:\n%.1000s\nwant an error with %q", brief(filter), len(results), diagnosticsText(diags), want)
			}
		})
	}
	want := []string{
		"app_guid", "app_guids", "app_names", "created_ats", "guids", "identify_by", "label_selector", "order_by", "organization_guids",
		"organization_names", "space_guids", "space_names", "types", "updated_ats",
	}
	if got := slices.Sorted(maps.Keys(w.filters.AttributeTypes)); !slices.Equal(got, want) {
		t.Errorf("schema of the list resource: got the filters %q, want %q", got, want)
	}
}

// The names that come with a filter by name are not requested again.
func TestListResourceByNameRequestsNamesOnce(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.ResetRequests()
	results, diags := w.listed(settings{"app_names": []tftypes.Value{textValue("storefront")}}, false, 0)
	if len(results) != 3 || results[0].DisplayName != "web of storefront (production)" {
		t.Errorf("list: got %d results and the diagnostics:\n%.1000s\nwant 3, the first one web of storefront (production)", len(results), diagnosticsText(diags))
	}
	if got := w.Count(http.MethodGet, "/v3/apps"); got != 1 {
		t.Errorf("got %d requests for apps, want 1", got)
	}
}

// A warning does not prevent the results.
func TestListResourceWarns(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.AddFault(fakecf.Fault{Path: "/v3/processes", Do: fakecf.Edit(func(map[string]any) {}).WithHeader("X-Cf-Warnings", "almost%20full")})
	results, diags := w.listed(settings{}, true, 0)
	if len(results) != len(seeded) || hasErrors(diags) || !strings.Contains(diagnosticsText(diags), "almost full") {
		t.Errorf("list: got %d results and the diagnostics:\n%.1000s\nwant %d and the API's warning almost full", len(results), diagnosticsText(diags), len(seeded))
	}
	_, diags = w.listed(settings{"app_names": []tftypes.Value{textValue("nope")}}, false, 0)
	if hasErrors(diags) || !strings.Contains(diagnosticsText(diags), `No app that this user can see is called "nope".`) {
		t.Errorf("list by a name that matches nothing: got diagnostics:\n%.1000s\nwant a warning about it", diagnosticsText(diags))
	}
}
