package process

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// tryImport imports by an ID, or by an identity unless it is nil, and reads. It
// returns the diagnostics.
func (w *workspace) tryImport(id string, identity settings) string {
	w.t.Helper()
	req := &tfprotov6.ImportResourceStateRequest{TypeName: "cf_process", ID: id}
	if identity != nil {
		req.Identity = &tfprotov6.ResourceIdentityData{IdentityData: w.dynamic(w.value(w.identity, identity))}
	}
	resp, err := w.server.ImportResourceState(w.t.Context(), req)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		return diagnosticsText(resp.Diagnostics)
	}
	imported := resp.ImportedResources[0]
	w.state, w.private, w.identified = w.unmarshal(imported.State), imported.Private, imported.Identity
	return w.refresh()
}

// imports imports by an ID.
func (w *workspace) imports(id string) {
	w.t.Helper()
	if text := w.tryImport(id, nil); text != "" {
		w.t.Fatalf("import %s: got diagnostics:\n%.1000s\nwant none", id, text)
	}
	if w.state.IsNull() {
		w.t.Fatalf("import %s: got no state, want one", id)
	}
}

// generated is the configuration that Terraform generates for a state: its values
// of all attributes that can be configured.
func generated(w *workspace) tftypes.Value {
	values := field.Open(w.state)
	var schema resource.SchemaResponse
	ResourceFactory()().Schema(w.t.Context(), resource.SchemaRequest{}, &schema)
	for name, attribute := range schema.Schema.Attributes {
		if attribute.IsComputed() && !attribute.IsOptional() {
			values[name] = tftypes.NewValue(w.kind.AttributeTypes[name], nil)
		}
	}
	if check := values.Child("readiness_health_check"); check != nil && check.Child("data") != nil {
		data := check.Child("data")
		data["timeout"] = nullNumber
		check["data"] = tftypes.NewValue(livenessData.Type, map[string]tftypes.Value(data))
		values["readiness_health_check"] = tftypes.NewValue(livenessCheck.Type, map[string]tftypes.Value(check))
	}
	return tftypes.NewValue(w.kind, map[string]tftypes.Value(values))
}

// plansEmptyAsGenerated fails the test unless the configuration that Terraform
// generates for the state is valid and plans nothing.
func (w *workspace) plansEmptyAsGenerated() {
	w.t.Helper()
	w.plansEmpty(generated(w))
}

// plansEmpty fails the test unless a configuration is valid and plans nothing.
func (w *workspace) plansEmpty(config tftypes.Value) {
	w.t.Helper()
	resp, err := w.server.ValidateResourceConfig(w.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "cf_process", Config: w.dynamic(config),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(resp.Diagnostics) > 0 {
		w.t.Errorf("validate the generated configuration: got diagnostics:\n%.1000s\nwant none", diagnosticsText(resp.Diagnostics))
	}
	if p := w.planFrom(config, w.state, w.private); !p.empty() || len(p.diags) > 0 {
		w.t.Errorf("plan the generated configuration: got the changes%s\nand the diagnostics:\n%.1000s\nwant neither", onLines(p.changes()), diagnosticsText(p.diags))
	}
}

var seeded = []string{
	fakecf.GUIDWeb, fakecf.GUIDWorker, fakecf.GUIDLabels, fakecf.GUIDNoRevision, fakecf.GUIDHiddenCommand,
	fakecf.GUIDTanzu, fakecf.GUIDSparse, fakecf.GUIDTroubled, fakecf.GUIDStopped, fakecf.GUIDStaging,
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		flavor fakecf.Flavor
		guids  []string
	}{
		"Cloud Controller": {fakecf.CloudController, seeded},
		"Tanzu":            {fakecf.Tanzu, []string{fakecf.GUIDTanzu, fakecf.GUIDSparse}},
		"Korifi":           {fakecf.Korifi, []string{fakecf.GUIDTanzu, fakecf.GUIDSparse}},
	} {
		w := startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(row.flavor))
		for _, guid := range row.guids {
			p := w.mustProcess(guid)
			app := settings{"app_guid": p.AppGUID, "type": p.Type}
			for _, test := range []struct {
				by, id   string
				identity settings
				want     string
				config   settings
			}{
				{"a GUID", guid, nil, "guid=" + guid, settings{"guid": guid}},
				{"app and type", p.AppGUID + "/" + p.Type, nil, "app_guid=" + p.AppGUID + " type=" + p.Type, app},
				{"the identity with guid", "", settings{"guid": guid}, "guid=" + guid, settings{"guid": guid}},
				{"the identity with app and type", "", app, "app_guid=" + p.AppGUID + " type=" + p.Type, app},
			} {
				w.subtest(t, name+", "+guid+" by "+test.by, func(t *testing.T) {
					if text := w.tryImport(test.id, test.identity); text != "" || w.state.IsNull() {
						t.Fatalf("import: got the state %s and the diagnostics:\n%.1000s\nwant a state without diagnostics", brief(w.state), text)
					}
					if got := w.identityOf(w.identified); got != test.want {
						t.Errorf("import: got the identity %q, want %q", got, test.want)
					}
					if test.identity == nil { // the rest is the same for an identity
						w.settled(test.config)
						w.plansEmptyAsGenerated()
					}
				})
			}
		}
		w.wrote()
	}
}

