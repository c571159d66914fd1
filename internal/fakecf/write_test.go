package fakecf

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// patch sends a PATCH, scale a scale, of a process.
func (c *client) patch(guid, body string) *reply {
	c.t.Helper()
	return c.do(http.MethodPatch, "/v3/processes/"+guid, body)
}

func (c *client) scale(guid, body string) *reply {
	c.t.Helper()
	return c.do(http.MethodPost, "/v3/processes/"+guid+"/actions/scale", body)
}

func TestPatchChangesOnlyItsFields(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	before, _ := f.Process(GUIDWeb)
	c.patch(GUIDWeb, `{"health_check":{"type":"http","data":{"timeout":90}}}`).want(200).
		wantAt(90, "health_check", "data", "timeout").wantAt("/health", "health_check", "data", "endpoint").
		wantAt(10, "health_check", "data", "interval").wantAt("bundle exec rackup config.ru -p $PORT", "command")
	after, _ := f.Process(GUIDWeb)
	if after.Version == before.Version || !after.UpdatedAt.After(before.UpdatedAt) {
		t.Errorf("PATCH with a change: got version %s and updated_at %s, want new ones", after.Version, after.UpdatedAt)
	}
	c.patch(GUIDWeb, `{"health_check":{"type":"port"}}`).want(200).wantAt(absent{}, "health_check", "data", "endpoint").
		wantAt(90, "health_check", "data", "timeout")
	c.patch(GUIDWeb, `{"health_check":{"type":"http"}}`).wantError(422, 10008, "health_check_http_endpoint HTTP health check endpoint is not a valid URI path: ")
	c.patch(GUIDWeb, `{"health_check":{"data":{"timeout":null,"interval":null}}}`).want(200).
		wantAt(nil, "health_check", "data", "timeout").wantAt(5, "health_check", "data", "invocation_timeout")
	c.patch(GUIDWeb, `{"command":null,"user":null}`).want(200).wantAt("bundle exec rackup", "command").wantAt("vcap", "user")
	c.patch(GUIDWeb, `{"command":"./start","user":"app"}`).want(200).wantAt("./start", "command").wantAt("app", "user")
	c.do(http.MethodPatch, "/v3/apps/"+AppGUID+"/processes/web", `{"readiness_health_check":{"type":"process"}}`).want(200).
		wantAt("process", "readiness_health_check", "type").wantAt(absent{}, "readiness_health_check", "data", "endpoint")
}

func TestEmptyPatchIsNoWrite(t *testing.T) {
	f := New(t)
	before, _ := f.Process(GUIDWeb)
	c := as(t, f, Admin)
	c.patch(GUIDWeb, `{}`).want(200)
	c.patch(GUIDWeb, `{"command":"bundle exec rackup config.ru -p $PORT"}`).want(200)
	c.scale(GUIDWeb, `{"instances":3}`).want(202)
	after, _ := f.Process(GUIDWeb)
	if after.Version != before.Version || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("writes without a change: got version %s and updated_at %s, want %s and %s, as before",
			after.Version, after.UpdatedAt, before.Version, before.UpdatedAt)
	}
}

// Cloud Controller accepts a null for an object, and changes nothing. Only
// metadata itself must be an object.
func TestNullObjectsChangeNothing(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	before, _ := f.Process(GUIDLabels)
	unchanged := c.get("/v3/processes/" + GUIDLabels).want(200).body
	c.each([]string{
		`{"health_check":null,"readiness_health_check":null}`, `{"health_check":{"data":null},"readiness_health_check":{"data":null}}`,
		`{"metadata":{"labels":null,"annotations":null}}`, `{"metadata":{}}`,
	}, func(c *client, body string) {
		r := c.patch(GUIDLabels, body).want(200)
		if after, _ := f.Process(GUIDLabels); !reflect.DeepEqual(after, before) {
			c.t.Errorf("PATCH: got the process %.500s, want no change of %.500s", r.body, unchanged)
		}
	})
	c.patch(GUIDLabels, `{"metadata":null}`).wantError(422, 10008, "Metadata must be an object")
	c.patch(GUIDLabels, `{"health_check":{"type":null,"data":null}}`).wantError(422, 10008, "Health check type must be")
}

