package process

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// changed returns the indexes of the instances that were replaced since before.
func (a *actionTest) changed(before []fakecf.Instance) []int64 {
	var indexes []int64
	for i, inst := range a.Instances(a.guid) {
		if inst.GUID != before[i].GUID {
			indexes = append(indexes, inst.Index)
		}
	}
	return indexes
}

func TestTerminate(t *testing.T) {
	for name, test := range map[string]struct {
		flavor fakecf.Flavor
		prefix string // of an index: on Korifi it has to name the end of one pod's name only
	}{"Cloud Controller": {fakecf.CloudController, ""}, "Korifi": {fakecf.Korifi, "-"}} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, fakecf.WithFlavor(test.flavor))
			path := "/v3/processes/" + a.guid + "/instances/" + test.prefix
			for _, test := range []struct {
				name   string
				config actionConfig
				path   string
			}{
				{"by app", actionConfig{"app_guid": a.app, "index": 2}, path + "2"},
				{"by app and type", actionConfig{"app_guid": a.app, "type": "web", "index": 0}, path + "0"},
				{"by guid", actionConfig{"guid": a.guid, "index": 2}, path + "2"},
			} {
				t.Run(test.name, func(t *testing.T) {
					a.ResetRequests()
					before := a.Instances(a.guid)
					r := a.invoke(terminateName, test.config).succeeds(t)
					sameList(t, "requests", a.requests(http.MethodDelete), []string{test.path})
					sameList(t, "new instances", a.changed(before), []int64{int64(test.config["index"].(int))})
					if len(r.progress) != 2 {
						t.Errorf("got progress %q, want 2 lines", r.progress)
					}
				})
			}
		})
	}
}

// The action detects these before it sends a request: for some of them Korifi
// terminates another instance (internal/capi/README.md).
func TestTerminateWithoutSuchAnInstance(t *testing.T) {
	for name, test := range map[string]struct {
		change  func(*actionTest)
		index   int
		summary string
		parts   []string
	}{
		"index out of range": {
			func(*actionTest) {}, 3, "No such instance", []string{"has 3 instances, with the indexes 0 to 2, so there is no index 3", "Nothing was terminated"},
		},
		"index out of range of one": {
			func(a *actionTest) { a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 1 }) }, 1,
			"No such instance", []string{"has one instance, with the index 0, so there is no index 1"},
		},
		"no instances": {
			func(a *actionTest) { a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 0 }) }, 0,
			"The process has no instances", []string{"is scaled to 0 instances"},
		},
		"stopped app": {
			func(a *actionTest) { a.SetAppState(a.app, "STOPPED") }, 0, "The app is stopped", []string{"is stopped", "cf start"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for server, flavor := range map[string]fakecf.Flavor{"Cloud Controller": fakecf.CloudController, "Korifi": fakecf.Korifi} {
				t.Run(server, func(t *testing.T) {
					a := startActions(t, fakecf.WithFlavor(flavor))
					test.change(a)
					a.invoke(terminateName, a.by(actionConfig{"index": test.index})).fails(t, test.summary, test.parts...)
					if n := a.Count(http.MethodDelete, ""); n != 0 {
						t.Errorf("got %d requests to terminate, want none", n)
					}
				})
			}
		})
	}
}

// The instance vanishes between the reading and the request.
func TestTerminateOfAnInstanceThatWent(t *testing.T) {
	a := startActions(t)
	a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Status(404, fakecf.APIError{Code: 10010, Title: "CF-ResourceNotFound", Detail: "Instance not found"})})
	r := a.invoke(terminateName, a.by(actionConfig{"index": 1}))
	r.fails(t, "No such instance", "existed a moment ago", "Instance not found")
	if text := diagnosticsText(r.diags); strings.Contains(text, "If this is the GUID") {
		t.Errorf("got %s\nwant no hint about the address, which is right", text)
	}
}

