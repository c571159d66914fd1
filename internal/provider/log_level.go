package provider

import (
	"os"
	"strings"
)

// The variables that the plugin SDK takes its levels from, for its own lines and
// for those of the provider of this name, and the level for none.
const (
	sdkLogLevel      = "TF_LOG_SDK"
	providerLogLevel = "TF_LOG_PROVIDER_CF"
	off              = "off"
)

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
	for _, name := range []string{sdkLogLevel, providerLogLevel} {
		if err := os.Setenv(name, off); err != nil { //nolint:forbidigo // the SDK takes it from nowhere else
			return err
		}
	}
	return nil
}
