package diagnostic

import (
	"fmt"
	"testing"
)

// TestNotConfigured expects the texts of the provider unchanged.
func TestNotConfigured(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("page 1: %w", &NotConfigured{Summary: "Missing api_url", Detail: "Set api_url, or CF_API_URL."})
	got := Failure{Object: "Process", Action: "read process 1234"}.Diagnostic(err)
	if want := "Set api_url, or CF_API_URL."; got.Summary() != "Missing api_url" || got.Detail() != want {
		t.Errorf("got %q with the detail %q, want %q with %q", got.Summary(), got.Detail(), "Missing api_url", want)
	}
}
