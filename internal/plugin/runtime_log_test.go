package plugin

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// loggingProcess is set in the process that TestLogsAreOffUnlessEnabled
// starts: what the SDK writes goes to the stderr that a process has from its start.
const loggingProcess = "CF_TEST_LOGGING_PROCESS"

// A log that any TF_LOG variable enables is written; otherwise neither the SDK
// nor the provider writes a line.
func TestLogsAreOffUnlessEnabled(t *testing.T) {
	if os.Getenv(loggingProcess) != "" {
		writeLogs(t)
		return
	}
	for name, test := range map[string]struct {
		variable      string
		sdk, provider bool
	}{
		"nobody":             {"", false, false},
		"all":                {"TF_LOG", true, true},
		"the providers'":     {"TF_LOG_PROVIDER", true, true},
		"this provider's":    {"TF_LOG_PROVIDER_CF", true, true},
		"the SDK's":          {"TF_LOG_SDK", true, true},
		"a file for the log": {"TF_LOG_PATH", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestLogsAreOffUnlessEnabled$") // this test
			for _, pair := range os.Environ() {
				if !strings.HasPrefix(pair, "TF_LOG") {
					cmd.Env = append(cmd.Env, pair)
				}
			}
			cmd.Env = append(cmd.Env, loggingProcess+"=1")
			if test.variable != "" {
				cmd.Env = append(cmd.Env, test.variable+"=trace")
			}
			var written bytes.Buffer
			cmd.Stderr = &written
			if out, err := cmd.Output(); err != nil {
				t.Fatalf("got error %v from the process, want none\noutput: %.200s\nlog: %.200s", err, out, &written)
			}
			for line, want := range map[string]bool{"Received request": test.sdk, "said by the provider": test.provider} {
				if got := strings.Contains(written.String(), line); got != want {
					t.Errorf("got %q in the log: %t, want %t:\n%.1000s", line, got, want, &written)
				}
			}
			if test.variable == "" && written.Len() > 0 {
				t.Errorf("got the log:\n%.1000s\nwant none", &written)
			}
		})
	}
}

// writeLogs serves a request as the provider's main does.
func writeLogs(t *testing.T) {
	if err := SilenceUnusedLogs(); err != nil {
		t.Fatal(err)
	}
	if _, err := tf6server.New("registry.terraform.io/cf-process/cf", talkative{}).GetProviderSchema(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// talkative is a provider that writes to its log.
type talkative struct{ tfprotov6.ProviderServer }

func (talkative) GetProviderSchema(ctx context.Context, _ *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	tflog.Debug(ctx, "said by the provider")
	return &tfprotov6.GetProviderSchemaResponse{}, nil
}
