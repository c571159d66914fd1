package process_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// providerBlock returns the provider block with the given arguments as JSON; the
// others are null.
func providerBlock(t testing.TB, server tfprotov6.ProviderServer, given arguments) string {
	t.Helper()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	block := arguments{}
	for name := range schemas.Provider.ValueType().(tftypes.Object).AttributeTypes {
		block[name] = nil
	}
	maps.Copy(block, given)
	text, err := json.Marshal(block)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// failure is a cause for a failed read of a process, and the diagnostic that the
// user has to get.
type failure struct {
	// fault of a healthy foundation; or address, of something else.
	fault   fakecf.Action
	path    string // of the fault; "" for everything
	address func(t *testing.T) string
	block   arguments
	guid    string // "" for that of a process which is there
	// summary is a prefix of the diagnostic's summary, detail lists parts of its
	// summary and detail.
	summary   string
	detail    []string
	attribute string
}

// quiet discards the log of a server whose clients close connections early.
var quiet = log.New(io.Discard, "", 0)

const refusedToken = "fake-token-that-nobody-may-see"

func dataSourceFailures() map[string]failure {
	type detail = []string
	const answered = "GET /v3/processes/" + fakecf.GUIDWeb + " answered "
	atOnce := arguments{"request_timeout": "300ms"}
	return map[string]failure{
		"401": {
			block:   arguments{"access_token": refusedToken, "user": nil, "password": nil},
			summary: "Credential refused",
			detail:  detail{answered + "401 Unauthorized", "CF-InvalidAuthToken (1000)", "access_token from the provider block", "cf oauth-token", "X-VCAP-Request-ID: "},
		},
		"403": {
			fault: fakecf.Status(403), summary: "Not permitted",
			detail: detail{answered + "403 Forbidden", "CF-NotAuthorized (10003)", "lacks a role in the space", "X-VCAP-Request-ID: "},
		},
		"404": {
			guid: "6a901b7c-9417-4dc1-8189-d3234aa0ab82", summary: "Process not found", attribute: "guid",
			detail: detail{"answered 404 Not Found", "CF-ResourceNotFound (10010): Process not found", "cannot see it", "X-VCAP-Request-ID: "},
		},
		"404 of an endpoint": {
			fault:   fakecf.Status(404, fakecf.APIError{Code: 10000, Title: "CF-NotFound", Detail: "Unknown request"}),
			summary: "Not available on this foundation", detail: detail{"CF-NotFound (10000): Unknown request"},
		},
		"404 of the router": {
			fault: fakecf.RouterError(404, "unknown_route"), summary: "Could not read process",
			detail: detail{answered + "404 Not Found", "X-Cf-RouterError: unknown_route", "api_url"},
		},
		"422 with two errors": {
			fault: fakecf.Status(422,
				fakecf.APIError{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "the first"},
				fakecf.APIError{Code: 10008, Title: "CF-UnprocessableEntity", Detail: "the second"}),
			summary: "Could not read process", detail: detail{answered + "422 Unprocessable Entity", "(10008): the first", "(10008): the second"},
		},
		"429": {
			fault: fakecf.RateLimited(time.Hour), summary: "Rate limit reached",
			detail: detail{answered + "429 Too Many Requests", "CF-RateLimitExceeded (10013)", "accepts requests again at 2"},
		},
		"429 without a time": {
			fault: fakecf.Status(429), summary: "Rate limit reached", detail: detail{"does not say when", "-parallelism"},
		},
		"500": {fault: fakecf.Status(500), summary: "Could not read process", detail: detail{answered + "500 Internal Server Error", "UnknownError (10001)", "give the operators the ID"}},
		"502 of the router": {
			fault: fakecf.RouterError(502, "endpoint_failure"), summary: "Could not read process",
			detail: detail{answered + "502 Bad Gateway (X-Cf-RouterError: endpoint_failure)", "Registered endpoint failed", "Try again"},
		},
		"503":               {fault: fakecf.Status(503), summary: "Could not read process", detail: detail{"CF-ServiceUnavailable (10015)", "may be temporary"}},
		"504 in plain text": {fault: fakecf.Body(504, "text/plain", "upstream request timeout\n"), summary: "Could not read process", detail: detail{"504 Gateway Timeout", ": upstream request timeout"}},
		"500 without a body": {
			fault: fakecf.Empty(500), summary: "Could not read process", detail: detail{"500 Internal Server Error with an empty body"},
		},
		"HTML with 200": {
			fault: fakecf.HTML(200), summary: "Unusable response from the API",
			detail: detail{answered + "200 OK", "not JSON", "It begins with: <!DOCTYPE html>", "login page"},
		},
		"HTML with 502": {fault: fakecf.HTML(502), summary: "Could not read process", detail: detail{"<h1>502 Bad Gateway</h1>"}},
		"text with 200": {
			fault: fakecf.Body(200, "text/plain", "It works!"), summary: "Unusable response from the API", detail: detail{"It begins with: It works!"},
		},
		"no body":        {fault: fakecf.Empty(200), summary: "Unusable response from the API", detail: detail{"the body is empty"}},
		"204":            {fault: fakecf.Empty(204), summary: "Unusable response from the API", detail: detail{"204 No Content", "the body is empty"}},
		"truncated JSON": {fault: fakecf.RawJSON(200, `{"guid":"x","health_check":{"type":"ht`), summary: "Unusable response from the API", detail: detail{"cut off after 38 bytes"}},
		"a body that is too short": {
			fault: fakecf.CutOff(25), summary: "Incomplete answer from 127.0.0.1", detail: detail{"the answer was cut off", "the body ended too early", "max_retries"},
		},
		"a connection that is closed": {
			fault: fakecf.Close(), summary: "No answer from 127.0.0.1", detail: detail{"the server closed it before it answered"},
		},
		"a JSON array": {fault: fakecf.RawJSON(200, `[{"guid":"x"}]`), summary: "Unusable response from the API", detail: detail{"a JSON array, not an object"}},
		"null":         {fault: fakecf.RawJSON(200, `null`), summary: "Unusable response from the API", detail: detail{"the body is null"}},
		"a wrong type": {
			fault: fakecf.Edit(func(p map[string]any) {
				p["health_check"] = map[string]any{"data": map[string]any{"timeout": "a minute"}}
			}),
			summary: "Unusable response from the API",
			detail:  detail{"the field health_check.data.timeout is a JSON string where the API promises a whole number", "please report"},
		},
		"another process": {
			fault:   fakecf.Edit(func(p map[string]any) { p["guid"] = fakecf.GUIDWorker }),
			summary: "Unusable response from the API", detail: detail{"another process"},
		},
		"3 MB of garbage": {fault: fakecf.Garbage(3 << 20), summary: "Unusable response from the API", detail: detail{"not valid UTF-8"}},
		"3 MB of garbage with 500": {
			fault:   fakecf.Body(500, "text/plain", strings.Repeat("\x80garbage\x00", 1<<20/3)),
			summary: "Could not read process", detail: detail{"500 Internal Server Error", "garbage", "…"},
		},
		"no answer in time": {
			fault: fakecf.Hang(0), block: atOnce, summary: "No answer from 127.0.0.1", detail: detail{"no answer in time", "request_timeout"},
		},
		"a body that comes too slowly": {
			fault: fakecf.Slow(time.Minute), block: atOnce, summary: "No answer from 127.0.0.1", detail: detail{"no answer in time", "request_timeout"},
		},
		"a redirect to elsewhere": {
			fault: fakecf.Redirect(302, "https://login.example.com/?code=x"), summary: "Unexpected redirect from 127.0.0.1",
			detail: detail{"redirects to https://login.example.com/, which is another server", "the credential was not sent there", "api_url"},
		},
		"a refused connection": {address: nobody, summary: "No connection to 127.0.0.1", detail: detail{"nobody accepts connections there", "api_url"}},
		"an unknown host": {
			// Longer than a name can be, so that no name server is asked.
			address: func(*testing.T) string { return "https://api." + strings.Repeat("x", 64) + ".example.org" },
			summary: "Unknown host api.x", detail: detail{"the host is not known", "no such host", "cf api"},
		},
		"an untrusted certificate": {
			address: func(t *testing.T) string { return fakecf.New(t, fakecf.WithTLS()).URL() },
			summary: "Untrusted certificate of 127.0.0.1", detail: detail{"certificate is not trusted", "ca_certificate"},
		},
		"a certificate for another host": {
			address: elsewhere,
			summary: "Untrusted certificate of 127.0.0.1", detail: detail{"certificate is not trusted", "ca_certificate"},
		},
		"an http server behind https": {
			address: func(t *testing.T) string {
				return "https" + strings.TrimPrefix(fakecf.New(t).URL(), "http")
			},
			summary: "No TLS at 127.0.0.1", detail: detail{"the server does not speak TLS", "http://"},
		},
		"an https server behind http, at the login": {
			address: func(t *testing.T) string {
				return "http" + strings.TrimPrefix(fakecf.New(t, fakecf.WithTLS()).URL(), "https")
			},
			summary: "Login failed", detail: detail{"400 Bad Request", "api_url begins with http://, but this server speaks https. Write https:// in api_url."},
		},
		"an https server behind http": {
			address: func(t *testing.T) string {
				return "http" + strings.TrimPrefix(fakecf.New(t, fakecf.WithTLS()).URL(), "https")
			},
			block:   arguments{"access_token": refusedToken, "user": nil, "password": nil},
			summary: "Could not read process", detail: detail{"answered 400 Bad Request", "HTTP request to an HTTPS server", "https://"},
		},
		"a server that is no foundation": {
			address: func(t *testing.T) string {
				server := httptest.NewServer(http.NotFoundHandler())
				t.Cleanup(server.Close)
				return server.URL
			},
			summary: "Login failed", detail: detail{"404", "api_url"},
		},
		"a wrong password": {
			block:   arguments{"password": refusedToken},
			summary: "Login failed", detail: detail{"401 Unauthorized", "Bad credentials", "user and password from the provider block"},
		},
		"a login server in trouble": {
			fault: fakecf.HTML(503), path: "/oauth/token", summary: "Login failed", detail: detail{"503 Service Unavailable", "<h1>503"},
		},
		"a login server that sends garbage": {
			fault: fakecf.Garbage(3 << 20), path: "/oauth/token", summary: "Login failed", detail: detail{"/oauth/token"},
		},
	}
}

// nobody returns an address that refuses connections.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + address
}

