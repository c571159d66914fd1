package process

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// onTerminate calls then with each request to terminate, before it has an
// effect.
func (a *actionTest) onTerminate(then func(count int)) {
	count := 0
	a.OnRequest(func(r *http.Request) {
		if r.Method == http.MethodDelete {
			count++
			then(count)
		}
	})
}

// watchCapacity fails the test when an instance is terminated while another is
// not RUNNING.
func (a *actionTest) watchCapacity() {
	a.onTerminate(func(count int) {
		for _, inst := range a.Instances(a.guid) {
			if inst.State != "RUNNING" {
				a.t.Errorf("instance %d at termination %d: got %s, want RUNNING", inst.Index, count, inst.State)
			}
		}
	})
}

func (a *actionTest) terminations(indexes ...int) []string {
	var all []string
	for _, index := range indexes {
		all = append(all, fmt.Sprintf("/v3/processes/%s/instances/%d", a.guid, index))
	}
	return all
}

func TestRollingRestart(t *testing.T) {
	for name, options := range map[string][]fakecf.Option{
		"Cloud Controller":          nil,
		"without instance_guid":     {fakecf.WithoutInstanceGUIDs()},
		"Tanzu":                     {fakecf.WithFlavor(fakecf.Tanzu)},
		"without process_instances": {fakecf.WithoutEndpoints("process_instances")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, byApp := range []bool{true, false} {
				t.Run(fmt.Sprintf("by app %t", byApp), func(t *testing.T) {
					a := startActions(t, options...)
					a.SetStartDelay(11 * time.Second)
					a.watchCapacity()
					before := a.Instances(a.guid)
					c, address := actionConfig{"guid": a.guid, "timeout": "1m"}, "process "+a.guid
					if byApp {
						c, address = actionConfig{"app_guid": a.app, "type": "web"}, `process "web" of app `+a.app
					}
					a.invoke(restartName, c).succeeds(t).reports(t,
						"restarting "+address+" one after another: 3 instances",
						"instance 1 of 3: STARTING after 0 s", "instance 1 of 3: RUNNING after 12 s",
						"instance 2 of 3: STARTING after 0 s", "instance 2 of 3: RUNNING after 12 s",
						"instance 3 of 3: STARTING after 0 s", "instance 3 of 3: RUNNING after 12 s",
						"3 of 3 instances restarted in 36 s")
					sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0, 1, 2))
					sameList(t, "new instances", a.changed(before), []int64{0, 1, 2})
				})
			}
		})
	}
}

// Korifi takes the end of a pod's name for the index of an instance, and
// Kubernetes may still be rolling a process that was just written.
func TestRollingRestartOnKorifi(t *testing.T) {
	for name, count := range map[string]int64{"three instances": 3, "twelve instances": 12} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
			a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = count })
			a.SetStartDelay(11 * time.Second)
			a.watchCapacity()
			before := a.Instances(a.guid)
			r := a.invoke(restartName, a.by(actionConfig{"timeout": "2m"})).succeeds(t)
			if want := "waiting until nothing has changed for 45 s, because Kubernetes may still be replacing instances"; !slices.Contains(r.progress, want) {
				t.Errorf("got progress:\n%s\nwant the line %q", strings.Join(r.progress, "\n"), want)
			}
			var want []string
			var all []int64
			for index := range count {
				all = append(all, index)
				want = append(want, fmt.Sprintf("/v3/processes/%s/instances/-%d", a.guid, index))
			}
			sameList(t, "terminations", a.requests(http.MethodDelete), want)
			sameList(t, "new instances", a.changed(before), all)
		})
	}
}

// An instance that is back before the next reading of the stats is recognized by
// its instance_guid or uptime.
func TestRollingRestartOfQuickInstances(t *testing.T) {
	for name, options := range map[string][]fakecf.Option{"with": nil, "without": {fakecf.WithoutInstanceGUIDs()}} {
		t.Run(name+" instance_guid", func(t *testing.T) {
			a := startActions(t, options...)
			before := a.Instances(a.guid)
			r := a.invoke(restartName, a.by(nil)).succeeds(t)
			sameList(t, "progress", r.progress[1:], []string{
				"instance 1 of 3: RUNNING after 0 s", "instance 2 of 3: RUNNING after 0 s", "instance 3 of 3: RUNNING after 0 s",
				"3 of 3 instances restarted in 0 s",
			})
			sameList(t, "new instances", a.changed(before), []int64{0, 1, 2})
		})
	}
}

