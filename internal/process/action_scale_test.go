package process

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

func TestScaleSendsTheConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		config  actionConfig
		request string
		lines   []string // of the progress
	}{
		"instances": {
			actionConfig{"instances": 5}, `{"instances":5}`, []string{"scaling ADDRESS to 5 instances", "scaled"},
		},
		"zero is a number": {
			actionConfig{"instances": 0}, `{"instances":0}`, []string{"scaling ADDRESS to 0 instances", "scaled"},
		},
		"all but instances": {
			actionConfig{"memory_in_mb": 512, "disk_in_mb": 2048, "log_rate_limit_in_bytes_per_second": 1024},
			`{"memory_in_mb":512,"disk_in_mb":2048,"log_rate_limit_in_bytes_per_second":1024}`,
			[]string{
				"scaling ADDRESS to 512 MiB of memory, 2048 MiB of disk, a log rate of 1024 bytes per second",
				"scaled; memory_in_mb, disk_in_mb, log_rate_limit_in_bytes_per_second will take effect when the app is restarted or deployed (action cf_app_restart)",
			},
		},
		"unlimited log rate": {
			actionConfig{"log_rate_limit_in_bytes_per_second": -1, "wait_for_instances": false}, `{"log_rate_limit_in_bytes_per_second":-1}`,
			[]string{"scaling ADDRESS to an unlimited log rate", "scaled; log_rate_limit_in_bytes_per_second will take effect when the app is restarted or deployed (action cf_app_restart)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, byApp := range []bool{true, false} {
				t.Run(fmt.Sprintf("by app %t", byApp), func(t *testing.T) {
					a := startActions(t)
					test.config["app_guid"], test.config["type"], test.config["guid"] = a.app, "web", nil
					path, address := "/v3/apps/"+a.app+"/processes/web", `process "web" of app `+a.app
					if !byApp {
						test.config["app_guid"], test.config["type"], test.config["guid"] = nil, nil, a.guid
						path, address = "/v3/processes/"+a.guid, "process "+a.guid
					}
					lines := slices.Clone(test.lines)
					lines[0] = strings.Replace(lines[0], "ADDRESS", address, 1)
					a.invoke(scaleName, test.config).succeeds(t).reports(t, lines...)
					sameList(t, "requests", a.requests(http.MethodPost), []string{path + "/actions/scale " + test.request})
					if n := a.Count(http.MethodGet, path); n != 0 {
						t.Errorf("got %d readings of the process without a wait, want none", n)
					}
				})
			}
		})
	}
}

func TestScaleWaits(t *testing.T) {
	t.Run("up", func(t *testing.T) {
		a := startActions(t)
		a.SetStartDelay(11 * time.Second)
		a.invoke(scaleName, a.by(actionConfig{"instances": 5, "wait_for_instances": true})).succeeds(t).reports(t,
			`scaling process "web" of app `+a.app+" to 5 instances", "scaled",
			"instances 1-3 of 5: RUNNING after 0 s", "instances 4, 5 of 5: STARTING after 0 s",
			"instances 4, 5 of 5: RUNNING after 12 s", "5 of 5 instances RUNNING")
		if n := a.Count(http.MethodPost, ""); n != 1 {
			t.Errorf("got %d requests to scale, want 1", n)
		}
	})
	t.Run("to zero", func(t *testing.T) {
		a := startActions(t)
		r := a.invoke(scaleName, actionConfig{"guid": a.guid, "instances": 0, "wait_for_instances": true}).succeeds(t)
		if last, want := r.progress[len(r.progress)-1], "no instance is running"; last != want {
			t.Errorf("got last line %q, want %q", last, want)
		}
	})
	t.Run("for the present instances", func(t *testing.T) {
		a := startActions(t)
		a.SetInstance(a.guid, 2, func(i *fakecf.Instance) { i.State = "STARTING" })
		r := a.invokeUntil(t.Context(), scaleName, a.by(actionConfig{"memory_in_mb": 300, "wait_for_instances": true}), func(line string) {
			if strings.Contains(line, "STARTING") {
				a.SetInstance(a.guid, 2, func(i *fakecf.Instance) { i.State = "RUNNING" })
			}
		}).succeeds(t)
		sameList(t, "progress", r.progress[2:], []string{
			"instances 1, 2 of 3: RUNNING after 0 s", "instance 3 of 3: STARTING after 0 s", "instance 3 of 3: RUNNING after 2 s", "3 of 3 instances RUNNING",
		})
	})
	t.Run("ten minutes at most", func(t *testing.T) {
		a := startActions(t)
		a.SetStartOutcome(a.guid, "CRASHED", "Exited with status 137 (out of memory)")
		began := a.clock.Now()
		r := a.invoke(scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true}))
		r.fails(t, "Instances not running in time",
			`Process "web" of app `+a.app+" is scaled to 4 instances, but the wait for its instances failed.",
			"3 of 4 instances were RUNNING", "index 3: CRASHED: Exited with status 137 (out of memory)")
		if took := a.clock.Now().Sub(began); took != scaleTimeout {
			t.Errorf("got a wait of %s, want %s", took, scaleTimeout)
		}
		if want := "instance 4 of 4: CRASHED (Exited with status 137 (out of memory)) after 0 s"; !slices.Contains(r.progress, want) {
			t.Errorf("got progress %q, want the line %q", r.progress, want)
		}
	})
}

