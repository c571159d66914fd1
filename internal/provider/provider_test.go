package provider

import (
	"bytes"
	"context"
	"errors"
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

// clearEnvironment takes away what the machine has, so that a test sees only
// what it sets.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, a := range attributes {
		t.Setenv(a.variable, "")
	}
	t.Setenv("CF_HOME", t.TempDir())
}

// blockSchema is the schema as Terraform gets it.
func blockSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp provider.SchemaResponse
	New("test").Schema(context.Background(), provider.SchemaRequest{}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatal(show(resp.Diagnostics))
	}
	return resp.Schema
}

// blockValue is a provider block on the wire; what is not given is null.
func blockValue(t *testing.T, given map[string]any) tftypes.Value {
	t.Helper()
	object, ok := blockSchema(t).Type().TerraformType(context.Background()).(tftypes.Object)
	if !ok {
		t.Fatal("the schema is no object")
	}
	values := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attributeType := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, given[name])
	}
	return tftypes.NewValue(object, values)
}

// configure goes the way that Terraform goes.
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

// validate is what `terraform validate` asks.
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

func TestSchema(t *testing.T) {
	t.Parallel()
	s := blockSchema(t)
	if diags := s.ValidateImplementation(context.Background()); diags.HasError() {
		t.Error(show(diags))
	}
	secret := []attribute{password, ssoPasscode, cfClientSecret, accessToken, refreshToken, assertionToken}
	for _, a := range attributes {
		in, ok := s.Attributes[a.name]
		if !ok {
			t.Errorf("%s is missing", a.name)
			continue
		}
		if !in.IsOptional() || in.IsRequired() {
			t.Errorf("%s is not optional: the environment may have it", a.name)
		}
		if in.IsSensitive() != slices.Contains(secret, a) {
			t.Errorf("%s: sensitive is %v", a.name, in.IsSensitive())
		}
		if !strings.Contains(in.GetMarkdownDescription(), "`"+a.variable+"`") {
			t.Errorf("the description of %s does not name %s", a.name, a.variable)
		}
	}
	if len(s.Attributes) != len(attributes) || len(s.Blocks) != 0 {
		t.Errorf("the schema has %d attributes, the environment stands in for %d", len(s.Attributes), len(attributes))
	}
}

