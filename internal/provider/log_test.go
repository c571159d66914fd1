package provider

import (
	"bytes"
	"context"
	"errors"
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
	// A secret that comes after the logger was made counts as well: tokens do.
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
		t.Errorf("a secret is in the log:\n%s", text)
	}
	if fields["text"] != "token hunter22 here" {
		t.Error("the caller's fields were changed")
	}
	entries, err := tflogtest.MultilineJSONDecode(&output)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 5 {
		t.Fatalf("want 5 entries, got %d", len(entries))
	}
	for i, level := range []string{"trace", "debug", "info", "warn"} {
		e := entries[i]
		if e["@level"] != level || e["@message"] != level+" [REDACTED]" {
			t.Errorf("entry %d is %v", i, e)
		}
		if e["text"] != "token [REDACTED] here" || e["status"] != float64(401) || e["duration"] != "1.5s" {
			t.Errorf("the fields of entry %d are %v", i, e)
		}
	}
}

// A log that is off costs nothing; any other level is Terraform's business.
func TestNoLoggerWhereTheLogIsOff(t *testing.T) {
	for level, want := range map[string]bool{"off": false, "": true, "warn": true} {
		t.Setenv(LogLevelVariable, level)
		if got := newLogger(nil) != nil; got != want {
			t.Errorf("at the level %q there is a logger: %t", level, got)
		}
	}
}
