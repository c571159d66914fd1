package fakecf

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The behavior in this file was seen on a running Cloud Controller 3.228.0
// (cloud_controller_ng 3bbba906), unless a comment names another source.

// A dot that is not written as %2E begins a format, which is cut off the last
// segment of a path.
func TestDotsInAPath(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.AddProcess(AppGUID, Process{GUID: "dotted", Type: "a.b_c"})
	for path, want := range map[string]string{
		appPath + "/processes/web.v2": GUIDWeb, appPath + "/processes/a%2Eb_c": "dotted", webPath + ".json": GUIDWeb,
	} {
		t.Run(label(path), func(t *testing.T) {
			c := c.in(t)
			c.get(path).want(200).wantAt(want, "guid")
		})
	}
	c.get(appPath+"/processes/a.b_c").wantError(404, 10010, "Process not found")
	c.get(appPath+"/processes/a.b.c").wantError(404, 10000)
	c.get(appPath+"/processes/a.b_c/stats").wantError(404, 10000)
	c.get(appPath+"/processes/..").wantError(404, 10000)
	c.get(appPath + "/processes/a%2Eb_c/stats").want(200)
	c.do(http.MethodPatch, appPath+"/processes/web.v2", `{"metadata":{"labels":{"hit":"web"}}}`).want(200).wantAt(GUIDWeb, "guid")
	c.do(http.MethodDelete, appPath+"/processes/web/instances/1.5", "").want(204)
}

func TestEffectiveUserAndBlanks(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.SetDocker(AppGUIDStaging)
	c.get("/v3/processes/"+GUIDStaging).wantAt("root", "user")
	c.get("/v3/apps/"+AppGUIDStaging).wantAt("docker", "lifecycle", "type")
	c.get("/v3/processes?guids="+GUIDLabels).wantAt("vcap", "resources", 0, "user")
	c.patch(GUIDWeb, `{"command":"  ","user":" "}`).want(200).wantAt("bundle exec rackup", "command").wantAt("vcap", "user")
}

func TestEndpointsOfChecks(t *testing.T) {
	c := as(t, New(t), Admin)
	c.each([]string{"health_check", "readiness_health_check"}, func(c *client, check string) {
		c.patch(GUIDStaging, `{"`+check+`":{"type":"http"}}`).wantError(422, 10008, check+"_http_endpoint HTTP ", "is not a valid URI path: ")
		c.patch(GUIDStaging, `{"`+check+`":{"data":{"endpoint":"/only"}}}`).want(200).wantAt(absent{}, check, "data", "endpoint")
		c.patch(GUIDStaging, `{"`+check+`":{"type":"http"}}`).want(200).wantAt("/only", check, "data", "endpoint")
		c.patch(GUIDStaging, `{"`+check+`":{"data":{"endpoint":null}}}`).wantError(422, 10008, "is not a valid URI path: ")
		c.each([]string{"/a?b=c#d", "/%zz", "/ä"}, func(c *client, endpoint string) {
			c.patch(GUIDStaging, `{"`+check+`":{"data":{"endpoint":"`+endpoint+`"}}}`).want(200).wantAt(endpoint, check, "data", "endpoint")
		})
		c.each([]string{"x", "//x", "/a b", "http://a/b"}, func(c *client, endpoint string) {
			c.patch(GUIDStaging, `{"`+check+`":{"data":{"endpoint":"`+endpoint+`"}}}`).wantError(422, 10008, "endpoint must be a valid URI path")
		})
	})
}

func TestStoppedAppHasInstancesThatAreDown(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.UpdateProcess(GUIDStopped, func(p *Process) { p.Instances = 2 })
	path := "/v3/processes/" + GUIDStopped
	r := c.get(path+"/stats").want(200).wantAt("DOWN", "resources", 1, "state").wantAt(nil, "resources", 1, "routable").
		wantAt(0, "resources", 1, "uptime").wantAt(absent{}, "resources", 2)
	if stat, _ := r.at("resources", 0).(map[string]any); len(stat) != 7 {
		t.Errorf("%s: got an instance with %d keys, want 7: %s", r.call, len(stat), show(stat))
	}
	c.get(path+"/process_instances").wantAt("DOWN", "resources", 1, "state").wantAt(nil, "resources", 1, "since").wantAt(absent{}, "resources", 2)
	c.do(http.MethodDelete, path+"/instances/0", "").want(204)
	f.SetInstance(GUIDWeb, 0, func(i *Instance) { i.State = "STOPPING" })
	if usage, _ := c.get(webPath+"/stats").at("resources", 0, "usage").(map[string]any); len(usage) != 0 {
		t.Errorf("stats of a STOPPING instance: got usage %s, want {}", show(usage))
	}
}