// elsewhere starts a server whose certificate is for other hosts.
func elsewhere(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// Every failure ends soon, in one diagnostic that reports the cause and what to
// do, without a secret. With -v the test prints all diagnostics.
func TestEveryFailureIsOneDiagnostic(t *testing.T) {
	t.Parallel()
	for name, test := range dataSourceFailures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var address string
			if test.address != nil {
				address = test.address(t)
			} else {
				f := fakecf.New(t)
				path := test.path
				if path == "" {
					path = "/v3/processes"
				}
				f.AddFault(fakecf.Fault{Path: path, Do: test.fault})
				address = f.URL()
			}
			block := arguments{"api_url": address, "user": fakecf.User, "password": fakecf.Password, "max_retries": 0}
			maps.Copy(block, test.block)
			server := plugin.NewServer("test")()
			r := connect(t, server, providerBlock(t, server, block))
			guid := test.guid
			if guid == "" {
				guid = fakecf.GUIDWeb
			}
			began := time.Now()
			resp := r.response("cf_process", arguments{"guid": guid})
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("got the response after %s, want it within 20 s", took)
			}
			if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
				t.Fatalf("got %d diagnostics, want one error:\n%s", len(resp.Diagnostics), diagnosticText(resp.Diagnostics))
			}
			d := resp.Diagnostics[0]
			t.Logf("Error: %s\n\n%s\n", d.Summary, d.Detail)
			if !strings.HasPrefix(d.Summary, test.summary) {
				t.Errorf("got the summary %q, want it to begin with %q", d.Summary, test.summary)
			}
			for _, want := range append(test.detail, "ould not read process "+guid) {
				if !strings.Contains(d.Summary+": "+d.Detail, want) {
					t.Errorf("got the detail:\n%s\nwant %q in it", d.Detail, want)
				}
			}
			attribute := ""
			if d.Attribute != nil && len(d.Attribute.Steps()) > 0 {
				attribute = strings.Trim(strings.TrimPrefix(d.Attribute.String(), "AttributeName"), `()"`)
			}
			if attribute != test.attribute {
				t.Errorf("got the error on attribute %q, want it on %q", attribute, test.attribute)
			}
			for _, secret := range []string{refusedToken, fakecf.Password, "bearer ", "code=x"} {
				if strings.Contains(d.Summary+d.Detail, secret) {
					t.Errorf("got %q in the diagnostic, want no secret", secret)
				}
			}
			if n := len(d.Detail); n > 2500 {
				t.Errorf("got a detail of %d bytes, want at most 2500", n)
			}
		})
	}
}

