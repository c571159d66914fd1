package cc

import (
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// version of the API in the root document.
const version = "3.228.0"

func (s *Server) root(*rest.Call, *state.DB) *rest.Answer {
	versioned := func(path, version string) map[string]any {
		return map[string]any{"href": s.Root + path, "meta": map[string]string{"version": version}}
	}
	link := func(href string) rest.Link { return rest.Link{Href: href} }
	return rest.JSON(http.StatusOK, map[string]any{"links": map[string]any{
		"self":                link(s.Root),
		"cloud_controller_v2": versioned("/v2", "2.293.0"),
		"cloud_controller_v3": versioned("/v3", version),
		"network_policy_v0":   link(s.Root + "/networking/v0/external"),
		"network_policy_v1":   link(s.Root + "/networking/v1/external"),
		"login":               link(s.UAA),
		"uaa":                 link(s.UAA),
		"credhub":             link("https://credhub.example.org:8844"),
		"routing":             link(s.Root + "/routing"),
		"logging":             link("wss://doppler.example.org:443"),
		"log_cache":           link("https://log-cache.example.org"),
		"log_stream":          link("https://log-stream.example.org"),
		"app_ssh": map[string]any{"href": "ssh.example.org:2222", "meta": map[string]string{
			"host_key_fingerprint": "fake-fingerprint", "oauth_client": "ssh-proxy"}},
	}})
}

func (s *Server) rootV3(*rest.Call, *state.DB) *rest.Answer {
	links := rest.Links{"self": {Href: s.Root + "/v3"}}
	for _, name := range []string{"apps", "deployments", "organizations", "processes", "spaces"} {
		links[name] = rest.Link{Href: s.Root + "/v3/" + name}
	}
	return rest.JSON(http.StatusOK, map[string]any{"links": links})
}

func (s *Server) info(*rest.Call, *state.DB) *rest.Answer {
	return rest.JSON(http.StatusOK, map[string]any{
		"build": "", "name": "fake-foundation", "description": "Cloud Foundry in memory", "version": 0, "osbapi_version": "2.15",
		"rate_limits": map[string]any{"enabled": false, "general_limit": 2000, "reset_interval_in_minutes": 60},
		"custom":      map[string]any{},
		"cli_version": map[string]string{"minimum": "", "recommended": ""},
		"links":       rest.Links{"self": {Href: s.Root + "/v3/info"}, "support": {Href: ""}},
	})
}
