package process_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

const missingGUID = "00000000-0000-4000-8000-000000000000"

func TestStats(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	f.SetInstance(fakecf.GUIDTroubled, 0, func(i *fakecf.Instance) {
		i.Override = map[string]json.RawMessage{
			"usage.cpu": json.RawMessage("0.12345678901234567"), "usage.log_rate": json.RawMessage("0"),
			"log_rate_limit": json.RawMessage("-1"), "usage.cpu_entitlement": json.RawMessage("null"),
		}
	})
	r := newReader(t, f, fakecf.Admin)
	stats := r.read("cf_process_stats", arguments{"guid": fakecf.GUIDTroubled})["stats"].([]any)
	if len(stats) != 3 {
		t.Fatalf("got the stats of %d instances, want 3", len(stats))
	}
	running, down := stats[0].(map[string]any), stats[2].(map[string]any)
	usage := running["usage"].(map[string]any)
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"state", running["state"], "RUNNING"},
		{"index", running["index"], "0"},
		{"routable", running["routable"], true},
		{"a number with all its digits", usage["cpu"], "0.12345678901234567"},
		{"zero", usage["log_rate"], "0"},
		{"null in usage", usage["cpu_entitlement"], nil},
		{"minus one", running["log_rate_limit"], "-1"},
		{"a port", running["instance_ports"].([]any)[0].(map[string]any)["internal"], "8080"},
		{"DOWN: state", down["state"], "DOWN"},
		{"DOWN: details", down["details"], "insufficient resources: memory"},
		{"a crash: details", stats[1].(map[string]any)["details"], "APP/PROC/WEB: Exited with status 137 (out of memory)"},
		{"a crash: no ports", len(stats[1].(map[string]any)["instance_ports"].([]any)), 0},
		{"an empty host", stats[1].(map[string]any)["host"], ""},
		{"DOWN: uptime", down["uptime"], "0"},
		{"DOWN: routable", down["routable"], false},
		{"DOWN: usage", down["usage"], nil},
		{"DOWN: ports", down["instance_ports"], nil},
		{"DOWN: mem_quota", down["mem_quota"], nil},
		{"DOWN: host", down["host"], nil},
	} {
		t.Run(check.name, func(t *testing.T) {
			if check.got != check.want {
				t.Errorf("got %v, want %v", check.got, check.want)
			}
		})
	}
}

func TestStatsOfAnInstanceWithoutUsage(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	f.SetInstance(fakecf.GUIDWeb, 0, func(i *fakecf.Instance) {
		i.Override = map[string]json.RawMessage{"usage": json.RawMessage("{}"), "instance_ports": json.RawMessage("[]")}
	})
	r := newReader(t, f, fakecf.Admin)
	stat := r.read("cf_process_stats", arguments{"app_guid": fakecf.AppGUID})["stats"].([]any)[0].(map[string]any)
	usage, ok := stat["usage"].(map[string]any)
	if !ok || usage["mem"] != nil || usage["time"] != nil {
		t.Errorf("got usage %v, want an object whose mem and time are null", stat["usage"])
	}
	if ports, ok := stat["instance_ports"].([]any); !ok || len(ports) != 0 {
		t.Errorf("got instance_ports %v, want an empty list", stat["instance_ports"])
	}
}

func TestStatsAndInstancesOnKorifi(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t, fakecf.WithFlavor(fakecf.Korifi))
	r := newReader(t, f, fakecf.Admin)
	for _, address := range []arguments{{"guid": fakecf.GUIDWeb}, {"app_guid": fakecf.AppGUID, "type": "web"}} {
		t.Run(fmt.Sprint(address), func(t *testing.T) {
			stat := r.read("cf_process_stats", address)["stats"].([]any)[0].(map[string]any)
			if stat["routable"] != nil || stat["host"] != nil || stat["log_rate_limit"] != nil || stat["mem_quota"] == nil {
				t.Errorf("got stats %v, want a mem_quota and routable, host, log_rate_limit null", stat)
			}
			instance := r.read("cf_process_instances", address)["instances"].([]any)[0].(map[string]any)
			if instance["state"] != "RUNNING" || instance["since"] != nil || instance["index"] != "0" {
				t.Errorf("got instance %v, want index 0, RUNNING, since null", instance)
			}
		})
	}
	if sidecars := r.read("cf_process_sidecars", arguments{"guid": fakecf.GUIDWeb})["sidecars"].([]any); len(sidecars) != 0 {
		t.Errorf("got sidecars %v, want none", sidecars)
	}
}

