package cc

import (
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// openRoutes are the endpoints that have no rate limit and need no token.
func (s *Server) openRoutes() []rest.Route[endpoint] {
	return []rest.Route[endpoint]{
		{Method: http.MethodGet, Pattern: "", Serve: endpoint{handler: s.root}},
		{Method: http.MethodGet, Pattern: "v3", Serve: endpoint{handler: s.rootV3}},
	}
}

// tokenRoutes are all others.
func (s *Server) tokenRoutes() []rest.Route[endpoint] {
	var routes []rest.Route[endpoint]
	add := func(method, pattern string, serve handler) {
		routes = append(routes, rest.Route[endpoint]{
			Method: method, Pattern: "v3/" + pattern, Serve: endpoint{handler: serve, writes: method != http.MethodGet},
		})
	}
	// process adds an endpoint of a process for both forms of address.
	process := func(method, rest string, serve handler) {
		add(method, "processes/*"+rest, serve)
		add(method, "apps/*/processes/*"+rest, serve)
	}
	add(http.MethodGet, "info", s.info)
	routes[0].Serve.public = true
	add(http.MethodGet, "processes", s.listProcesses)
	add(http.MethodGet, "apps/*/processes", s.listProcesses)
	process(http.MethodGet, "", s.getProcess)
	process(http.MethodPatch, "", s.patchProcess)
	process(http.MethodGet, "/stats", s.getStats)
	process(http.MethodPost, "/actions/scale", s.scaleProcess)
	process(http.MethodDelete, "/instances/*", s.terminateInstance)
	if !s.WithoutEndpoints["process_instances"] {
		add(http.MethodGet, "processes/*/process_instances", s.getInstances)
	}
	if !s.WithoutEndpoints["sidecars"] {
		add(http.MethodGet, "processes/*/sidecars", s.listProcessSidecars)
		add(http.MethodGet, "apps/*/sidecars", s.listAppSidecars)
	}
	add(http.MethodGet, "apps", s.listApps)
	add(http.MethodGet, "apps/*", s.getApp)
	for _, action := range []string{"start", "stop", "restart"} {
		add(http.MethodPost, "apps/*/actions/"+action, s.appAction(action))
	}
	if !s.WithoutEndpoints["deployments"] {
		add(http.MethodPost, "deployments", s.createDeployment)
		add(http.MethodGet, "deployments", s.listDeployments)
		add(http.MethodGet, "deployments/*", s.getDeployment)
		routes[len(routes)-1].Serve.writes = true // a poll may advance the deployment
		add(http.MethodPost, "deployments/*/actions/cancel", s.cancelDeployment)
	}
	add(http.MethodGet, "spaces", s.listSpaces)
	add(http.MethodGet, "spaces/*", s.getSpace)
	add(http.MethodGet, "organizations", s.listOrganizations)
	add(http.MethodGet, "organizations/*", s.getOrganization)
	return routes
}
