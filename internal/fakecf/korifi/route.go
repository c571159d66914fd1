package korifi

import (
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

func (s *Server) openRoutes() []rest.Route[handler] {
	return []rest.Route[handler]{
		{Method: http.MethodGet, Pattern: "", Serve: s.root},
		{Method: http.MethodGet, Pattern: "v3", Serve: s.rootV3},
		{Method: http.MethodGet, Pattern: "v3/info", Serve: s.info},
	}
}

func (s *Server) tokenRoutes() []rest.Route[handler] {
	var routes []rest.Route[handler]
	add := func(method, pattern string, serve handler) {
		routes = append(routes, rest.Route[handler]{Method: method, Pattern: "v3/" + pattern, Serve: serve})
	}
	// process adds an endpoint of a process for both forms of address.
	process := func(method, rest string, serve handler) {
		add(method, "processes/*"+rest, serve)
		add(method, "apps/*/processes/*"+rest, serve)
	}
	routes = append(routes, rest.Route[handler]{Method: http.MethodGet, Pattern: "whoami", Serve: whoAmI})
	add(http.MethodGet, "processes", s.listProcesses)
	add(http.MethodGet, "apps/*/processes", s.listAppProcesses)
	process(http.MethodGet, "", s.getProcess)
	add(http.MethodPatch, "processes/*", s.patchProcess) // not by app and type
	process(http.MethodGet, "/stats", s.getStats)
	process(http.MethodPost, "/actions/scale", s.scaleProcess)
	process(http.MethodDelete, "/instances/*", s.terminateInstance)
	if !s.WithoutEndpoints["sidecars"] {
		add(http.MethodGet, "processes/*/sidecars", s.listSidecars)
	}
	add(http.MethodGet, "apps", s.listApps)
	add(http.MethodGet, "apps/*", s.getApp)
	for _, action := range []string{"start", "stop", "restart"} {
		add(http.MethodPost, "apps/*/actions/"+action, s.appAction(action))
	}
	add(http.MethodPost, "deployments", s.createDeployment) // Korifi has no cancel
	add(http.MethodGet, "deployments", s.listDeployments)
	add(http.MethodGet, "deployments/*", s.getDeployment)
	add(http.MethodGet, "spaces", s.listSpaces)
	add(http.MethodGet, "spaces/*", s.getSpace)
	add(http.MethodGet, "organizations", s.listOrganizations)
	add(http.MethodGet, "organizations/*", s.getOrganization)
	return routes
}

func whoAmI(c *rest.Call, _ *state.DB) *rest.Answer {
	return rest.JSON(http.StatusOK, map[string]string{"name": c.Who.Name, "kind": "User"})
}

func (s *Server) root(*rest.Call, *state.DB) *rest.Answer {
	versioned := func(url, version string) map[string]any {
		return map[string]any{"href": url, "meta": map[string]string{"version": version}}
	}
	links := map[string]any{
		"self": versioned(s.Root, ""), "cloud_controller_v3": versioned(s.Root+"/v3", "3.117.0+cf-k8s"),
		"login": versioned(s.Root, ""), "log_cache": versioned(s.Root, ""), "uaa": nil,
	}
	for _, name := range []string{"app_ssh", "bits_service", "cloud_controller_v2", "credhub", "log_stream", "logging",
		"network_policy_v0", "network_policy_v1", "routing"} {
		links[name] = nil
	}
	if s.UAA != "" {
		links["uaa"] = versioned(s.UAA, "")
	}
	return rest.JSON(http.StatusOK, map[string]any{"links": links, "cf_on_k8s": true})
}

func (s *Server) rootV3(*rest.Call, *state.DB) *rest.Answer {
	return rest.JSON(http.StatusOK, map[string]any{"links": rest.Links{"self": {Href: s.Root + "/v3"}}})
}

func (s *Server) info(*rest.Call, *state.DB) *rest.Answer {
	return rest.JSON(http.StatusOK, map[string]any{
		"build": "v0.0.0-fake", "name": "korifi", "description": "Korifi Cloud Foundry Environment", "version": "v0.0.0-fake",
		"custom":      map[string]any{},
		"cli_version": map[string]string{"minimum": "", "recommended": ""},
		"links":       rest.Links{"self": {Href: s.Root + "/v3/info"}, "support": {Href: ""}},
	})
}