func TestWarningsOfTheAPI(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t, fakecf.WithFlavor(flavor), fakecf.WithoutEndpoints("process_instances"))
			f.SetStatsWarnings("Stats may be stale, while the runtime is updated")
			r := newReader(t, f, fakecf.Admin)
			const want = "warning: Warning from the API: Stats may be stale, while the runtime is updated"
			for _, name := range []string{"cf_process_stats", "cf_process_instances"} {
				t.Run(name, func(t *testing.T) {
					if _, got := r.try(name, arguments{"guid": fakecf.GUIDWeb}); got != want {
						t.Errorf("got diagnostics %q, want %q", got, want)
					}
				})
			}
		})
	}
}

func TestInstances(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options []fakecf.Option
		since   bool
		by      arguments
		// requests of the first and of the second read.
		requests [2]string
	}{
		"by GUID": {nil, true, arguments{"guid": fakecf.GUIDTroubled}, [2]string{"process_instances", "process_instances"}},
		"by GUID on an old foundation": {
			[]fakecf.Option{fakecf.WithoutEndpoints("process_instances")}, false,
			arguments{"guid": fakecf.GUIDTroubled}, [2]string{"process_instances stats", "stats"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t, test.options...)
			r := newReader(t, f, fakecf.Admin)
			for i := range 2 {
				f.ResetRequests()
				instances := r.read("cf_process_instances", test.by)["instances"].([]any)
				var states []string
				for _, instance := range instances {
					instance := instance.(map[string]any)
					states = append(states, fmt.Sprint(instance["index"], instance["state"]))
					if (instance["since"] != nil) != test.since {
						t.Errorf("got since %v, want it set: %t", instance["since"], test.since)
					}
				}
				if got, want := strings.Join(states, " "), "0RUNNING 1CRASHED 2DOWN"; got != want {
					t.Errorf("read %d: got the instances %q, want %q", i+1, got, want)
				}
				var requests []string
				for _, request := range f.Requests() {
					requests = append(requests, request.Path[strings.LastIndex(request.Path, "/")+1:])
				}
				if got := strings.Join(requests, " "); got != test.requests[i] {
					t.Errorf("read %d: got the requests %q, want %q", i+1, got, test.requests[i])
				}
			}
		})
	}
}

func TestSidecarsOfAProcess(t *testing.T) {
	t.Parallel()
	r := newReader(t, fakecf.New(t), fakecf.Admin)
	sidecars := r.read("cf_process_sidecars", arguments{"guid": fakecf.GUIDWeb})["sidecars"].([]any)
	if len(sidecars) != 2 {
		t.Fatalf("got %d sidecars, want 2", len(sidecars))
	}
	first, second := sidecars[0].(map[string]any), sidecars[1].(map[string]any)
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"name", first["name"], "auth-proxy"},
		{"command", first["command"], "bin/auth-proxy --port 8081"},
		{"process_types", fmt.Sprint(first["process_types"]), "[web worker]"},
		{"memory_in_mb", first["memory_in_mb"], "64"},
		{"origin", first["origin"], "user"},
		{"app", fmt.Sprint(first["relationships"]), "map[app:map[data:map[guid:" + fakecf.AppGUID + "]]]"},
		{"memory_in_mb that is null", second["memory_in_mb"], nil},
		{"another origin", second["origin"], "buildpack"},
	} {
		t.Run(check.name, func(t *testing.T) {
			if check.got != check.want {
				t.Errorf("got %v, want %v", check.got, check.want)
			}
		})
	}
	if worker := r.read("cf_process_sidecars", arguments{"guid": fakecf.GUIDWorker})["sidecars"].([]any); len(worker) != 1 {
		t.Errorf("got %d sidecars of the worker, want 1", len(worker))
	}
}

