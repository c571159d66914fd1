package process_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
	"github.com/cf-process/terraform-provider-cf/internal/process"
	"github.com/cf-process/terraform-provider-cf/internal/provider"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// reader reads data sources through the provider protocol, without a CLI.
type reader struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	types  map[string]tftypes.Object
}

// bareProvider has the data sources and nothing else.
type bareProvider struct{ client *capi.Client }

func (p bareProvider) Metadata(_ context.Context, _ fwprovider.MetadataRequest, resp *fwprovider.MetadataResponse) {
	resp.TypeName = "cf"
}
func (p bareProvider) Schema(context.Context, fwprovider.SchemaRequest, *fwprovider.SchemaResponse) {}
func (p bareProvider) Configure(_ context.Context, _ fwprovider.ConfigureRequest, resp *fwprovider.ConfigureResponse) {
	resp.DataSourceData = p.client
}
func (p bareProvider) Resources(context.Context) []func() resource.Resource { return nil }
func (p bareProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	return provider.New("test").DataSources(ctx)
}

// Every registered data source has a row in the tests that cover all of them.
func TestEveryDataSourceIsTested(t *testing.T) {
	t.Parallel()
	schemas, err := plugin.NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name := range schemas.DataSourceSchemas {
		if _, found := process.DataSourceTypes[name]; !found {
			t.Errorf("got no row of %s in DataSourceTypes (data_source_schema_test.go), want one", name)
		}
		if !slices.ContainsFunc(answered, func(s source) bool { return s.name == name }) {
			t.Errorf("got no row of %s in answered (fuzz_answer_test.go), want one", name)
		}
	}
}

type userToken string

func (u userToken) Authorization(context.Context) (string, error) { return "bearer " + string(u), nil }
func (u userToken) Renew(context.Context, string) (string, error) {
	return "", fmt.Errorf("a token alone cannot be renewed")
}
func (u userToken) Source() string { return "a test" }

// newReader makes a reader of a foundation for a user of the role, through the
// framework's server.
func newReader(t testing.TB, f *fakecf.Foundation, role fakecf.Role) *reader {
	t.Helper()
	base, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	api := capi.New(capi.Config{BaseURL: base, Transport: client, Auth: userToken(f.Token(role))})
	r := connect(t, providerserver.NewProtocol6(bareProvider{api})(), `{}`)
	f.ResetRequests()
	return r
}

// newWholeReader makes a reader of a foundation through the server that users
// have, which answers large lists itself.
func newWholeReader(t testing.TB, f *fakecf.Foundation, role fakecf.Role) *reader {
	t.Helper()
	server := plugin.NewServer("test")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	config := arguments{}
	for name := range schemas.Provider.ValueType().(tftypes.Object).AttributeTypes {
		config[name] = nil
	}
	config["api_url"], config["access_token"] = f.URL(), f.Token(role)
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	r := connect(t, server, string(text))
	f.ResetRequests()
	return r
}

func connect(t testing.TB, server tfprotov6.ProviderServer, config string) *reader {
	t.Helper()
	r := &reader{t: t, server: server, types: map[string]tftypes.Object{}}
	schemas, err := r.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatalf("GetProviderSchema: got error %v, diagnostics %s, want none", err, diagnosticText(schemas.Diagnostics))
	}
	for name, schema := range schemas.DataSourceSchemas {
		r.types[name] = schema.ValueType().(tftypes.Object)
	}
	configured, err := r.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: &tfprotov6.DynamicValue{JSON: []byte(config)},
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatalf("ConfigureProvider: got error %v, diagnostics %s, want none", err, diagnosticText(configured.Diagnostics))
	}
	return r
}

// arguments are the arguments of a configuration, as encoding/json takes them.
type arguments map[string]any

// unknown stands for an argument whose value is unknown.
const unknown = "(not known yet)"

