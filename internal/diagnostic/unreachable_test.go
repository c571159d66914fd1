package diagnostic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// The summary names what is wrong, and where, also when the login failed.
func TestSummaryOfARequestWithoutAResponse(t *testing.T) {
	t.Parallel()
	for kind, want := range map[transport.Kind]string{
		transport.KindOther:       "No answer from api.example.org",
		transport.KindRefused:     "No connection to api.example.org",
		transport.KindUnknownHost: "Unknown host api.example.org",
		transport.KindTimeout:     "No answer from api.example.org",
		transport.KindCertificate: "Untrusted certificate of api.example.org",
		transport.KindPlainHTTP:   "No TLS at api.example.org",
		transport.KindTLS:         "Failed TLS handshake with api.example.org",
		transport.KindProxy:       "No way through the proxy to api.example.org",
		transport.KindRedirect:    "Unexpected redirect from api.example.org",
		transport.KindConnection:  "No answer from api.example.org",
		transport.KindTruncated:   "Incomplete answer from api.example.org",
		transport.KindTooLarge:    "Answer too large from api.example.org",
		transport.KindProtocol:    "Unexpected answer from api.example.org",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			err := &transport.Error{Method: "GET", URL: "https://api.example.org/v3/processes/1234", Kind: kind, Err: errors.New("the cause")}
			failure := Failure{Object: "Process", Action: "read process 1234"}
			for name, err := range map[string]error{"alone": err, "of a page": fmt.Errorf("page 1: %w", err), "of the login": &uaa.Error{Op: "log in", Err: err}} {
				t.Run(name, func(t *testing.T) {
					if got := failure.Diagnostic(err).Summary(); got != want {
						t.Errorf("got the summary %q, want %q", got, want)
					}
				})
			}
		})
	}
}

// Only a request for a change may have an effect that no answer shows.
func TestUnknownEffect(t *testing.T) {
	t.Parallel()
	lost := func(method string, arrived bool) error {
		return &transport.Error{Method: method, URL: "https://api.example.org/v3/processes/1234", Kind: transport.KindConnection, MayHaveArrived: arrived, Err: errors.New("the cause")}
	}
	canceled := &transport.Error{Method: "PATCH", Kind: transport.KindCanceled, MayHaveArrived: true, Err: context.Canceled}
	for name, test := range map[string]struct {
		err     error
		unknown bool
	}{
		"a lost change":           {lost("PATCH", true), true},
		"a canceled change":       {canceled, true},
		"a change that is unsent": {lost("POST", false), false},
		"a lost read":             {lost("GET", true), false},
		"a lost login":            {&uaa.Error{Op: "log in", Err: lost("POST", true)}, false},
		"a canceled login":        {&uaa.Error{Op: "log in", Err: canceled}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Failure{Action: "scale process 1234"}.Detail(test.err)
			if strings.Contains(got, "It is unknown whether the API has made the change.") != test.unknown {
				t.Errorf("got %q\nwant an unknown effect in it: %t", got, test.unknown)
			}
		})
	}
}

// What servers answer to a request without TLS, as Go and nginx word it.
func TestAdviceForAServerWithTLS(t *testing.T) {
	t.Parallel()
	for _, body := range []capi.Text{
		"Client sent an HTTP request to an HTTPS server.", "The plain HTTP request was sent to HTTPS port",
	} {
		t.Run(string(body), func(t *testing.T) {
			t.Parallel()
			got := Failure{Action: "read process 1234"}.Detail(&capi.Error{Method: "GET", Path: "/v3/processes/1234", Status: 400, Body: body})
			if want := "Write https:// in api_url."; !strings.Contains(got, want) {
				t.Errorf("got %s\nwant %q in it", got, want)
			}
		})
	}
}
