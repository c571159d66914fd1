package transport

import (
	"context"
	"net/url"
	"strings"
	"time"
)

// longLogged is the shortest wait that is logged at INFO.
const longLogged = 3 * time.Second

// logAttempt logs the result of an attempt, without headers and bodies.
func (c *Client) logAttempt(ctx context.Context, call *call, response *Response, err *attemptError) {
	if c.logger == nil {
		return
	}
	fields := c.requestFields(call)
	fields["attempt"] = call.attempts
	fields["duration_ms"] = call.took.Milliseconds()
	if err != nil {
		fields["error"] = c.secrets.Quote(err.Error(), errorShown)
		c.logger.Debug(ctx, "HTTP attempt without a usable answer", fields)
		return
	}
	fields["status"] = response.Status
	for _, name := range []string{"X-Vcap-Request-Id", "X-Correlation-Id"} {
		if id := response.Header.Get(name); id != "" {
			fields["request_id"] = c.secrets.Quote(id, 128)
			break
		}
	}
	c.logger.Debug(ctx, "HTTP attempt", fields)
}

// logWait logs why the next attempt has to wait.
func (c *Client) logWait(ctx context.Context, call *call, wait time.Duration, reason string, limited bool) {
	if c.logger == nil {
		return
	}
	fields := c.requestFields(call)
	fields["wait"] = wait.Round(time.Millisecond)
	fields["reason"] = c.secrets.Quote(reason, errorShown)
	message := "Waiting before the request is sent again"
	if limited {
		message = "Waiting for the foundation's rate limit"
	}
	if wait > longLogged {
		c.logger.Info(ctx, message, fields)
	} else {
		c.logger.Debug(ctx, message, fields)
	}
}

// requestFields are the fields that identify a request in the log.
func (c *Client) requestFields(call *call) map[string]any {
	fields := map[string]any{
		"method": call.Method,
		"host":   call.URL.Host,
		"path":   c.secrets.Clean(call.URL.EscapedPath()),
	}
	if query := c.publicQuery(call.URL); query != "" {
		fields["query"] = c.secrets.Clean(query)
	}
	return fields
}

// publicQuery is the query without the values of parameters that are not public.
func (c *Client) publicQuery(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, pair := range pairs {
		name, _, found := strings.Cut(pair, "=")
		plain, _, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(name, "%5B", "["), "%5b", "["), "[")
		if found && !c.public[plain] {
			pairs[i] = name + "=…"
		}
	}
	return strings.Join(pairs, "&")
}
