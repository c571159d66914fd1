package fakecf

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const appPath = "/v3/apps/" + AppGUID

// atNoon is a foundation whose clock only moves when a test moves it.
func atNoon(t *testing.T, options ...Option) (f *Foundation, c *client, pass func(time.Duration)) {
	t.Helper()
	f = New(t, options...)
	now := time.Date(2030, time.January, 2, 12, 0, 0, 0, time.UTC)
	f.SetClock(func() time.Time { return now })
	f.RevokeTokens()
	return f, as(t, f, Admin), func(d time.Duration) { now = now.Add(d) }
}

func (c *client) deploy(app string) *reply {
	c.t.Helper()
	return c.do(http.MethodPost, "/v3/deployments", `{"relationships":{"app":{"data":{"guid":"`+app+`"}}},"strategy":"rolling"}`)
}

// webs is how many instances the web processes of the app want, oldest first.
func webs(t *testing.T, c *client) (out []float64) {
	t.Helper()
	rows, _ := c.get(appPath + "/processes?types=web").want(200).at("resources").([]any)
	for _, row := range rows {
		o, _ := row.(map[string]any)
		n, _ := o["instances"].(float64)
		out = append(out, n)
	}
	return out
}

func wantWebs(t *testing.T, c *client, want ...float64) {
	t.Helper()
	got := webs(t, c)
	same := len(got) == len(want)
	for i := range got {
		same = same && got[i] == want[i]
	}
	if !same {
		t.Errorf("got web processes with %v instances, want %v", got, want)
	}
}

// Cloud Controller 3.228.0: written values act when the app restarts, and a
// terminated instance comes back with the values of the last start.
func TestValuesActWhenTheAppRestarts(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	stats := func(memory, disk, logRate int) {
		t.Helper()
		for index := range 3 {
			c.get(webPath+"/stats").want(200).wantAt(memory<<20, "resources", index, "mem_quota").
				wantAt(disk<<20, "resources", index, "disk_quota").wantAt(logRate, "resources", index, "log_rate_limit")
		}
	}
	c.scale(GUIDWeb, `{"memory_in_mb":1024,"disk_in_mb":4096,"log_rate_limit_in_bytes_per_second":-1}`).want(202).wantAt(1024, "memory_in_mb")
	stats(512, 2048, 16384)
	c.do(http.MethodDelete, webPath+"/instances/0", "").want(204)
	stats(512, 2048, 16384)
	c.scale(GUIDWeb, `{"instances":2}`).want(202)
	c.scale(GUIDWeb, `{"instances":3}`).want(202)
	stats(512, 2048, 16384)
	eachRole(t, f, []Role{AdminReadOnly, SpaceManager, SpaceAuditor}, func(c *client) {
		c.do(http.MethodPost, appPath+"/actions/restart", "").wantError(403, 10003)
	})
	as(t, f, NoRole).do(http.MethodPost, appPath+"/actions/restart", "").wantError(404, 10010, "App not found")
	as(t, f, SpaceSupporter).do(http.MethodPost, appPath+"/actions/restart", "").want(200).wantAt("STARTED", "state")
	stats(1024, 4096, -1)
	want := Quotas{MemoryInMB: 1024, DiskInMB: 4096, LogRateLimit: -1}
	if got := f.Instances(GUIDWeb)[0].Limits; got != want {
		t.Errorf("instance 0 after the restart: got limits %+v, want %+v", got, want)
	}
	c.scale(GUIDWeb, `{"memory_in_mb":256}`).want(202)
	c.do(http.MethodPost, appPath+"/actions/start", "").want(200) // it is started: nothing happens
	stats(1024, 4096, -1)
	c.do(http.MethodPost, appPath+"/actions/stop", "").want(200).wantAt("STOPPED", "state")
	c.do(http.MethodPost, appPath+"/actions/start", "").want(200).wantAt("STARTED", "state")
	stats(256, 4096, -1)
	f.SetDroplet(AppGUID, "")
	c.do(http.MethodPost, appPath+"/actions/restart", "").wantError(422, 10008, "Assign a droplet before starting this app.")
}