// An invalid address is reported before any request.
func TestBadAddressesAreRefusedBeforeARequest(t *testing.T) {
	t.Parallel()
	f := fakecf.New(t)
	r := newWholeReader(t, f, fakecf.SpaceDeveloper)
	for _, bad := range []string{"", "..", ".", "a/b", "../apps", "a?b", "a#b", "a%2Fb", " a", "a\n", "a\x00b", "\x7f"} {
		for attribute, a := range map[string]arguments{
			"guid": {"guid": bad}, "app_guid": {"app_guid": bad, "type": "web"}, "type": {"app_guid": "a", "type": bad},
		} {
			t.Run(fmt.Sprintf("%s %q", attribute, bad), func(t *testing.T) {
				got := r.validate("cf_process", a)
				want := `error at ("` + attribute + `"): Invalid ` + attribute + ": " + attribute + " must "
				if !strings.HasPrefix(got, want) || strings.Count(got, "error") != 1 {
					t.Errorf("got %q, want one error that begins with %q", got, want)
				}
			})
		}
	}
	for want, a := range map[string]arguments{
		`error at ("guid"): Invalid process address: No process is`:     nil,
		`error at ("app_guid"): Invalid process address: guid and app_`: {"guid": "a", "app_guid": "b"},
		`error at ("type"): Invalid process address: type goes with`:    {"guid": "a", "type": "web"},
	} {
		t.Run(fmt.Sprint(a), func(t *testing.T) {
			if got := r.validate("cf_process", a); !strings.HasPrefix(got, want) || strings.Count(got, "error") != 1 {
				t.Errorf("got %q, want one error that begins with %q", got, want)
			}
		})
	}
	if n := len(f.Requests()); n > 0 {
		t.Errorf("got %d requests, want none", n)
	}
}
