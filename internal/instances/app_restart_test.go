package instances

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

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
			prepare: func(f *foundation) { f.app.State = ptr(capi.Text("STOPPED")) }, summary: "The app is stopped", parts: []string{"cf start shop"},
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
			wantDiagnostic(t, summary, detail, test.summary, test.parts...)
			wantSent(t, f)
		})
	}
}

func korifiMetadata() *capi.Metadata {
	return &capi.Metadata{Labels: map[string]*string{capi.KorifiMetadataPrefix + "guid": ptr("app-1")}}
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
			t.Errorf("got %.200q, want no control characters", text)
		}
		if want := 20 << 10; len(text) > want {
			t.Errorf("got %d bytes, want at most %d", len(text), want)
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
	text := instanceList(instancesOf(stats, time.Time{}, time.Time{}), 500)
	if strings.ContainsAny(text, "\x1b\u202e\a") {
		t.Errorf("got %.200q, want no control characters", text)
	}
	if want := 64 << 10; len(text) > want {
		t.Errorf("got %d bytes, want at most %d", len(text), want)
	}
	wantParts(t, text, "and 450 more")
	if line, want := fmt.Sprint(changes(nil, instancesOf(stats, time.Time{}, time.Time{}), 500, 0)), 1000; len(line) > want {
		t.Errorf("got a line of %d bytes, want at most %d", len(line), want)
	}
}
