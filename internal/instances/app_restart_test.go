package instances

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// foundation is an AppClient with one app, whose deployment goes through the
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
		app:   capi.AppInfo{GUID: "app-1", Name: ptr(capi.Text("shop")), State: ptr("STARTED")},
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
	r := AppRestart{
		Client: f, Clock: f.clock, GUID: "app-1", Strategy: Rolling, MaxInFlight: 1, Timeout: 10 * time.Minute,
		Progress: func(line string) { lines = append(lines, line) },
		Failure:  diagnostic.Failure{Object: "App", Action: "restart app app-1", Attribute: path.Root("app_guid")},
	}
	if change != nil {
		change(&r)
	}
	diags := r.Run(ctx)
	switch len(diags) {
	case 0:
	case 1:
		summary, detail = diags[0].Summary(), diags[0].Detail()
	default:
		t.Fatalf("got %d diagnostics: %v", len(diags), diags)
	}
	return lines, summary, detail
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

func TestDeploy(t *testing.T) {
	f := newFoundation()
	f.moments = []moment{
		{value: "ACTIVE", reason: "DEPLOYING", new: "STARTING", old: "RUNNING RUNNING"},
		{value: "ACTIVE", reason: "DEPLOYING", new: "STARTING", old: "RUNNING RUNNING"},
		{value: "ACTIVE", reason: "DEPLOYING", new: "RUNNING STARTING", old: "RUNNING"},
		{err: apiError(502, 0, "")},
		{value: "FINALIZED", reason: "DEPLOYED", new: "RUNNING RUNNING"},
	}
	lines, summary, detail := f.run(t, func(r *AppRestart) { r.MaxInFlight = 3 })
	if summary != "" {
		t.Fatalf("got %s: %s", summary, detail)
	}
	wantSent(t, f, `deploy by strategy {"max_in_flight":3}`)
	wantLines(t, slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "cannot be read") }),
		"deploying the app shop, 3 at a time", "deployment deployment-1 is ACTIVE (DEPLOYING)",
		"after 0 s: ACTIVE (DEPLOYING); new process: 1 STARTING; old process: 2 RUNNING",
		"after 10 s: ACTIVE (DEPLOYING); new process: 1 RUNNING, 1 STARTING; old process: 1 RUNNING",
		"the deployment can be read again", "app shop deployed in 20 s")
}

func TestDeployFails(t *testing.T) {
	crash := moment{value: "ACTIVE", reason: "DEPLOYING", problem: "memory quota_exceeded", new: "CRASHED:oom STARTING", old: "RUNNING"}
	states := []string{
		"The deployment reports: memory quota_exceeded",
		"The new process web-2: 1 CRASHED, 1 STARTING\n  - index 0: CRASHED: oom\n  - index 1: STARTING",
		"The old process web-1: 1 RUNNING\n  - index 0: RUNNING\n  - index 1: not there",
	}
	end := func(reason string) []moment {
		last := crash
		last.value, last.reason = "FINALIZED", reason
		return []moment{crash, last}
	}
	for name, test := range map[string]struct {
		moments []moment
		summary string
		parts   []string
	}{
		"in time": {
			moments: []moment{crash}, summary: "Not deployed in time",
			parts: append(states, "After 10 min (the timeout) the deployment deployment-1 of the app shop was ACTIVE (DEPLOYING)",
				"`cf cancel-deployment shop`", "raise the timeout"),
		},
		"canceled": {
			moments: end("CANCELED"), summary: "The deployment was canceled", parts: append(states, "After 5 s"),
		},
		"superseded": {
			moments: end("SUPERSEDED"), summary: "The deployment was superseded", parts: append(states, "another deployment"),
		},
		"a reason of old foundations": {
			moments: end("DEGENERATE"), summary: "The deployment failed", parts: append(states, "FINALIZED (DEGENERATE)"),
		},
		"the deployment is gone": {
			moments: []moment{crash, {err: apiError(404, 10010, "CF-ResourceNotFound")}}, summary: "The deployment is gone", parts: states,
		},
		"it cannot be read for long": {
			moments: []moment{crash, {err: apiError(502, 0, "")}}, summary: "Could not read the deployment any longer",
			parts: append(states, "502 Bad Gateway", "`cf cancel-deployment shop`"),
		},
		"it must not be read": {
			moments: []moment{crash, {err: apiError(403, 10003, "CF-NotAuthorized")}}, summary: "Could not read the deployment any longer",
			parts: append(states, "CF-NotAuthorized"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			f.moments = test.moments
			lines, summary, detail := f.run(t, nil)
			if summary != test.summary {
				t.Fatalf("got summary %q, want %q: %s", summary, test.summary, detail)
			}
			for _, part := range test.parts {
				if !strings.Contains(detail, part) {
					t.Errorf("got a detail without %q:\n%s", part, detail)
				}
			}
			if !strings.HasSuffix(lines[2], "; error: memory quota_exceeded") {
				t.Errorf("got progress without the error: %q", lines)
			}
			wantSent(t, f, `deploy by strategy {"max_in_flight":1}`)
		})
	}
}

