package capi_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// The client with a complete foundation: reading a process by name takes two
// requests, and so does a list by name with its instances.
func TestByNameOnAFoundation(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	client := sessionClient(t, f, time.Minute, 1)
	found, err := client.FindApps(t.Context(), capi.AppSearch{Name: "Storefront", SpaceName: "STAGING", OrganizationName: "retail"})
	if err != nil || len(found.Apps) != 1 || found.Apps[0].GUID != fakecf.AppGUIDStaging || len(found.Elsewhere) != 1 {
		t.Fatalf("got %s and error %v, want %s and one app elsewhere", describeApps(found), err, fakecf.AppGUIDStaging)
	}
	if got, want := found.Apps[0].String(), "retail / staging / storefront ("+fakecf.AppGUIDStaging+")"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p, err := client.GetProcess(t.Context(), capi.Address{AppGUID: found.Apps[0].GUID, Type: "web"})
	if err != nil || p.GUID != fakecf.GUIDStaging {
		t.Errorf("got %s and error %v, want %s", describeProcess(p), err, fakecf.GUIDStaging)
	}
	if n := f.Count("GET", "/v3/"); n != 2 {
		t.Errorf("got %d requests, want 2", n)
	}

	f.ResetRequests()
	list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{
		AppNames: []string{"storefront", "strefront"}, OrganizationNames: []string{"retail"}, IncludeInstances: true,
	})
	if err != nil || list.InstancesErr != nil || len(list.Processes) != 3 {
		t.Fatalf("got %s and error %v, want 3 processes with their instances", describe(list), err)
	}
	for _, p := range list.Processes {
		if p.ProcessInstances == nil || int64(len(p.ProcessInstances)) != *p.Instances || list.Names[*p.AppGUID()].Organization == nil {
			t.Errorf("%s: got the instances %s and the organization %v, want %d instances and an organization",
				p.GUID, states(p), list.Names[*p.AppGUID()].Organization, *p.Instances)
		}
	}
	if len(list.Unmatched) != 1 || list.Unmatched[0] != (capi.UnmatchedName{Filter: "app_names", Name: "strefront"}) {
		t.Errorf("got %v as unmatched, want only strefront of app_names", list.Unmatched)
	}
	if n := f.Count("GET", "/v3/"); n != 2 {
		t.Errorf("got %d requests, want 2: %.800v", n, f.Requests())
	}
}

// While the runtime is unavailable, a scale is stored, and only the instances are
// missing from lists.
func TestUnavailableRuntimeOnAFoundation(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	client := sessionClient(t, f, time.Minute, 3)
	f.SetRuntime(fakecf.RuntimeAway)
	_, err := client.ScaleProcess(t.Context(), byGUID, capi.ProcessScale{Instances: capi.Set(int64(7))})
	if !capi.WasStored(err) || !capi.IsRuntimeUnavailable(err) {
		t.Errorf("scale: got %v, want an error about a change that was stored", err)
	}
	if p, _ := f.Process(fakecf.GUIDWeb); p.Instances != 7 || f.Count("POST", "/v3/") != 1 {
		t.Errorf("got %d instances after %d requests, want 7 after one", p.Instances, f.Count("POST", "/v3/"))
	}
	list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{IncludeInstances: true})
	var reason *capi.Error
	if err != nil || len(list.Processes) == 0 || !errors.As(list.InstancesErr, &reason) || strings.Contains(allStates(list), "[") {
		t.Errorf("list: got %s with the states %.200s and error %v, want processes without instances and the API's reason", describe(list), allStates(list), err)
	}
	if _, err := client.ProcessStats(t.Context(), byGUID); !capi.IsRuntimeUnavailable(err) {
		t.Errorf("stats: got %v, want an unavailable runtime", err)
	}
}