func TestPatchMetadata(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	r := c.patch(GUIDLabels, `{"metadata":{"labels":{"empty":null,"new":"x","example.org/tier":"front"},"annotations":{"quotes":null}}}`).want(200)
	r.wantAt(absent{}, "metadata", "labels", "empty").wantAt("x", "metadata", "labels", "new")
	r.wantAt("front", "metadata", "labels", "example.org/tier").wantAt("production", "metadata", "labels", "environment")
	r.wantAt(absent{}, "metadata", "annotations", "quotes").wantAt("catalog-team@example.org", "metadata", "annotations", "contact")
	p, _ := f.Process(GUIDLabels)
	if want := state.GUID("version", GUIDLabels); p.Version != want {
		t.Errorf("PATCH of metadata: got version %s, want %s, as before", p.Version, want)
	}
}

func TestBadPatches(t *testing.T) {
	c := as(t, New(t), Admin)
	long := strings.Repeat("x", 5001)
	for body, details := range map[string][]string{
		`{"nonsense":1}`:                    {"Unknown field(s): 'nonsense'"},
		`{"instances":3}`:                   {"Unknown field(s): 'instances'"},
		`{"command":""}`:                    {"Command must be between 1 and 4096 characters"},
		`{"command":"` + long[:4097] + `"}`: {"Command must be between 1 and 4096 characters"},
		`{"command":7}`:                     {"Command must be a string"},
		`{"user":""}`:                       {"User must be between 1 and 255 characters"},
		`{"user":"` + long[:256] + `","command":""}`: {"Command must be", "User must be"},
		`{"health_check":{"type":"tcp"}}`:            {`Health check type must be "port", "process", or "http"`},
		`{"health_check":{"type":null}}`:             {`Health check type must be`},
		`{"health_check":{"data":{"timeout":0,"interval":-1}}}`: {"Health check timeout must be greater than or equal to 1",
			"Health check interval must be greater than or equal to 1"},
		`{"health_check":{"data":{"timeout":1.5}}}`:                    {"Health check timeout must be an integer"},
		`{"health_check":{"data":{"timeout":"60"}}}`:                   {"Health check timeout is not a number"},
		`{"health_check":{"data":{"timeout":2.0}}}`:                    {"Health check timeout must be an integer"},
		`{"health_check":{"data":{"timeout":1e3}}}`:                    {"Health check timeout must be an integer"},
		`{"health_check":{"data":{"timeout":1e300}}}`:                  {"Health check timeout must be an integer"},
		`{"health_check":{"data":{"timeout":2147483648}}}`:             {"must be less than or equal to 2147483647"},
		`{"health_check":{"data":{"timeout":99999999999999999999}}}`:   {"must be less than or equal to 2147483647"},
		`{"health_check":{"data":{"timeout":-99999999999999999999}}}`:  {"must be greater than or equal to 1"},
		`{"health_check":{"data":{"endpoint":"no path"}}}`:             {"Health check endpoint must be a valid URI path"},
		`{"health_check":{"data":{"endpoint":"/` + long[:255] + `"}}}`: {"Health check endpoint is too long"},
		`{"health_check":{"unknown":1}}`:                               {"Unknown field(s): 'health_check.unknown'"},
		`{"health_check":"port"}`:                                      {"Health check must be an object"},
		`{"readiness_health_check":{"data":{"timeout":5}}}`:            {"Unknown field(s): 'readiness_health_check.data.timeout'"},
		`{"metadata":null}`:                                            {"Metadata must be an object"},
		`{"metadata":{"labels":[]}}`:                                   {"Metadata 'labels' is not an object"},
		`{"metadata":{"labels":{"n":1}}}`:                              {"must be a string"},
		`{"metadata":{"labels":{"a b":"x"}}}`:                          {"Metadata label key error: 'a b' contains invalid characters"},
		`{"metadata":{"labels":{"a":"x y"}}}`:                          {"Metadata label value error: 'x y' contains invalid characters"},
		`{"metadata":{"labels":{"a":"` + long[:64] + `"}}}`:            {"is greater than 63 characters"},
		`{"metadata":{"labels":{"cloudfoundry.org/a":"x"}}}`:           {"prefix 'cloudfoundry.org' is reserved"},
		`{"metadata":{"labels":{"no_dns/a":"x"}}}`:                     {"must be in valid dns format"},
		`{"metadata":{"labels":{"a/b/c":"x"}}}`:                        {"more than one '/'"},
		`{"metadata":{"annotations":{"a":"` + long + `"}}}`:            {"is greater than 5000 characters"},
	} {
		t.Run(label(body), func(t *testing.T) {
			c := c.in(t)
			c.patch(GUIDWeb, body).wantError(422, 10008, details...)
		})
	}
	c.each([]string{"", "{", "[]", "null", `{"command":"x"} garbage`}, func(c *client, body string) {
		c.patch(GUIDWeb, body).wantError(400, 1001)
	})
	c.patch("nope", `{"command":""}`).wantError(404, 10010, "Process not found")
}

