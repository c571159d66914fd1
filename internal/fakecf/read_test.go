package fakecf

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGetProcessShowsEveryField(t *testing.T) {
	f := New(t)
	r := as(t, f, Admin).get("/v3/processes/" + GUIDWeb).want(200)
	r.wantAt(GUIDWeb, "guid").wantAt("web", "type").wantAt("vcap", "user")
	r.wantAt("bundle exec rackup config.ru -p $PORT", "command")
	r.wantAt(3, "instances").wantAt(512, "memory_in_mb").wantAt(2048, "disk_in_mb").wantAt(16384, "log_rate_limit_in_bytes_per_second")
	r.wantAt("2025-03-03T09:00:00Z", "created_at").wantAt("2025-03-03T09:30:00Z", "updated_at")
	r.wantAt("http", "health_check", "type").wantAt(60, "health_check", "data", "timeout")
	r.wantAt("/health", "health_check", "data", "endpoint").wantAt(10, "health_check", "data", "interval")
	r.wantAt(absent{}, "readiness_health_check", "data", "timeout").wantAt("/ready", "readiness_health_check", "data", "endpoint")
	r.wantAt(AppGUID, "relationships", "app", "data", "guid")
	r.wantAt(f.URL()+"/v3/spaces/"+SpaceGUIDProduction, "links", "space", "href")
	r.wantAt("POST", "links", "scale", "method").wantAt(absent{}, "links", "self", "method")
	r.wantAt(f.URL()+"/v3/processes/"+GUIDWeb+"/process_instances", "links", "process_instances", "href")
	r.wantAt(absent{}, "registry_credential_last_synced_at")
	for _, name := range []string{"X-VCAP-Request-ID", "X-RateLimit-Remaining"} {
		if r.header.Get(name) == "" {
			t.Errorf("%s: got no header %s, want one", r.call, name)
		}
	}
}

func TestSpecialProcesses(t *testing.T) {
	c := as(t, New(t), Admin)
	c.get("/v3/processes/"+GUIDNoRevision).want(200).wantAt(nil, "relationships", "revision")
	c.get("/v3/processes/"+GUIDWorker).wantAt(0, "instances")
	c.get("/v3/processes/"+GUIDHiddenCommand).wantAt("[PRIVATE DATA HIDDEN]", "command")
	c.get("/v3/processes/"+GUIDTanzu).wantAt("2025-03-03T14:05:06Z", "registry_credential_last_synced_at").
		wantAt(RegistryCredentialGUID, "relationships", "registry_credential", "data", "guid").
		wantAt(0, "log_rate_limit_in_bytes_per_second")
	c.get("/v3/processes/"+GUIDStaging).wantAt("bundle exec rackup", "command").wantAt("vcap", "user")
	r := c.get("/v3/processes/"+GUIDSparse).wantAt("", "command")
	for _, key := range []string{"version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"} {
		r.wantAt(absent{}, key)
	}
	r.wantAt(absent{}, "relationships", "revision").wantAt(absent{}, "links", "process_instances")
	r = c.get("/v3/processes/" + GUIDLabels)
	r.wantAt("cc-4711", "metadata", "labels", "team.example.org/cost-center").wantAt("", "metadata", "labels", "empty")
	r.wantAt("Größe & Preis <geprüft> – „Katalog“ 目録 🚀", "metadata", "annotations", "example.org/note")
	r.wantAt(`say "hi" \ back`, "metadata", "annotations", "quotes")
}

func TestTanzuShowsTheCredentialOfEveryProcess(t *testing.T) {
	c := as(t, New(t, WithFlavor(Tanzu)), Admin)
	c.get("/v3/processes/"+GUIDWeb).wantAt(nil, "registry_credential_last_synced_at").
		wantAt(nil, "relationships", "registry_credential")
}

