package process

import (
	"fmt"
	"maps"
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
			t.Run(fmt.Sprintf("%s, resource %t", name, whole), func(t *testing.T) {
				results, diags := w.listed(test.filter, whole, test.limit)
				if len(diags) > 0 {
					t.Errorf("got diagnostics:\n%s\nwant none", diagnosticsText(diags))
				}
				var got []string
				for _, result := range results {
					got = append(got, strings.TrimPrefix(w.identityOf(result.Identity), "guid="))
					if result.DisplayName == "" || (result.Resource != nil) != whole {
						t.Errorf("got display name %q, a resource: %t, want a name, a resource: %t", result.DisplayName, result.Resource != nil, whole)
					}
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("got the processes %v, want %v", got, test.want)
				}
			})
		}
	}
}

// A listed process can be imported by its identity, and the configuration that
// Terraform generates of it has an empty plan.
func TestListResourceToImport(t *testing.T) {
	t.Parallel()
	for _, flavor := range []fakecf.Flavor{fakecf.CloudController, fakecf.Korifi} {
		w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(flavor))
		results, diags := w.listed(settings{}, true, 0)
		if len(diags) > 0 || len(results) != len(seeded) {
			t.Errorf("got %d results, want %d: %s", len(results), len(seeded), diagnosticsText(diags))
		}
		for _, result := range results {
			listed := w.unmarshal(result.Resource)
			if !listed.IsFullyKnown() {
				t.Errorf("%s: got unknown values, want none", result.DisplayName)
			}
			resp, err := w.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
				TypeName: "cf_process", Identity: result.Identity,
			})
			if err != nil || len(resp.Diagnostics) > 0 {
				t.Fatalf("import: got error %v, diagnostics %s, want none", err, diagnosticsText(resp.Diagnostics))
			}
			imported := resp.ImportedResources[0]
			w.state, w.private, w.identified = w.unmarshal(imported.State), imported.Private, imported.Identity
			if text := w.refresh(); text != "" {
				t.Fatalf("refresh: got %s, want no error", text)
			}
			// The configuration is generated from the list, the state is read.
			read, private := w.state, w.private
			w.state = listed
			config := generated(w)
			w.state, w.private = read, private
			checked, err := w.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
				TypeName: "cf_process", Config: w.dynamic(config),
			})
			if err != nil || len(checked.Diagnostics) > 0 {
				t.Errorf("validate: got error %v, diagnostics %s, want none", err, diagnosticsText(checked.Diagnostics))
			}
			if p := w.planFrom(config, w.state, w.private); !p.empty() || len(p.diags) > 0 {
				t.Errorf("%s: got the plan %v with %s, want an empty one", result.DisplayName, differences("", p.planned, w.state, false), diagnosticsText(p.diags))
			}
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
		t.Fatalf("got %d results, want 2: %s", len(results), diagnosticsText(diags))
	}
	w.FinishDeployment(fakecf.AppGUID)
	for _, result := range results {
		listed := w.unmarshal(result.Resource)
		state := field.Open(listed)
		processType, _ := state.Text("type")
		if got, want := w.identityOf(result.Identity), "app_guid="+fakecf.AppGUID+" type="+processType; got != want || state.IsSet("guid") {
			t.Errorf("got identity %q, guid %v, want %q", got, state["guid"], want)
		}
		resp, err := w.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
			TypeName: "cf_process", Identity: result.Identity,
		})
		if err != nil || len(resp.Diagnostics) > 0 {
			t.Fatalf("import: got error %v, diagnostics %s, want none", err, diagnosticsText(resp.Diagnostics))
		}
		imported := resp.ImportedResources[0]
		w.state, w.private, w.identified = w.unmarshal(imported.State), imported.Private, imported.Identity
		if text := w.refresh(); text != "" {
			t.Fatalf("refresh: got %s, want no error", text)
		}
		read := w.state
		w.state = listed
		config := generated(w)
		w.state = read
		if p := w.planFrom(config, w.state, w.private); p.replace || hasErrors(p.diags) || !field.Open(p.planned)["guid"].Equal(field.Open(read)["guid"]) {
			t.Errorf("got replace %t, guid %v and %s, want the guid of the read and no replacement", p.replace, field.Open(p.planned)["guid"], diagnosticsText(p.diags))
		}
	}
	// By GUID, both web processes are listed.
	w.StartDeployment(fakecf.AppGUID)
	results, _ = w.listed(settings{"app_guid": fakecf.AppGUID, "identify_by": "guid"}, false, 0)
	if len(results) != 3 || !strings.HasPrefix(w.identityOf(results[0].Identity), "guid=") {
		t.Errorf("got %d results, want 3 by GUID", len(results))
	}
}

func TestListResourceNames(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	name := func() string {
		results, diags := w.listed(settings{"app_guid": fakecf.AppGUID}, false, 1)
		if len(results) != 1 || len(diags) > 0 {
			t.Fatalf("got %d results, want 1: %s", len(results), diagnosticsText(diags))
		}
		return results[0].DisplayName
	}
	if got, want := name(), "web of storefront (production)"; got != want {
		t.Errorf("got the name %q, want %q", got, want)
	}
	w.AddFault(fakecf.Fault{Path: "/v3/apps", When: nil, Do: fakecf.Status(500), From: 2})
	if got, want := name(), "web of app "+fakecf.AppGUID; got != want {
		t.Errorf("got the name %q without the app's name, want %q", got, want)
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
		t.Run(want, func(t *testing.T) {
			results, diags := w.listed(filter, false, 0)
			if len(results) > 0 || !hasErrors(diags) || !strings.Contains(diagnosticsText(diags), want) {
				t.Errorf("%v: got %d results, %s, want an error with %q", filter, len(results), diagnosticsText(diags), want)
			}
		})
	}
	if got := w.filters.AttributeTypes; !slices.Equal(slices.Sorted(maps.Keys(got)), []string{
		"app_guid", "app_guids", "app_names", "created_ats", "guids", "identify_by", "label_selector", "order_by", "organization_guids",
		"organization_names", "space_guids", "space_names", "types", "updated_ats",
	}) {
		t.Errorf("got the filters %v, want those of the data source and identify_by", slices.Sorted(maps.Keys(got)))
	}
}

// A warning does not prevent the results.
func TestListResourceWarns(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.AddFault(fakecf.Fault{Path: "/v3/processes", Do: fakecf.Edit(func(map[string]any) {}).WithHeader("X-Cf-Warnings", "almost%20full")})
	results, diags := w.listed(settings{}, true, 0)
	if len(results) != len(seeded) || hasErrors(diags) || !strings.Contains(diagnosticsText(diags), "almost full") {
		t.Errorf("got %d results, %s, want %d and the API's warning", len(results), diagnosticsText(diags), len(seeded))
	}
	_, diags = w.listed(settings{"app_names": []tftypes.Value{textValue("nope")}}, false, 0)
	if hasErrors(diags) || !strings.Contains(diagnosticsText(diags), `No app that this user can see is called "nope".`) {
		t.Errorf("got %s, want a warning about the name that matches nothing", diagnosticsText(diags))
	}
}
