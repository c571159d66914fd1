package acctest_test

import (
	"maps"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// guideOldestAPI applies the example to a current foundation, to an old one and to
// Korifi, and wants the same summary from each.
func (r *exampleRun) guideOldestAPI() {
	r.prepare("main.tf")
	var today map[string]int
	for _, row := range []struct {
		name    string
		has     bool
		options []fakecf.Option
	}{
		{"a current foundation", true, nil},
		{"an old foundation", false, []fakecf.Option{
			fakecf.WithoutEndpoints("process_instances", "apps_include", "spaces_include"),
			fakecf.WithoutFields("version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"),
			fakecf.WithoutInstanceGUIDs(),
		}},
		{"Korifi", false, []fakecf.Option{fakecf.WithFlavor(fakecf.Korifi), fakecf.WithKorifiUAA()}},
	} {
		r.row(row.name, func() {
			r.foundation = fakecf.New(r.T, row.options...)
			r.command("apply", "-auto-approve", "-no-color")
			for feature, has := range output[map[string]bool](r, "features") {
				if has != row.has {
					r.Errorf("features: got %s = %t, want %t", feature, has, row.has)
				}
			}
			summary := output[map[string]int](r, "summary")
			if summary["processes"] == 0 || summary["named"] != summary["processes"] || summary["running"] == 0 {
				r.Errorf("summary: got %v, want processes, all of them named, and some running", summary)
			}
			if today == nil {
				today = summary
			}
			if row.name != "Korifi" && !maps.Equal(summary, today) {
				r.Errorf("summary: got %v, want %v, as of a current foundation", summary, today)
			}
		})
	}
}
