package fakecf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// client sends requests to a foundation as one role.
type client struct {
	t    *testing.T
	f    *Foundation
	auth string
	http *http.Client
}

type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	parsed map[string]any
}

func as(t *testing.T, f *Foundation, role Role) *client {
	t.Helper()
	return &client{t: t, f: f, auth: "bearer " + f.Token(role), http: httpClient(t, f)}
}

func httpClient(t *testing.T, f *Foundation) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if f.CAPEM() != "" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM([]byte(f.CAPEM())) {
			t.Fatal("CAPEM is no certificate")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

func (c *client) try(method, path, body string, headers ...string) (*reply, error) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.f.URL()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.auth != "" {
		request.Header.Set("Authorization", c.auth)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return &reply{t: c.t, status: response.StatusCode, header: response.Header, body: string(content)}, err
}

func (c *client) do(method, path, body string, headers ...string) *reply {
	c.t.Helper()
	r, err := c.try(method, path, body, headers...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// in is the client for a subtest.
func (c *client) in(t *testing.T) *client {
	t.Helper()
	inner := *c
	inner.t = t
	return &inner
}

// label is the name of a subtest for a row, cut to a readable length.
func label(row string) string {
	if len(row) > 60 {
		return row[:60] + "…"
	}
	return row
}

func (c *client) get(path string) *reply { c.t.Helper(); return c.do(http.MethodGet, path, "") }

func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("got status %d, want %d; body %s", r.status, status, r.body)
	}
	return r
}

// object reads the body as a JSON object.
func (r *reply) object() map[string]any {
	r.t.Helper()
	if r.parsed == nil {
		if err := json.Unmarshal([]byte(r.body), &r.parsed); err != nil {
			r.t.Fatalf("%v in %s", err, r.body)
		}
	}
	return r.parsed
}

// at reads one value inside the body; steps are names or indexes.
func (r *reply) at(steps ...any) any {
	r.t.Helper()
	var v any = r.object()
	for _, step := range steps {
		switch s := step.(type) {
		case string:
			o, ok := v.(map[string]any)
			if !ok {
				r.t.Fatalf("got no object at %v of %v in %s", s, steps, r.body)
			}
			if v, ok = o[s]; !ok {
				return absent{}
			}
		case int:
			a, ok := v.([]any)
			if !ok || s >= len(a) {
				return absent{}
			}
			v = a[s]
		}
	}
	return v
}

type absent struct{}

func (r *reply) wantAt(want any, steps ...any) *reply {
	r.t.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if got := r.at(steps...); got != want {
		r.t.Errorf("%v: got %#v, want %#v", steps, got, want)
	}
	return r
}

// wantError checks status and code of an error answer, and that its one error
// holds each detail.
func (r *reply) wantError(status, code int, details ...string) *reply {
	r.t.Helper()
	r.want(status)
	errs, ok := r.at("errors").([]any)
	if !ok || len(errs) != 1 {
		r.t.Fatalf("got %s, want one error", r.body)
	}
	for _, detail := range details {
		if got, _ := r.at("errors", 0, "detail").(string); !strings.Contains(got, detail) {
			r.t.Errorf("got detail %q, want %q in it", got, detail)
		}
	}
	return r.wantAt(code, "errors", 0, "code")
}

// guids are the GUIDs of the resources of a page.
func (r *reply) guids() []string {
	r.t.Helper()
	rows, ok := r.at("resources").([]any)
	if !ok {
		r.t.Fatalf("got no resources in %s", r.body)
	}
	out := []string{}
	for _, row := range rows {
		o, _ := row.(map[string]any)
		guid, _ := o["guid"].(string)
		out = append(out, guid)
	}
	return out
}