// Cloud Controller 3.228.0: a deployment shows two web processes, the newest
// answers by app and type, and neither can be written.
func TestDeploymentHasTwoWebProcesses(t *testing.T) {
	f, c, pass := atNoon(t)
	c.scale(GUIDWeb, `{"memory_in_mb":1024}`).want(202)
	guid := f.StartDeployment(AppGUID)
	path := "/v3/deployments/" + guid
	wantWebs(t, c, 3, 1)
	newest, _ := c.get(appPath+"/processes/web").want(200).wantAt(1, "instances").at("guid").(string)
	c.get("/v3/processes/"+newest+"/stats").wantAt(1024<<20, "resources", 0, "mem_quota")
	c.get(webPath+"/stats").wantAt(512<<20, "resources", 0, "mem_quota")
	c.each([]string{GUIDWeb, newest}, func(c *client, process string) {
		c.patch(process, `{}`).wantError(422, 10008, "Cannot update this process while a deployment is in flight.")
		c.scale(process, `{"instances":1}`).wantError(422, 10008, "Cannot scale this process while a deployment is in flight.")
	})
	c.scale(GUIDWorker, `{"instances":1,"memory_in_mb":2048}`).want(202)
	worker := f.Instances(GUIDWorker)[0].GUID
	pass(5 * time.Second)
	c.get(path).want(200).wantAt("ACTIVE", "status", "value").wantAt("DEPLOYING", "status", "reason") // a poll changes nothing
	wantWebs(t, c, 3, 1)
	for _, want := range [][]float64{{2, 2}, {1, 3}} {
		if !f.AdvanceDeployment(AppGUID) {
			t.Fatalf("AdvanceDeployment: got the end of the deployment, want a step to %v", want)
		}
		wantWebs(t, c, want...)
	}
	c.get(path).wantAt("2030-01-02T12:00:05Z", "status", "details", "last_successful_healthcheck")
	if f.AdvanceDeployment(AppGUID) {
		t.Error("AdvanceDeployment: got a deployment in flight, want it at its end")
	}
	wantWebs(t, c, 3)
	c.get(webPath).wantError(404, 10010, "Process not found")
	c.get(path).wantAt("FINALIZED", "status", "value").wantAt("DEPLOYED", "status", "reason").
		wantAt("2030-01-02T12:00:05Z", "status", "details", "last_status_change").wantAt(absent{}, "links", "cancel")
	if f.Instances(GUIDWorker)[0].GUID == worker {
		t.Error("end of the deployment: got the old instance of the worker, want a new one")
	}
	c.get("/v3/processes/"+GUIDWorker+"/stats").wantAt(2048<<20, "resources", 0, "mem_quota")
	c.scale(newest, `{"instances":1}`).want(202)
}

// Cloud Controller 3bbba906, deployment_presenter.rb.
func TestDeploymentThroughTheAPI(t *testing.T) {
	f, c, _ := atNoon(t)
	r := c.deploy(AppGUID).want(201)
	guid, _ := r.at("guid").(string)
	path := "/v3/deployments/" + guid
	r.wantAt("ACTIVE", "status", "value").wantAt("DEPLOYING", "status", "reason").wantAt(nil, "status", "details", "last_successful_healthcheck").
		wantAt("2030-01-02T12:00:00Z", "status", "details", "last_status_change").wantAt(absent{}, "status", "details", "error").
		wantAt("rolling", "strategy").wantAt(1, "options", "max_in_flight").wantAt("web", "new_processes", 0, "type").
		wantAt(AppGUID, "relationships", "app", "data", "guid").wantAt(r.at("droplet", "guid"), "previous_droplet", "guid").
		wantAt(nil, "revision").wantAt(f.URL()+path, "links", "self", "href").wantAt("POST", "links", "cancel", "method")
	c.get("/v3/deployments?app_guids="+AppGUID+"&status_values=ACTIVE&order_by=-created_at").wantAt(guid, "resources", 0, "guid")
	wantWebs(t, c, 3, 1)
	c.get(path).wantAt("DEPLOYING", "status", "reason")
	c.get(path).wantAt("DEPLOYING", "status", "reason")
	c.get(path).wantAt("DEPLOYED", "status", "reason")
	wantWebs(t, c, 3)
	c.get("/v3/deployments?app_guids="+AppGUID+"&status_values=ACTIVE").wantAt(0, "pagination", "total_results")
	c.get("/v3/deployments?status_values=FINALIZED").wantAt(guid, "resources", 0, "guid")
	c.do(http.MethodPost, path+"/actions/cancel", "").wantError(422, 10008, "Cannot cancel a deployment with status: FINALIZED and reason: DEPLOYED")
	as(t, f, NoRole).get(path).wantError(404, 10010, "Deployment not found")
	as(t, f, SpaceAuditor).get(path).want(200)
	many := c.do(http.MethodPost, "/v3/deployments", `{"relationships":{"app":{"data":{"guid":"`+AppGUID+`"}}},"options":{"max_in_flight":5}}`).want(201)
	many.wantAt(5, "options", "max_in_flight")
	wantWebs(t, c, 3, 3)
	guid, _ = many.at("guid").(string)
	c.get("/v3/deployments/"+guid).wantAt("DEPLOYED", "status", "reason")
}

func TestRefusedDeployments(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	app := `"relationships":{"app":{"data":{"guid":"` + AppGUID + `"}}}`
	for body, detail := range map[string]string{
		`{}`: "Unable to use app. Ensure that the app exists and you have access to it.",
		`{"relationships":{"app":{"data":{"guid":"x"}}}}`: "Unable to use app.",
		`{` + app + `,"strategy":"blue-green"}`:           "Strategy 'blue-green' is not a supported deployment strategy",
		`{` + app + `,"nonsense":1}`:                      "Unknown field(s): 'nonsense'",
		`{` + app + `,"options":{"x":1}}`:                 "Options has unsupported key(s): x",
		`{` + app + `,"options":{"max_in_flight":0}}`:     "Max in flight must be an integer greater than 0",
		`{` + app + `,"droplet":{"guid":"x"}}`:            "Unable to assign current droplet.",
	} {
		t.Run(label(body), func(t *testing.T) {
			c := c.in(t)
			c.do(http.MethodPost, "/v3/deployments", body).wantError(422, 10008, detail)
		})
	}
	eachRole(t, f, []Role{AdminReadOnly, SpaceManager, SpaceAuditor, NoRole}, func(c *client) {
		c.deploy(AppGUID).wantError(422, 10008, "Unable to use app.")
	})
	f.SetDroplet(AppGUID, "")
	c.deploy(AppGUID).wantError(422, 10008, "Invalid droplet. Please specify a droplet in the request or set a current droplet for the app.")
	if got := webs(t, c); len(got) != 1 {
		t.Errorf("refused deployments: got %d web processes, want 1", len(got))
	}
	as(t, New(t, WithoutEndpoints("deployments")), Admin).deploy(AppGUID).wantError(404, 10000)
}

