package acctest_test

import (
	"maps"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// guideOldestAPI applies the example to a foundation of today, to an old one and
// to Korifi: the features differ, the summary does not.
func (r *exampleRun) guideOldestAPI() {
	r.prepare("main.tf")
	var today map[string]int
	for _, row := range []struct {
		name    string
		has     bool
		options []fakecf.Option
	}{
		{"a foundation of today", true, nil},
		{"an old foundation", false, []fakecf.Option{
			fakecf.WithoutEndpoints("process_instances", "apps_include", "spaces_include"),
			fakecf.WithoutFields("version", "user", "log_rate_limit_in_bytes_per_second", "readiness_health_check"),
			fakecf.WithoutInstanceGUIDs(),
		}},
		{"Korifi", false, []fakecf.Option{fakecf.WithFlavor(fakecf.Korifi), fakecf.WithKorifiUAA()}},
	} {
		r.foundation = fakecf.New(r.T, row.options...)
		r.command("apply", "-auto-approve", "-no-color")
		for feature, has := range output[map[string]bool](r, "features") {
			if has != row.has {
				r.Errorf("%s: got %s = %t, want %t", row.name, feature, has, row.has)
			}
		}
		summary := output[map[string]int](r, "summary")
		if summary["processes"] == 0 || summary["named"] != summary["processes"] || summary["running"] == 0 {
			r.Errorf("%s: got %v, want processes, all with names, and some that run", row.name, summary)
		}
		if today == nil {
			today = summary
		}
		if row.name != "Korifi" && !maps.Equal(summary, today) {
			r.Errorf("%s: got %v, want %v as on the foundation of today", row.name, summary, today)
		}
	}
}
