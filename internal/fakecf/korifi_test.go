package fakecf

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func onKorifi(t *testing.T, role Role) (*Foundation, *client) {
	t.Helper()
	f := New(t, WithFlavor(Korifi))
	return f, as(t, f, role)
}

func TestKorifiRoot(t *testing.T) {
	f, c := onKorifi(t, Admin)
	c.auth = ""
	r := c.get("/").want(200).wantAt(true, "cf_on_k8s").wantAt(nil, "links", "uaa").wantAt(f.URL(), "links", "login", "href")
	if h := r.header; h.Get("X-Correlation-ID") == "" || h.Get("X-VCAP-Request-ID") != "" || h.Get("X-RateLimit-Limit") != "" {
		t.Errorf("%s: got X-Correlation-ID %q, X-VCAP-Request-ID %q and X-RateLimit-Limit %q, want only the first",
			r.call, h.Get("X-Correlation-ID"), h.Get("X-VCAP-Request-ID"), h.Get("X-RateLimit-Limit"))
	}
	if got := c.do(http.MethodGet, "/v3", "", "X-Correlation-ID", "mine").header.Get("X-Correlation-ID"); got != "mine" {
		t.Errorf("request with X-Correlation-ID mine: got %q in the response, want mine", got)
	}
	if got := f.UAAURL(); got != "" {
		t.Errorf("UAAURL: got %s, want none", got)
	}
	with := New(t, WithFlavor(Korifi), WithKorifiUAA())
	as(t, with, Admin).get("/").wantAt(with.UAAURL(), "links", "uaa", "href")
	login(t, with, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(with, 200)
}

func TestKorifiAuthorization(t *testing.T) {
	f, c := onKorifi(t, Admin)
	c.auth = "clientcert " + f.ClientCert(Admin)
	c.get("/whoami").want(200).wantAt("User", "kind").wantAt("admin", "name")
	c.do(http.MethodHead, webPath, "").want(404) // as on a running Korifi
	c.get(webPath).want(200)
	c.each([]string{"clientcert Zm9v", "bearer invalid", "any-token"}, func(c *client, value string) {
		c.auth = value
		c.get(webPath).wantError(401, 1000)
	})
	c.auth = ""
	c.get(webPath).wantError(401, 10002)
}

func TestKorifiRefusesOldCLIs(t *testing.T) {
	_, c := onKorifi(t, Admin)
	for agent, status := range map[string]int{
		"cf/7.7.1 (go1.20; amd64 linux)": 400, "cf": 400, "cf/8.4.9 (x)": 400, "cf/8.5.0+abc (go1.20; amd64 linux)": 200,
		"Terraform/1.13.0 terraform-provider-cf/0.1.0": 200, "cf/9.0.0": 200, "cfoo": 200,
	} {
		t.Run(label(agent), func(t *testing.T) {
			c := c.in(t)
			r := c.do(http.MethodGet, webPath, "", "User-Agent", agent).want(status)
			if status == 400 {
				r.wantError(400, 10004, "Korifi requires CF CLI >= 8.5.0-0")
			}
		})
	}
}

func TestKorifiProcess(t *testing.T) {
	_, c := onKorifi(t, Admin)
	r := c.get(webPath + "?nonsense=1").want(200)
	for _, key := range []string{"version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"} {
		r.wantAt(absent{}, key)
	}
	r.wantAt(absent{}, "relationships", "revision").wantAt(absent{}, "links", "process_instances").wantAt(absent{}, "health_check", "data", "interval")
	r.wantAt(GUIDWeb, "metadata", "labels", "korifi.cloudfoundry.org/guid").wantAt("2025-03-03T09-30-00", "metadata", "labels", "korifi.cloudfoundry.org/updated_at")
	r.wantAt("/health", "health_check", "data", "endpoint")
	c.get("/v3/processes/"+GUIDWorker).wantAt(60, "health_check", "data", "timeout").wantAt(absent{}, "health_check", "data", "invocation_timeout")
	c.get("/v3/processes/"+GUIDStopped).wantAt("npm start", "command").wantAt(nil, "health_check", "data", "invocation_timeout")
	c.get("/v3/processes/nope").wantError(404, 10010, "Process not found. Ensure it exists and you have access to it.")
	c.get("/v3/apps/"+AppGUID+"/processes/nope").wantError(404, 10010, "repositories.ProcessRecord not found.")
	c.each([]string{webPath + "/process_instances", "/v3/apps/" + AppGUID + "/sidecars"}, func(c *client, path string) {
		c.get(path).wantError(404, 10000)
	})
	c.do(http.MethodPatch, "/v3/apps/"+AppGUID+"/processes/web", `{}`).wantError(404, 10000)
	c.get(webPath+"/sidecars?page=3&nonsense=1").want(200).wantAt(0, "pagination", "total_results").wantAt(1, "pagination", "total_pages")
}

func TestKorifiLists(t *testing.T) {
	_, c := onKorifi(t, Admin)
	c.each([]string{"types", "guids", "space_guids", "label_selector", "created_ats", "embed", "organization_guids"}, func(c *client, name string) {
		c.get("/v3/processes?"+name+"=x").wantError(400, 10005, "Valid parameters are: 'app_guids', 'order_by', 'per_page', 'page'")
	})
	if got := c.get("/v3/processes?app_guids=" + AppGUID + "&order_by=created_at").guids(); !slices.Equal(got, []string{GUIDWeb, GUIDWorker}) {
		t.Errorf("list by app_guids: got %v, want %v", got, []string{GUIDWeb, GUIDWorker})
	}
	c.each([]string{"types=worker", "guids=" + GUIDWorker, "order_by=-created_at"}, func(c *client, query string) {
		r := c.get("/v3/apps/" + AppGUID + "/processes?" + query).want(200)
		if got := r.guids(); len(got) != 2 {
			c.t.Errorf("%s: got %v, want both, as the parameter is ignored", r.call, got)
		}
	})
	c.get("/v3/apps/"+AppGUID+"/processes?app_guids=x").wantError(400, 10005, "'guids', 'types', 'order_by', 'per_page', 'page'")
	c.get("/v3/apps?include=space").wantError(400, 10005, "'names', 'guids', 'space_guids'")
	c.get("/v3/spaces?include=organization").want(200).wantAt("retail", "included", "organizations", 0, "name")
	all := len(c.get("/v3/apps").want(200).guids())
	// None of them has labels.
	for selector, want := range map[string]int{"": all, "!team": all, "team!%3Da,team+notin+(b,c)": all, "team": 0, "team%3Da": 0, "cloudfoundry.org/team": 0} {
		t.Run("label_selector "+label(selector), func(t *testing.T) {
			r := c.in(t).get("/v3/apps?label_selector=" + selector).want(200)
			if got := len(r.guids()); got != want {
				t.Errorf("%s: got %d apps, want %d", r.call, got, want)
			}
		})
	}
	c.each([]string{"a%20b", "team%3Da%20b", "-team", "team%3D-a", "/team"}, func(c *client, selector string) {
		c.get("/v3/apps?label_selector="+selector).wantError(422, 10008, "invalid label selector")
	})
	c.get("/v3/spaces?label_selector=team").wantError(400, 10005, "'names', 'guids', 'organization_guids', 'order_by', 'per_page', 'page', 'include'")
	c.get("/v3/organizations?guids=x").wantError(400, 10005, "Valid parameters are: 'names', 'order_by', 'per_page', 'page'")
	c.get("/v3/spaces?include=nope").wantError(422, 10008, "IncludeResourceRules0 must be organization")
	c.get("/v3/spaces?names=staging&organization_guids="+OrgGUIDRetail).wantAt(SpaceGUIDStaging, "resources", 0, "guid")
	c.get("/v3/organizations?names=retail").wantAt(OrgGUIDRetail, "resources", 0, "guid").wantAt(1, "pagination", "total_results")
	// An invalid label value in app_guids fails the list. Blanks around a value are
	// ignored, and so is a parameter without a value.
	c.each([]string{"a%20b", AppGUID + "%252C" + AppGUIDTools, strings.Repeat("x", 64), "%C3%A4", AppGUID + ",-x"}, func(c *client, value string) {
		c.get("/v3/processes?app_guids="+value).wantError(422, 10008, "Pod")
	})
	if got := c.get("/v3/processes?app_guids=" + AppGUID + ",%20" + AppGUIDStaging).want(200).guids(); len(got) != 3 {
		t.Errorf("list by two app_guids: got %d processes, want 3", len(got))
	}
	c.get("/v3/processes?app_guids=&order_by=&per_page=&page=").want(200).wantAt(11, "pagination", "total_results")
	c.get("/v3/processes?order_by=x&per_page=0").wantError(422, 10008,
		"OrderBy value must be one of: created_at, -created_at, updated_at, -updated_at, Pagination.PerPage value 0 is not allowed")
	c.get("/v3/processes?per_page=-1&page=-1").wantError(422, 10008, "Pagination.Page must be no less than 1, Pagination.PerPage must be no less than 1")
	c.get("/v3/processes?per_page=0").wantError(422, 10008, "Pagination.PerPage value 0 is not allowed")
	c.get("/v3/processes?per_page=5001").wantError(422, 10008, "Pagination.PerPage must be no greater than 5000")
	c.get("/v3/processes?per_page=x").wantError(422, 10008, "Pagination.PerPage value must be an integer")
	c.get("/v3/processes?order_by=name").wantError(422, 10008, "OrderBy value must be one of: created_at, -created_at, updated_at, -updated_at")
	r := c.get("/v3/processes?page=99").want(200).wantAt(nil, "pagination", "next").wantAt(nil, "pagination", "previous")
	if got := len(r.guids()); got != 11 {
		t.Errorf("%s: got %d processes, want 11, as on page 1", r.call, got)
	}
	r = c.get("/v3/processes?page=99&per_page=5").want(200).wantAt(11, "pagination", "total_results").wantAt(nil, "pagination", "next")
	if got := r.guids(); len(got) != 0 {
		t.Errorf("%s: got %v, want none", r.call, got)
	}
	c.get("/v3/processes?app_guids=x").want(200).wantAt(1, "pagination", "total_pages").wantAt(0, "pagination", "total_results")
	if got := c.get("/v3/processes").guids(); got[len(got)-1] != GUIDVault || !slices.IsSorted(got[:2]) {
		t.Errorf("list without order_by: got %v, want %s last, and the first two in the order of their GUIDs", got, GUIDVault)
	}
}

func TestKorifiPatch(t *testing.T) {
	f, c := onKorifi(t, Admin)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	f.RevokeTokens()
	f.SetClock(func() time.Time { return now })
	c.auth = "bearer " + f.Token(Admin)
	c.patch(GUIDWeb, `{}`).want(200).wantAt("2026-01-02T03:04:05Z", "updated_at")
	c.patch(GUIDWeb, `{"command":null,"health_check":null,"metadata":null}`).want(200).
		wantAt("bundle exec rackup config.ru -p $PORT", "command").wantAt(60, "health_check", "data", "timeout")
	c.patch(GUIDWeb, `{"command":""}`).want(200).wantAt("bundle exec rackup", "command")
	c.patch(GUIDWeb, `{"command":"[PRIVATE DATA HIDDEN IN LISTS]"}`).want(200).wantAt("[PRIVATE DATA HIDDEN IN LISTS]", "command")
	c.patch(GUIDWeb, `{"command":"`+strings.Repeat("x", 4097)+`"}`).want(200)
	c.patch(GUIDWeb, `{"health_check":{"type":"http","data":{"timeout":90,"invocation_timeout":10,"endpoint":"/ready"}}}`).want(200)
	c.patch(GUIDWeb, `{"health_check":{"type":"process","data":{"timeout":30}}}`).want(200).
		wantAt(absent{}, "health_check", "data", "endpoint").wantAt(30, "health_check", "data", "timeout")
	c.patch(GUIDWeb, `{"health_check":{"type":"http"}}`).want(200).wantAt("/ready", "health_check", "data", "endpoint").
		wantAt(10, "health_check", "data", "invocation_timeout")
	c.patch(GUIDWeb, `{"health_check":{"type":"http","data":{"timeout":null,"endpoint":null}}}`).want(200).wantAt(30, "health_check", "data", "timeout")
	c.patch(GUIDWeb, `{"health_check":{"type":"http","data":{"timeout":0,"invocation_timeout":0,"endpoint":""}}}`).want(200).
		wantAt(60, "health_check", "data", "timeout").wantAt(nil, "health_check", "data", "invocation_timeout").wantAt("", "health_check", "data", "endpoint")
	c.patch(GUIDWeb, `{"health_check":{"data":{"timeout":-5}}}`).want(200).wantAt(-5, "health_check", "data", "timeout")
	r := c.patch(GUIDWeb, `{"metadata":{"labels":{"team":null,"new":"x","korifi.cloudfoundry.org/guid":null,"cloudfoundry.org/y":"z"}}}`).want(200)
	r.wantAt(GUIDWeb, "metadata", "labels", "korifi.cloudfoundry.org/guid").wantAt("z", "metadata", "labels", "cloudfoundry.org/y")
	r.wantAt(absent{}, "metadata", "labels", "team").wantAt("production", "metadata", "labels", "environment")

	for body, detail := range map[string]string{
		`{"user":null}`: `invalid request body: json: unknown field "user"`, `{"readiness_health_check":{}}`: "readiness_health_check",
		`{"health_check":{"data":{"interval":5}}}`: `unknown field "interval"`, `{"instances":1}`: `unknown field "instances"`,
		`{"command":7}`: "Command must be a string", `{"health_check":{"data":{"timeout":"60"}}}`: "Health_check.data.timeout must be a int32",
		`{"health_check":{"type":"nonsense"}}`: "Process", `{"metadata":{"labels":{"n":1}}}`: "Metadata.labels must be a string",
		`{"metadata":{"labels":{"no spaces":"x"}}}`:                       `metadata.labels is invalid: Invalid value: "no spaces"`,
		`{"metadata":{"labels":{"a":"` + strings.Repeat("x", 64) + `"}}}`: "must be no more than 63 bytes",
	} {
		t.Run(label(body), func(t *testing.T) {
			c := c.in(t)
			c.patch(GUIDWeb, body).wantError(422, 10008, detail)
		})
	}
	// Kubernetes reports only the first error.
	c.patch(GUIDWeb, `{"metadata":{"labels":{"a":"b c","-b":"x"},"annotations":{"c d":"x"}}}`).
		wantError(422, 10008, `metadata.labels is invalid: Invalid value: "-b": name part must consist of`)
	long := strings.Repeat("p", 63)
	for key, detail := range map[string]string{
		"EXAMPLE.org/a": "prefix part a lowercase RFC 1123 subdomain", "ex_ample.org/a": "prefix part a lowercase RFC 1123 subdomain",
		"/a": "prefix part must be non-empty", "": "name part must be non-empty", "a.b/": "name part must be non-empty",
		"a.b/c/d": "a valid label key must consist of", long + "k": "name part must be no more than 63 bytes",
		strings.Repeat(long+".", 3) + long + "/a": "prefix part must be no more than 253 bytes",
	} {
		t.Run(label(key), func(t *testing.T) {
			c := c.in(t)
			c.patch(GUIDWeb, `{"metadata":{"labels":{"`+key+`":"x"}}}`).wantError(422, 10008, detail)
		})
	}
	c.patch(GUIDWeb, `{"metadata":{"annotations":{"EXAMPLE.org/a":"x"}}}`).want(200)
	c.patch(GUIDWeb, `{"metadata":{"labels":[]}}`).wantError(422, 10008, "Metadata.labels must be a map[string]*string")
	c.patch(GUIDWeb, `{"metadata":{"annotations":{"big":"`+strings.Repeat("x", 256<<10)+`"}}}`).wantError(422, 10008, "Process")
	c.patch(GUIDWeb, `{"COMMAND":"u","Health_Check":{"TYPE":"port"}}`).want(200).wantAt("u", "command").wantAt("port", "health_check", "type")
	c.patch(GUIDWeb, `{"command": "x"`).wantError(400, 1001)
}

func TestKorifiScale(t *testing.T) {
	_, c := onKorifi(t, Admin)
	c.scale(GUIDWeb, `{"instances":2}`).want(200).wantAt(2, "instances")
	c.scale(GUIDWeb, `{"instances":null,"memory_in_mb":null}`).want(200).wantAt(2, "instances").wantAt(512, "memory_in_mb")
	c.scale(GUIDWeb, `{"memory_in_mb":9223372036854775807}`).want(200)
	c.scale(GUIDWeb, `{"memory_in_mb":9223372036854775808}`).wantError(422, 10008, "Memory_in_mb must be a int64")
	c.scale(GUIDWeb, `{"memory_in_mb":0}`).want(200).wantAt(1024, "memory_in_mb")
	c.do(http.MethodPost, "/v3/apps/"+AppGUID+"/processes/web/actions/scale", `{"instances":1} garbage`).want(200).wantAt(1, "instances")
	c.scale(GUIDWeb, `{"instances":-1,"memory_in_mb":0,"disk_in_mb":-5}`).wantError(422, 10008, "disk_in_mb must be greater than 0, instances must be 0 or greater")
	c.scale(GUIDWeb, `{"log_rate_limit_in_bytes_per_second":-1}`).wantError(422, 10008, `unknown field "log_rate_limit_in_bytes_per_second"`)
	c.scale(GUIDWeb, `{"instances":2147483648}`).wantError(422, 10008, "Instances must be a int32")
	c.scale(GUIDWeb, `[]`).wantError(422, 10008, " must be a payloads.ProcessScale")
	c.scale(GUIDWeb, ``).wantError(400, 1001)
}

func TestKorifiStats(t *testing.T) {
	f, c := onKorifi(t, Admin)
	f.SetStatsWarnings("plain text, as it is")
	r := c.get("/v3/processes/"+GUIDTroubled+"/stats").want(200).wantAt("RUNNING", "resources", 0, "state").wantAt(256<<20, "resources", 0, "mem_quota")
	r.wantAt(absent{}, "resources", 1, "usage").wantAt(absent{}, "resources", 0, "instance_guid").wantAt(absent{}, "resources", 0, "details")
	if got := r.header.Get("X-Cf-Warnings"); got != "plain text, as it is" {
		t.Errorf("%s: got X-Cf-Warnings %q, want it without escapes", r.call, got)
	}
}

func TestKorifiTerminatesTheWrongInstance(t *testing.T) {
	f, c := onKorifi(t, Admin)
	f.UpdateProcess(GUIDWeb, func(p *Process) { p.Instances = 12 })
	before := f.Instances(GUIDWeb)
	terminate := func(c *client, index string) *reply { return c.do(http.MethodDelete, webPath+"/instances/"+index, "") }
	c.each([]string{"-1", "-0", "-11", "11", "2"}, func(c *client, index string) { terminate(c, index).want(204) })
	for i, after := range f.Instances(GUIDWeb) {
		if ended := i <= 2 || i == 11; (after.GUID != before[i].GUID) != ended {
			t.Errorf("instance %d: got a new pod %v, want %v", i, !ended, ended)
		}
	}
	c.each([]string{"0", "1"}, func(c *client, index string) {
		terminate(c, index).wantError(422, 10008, "multiple pods found")
	})
	c.each([]string{"03", "-12", "+2"}, func(c *client, index string) {
		terminate(c, index).wantError(404, 10010, "Pod not found.")
	})
	terminate(c, "99").wantError(404, 10010, "Instance 99 of process web not found.")
	for count, status := range map[int64]int{10: 204, 11: 422} {
		t.Run(fmt.Sprintf("index 0 of %d", count), func(t *testing.T) {
			f.UpdateProcess(GUIDWeb, func(p *Process) { p.Instances = count })
			terminate(c.in(t), "0").want(status)
		})
	}
	f.SetAppState(AppGUID, "STOPPED")
	terminate(c, "0").wantError(404, 10010, "Pod not found.")
	terminate(c, "abc").wantError(500, 10001).wantAt("UnknownError", "errors", 0, "title")
}

func TestKorifiRoles(t *testing.T) {
	f, c := onKorifi(t, SpaceAuditor)
	c.get(webPath).wantError(404, 10010)
	c.get(webPath+"/stats").wantError(404, 10010)
	c.get("/v3/apps/"+AppGUID+"/processes/web/stats").wantError(500, 10001)
	c.get(webPath+"/sidecars").wantError(404, 10010, "Process not found")
	c.do(http.MethodDelete, webPath+"/instances/0", "").wantError(404, 10010, "Process not found")
	c.do(http.MethodDelete, "/v3/apps/"+AppGUID+"/processes/web/instances/0", "").wantError(404, 10010, "Pod not found")
	c.get("/v3/apps/"+AppGUID+"/processes/web").want(200).wantAt("bundle exec rackup config.ru -p $PORT", "command")
	c.scale(GUIDWeb, `{"instances":1}`).wantError(404, 10010)
	c.do(http.MethodPost, "/v3/apps/"+AppGUID+"/processes/web/actions/scale", `{"instances":1}`).wantError(403, 10003)
	c.get("/v3/processes").want(200).wantAt("[PRIVATE DATA HIDDEN IN LISTS]", "resources", 0, "command")
	manager := as(t, f, SpaceManager)
	manager.get(webPath).want(200)
	manager.get(webPath+"/stats").wantError(500, 10001)
	manager.patch(GUIDWeb, `{"command":"x"}`).wantError(403, 10003)
	manager.do(http.MethodDelete, webPath+"/instances/0", "").wantError(404, 10010, "Pod not found")
	if got := as(t, f, NoRole).get("/v3/processes").want(200).header.Get("X-Cf-Warnings"); !strings.Contains(got, "no CF roles assigned") {
		t.Errorf("list without a role: got X-Cf-Warnings %q, want no CF roles assigned in it", got)
	}
}