// The runtime fails after the change was stored.
func TestRuntimeErrors(t *testing.T) {
	for runtime, want := range map[Runtime]struct{ status, code int }{
		RuntimeAway: {503, 170015}, RuntimeRefuses: {500, 170016},
	} {
		t.Run(fmt.Sprint("runtime ", runtime), func(t *testing.T) {
			f := New(t)
			c := as(t, f, Admin)
			before := f.Instances(GUIDWeb)[0].GUID
			f.SetRuntime(runtime)
			c.scale(GUIDWeb, `{"instances":5,"memory_in_mb":256}`).wantError(want.status, want.code, "Runner")
			c.get(webPath).want(200).wantAt(5, "instances").wantAt(256, "memory_in_mb")
			c.scale(GUIDWeb, `{"memory_in_mb":128}`).want(202) // does not involve the runtime
			c.patch(GUIDWeb, `{"command":"x"}`).want(200)
			c.do(http.MethodDelete, webPath+"/instances/0", "").wantError(want.status, want.code, "Runner")
			c.get(webPath+"/stats").wantError(503, 200002, "Stats unavailable: Stats server temporarily unavailable.")
			c.each([]string{webPath + "/process_instances", webPath + "?embed=process_instances", "/v3/processes?embed=process_instances"}, func(c *client, path string) {
				c.get(path).wantError(500, 10001, "An unknown error occurred.")
			})
			if got := len(f.Instances(GUIDWeb)); got != 3 {
				t.Errorf("scale to 5 while the runtime fails: got %d instances, want 3", got)
			}
			f.SetRuntime(RuntimeWorks)
			c.get(webPath+"/stats").want(200).wantAt("RUNNING", "resources", 4, "state")
			if f.Instances(GUIDWeb)[0].GUID != before {
				t.Error("DELETE while the runtime fails: got a new instance 0, want the old one")
			}
		})
	}
}

