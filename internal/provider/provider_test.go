package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// clearEnvironment removes the machine's settings, so that a test sees only its
// own.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, a := range attributes {
		t.Setenv(a.variable, "")
		if a.alternative != "" {
			t.Setenv(a.alternative, "")
		}
	}
	t.Setenv("CF_HOME", t.TempDir())
}

// blockSchema returns the schema of the block.
func blockSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp provider.SchemaResponse
	New("test").Schema(context.Background(), provider.SchemaRequest{}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatalf("got the diagnostics %s, want none", show(resp.Diagnostics))
	}
	return resp.Schema
}

// blockValue returns a provider block as the protocol has it, with null for the
// other attributes.
func blockValue(t *testing.T, given map[string]any) tftypes.Value {
	t.Helper()
	object, ok := blockSchema(t).Type().TerraformType(context.Background()).(tftypes.Object)
	if !ok {
		t.Fatalf("got a schema of type %T, want an object", blockSchema(t).Type())
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attributeType := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, given[name])
	}
	return tftypes.NewValue(object, values)
}

// configure configures the provider as Terraform does.
func configure(t *testing.T, given map[string]any) []*tfprotov6.Diagnostic {
	t.Helper()
	value := blockValue(t, given)
	config, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	server := providerserver.NewProtocol6(New("test"))()
	resp, err := server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.11.4", Config: &config,
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// validate validates the block as `terraform validate` does.
func validate(t *testing.T, given map[string]any) []*tfprotov6.Diagnostic {
	t.Helper()
	value := blockValue(t, given)
	config, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}
	server := providerserver.NewProtocol6(New("test"))()
	resp, err := server.ValidateProviderConfig(context.Background(), &tfprotov6.ValidateProviderConfigRequest{Config: &config})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// describe returns diagnostics of the protocol for a failure.
func describe(diags []*tfprotov6.Diagnostic) string {
	if len(diags) == 0 {
		return "no diagnostics"
	}
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "\n[%s on %s] %s\n%s", d.Severity, d.Attribute, d.Summary, d.Detail)
	}
	return b.String()
}

func TestSchema(t *testing.T) {
	t.Parallel()
	s := blockSchema(t)
	if diags := s.ValidateImplementation(context.Background()); diags.HasError() {
		t.Errorf("got the diagnostics %s, want none", show(diags))
	}
	secret := []attribute{password, ssoPasscode, cfClientSecret, accessToken, refreshToken, assertionToken}
	for _, a := range attributes {
		t.Run(a.name, func(t *testing.T) {
			in, ok := s.Attributes[a.name]
			if !ok {
				t.Fatal("got a schema without the attribute, want it")
			}
			if !in.IsOptional() || in.IsRequired() {
				t.Error("got a required attribute, want an optional one: the environment may have it")
			}
			if got, want := in.IsSensitive(), slices.Contains(secret, a); got != want {
				t.Errorf("got sensitive %t, want %t", got, want)
			}
			for _, variable := range []string{a.variable, a.alternative} {
				if text := in.GetMarkdownDescription(); variable != "" && !strings.Contains(text, "`"+variable+"`") {
					t.Errorf("got the description %q, want %s in it", text, variable)
				}
			}
		})
	}
	if len(s.Attributes) != len(attributes) || len(s.Blocks) != 0 {
		t.Errorf("got %d attributes, want the %d that have a variable", len(s.Attributes), len(attributes))
	}
}

// TestSchemaAndModelAgree checks that each attribute has a field of its type in the
// model, and each field an attribute.
func TestSchemaAndModelAgree(t *testing.T) {
	t.Parallel()
	given := map[string]any{"skip_ssl_validation": true, "max_retries": 3}
	for _, a := range attributes {
		if _, ok := given[a.name]; !ok {
			given[a.name] = "value of " + a.name
		}
	}
	config := tfsdk.Config{Raw: blockValue(t, given), Schema: blockSchema(t)}
	var m model
	if diags := config.Get(context.Background(), &m); diags.HasError() {
		t.Fatalf("got the diagnostics %s, want none", show(diags))
	}
	for _, a := range attributes {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			want := "value of " + a.name
			switch a {
			case skipSSLValidation:
				want = "true"
			case maxRetries:
				want = "3"
			}
			if got := strings.Trim(m.value(a).String(), `"`); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	var resp provider.MetadataResponse
	New("1.2.3").Metadata(context.Background(), provider.MetadataRequest{}, &resp)
	if resp.TypeName != "cf" || resp.Version != "1.2.3" {
		t.Errorf("got the type name %q and the version %q, want cf and 1.2.3", resp.TypeName, resp.Version)
	}
}

// TestProviderServes requests the schemas of everything that is registered, as
// Terraform does when it starts: a wrong schema anywhere is an error.
func TestProviderServes(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(New("test"))()
	resp, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		t.Errorf("got the diagnostic %s: %s, want none", d.Summary, d.Detail)
	}
	for _, name := range []string{"megabytes", "bytes"} {
		t.Run(name, func(t *testing.T) {
			if resp.Functions[name] == nil {
				t.Error("got no such function, want one")
			}
		})
	}
}

// TestConfigureAcceptsIncompleteSettings has settings that are an error only for
// the first request.
func TestConfigureAcceptsIncompleteSettings(t *testing.T) {
	for name, block := range map[string]map[string]any{
		"nothing":             nil,
		"no credential":       {"api_url": api},
		"no api_url":          {"access_token": "some-token"},
		"half a credential":   {"api_url": api, "user": "u"},
		"an unknown api_url":  {"api_url": tftypes.UnknownValue, "access_token": "some-token"},
		"an unknown password": {"api_url": api, "user": "u", "password": tftypes.UnknownValue},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t)
			if diags := configure(t, block); len(diags) != 0 {
				t.Errorf("got %s, want no diagnostics", describe(diags))
			}
		})
	}
}

