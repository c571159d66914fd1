package instances

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

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
	wantDiagnostic(t, summary, detail, "")
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
			wantDiagnostic(t, summary, detail, test.summary, test.parts...)
			if want := "; error: memory quota_exceeded"; !strings.HasSuffix(lines[2], want) {
				t.Errorf("got progress %q, want a third line that ends with %q", lines, want)
			}
			wantSent(t, f, `deploy by strategy {"max_in_flight":1}`)
		})
	}
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
			wantDiagnostic(t, summary, detail, test.summary, test.parts...)
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
			_, summary, text := f.run(t, nil)
			wantDiagnostic(t, summary, text, "")
			wantSent(t, f, `deploy by strategy {"max_in_flight":1}`, "deploy by strategy")

			f = newFoundation()
			f.createErr = []error{refused}
			_, summary, text = f.run(t, func(r *AppRestart) { r.MaxInFlight = 2 })
			wantDiagnostic(t, summary, text, "Not available on this foundation")
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
			wantDiagnostic(t, summary, detail, test.summary, test.parts...)
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
	wantDiagnostic(t, summary, detail, "Canceled", "continues without Terraform", "`cf cancel-deployment shop`", "deployment-1")
}