// What is wrong is found out before anything is sent.
func TestAppRestartSendsNothing(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*foundation)
		change  func(*AppRestart)
		summary string
		parts   []string
	}{
		"the app is not there": {
			prepare: func(f *foundation) { f.appErr = apiError(404, 10010, "CF-ResourceNotFound") }, summary: "App not found",
		},
		"the app is stopped": {
			prepare: func(f *foundation) { f.app.State = ptr("STOPPED") }, summary: "The app is stopped", parts: []string{"cf start shop"},
		},
		"a deployment is in flight": {
			prepare: func(f *foundation) { f.active = [][]*capi.Deployment{{deployment("ACTIVE", "DEPLOYING", "")}} },
			summary: "A deployment is in flight", parts: []string{"deployment-1 is ACTIVE (DEPLOYING)", "cf cancel-deployment shop", "Nothing was restarted"},
		},
		"a deployment is in flight, and all instances would be stopped": {
			prepare: func(f *foundation) { f.active = [][]*capi.Deployment{{deployment("ACTIVE", "DEPLOYING", "")}} },
			change:  func(r *AppRestart) { r.Strategy = StopStart },
			summary: "A deployment is in flight",
		},
		"the foundation has no deployments": {
			prepare: func(f *foundation) { f.activeErr = apiError(404, 10000, "CF-NotFound") },
			summary: "Not available on this foundation", parts: []string{"A rolling restart needs an endpoint", `set strategy to "stop_start"`},
		},
		"the deployments must not be read": {
			prepare: func(f *foundation) { f.activeErr = apiError(403, 10003, "CF-NotAuthorized") }, summary: "Not permitted",
		},
		"Korifi is not ready": {
			prepare: func(f *foundation) {
				f.app.Metadata = korifiMetadata()
				f.active = [][]*capi.Deployment{{deployment("ACTIVE", "DEPLOYING", "")}}
			},
			summary: "The app is not ready", parts: []string{"For 10 min", `set strategy to "stop_start"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			test.prepare(f)
			_, summary, detail := f.run(t, test.change)
			if summary != test.summary {
				t.Fatalf("got summary %q, want %q: %s", summary, test.summary, detail)
			}
			for _, part := range test.parts {
				if !strings.Contains(detail, part) {
					t.Errorf("got a detail without %q:\n%s", part, detail)
				}
			}
			wantSent(t, f)
		})
	}
}

func korifiMetadata() *capi.Metadata {
	return &capi.Metadata{Labels: map[string]*string{capi.KorifiMetadataPrefix + "guid": ptr("app-1")}}
}

func TestDeployIsRefused(t *testing.T) {
	refusal := func(status int, code int64, detail string) error {
		return &capi.Error{Method: "POST", Path: "/v3/deployments", Status: status, Errors: []capi.ErrorObject{{Code: code, Detail: capi.Text(detail)}}}
	}
	for name, test := range map[string]struct {
		err     error
		korifi  bool
		summary string
		parts   []string
	}{
		"without a role": {
			err:     refusal(422, 10008, "Unable to use app. Ensure that the app exists and you have access to it."),
			summary: "Not permitted", parts: []string{"Space Developer or Space Supporter"},
		},
		"403": {err: refusal(403, 10003, "You are not authorized"), summary: "Not permitted"},
		"quota": {
			err: refusal(422, 10008, "memory space_quota_exceeded"), summary: "Could not restart app app-1",
			parts: []string{"memory space_quota_exceeded"},
		},
		"Korifi cannot roll": {
			err: refusal(400, 42000, "The configured runner 'x' does not support rolling deploys"), korifi: true,
			summary: "Rolling restarts are not available on this foundation", parts: []string{`Set strategy to "stop_start"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			if test.korifi {
				f.app.Metadata = korifiMetadata()
			}
			f.createErr = []error{test.err}
			_, summary, detail := f.run(t, nil)
			if summary != test.summary {
				t.Fatalf("got summary %q, want %q: %s", summary, test.summary, detail)
			}
			for _, part := range test.parts {
				if !strings.Contains(detail, part) {
					t.Errorf("got a detail without %q:\n%s", part, detail)
				}
			}
			if len(f.sent) != 1 {
				t.Errorf("got requests %q, want one", f.sent)
			}
		})
	}
}