func TestCommandsAreHidden(t *testing.T) {
	f := New(t)
	for role, want := range map[Role]string{
		Admin: "bundle exec rackup config.ru -p $PORT", AdminReadOnly: "bundle exec rackup config.ru -p $PORT",
		SpaceDeveloper: "bundle exec rackup config.ru -p $PORT", GlobalAuditor: "[PRIVATE DATA HIDDEN]",
		SpaceSupporter: "[PRIVATE DATA HIDDEN]", SpaceManager: "[PRIVATE DATA HIDDEN]", SpaceAuditor: "[PRIVATE DATA HIDDEN]",
	} {
		t.Run(role.String(), func(t *testing.T) {
			as(t, f, role).get("/v3/apps/"+AppGUID+"/processes/web").want(200).wantAt(want, "command")
			as(t, f, role).get("/v3/processes?guids="+GUIDWeb).wantAt("[PRIVATE DATA HIDDEN IN LISTS]", "resources", 0, "command")
		})
	}
}

func TestWhoSeesWhat(t *testing.T) {
	f := New(t)
	as(t, f, NoRole).get("/v3/processes/"+GUIDWeb).wantError(404, 10010, "Process not found")
	as(t, f, NoRole).get("/v3/apps/"+AppGUID+"/processes/web").wantError(404, 10010, "App not found")
	as(t, f, SpaceDeveloper).get("/v3/processes/"+GUIDVault).wantError(404, 10010)
	as(t, f, GlobalAuditor).get("/v3/processes/" + GUIDVault).want(200)
	if n := len(as(t, f, SpaceDeveloper).get("/v3/processes").guids()); n != 10 {
		t.Errorf("list as a space developer: got %d processes, want 10", n)
	}
	staging := &client{t: t, f: f, auth: "bearer " + f.TokenFor(SpaceDeveloper, SpaceGUIDStaging), http: httpClient(t, f)}
	for path, want := range map[string]string{"/v3/processes": GUIDStaging, "/v3/organizations": OrgGUIDRetail} {
		t.Run("developer of staging, "+path, func(t *testing.T) {
			if got := staging.in(t).get(path).guids(); !slices.Equal(got, []string{want}) {
				t.Errorf("GET %s: got %v, want only %s", path, got, want)
			}
		})
	}
}

func TestAddressing(t *testing.T) {
	c := as(t, New(t), Admin)
	c.get("/v3/apps/"+AppGUID+"/processes/worker").want(200).wantAt(GUIDWorker, "guid")
	c.get("/v3/processes/" + GUIDWeb + "/").want(200)
	for path, detail := range map[string]string{
		"/v3/processes/nope": "Process not found", "/v3/apps/nope/processes/web": "App not found",
		"/v3/apps/" + AppGUID + "/processes/nope": "Process not found", "/v3/apps/nope/processes": "App not found",
		"/v3/apps/nope": "App not found", "/v3/processes/nope/stats": "Process not found",
		"/v3/processes/a%2Fb": "Process not found",
	} {
		t.Run(label(path), func(t *testing.T) {
			c := c.in(t)
			c.get(path).wantError(404, 10010, detail)
		})
	}
	c.each([]string{"/v2/apps", "/nope"}, func(c *client, path string) { // in the form of the old API
		c.get(path).want(404).wantAt(10000, "code").wantAt("CF-NotFound", "error_code").wantAt("Unknown request", "description")
	})
	c.each([]string{"/v3/nope", "/v3/processes/x/y", "/v3/apps/" + AppGUID + "/processes/web/process_instances"}, func(c *client, path string) {
		c.get(path).wantError(404, 10000, "Unknown request")
	})
	c.do(http.MethodPut, "/v3/processes/"+GUIDWeb, "{}").wantError(404, 10000)
}

func TestTokens(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	token := c.auth
	c.auth = ""
	c.get("/v3/processes/"+GUIDWeb).wantError(401, 10002, "Authentication error")
	c.get("/").want(200)
	c.each([]string{strings.TrimPrefix(token, "bearer "), "Basic dXNlcjpwYXNz", "clientcert Zm9v"}, func(c *client, value string) {
		c.auth = value
		c.get("/v3/processes/"+GUIDWeb).wantError(401, 10002, "Authentication error")
	})
	c.each([]string{"bearer nope", "bearer"}, func(c *client, value string) {
		c.auth = value
		c.get("/v3/processes/"+GUIDWeb).wantError(401, 1000, "Invalid Auth Token")
	})
	c.auth = strings.Replace(token, "bearer", "Bearer", 1)
	c.get("/v3/processes/" + GUIDWeb).want(200)
	f.RevokeTokens()
	c.get("/v3/processes/"+GUIDWeb).wantError(401, 1000)
}

