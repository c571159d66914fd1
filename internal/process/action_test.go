package process

import (
	"context"
	"fmt"
	"maps"
	"net/http"
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

// The actions are tested through the protocol, as Terraform uses them, but in
// this process and by a clock that runs ahead, so that they need no Terraform
// that knows actions.

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
	return "", fmt.Errorf("there is no other token")
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
		t.Fatal(err, schemas.Diagnostics)
	}
	for name, schema := range schemas.ActionSchemas {
		a.types[name] = schema.Schema.ValueType().(tftypes.Object)
	}
	configured, err := a.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamicValue(t,
		tftypes.NewValue(tftypes.Object{}, map[string]tftypes.Value{}))})
	if err != nil || len(configured.Diagnostics) > 0 {
		t.Fatal(err, configured.Diagnostics)
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
		a.t.Fatalf("there is no action %s", action)
	}
	values := map[string]tftypes.Value{}
	for name, kind := range object.AttributeTypes {
		value := c[name]
		if value == unknownYet {
			value = tftypes.UnknownValue
		}
		values[name] = tftypes.NewValue(kind, value)
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

// result is what an action said.
type actionResult struct {
	progress []string
	diags    []*tfprotov6.Diagnostic
}

func (a *actionTest) invoke(action string, c actionConfig) actionResult {
	a.t.Helper()
	return a.invokeUntil(a.t.Context(), action, c, func(string) {})
}

// invokeUntil invokes the action and calls hear with each line of progress.
func (a *actionTest) invokeUntil(ctx context.Context, action string, c actionConfig, hear func(string)) actionResult {
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
			hear(e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			r.diags = e.Diagnostics
		}
	}
	if completed != 1 {
		a.t.Fatalf("the action completed %d times", completed)
	}
	return r
}

// succeeds fails the test when there is any diagnostic.
func (r actionResult) succeeds(t *testing.T) actionResult {
	t.Helper()
	if len(r.diags) > 0 {
		t.Fatalf("diagnostics:\n%s\nafter:\n%s", diagnosticsText(r.diags), strings.Join(r.progress, "\n"))
	}
	return r
}

// says fails the test unless the progress is exactly these lines.
func (r actionResult) says(t *testing.T, lines ...string) {
	t.Helper()
	if !slices.Equal(r.progress, lines) {
		t.Errorf("progress:\n%s\nnot:\n%s", strings.Join(r.progress, "\n"), strings.Join(lines, "\n"))
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
		t.Fatalf("not one %s %q, but:\n%s", severity, summary, diagnosticsText(diags))
	}
	for _, part := range parts {
		if !strings.Contains(diags[0].Detail, part) {
			t.Errorf("%q is not in:\n%s", part, diags[0].Detail)
		}
	}
}

func diagnosticsText(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s at %s: %s\n%s\n\n", d.Severity, d.Attribute, d.Summary, d.Detail)
	}
	return b.String()
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

func sameList[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%v\nnot:\n%v", what, got, want)
	}
}

const (
	scaleName     = "cf_process_scale"
	terminateName = "cf_process_terminate_instance"
	restartName   = "cf_process_rolling_restart"
	appName       = "cf_app_restart"
)

// What can be known to be wrong without the API is refused when it is
// validated, when it is planned (variables are not known before) and when it is
// invoked (values of other resources are not known before), and never reaches
// an API.
func TestActionsRefuseWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		action    string
		config    actionConfig
		attribute string
		summary   string
		part      string
	}{
		"no address":         {terminateName, actionConfig{"index": 0}, "guid", "Invalid process address", "No process is addressed"},
		"two addresses":      {restartName, actionConfig{"guid": "g", "app_guid": "a"}, "app_guid", "Invalid process address", "exclude each other"},
		"guid with type":     {restartName, actionConfig{"guid": "g", "type": "web"}, "type", "Invalid process address", "type goes with app_guid"},
		"guid with a slash":  {scaleName, actionConfig{"guid": "a/../b", "instances": 1}, "guid", "Invalid guid", "must not contain"},
		"app that is empty":  {scaleName, actionConfig{"app_guid": "", "instances": 1}, "app_guid", "Invalid app_guid", "must not be empty"},
		"type with a dot":    {terminateName, actionConfig{"app_guid": "a", "type": "..", "index": 1}, "type", "Invalid type", "means another path"},
		"negative index":     {terminateName, actionConfig{"guid": "g", "index": -1}, "index", "Invalid index", "index must be a whole number from 0 to 2147483647, but is -1."},
		"nothing to scale":   {scaleName, actionConfig{"guid": "g", "wait_for_instances": true}, "", "Nothing to scale", "Set at least one of instances"},
		"negative instances": {scaleName, actionConfig{"guid": "g", "instances": -1}, "instances", "Invalid instances", "a whole number from 0 to 2147483647, but is -1"},
		"no memory":          {scaleName, actionConfig{"guid": "g", "memory_in_mb": 0}, "memory_in_mb", "Invalid memory_in_mb", "a whole number from 1 to 2147483647, but is 0"},
		"no disk":            {scaleName, actionConfig{"guid": "g", "disk_in_mb": 0}, "disk_in_mb", "Invalid disk_in_mb", "a whole number from 1 to 2147483647"},
		"too many instances": {scaleName, actionConfig{"guid": "g", "instances": int64(1) << 31}, "instances", "Invalid instances", "but is 2147483648"},
		"log rate of -2": {scaleName, actionConfig{"guid": "g", "log_rate_limit_in_bytes_per_second": -2}, "log_rate_limit_in_bytes_per_second",
			"Invalid log_rate_limit_in_bytes_per_second", "a whole number, -1 or more"},
		"app with a slash":     {appName, actionConfig{"app_guid": "a/b"}, "app_guid", "Invalid app_guid", "must not contain"},
		"another strategy":     {appName, actionConfig{"app_guid": "a", "strategy": "canary"}, "strategy", "Invalid strategy", `must be "rolling" or "stop_start", but is "canary".`},
		"none in flight":       {appName, actionConfig{"app_guid": "a", "max_in_flight": 0}, "max_in_flight", "Invalid max_in_flight", "from 1 to 2147483647, but is 0"},
		"a half in flight":     {appName, actionConfig{"app_guid": "a", "max_in_flight": 1.5}, "max_in_flight", "Invalid max_in_flight", "must be a whole number"},
		"in flight at once":    {appName, actionConfig{"app_guid": "a", "strategy": "stop_start", "max_in_flight": 2}, "max_in_flight", "max_in_flight without a rolling restart", "Leave max_in_flight out"},
		"no time for the app":  {appName, actionConfig{"app_guid": "a", "timeout": "0s"}, "timeout", "Invalid timeout", "more than 0"},
		"timeout without unit": {restartName, actionConfig{"guid": "g", "timeout": "90"}, "timeout", "Invalid timeout", "with its unit"},
		"timeout of nothing":   {restartName, actionConfig{"guid": "g", "timeout": "0s"}, "timeout", "Invalid timeout", "more than 0"},
		"negative timeout":     {restartName, actionConfig{"guid": "g", "timeout": "-1m"}, "timeout", "Invalid timeout", "more than 0"},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t)
			for step, diags := range map[string][]*tfprotov6.Diagnostic{
				"validate": a.validate(test.action, test.config),
				"plan":     a.plan(test.action, test.config),
				"invoke":   a.invoke(test.action, test.config).diags,
			} {
				t.Log(step)
				diagnosed(t, diags, tfprotov6.DiagnosticSeverityError, test.summary, test.part)
				at := ""
				if path := diags[0].Attribute; path != nil {
					at = fmt.Sprint(path.Steps()[0])
				}
				if want := test.attribute; want == "" && at != "" || want != "" && at != fmt.Sprint(tftypes.AttributeName(want)) {
					t.Errorf("%s: it is on %q, not on %q", step, at, want)
				}
			}
			if n := a.Count("", ""); n != 0 {
				t.Errorf("%d requests were made", n)
			}
		})
	}
}

