package provider_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// session is a provider process, from its first request on.
type session struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

func startSession(t *testing.T) *session {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "CF_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("CF_HOME", t.TempDir())
	server := plugin.NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &session{t: t, server: server, schemas: schemas}
}

// object returns a configuration of the schema, with null for the other
// attributes.
func (s *session) object(schema *tfprotov6.Schema, set map[string]any) *tfprotov6.DynamicValue {
	s.t.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		s.t.Fatalf("got a schema of type %T, want an object", schema.ValueType())
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attributeType := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, set[name])
	}
	return s.dynamic(tftypes.NewValue(object, values))
}

func (s *session) dynamic(value tftypes.Value) *tfprotov6.DynamicValue {
	s.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		s.t.Fatal(err)
	}
	return &dynamic
}

// configure configures the provider, which must not report anything.
func (s *session) configure(block map[string]any, deferral bool) {
	s.t.Helper()
	resp, err := s.server.ConfigureProvider(s.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4", Config: s.object(s.schemas.Provider, block),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		s.t.Fatalf("got %s: %s, want no diagnostics", d.Summary, d.Detail)
	}
}

func (s *session) read(typeName string, config map[string]any) *tfprotov6.ReadDataSourceResponse {
	s.t.Helper()
	resp, err := s.server.ReadDataSource(s.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: s.object(s.schemas.DataSourceSchemas[typeName], config),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

// planCreate plans to create the resource cf_process.
func (s *session) planCreate(set map[string]any) *tfprotov6.PlanResourceChangeResponse {
	s.t.Helper()
	schema := s.schemas.ResourceSchemas["cf_process"]
	config := s.object(schema, set)
	values := map[string]tftypes.Value{}
	for _, a := range schema.Block.Attributes {
		var value any
		if a.Computed {
			value = tftypes.UnknownValue
		}
		if v, ok := set[a.Name]; ok {
			value = v
		}
		values[a.Name] = tftypes.NewValue(a.ValueType(), value)
	}
	resp, err := s.server.PlanResourceChange(s.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "cf_process", Config: config,
		PriorState:         s.dynamic(tftypes.NewValue(schema.ValueType(), nil)),
		ProposedNewState:   s.dynamic(tftypes.NewValue(schema.ValueType(), values)),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

// wantError expects one error with the parts in its text.
func wantError(t *testing.T, diags []*tfprotov6.Diagnostic, parts ...string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("got the diagnostics %s, want one error", show(diags))
	}
	text := diags[0].Summary + "\n" + diags[0].Detail
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got the error %s\nwant %q in it", text, part)
		}
	}
}

// show returns diagnostics for a failure.
func show(diags []*tfprotov6.Diagnostic) string {
	if len(diags) == 0 {
		return "(none)"
	}
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "\n[%s] %s\n%s", d.Severity, d.Summary, d.Detail)
	}
	return b.String()
}

var reads = map[string]map[string]any{
	"cf_process":           {"guid": "some-guid"}, // before the framework
	"cf_processes":         nil,                   // before the framework
	"cf_process_stats":     {"guid": "some-guid"},
	"cf_process_instances": {"guid": "some-guid"},
	"cf_process_sidecars":  {"guid": "some-guid"},
}

// TestIncompleteSettingsFailAtFirstUse reads each data source with a provider that
// was configured without an error.
func TestIncompleteSettingsFailAtFirstUse(t *testing.T) {
	for name, tc := range map[string]struct {
		block map[string]any
		parts []string
	}{
		"nothing": {nil, []string{"No Cloud Foundry credentials", "api_url (CF_API_URL)", "user (CF_USER) and password (CF_PASSWORD)"}},
		"half a credential": {
			map[string]any{"api_url": "https://api.example.org", "user": "u"},
			[]string{"Incomplete credential", "user is set, but password (CF_PASSWORD) is not"},
		},
		"an unknown api_url": {
			map[string]any{"api_url": tftypes.UnknownValue, "access_token": "t"},
			[]string{"Unknown value for api_url", "api_url is unknown until apply", "CF_API_URL", "-target"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSession(t)
			s.configure(tc.block, false)
			for typeName, config := range reads {
				t.Run(typeName, func(t *testing.T) {
					resp := s.read(typeName, config)
					wantError(t, resp.Diagnostics, tc.parts...)
					if resp.Diagnostics[0].Attribute != nil && len(resp.Diagnostics[0].Attribute.Steps()) > 0 {
						t.Errorf("got the error on %s, want it on no attribute", resp.Diagnostics[0].Attribute)
					}
				})
			}
		})
	}
}

// TestEmptyListNeedsNoCredential reads a list whose filter selects nothing.
func TestEmptyListNeedsNoCredential(t *testing.T) {
	s := startSession(t)
	s.configure(nil, false)
	config := s.object(s.schemas.DataSourceSchemas["cf_processes"], map[string]any{"guids": []tftypes.Value{}})
	resp, err := s.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: "cf_processes", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) != 0 {
		t.Errorf("got the diagnostics %s, want an empty list", show(resp.Diagnostics))
	}
}