// config is a configuration as Terraform sends it, in MessagePack.
func (r *reader) config(name string, a arguments) *tfprotov6.DynamicValue {
	r.t.Helper()
	typ, found := r.types[name]
	if !found {
		r.t.Fatalf("got no data source %s in the provider, want one", name)
	}
	whole := arguments{}
	for attribute := range typ.AttributeTypes {
		whole[attribute] = nil
	}
	for name, value := range a {
		if _, found := whole[name]; !found {
			r.t.Fatalf("got no attribute %s in the data source, want one", name)
		}
		// A nested attribute has to be given with all that is in it.
		if given, ok := value.(arguments); ok {
			nested := arguments{}
			for child := range typ.AttributeTypes[name].(tftypes.Object).AttributeTypes {
				nested[child] = nil
			}
			maps.Copy(nested, given)
			value = nested
		}
		whole[name] = value
	}
	text, err := json.Marshal(whole)
	if err != nil {
		r.t.Fatal(err)
	}
	value, err := tfprotov6.DynamicValue{JSON: text}.Unmarshal(typ)
	if err != nil {
		r.t.Fatal(err)
	}
	value, err = tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.Equal(tftypes.NewValue(tftypes.String, unknown)) {
			return tftypes.NewValue(tftypes.String, tftypes.UnknownValue), nil
		}
		return v, nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	packed, err := tfprotov6.NewDynamicValue(typ, value)
	if err != nil {
		r.t.Fatal(err)
	}
	return &packed
}

// validate returns the diagnostics that terraform validate would show.
func (r *reader) validate(name string, a arguments) string {
	r.t.Helper()
	resp, err := r.server.ValidateDataResourceConfig(r.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: name, Config: r.config(name, a),
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return diagnosticText(resp.Diagnostics)
}

// try reads a data source and returns its state and the diagnostics.
func (r *reader) try(name string, a arguments) (found map[string]any, diagnostics string) {
	r.t.Helper()
	resp, err := r.server.ReadDataSource(r.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: r.config(name, a)})
	if err != nil {
		r.t.Fatal(err)
	}
	diagnostics = diagnosticText(resp.Diagnostics)
	state, err := resp.State.Unmarshal(r.types[name])
	if err != nil {
		r.t.Fatal(err)
	}
	if state.IsNull() {
		return nil, diagnostics
	}
	if !state.IsFullyKnown() {
		r.t.Errorf("%s: got a state with unknown values, want it known", name)
	}
	return plain(r.t, state).(map[string]any), diagnostics
}

// read reads a data source and fails the test when there is any diagnostic.
func (r *reader) read(name string, a arguments) map[string]any {
	r.t.Helper()
	state, diagnostics := r.try(name, a)
	if diagnostics != "" || state == nil {
		r.t.Fatalf("%s: got diagnostics %q, want a state without diagnostics", name, diagnostics)
	}
	return state
}

// processes reads cf_processes.
func (r *reader) processes(a arguments) []map[string]any {
	r.t.Helper()
	var processes []map[string]any
	for _, p := range r.read("cf_processes", a)["processes"].([]any) {
		processes = append(processes, p.(map[string]any))
	}
	return processes
}

// pick are the values of one attribute.
func pick(processes []map[string]any, attribute string) string {
	values := make([]string, 0, len(processes))
	for _, p := range processes {
		values = append(values, fmt.Sprint(p[attribute]))
	}
	return strings.Join(values, " ")
}

// diagnosticText has each diagnostic as "severity at attribute: summary: detail".
func diagnosticText(diagnostics []*tfprotov6.Diagnostic) string {
	texts := make([]string, 0, len(diagnostics))
	for _, d := range diagnostics {
		text := strings.ToLower(d.Severity.String())
		if d.Attribute != nil {
			text += " at " + strings.TrimPrefix(d.Attribute.String(), "AttributeName")
		}
		texts = append(texts, text+": "+d.Summary+": "+d.Detail)
	}
	return strings.Join(texts, "\n")
}

// plain is a Terraform value in the words of JSON; numbers are their text.
func plain(t testing.TB, v tftypes.Value) any {
	t.Helper()
	if v.IsNull() {
		return nil
	}
	fatal := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	switch {
	case v.Type().Is(tftypes.String):
		var s string
		fatal(v.As(&s))
		return s
	case v.Type().Is(tftypes.Bool):
		var b bool
		fatal(v.As(&b))
		return b
	case v.Type().Is(tftypes.Number):
		var n big.Float
		fatal(v.As(&n))
		return n.Text('f', -1)
	case v.Type().Is(tftypes.List{}):
		var elements []tftypes.Value
		fatal(v.As(&elements))
		list := make([]any, 0, len(elements))
		for _, element := range elements {
			list = append(list, plain(t, element))
		}
		return list
	}
	var elements map[string]tftypes.Value
	fatal(v.As(&elements))
	object := make(map[string]any, len(elements))
	for name, element := range elements {
		object[name] = plain(t, element)
	}
	return object
}
