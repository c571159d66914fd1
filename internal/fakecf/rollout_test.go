package fakecf

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// pods describes the stats of the web process as index:uptime, or index:state if the
// state is not RUNNING.
func pods(c *client) string {
	c.t.Helper()
	rows, _ := c.get(webPath + "/stats").want(200).at("resources").([]any)
	var out []string
	for _, row := range rows {
		stat, _ := row.(map[string]any)
		text := fmt.Sprint(stat["index"], ":", stat["uptime"])
		if stat["state"] != "RUNNING" {
			text = fmt.Sprint(stat["index"], ":", stat["state"])
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func wantPods(c *client, want string) {
	c.t.Helper()
	if got := pods(c); got != want {
		c.t.Errorf("stats (index:uptime): got %q, want %q", got, want)
	}
}

func rollingKorifi(t *testing.T) (f *Foundation, c *client, pass func(time.Duration)) {
	t.Helper()
	f, c, pass = atNoon(t, WithFlavor(Korifi))
	f.SetRollout(Rollout{Begin: 2 * time.Second, End: 10 * time.Second, Gap: time.Second, Touch: -1})
	f.SetStartDelay(4 * time.Second)
	f.RestartApp(AppGUID)
	pass(104 * time.Second)
	wantPods(c, "0:100 1:100 2:100")
	return f, c, pass
}

// Korifi fb0a00b2 on a real Kubernetes: a change of the memory rolls the pods.
// An ending pod shows RUNNING until it is gone, then its index is missing.
func TestKorifiRollsThePods(t *testing.T) {
	for body, rolls := range map[string]bool{
		`{"memory_in_mb":1024}`: true, `{"disk_in_mb":1024}`: true, `{"memory_in_mb":512}`: false, `{}`: false,
	} {
		t.Run(label(body), func(t *testing.T) {
			f, c, pass := rollingKorifi(t)
			c.scale(GUIDWeb, body).want(200)
			pass(time.Hour)
			if got := f.Instances(GUIDWeb)[0].StartedAt.After(f.Now().Add(-time.Hour)); got != rolls {
				t.Errorf("scale %s: got new pods %t, want %t", body, got, rolls)
			}
		})
	}
	f, c, pass := rollingKorifi(t)
	c.scale(GUIDWeb, `{"memory_in_mb":1024}`).want(200)
	wantPods(c, "0:100 1:100 2:100") // the rollout has not begun
	c.get(webPath+"/stats").wantAt(1024<<20, "resources", 0, "mem_quota")
	if got := f.Instances(GUIDWeb)[0].Limits.MemoryInMB; got != 512 {
		t.Errorf("pod 0 before the rollout: got %d MB, want 512, as before", got)
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{2 * time.Second, "0:102 1:102 2:102"}, // pod 2 begins to end
		{9 * time.Second, "0:111 1:111 2:111"},
		{time.Second, "0:112 1:112"}, // it is gone
		{time.Second, "0:113 1:113 2:STARTING"},
		{4 * time.Second, "0:117 1:117 2:0"}, // the next one ends
		{10 * time.Second, "0:127 2:10"},
		{5 * time.Second, "0:132 1:0 2:15"},
		{10 * time.Second, "1:10 2:25"},
		{5 * time.Second, "0:0 1:15 2:30"},
		{time.Minute, "0:60 1:75 2:90"},
	} {
		t.Run(fmt.Sprintf("%s later, %s", step.after, step.want), func(t *testing.T) {
			pass(step.after)
			wantPods(c.in(t), step.want)
		})
	}
	if got := f.Instances(GUIDWeb)[0].Limits.MemoryInMB; got != 1024 {
		t.Errorf("pod after the rollout: got %d MB, want 1024", got)
	}
}

// A pod that is ended while others roll leaves the app with fewer of them.
func TestKorifiEndsPods(t *testing.T) {
	_, c, pass := rollingKorifi(t)
	c.patch(GUIDWeb, `{"command":"x"}`).want(200)
	pass(2 * time.Second)
	c.do(http.MethodDelete, webPath+"/instances/0", "").want(204)
	c.do(http.MethodDelete, webPath+"/instances/1", "").want(204)
	wantPods(c, "0:102 1:102 2:102")
	pass(10 * time.Second)
	wantPods(c, "")
	c.do(http.MethodDelete, webPath+"/instances/1", "").wantError(404, 10010, "Pod not found")
	pass(5 * time.Second)
	wantPods(c, "0:0 1:0 2:0")
}

// A new pod that crashes stops the rollout.
func TestKorifiRolloutStops(t *testing.T) {
	f, c, pass := rollingKorifi(t)
	f.SetStartOutcome(GUIDWeb, "CRASHED", "")
	c.scale(GUIDWeb, `{"memory_in_mb":1024}`).want(200)
	pass(30 * time.Minute)
	wantPods(c, "0:1900 1:1900 2:CRASHED")
}

// By default a rollout ends with the next request.
func TestKorifiRolloutAtOnce(t *testing.T) {
	f, c, pass := atNoon(t, WithFlavor(Korifi))
	before := f.Instances(GUIDWeb)[0].GUID
	pass(time.Minute)
	c.scale(GUIDWeb, `{"memory_in_mb":1024}`).want(200)
	wantPods(c, "0:0 1:0 2:0")
	if f.Instances(GUIDWeb)[0].GUID == before {
		t.Error("pod 0 after a rollout: got the old pod, want a new one")
	}
	c.scale(GUIDWeb, `{"instances":2147483647,"disk_in_mb":1}`).want(200) // at once, and without memory for each
	c.get("/v3/processes/"+GUIDWeb).want(200).wantAt(2147483647, "instances")
	if rows, _ := c.get(webPath + "/stats").want(200).at("resources").([]any); len(rows) != 10_000 {
		t.Errorf("stats after a scale to 2147483647: got %d instances, want 10000", len(rows))
	}
}

// Korifi fb0a00b2: a controller moves updated_at some seconds after each write.
func TestKorifiMovesUpdatedAtAgain(t *testing.T) {
	_, c, pass := atNoon(t, WithFlavor(Korifi))
	c.patch(GUIDWeb, `{}`).want(200).wantAt("2030-01-02T12:00:00Z", "updated_at")
	pass(time.Second)
	c.get(webPath).wantAt("2030-01-02T12:00:00Z", "updated_at")
	pass(time.Second)
	c.get("/v3/processes?order_by=-updated_at").wantAt("2030-01-02T12:00:02Z", "resources", 0, "updated_at")
	pass(time.Minute)
	c.get(webPath).wantAt("2030-01-02T12:00:02Z", "updated_at")
}

// Korifi fb0a00b2, read in its code: a deployment has the GUID of its app, and
// a status that a controller writes later.
func TestKorifiDeployment(t *testing.T) {
	f, c, pass := rollingKorifi(t)
	body := `{"relationships":{"app":{"data":{"guid":"` + AppGUID + `"}}}}`
	r := c.do(http.MethodPost, "/v3/deployments", body).want(201)
	r.wantAt(AppGUID, "guid").wantAt("FINALIZED", "status", "value").wantAt("DEPLOYED", "status", "reason").
		wantAt(absent{}, "status", "details").wantAt(absent{}, "new_processes").wantAt(absent{}, "strategy")
	path := "/v3/deployments/" + AppGUID
	c.get(path).wantAt("FINALIZED", "status", "value")
	pass(2 * time.Second)
	c.get(path).wantAt("ACTIVE", "status", "value").wantAt("DEPLOYING", "status", "reason")
	c.get("/v3/deployments?status_values=ACTIVE&app_guids="+AppGUID).wantAt(AppGUID, "resources", 0, "guid")
	c.get("/v3/apps/"+AppGUID+"/processes/web").wantAt(GUIDWeb, "guid").wantAt(3, "instances")
	pass(time.Minute)
	c.get(path).wantAt("FINALIZED", "status", "value")
	if got := f.Instances(GUIDWeb)[0].StartedAt; got.Before(f.Now().Add(-time.Minute)) {
		t.Errorf("pod 0 after the deployment: got a start at %s, want one in the last minute", got)
	}
	c.do(http.MethodPost, path+"/actions/cancel", "").wantError(404, 10000)
	c.each([]string{`"strategy":"rolling"`, `"options":{"max_in_flight":1}`}, func(c *client, extra string) {
		c.do(http.MethodPost, "/v3/deployments", `{`+extra+`,`+body[1:]).wantError(422, 10008, "unknown field")
	})
	c.do(http.MethodPost, "/v3/deployments", `{}`).wantError(422, 10008, "relationships is required")
	c.do(http.MethodPost, "/v3/deployments", `{"relationships":{"app":{"data":{"guid":"x"}}}}`).wantError(404, 10010, "Deployment not found.")
	as(t, f, SpaceAuditor).do(http.MethodPost, "/v3/deployments", body).wantError(403, 10003)
	c.do(http.MethodPost, "/v3/deployments", strings.ReplaceAll(body, AppGUID, AppGUIDStopped)).want(201)
	c.get("/v3/apps/"+AppGUIDStopped).wantAt("STARTED", "state")
	without := as(t, New(t, WithFlavor(Korifi), WithoutEndpoints("deployments")), Admin)
	without.do(http.MethodPost, "/v3/deployments", body).wantError(400, 42000, "does not support rolling deploys")
}

// Korifi fb0a00b2: while the controllers are unavailable every write is a 500 without
// effect, and reads work.
func TestKorifiWithoutControllers(t *testing.T) {
	f, c, _ := atNoon(t, WithFlavor(Korifi))
	f.SetRuntime(RuntimeAway)
	c.scale(GUIDWeb, `{"instances":1}`).wantError(500, 10001)
	c.patch(GUIDWeb, `{"command":"x"}`).wantError(500, 10001)
	c.get(webPath).want(200).wantAt(3, "instances")
	c.get(webPath+"/stats").want(200).wantAt("RUNNING", "resources", 2, "state")
	f.SetRuntime(RuntimeWorks)
	c.scale(GUIDWeb, `{"instances":1}`).want(200)
}

func TestKorifiDeploymentOfATest(t *testing.T) {
	f, c, _ := atNoon(t, WithFlavor(Korifi))
	before := f.Instances(GUIDWeb)[0].GUID
	if guid := f.StartDeployment(AppGUID); guid != AppGUID {
		t.Errorf("StartDeployment: got %s, want %s, the GUID of the app", guid, AppGUID)
	}
	if guid := f.FinishDeployment(AppGUID); guid != GUIDWeb || f.Instances(GUIDWeb)[0].GUID == before {
		t.Errorf("FinishDeployment: got the process %s, want %s with new pods", guid, GUIDWeb)
	}
	c.get(appPath+"/processes").wantAt(2, "pagination", "total_results")
}

// After a scale down the pods that end are still in the stats.
func TestKorifiScalesDown(t *testing.T) {
	_, c, pass := rollingKorifi(t)
	c.scale(GUIDWeb, `{"instances":1}`).want(200)
	wantPods(c, "0:100 1:100 2:100")
	pass(9 * time.Second)
	wantPods(c, "0:109 1:109 2:109")
	c.scale(GUIDWeb, `{"instances":2}`).want(200) // pod 1 still ends, and comes back
	pass(time.Second)
	wantPods(c, "0:110")
	pass(5 * time.Second)
	wantPods(c, "0:115 1:0")
	c.scale(GUIDWeb, `{"instances":0}`).want(200)
	pass(time.Minute)
	wantPods(c, "")
	c.scale(GUIDWeb, `{"instances":3}`).want(200)
	pass(5 * time.Second)
	wantPods(c, "0:1 1:1 2:1")
}

// A rollout ends when a scale removes its pods.
func TestKorifiScaleToZeroEndsARollout(t *testing.T) {
	f, c, pass := rollingKorifi(t)
	c.scale(GUIDWeb, `{"memory_in_mb":1024}`).want(200)
	pass(3 * time.Second)
	f.SetRollout(Rollout{Touch: -1})
	c.scale(GUIDWeb, `{"instances":0}`).want(200)
	wantPods(c, "")
	c.scale(GUIDWeb, `{"instances":2}`).want(200)
	pass(time.Minute)
	wantPods(c, "0:56 1:56")
	if got := f.Instances(GUIDWeb)[1].Limits.MemoryInMB; got != 1024 {
		t.Errorf("pod after the rollout: got %d MB, want 1024", got)
	}
}
