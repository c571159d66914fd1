package main

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// roleSide is a foundation whose token has these claims.
func roleSide(t *testing.T, f *fakecf.Foundation, claims string) *side {
	t.Helper()
	api, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	value := "bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".sig"
	return &side{name: "the foundation", api: api, client: client, login: token(value), secrets: new(redact.Set)}
}

func TestFindRole(t *testing.T) {
	f := fakecf.New(t)
	roles := map[string]any{"resources": []any{map[string]any{"type": "space_auditor"}, map[string]any{"type": "space_supporter"}}}
	f.AddFault(fakecf.Fault{Path: "/v3/roles", When: func(r *http.Request) bool {
		return r.URL.RawQuery == "per_page=100&user_guids=u1&space_guids="+fakecf.SpaceGUIDTools
	}, Do: fakecf.JSON(http.StatusOK, roles)})
	for _, row := range []struct {
		name, claims, wanted string
		want                 fakecf.Role
	}{
		{"the setting", `{"scope":["cloud_controller.admin"]}`, "space-manager", fakecf.SpaceManager},
		{"an admin", `{"scope":["openid","cloud_controller.admin"]}`, "", fakecf.Admin},
		{"a global auditor", `{"scope":["cloud_controller.global_auditor"]}`, "", fakecf.GlobalAuditor},
		{"the best role in the space", `{"scope":["cloud_controller.read"],"user_id":"u1"}`, "", fakecf.SpaceSupporter},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := findRole(t.Context(), roleSide(t, f, row.claims), &comparedApp{SpaceGUID: fakecf.SpaceGUIDTools}, row.wanted)
			if err != nil || got != row.want {
				t.Errorf("findRole: got %s and the error %.500v, want %s", got, err, row.want)
			}
		})
	}
}

// The program logs in like the provider, here as a client whose token has its role.
func TestLogsIn(t *testing.T) {
	f := fakecf.New(t)
	acctest.Isolate(t)
	t.Setenv("CF_API_URL", f.URL())
	t.Setenv("CF_CLIENT_ID", fakecf.ClientID)
	t.Setenv("CF_CLIENT_SECRET", fakecf.ClientSecret)
	if found, out := compared(t, settings{appGUID: fakecf.AppGUID, only: "/stats"}); found != 0 {
		t.Errorf("run: got %d differences, want none:\n%.2000s", found, out)
	}
	if logins := f.Count(http.MethodPost, "/oauth/token"); logins != 1 {
		t.Errorf("run: got %d logins, want 1", logins)
	}
}

// The program has the provider's settings of the connection, and its warnings.
func TestWarnsAboutTLS(t *testing.T) {
	f := newFoundation(t, fakecf.Admin, fakecf.WithTLS())
	t.Setenv("CF_SKIP_SSL_VALIDATION", "true")
	found, out := compared(t, settings{appGUID: fakecf.AppGUID, only: "/stats"})
	const warning = "Warning: TLS certificates are not verified"
	if found != 0 || !strings.HasPrefix(out, warning) {
		t.Errorf("run at %s: got %d differences, want none, and %q at the beginning of the output:\n%.2000s", f.URL(), found, warning, out)
	}
}
