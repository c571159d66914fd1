package uaa

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// maxRoot bounds the API's root document, which has some kilobytes.
const maxRoot = 1 << 20

const opDiscover = "find the UAA of this foundation"

// root is the part of the API's root document that a login needs.
type root struct {
	Links map[string]*struct {
		Href string `json:"href"`
	} `json:"links"`
	OnKubernetes bool `json:"cf_on_k8s"`
}

func (r *root) href(name string) string {
	if link := r.Links[name]; link != nil {
		return strings.TrimRight(link.Href, "/")
	}
	return ""
}

// tokenEndpoint returns the URL that issues tokens. A session of the cf CLI knows
// it; for other credentials the API's root document has it.
//
// The link uaa takes precedence over login: it is the server whose tokens the API
// accepts, and it supports every grant. A separate login server, which old
// foundations may have, need not forward all of them.
func (s *Session) tokenEndpoint(ctx context.Context) (string, error) {
	base := s.credential.UAAEndpoint
	if base == "" {
		base = s.credential.AuthorizationEndpoint
	}
	if s.credential.Kind != CLISession || base == "" {
		r, err := s.discover(ctx)
		if err != nil {
			return "", err
		}
		if base = r.href("uaa"); base == "" && !r.OnKubernetes {
			base = r.href("login")
		}
		// Korifi links to itself instead of a UAA (../capi/README.md#no-uaa).
		if base == "" || r.OnKubernetes && base == s.apiRoot() {
			return "", s.problem(opDiscover, s.apiRoot()+"/", "this foundation has no UAA (on Korifi, Kubernetes checks the credential), "+
				"so it accepts only access_token (or CF_ACCESS_TOKEN): a Kubernetes token, "+
				"or the whole value of the Authorization header, such as \"clientcert …\"")
		}
	}
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", s.problem(opDiscover, s.apiRoot()+"/", "the address of the UAA is not an http or https URL: "+s.quoted(base))
	}
	if s.api.Scheme == "https" && u.Scheme != "https" {
		return "", s.problem(opDiscover, s.apiRoot()+"/", "the API is reached over https but its UAA is at "+u.Scheme+"://"+u.Host+
			"; the credential is not sent without TLS")
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String() + "/oauth/token", nil
}

// apiRoot returns the API's address without the slash at its end.
func (s *Session) apiRoot() string { return strings.TrimRight(s.api.String(), "/") }

// discover reads the API's root document, without a token.
func (s *Session) discover(ctx context.Context) (*root, error) {
	address := s.apiRoot() + "/"
	target, err := url.Parse(address)
	if err != nil {
		return nil, s.problem(opDiscover, address, err.Error())
	}
	const notCF = "; api_url is probably not the root of a Cloud Foundry API (`cf api` shows it; it often begins with https://api.)"
	response, err := s.client.Do(ctx, transport.Request{
		Method: http.MethodGet, URL: target, Header: http.Header{"Accept": {"application/json"}},
		Repeatable: true, MaxBodyBytes: maxRoot, JSON: true,
	})
	if err != nil {
		var transportErr *transport.Error
		if errors.As(err, &transportErr) && transportErr.Kind == transport.KindTooLarge {
			return nil, s.problem(opDiscover, address, transportErr.Err.Error()+notCF)
		}
		return nil, s.wrapped(opDiscover, "", err) // the text of err has the address
	}
	if response.Status != http.StatusOK {
		e := s.problem(opDiscover, address, "")
		e.Status = response.Status
		e.fromRouter = response.Header.Get("X-Cf-RouterError") != ""
		switch body := string(response.Body); {
		case strings.Contains(body, "HTTPS server"), strings.Contains(body, "HTTPS port"): // Go, nginx
			e.Description = "api_url begins with http://, but this server speaks https. Write https:// in api_url"
		case e.final():
			e.Description = "the API does not respond like this" + notCF
		default:
			e.Description = s.quoted(body)
			e.RetryAt, _ = transport.RetryAt(response.Status, response.Header, time.Now())
			e.Advice = e.routerHint()
		}
		return nil, e
	}
	var r root
	if err := json.Unmarshal(response.Body, &r); err != nil {
		return nil, s.problem(opDiscover, address, "the response is not the API's JSON"+notCF)
	}
	if r.href("cloud_controller_v3") == "" && r.href("uaa") == "" && r.href("login") == "" {
		return nil, s.problem(opDiscover, address, "the response has no links to the API's services"+notCF)
	}
	return &r, nil
}
