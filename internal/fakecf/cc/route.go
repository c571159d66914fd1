package cc

import (
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
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
	// process adds an endpoint of a process in both of its addresses.
	process := func(method, rest string, serve handler) {
		add(method, "processes/*"+rest, serve)
		add(method, "apps/*/processes/*"+rest, serve)
	}
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
	add(http.MethodGet, "spaces", s.listSpaces)
	add(http.MethodGet, "spaces/*", s.getSpace)
	add(http.MethodGet, "organizations", s.listOrganizations)
	add(http.MethodGet, "organizations/*", s.getOrganization)
	return routes
}
