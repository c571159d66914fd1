package plugin

import (
	"os"
	"runtime/debug"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const (
	// lazyGCPercent lets the heap grow to five times the live heap before a
	// collection. A run that reads processes one by one uses a few MB and would
	// otherwise collect garbage every few dozen reads. The row "CPU of the
	// provider for each of them" of make bench measures what this saves.
	lazyGCPercent = 400
	// defaultGCPercent is Go's default, for runs that hold whole foundations.
	defaultGCPercent = 100
)

// CollectGarbageSeldom saves the time of collections while the provider holds
// little. Call it before the server starts, and not in a process with other
// work. The first large list, or large responses of any kind, end it.
func CollectGarbageSeldom() {
	debug.SetGCPercent(lazyGCPercent)
	transport.OnLargeBodies(collectGarbageNormally)
}

// collectGarbageNormally bounds the memory of large lists.
func collectGarbageNormally() { debug.SetGCPercent(defaultGCPercent) }

// sdkLogVariable sets the level of the plugin SDK's own lines.
const sdkLogVariable = "TF_LOG_SDK"

// SilenceUnusedLogs turns the log off where no variable requests one. The plugin
// SDK would otherwise write every line at TRACE, encoded as JSON, for Terraform
// to read and discard: a third of the cost of a small read. Terraform passes its
// environment to the provider, so TF_LOG is visible here too. Call it before the
// server starts, and not in a process that Terraform did not start.
func SilenceUnusedLogs() error {
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	for _, name := range []string{sdkLogVariable, provider.LogLevelVariable} {
		if err := os.Setenv(name, provider.LogOff); err != nil { //nolint:forbidigo // the SDK has no other switch
			return err
		}
	}
	return nil
}