func TestScale(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	before, _ := f.Process(GUIDWeb)
	c.scale(GUIDWeb, `{"instances":1}`).want(202).wantAt(1, "instances").wantAt(512, "memory_in_mb")
	after, _ := f.Process(GUIDWeb)
	if after.Version != before.Version || !after.UpdatedAt.After(before.UpdatedAt) {
		t.Errorf("scale of instances: got version %s and updated_at %s, want version %s, as before, and a new updated_at", after.Version, after.UpdatedAt, before.Version)
	}
	if n := len(f.Instances(GUIDWeb)); n != 1 {
		t.Errorf("scale of instances: got %d instances, want 1", n)
	}
	c.do(http.MethodPost, "/v3/apps/"+AppGUID+"/processes/web/actions/scale",
		`{"memory_in_mb":1024,"disk_in_mb":4096,"log_rate_limit_in_bytes_per_second":-1}`).want(202).
		wantAt(1024, "memory_in_mb").wantAt(4096, "disk_in_mb").wantAt(-1, "log_rate_limit_in_bytes_per_second").wantAt(1, "instances")
	c.get("/v3/processes/"+GUIDWeb+"/stats").wantAt(512<<20, "resources", 0, "mem_quota")
	f.RestartApp(AppGUID)
	c.get("/v3/processes/"+GUIDWeb+"/stats").wantAt(1024<<20, "resources", 0, "mem_quota").wantAt(-1, "resources", 0, "log_rate_limit")
	c.scale(GUIDWeb, `{"instances":0}`).want(202)
	if r := c.get("/v3/processes/" + GUIDWeb + "/stats"); r.body != `{"resources":[]}` {
		t.Errorf("%s: got the body %.500s, want no resources", r.call, r.body)
	}
	c.scale(GUIDWeb, `{"instances":-1,"memory_in_mb":0,"disk_in_mb":0,"log_rate_limit_in_bytes_per_second":-2}`).wantError(422, 10008,
		"Instances must be greater than or equal to 0", "Memory in mb must be greater than 0", "Disk in mb must be greater than 0",
		"Log rate limit in bytes per second must be greater than or equal to -1")
	c.scale(GUIDWeb, `{"instances":2.0}`).wantError(422, 10008, "Instances must be an integer")
	c.scale(GUIDWeb, `{"log_rate_limit_in_bytes_per_second":9223372036854775808}`).wantError(422, 10008,
		"Log rate limit in bytes per second must be less than or equal to 9223372036854775807")
	c.scale(GUIDWeb, `{"instances":"2"}`).wantError(422, 10008, "Instances is not a number")
	c.scale(GUIDWeb, `{"command":"x"}`).wantError(422, 10008, "Unknown field(s): 'command'")
	c.scale(GUIDWeb, `{`).wantError(400, 1001)
}

func TestWritesNeedARole(t *testing.T) {
	f := New(t)
	eachRole(t, f, []Role{AdminReadOnly, GlobalAuditor, SpaceManager, SpaceAuditor}, func(c *client) {
		c.patch(GUIDWeb, `{"command":""}`).wantError(403, 10003, "You are not authorized")
		c.scale(GUIDWeb, `{"instances":1}`).wantError(403, 10003)
		c.do(http.MethodDelete, "/v3/processes/"+GUIDWeb+"/instances/0", "").wantError(403, 10003)
	})
	as(t, f, NoRole).patch(GUIDWeb, `{}`).wantError(404, 10010)
	as(t, f, SpaceSupporter).scale(GUIDWeb, `{"instances":1}`).want(202)
	as(t, f, SpaceDeveloper).patch(GUIDWeb, `{}`).want(200)
}