// The uptime of an instance that has just started does not differ from that of
// its successor, so the action waits some seconds first.
func TestRollingRestartOfInstancesThatJustStarted(t *testing.T) {
	a := startActions(t, fakecf.WithoutInstanceGUIDs())
	a.RestartApp(a.app)
	before := a.Instances(a.guid)
	a.invoke(restartName, a.by(nil)).succeeds(t)
	sameList(t, "new instances", a.changed(before), []int64{0, 1, 2})
}

func TestRollingRestartWaitsForInstancesThatAreDownFirst(t *testing.T) {
	for _, state := range []string{"DOWN", "CRASHED", "STARTING"} {
		t.Run(state, func(t *testing.T) {
			a := startActions(t)
			a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State, i.Details = state, fakecf.Ptr("it takes a while") })
			a.watchCapacity()
			var lines []string
			r := a.invokeUntil(t.Context(), restartName, a.by(nil), func(line string) {
				if strings.HasPrefix(line, "instance 2 of 3: "+state) {
					lines = append(lines, fmt.Sprintf("%s, %d terminations", line, a.Count(http.MethodDelete, "")))
					a.SetInstance(a.guid, 1, func(i *fakecf.Instance) { i.State, i.Details = "RUNNING", nil })
				}
			}).succeeds(t)
			sameList(t, "progress of the instance that is down", lines, []string{"instance 2 of 3: " + state + " (it takes a while) after 0 s, 0 terminations"})
			sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0, 1, 2))
			if last := r.progress[len(r.progress)-1]; !strings.HasPrefix(last, "3 of 3 instances restarted") {
				t.Errorf("got last line %q, want 3 of 3 instances restarted", last)
			}
		})
	}
}