func TestWhatForbidsWrites(t *testing.T) {
	f := New(t)
	developer, admin := as(t, f, SpaceDeveloper), as(t, f, Admin)
	deployment := `{"relationships":{"app":{"data":{"guid":"` + AppGUID + `"}}}}`
	f.SetSuspended(OrgGUIDRetail, true)
	for _, r := range []*reply{
		developer.patch(GUIDWeb, `{}`), developer.scale(GUIDWeb, `{}`), developer.do(http.MethodDelete, webPath+"/instances/0", ""),
		developer.do(http.MethodPost, appPath+"/actions/restart", ""), developer.do(http.MethodPost, "/v3/deployments", deployment),
	} {
		t.Run(label("suspended, "+r.call), func(t *testing.T) { r.in(t).wantError(403, 10017, "The organization is suspended") })
	}
	developer.get(webPath).want(200)
	as(t, f, SpaceAuditor).patch(GUIDWeb, `{}`).wantError(403, 10003)
	admin.patch(GUIDWeb, `{}`).want(200)
	admin.get("/v3/organizations/"+OrgGUIDRetail).wantAt(true, "suspended")
	f.SetSuspended(OrgGUIDRetail, false)

	f.SetAppScaling(false)
	developer.scale(GUIDWeb, `{"instances":1}`).wantError(403, 330002, "Feature Disabled: app_scaling")
	developer.patch(GUIDWeb, `{}`).want(200)
	admin.scale(GUIDWeb, `{"instances":1}`).want(202)

	for scope, want := range map[string]struct{ read, write int }{
		"openid": {403, 403}, "cloud_controller.read": {200, 403}, "cloud_controller.read cloud_controller.write": {200, 200},
	} {
		t.Run(label(scope), func(t *testing.T) {
			c := &client{t: t, f: f, auth: "bearer " + f.TokenWithScope(SpaceDeveloper, scope), http: httpClient(t, f)}
			c.get(webPath).want(want.read)
			if r := c.patch(GUIDWeb, `{}`).want(want.write); want.write == 403 {
				r.wantError(403, 10003)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	c.patch(GUIDWeb, `{"health_check":{"data":{"timeout":181}}}`).wantError(422, 10008, "health_check_timeout Maximum exceeded: max 180s")
	f.SetLimits(Limits{DiskInMB: 2048, HealthCheckTimeout: 60, Users: []string{"vcap", "app"}})
	c.scale(GUIDWeb, `{"disk_in_mb":2049}`).wantError(422, 10008, "disk_quota too much disk requested (requested 2049 MB - must be less than 2048 MB)")
	c.patch(GUIDWeb, `{"user":"me","health_check":{"data":{"timeout":61}}}`).wantError(422, 10008,
		"health_check_timeout Maximum exceeded: max 60s, user invalid (requested user 'me' not allowed, permitted users are: 'vcap', 'app')")
	c.patch(GUIDWeb, `{"user":"APP"}`).want(200)
	c.scale(GUIDWeb, `{"memory_in_mb":63}`).wantError(422, 10008, "not large enough to run all of your sidecar processes")
	// The started apps of the space production have 3 × 512, 2 × 1024, 2048,
	// 2 × 768 and 256 MB.
	f.SetMemoryQuota(SpaceGUIDProduction, 7424)
	c.scale(GUIDWeb, `{"memory_in_mb":513}`).wantError(422, 10008, "memory space_quota_exceeded")
	c.deploy(AppGUID).wantError(422, 10008, "memory space_quota_exceeded for space production. This space's quota may not be large enough")
	c.scale(GUIDWeb, `{"instances":2}`).want(202)
	guid, _ := c.deploy(AppGUID).want(201).at("guid").(string)
	f.SetMemoryQuota(SpaceGUIDProduction, 0)
	f.SetMemoryQuota(OrgGUIDRetail, 7424)
	c.get("/v3/deployments/"+guid).wantAt("ACTIVE", "status", "value").wantAt("memory quota_exceeded", "status", "details", "error")
	f.SetMemoryQuota(OrgGUIDRetail, 0)
	c.get("/v3/deployments/"+guid).wantAt(absent{}, "status", "details", "error")

	many := func(n int) string {
		pairs := make([]string, n)
		for i := range pairs {
			pairs[i] = fmt.Sprintf(`"k%d":"x"`, i)
		}
		return "{" + strings.Join(pairs, ",") + "}"
	}
	c.patch(GUIDStaging, `{"metadata":{"labels":`+many(50)+`}}`).wantError(422, 390020, "Failed to add 50 labels because it would exceed maximum of 50")
	c.patch(GUIDStaging, `{"metadata":{"labels":`+many(48)+`}}`).want(200)
	c.patch(GUIDStaging, `{"metadata":{"annotations":`+many(201)+`}}`).wantError(422, 390023, "Failed to add 201 annotations because it would exceed maximum of 200")
}

// Lists are in the order of their rows; times compare by microseconds, which
// responses do not show.
func TestOrderOfRows(t *testing.T) {
	f := New(t, WithoutSeed())
	now := time.Date(2030, time.January, 2, 12, 0, 0, 0, time.UTC)
	f.SetClock(func() time.Time { return now })
	c := as(t, f, Admin)
	app := f.AddApp(f.AddSpace(f.AddOrganization("o"), "s"), "a")
	for _, guid := range []string{"c", "a", "b"} {
		f.AddProcess(app, Process{GUID: guid, Type: guid})
		now = now.Add(100 * time.Microsecond)
	}
	f.AddProcess(app, Process{GUID: "old", Type: "old", CreatedAt: now.Add(-time.Hour)})
	f.AddProcess(app, Process{GUID: "0", Type: "0", CreatedAt: now.Add(-time.Hour)})
	for query, want := range map[string]string{
		"": "c a b old 0", "?order_by=created_at": "0 old c a b", "?order_by=-created_at": "b a c old 0",
		"?created_ats=2030-01-02T12:00:00Z":     "c a b",
		"?created_ats[gt]=2030-01-02T12:00:00Z": "", "?created_ats[lte]=2030-01-02T12:00:00Z": "c a b old 0",
	} {
		t.Run(label(query), func(t *testing.T) {
			c := c.in(t)
			if got := strings.Join(c.get("/v3/processes"+query).want(200).guids(), " "); got != want {
				t.Errorf("processes with %q: got %s, want %s", query, got, want)
			}
		})
	}
	c.get("/v3/processes").wantAt("2030-01-02T12:00:00Z", "resources", 2, "created_at")
}

func TestNamesAndTheirSpaces(t *testing.T) {
	c := as(t, New(t), Admin)
	r := c.get("/v3/apps?names=storefront,catalog&include=space.organization&organization_guids=" + OrgGUIDRetail + "&space_guids=" + SpaceGUIDProduction).want(200)
	if got, want := r.guids(), []string{AppGUID, AppGUIDCatalog}; !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", r.call, got, want)
	}
	r.wantAt("production", "included", "spaces", 0, "name").wantAt("retail", "included", "organizations", 0, "name")
	c.get("/v3/apps?names=nope&include=space.organization").wantAt(absent{}, "included", "spaces", 0).wantAt(absent{}, "included", "organizations", 0)
	c.get("/v3/spaces?names=staging,tools&organization_guids="+OrgGUIDRetail).wantAt(SpaceGUIDStaging, "resources", 0, "guid").wantAt(1, "pagination", "total_results")
	c.get("/v3/spaces?guids="+SpaceGUIDTools).wantAt("tools", "resources", 0, "name")
	c.get("/v3/organizations?names=retail&guids="+OrgGUIDRetail).wantAt(1, "pagination", "total_results")
	// Names are compared without case: the columns are citext (source, 3bbba906).
	c.get("/v3/organizations?names=Retail").wantAt(1, "pagination", "total_results")
}

func TestOddRequests(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	before := f.Instances(GUIDWeb)
	c.each([]string{"x", "%20", "00"}, func(c *client, index string) { // Ruby reads them as 0
		c.do(http.MethodDelete, webPath+"/instances/"+index, "").want(204)
	})
	if after := f.Instances(GUIDWeb); after[0].GUID == before[0].GUID || after[1].GUID != before[1].GUID {
		t.Errorf("DELETE of indexes that are words: got new instances 0: %t and 1: %t, want only 0",
			after[0].GUID != before[0].GUID, after[1].GUID != before[1].GUID)
	}
	c.each([]string{`{"instances":null}`, `{"memory_in_mb":null}`}, func(c *client, body string) {
		c.scale(GUIDWeb, body).wantError(500, 10001)
	})
	c.scale(GUIDWeb, `{"log_rate_limit_in_bytes_per_second":null,"disk_in_mb":null}`).want(202).
		wantAt(16384, "log_rate_limit_in_bytes_per_second").wantAt(2048, "disk_in_mb")
	c.get(webPath + "/stats?nonsense=1").want(200)
	c.get(webPath + "/process_instances?nonsense=1").want(200)
	c.do(http.MethodHead, webPath, "").want(200)
	r := c.get(appPath+"/processes?app_guids=x").wantError(400, 10005, "Unknown query parameter(s): 'app_guids'")
	if detail, _ := r.at("errors", 0, "detail").(string); strings.Contains(detail, "Valid parameters") {
		t.Errorf("%s: got the detail %.500q, want no valid parameters in it", r.call, detail)
	}
	c.patch(GUIDWeb, `{"command":7,"metadata":{"foo":1}}`).wantError(422, 10008, "Metadata has unexpected field(s): 'foo', Command must be a string")
	c.scale(GUIDStaging, `{"instances":2147483647}`).want(202) // at once, and without memory for each
	if rows, _ := c.get("/v3/processes/" + GUIDStaging + "/stats").want(200).at("resources").([]any); len(rows) != 10_000 {
		t.Errorf("stats after a scale to 2147483647: got %d instances, want 10000", len(rows))
	}
	c.deploy(AppGUIDStaging).want(201)
}
