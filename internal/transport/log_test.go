package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

func TestLog(t *testing.T) {
	secrets := &redact.Set{}
	secrets.Add("hush-hush", "p&ss")
	l := &testLog{}
	s := serve(t,
		status(503, "X-Vcap-Request-Id", "id-1", "X-Secret", "hush-hush"),
		cutOff,
		status(200, "X-Correlation-Id", "id-hush-hush"),
	)
	c := newTestClient(t, Config{MaxRetries: 3, Logger: l, Secrets: secrets, UserAgent: "test/1", PublicParameters: []string{"guids", "created_ats"}})
	r := get(t, s.URL+"/v3/hush-hush?guids=p%26ss,x&passcode=1234&created_ats%5Bgt%5D=2026")
	r.Header = http.Header{"Authorization": {"bearer hush-hush"}}
	r.Body = []byte("a body with more")
	if _, err := c.Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	var attempts []string
	for _, line := range l.at("DEBUG") {
		if strings.HasPrefix(line.message, "HTTP attempt") {
			f := line.fields
			attempts = append(attempts, fmt.Sprint(f["attempt"], " ", f["method"], " ", f["path"], "?", f["query"], " ", f["status"], " ", f["request_id"]))
			if _, ok := f["duration_ms"].(int64); !ok {
				t.Errorf("got the fields %v, want duration_ms as a number", f)
			}
		}
	}
	request := "GET /v3/[REDACTED]?guids=[REDACTED],x&passcode=…&created_ats%5Bgt%5D=2026 "
	want := []string{"1 " + request + "503 id-1", "2 " + request + "<nil> <nil>", "3 " + request + "200 id-[REDACTED]"}
	if strings.Join(attempts, "\n") != strings.Join(want, "\n") {
		t.Errorf("got the attempts\n%s\nwant\n%s", strings.Join(attempts, "\n"), strings.Join(want, "\n"))
	}
	for _, secret := range []string{"hush-hush", "p&ss", "p%26ss", "1234", "bearer", "a body"} {
		t.Run(secret, func(t *testing.T) {
			if log := l.text(); strings.Contains(log, secret) {
				t.Errorf("got the log %.600s\nwant it without %q", log, secret)
			}
		})
	}
}

func TestErrorIsCleaned(t *testing.T) {
	secrets := &redact.Set{}
	secrets.Add("hush-hush")
	c := newTestClient(t, Config{Secrets: secrets})
	c.base.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, fmt.Errorf("no way to hush-hush: %w", syscall.ECONNREFUSED)
	}
	e := failed(t, c, get(t, "http://user:pw@api.example.org/hush-hush"), KindRefused)
	if text := e.Error(); strings.Contains(text, "hush") || strings.Contains(text, "pw") || !strings.Contains(text, "[REDACTED]") {
		t.Errorf("got %s, want [REDACTED] for the secret, and no user and password of the URL", text)
	}
	if !errors.Is(e, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want the cause in it", e)
	}
}