func TestRollingRestartStops(t *testing.T) {
	for name, test := range map[string]struct {
		options []fakecf.Option
		prepare func(*actionTest)
		config  actionConfig
		summary string
		parts   []string
		sent    []int
	}{
		"an instance was down and stays down": {
			prepare: func(a *actionTest) {
				a.SetInstance(a.guid, 2, func(i *fakecf.Instance) { i.State, i.Details = "DOWN", fakecf.Ptr("no cell has room") })
			},
			config: actionConfig{"timeout": "90s"}, summary: "Instances not running in time",
			parts: []string{
				"Not all instances were RUNNING within 90 s, so no further instance was terminated.",
				"0 of 3 instances were restarted; 3 were not touched.", "index 2: DOWN: no cell has room",
			},
		},
		"the second does not come back": {
			prepare: func(a *actionTest) {
				a.onTerminate(func(count int) {
					if count == 2 {
						a.SetStartOutcome(a.guid, "CRASHED", "exit status 1")
					}
				})
			},
			config: actionConfig{"timeout": "2m"}, summary: "Instance not back in time", sent: []int{0, 1},
			parts: []string{
				"The instance with the index 1 was not RUNNING again within 2 min.",
				"1 of 3 instances were restarted; the one with the index 1 was terminated and is not back yet; 1 was not touched.",
				"index 0: RUNNING", "index 1: CRASHED: exit status 1", "index 2: RUNNING",
			},
		},
		"the first is slower than the default allows": {
			prepare: func(a *actionTest) { a.SetStartDelay(6 * time.Minute) },
			summary: "Instance not back in time", sent: []int{0}, parts: []string{"within 5 min", "index 0: STARTING"},
		},
		"scaled down": {
			prepare: func(a *actionTest) {
				a.onTerminate(func(count int) {
					if count == 2 {
						a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 2 })
					}
				})
			},
			summary: "The process was scaled down", sent: []int{0, 1},
			parts: []string{"from 3 to 2 instances", "1 of 3 instances were restarted; the one with the index 1 was terminated"},
		},
		"scaled down before the next": {
			prepare: func(a *actionTest) {
				a.SetStartDelay(5 * time.Second)
				a.OnRequest(func(r *http.Request) {
					if a.Count(http.MethodDelete, "") == 1 && a.Instances(a.guid)[0].State == "RUNNING" {
						a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 1 })
					}
				})
			},
			summary: "The process was scaled down", sent: []int{0}, parts: []string{"from 3 to 1 instances"},
		},
		"a deployment replaced the process": {
			prepare: func(a *actionTest) {
				a.onTerminate(func(count int) {
					if count == 1 {
						a.StartDeployment(a.app)
						a.AddProcess(a.app, fakecf.Process{Type: "web", Instances: 1})
					}
				})
			},
			summary: "A deployment replaced the process", sent: []int{0},
			parts: []string{"has put another process (", "1 of 3 instances were restarted; 2 were not touched."},
		},
		"a deployment has ended": {
			prepare: func(a *actionTest) { a.onTerminate(func(int) { a.FinishDeployment(a.app) }) },
			summary: "A deployment replaced the process", sent: []int{0},
			parts: []string{"0 of 3 instances were restarted; 3 were not touched."},
		},
		"the app is deleted": {
			prepare: func(a *actionTest) { a.onTerminate(func(int) { a.DeleteApp(a.app) }) },
			summary: "The process is gone", sent: []int{0}, parts: []string{"a deployment replaced it, or it was deleted with its app"},
		},
		"the app is stopped meanwhile": {
			prepare: func(a *actionTest) { a.onTerminate(func(int) { a.SetAppState(a.app, "STOPPED") }) },
			summary: "The app is stopped", sent: []int{0}, parts: []string{"The app was stopped while its instances were restarted."},
		},
		"another client terminated it first": {
			prepare: func(a *actionTest) {
				a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Status(404, fakecf.APIError{Code: 10010, Title: "CF-ResourceNotFound", Detail: "Instance not found"})})
			},
			summary: "An instance is gone", sent: []int{0},
			parts: []string{"The instance with the index 0 was RUNNING", "Instance not found", "0 of 3 instances were restarted; 3 were not touched."},
		},
		"not permitted": {
			prepare: func(a *actionTest) {
				a.AddFault(fakecf.Fault{Method: http.MethodDelete, From: 2, Do: fakecf.Status(403)})
			},
			summary: "Not permitted", sent: []int{0, 1},
			parts: []string{"CF-NotAuthorized", "role in the space", "1 of 3 instances were restarted; 2 were not touched."},
		},
		"0 instances": {
			prepare: func(a *actionTest) { a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 0 }) },
			summary: "The process has no instances",
		},
		"a stopped app": {
			prepare: func(a *actionTest) { a.SetAppState(a.app, "STOPPED") }, summary: "The app is stopped",
		},
		"a stopped app on Korifi": {
			options: []fakecf.Option{fakecf.WithFlavor(fakecf.Korifi)},
			prepare: func(a *actionTest) { a.SetAppState(a.app, "STOPPED") }, summary: "The app is stopped",
		},
		"a request that never arrives": {
			prepare: func(a *actionTest) { a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.Close()}) },
			summary: "Instance not back in time", sent: []int{0},
			parts: []string{
				"of the one with the index 0 it is unknown whether the request to terminate it arrived", "it was not sent again", "index 0: RUNNING",
			},
		},
		"the stats fail for good": {
			prepare: func(a *actionTest) {
				a.AddFault(fakecf.Fault{Path: "^/.*/stats$", From: 4, Do: fakecf.RouterError(502, "endpoint_failure")})
			},
			summary: "Could not restart the instances of ", sent: []int{0},
			parts: []string{"502 Bad Gateway", "The latest reading of the stats failed, so this may be out of date"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t, test.options...)
			test.prepare(a)
			r := a.invoke(restartName, a.by(test.config))
			if strings.HasSuffix(test.summary, " ") {
				test.summary += `process "web" of app ` + a.app
			}
			r.fails(t, test.summary, test.parts...)
			sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(test.sent...))
		})
	}
}

