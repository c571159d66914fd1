package diagnostic

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// TestCredentialTexts has the advice for a credential that the API or the login
// server refuses: each must help with that kind.
func TestCredentialTexts(t *testing.T) {
	t.Parallel()
	refused := func(header, credential string, renewal error) *capi.Error {
		return &capi.Error{
			Method: "GET", Path: "/v3/x", Status: 401, RequestIDHeader: header, RequestID: "id-1", Credential: credential,
			Errors: []capi.ErrorObject{{Code: 1000, Title: "CF-InvalidAuthToken", Detail: "Invalid Auth Token"}}, Renewal: renewal,
		}
	}
	// The real texts, without a request: the credential cannot be renewed.
	notRenewable := func(c uaa.Credential) error {
		s := uaa.New(&url.URL{Scheme: "https", Host: "api.example.org"}, c, nil, nil)
		value, err := s.Authorization(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Renew(t.Context(), value)
		return err
	}
	token := notRenewable(uaa.Credential{Kind: uaa.AccessToken, AccessToken: "token"})
	clientcert := notRenewable(uaa.Credential{Kind: uaa.AccessToken, AccessToken: "clientcert Q0VSVA=="})
	endless := &uaa.Error{
		Op: "get a token that the API accepts", Description: "https://uaa.example.org/oauth/token issues tokens, but the API refuses them",
		Advice: "The token is for uaa, not for cloud_controller.", TokensRefused: true, Source: "user and password from the provider block",
	}
	for name, test := range map[string]struct {
		err     error
		summary string
		want    []string
		not     []string
	}{
		"access token": {
			refused("X-VCAP-Request-ID", "access_token from CF_ACCESS_TOKEN", token), "Credential refused",
			[]string{"access_token from CF_ACCESS_TOKEN", "access token alone cannot be renewed", "`cf oauth-token`", "refresh_token"},
			[]string{"Kubernetes"},
		},
		"a Kubernetes token on Korifi": {
			refused("X-Correlation-ID", "access_token from CF_ACCESS_TOKEN", token), "Credential refused",
			[]string{"access_token from CF_ACCESS_TOKEN", "Kubernetes", "`kubectl create token`"},
			[]string{"cf oauth-token", "refresh_token", "cf_client_id", "cf login", "password"},
		},
		"a client certificate on Korifi": {
			refused("X-Correlation-ID", "access_token from the provider block", clientcert), "Credential refused",
			[]string{"Kubernetes", "clientcert", "kubeconfig"},
			[]string{"cf oauth-token", "refresh_token", "cf_client_id", "cf login"},
		},
		"a whole value elsewhere": {
			refused("X-VCAP-Request-ID", "access_token from the provider block", clientcert), "Credential refused",
			[]string{"whole Authorization value, which the provider cannot renew", "Get a new value"},
			[]string{"cf oauth-token", "refresh_token"},
		},
		"fresh tokens, seen by the reader": {
			refused("X-VCAP-Request-ID", "user and password from the provider block", endless), "Credential refused",
			[]string{"CF-InvalidAuthToken", "Cannot get a token that the API accepts: https://uaa", "not for cloud_controller."},
			[]string{"cf oauth-token"},
		},
		"fresh tokens, on a Korifi with UAA": {
			refused("X-Correlation-ID", "user and password from the provider block", endless), "Credential refused",
			[]string{"Cannot get a token that the API accepts"}, []string{"kubectl"},
		},
		"fresh tokens, seen by a later reader": {
			endless, "Credential refused",
			[]string{"the API refuses the tokens of the provider's login", "not for cloud_controller.", "Credential: user and password"},
			[]string{"could not log in"},
		},
		"wrong password": {
			&uaa.Error{Op: "log in", URL: "https://uaa.example.org/oauth/token", Status: 401, Code: "unauthorized",
				Description: "Bad credentials", Advice: "UAA rejected this user and password.", Source: "user and password from the provider block"},
			"Login failed", []string{"Bad credentials", "UAA rejected this user and password.", AuthenticationGuide}, nil,
		},
		"a lost passcode": {
			&uaa.Error{Op: "log in", Advice: "The passcode may have been used.", Err: &transport.Error{
				Method: "POST", URL: "https://uaa.example.org/oauth/token", Kind: transport.KindConnection, Err: errors.New("EOF"),
			}},
			"No answer from uaa.example.org", []string{"try again", "The passcode may have been used."}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := Failure{Action: "read process 1234"}.Diagnostic(test.err)
			if d.Summary() != test.summary {
				t.Errorf("got the summary %q, want %q", d.Summary(), test.summary)
			}
			for _, want := range test.want {
				if !strings.Contains(d.Detail(), want) {
					t.Errorf("got %s\nwant %q in it", d.Detail(), want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(d.Detail(), not) {
					t.Errorf("got %s\nwant no %q in it", d.Detail(), not)
				}
			}
		})
	}
}