func TestConfigureFromEnvironment(t *testing.T) {
	clearEnvironment(t)
	t.Setenv("CF_API_URL", api)
	t.Setenv("CF_USER", "someone")
	t.Setenv("CF_PASSWORD", "hunter22")
	if diags := configure(t, nil); len(diags) != 0 {
		t.Errorf("got %s, want no diagnostics", describe(diags))
	}
}

func TestConfigureRefusesAFractionOfARetry(t *testing.T) {
	clearEnvironment(t)
	diags := configure(t, map[string]any{"api_url": api, "access_token": "some-token", "max_retries": 2.5})
	if len(diags) != 1 || !diags[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName("max_retries")) {
		t.Errorf("got %s, want one error on max_retries", describe(diags))
	}
}

func TestValidate(t *testing.T) {
	clearEnvironment(t)
	diags := validate(t, map[string]any{"api_url": "https://", "user": "u", "password": tftypes.UnknownValue})
	if len(diags) != 1 || !diags[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName("api_url")) {
		t.Errorf("got %s, want one error on api_url", describe(diags))
	}
	// The environment may have the credential.
	if diags := validate(t, nil); len(diags) != 0 {
		t.Errorf("empty block: got %s, want no diagnostics", describe(diags))
	}
}

// TestConfigurePassesOneClient expects the same client everywhere, and no request
// before the first read.
func TestConfigurePassesOneClient(t *testing.T) {
	clearEnvironment(t)
	var mu sync.Mutex
	var requests []*http.Request
	foundation := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, r)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"guid":"some-guid","type":"web"}`))
	}))
	t.Cleanup(foundation.Close)

	config := tfsdk.Config{
		Raw:    blockValue(t, map[string]any{"api_url": foundation.URL + "/", "access_token": "bearer some-token"}),
		Schema: blockSchema(t),
	}
	var resp provider.ConfigureResponse
	New("1.2.3").Configure(context.Background(), provider.ConfigureRequest{TerraformVersion: "1.11.4", Config: config}, &resp)
	if len(resp.Diagnostics) != 0 {
		t.Fatalf("got the diagnostics %s, want none", show(resp.Diagnostics))
	}
	client, ok := resp.DataSourceData.(*capi.Client)
	if !ok {
		t.Fatalf("got %T for the data sources, want the client", resp.DataSourceData)
	}
	for name, data := range map[string]any{
		"resources": resp.ResourceData, "actions": resp.ActionData, "list resources": resp.ListResourceData,
	} {
		t.Run(name, func(t *testing.T) {
			if data != any(client) {
				t.Errorf("got %T %[1]p, want the client of the data sources, %p", data, client)
			}
		})
	}
	mu.Lock()
	early := len(requests)
	mu.Unlock()
	if early != 0 {
		t.Fatalf("Configure: got %d requests, want none", early)
	}

	if _, err := client.GetProcess(context.Background(), capi.Address{GUID: "some-guid"}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) != 1 {
		t.Fatalf("GetProcess: got %d requests, want 1", len(requests))
	}
	r := requests[0]
	if got, want := r.URL.Path, "/v3/processes/some-guid"; got != want {
		t.Errorf("got a request for %s, want one for %s", got, want)
	}
	if got, want := r.Header.Get("User-Agent"), "Terraform/1.11.4 terraform-provider-cf/1.2.3"; got != want {
		t.Errorf("got the User-Agent %q, want %q", got, want)
	}
	if got, want := r.Header.Get("Authorization"), "bearer some-token"; got != want {
		t.Errorf("got the Authorization %q, want %q", got, want)
	}
}

// TestErrorsShowNoSecret has a proxy that repeats the credential in its response:
// the API's errors and the log must know the secrets of the login.
func TestErrorsShowNoSecret(t *testing.T) {
	clearEnvironment(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("could not forward " + r.Header.Get("Authorization")))
	}))
	t.Cleanup(proxy.Close)
	config := tfsdk.Config{
		Raw: blockValue(t, map[string]any{
			"api_url": proxy.URL, "access_token": "clientcert hunter22", "max_retries": 0,
		}),
		Schema: blockSchema(t),
	}
	var resp provider.ConfigureResponse
	New("test").Configure(context.Background(), provider.ConfigureRequest{Config: config}, &resp)
	client, ok := resp.DataSourceData.(*capi.Client)
	if !ok {
		t.Fatalf("got %T and the diagnostics %s, want a client", resp.DataSourceData, show(resp.Diagnostics))
	}
	var output bytes.Buffer
	_, err := client.GetProcess(tflogtest.RootLogger(context.Background(), &output), capi.Address{GUID: "some-guid"})
	var apiError *capi.Error
	if !errors.As(err, &apiError) || !strings.Contains(string(apiError.Body), "could not forward") {
		t.Fatalf("got %v, want the proxy's response", err)
	}
	if strings.Contains(string(apiError.Body), "hunter22") {
		t.Errorf("got the body %q, want it without the secret", apiError.Body)
	}
	if output.Len() == 0 || strings.Contains(output.String(), "hunter22") {
		t.Errorf("got the log %.1000q, want one without the secret", output.String())
	}
}
