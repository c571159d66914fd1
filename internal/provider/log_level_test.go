package provider

import (
	"os"
	"strings"
	"testing"
)

// A log that somebody asked for, in whatever way, stays.
func TestLogsAreOffOnlyWhenNobodyAskedForThem(t *testing.T) {
	for name, test := range map[string]struct {
		variable string
		off      bool
	}{
		"nobody":             {"", true},
		"all":                {"TF_LOG", false},
		"the provider's":     {"TF_LOG_PROVIDER", false},
		"this provider's":    {"TF_LOG_PROVIDER_CF", false},
		"the SDK's":          {"TF_LOG_SDK", false},
		"a file for the log": {"TF_LOG_PATH", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, pair := range os.Environ() {
				if variable, _, _ := strings.Cut(pair, "="); strings.HasPrefix(variable, "TF_LOG") {
					t.Setenv(variable, "")
				}
			}
			// Restored when the test ends, whatever is set in between.
			t.Setenv("TF_LOG_SDK", "")
			t.Setenv("TF_LOG_PROVIDER", "")
			if test.variable != "" {
				t.Setenv(test.variable, "info")
			}
			if err := SilenceUnusedLogs(); err != nil {
				t.Fatal(err)
			}
			for _, variable := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
				if off := os.Getenv(variable) == "off"; off != test.off {
					t.Errorf("%s is %q", variable, os.Getenv(variable))
				}
			}
		})
	}
}