// A foundation that does not know max_in_flight replaces one instance at a time.
func TestDeployWithoutOptions(t *testing.T) {
	for _, detail := range []string{"Unknown field(s): 'options'", "Options has unsupported key(s): max_in_flight"} {
		t.Run(detail, func(t *testing.T) {
			refused := &capi.Error{Status: 422, Errors: []capi.ErrorObject{{Code: 10008, Detail: capi.Text(detail)}}}
			f := newFoundation()
			f.createErr = []error{refused}
			f.moments = []moment{{value: "FINALIZED", reason: "DEPLOYED"}}
			if _, summary, detail := f.run(t, nil); summary != "" {
				t.Errorf("got %s: %s", summary, detail)
			}
			wantSent(t, f, `deploy by strategy {"max_in_flight":1}`, "deploy by strategy")

			f = newFoundation()
			f.createErr = []error{refused}
			_, summary, _ := f.run(t, func(r *AppRestart) { r.MaxInFlight = 2 })
			if summary != "Not available on this foundation" {
				t.Errorf("got summary %q", summary)
			}
			wantSent(t, f, `deploy by strategy {"max_in_flight":2}`)
		})
	}
}

// A request without an answer is not sent again: the deployments show whether
// it arrived.
func TestDeployLosesTheAnswer(t *testing.T) {
	lost := &transport.Error{Method: "POST", URL: "https://api.example.org/v3/deployments", MayHaveArrived: true, Err: errors.New("reset")}
	deployed := moment{value: "FINALIZED", reason: "DEPLOYED"}
	for name, test := range map[string]struct {
		after   func(*foundation) // the request
		summary string
		parts   []string
	}{
		"it arrived": {
			after: func(f *foundation) {
				f.active = [][]*capi.Deployment{{}, {}, {deployment("ACTIVE", "DEPLOYING", "")}}
				f.moments = []moment{deployed}
			},
		},
		"it arrived, and is over": {
			after: func(f *foundation) {
				f.processes = []*capi.Process{{GUID: "web-2", Type: ptr("web")}}
			},
			summary: "Deployed, but the response was lost", parts: []string{"web-2 is the new web process", "reset"},
		},
		"it did not arrive": {
			after: func(*foundation) {}, summary: "Probably not restarted", parts: []string{"For 45 s", "reset"},
		},
		"nobody knows": {
			after:   func(f *foundation) { f.activeErr = apiError(503, 10015, "CF-ServiceUnavailable") },
			summary: "Unknown whether the app is restarted", parts: []string{"CF-ServiceUnavailable", "cf app shop"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			f.createErr = []error{lost}
			f.onSent = func() { test.after(f) }
			_, summary, detail := f.run(t, nil)
			if summary != test.summary {
				t.Fatalf("got summary %q, want %q: %s", summary, test.summary, detail)
			}
			for _, part := range test.parts {
				if !strings.Contains(detail, part) {
					t.Errorf("got a detail without %q:\n%s", part, detail)
				}
			}
			wantSent(t, f, `deploy by strategy {"max_in_flight":1}`)
		})
	}
}