func TestStats(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	r := c.get("/v3/processes/" + GUIDTroubled + "/stats").want(200)
	r.wantAt("RUNNING", "resources", 0, "state").wantAt(true, "resources", 0, "routable").wantAt(256<<20, "resources", 0, "mem_quota")
	r.wantAt(61001, "resources", 0, "instance_ports", 0, "internal_tls_proxy_port")
	r.wantAt("CRASHED", "resources", 1, "state").wantAt("APP/PROC/WEB: Exited with status 137 (out of memory)", "resources", 1, "details")
	r.wantAt(nil, "resources", 1, "mem_quota").wantAt(absent{}, "resources", 1, "instance_ports", 0).wantAt("", "resources", 1, "host")
	down, ok := r.at("resources", 2).(map[string]any)
	if !ok || len(down) != 7 || down["details"] != "insufficient resources: memory" || down["state"] != "DOWN" {
		t.Errorf("%s: got the instance %v, want DOWN with its details and 7 keys in all", r.call, show(down))
	}
	if r := c.get("/v3/processes/" + GUIDWorker + "/stats").want(200); r.body != `{"resources":[]}` {
		t.Errorf("%s: got the body %.500s, want no resources", r.call, r.body)
	}
	f.SetStatsWarnings("Stats server temporarily unavailable.", "a, b")
	r = c.get("/v3/apps/" + AppGUID + "/processes/web/stats").want(200)
	r.wantAt(nil, "resources", 0, "mem_quota").wantAt("RUNNING", "resources", 0, "state").wantAt(absent{}, "resources", 0, "usage", "mem")
	if got, want := r.header.Get("X-Cf-Warnings"), "Stats+server+temporarily+unavailable.,a%2C+b"; got != want {
		t.Errorf("%s: got X-Cf-Warnings %q, want %q", r.call, got, want)
	}
	f.SetInstance(GUIDWeb, 0, func(i *Instance) {
		i.Omit = []string{"host"}
		i.Override = map[string]json.RawMessage{"usage": json.RawMessage("{}")}
	})
	r = c.get("/v3/processes/"+GUIDWeb+"/stats").wantAt(absent{}, "resources", 0, "host")
	if usage, ok := r.at("resources", 0, "usage").(map[string]any); !ok || len(usage) != 0 {
		t.Errorf("%s: got usage %s, want {}", r.call, show(r.at("resources", 0, "usage")))
	}
}

func TestProcessInstances(t *testing.T) {
	f := New(t)
	now := time.Now()
	f.SetClock(func() time.Time { return now })
	f.DeleteProcess(GUIDTroubled)
	f.AddProcess(AppGUIDTools, Process{GUID: GUIDTroubled, Type: "runner", Instances: 3})
	f.SetInstance(GUIDTroubled, 1, func(i *Instance) { i.State = "CRASHED" })
	f.SetInstance(GUIDTroubled, 2, func(i *Instance) { i.State = "DOWN" })
	c := as(t, f, SpaceAuditor)
	r := c.get("/v3/processes/" + GUIDTroubled + "/process_instances").want(200)
	r.wantAt("RUNNING", "resources", 0, "state").wantAt(3600, "resources", 0, "since").wantAt("DOWN", "resources", 2, "state")
	c.get("/v3/processes/"+GUIDTroubled).wantAt(absent{}, "process_instances")
	c.get("/v3/processes/"+GUIDTroubled+"?embed=process_instances").want(200).wantAt("CRASHED", "process_instances", 1, "state")
	c.get("/v3/processes?embed=process_instances&guids="+GUIDTroubled).want(200).
		wantAt("CRASHED", "resources", 0, "process_instances", 1, "state").wantAt(2, "resources", 0, "process_instances", 2, "index")
	c.get("/v3/processes?guids="+GUIDTroubled).wantAt(absent{}, "resources", 0, "process_instances")
	c.get("/v3/processes/"+GUIDTroubled+"?embed=droplet").wantError(400, 10005, "Invalid embedded resource: 'droplet'")
	c.get("/v3/processes/"+GUIDTroubled+"?nonsense=1").wantError(400, 10005, "Unknown query parameter(s): 'nonsense'")

	old := as(t, New(t, WithoutEndpoints("process_instances")), Admin)
	old.get("/v3/processes/"+GUIDTroubled+"/process_instances").wantError(404, 10000)
	old.get("/v3/processes?embed=process_instances").wantError(400, 10005)
	old.get("/v3/processes/"+GUIDTroubled).want(200).wantAt(absent{}, "links", "process_instances")
}