// A request whose response is lost is not sent again: the stats show that it
// arrived, and the restart continues.
func TestRollingRestartSurvivesLostAnswers(t *testing.T) {
	for name, options := range map[string][]fakecf.Option{"with": nil, "without": {fakecf.WithoutInstanceGUIDs()}} {
		t.Run(name+" instance_guid", func(t *testing.T) {
			a := startActions(t, options...)
			a.SetStartDelay(5 * time.Second)
			a.AddFault(fakecf.Fault{Method: http.MethodDelete, From: 2, Times: 1, Do: fakecf.CloseAfter()})
			a.AddFault(fakecf.Fault{Path: "^/.*/stats$", From: 3, Every: 2, Do: fakecf.Status(503)})
			before := a.Instances(a.guid)
			r := a.invoke(restartName, a.by(nil)).succeeds(t)
			sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0, 1, 2))
			sameList(t, "new instances", a.changed(before), []int64{0, 1, 2})
			want := "instance 2 of 3: no answer to the request to terminate it; it is not sent again"
			if !slices.ContainsFunc(r.progress, func(line string) bool { return strings.HasPrefix(line, want) }) {
				t.Errorf("got progress %q, want a line that begins with %q", r.progress, want)
			}
		})
	}
}

// A restart continues when the API fails for a moment.
func TestRollingRestartSurvivesAFailureToReadTheProcess(t *testing.T) {
	a := startActions(t)
	// The first reading resolves the address; the others check for changes.
	a.AddFault(fakecf.Fault{Method: http.MethodGet, Path: "^/v3/(processes|apps)/[^/]+(/processes/web)?$", From: 2, Every: 2, Do: fakecf.Status(502)})
	before := a.Instances(a.guid)
	a.invoke(restartName, a.by(nil)).succeeds(t)
	sameList(t, "new instances", a.changed(before), []int64{0, 1, 2})
}

func TestRollingRestartGivesUpOnAProcessThatCannotBeRead(t *testing.T) {
	a := startActions(t)
	a.AddFault(fakecf.Fault{Method: http.MethodGet, Path: "^/v3/(processes|apps)/[^/]+(/processes/web)?$", From: 2, Do: fakecf.Status(502)})
	a.invoke(restartName, a.by(nil)).fails(t, fmt.Sprintf("Could not restart the instances of process %q of app %s", "web", a.app), "502 Bad Gateway", "0 of 3 instances were restarted; 3 were not touched.")
	sameList(t, "terminations", a.requests(http.MethodDelete), nil)
}

func TestRollingRestartOfAProcessThatIsScaledUp(t *testing.T) {
	a := startActions(t)
	a.onTerminate(func(count int) {
		if count == 1 {
			a.UpdateProcess(a.guid, func(p *fakecf.Process) { p.Instances = 5 })
		}
	})
	r := a.invoke(restartName, a.by(nil)).succeeds(t)
	sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0, 1, 2))
	if want := "scaled up to 5 instances; the new ones need no restart"; !slices.Contains(r.progress, want) {
		t.Errorf("got progress %q, want the line %q", r.progress, want)
	}
}

func TestRollingRestartIsCanceled(t *testing.T) {
	t.Run("while an instance starts", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.onTerminate(func(count int) {
			if count == 2 {
				a.SetStartDelay(time.Hour)
			}
		})
		a.cancelAt("instance 2 of 3: STARTING", restartName, a.by(nil)).fails(t, "Canceled",
			"1 of 3 instances were restarted; the one with the index 1 was terminated and is not back yet; 1 was not touched.",
			"index 1: STARTING")
		sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0, 1))
	})
	t.Run("while the first are awaited", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.SetInstance(a.guid, 0, func(i *fakecf.Instance) { i.State = "CRASHED" })
		a.cancelAt("instance 1 of 3: CRASHED", restartName, a.by(nil)).fails(t, "Canceled", "0 of 3 instances were restarted; 3 were not touched.")
		sameList(t, "terminations", a.requests(http.MethodDelete), nil)
	})
	t.Run("while a request is under way", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodDelete, Do: fakecf.HangAfter(0)})
		a.cancelAt("restarting", restartName, a.by(nil)).fails(t, "Canceled",
			"0 of 3 instances were restarted; of the one with the index 0 it is unknown whether the request to terminate it arrived")
		sameList(t, "terminations", a.requests(http.MethodDelete), a.terminations(0))
	})
}