// TestSchemaAndModelAgree fails when a field of the model has no attribute, an
// attribute no field, or a field another type.
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
		t.Fatal(show(diags))
	}
	for _, a := range attributes {
		want := "value of " + a.name
		switch a {
		case skipSSLValidation:
			want = "true"
		case maxRetries:
			want = "3"
		}
		if got := strings.Trim(m.value(a).String(), `"`); got != want {
			t.Errorf("%s in the model is %s, want %s", a.name, got, want)
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	var resp provider.MetadataResponse
	New("1.2.3").Metadata(context.Background(), provider.MetadataRequest{}, &resp)
	if resp.TypeName != "cf" || resp.Version != "1.2.3" {
		t.Errorf("got %+v", resp)
	}
}

// TestProviderServes asks for everything that is registered, as Terraform does
// when it starts: a wrong schema anywhere is an error here.
func TestProviderServes(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(New("test"))()
	resp, err := server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
	if resp.Functions["megabytes"] == nil || resp.Functions["bytes"] == nil {
		t.Error("the functions are not registered")
	}
}

func TestConfigureUnknown(t *testing.T) {
	clearEnvironment(t)
	for _, a := range attributes {
		diags := configure(t, map[string]any{"api_url": api, "access_token": "some-token", a.name: tftypes.UnknownValue})
		if len(diags) != 1 {
			t.Errorf("%s: want one diagnostic, got %d", a.name, len(diags))
			continue
		}
		d := diags[0]
		if d.Severity != tfprotov6.DiagnosticSeverityError || !d.Attribute.Equal(tftypes.NewAttributePath().WithAttributeName(a.name)) {
			t.Errorf("%s: %s on %s", a.name, d.Severity, d.Attribute)
		}
		if !strings.Contains(d.Detail, "unknown until apply") || !strings.Contains(d.Detail, a.variable) {
			t.Errorf("%s: the text does not say what to do: %s", a.name, d.Detail)
		}
	}
}

func TestConfigureFromEnvironment(t *testing.T) {
	clearEnvironment(t)
	if diags := configure(t, nil); len(diags) != 1 || !strings.Contains(diags[0].Detail, "api_url (CF_API_URL)") {
		t.Errorf("without anything, want one error that names api_url, got %v", diags)
	}
	t.Setenv("CF_API_URL", api)
	t.Setenv("CF_USER", "someone")
	t.Setenv("CF_PASSWORD", "hunter22")
	if diags := configure(t, nil); len(diags) != 0 {
		t.Errorf("unexpected diagnostics: %s: %s", diags[0].Summary, diags[0].Detail)
	}
}

func TestConfigureRefusesAFractionOfARetry(t *testing.T) {
	clearEnvironment(t)
	diags := configure(t, map[string]any{"api_url": api, "access_token": "some-token", "max_retries": 2.5})
	if len(diags) != 1 || !diags[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName("max_retries")) {
		t.Errorf("want one error on max_retries, got %v", diags)
	}
}

func TestValidate(t *testing.T) {
	clearEnvironment(t)
	diags := validate(t, map[string]any{"api_url": "https://", "user": "u", "password": tftypes.UnknownValue})
	if len(diags) != 1 || !diags[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName("api_url")) {
		t.Errorf("want one error on api_url, got %v", diags)
	}
	// Whether there is a credential is a question of the run, not of the block.
	if diags := validate(t, nil); len(diags) != 0 {
		t.Errorf("an empty block is not valid: %v", diags)
	}
}

// TestConfigureHandsOverAClient wants the same client everywhere, and not a
// single request before somebody uses it.
func TestConfigureHandsOverAClient(t *testing.T) {
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
		t.Fatal(show(resp.Diagnostics))
	}
	client, ok := resp.DataSourceData.(*capi.Client)
	if !ok {
		t.Fatalf("data sources get %T", resp.DataSourceData)
	}
	for name, data := range map[string]any{
		"resources": resp.ResourceData, "actions": resp.ActionData, "list resources": resp.ListResourceData,
	} {
		if data != any(client) {
			t.Errorf("%s get %T, not the client of the data sources", name, data)
		}
	}
	mu.Lock()
	early := len(requests)
	mu.Unlock()
	if early != 0 {
		t.Fatalf("Configure sent %d requests", early)
	}

	if _, err := client.GetProcess(context.Background(), capi.Address{GUID: "some-guid"}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(requests) != 1 {
		t.Fatalf("one read with an access token is one request, not %d", len(requests))
	}
	r := requests[0]
	if r.URL.Path != "/v3/processes/some-guid" {
		t.Errorf("asked for %s", r.URL.Path)
	}
	if got, want := r.Header.Get("User-Agent"), "Terraform/1.11.4 terraform-provider-cf/1.2.3"; got != want {
		t.Errorf("User-Agent is %q, want %q", got, want)
	}
	if got, want := r.Header.Get("Authorization"), "bearer some-token"; got != want {
		t.Errorf("Authorization is %q, want %q", got, want)
	}
}

// TestErrorsShowNoSecret has a proxy that repeats the request in its answer:
// what the login knows as secret has to reach the API's errors and the log.
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
		t.Fatal(show(resp.Diagnostics))
	}
	var output bytes.Buffer
	_, err := client.GetProcess(tflogtest.RootLogger(context.Background(), &output), capi.Address{GUID: "some-guid"})
	var apiError *capi.Error
	if !errors.As(err, &apiError) || !strings.Contains(string(apiError.Body), "could not forward") {
		t.Fatalf("want the proxy's answer, got %v", err)
	}
	if strings.Contains(string(apiError.Body), "hunter22") {
		t.Errorf("the error shows a secret: %s", apiError.Body)
	}
	if output.Len() == 0 || strings.Contains(output.String(), "hunter22") {
		t.Errorf("want a log without the secret, got %q", output.String())
	}
}