func TestDeployment(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.StartDeployment(AppGUID)
	c.patch(GUIDWeb, `{}`).wantError(422, 10008, "Cannot update this process while a deployment is in flight.")
	c.scale(GUIDWeb, `{"instances":1}`).wantError(422, 10008, "Cannot scale this process while a deployment is in flight.")
	c.scale(GUIDWorker, `{"instances":1}`).want(202)
	c.get("/v3/processes/" + GUIDWeb).want(200)
	renewed := f.FinishDeployment(AppGUID)
	if renewed == GUIDWeb || renewed == "" {
		t.Fatalf("FinishDeployment: got the process %q, want a new one", renewed)
	}
	c.get("/v3/processes/"+GUIDWeb).wantError(404, 10010)
	c.get("/v3/apps/"+AppGUID+"/processes/web").want(200).wantAt(renewed, "guid").wantAt(3, "instances").wantAt("/health", "health_check", "data", "endpoint")
	c.scale(renewed, `{"instances":1}`).want(202)
}

func TestDeploymentAlwaysLeavesAWebProcess(t *testing.T) {
	f := New(t)
	stop, missed := make(chan struct{}), make(chan int)
	go func() {
		count := 0
		for {
			select {
			case <-stop:
				missed <- count
				return
			default:
			}
			if _, there := f.ProcessOf(AppGUID, "web"); !there {
				count++
			}
		}
	}()
	for range 1_000 {
		f.StartDeployment(AppGUID)
		f.FinishDeployment(AppGUID)
	}
	close(stop)
	if count := <-missed; count > 0 {
		t.Errorf("1000 deployments: got no web process %d times, want one at each moment", count)
	}
}

func TestInstancesStartOverTime(t *testing.T) {
	f := New(t)
	now := time.Now()
	f.SetClock(func() time.Time { return now })
	f.SetStartDelay(10 * time.Second)
	c := as(t, f, Admin)
	states := func() (out []string) {
		for _, i := range f.Instances(GUIDWeb) {
			out = append(out, i.State)
		}
		return out
	}
	c.scale(GUIDWeb, `{"instances":4}`).want(202)
	if got := strings.Join(states(), " "); got != "RUNNING RUNNING RUNNING STARTING" {
		t.Errorf("after the scale: got the states %s, want the new instance STARTING", got)
	}
	c.get("/v3/processes/"+GUIDWeb+"/stats").wantAt("STARTING", "resources", 3, "state").wantAt(nil, "resources", 3, "mem_quota")
	now = now.Add(10 * time.Second)
	if got := strings.Join(states(), " "); got != "RUNNING RUNNING RUNNING RUNNING" {
		t.Errorf("after the start delay: got the states %s, want all RUNNING", got)
	}
	before := f.Instances(GUIDWeb)
	c.do(http.MethodDelete, "/v3/processes/"+GUIDWeb+"/instances/1", "").want(204)
	after := f.Instances(GUIDWeb)
	if after[1].GUID == before[1].GUID || after[1].State != "STARTING" || after[0].GUID != before[0].GUID {
		t.Errorf("after terminating instance 1: got new GUIDs for 0: %t and 1: %t, and 1 %s, want false, true and STARTING",
			after[0].GUID != before[0].GUID, after[1].GUID != before[1].GUID, after[1].State)
	}
	f.SetStartOutcome(GUIDWeb, "CRASHED", "Exited with status 1")
	c.do(http.MethodDelete, "/v3/apps/"+AppGUID+"/processes/web/instances/0", "").want(204)
	now = now.Add(10 * time.Second)
	c.get("/v3/processes/"+GUIDWeb+"/stats").wantAt("CRASHED", "resources", 0, "state").wantAt("Exited with status 1", "resources", 0, "details")
	c.each([]string{"4", "-1", "99999999999999999999"}, func(c *client, index string) {
		c.do(http.MethodDelete, "/v3/processes/"+GUIDWeb+"/instances/"+index, "").wantError(404, 10010, "Instance not found")
	})
}
