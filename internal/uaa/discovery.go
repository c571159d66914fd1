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

// root is the API's root document, as far as a login needs it.
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

// tokenEndpoint is where tokens come from. A session of the cf CLI knows it,
// everybody else asks the API.
//
// The uaa link goes before login: it is the server that the API itself takes
// tokens from, it knows every grant, and a login server of its own (which old
// foundations may have) need not pass all of them on.
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
		// Korifi names itself where others name their UAA.
		if base == "" || r.OnKubernetes && base == s.apiRoot() {
			return "", s.failure(opDiscover, s.apiRoot()+"/", "this foundation has no UAA (on Korifi, Kubernetes checks the credential), "+
				"so the only credential it takes is access_token (or CF_ACCESS_TOKEN): a Kubernetes token, "+
				"or the whole value of the Authorization header, such as \"clientcert …\"")
		}
	}
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", s.failure(opDiscover, s.apiRoot()+"/", "the address of the UAA is no http or https URL: "+s.quoted(base))
	}
	if s.api.Scheme == "https" && u.Scheme != "https" {
		return "", s.failure(opDiscover, s.apiRoot()+"/", "the API is reached over https but its UAA is at "+u.Scheme+"://"+u.Host+
			"; the credential is not sent without TLS")
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String() + "/oauth/token", nil
}

// apiRoot is the API's address without the slash at its end.
func (s *Session) apiRoot() string { return strings.TrimRight(s.api.String(), "/") }

// discover reads the API's root document, without a token.
func (s *Session) discover(ctx context.Context) (*root, error) {
	address := s.apiRoot() + "/"
	target, err := url.Parse(address)
	if err != nil {
		return nil, s.failure(opDiscover, address, err.Error())
	}
	const notCF = "; api_url is probably not the root of a Cloud Foundry API (cf api shows it, it often begins with https://api.)"
	response, err := s.client.Do(ctx, transport.Request{
		Method: http.MethodGet, URL: target, Header: http.Header{"Accept": {"application/json"}},
		Repeatable: true, MaxBodyBytes: maxRoot,
	})
	if err != nil {
		var noAnswer *transport.Error
		if errors.As(err, &noAnswer) && noAnswer.Kind == transport.KindTooLarge {
			return nil, s.failure(opDiscover, address, noAnswer.Err.Error()+notCF)
		}
		return nil, s.wrapped(opDiscover, "", err) // the text of err has the address
	}
	if response.Status != http.StatusOK {
		e := s.failure(opDiscover, address, "")
		e.Status = response.Status
		e.elsewhere = response.Header.Get("X-Cf-RouterError") != ""
		if e.final() {
			e.Description = "that is not what the API answers here" + notCF
		} else {
			e.Description = s.quoted(string(response.Body))
			e.RetryAt, _ = transport.RetryAt(response.Header, time.Now())
		}
		return nil, e
	}
	var r root
	if err := json.Unmarshal(response.Body, &r); err != nil {
		return nil, s.failure(opDiscover, address, "the answer is no JSON of the API"+notCF)
	}
	if r.href("cloud_controller_v3") == "" && r.href("uaa") == "" && r.href("login") == "" {
		return nil, s.failure(opDiscover, address, "the answer names none of the API's services"+notCF)
	}
	return &r, nil
}