func TestScaleOfAStoppedApp(t *testing.T) {
	a := startActions(t)
	a.SetAppState(a.app, "STOPPED")
	r := a.invoke(scaleName, actionConfig{"guid": a.guid, "instances": 2})
	r.diagnosed(t, tfprotov6.DiagnosticSeverityWarning, "The app is stopped", "is scaled to 2 instances, but none of them runs before the app is started")
	if p, _ := a.Process(a.guid); p.Instances != 2 {
		t.Errorf("got %d instances, want 2", p.Instances)
	}
	began := a.clock.Now()
	r = a.invoke(scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true}))
	r.fails(t, "The app is stopped", "is scaled to 4 instances", "none of the 4 instances will start", "cf start")
	if took := a.clock.Now().Sub(began); took > 2*time.Second {
		t.Errorf("got a wait of %s, want at most 2 s", took)
	}
	// Scaling memory, or to zero instances, needs no started app.
	a.invoke(scaleName, a.by(actionConfig{"memory_in_mb": 333})).succeeds(t)
	a.invoke(scaleName, a.by(actionConfig{"instances": 0, "wait_for_instances": true})).succeeds(t)
}

func TestScaleDuringADeployment(t *testing.T) {
	a := startActions(t)
	a.StartDeployment(a.app)
	a.invoke(scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true})).fails(t,
		`Could not scale process "web" of app `+a.app, "while a deployment is in flight", "Wait until `cf app` shows that it has finished")
	if p, _ := a.Process(a.guid); p.Instances != 3 {
		t.Errorf("got %d instances, want 3, as before", p.Instances)
	}
}

// Korifi names the unknown key in its error, and nothing is scaled.
func TestScaleOfALogRateOnKorifi(t *testing.T) {
	a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
	r := a.invoke(scaleName, a.by(actionConfig{"instances": 4, "log_rate_limit_in_bytes_per_second": -1}))
	r.fails(t, "Not available on this foundation", "does not know log_rate_limit_in_bytes_per_second", "Nothing was scaled")
	if p, _ := a.Process(a.guid); p.Instances != 3 {
		t.Errorf("got %d instances, want 3, as before", p.Instances)
	}
}

func TestScaleOnKorifi(t *testing.T) {
	a := startActions(t, fakecf.WithFlavor(fakecf.Korifi))
	a.SetStartDelay(5 * time.Second)
	r := a.invoke(scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true})).succeeds(t)
	sameList(t, "progress", r.progress[2:], []string{
		"instances 1-3 of 4: RUNNING after 0 s", "instance 4 of 4: STARTING after 0 s", "instance 4 of 4: RUNNING after 6 s", "4 of 4 instances RUNNING",
	})
}

func TestScaleIsCanceled(t *testing.T) {
	t.Run("while it waits", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.SetStartDelay(time.Hour)
		r := a.cancelAt("instance 4 of 4: STARTING", scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true}))
		r.fails(t, "Canceled", "is scaled to 4 instances, but the wait", "while 3 of 4 instances were RUNNING", "index 3: STARTING")
	})
	t.Run("during the request", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodPost, Do: fakecf.Hang(0)})
		a.cancelAt("scaling", scaleName, a.by(actionConfig{"instances": 4})).fails(t, "Canceled", "Could not scale")
	})
	t.Run("during a reading of the stats", func(t *testing.T) {
		a := newActionTest(t, instances.RealClock{})
		a.AddFault(fakecf.Fault{Method: http.MethodGet, Do: fakecf.Hang(0)})
		a.cancelAt("scaled", scaleName, a.by(actionConfig{"instances": 4, "wait_for_instances": true})).fails(t, "Canceled", "is scaled to 4 instances")
	})
}