func TestDeploymentEnds(t *testing.T) {
	t.Run("canceled", func(t *testing.T) {
		f, c, _ := atNoon(t)
		path := "/v3/deployments/" + f.StartDeployment(AppGUID)
		f.AdvanceDeployment(AppGUID)
		wantWebs(t, c, 2, 2)
		as(t, f, SpaceAuditor).do(http.MethodPost, path+"/actions/cancel", "").wantError(404, 10010, "Deployment not found")
		if r := c.do(http.MethodPost, path+"/actions/cancel", "").want(200); r.body != "" {
			t.Errorf("cancel: got the body %.500q, want none", r.body)
		}
		c.get(path).wantAt("ACTIVE", "status", "value").wantAt("CANCELING", "status", "reason")
		f.AdvanceDeployment(AppGUID)
		c.get(path).wantAt("FINALIZED", "status", "value").wantAt("CANCELED", "status", "reason")
		wantWebs(t, c, 3)
		c.get(webPath).want(200)
	})
	t.Run("superseded", func(t *testing.T) {
		f, c, _ := atNoon(t)
		path := "/v3/deployments/" + f.StartDeployment(AppGUID)
		f.AdvanceDeployment(AppGUID)
		second, _ := c.deploy(AppGUID).want(201).at("guid").(string)
		wantWebs(t, c, 2, 2, 1)
		c.get(path).wantAt("FINALIZED", "status", "value").wantAt("SUPERSEDED", "status", "reason")
		for range 6 {
			c.get("/v3/deployments/" + second)
		}
		c.get("/v3/deployments/"+second).wantAt("DEPLOYED", "status", "reason")
		wantWebs(t, c, 3)
	})
	t.Run("with an error", func(t *testing.T) {
		f, c, _ := atNoon(t)
		path := "/v3/deployments/" + f.StartDeployment(AppGUID)
		f.FailDeployment(AppGUID, "memory quota_exceeded")
		for range 3 {
			f.AdvanceDeployment(AppGUID)
		}
		c.get(path).wantAt("ACTIVE", "status", "value").wantAt("memory quota_exceeded", "status", "details", "error")
		wantWebs(t, c, 3, 1)
		f.CancelDeployment(AppGUID)
		c.get(path).wantAt("CANCELED", "status", "reason").wantAt(absent{}, "status", "details", "error")
	})
	t.Run("never, while an instance crashes", func(t *testing.T) {
		f, c, _ := atNoon(t)
		f.SetStartOutcome(GUIDWeb, "CRASHED", "Exited with status 1")
		f.StartDeployment(AppGUID)
		for range 5 {
			f.AdvanceDeployment(AppGUID)
		}
		wantWebs(t, c, 3, 1)
		c.get(appPath+"/processes/web/stats").wantAt("CRASHED", "resources", 0, "state")
	})
	t.Run("at once for a stopped app", func(t *testing.T) {
		f, c, _ := atNoon(t)
		c.deploy(AppGUIDStopped).want(201).wantAt("DEPLOYED", "status", "reason").wantAt(absent{}, "new_processes", 0)
		c.get("/v3/apps/"+AppGUIDStopped).wantAt("STARTED", "state")
		c.get("/v3/processes/" + GUIDStopped).want(200)
		_ = f
	})
}

// A deployment by the clock waits for instances that start.
func TestDeploymentByTheClock(t *testing.T) {
	f, c, pass := atNoon(t)
	f.SetDeploymentPace(PaceByClock(5 * time.Second))
	f.SetStartDelay(7 * time.Second)
	guid, _ := c.deploy(AppGUID).want(201).at("guid").(string)
	got := []string{}
	for range 9 {
		r := c.get("/v3/deployments/" + guid)
		reason, _ := r.at("status", "reason").(string)
		got = append(got, strings.Repeat("n", len(webs(t, c)))+" "+reason)
		pass(5 * time.Second)
	}
	want := "nn DEPLOYING,nn DEPLOYING,nn DEPLOYING,nn DEPLOYING,nn DEPLOYING,nn DEPLOYING,n DEPLOYED,n DEPLOYED,n DEPLOYED"
	if strings.Join(got, ",") != want {
		t.Errorf("web processes (n each) and reason every 5 s: got %s, want %s", strings.Join(got, ","), want)
	}
}