func TestProcessByAppAndType(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t, fakecf.WithFlavor(flavor))
			r := newReader(t, f, fakecf.Admin)
			for _, test := range []struct {
				name     string
				given    arguments
				wantGUID string
				wantType string
			}{
				{"default type", arguments{"app_guid": fakecf.AppGUID}, fakecf.GUIDWeb, "web"},
				{"worker", arguments{"app_guid": fakecf.AppGUID, "type": "worker"}, fakecf.GUIDWorker, "worker"},
			} {
				t.Run(test.name, func(t *testing.T) {
					f.ResetRequests()
					got := r.read("cf_process", test.given)
					if got["guid"] != test.wantGUID || got["type"] != test.wantType || got["app_guid"] != fakecf.AppGUID {
						t.Errorf("got guid %v, type %v and app_guid %v, want %s, %s and %s",
							got["guid"], got["type"], got["app_guid"], test.wantGUID, test.wantType, fakecf.AppGUID)
					}
					if n := f.Count("GET", "/v3/apps/"+fakecf.AppGUID+"/processes/"+test.wantType); n != 1 || len(f.Requests()) != 1 {
						t.Errorf("got %d requests, %d of them by app and type, want exactly one of those", len(f.Requests()), n)
					}
				})
			}
		})
	}
}

// A process that is not there is an error, on the argument that was given.
func TestProcessThatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, flavor := range flavors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReader(t, fakecf.New(t, fakecf.WithFlavor(flavor)), fakecf.Admin)
			// Cloud Controller distinguishes a type that the app lacks from an app that
			// is not visible; Korifi does not (internal/capi/README.md).
			missingType := "type"
			if flavor == fakecf.Korifi {
				missingType = "app_guid"
			}
			for _, test := range []struct {
				name  string
				given arguments
				at    string
			}{
				{"cf_process", arguments{"app_guid": missingGUID}, "app_guid"},
				{"cf_process_stats", arguments{"guid": missingGUID}, "guid"},
				{"cf_process_stats", arguments{"app_guid": fakecf.AppGUID, "type": "none"}, missingType},
				{"cf_process_instances", arguments{"guid": missingGUID}, "guid"},
				{"cf_process_instances", arguments{"app_guid": missingGUID}, "app_guid"},
				{"cf_process_sidecars", arguments{"guid": missingGUID}, "guid"},
			} {
				t.Run(fmt.Sprint(test.name, test.given), func(t *testing.T) {
					_, got := r.try(test.name, test.given)
					want, code := `error at ("`+test.at+`"): Process not found: `, "CF-ResourceNotFound (10010)"
					if !strings.HasPrefix(got, want) || !strings.Contains(got, code) {
						t.Errorf("got %q, want it to begin with %q and %q in it", got, want, code)
					}
				})
			}
		})
	}
}

func TestAddressesAreValidated(t *testing.T) {
	t.Parallel()
	r := newReader(t, fakecf.New(t), fakecf.Admin)
	for _, name := range []string{"cf_process", "cf_process_stats", "cf_process_instances"} {
		for _, test := range []struct {
			given arguments
			valid bool
		}{
			{arguments{"guid": "g"}, true},
			{arguments{"app_guid": "a"}, true},
			{arguments{"app_guid": "a", "type": "worker"}, true},
			{nil, false},
			{arguments{"guid": "g", "app_guid": "a"}, false},
			{arguments{"guid": "g", "type": "web"}, false},
			{arguments{"type": "web"}, false},
			{arguments{"guid": "a/b"}, false},
			{arguments{"app_guid": "a", "type": "we?b"}, false},
			{arguments{"guid": ""}, false},
		} {
			t.Run(fmt.Sprint(name, test.given), func(t *testing.T) {
				if got := r.validate(name, test.given); (got == "") != test.valid {
					t.Errorf("got diagnostics %q, want valid: %t", got, test.valid)
				}
			})
		}
	}
	if got := r.validate("cf_process_sidecars", arguments{"guid": ".."}); got == "" {
		t.Errorf("got no error for %q as guid of cf_process_sidecars, want one", "..")
	}
}