func TestDeployIsCanceled(t *testing.T) {
	f := newFoundation()
	f.moments = []moment{{value: "ACTIVE", reason: "DEPLOYING", new: "STARTING", old: "RUNNING RUNNING"}}
	ctx, cancel := context.WithCancel(t.Context())
	f.onStats = cancel
	_, summary, detail := f.runIn(ctx, t, nil)
	if summary != "Canceled" {
		t.Fatalf("got %s: %s", summary, detail)
	}
	for _, part := range []string{"goes on without Terraform", "`cf cancel-deployment shop`", "deployment-1"} {
		if !strings.Contains(detail, part) {
			t.Errorf("got a detail without %q:\n%s", part, detail)
		}
	}
}

// uptimes makes stats of RUNNING instances with these uptimes in seconds; -1 is
// one that starts.
func uptimes(all ...int64) *capi.ProcessStats {
	stats := &capi.ProcessStats{}
	for i, uptime := range all {
		s := capi.InstanceStats{Index: ptr(int64(i)), State: ptr(capi.Text("STARTING"))}
		if uptime >= 0 {
			s.State, s.Uptime = ptr(capi.Text("RUNNING")), &uptime
		}
		stats.Resources = append(stats.Resources, s)
	}
	return stats
}

// All instances of all processes have to be younger than the restart.
func TestStopStart(t *testing.T) {
	for name, korifi := range map[string]bool{"Cloud Controller": false, "Korifi, which calls it a deployment": true} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			if korifi {
				f.app.Metadata = korifiMetadata()
				f.active = [][]*capi.Deployment{{deployment("ACTIVE", "DEPLOYING", "")}, {}}
			}
			var sent time.Time
			f.onSent = func() { sent = f.clock.Now() }
			f.onStats = func() {
				switch age := int64(f.clock.Now().Sub(sent) / time.Second); {
				case sent.IsZero():
				case age < 4: // nothing has happened yet
					f.stats["web-1"], f.stats["worker-1"] = uptimes(1000+age, 1000+age), uptimes(1000+age)
				case age < 8:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(1000+age, -1), uptimes(1000+age)
				case age < 12:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(age-8, age-8), uptimes(1000+age)
				default:
					f.stats["web-1"], f.stats["worker-1"] = uptimes(age-8, age-8), uptimes(age-12)
				}
			}
			lines, summary, detail := f.run(t, func(r *AppRestart) {
				if !korifi {
					r.Strategy = StopStart
				}
			})
			if summary != "" {
				t.Fatalf("got %s: %s", summary, detail)
			}
			want, request := []string{"restarting the app shop: all instances are stopped and started again"}, "restart"
			took := "12 s"
			if korifi {
				want = []string{"not all instances of the app are ready: waiting for them first", "deploying the app shop"}
				request, took = "deploy", "17 s"
			}
			wantSent(t, f, request)
			wantLines(t, lines, append(want,
				"web: instances 1, 2 of 2: RUNNING as before the change after 0 s", "worker: instance 1 of 1: RUNNING as before the change after 0 s",
				"web: instance 2 of 2: STARTING after 4 s", "web: instances 1, 2 of 2: RUNNING after 8 s", "worker: instance 1 of 1: RUNNING after 12 s",
				"app shop restarted in "+took)...)
		})
	}
}

// Instances that run again before the first reading are known as new by what
// they were before.
func TestStopStartOfQuickInstances(t *testing.T) {
	for name, guids := range map[string]bool{"by instance_guid": true, "by uptime": false} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			sent := false
			f.onSent = func() { sent = true }
			f.onStats = func() {
				uptime, guid := int64(1000), "old"
				if sent {
					uptime, guid = 0, "new"
				}
				f.stats["web-1"], f.stats["worker-1"] = uptimes(uptime, uptime), uptimes(uptime)
				for _, stats := range f.stats {
					for i := range stats.Resources {
						if guids {
							stats.Resources[i].InstanceGUID = &guid
						}
					}
				}
			}
			lines, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
			if summary != "" {
				t.Fatalf("got %s: %s", summary, detail)
			}
			if last := lines[len(lines)-1]; last != "app shop restarted in 0 s" {
				t.Errorf("got last line %q", last)
			}
		})
	}
}

