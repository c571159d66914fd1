package process

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// The tests of the actions call the provider protocol, as Terraform does, but in
// this process and with a clock that advances instantly. They need no Terraform
// that supports actions.

// actionsProvider is a provider with the actions alone.
type actionsProvider struct {
	client *capi.Client
	clock  instances.Clock
}

func (p *actionsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "cf"
}
func (p *actionsProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (p *actionsProvider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ActionData = p.client
}
func (p *actionsProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (p *actionsProvider) Resources(context.Context) []func() resource.Resource       { return nil }
func (p *actionsProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		func() action.Action { return newScaleAction(p.clock) },
		func() action.Action { return newTerminateAction(p.clock) },
		func() action.Action { return newRestartAction(p.clock) },
		func() action.Action { return newAppRestartAction(p.clock) },
	}
}

// bearer is a credential that is always the same token.
type bearer string

func (b bearer) Authorization(context.Context) (string, error) { return "bearer " + string(b), nil }
func (b bearer) Renew(context.Context, string) (string, error) {
	return "", fmt.Errorf("the test has no other token")
}
func (b bearer) Source() string { return "the test" }

// actionTest is a foundation with one process, and the actions to try on it.
type actionTest struct {
	*fakecf.Foundation
	t      *testing.T
	server tfprotov6.ProviderServerWithActions
	types  map[string]tftypes.Object
	clock  *instancestest.FastClock
	// app and guid are those of the process.
	app, guid string
}

// startActions starts a foundation with a web process of three instances.
func startActions(t *testing.T, options ...fakecf.Option) *actionTest {
	t.Helper()
	clock := instancestest.NewFastClock()
	a := newActionTest(t, clock, options...)
	a.clock = clock
	return a
}

func newActionTest(t *testing.T, clock instances.Clock, options ...fakecf.Option) *actionTest {
	t.Helper()
	f := fakecf.New(t, append([]fakecf.Option{fakecf.WithoutSeed(), fakecf.WithTokenLifetime(1000 * time.Hour)}, options...)...)
	f.SetClock(clock.Now)
	a := &actionTest{Foundation: f, t: t, types: map[string]tftypes.Object{}}
	a.app = f.AddApp(f.AddSpace(f.AddOrganization("org"), "space"), "app")
	a.guid = f.AddProcess(a.app, fakecf.Process{Type: "web", Instances: 3})

	root, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	p := &actionsProvider{clock: clock, client: capi.New(capi.Config{
		BaseURL: root, Transport: client, Auth: bearer(f.Token(fakecf.SpaceDeveloper)),
	})}
	a.server = providerserver.NewProtocol6(p)().(tfprotov6.ProviderServerWithActions)
	schemas, err := a.server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatalf("GetProviderSchema: got error %v, diagnostics %s, want none", err, diagnosticsText(schemas.Diagnostics))
	}
	for name, schema := range schemas.ActionSchemas {
		a.types[name] = schema.Schema.ValueType().(tftypes.Object)
	}
	configured, err := a.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamicValue(t,
		tftypes.NewValue(tftypes.Object{}, map[string]tftypes.Value{}))})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatalf("ConfigureProvider: got error %v, diagnostics %s, want none", err, diagnosticsText(configured.Diagnostics))
	}
	f.ResetRequests()
	return a
}

func dynamicValue(t *testing.T, v tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	d, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// actionConfig is a configuration in Go values; unknownYet is one that Terraform does
// not know yet.
type actionConfig map[string]any

type notKnownYet struct{}

var unknownYet = notKnownYet{}

// by is the address of the process, by app and type, with further settings.
func (a *actionTest) by(more actionConfig) actionConfig {
	c := actionConfig{"app_guid": a.app}
	maps.Copy(c, more)
	return c
}

func (a *actionTest) config(action string, c actionConfig) *tfprotov6.DynamicValue {
	a.t.Helper()
	object, ok := a.types[action]
	if !ok {
		a.t.Fatalf("the provider has no action %s", action)
	}
	values := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		value := c[name]
		if value == unknownYet {
			value = tftypes.UnknownValue
		}
		values[name] = tftypes.NewValue(typ, value)
	}
	for name := range c {
		if _, ok := object.AttributeTypes[name]; !ok {
			a.t.Fatalf("%s has no attribute %s", action, name)
		}
	}
	return dynamicValue(a.t, tftypes.NewValue(object, values))
}

