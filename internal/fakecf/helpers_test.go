package fakecf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
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

// reply is the response to a call, such as "GET /v3/processes".
type reply struct {
	t      *testing.T
	call   string
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
			t.Fatalf("CAPEM: got %.100q, want a certificate", f.CAPEM())
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
	return &reply{t: c.t, call: call(method, path, body), status: response.StatusCode, header: response.Header, body: string(content)}, err
}

func (c *client) do(method, path, body string, headers ...string) *reply {
	c.t.Helper()
	r, err := c.try(method, path, body, headers...)
	if err != nil {
		c.t.Fatalf("%s: got error %v, want a response", call(method, path, body), err)
	}
	return r
}

// call is a request in a failure text, cut to a readable length.
func call(method, path, body string) string {
	return strings.TrimSpace(fmt.Sprintf("%s %.200s %.200s", method, path, body))
}

// in is the client for a subtest.
func (c *client) in(t *testing.T) *client {
	t.Helper()
	inner := *c
	inner.t = t
	return &inner
}

// each runs a row of a table in t.Run for each value.
func (c *client) each(values []string, row func(c *client, value string)) {
	c.t.Helper()
	for _, value := range values {
		c.t.Run(label(value), func(t *testing.T) {
			t.Helper()
			row(c.in(t), value)
		})
	}
}

// eachRole is each for roles.
func eachRole(t *testing.T, f *Foundation, roles []Role, row func(c *client)) {
	t.Helper()
	for _, role := range roles {
		t.Run(role.String(), func(t *testing.T) {
			t.Helper()
			row(as(t, f, role))
		})
	}
}

// label is the name of a subtest for a row, cut to a readable length.
func label(row string) string {
	if row == "" {
		return "empty"
	}
	if len(row) > 60 {
		return row[:60] + "…"
	}
	return row
}

func (c *client) get(path string) *reply { c.t.Helper(); return c.do(http.MethodGet, path, "") }

// in is the reply for a subtest.
func (r *reply) in(t *testing.T) *reply {
	t.Helper()
	inner := *r
	inner.t = t
	return &inner
}

func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: got status %d, want %d; body %.500s", r.call, r.status, status, r.body)
	}
	return r
}

// object reads the body as a JSON object.
func (r *reply) object() map[string]any {
	r.t.Helper()
	if r.parsed == nil {
		if err := json.Unmarshal([]byte(r.body), &r.parsed); err != nil {
			r.t.Fatalf("%s: got the body %.500q, want JSON: %v", r.call, r.body, err)
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
				r.t.Fatalf("%s: got no object with %q for %v, want one in %.500s", r.call, s, steps, r.body)
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

// absent stands for a key or an element that the body does not have.
type absent struct{}

// show is a value of a body in a failure text.
func show(v any) string {
	if v == (absent{}) {
		return "nothing"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%.200s", fmt.Sprint(v))
	}
	return fmt.Sprintf("%.200s", text)
}

func (r *reply) wantAt(want any, steps ...any) *reply {
	r.t.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if got := r.at(steps...); got != want {
		r.t.Errorf("%s: got %v = %s, want %s", r.call, steps, show(got), show(want))
	}
	return r
}

// wantError checks the status and the code of an error, and that it is the only
// one and has each detail.
func (r *reply) wantError(status, code int, details ...string) *reply {
	r.t.Helper()
	r.want(status)
	errs, ok := r.at("errors").([]any)
	if !ok || len(errs) != 1 {
		r.t.Fatalf("%s: got the body %.500s, want one error", r.call, r.body)
	}
	for _, detail := range details {
		if got, _ := r.at("errors", 0, "detail").(string); !strings.Contains(got, detail) {
			r.t.Errorf("%s: got the detail %.500q, want %q in it", r.call, got, detail)
		}
	}
	return r.wantAt(code, "errors", 0, "code")
}

// guids are the GUIDs of the resources of a page.
func (r *reply) guids() []string {
	r.t.Helper()
	rows, ok := r.at("resources").([]any)
	if !ok {
		r.t.Fatalf("%s: got the body %.500s, want resources", r.call, r.body)
	}
	out := []string{}
	for _, row := range rows {
		o, _ := row.(map[string]any)
		guid, _ := o["guid"].(string)
		out = append(out, guid)
	}
	return out
}
