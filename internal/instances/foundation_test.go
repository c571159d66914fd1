package instances

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
)

// foundation is a Client with one app, whose deployment goes through the
// given moments, one with each reading.
type foundation struct {
	clock *instancestest.FastClock
	app   capi.AppInfo
	// appErr is the answer to a request for the app.
	appErr error
	// active are the deployments in flight, as each list shows them; the last one
	// stays.
	active    [][]*capi.Deployment
	activeErr error
	// processes are the app's processes, stats those of each, and moments what
	// each reading of the deployment finds; the last one stays.
	processes []*capi.Process
	stats     map[string]*capi.ProcessStats
	moments   []moment
	// createErr are the answers to the requests for a deployment, in turn; nil
	// once there are no more.
	createErr  []error
	restartErr error
	onSent     func()
	onStats    func()

	sent []string
}

// moment is a deployment at a time, with the instances of the new and the old
// process.
type moment struct {
	value, reason, problem string
	new, old               string
	err                    error
}

func newFoundation() *foundation {
	return &foundation{
		clock: instancestest.NewFastClock(),
		app:   capi.AppInfo{GUID: "app-1", Name: ptr(capi.Text("shop")), State: ptr(capi.Text("STARTED"))},
		processes: []*capi.Process{
			{GUID: "web-1", Type: ptr("web"), Instances: ptr(int64(2))},
			{GUID: "worker-1", Type: ptr("worker"), Instances: ptr(int64(1))},
			{GUID: "task-1", Type: ptr("task"), Instances: ptr(int64(0))},
		},
		stats: map[string]*capi.ProcessStats{"web-1": statsOf("RUNNING RUNNING"), "worker-1": statsOf("RUNNING"), "web-2": statsOf("")},
	}
}

func (f *foundation) GetApp(context.Context, string) (*capi.AppInfo, error) { return &f.app, f.appErr }

func (f *foundation) AppStopped(context.Context, string) (bool, error) { return f.app.Stopped(), nil }

func (f *foundation) GetProcess(context.Context, capi.Address) (*capi.Process, error) {
	return nil, errors.New("no process is to be read by itself")
}

func (f *foundation) TerminateInstance(context.Context, *capi.Process, int64) error {
	return errors.New("no instance is to be terminated")
}

func (f *foundation) ListProcesses(context.Context, capi.ProcessFilter) (*capi.ProcessList, error) {
	return &capi.ProcessList{Processes: f.processes}, nil
}

func (f *foundation) ProcessStats(_ context.Context, address capi.Address) (*capi.ProcessStats, error) {
	if f.onStats != nil {
		f.onStats()
	}
	return f.stats[address.GUID], nil
}

func (f *foundation) ActiveDeployments(context.Context, string) ([]*capi.Deployment, error) {
	if f.activeErr != nil {
		return nil, f.activeErr
	}
	if len(f.active) == 0 {
		return nil, nil
	}
	now := f.active[0]
	if len(f.active) > 1 {
		f.active = f.active[1:]
	}
	return now, nil
}

func (f *foundation) RestartApp(context.Context, string) error {
	f.sent = append(f.sent, "restart")
	if f.onSent != nil {
		f.onSent()
	}
	return f.restartErr
}

func (f *foundation) CreateDeployment(
	_ context.Context, _ string, strategy capi.Field[string], options capi.Field[capi.DeploymentOptions],
) (*capi.Deployment, error) {
	request := "deploy"
	if !strategy.IsZero() {
		request += " by strategy"
	}
	if !options.IsZero() {
		body, err := options.MarshalJSON()
		request += " " + string(body)
		if err != nil {
			return nil, err
		}
	}
	f.sent = append(f.sent, request)
	if f.onSent != nil {
		f.onSent()
	}
	if len(f.createErr) > 0 {
		err := f.createErr[0]
		f.createErr = f.createErr[1:]
		if err != nil {
			return nil, err
		}
	}
	f.processes = append(f.processes, &capi.Process{GUID: "web-2", Type: ptr("web"), Instances: ptr(int64(2))})
	return deployment("ACTIVE", "DEPLOYING", ""), nil
}

func deployment(value, reason, problem string) *capi.Deployment {
	d := &capi.Deployment{
		GUID: "deployment-1", Status: &capi.DeploymentStatus{Value: ptr(capi.Text(value)), Reason: ptr(capi.Text(reason))},
		NewProcesses: []capi.DeploymentProcess{{GUID: "web-2", Type: "web"}},
	}
	if problem != "" {
		d.Status.Details = &capi.DeploymentDetails{Error: ptr(capi.Text(problem))}
	}
	return d
}

func (f *foundation) GetDeployment(context.Context, string) (*capi.Deployment, error) {
	now := f.moments[0]
	if len(f.moments) > 1 {
		f.moments = f.moments[1:]
	}
	if now.err != nil {
		return nil, now.err
	}
	f.stats["web-2"], f.stats["web-1"] = statsOf(now.new), statsOf(now.old)
	return deployment(now.value, now.reason, now.problem), nil
}

// run restarts the app, for ten minutes at most.
func (f *foundation) run(t *testing.T, change func(*AppRestart)) (lines []string, summary, detail string) {
	t.Helper()
	return f.runIn(t.Context(), t, change)
}

func (f *foundation) runIn(ctx context.Context, t *testing.T, change func(*AppRestart)) (lines []string, summary, detail string) {
	t.Helper()
	r := AppRestart{Strategy: Rolling, MaxInFlight: 1, Timeout: 10 * time.Minute}
	target := Target{
		Client: f, Clock: f.clock, Address: capi.Address{AppGUID: "app-1"}, Progress: func(line string) { lines = append(lines, line) },
		Failure: diagnostic.Failure{Object: "App", Action: "restart app app-1", Attribute: path.Root("app_guid")},
	}
	if change != nil {
		change(&r)
	}
	diags := target.RestartApp(ctx, r)
	switch len(diags) {
	case 0:
	case 1:
		summary, detail = diags[0].Summary(), diags[0].Detail()
	default:
		t.Fatalf("got %d diagnostics, want at most 1: %v", len(diags), diags)
	}
	return lines, summary, detail
}

// wantDiagnostic fails the test unless the diagnostic has this summary, "" for none,
// and a detail with all the parts.
func wantDiagnostic(t *testing.T, summary, detail, wantSummary string, parts ...string) {
	t.Helper()
	if summary != wantSummary {
		t.Fatalf("got summary %q, want %q: %s", summary, wantSummary, detail)
	}
	wantParts(t, detail, parts...)
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("got a text without %q:\n%s", part, text)
		}
	}
}

func wantSent(t *testing.T, f *foundation, want ...string) {
	t.Helper()
	if !slices.Equal(f.sent, want) {
		t.Errorf("got requests %q, want %q", f.sent, want)
	}
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got progress:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
