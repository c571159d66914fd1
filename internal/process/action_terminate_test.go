package process

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// changed are the indexes of the instances that are others than before.
func (a *actionTest) changed(before []fakecf.Instance) []int64 {
	var indexes []int64
	for i, one := range a.Instances(a.guid) {
		if one.GUID != before[i].GUID {
			indexes = append(indexes, one.Index)
		}
	}
	return indexes
}

func TestTerminate(t *testing.T) {
	for name, flavor := range map[string]fakecf.Flavor{"Cloud Controller": fakecf.CloudController, "Korifi": fakecf.Korifi} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, fakecf.WithFlavor(flavor))
			for _, test := range []struct {
				config actionConfig
				path   string
			}{
				{actionConfig{"app_guid": a.app, "index": 2}, "/v3/processes/" + a.guid + "/instances/2"},
				{actionConfig{"app_guid": a.app, "type": "web", "index": 0}, "/v3/processes/" + a.guid + "/instances/0"},
				{actionConfig{"guid": a.guid, "index": 2}, "/v3/processes/" + a.guid + "/instances/2"},
			} {
				a.ResetRequests()
				before := a.Instances(a.guid)
				r := a.invoke(terminateName, test.config).succeeds(t)
				sameList(t, "requests", a.requests(http.MethodDelete), []string{test.path})
				sameList(t, "new instances", a.changed(before), []int64{int64(test.config["index"].(int))})
				if len(r.progress) != 2 {
					t.Errorf("progress: %q", r.progress)
				}
			}
		})
	}
}

// These are found out before anything is sent: Korifi ends another instance for
// some of them.
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
			for _, flavor := range []fakecf.Flavor{fakecf.CloudController, fakecf.Korifi} {
				a := startActions(t, fakecf.WithFlavor(flavor))
				test.change(a)
				a.invoke(terminateName, a.by(actionConfig{"index": test.index})).fails(t, test.summary, test.parts...)
				if n := a.Count(http.MethodDelete, ""); n != 0 {
					t.Errorf("%d requests to terminate", n)
				}
			}
		})
	}
}

// The instance vanishes between the reading and the request.
func TestTerminateOfAnInstanceThatWent(t *testing.T) {
	a := startActions(t)
	a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Status(404, fakecf.APIError{Code: 10010, Title: "CF-ResourceNotFound", Detail: "Instance not found"})})
	a.invoke(terminateName, a.by(actionConfig{"index": 1})).fails(t, "No such instance", "was there a moment ago", "Instance not found")
}

// However the answer is lost, the request is never sent again, and the message
// says what the stats know.
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
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, although the answer was lost",
			parts:   []string{"was not sent again", "its instance_guid changed (it is RUNNING)"},
			changed: []int64{1},
		},
		"it arrived, as the uptime shows": {
			options: noGUIDs, faults: []fakecf.Fault{deletes(fakecf.CloseAfter())},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, although the answer was lost",
			parts: []string{"its uptime began anew (it is RUNNING)"}, changed: []int64{1},
		},
		"it arrived, as the state shows": {
			delay:    time.Minute,
			options:  noGUIDs,
			faults:   []fakecf.Fault{deletes(fakecf.CloseAfter()), {Path: "^/.*/stats$", Do: fakecf.Edit(withoutUptimes)}},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, although the answer was lost",
			parts: []string{"it was RUNNING and is STARTING"}, changed: []int64{1},
		},
		"it arrived, a proxy answered": {
			faults:   []fakecf.Fault{deletes(fakecf.Rewrite(func(int, []byte) (int, []byte) { return 504, []byte("gateway timeout") }))},
			severity: tfprotov6.DiagnosticSeverityWarning, summary: "Terminated, although the answer was lost",
			parts: []string{"its instance_guid changed", "504 Gateway Timeout"}, changed: []int64{1},
		},
		"it did not arrive": {
			faults:   []fakecf.Fault{deletes(fakecf.Close())},
			severity: tfprotov6.DiagnosticSeverityError, summary: "Probably not terminated",
			parts: []string{"For 45 s the stats have shown no sign of it: the instance is RUNNING and no other than before", "Invoke the action again"},
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
				t.Errorf("it was sent %d times", n)
			}
			sameList(t, "new instances", a.changed(before), test.changed)
		})
	}
}

// withoutUptimes plays stats that tell nothing but states.
func withoutUptimes(stats map[string]any) {
	for _, one := range stats["resources"].([]any) {
		delete(one.(map[string]any), "uptime")
	}
}

func TestTerminateIsCanceled(t *testing.T) {
	t.Run("before it is sent", func(t *testing.T) {
		a := newActionTest(t, realClock{})
		a.AddFault(fakecf.Fault{Path: "^/.*/stats$", Do: fakecf.Hang(0)})
		ctx, cancel := context.WithCancel(t.Context())
		a.OnRequest(func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/stats") {
				cancel()
			}
		})
		a.invokeUntil(ctx, terminateName, a.by(actionConfig{"index": 1}), func(string) {}).fails(t, "Canceled", "Could not terminate instance 1")
		if n := a.Count(http.MethodDelete, ""); n != 0 {
			t.Errorf("it was sent %d times", n)
		}
	})
	t.Run("while it is under way", func(t *testing.T) {
		a := newActionTest(t, realClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.HangAfter(0)})
		a.cancelAt("terminating", terminateName, a.by(actionConfig{"index": 1})).fails(t, "Canceled", "It is unknown whether it arrived; it is not sent again")
		if n := a.Count(http.MethodDelete, ""); n != 1 {
			t.Errorf("it was sent %d times", n)
		}
	})
	t.Run("while the stats are asked", func(t *testing.T) {
		a := newActionTest(t, realClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()})
		a.cancelAt("the stats have to show", terminateName, a.by(actionConfig{"index": 1})).fails(t, "Canceled", "was not sent again", "that is unknown")
	})
}