// TestFunctionsNeedNoCredential calls a function of a provider with an empty block.
// OpenTofu configures the provider for that.
func TestFunctionsNeedNoCredential(t *testing.T) {
	s := startSession(t)
	s.configure(nil, false)
	resp, err := s.server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{
		Name: "megabytes", Arguments: []*tfprotov6.DynamicValue{s.dynamic(tftypes.NewValue(tftypes.String, "1G"))},
	})
	if err != nil || resp.Error != nil {
		t.Fatalf("got errors %v and %+v, want 1024", err, resp.Error)
	}
	got, err := resp.Result.Unmarshal(tftypes.Number)
	if want := tftypes.NewValue(tftypes.Number, 1024); err != nil || !got.Equal(want) {
		t.Errorf("got %s and error %v, want %s", got, err, want)
	}
}

// TestResourcesDoNotPlanWithoutCredentials plans a new resource that no one could
// apply.
func TestResourcesDoNotPlanWithoutCredentials(t *testing.T) {
	s := startSession(t)
	s.configure(nil, false)
	resp := s.planCreate(map[string]any{"app_guid": "some-guid", "memory_in_mb": int64(512)})
	wantError(t, resp.Diagnostics, "No Cloud Foundry credentials", "api_url (CF_API_URL)")
}

// TestResourcesPlanWithAnUnknownProvider plans a new resource whose provider is
// known only at apply.
func TestResourcesPlanWithAnUnknownProvider(t *testing.T) {
	s := startSession(t)
	s.configure(map[string]any{"api_url": tftypes.UnknownValue, "access_token": "t"}, false)
	resp := s.planCreate(map[string]any{"app_guid": "some-guid", "memory_in_mb": int64(512)})
	for _, d := range resp.Diagnostics {
		t.Errorf("got %s: %s, want a plan", d.Summary, d.Detail)
	}
	if resp.PlannedState == nil {
		t.Error("got no planned state, want one")
	}
}

// TestResourcesKeepTheirStateWithAnUnknownProvider refreshes a resource whose
// provider is known only at apply.
func TestResourcesKeepTheirStateWithAnUnknownProvider(t *testing.T) {
	s := startSession(t)
	s.configure(map[string]any{"api_url": tftypes.UnknownValue, "access_token": "t"}, false)
	state := s.object(s.schemas.ResourceSchemas["cf_process"], map[string]any{"guid": "some-guid", "instances": int64(2)})
	resp, err := s.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: "cf_process", CurrentState: state})
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityWarning ||
		!strings.Contains(resp.Diagnostics[0].Detail, "api_url is unknown until apply") {
		t.Errorf("got the diagnostics %s, want a warning that api_url is unknown until apply", show(resp.Diagnostics))
	}
	typ := s.schemas.ResourceSchemas["cf_process"].ValueType()
	before, errBefore := state.Unmarshal(typ)
	after, errAfter := resp.NewState.Unmarshal(typ)
	if errBefore != nil || errAfter != nil || !after.Equal(before) {
		t.Errorf("got the state %.1000s and errors %v and %v, want %.1000s", after, errBefore, errAfter, before)
	}
}

// TestUnknownProviderDefers acts as a Terraform that allows deferral.
func TestUnknownProviderDefers(t *testing.T) {
	unknown := map[string]any{"api_url": tftypes.UnknownValue, "access_token": "t"}
	for typeName, config := range reads {
		t.Run(typeName, func(t *testing.T) {
			s := startSession(t)
			s.configure(unknown, true)
			resp := s.read(typeName, config)
			if len(resp.Diagnostics) != 0 || resp.Deferred == nil || resp.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
				t.Errorf("got the diagnostics %s and the deferral %v, want only a deferral", show(resp.Diagnostics), resp.Deferred)
			}
		})
	}
	t.Run("resource", func(t *testing.T) {
		s := startSession(t)
		s.configure(unknown, true)
		resp := s.planCreate(map[string]any{"app_guid": "some-guid"})
		if len(resp.Diagnostics) != 0 || resp.Deferred == nil {
			t.Errorf("got the diagnostics %s and the deferral %v, want only a deferral", show(resp.Diagnostics), resp.Deferred)
		}
	})
	t.Run("list resource", func(t *testing.T) {
		s := startSession(t)
		s.configure(unknown, true)
		server, ok := s.server.(tfprotov6.ProviderServerWithListResource)
		if !ok {
			t.Fatalf("got a server %T without list resources, want them", s.server)
		}
		stream, err := server.ListResource(context.Background(), &tfprotov6.ListResourceRequest{
			TypeName: "cf_process", Config: s.object(s.schemas.ListResourceSchemas["cf_process"], nil),
		})
		if err != nil {
			t.Fatal(err)
		}
		for result := range stream.Results {
			wantError(t, result.Diagnostics, "Unknown value for api_url")
			return
		}
		t.Error("got an empty list, want an error: a list cannot be deferred")
	})
	t.Run("only an unknown value defers", func(t *testing.T) {
		s := startSession(t)
		s.configure(nil, true)
		resp := s.read("cf_process", reads["cf_process"])
		wantError(t, resp.Diagnostics, "No Cloud Foundry credentials")
		if resp.Deferred != nil {
			t.Errorf("got the deferral %v for a missing credential, want none", resp.Deferred)
		}
	})
}
