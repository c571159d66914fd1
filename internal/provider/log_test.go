package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

func TestLoggerKeepsSecretsOut(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	ctx := tflogtest.RootLogger(context.Background(), &output)
	secrets := new(redact.Set)
	l := logger{secrets: secrets}
	// A secret may be added after the logger was made, as tokens are.
	secrets.Add("hunter22")

	fields := map[string]any{
		"text":     "token hunter22 here",
		"error":    errors.New("refused hunter22"),
		"header":   http.Header{"Authorization": {"bearer hunter22"}},
		"list":     []string{"hunter22"},
		"status":   401,
		"duration": 1500 * time.Millisecond,
		"nothing":  nil,
	}
	l.Trace(ctx, "trace hunter22", fields)
	l.Debug(ctx, "debug hunter22", fields)
	l.Info(ctx, "info hunter22", fields)
	l.Warn(ctx, "warn hunter22", fields)
	l.Warn(ctx, "no fields", nil)

	if text := output.String(); strings.Contains(text, "hunter22") {
		t.Errorf("got the log\n%s\nwant it without the secret", text)
	}
	if got, want := fields["text"], "token hunter22 here"; got != want {
		t.Errorf("the caller's field text: got %q, want it unchanged: %q", got, want)
	}
	entries, err := tflogtest.MultilineJSONDecode(&output)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 5 {
		t.Fatalf("got %d entries, want 5", len(entries))
	}
	for i, level := range []string{"trace", "debug", "info", "warn"} {
		t.Run(level, func(t *testing.T) {
			for name, want := range map[string]any{
				"@level": level, "@message": level + " [REDACTED]", "text": "token [REDACTED] here", "status": float64(401), "duration": "1.5s",
			} {
				if got := entries[i][name]; got != want {
					t.Errorf("%s: got %#v, want %#v", name, got, want)
				}
			}
		})
	}
}

// There is no logger when the log is off, and one at any other level.
func TestNoLoggerIfTheLogIsOff(t *testing.T) {
	for level, want := range map[string]bool{"off": false, "": true, "warn": true} {
		t.Run(fmt.Sprintf("level %q", level), func(t *testing.T) {
			t.Setenv(LogLevelVariable, level)
			if got := newLogger(nil) != nil; got != want {
				t.Errorf("logger: got %t, want %t", got, want)
			}
		})
	}
}
