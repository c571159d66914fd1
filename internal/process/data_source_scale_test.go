package process_test

import (
	"errors"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// A large foundation takes as many requests as there are pages, and a few more
// for all names.
func TestProcessesOfALargeFoundation(t *testing.T) {
	const pages = 4 // of 5,000 processes
	f := fakecf.New(t, fakecf.WithoutSeed())
	f.AddMany(20_000)
	r := newWholeReader(t, f, fakecf.Admin)

	started := time.Now()
	resp, err := r.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "cf_processes", Config: r.config("cf_processes", arguments{"include_names": true}),
	})
	if err != nil || len(resp.Diagnostics) > 0 {
		t.Fatalf("got error %v, diagnostics %s, want none", err, diagnosticText(resp.Diagnostics))
	}
	t.Logf("20,000 processes with names: %s, %d requests, %d bytes of state", time.Since(started), len(f.Requests()), len(resp.State.MsgPack))
	if n := f.Count("GET", "/v3/processes"); n != pages {
		t.Errorf("got %d requests for the processes, want %d", n, pages)
	}
	// 12,000 apps are three pages more.
	if n := f.Count("GET", "/v3/apps"); n != 3 {
		t.Errorf("got %d requests for the names, want 3", n)
	}
	if n := len(f.Requests()); n != pages+3 {
		t.Errorf("got %d requests in all, want %d", n, pages+3)
	}
	if peak := f.PeakInFlight(); peak > 4 {
		t.Errorf("got %d requests at the same time, want at most 4", peak)
	}

	state, err := resp.State.Unmarshal(r.types["cf_processes"])
	if err != nil {
		t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	var processes []tftypes.Value
	if err := errors.Join(state.As(&attributes), attributes["processes"].As(&processes)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range processes {
		var process map[string]tftypes.Value
		var guid string
		if err := errors.Join(p.As(&process), process["guid"].As(&guid)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"app_name", "space_name", "organization_guid", "organization_name"} {
			if process[name].IsNull() {
				t.Fatalf("%s of %s: got null, want a value", name, guid)
			}
		}
		seen[guid] = true
	}
	if len(seen) != 20_000 || len(processes) != 20_000 {
		t.Errorf("got %d processes, %d of them different, want 20000", len(processes), len(seen))
	}
}
