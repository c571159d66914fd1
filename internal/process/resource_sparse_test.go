package process

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// Fields that the API omits stay null, and do not cause a change.
func TestResourceOfSparseProcesses(t *testing.T) {
	t.Parallel()
	hollowSettings := settings{"health_check": settings{"data": settings{}}, "readiness_health_check": settings{},
		"metadata": settings{"labels": settings{}, "annotations": settings{}}}
	for name, omit := range map[string][]string{
		"parts":     {"health_check.data", "readiness_health_check", "metadata.labels", "relationships", "links"},
		"all of it": {"health_check", "readiness_health_check", "metadata", "relationships.app", "type", "updated_at", "version"},
		"as seeded": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			guid := fakecf.GUIDSparse
			if omit != nil {
				guid = fakecf.GUIDWorker
				w.UpdateProcess(guid, func(p *fakecf.Process) { p.Omit, p.Labels = omit, nil })
			}
			app := w.mustProcess(guid).AppGUID
			w.converges(settings{"guid": guid})
			w.converges(byGUID(guid, hollowSettings))
			w.converges(settings{"app_guid": app, "type": w.mustProcess(guid).Type, "instances": 3}, `POST {"instances":3}`)
		})
	}
}

func (w *workspace) mustProcess(guid string) fakecf.Process {
	w.t.Helper()
	p, ok := w.Process(guid)
	if !ok {
		w.t.Fatalf("foundation: got no process %s, want one", guid)
	}
	return p
}

// For an attribute that an old foundation lacks, there is an error with its name.
func TestResourceOnOldFoundations(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper,
		fakecf.WithoutFields("user", "readiness_health_check", "log_rate_limit_in_bytes_per_second"))
	w.converges(settings{"guid": fakecf.GUIDWeb, "command": "bin/x"}, `PATCH {"command":"bin/x"}`)
	for name, value := range map[string]any{
		"user":                               "root",
		"readiness_health_check":             settings{"type": "port"},
		"log_rate_limit_in_bytes_per_second": 5,
	} {
		w.subtest(t, name, func(*testing.T) {
			w.fails(byGUID(fakecf.GUIDWeb, settings{name: value}), `AttributeName("`+name+`"): Not available on this foundation`)
		})
	}
	text := w.run(byGUID(fakecf.GUIDWeb, settings{"user": "root", "readiness_health_check": settings{"type": "port"}}))
	if strings.Count(text, "Not available on this foundation") != 2 {
		t.Errorf("apply with two of them: got diagnostics:\n%.1000s\nwant Not available on this foundation twice", text)
	}
	w.settled(settings{"guid": fakecf.GUIDWeb})
	if got := field.Open(w.state)["readiness_health_check"]; !got.Equal(tftypes.NewValue(livenessCheck.Type, nil)) {
		t.Errorf("state: got readiness_health_check = %s, want null", brief(got))
	}
}
