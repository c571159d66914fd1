package provider

import (
	"os"
	"strings"
)

// SilenceUnusedLogs turns the log off where nobody asked for one. The plugin
// SDK would otherwise write every line at TRACE, encoded as JSON, for Terraform
// to throw away: a third of what a small read costs. Terraform hands its
// environment on to the provider, so that TF_LOG is seen here too. Call it
// before the server starts, and not in a process that Terraform did not start.
func SilenceUnusedLogs() error {
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_PROVIDER"} {
		if err := os.Setenv(name, "off"); err != nil { //nolint:forbidigo // the SDK takes it from nowhere else
			return err
		}
	}
	return nil
}
