package process

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// These tests of the resource send what Terraform sends through the protocol, and
// check the responses as Terraform does. Waits use a clock that advances
// instantly. So they take a thousandth of the time of an acceptance test.

// managingProvider is a provider with the resource and its list resource.
type managingProvider struct {
	client *capi.Client
	clock  instances.Clock
	walk   *walk
}

func (p *managingProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cf"
}
func (p *managingProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {
}
func (p *managingProvider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData, resp.ListResourceData = p.client, p.client
}
func (p *managingProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (p *managingProvider) Actions(context.Context) []func() action.Action             { return nil }
func (p *managingProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &processResource{clock: p.clock, walk: p.walk} }}
}
func (p *managingProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{NewListResource}
}

// workspace is one cf_process block with its state. It sends the requests that
// Terraform sends.
type workspace struct {
	*fakecf.Foundation
	t        testing.TB
	server   tfprotov6.ProviderServerWithListResource
	clock    instances.Clock
	client   *capi.Client
	kind     tftypes.Object // of the resource
	identity tftypes.Object // its type
	filters  tftypes.Object // of the list resource

	state      tftypes.Value
	private    []byte
	identified *tfprotov6.ResourceIdentityData
}

// startWorkspace starts a seeded foundation and a workspace for a user of it.
func startWorkspace(t testing.TB, role fakecf.Role, options ...fakecf.Option) *workspace {
	t.Helper()
	clock := instancestest.NewFastClockAt(time.Now().Add(time.Hour)) // later than the start of the seeded instances
	f := fakecf.New(t, append([]fakecf.Option{fakecf.WithTokenLifetime(10000 * time.Hour)}, options...)...)
	f.SetClock(clock.Now)
	return newWorkspace(t, f, role, clock)
}

func newWorkspace(t testing.TB, f *fakecf.Foundation, role fakecf.Role, clock instances.Clock) *workspace {
	t.Helper()
	return newWorkspaceBy(t, f, role, clock, transport.Config{})
}

// newWorkspaceBy is newWorkspace with settings of the transport.
func newWorkspaceBy(t testing.TB, f *fakecf.Foundation, role fakecf.Role, clock instances.Clock, settings transport.Config) *workspace {
	t.Helper()
	root, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	w := workspaceOf(t, f, capi.New(capi.Config{BaseURL: root, Transport: client, Auth: bearer(f.Token(role))}), clock)
	f.ResetRequests()
	return w
}

// workspaceOf is a workspace with the given client.
func workspaceOf(t testing.TB, f *fakecf.Foundation, client *capi.Client, clock instances.Clock) *workspace {
	t.Helper()
	w := &workspace{Foundation: f, t: t, clock: clock, client: client}
	w.restart()
	ctx := t.Context()
	schemas, err := w.server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatalf("GetProviderSchema: got error %v and diagnostics %.1000q, want none", err, diagnosticsText(schemas.Diagnostics))
	}
	w.kind = schemas.ResourceSchemas["cf_process"].ValueType().(tftypes.Object)
	w.filters = schemas.ListResourceSchemas["cf_process"].ValueType().(tftypes.Object)
	identities, err := w.server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(identities.Diagnostics) > 0 {
		t.Fatalf("GetResourceIdentitySchemas: got error %v and diagnostics %.1000q, want none", err, diagnosticsText(identities.Diagnostics))
	}
	w.identity = identities.IdentitySchemas["cf_process"].ValueType().(tftypes.Object)
	w.forget()
	return w
}

// restart starts the provider again, as Terraform does for each walk of the graph.
func (w *workspace) restart() {
	w.t.Helper()
	p := &managingProvider{clock: w.clock, client: w.client, walk: new(walk)}
	w.server = providerserver.NewProtocol6(p)().(tfprotov6.ProviderServerWithListResource)
	configured, err := w.server.ConfigureProvider(w.t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: w.dynamic(tftypes.NewValue(tftypes.Object{}, map[string]tftypes.Value{})),
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		w.t.Fatalf("ConfigureProvider: got error %v and diagnostics %.1000q, want none", err, diagnosticsText(configured.Diagnostics))
	}
}

// forget empties the state.
func (w *workspace) forget() {
	w.state, w.private, w.identified = tftypes.NewValue(w.kind, nil), nil, nil
}

// as is the same workspace for another user.
func (w *workspace) as(role fakecf.Role) *workspace {
	w.t.Helper()
	other := newWorkspace(w.t, w.Foundation, role, w.clock)
	other.state, other.private, other.identified = w.state, w.private, w.identified
	return other
}

// settings are attributes in Go values; nested ones are settings as well.
type settings = map[string]any

func (w *workspace) dynamic(v tftypes.Value) *tfprotov6.DynamicValue {
	w.t.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		w.t.Fatal(err)
	}
	return &d
}

func (w *workspace) value(kind tftypes.Type, v any) tftypes.Value {
	w.t.Helper()
	if v == unknownYet {
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	}
	given, nested := v.(settings)
	if !nested {
		return tftypes.NewValue(kind, v)
	}
	values := map[string]tftypes.Value{}
	switch kind := kind.(type) {
	case tftypes.Map:
		for key, element := range given {
			values[key] = w.value(kind.ElementType, element)
		}
	case tftypes.Object:
		for name := range given {
			if _, ok := kind.AttributeTypes[name]; !ok {
				w.t.Fatalf("settings: got %s, want only attributes of the schema", name)
			}
		}
		for name, t := range kind.AttributeTypes {
			values[name] = w.value(t, given[name])
		}
	default:
		w.t.Fatalf("settings: got an object %s, want a value of the type %s", brief(v), kind)
	}
	return tftypes.NewValue(kind, values)
}

func (w *workspace) config(s settings) tftypes.Value { return w.value(w.kind, s) }

// proposed is the state that Terraform proposes: the configuration, and the prior
// state for the attributes that it does not set.
func proposed(config, prior tftypes.Value) tftypes.Value {
	c, p := field.Open(config), field.Open(prior)
	if config.IsNull() {
		return config // to destroy
	}
	kind := config.Type().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, t := range kind.AttributeTypes {
		before, ok := p[name]
		if !ok {
			before = tftypes.NewValue(t, nil)
		}
		switch {
		case name == "timeouts": // not computed
			values[name] = c[name]
		case !c.IsSet(name):
			values[name] = before
		case t.Is(tftypes.Object{}) && c[name].IsKnown():
			values[name] = proposed(c[name], before)
		default:
			values[name] = c[name]
		}
	}
	return tftypes.NewValue(kind, values)
}