// An instance that crashes and comes back is not a new one: Cloud Controller
// counts its uptime from the latest change of state.
func TestStopStartIsNotFooledByUptimes(t *testing.T) {
	f := newFoundation()
	f.processes = f.processes[:1]
	f.onStats = func() {
		f.stats["web-1"] = uptimes(0, 0)
		for i := range f.stats["web-1"].Resources {
			f.stats["web-1"].Resources[i].InstanceGUID = ptr(fmt.Sprint(i))
		}
	}
	_, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
	if summary != "Instances not running in time" || !strings.Contains(detail, "index 1: RUNNING as before the change") {
		t.Errorf("got %s: %s", summary, detail)
	}
}

func TestStopStartFails(t *testing.T) {
	lost := &transport.Error{Method: "POST", URL: "https://api.example.org/x", MayHaveArrived: true, Err: errors.New("reset")}
	old := func(f *foundation) {
		age := int64(f.clock.Now().Sub(instancestest.NewFastClock().Now())/time.Second) + 1000
		f.stats["web-1"], f.stats["worker-1"] = uptimes(age, age), uptimes(age)
	}
	for name, test := range map[string]struct {
		err     error
		stats   func(*foundation)
		summary string
		parts   []string
	}{
		"an instance does not start": {
			stats: func(f *foundation) {
				f.stats["web-1"], f.stats["worker-1"] = statsOf("CRASHED:oom STARTING"), uptimes(1)
			},
			summary: "Instances not running in time", parts: []string{
				"The app shop was restarted, but after 10 min (the timeout) not all of its instances run.",
				"web: 0 of 2 instances RUNNING that started after the restart:\n  - index 0: CRASHED: oom\n  - index 1: STARTING", "worker: ",
			},
		},
		"the answer was lost, and nothing happens": {
			err: lost, stats: old, summary: "Probably not restarted", parts: []string{"For 60 s", "reset", "index 0: RUNNING as before the change"},
		},
		"not permitted":   {err: apiError(403, 10003, "CF-NotAuthorized"), summary: "Not permitted"},
		"without droplet": {err: apiError(422, 10008, "CF-UnprocessableEntity"), summary: "Could not restart app app-1"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFoundation()
			f.restartErr = test.err
			if test.stats != nil {
				f.onStats = func() { test.stats(f) }
			}
			_, summary, detail := f.run(t, func(r *AppRestart) { r.Strategy = StopStart })
			if summary != test.summary {
				t.Fatalf("got summary %q, want %q: %s", summary, test.summary, detail)
			}
			for _, part := range test.parts {
				if !strings.Contains(detail, part) {
					t.Errorf("got a detail without %q:\n%s", part, detail)
				}
			}
			wantSent(t, f, "restart")
		})
	}
}

// So is what a deployment reports.
func TestDeploymentTextsAreCleaned(t *testing.T) {
	bad := "bad\x1b[31m\u202e\a" + strings.Repeat("x", 1<<16)
	f := newFoundation()
	f.app.Name = ptr(capi.Text(bad))
	f.moments = []moment{{value: bad, reason: bad, problem: bad, new: "RUNNING", old: "RUNNING"}, {value: "FINALIZED", reason: bad, problem: bad}}
	lines, summary, detail := f.run(t, nil)
	for _, text := range append(lines, summary, detail) {
		if strings.ContainsAny(text, "\x1b\u202e\a") {
			t.Errorf("got control characters in %.200q", text)
		}
		if len(text) > 20<<10 {
			t.Errorf("got %d bytes", len(text))
		}
	}
}

// What instances report is cleaned and bounded.
func TestStatesAreCleaned(t *testing.T) {
	bad := capi.Text("bad\x1b[31m\u202e\a" + strings.Repeat("x", 1<<16))
	stats := &capi.ProcessStats{}
	for i := range int64(500) {
		stats.Resources = append(stats.Resources, capi.InstanceStats{Index: &i, State: &bad, Details: &bad})
	}
	text := instanceList(withMissing(instancesOf(stats), 500))
	if strings.ContainsAny(text, "\x1b\u202e\a") {
		t.Error("got control characters")
	}
	if len(text) > 64<<10 || !strings.Contains(text, "and 450 more") {
		t.Errorf("got %d bytes", len(text))
	}
	if line := fmt.Sprint(changes(nil, instancesOf(stats), 500, 0)); len(line) > 1000 {
		t.Errorf("got a line of %d bytes", len(line))
	}
}