// A deployment puts another process under the same app and type: it is neither
// hit, nor taken for the proof of anything.
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

// The end of the action's own time is no cancel.
func TestTerminateRunsOutOfTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	late := &transport.Error{Method: http.MethodDelete, Kind: transport.KindCanceled, MayHaveArrived: true, Err: context.DeadlineExceeded}
	one := termination{
		client: &slowTerminator{script{answers: states("RUNNING RUNNING")}, late}, clock: realClock{}, progress: func(string) {},
		address: capi.Address{GUID: "process-1"}, index: 1,
	}
	diags := one.run(ctx)
	if len(diags) != 1 || diags[0].Summary() != "Timeout" || !strings.Contains(diags[0].Detail(), "The 5 min of the action were over") {
		t.Errorf("got %v", diags)
	}
}

// slowTerminator never answers a request to terminate.
type slowTerminator struct {
	script
	err error
}

func (s *slowTerminator) TerminateInstance(ctx context.Context, _ capi.Address, _ int64) error {
	<-ctx.Done()
	return s.err
}

// Only the request to terminate itself can have been carried out.
func TestWhatIsUncertain(t *testing.T) {
	t.Parallel()
	broken := &transport.Error{MayHaveArrived: true, Err: errors.New("reset")}
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"the connection broke":       {broken, true},
		"nobody took it":             {&transport.Error{Err: errors.New("refused")}, false},
		"502":                        {&capi.Error{Status: 502}, true},
		"404":                        {&capi.Error{Status: 404}, false},
		"somebody else answered":     {&capi.ResponseError{Err: errors.New("HTML")}, true},
		"the login broke":            {&uaa.Error{Op: "log in", Err: broken}, false},
		"401, and the renewal broke": {&capi.Error{Status: 401, Renewal: &uaa.Error{Op: "renew the token", Err: broken}}, false},
	} {
		if got := uncertain(test.err); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// What an instance does by itself is not taken for the work of a request that
// never arrived.
func TestTerminateIsNotFooled(t *testing.T) {
	for _, states := range [][2]string{{"STARTING", "RUNNING"}, {"RUNNING", "CRASHED"}, {"CRASHED", "STARTING"}, {"DOWN", "STARTING"}} {
		a := startActions(t)
		a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State = states[0] })
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()})
		r := a.invokeUntil(t.Context(), terminateName, a.by(actionConfig{"index": 1}), func(line string) {
			if strings.HasPrefix(line, "no answer") {
				a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State = states[1] })
			}
		})
		r.fails(t, "Probably not terminated", "the instance is "+states[1])
	}
}

func TestReplacedBy(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 1, 2, 3, 4, s, 0, time.UTC) }
	seen := func(guid string, uptime, when int) sighting {
		one := sighting{instance{guid: guid, state: "RUNNING"}, at(when)}
		if uptime >= 0 {
			d := time.Duration(uptime) * time.Second
			one.uptime = &d
		}
		return one
	}
	inState := func(state string, s sighting) sighting {
		s.state = state
		return s
	}
	for name, test := range map[string]struct {
		then, now sighting
		down      bool
		want      bool
	}{
		"the same":                                {seen("a", 100, 0), seen("a", 110, 10), false, false},
		"another guid":                            {seen("a", 100, 0), seen("b", 110, 10), false, true},
		"another guid, no uptime":                 {seen("a", -1, 0), seen("b", -1, 10), false, true},
		"the same guid after a gap":               {seen("a", 100, 0), seen("a", 110, 10), true, false},
		"the same guid with a new uptime":         {seen("a", 100, 0), seen("a", 3, 10), true, false},
		"no guid, the uptime goes on":             {seen("", 100, 0), seen("", 110, 10), false, false},
		"no guid, the uptime goes on, unevenly":   {seen("", 100, 0), seen("", 108, 10), false, false},
		"no guid, a new uptime":                   {seen("", 100, 0), seen("", 2, 10), false, true},
		"no guid, a new uptime above the old one": {seen("", 5, 0), seen("", 9, 10), false, true},
		"no guid, crashed by itself":              {seen("", 100, 0), inState("CRASHED", seen("", 2, 10)), false, false},
		"no guid, started by itself":              {inState("STARTING", seen("", 100, 0)), seen("", 2, 10), false, false},
		"no guid, no uptime":                      {seen("", -1, 0), seen("", -1, 10), false, false},
		"no guid, no uptime, after a gap":         {seen("", -1, 0), seen("", -1, 10), true, true},
		"a guid only now, after a gap":            {seen("", -1, 0), seen("b", -1, 10), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.then.replacedBy(test.now, test.down); got != test.want {
				t.Error(got)
			}
		})
	}
}
