package instances

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// A login server that is away for a while does not end a wait: the login returns
// its failure again and again, without another request. A credential that is
// refused ends it.
func TestWaitWhileTheLoginServerIsAway(t *testing.T) {
	away := &uaa.Error{Op: "renew the token", Err: &transport.Error{
		Method: "POST", URL: "https://uaa.example.org/oauth/token", Kind: transport.KindConnection, Err: io.EOF,
	}}
	busy := &uaa.Error{Op: "renew the token", URL: "https://uaa.example.org/oauth/token", Status: 503}
	revoked := &capi.Error{Method: "GET", Path: "/x", Status: 401, Renewal: away}
	for name, err := range map[string]error{
		"no response":                          away,
		"503":                                  busy,
		"while a refused token is renewed":     revoked,
		"503 while a refused token is renewed": &capi.Error{Method: "GET", Path: "/x", Status: 401, Renewal: busy},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: append(slices.Repeat([]answer{{err: err}}, 20), states("RUNNING")...)}
			_, lines, failed := waitFor(t, s, 1)
			if failed != nil || s.calls != 21 {
				t.Fatalf("got %v after %d readings, want the wait to go on", failed, s.calls)
			}
			if last := lines[len(lines)-1]; !strings.Contains(last, "RUNNING") {
				t.Errorf("got the last line %q, want RUNNING", last)
			}
		})
	}
	refused := &uaa.Error{Op: "log in", Status: 401, Code: "unauthorized", Description: "Bad credentials"}
	for name, err := range map[string]error{
		"refused":                           refused,
		"tokens refused":                    &uaa.Error{Op: "get a token that the API accepts", TokensRefused: true},
		"refused while a token is renewed":  &capi.Error{Method: "GET", Path: "/x", Status: 401, Renewal: refused},
		"a token that cannot be renewed":    &capi.Error{Method: "GET", Path: "/x", Status: 401, Renewal: errors.New("a token alone")},
		"a certificate of the login server": &uaa.Error{Op: "log in", Err: &transport.Error{Kind: transport.KindCertificate, Err: io.EOF}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{answers: append([]answer{{err: err}}, states("RUNNING")...)}
			if _, _, failed := waitFor(t, s, 1); failed == nil || s.calls != 1 {
				t.Errorf("got %v after %d readings, want an error after the first", failed, s.calls)
			}
		})
	}
}