// However the response is lost, the request is never sent again, and the message
// reports what the stats show.
func TestTerminateIsSentOnce(t *testing.T) {
	deletes := func(do fakecf.Action) fakecf.Fault { return fakecf.Fault{Method: http.MethodDelete, Do: do} }
	noGUIDs := []fakecf.Option{fakecf.WithoutInstanceGUIDs()}
	for name, test := range map[string]struct {
		options  []fakecf.Option
		delay    time.Duration
		faults   []fakecf.Fault
		severity tfprotov6.DiagnosticSeverity
		summary  string
		parts    []string
		changed  []int64
	}{
		"it arrived, the connection broke": {
			faults:   []fakecf.Fault{deletes(fakecf.CloseAfter())},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, but the response was lost",
			parts:   []string{"was not sent again", "its instance_guid changed (it is RUNNING)"},
			changed: []int64{1},
		},
		"it arrived, as the uptime shows": {
			options: noGUIDs, faults: []fakecf.Fault{deletes(fakecf.CloseAfter())},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, but the response was lost",
			parts: []string{"its uptime was reset (it is RUNNING)"}, changed: []int64{1},
		},
		"it arrived, as the state shows": {
			delay:    time.Minute,
			options:  noGUIDs,
			faults:   []fakecf.Fault{deletes(fakecf.CloseAfter()), {Path: "^/.*/stats$", Do: fakecf.Edit(withoutUptimes)}},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, but the response was lost",
			parts: []string{"it was RUNNING and is STARTING"}, changed: []int64{1},
		},
		"it arrived, a proxy answered": {
			faults:   []fakecf.Fault{deletes(fakecf.Rewrite(func(int, []byte) (int, []byte) { return 504, []byte("gateway timeout") }))},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, but the response was lost",
			parts: []string{"its instance_guid changed", "504 Gateway Timeout"}, changed: []int64{1},
		},
		"it did not arrive": {
			faults:   []fakecf.Fault{deletes(fakecf.Close())},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Probably not terminated",
			parts: []string{"For 45 s the stats have shown no sign of it: the instance is RUNNING and the same as before", "Invoke the action again"},
		},
		"503": {
			faults:   []fakecf.Fault{deletes(fakecf.Status(503))},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Probably not terminated",
			parts: []string{"CF-ServiceUnavailable", "was not sent again"},
		},
		"a login page answered": {
			faults:   []fakecf.Fault{deletes(fakecf.HTML(200))},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Probably not terminated",
			parts: []string{"was not sent again", "204 No Content"},
		},
		"and the stats cannot be read": {
			faults: []fakecf.Fault{
				deletes(fakecf.CloseAfter()),
				{Path: "^/.*/stats$", From: 2, Do: fakecf.Status(500)},
			},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Unknown whether the instance was terminated",
			parts: []string{"was not sent again", "cf app", "The stats: GET"}, changed: []int64{1},
		},
		"and the stats are not permitted any more": {
			faults: []fakecf.Fault{
				deletes(fakecf.Close()),
				{Path: "^/.*/stats$", From: 2, Do: fakecf.Status(403)},
			},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Unknown whether the instance was terminated",
			parts: []string{"CF-NotAuthorized"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, test.options...)
			a.SetStartDelay(test.delay)
			for _, fault := range test.faults {
				a.AddFault(fault)
			}
			before := a.Instances(a.guid)
			a.invoke(terminateName, a.by(actionConfig{"index": 1})).diagnosed(t, test.severity, test.summary, test.parts...)
			if n := a.Count(http.MethodDelete, ""); n != 1 {
				t.Errorf("got %d requests to terminate, want 1", n)
			}
			sameList(t, "new instances", a.changed(before), test.changed)
		})
	}
}

// withoutUptimes removes the uptimes from stats, which leaves only the states.
func withoutUptimes(stats map[string]any) {
	for _, inst := range stats["resources"].([]any) {
		delete(inst.(map[string]any), "uptime")
	}
}

func TestTerminateIsCanceled(t *testing.T) {
	t.Run("before it is sent", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Path: "^/.*/stats$", Do: fakecf.Hang(0)})
		ctx, cancel := context.WithCancel(t.Context())
		a.OnRequest(func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/stats") {
				cancel()
			}
		})
		a.invokeUntil(ctx, terminateName, a.by(actionConfig{"index": 1}), func(string) {}).fails(t, "Canceled", "Could not terminate instance 1")
		if n := a.Count(http.MethodDelete, ""); n != 0 {
			t.Errorf("got %d requests to terminate, want none", n)
		}
	})
	t.Run("while it is under way", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.HangAfter(0)})
		a.cancelAt("terminating", terminateName, a.by(actionConfig{"index": 1})).fails(t, "Canceled", "It is unknown whether it arrived; it is not sent again")
		if n := a.Count(http.MethodDelete, ""); n != 1 {
			t.Errorf("got %d requests to terminate, want 1", n)
		}
	})
	t.Run("while the stats are read", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()})
		a.cancelAt("it is not sent again", terminateName, a.by(actionConfig{"index": 1})).fails(t, "Canceled", "was not sent again", "that is unknown")
	})
}

// A deployment puts another process under the same app and type: the action
// neither terminates an instance of it nor draws conclusions from its stats.
func TestTerminateMeansTheProcessThatItFound(t *testing.T) {
	a := startActions(t)
	a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()})
	byApp := actionConfig{"app_guid": a.app, "type": "web", "index": 1}
	a.invokeUntil(t.Context(), terminateName, byApp, func(line string) {
		if strings.HasPrefix(line, "no answer") {
			a.StartDeployment(a.app)
			a.FinishDeployment(a.app)
		}
	}).fails(t, "Unknown whether the instance was terminated", "The stats: GET /v3/processes/"+a.guid+"/stats")
	sameList(t, "requests", a.requests(http.MethodDelete), []string{"/v3/processes/" + a.guid + "/instances/1"})
}

// A change of state that has another cause is no evidence that a lost request
// arrived.
func TestTerminateIsNotFooled(t *testing.T) {
	for _, states := range [][2]string{{"STARTING", "RUNNING"}, {"RUNNING", "CRASHED"}, {"CRASHED", "STARTING"}, {"DOWN", "STARTING"}} {
		t.Run(states[0]+" to "+states[1], func(t *testing.T) {
			a := startActions(t)
			a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State = states[0] })
			a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()})
			r := a.invokeUntil(t.Context(), terminateName, a.by(actionConfig{"index": 1}), func(line string) {
				if strings.HasPrefix(line, "no answer") {
					a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State = states[1] })
				}
			})
			r.fails(t, "Probably not terminated", "the instance is "+states[1])
		})
	}
}
