package process_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"
	"unicode/utf8"

	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// source is a data source with a configuration.
type source struct {
	name      string
	arguments arguments
}

// answered are the reads of FuzzAnswer.
var answered = []source{
	{"cf_process", arguments{"guid": "g"}},
	{"cf_process", arguments{"app_guid": "a", "type": "web"}},
	{"cf_processes", arguments{"include_names": true}},
	{"cf_process_stats", arguments{"guid": "g"}},
	{"cf_process_instances", arguments{"guid": "g"}},
	{"cf_process_sidecars", arguments{"guid": "g"}},
}

// FuzzAnswer reads every data source from a server with arbitrary responses: the
// result is a state, or exactly one error with printable text.
func FuzzAnswer(f *testing.F) {
	for which := range answered {
		for _, body := range []string{
			`{"guid":"g","type":"web","instances":1,"links":{"space":{"href":"/v3/spaces/s"}}}`,
			`{"pagination":{"total_results":1},"resources":[{"guid":"g","name":"n","index":0,"state":"RUNNING"}]}`,
			`{"resources":[{"index":0,"usage":{"cpu":0.1,"time":"t"},"instance_ports":[{"external":null}],"uptime":1}]}`,
			`{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"Process not found"},{}]}`,
			`{"guid":7}`, `[]`, "null", "", "<html>\r\n\x1b[31m", `{"resources":[{"usage":{"cpu":1e99999999}}]}`,
			`{"guid":"g","instances":` + strings.Repeat("1", 200_000) + `}`,
		} {
			f.Add(uint8(which), uint16(200), body, "")
			f.Add(uint8(which), uint16(404), body, "warning%20one,two")
		}
		f.Add(uint8(which), uint16(302), "", "\xff")
		f.Add(uint8(which), uint16(429), "too many", "")
		f.Add(uint8(which), uint16(204), "", "")
	}

	type script struct {
		status        int
		body, warning string
	}
	var playing atomic.Pointer[script]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s := playing.Load()
		w.Header()["X-Cf-Warnings"] = []string{s.warning}
		if s.status/100 == 3 {
			w.Header().Set("Location", "https://other.example.com/"+url.PathEscape(s.warning))
		}
		w.WriteHeader(s.status)
		_, _ = w.Write([]byte(s.body)) // some statuses have no body
	}))
	f.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		f.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(client.CloseIdleConnections)

	// A new client each time, because it caches which list features a server
	// supports. The provider server stays: its schemas take most of the time.
	fresh := func() *capi.Client {
		return capi.New(capi.Config{BaseURL: base, Transport: client, Auth: userToken("t")})
	}
	r := connect(f, providerserver.NewProtocol6(freshProvider{client: fresh})(), `{}`)

	f.Fuzz(func(t *testing.T, which uint8, status uint16, body, warning string) {
		r.t = t // the current run reports failures
		playing.Store(&script{status: 200 + int(status)%400, body: body, warning: strings.Map(headerRune, warning)})
		if _, err := r.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
			Config: &tfprotov6.DynamicValue{JSON: []byte(`{}`)},
		}); err != nil {
			t.Fatal(err)
		}
		read := answered[int(which)%len(answered)]
		resp, err := r.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
			TypeName: read.name, Config: r.config(read.name, read.arguments),
		})
		if err != nil {
			t.Fatal(err)
		}
		failures := 0
		for _, d := range resp.Diagnostics {
			if d.Severity == tfprotov6.DiagnosticSeverityError {
				failures++
			}
			text := d.Summary + d.Detail
			if len(text) > 100_000 {
				t.Errorf("got a diagnostic of %d bytes, want at most 100000", len(text))
			}
			if d.Summary == "" || d.Detail == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable) {
				t.Errorf("got the diagnostic %.200q: %.200q, want printable text in both", d.Summary, d.Detail)
			}
		}
		switch {
		case failures > 1:
			t.Fatalf("got %d errors, want at most 1: %.200s", failures, diagnosticText(resp.Diagnostics))
		case failures == 1:
			return
		}
		state, err := resp.State.Unmarshal(r.types[read.name])
		if err != nil {
			t.Fatal(err)
		}
		if state.IsNull() || !state.IsFullyKnown() {
			t.Fatalf("got the state %.200s without an error, want a known state", state)
		}
	})
}

// freshProvider is a bareProvider with a new client each time it is configured.
type freshProvider struct {
	bareProvider
	client func() *capi.Client
}

func (p freshProvider) Configure(_ context.Context, _ fwprovider.ConfigureRequest, resp *fwprovider.ConfigureResponse) {
	resp.DataSourceData = p.client()
}

func unprintable(r rune) bool { return unicode.IsControl(r) && r != '\n' }

// headerRune drops the characters that net/http refuses to send.
func headerRune(r rune) rune {
	if r == '\r' || r == '\n' || r == 0 {
		return -1
	}
	return r
}