func TestSidecars(t *testing.T) {
	c := as(t, New(t), Admin)
	r := c.get("/v3/processes/"+GUIDWeb+"/sidecars?per_page=1").want(200).wantAt(2, "pagination", "total_results")
	r.wantAt("auth-proxy", "resources", 0, "name").wantAt("worker", "resources", 0, "process_types", 1).wantAt("user", "resources", 0, "origin")
	c.get("/v3/processes/"+GUIDWorker+"/sidecars").want(200).wantAt(1, "pagination", "total_results")
	c.get("/v3/apps/"+AppGUID+"/sidecars").want(200).wantAt(nil, "resources", 1, "memory_in_mb")
}

func TestSidecarsAreFilteredAndOrdered(t *testing.T) {
	f := New(t)
	f.SetClock(func() time.Time { return time.Date(2025, 5, 5, 5, 5, 5, 0, time.UTC) })
	f.AddSidecar(AppGUIDTools, Sidecar{GUID: "first", Name: "first", ProcessTypes: []string{"web"}})
	f.SetClock(func() time.Time { return time.Date(2025, 5, 5, 5, 5, 6, 0, time.UTC) })
	f.AddSidecar(AppGUIDTools, Sidecar{GUID: "second", Name: "second", ProcessTypes: []string{"web"}})
	f.AddSidecar(AppGUIDTools, Sidecar{GUID: "also", Name: "also", ProcessTypes: []string{"web"}})
	f.RevokeTokens()
	c := as(t, f, Admin)
	for query, want := range map[string][]string{
		"":                                       {"first", "second", "also"},
		"order_by=created_at":                    {"first", "also", "second"},
		"order_by=-updated_at":                   {"second", "also", "first"},
		"order_by=-created_at&per_page=1&page=3": {"first"},
		"created_ats=2025-05-05T05:05:05Z":       {"first"},
		"created_ats[gt]=2025-05-05T05:05:05Z":   {"second", "also"},
		"updated_ats[lte]=2025-05-05T05:05:05Z":  {"first"},
		"updated_ats[lt]=2025-05-05T05:05:05Z":   {},
	} {
		t.Run(label(query), func(t *testing.T) {
			c := c.in(t)
			if got := c.get("/v3/apps/" + AppGUIDTools + "/sidecars?" + query).want(200).guids(); !slices.Equal(got, want) {
				t.Errorf("sidecars with %q: got %v, want %v", query, got, want)
			}
		})
	}
	c.get("/v3/apps/"+AppGUIDTools+"/sidecars?order_by=name").wantError(400, 10005, "Order by can only be: 'created_at', 'updated_at'")
}

func TestWithoutFields(t *testing.T) {
	c := as(t, New(t, WithoutFields("user", "readiness_health_check")), Admin)
	c.get("/v3/processes/"+GUIDWeb).want(200).wantAt(absent{}, "user").wantAt(absent{}, "readiness_health_check").wantAt(3, "instances")
	c.do(http.MethodPatch, "/v3/processes/"+GUIDWeb, `{"user":"vcap"}`).wantError(422, 10008, "Unknown field(s): 'user'")
}

func TestOverrideBendsTheAnswer(t *testing.T) {
	f := New(t)
	f.UpdateProcess(GUIDWeb, func(p *Process) {
		p.Override = map[string]json.RawMessage{"instances": json.RawMessage(`"three"`), "health_check.data": json.RawMessage("null")}
		p.Omit = []string{"version"}
	})
	c := as(t, f, Admin)
	c.get("/v3/processes/"+GUIDWeb).want(200).wantAt("three", "instances").wantAt(nil, "health_check", "data").wantAt(absent{}, "version")
	c.get("/v3/processes?guids="+GUIDWeb).wantAt("three", "resources", 0, "instances")
}