// What is not known yet is not wrong, and asking the API is left for later: the
// same apply may make it right.
func TestActionsTakeWhatIsUnknown(t *testing.T) {
	a := startActions(t)
	for action, all := range map[string][]actionConfig{
		scaleName: {
			{"guid": unknownYet, "instances": unknownYet}, {"app_guid": unknownYet, "type": unknownYet, "memory_in_mb": 1},
			{"guid": unknownYet, "app_guid": unknownYet, "log_rate_limit_in_bytes_per_second": -1, "wait_for_instances": unknownYet},
		},
		terminateName: {{"guid": unknownYet, "index": unknownYet}, {"guid": "not-there", "index": 1000}},
		restartName:   {{"app_guid": unknownYet, "timeout": unknownYet}, {"guid": "not-there", "timeout": "90s"}},
		appName: {
			{"app_guid": unknownYet, "strategy": unknownYet, "max_in_flight": unknownYet, "timeout": unknownYet},
			{"app_guid": "not-there", "strategy": unknownYet, "max_in_flight": 2}, {"app_guid": "a", "strategy": "stop_start", "max_in_flight": unknownYet},
		},
	} {
		for _, c := range all {
			if diags := append(a.validate(action, c), a.plan(action, c)...); len(diags) > 0 {
				t.Errorf("%s %v: %s", action, c, diagnosticsText(diags))
			}
		}
	}
	if n := a.Count("", ""); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestActionsOfAProcessThatIsNotThere(t *testing.T) {
	a := startActions(t)
	for action, more := range map[string]actionConfig{
		scaleName: {"instances": 1}, terminateName: {"index": 0}, restartName: {},
	} {
		for _, address := range []string{"guid", "app_guid"} {
			c := actionConfig{address: "not-there"}
			maps.Copy(c, more)
			r := a.invoke(action, c)
			r.fails(t, "Process not found", "CF-ResourceNotFound (10010)", "role in the space")
			if got := fmt.Sprint(r.diags[0].Attribute.Steps()[0]); got != fmt.Sprint(tftypes.AttributeName(address)) {
				t.Errorf("%s by %s: the error is on %s", action, address, got)
			}
		}
	}
	if n := a.Count(http.MethodDelete, ""); n != 0 {
		t.Errorf("%d instances were terminated", n)
	}
}

// Terraform stops listening when the run is canceled: sending would block.
func TestNoProgressAfterACancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var heard []string
	progress := progressOf(ctx, &action.InvokeResponse{SendProgress: func(event action.InvokeProgressEvent) {
		heard = append(heard, event.Message)
	}})
	progress("before")
	cancel()
	progress("after")
	sameList(t, "progress", heard, []string{"before"})
}

// soon is how long a canceled action may go on.
const soon = time.Second

// cancelAt invokes the action by the real clock and cancels it after the first
// line that has the text.
func (a *actionTest) cancelAt(line, action string, c actionConfig) actionResult {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.t.Context())
	defer cancel()
	var canceled time.Time
	r := a.invokeUntil(ctx, action, c, func(heard string) {
		if canceled.IsZero() && strings.Contains(heard, line) {
			time.AfterFunc(50*time.Millisecond, func() {
				canceled = time.Now()
				cancel()
			})
		}
	})
	if canceled.IsZero() {
		a.t.Fatalf("it was never canceled: %v %s", r.progress, diagnosticsText(r.diags))
	}
	if took := time.Since(canceled); took > soon {
		a.t.Errorf("it went on for %s", took)
	}
	return r
}