func (a *actionTest) validate(action string, c actionConfig) []*tfprotov6.Diagnostic {
	a.t.Helper()
	resp, err := a.server.ValidateActionConfig(a.t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: action, Config: a.config(action, c),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.Diagnostics
}

func (a *actionTest) plan(action string, c actionConfig) []*tfprotov6.Diagnostic {
	a.t.Helper()
	resp, err := a.server.PlanAction(a.t.Context(), &tfprotov6.PlanActionRequest{ActionType: action, Config: a.config(action, c)})
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.Diagnostics
}

// actionResult is the progress and the diagnostics of an invoked action.
type actionResult struct {
	progress []string
	diags    []*tfprotov6.Diagnostic
}

func (a *actionTest) invoke(action string, c actionConfig) actionResult {
	a.t.Helper()
	return a.invokeUntil(a.t.Context(), action, c, func(string) {})
}

// invokeUntil invokes the action and calls onLine with each line of progress.
func (a *actionTest) invokeUntil(ctx context.Context, action string, c actionConfig, onLine func(string)) actionResult {
	a.t.Helper()
	stream, err := a.server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: action, Config: a.config(action, c)})
	if err != nil {
		a.t.Fatal(err)
	}
	var r actionResult
	completed := 0
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			r.progress = append(r.progress, e.Message)
			onLine(e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			r.diags = e.Diagnostics
		}
	}
	if completed != 1 {
		a.t.Fatalf("got %d completed events of %s, want 1", completed, action)
	}
	return r
}

// succeeds fails the test when there is any diagnostic.
func (r actionResult) succeeds(t *testing.T) actionResult {
	t.Helper()
	if len(r.diags) > 0 {
		t.Fatalf("got diagnostics:\n%s\nwant none, after the progress:\n%s", diagnosticsText(r.diags), strings.Join(r.progress, "\n"))
	}
	return r
}

// reports fails the test unless the progress is exactly these lines.
func (r actionResult) reports(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(r.progress, lines) {
		t.Errorf("got progress:\n%s\nwant:\n%s", strings.Join(r.progress, "\n"), strings.Join(lines, "\n"))
	}
}

// diagnosed fails the test unless there is exactly one diagnostic with this
// severity and summary, whose detail has all the parts.
func (r actionResult) diagnosed(t *testing.T, severity tfprotov6.DiagnosticSeverity, summary string, parts ...string) {
	t.Helper()
	diagnosed(t, r.diags, severity, summary, parts...)
}

func (r actionResult) fails(t *testing.T, summary string, parts ...string) {
	t.Helper()
	r.diagnosed(t, tfprotov6.DiagnosticSeverityError, summary, parts...)
}

func diagnosed(t *testing.T, diags []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity, summary string, parts ...string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Severity != severity || diags[0].Summary != summary {
		t.Fatalf("got diagnostics:\n%s\nwant one %s %q", diagnosticsText(diags), severity, summary)
	}
	for _, part := range parts {
		if !strings.Contains(diags[0].Detail, part) {
			t.Errorf("got detail:\n%s\nwant %q in it", diags[0].Detail, part)
		}
	}
}

func diagnosticsText(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Severity.String())
		if d.Attribute != nil {
			b.WriteString(" at " + d.Attribute.String())
		}
		b.WriteString(": " + d.Summary + "\n" + d.Detail + "\n\n")
	}
	return strings.TrimSpace(b.String())
}

// requests are the requests of a method, as "path body".
func (a *actionTest) requests(method string) []string {
	var all []string
	for _, r := range a.Requests() {
		if r.Method == method {
			all = append(all, strings.TrimSpace(r.Path+" "+r.Body))
		}
	}
	return all
}

// sameList fails the test unless got, which the failure calls by the name, is want.
func sameList[T comparable](t *testing.T, name string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %s:\n%v\nwant:\n%v", name, got, want)
	}
}

const (
	scaleName     = "cf_process_scale"
	terminateName = "cf_process_terminate_instance"
	restartName   = "cf_process_rolling_restart"
	appName       = "cf_app_restart"
)

// cancelLimit is how long a canceled action may take to return.
const cancelLimit = time.Second

// cancelAt invokes the action and cancels it after the first line of progress
// that contains the text. Its clock has to be the real one.
func (a *actionTest) cancelAt(line, action string, c actionConfig) actionResult {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	var canceled time.Time
	r := a.invokeUntil(ctx, action, c, func(progress string) {
		if canceled.IsZero() && strings.Contains(progress, line) {
			time.AfterFunc(50*time.Millisecond, func() {
				canceled = time.Now()
				cancel()
			})
		}
	})
	if canceled.IsZero() {
		a.t.Fatalf("got progress %q and diagnostics:\n%s\nwant a line with %q, at which the test cancels", r.progress, diagnosticsText(r.diags), line)
	}
	if took := time.Since(canceled); took > cancelLimit {
		a.t.Errorf("got an end %s after the cancel, want it within %s", took, cancelLimit)
	}
	return r
}
