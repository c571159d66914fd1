package provider

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

var _ transport.Logger = logger{}

// LogLevelVariable sets the level of the provider's own log; plugin-go derives its
// name from that of the provider. LogOff turns the log off.
const (
	LogLevelVariable = "TF_LOG_PROVIDER_CF"
	LogOff           = "off"
)

// newLogger returns the log of a client, nil if it is off: otherwise every line would
// be built and cleaned before it is discarded.
func newLogger(secrets *redact.Set) transport.Logger {
	if os.Getenv(LogLevelVariable) == LogOff {
		return nil
	}
	return logger{secrets: secrets}
}

// logger writes to Terraform's log (TF_LOG), without the secrets of this run. It
// redacts them itself rather than with tflog's masks: those are fixed in the
// context of one call, and a token may be obtained later during that call.
type logger struct{ secrets *redact.Set }

func (l logger) Trace(ctx context.Context, msg string, fields map[string]any) {
	tflog.Trace(ctx, l.secrets.Clean(msg), l.clean(fields))
}

func (l logger) Debug(ctx context.Context, msg string, fields map[string]any) {
	tflog.Debug(ctx, l.secrets.Clean(msg), l.clean(fields))
}

func (l logger) Info(ctx context.Context, msg string, fields map[string]any) {
	tflog.Info(ctx, l.secrets.Clean(msg), l.clean(fields))
}

func (l logger) Warn(ctx context.Context, msg string, fields map[string]any) {
	tflog.Warn(ctx, l.secrets.Clean(msg), l.clean(fields))
}

// clean returns fields without secrets. Numbers and other values that cannot hold a
// secret stay unchanged; all others become text, so that no nested secret remains.
func (l logger) clean(fields map[string]any) map[string]any {
	if fields == nil {
		return nil
	}
	cleaned := make(map[string]any, len(fields))
	for name, v := range fields {
		switch v := v.(type) {
		case nil, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
			cleaned[name] = v
		case time.Duration:
			cleaned[name] = v.String()
		case string:
			cleaned[name] = l.secrets.Clean(v)
		default:
			cleaned[name] = l.secrets.Clean(fmt.Sprint(v))
		}
	}
	return cleaned
}
