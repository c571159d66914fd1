package provider

import (
	"os"
	"strings"
)

// logLevels are the variables that the plugin SDK takes its levels from: one for
// its own lines, one for those of the provider of this name.
var logLevels = []string{"TF_LOG_SDK", "TF_LOG_PROVIDER_CF"}

// SilenceUnusedLogs turns the log off where nobody asked for one. The plugin
// SDK would otherwise write every line at TRACE, encoded as JSON, for Terraform
// to read and throw away: a third of what a small read costs. Terraform hands its
// environment on to the provider, so that TF_LOG is seen here too. Call it
// before the server starts, and not in a process that Terraform did not start.
func SilenceUnusedLogs() error {
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	for _, name := range logLevels {
		if err := os.Setenv(name, "off"); err != nil { //nolint:forbidigo // the SDK takes it from nowhere else
			return err
		}
	}
	return nil
}