func TestImportByIdentityOfTheWebProcess(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	if text := w.tryImport("", settings{"app_guid": fakecf.AppGUID}); text != "" || w.at("guid") != fakecf.GUIDWeb {
		t.Errorf("import: got guid %s and the diagnostics:\n%.1000s\nwant %s", brief(w.at("guid")), text, fakecf.GUIDWeb)
	}
}

func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for _, test := range []struct {
		id       string
		identity settings
		want     string
	}{
		{"", nil, "Invalid import ID"},
		{"a/b/c", nil, "Invalid import ID"},
		{"/web", nil, "Invalid import ID"},
		{"app/", nil, "Invalid import ID"},
		{" guid", nil, "Invalid import ID"},
		{"..", nil, "Invalid import ID"},
		{"a?b", nil, "Invalid import ID"},
		{"", settings{}, "Invalid import identity\nNo process is addressed."},
		{"", settings{"type": "web"}, "Invalid import identity\ntype alone"},
		{"", settings{"guid": "g", "app_guid": "a", "type": "web"}, "Invalid import identity\nguid and app_guid exclude each other"},
		{"", settings{"guid": "a/b"}, "Invalid import identity\nguid must not contain '/'"},
		{"", settings{"app_guid": "a", "type": ".."}, "Invalid import identity\ntype must not be \"..\""},
	} {
		w.subtest(t, fmt.Sprintf("ID %q, identity %v", test.id, test.identity), func(t *testing.T) {
			mentions(t, "import", w.tryImport(test.id, test.identity), test.want)
		})
	}
	const isProcess, isApp = "If this is the GUID of a process, import it without the type.", "If this is the GUID of an app, import APP_GUID/TYPE."
	for name, test := range map[string]struct {
		id    string
		wants []string
	}{
		"a name":              {"storefront", []string{`No process with the GUID "storefront" is visible; import by GUID or APP_GUID/TYPE.`}},
		"an app as a process": {fakecf.AppGUID, []string{`No process with the GUID "` + fakecf.AppGUID + `" is visible`, isApp}},
		"a process as an app": {fakecf.GUIDWeb + "/web", []string{isProcess}},
		"an app":              {"no-such/web", []string{`No process of type "web" of the app "no-such" is visible`, "App not found"}},
		"another type":        {fakecf.AppGUID + "/wroker", []string{`No process of type "wroker"`, `The app exists, but it has no process of type "wroker".`}},
		"too many parts":      {"a/b/c/d", []string{`it has 4 parts separated by "/"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			text := w.tryImport(test.id, nil)
			mentions(t, "import", text, test.wants...)
			for _, hint := range []string{isProcess, isApp} {
				if strings.Contains(text, hint) && !slices.Contains(test.wants, hint) {
					t.Errorf("import: got diagnostics:\n%.1000s\nwant them without %q", text, hint)
				}
			}
		})
	}
}

// Only an import fails for a process that does not exist. After an import, a
// process that is gone is planned as a create.
func TestImportedAndGone(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.imports(fakecf.GUIDWeb)
	w.DeleteProcess(fakecf.GUIDWeb)
	if text := w.refresh(); text != "" || !w.state.IsNull() {
		t.Errorf("refresh after the process was deleted: got diagnostics:\n%.1000s\nand the state %s\nwant neither", text, brief(w.state))
	}
}

// Private state of older versions can be read, and is written with the same keys.
func TestPrivateStateKeepsItsKeys(t *testing.T) {
	t.Parallel()
	private := map[string][]byte{"cf_process": []byte(`{"form":"app","reset_command":true,"reset_user":true,"korifi":true}`)}
	got, diags := readPrivate(t.Context(), keys(private))
	if want := (privateState{Form: formApp, ResetCommand: true, ResetUser: true, Korifi: true}); got != want || diags.HasError() {
		t.Errorf("readPrivate: got %+v with %v, want %+v", got, diags, want)
	}
	before := string(private["cf_process"])
	if diags := got.store(t.Context(), keys(private), nil, nil); diags.HasError() || string(private["cf_process"]) != before {
		t.Errorf("store: got %.500s with %v, want %s", private["cf_process"], diags, before)
	}
}

type keys map[string][]byte

func (k keys) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return k[key], nil }

func (k keys) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	k[key] = value
	return nil
}
