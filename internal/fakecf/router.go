package fakecf

import (
	"net/http"
	"net/url"
)

type handler func(*call) *answer

// handleAPI answers a request and tells about the rate limit, whatever the
// answer is.
func (f *Foundation) handleAPI(c *call) *answer {
	handle, refused := f.admit(c)
	if f.korifi() {
		return answerKorifi(c, handle, refused)
	}
	// Only what reaches its endpoint with a token counts: Cloud Controller
	// counts requests without one apart, for the address that they come from.
	if refused != nil {
		return refused.with(f.rate.peek(f.now()))
	}
	if c.who == nil {
		return handle(c).with(f.rate.peek(f.now()))
	}
	header, over := f.rate.take(f.now())
	if over {
		return tooManyRequests().with(header)
	}
	return handle(c).with(header)
}

// answerKorifi has no rate limit and warns those who have no role.
func answerKorifi(c *call, handle handler, refused *answer) *answer {
	if refused != nil {
		return refused
	}
	a := handle(c)
	if c.who != nil && c.who.role == NoRole {
		a.header.Set("X-Cf-Warnings", "Warning: subject 'User/"+c.who.name+
			"' has no CF roles assigned. This is not supported and may cause unexpected behaviour.") //nolint:misspell // Korifi's own words
	}
	return a
}

// admit finds the endpoint, then asks who calls: an unknown path is a 404 for
// everybody. Who calls stays open at the endpoints that need no token.
func (f *Foundation) admit(c *call) (handle handler, refused *answer) {
	segments, err := splitPath(c.r.URL.EscapedPath())
	if err != nil {
		return nil, unknownRequest()
	}
	c.segments = segments
	if f.korifi() {
		if old := korifiRefusesAgent(c.r.UserAgent()); old != nil {
			return nil, old
		}
	}
	if open := f.openRoute(c.r.Method, segments); open != nil {
		return open, nil
	}
	handle = f.route(c)
	if handle == nil {
		return nil, unknownRequest()
	}
	who, refused := f.authenticate(c.r)
	if refused != nil {
		return nil, refused
	}
	c.who = who
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, badQuery("malformed query string")
	}
	c.query = query
	return handle, nil
}

// openRoute finds the endpoints that need no token.
func (f *Foundation) openRoute(method string, segments []string) handler {
	switch {
	case method != http.MethodGet:
		return nil
	case len(segments) == 0:
		return f.root
	case len(segments) == 1 && segments[0] == "v3":
		return f.rootV3
	case len(segments) == 2 && segments[0] == "v3" && segments[1] == "info":
		return f.info
	}
	return nil
}

func (f *Foundation) route(c *call) handler {
	s := c.segments
	if len(s) < 2 || s[0] != "v3" {
		return nil
	}
	get := c.r.Method == http.MethodGet
	switch s[1] {
	case "processes":
		if len(s) == 2 && get {
			return f.listProcesses
		}
		if len(s) >= 3 {
			return f.processRoute(c.r.Method, s[3:], false)
		}
	case "apps":
		switch {
		case len(s) == 2 && get:
			return f.listApps
		case len(s) == 3 && get:
			return f.getApp
		case len(s) == 4 && get && s[3] == "processes":
			return f.listProcesses
		case len(s) == 4 && get && s[3] == "sidecars" && !f.korifi() && !f.opts.withoutEnd["sidecars"]:
			return f.listAppSidecars
		case len(s) >= 5 && s[3] == "processes":
			return f.processRoute(c.r.Method, s[5:], true)
		}
	case "spaces":
		if len(s) == 2 && get {
			return f.listSpaces
		}
		if len(s) == 3 && get {
			return f.getSpace
		}
	case "organizations":
		if len(s) == 2 && get {
			return f.listOrganizations
		}
		if len(s) == 3 && get {
			return f.getOrganization
		}
	}
	return nil
}

// processRoute finds what to do with one process, by what follows its address.
func (f *Foundation) processRoute(method string, rest []string, byApp bool) handler {
	switch {
	case method == http.MethodGet && len(rest) == 0:
		return f.getProcess
	case method == http.MethodPatch && len(rest) == 0:
		if byApp && f.korifi() {
			return nil
		}
		return f.patchProcess
	case method == http.MethodGet && len(rest) == 1 && rest[0] == "stats":
		return f.getStats
	case method == http.MethodPost && len(rest) == 2 && rest[0] == "actions" && rest[1] == "scale":
		return f.scaleProcess
	case method == http.MethodDelete && len(rest) == 2 && rest[0] == "instances":
		return f.terminateInstance
	case method == http.MethodGet && len(rest) == 1 && rest[0] == "process_instances":
		if byApp || f.korifi() || f.opts.withoutEnd["process_instances"] {
			return nil
		}
		return f.getInstances
	case method == http.MethodGet && len(rest) == 1 && rest[0] == "sidecars":
		if byApp || f.opts.withoutEnd["sidecars"] {
			return nil
		}
		return f.listProcessSidecars
	}
	return nil
}

func href(url string) map[string]any { return map[string]any{"href": url} }

func (f *Foundation) root(*call) *answer {
	versioned := func(url, version string) map[string]any {
		return map[string]any{"href": url, "meta": map[string]string{"version": version}}
	}
	if f.korifi() {
		links := map[string]any{
			"self": versioned(f.apiURL, ""), "cloud_controller_v3": versioned(f.apiURL+"/v3", "3.117.0+cf-k8s"),
			"login": versioned(f.apiURL, ""), "log_cache": versioned(f.apiURL, ""), "uaa": nil,
		}
		for _, name := range []string{"app_ssh", "bits_service", "cloud_controller_v2", "credhub", "log_stream", "logging",
			"network_policy_v0", "network_policy_v1", "routing"} {
			links[name] = nil
		}
		if f.uaaURL != "" {
			links["uaa"] = versioned(f.uaaURL, "")
		}
		return jsonAnswer(http.StatusOK, map[string]any{"links": links, "cf_on_k8s": true})
	}
	return jsonAnswer(http.StatusOK, map[string]any{"links": map[string]any{
		"self":                href(f.apiURL),
		"bits_service":        nil,
		"cloud_controller_v2": nil,
		"cloud_controller_v3": versioned(f.apiURL+"/v3", "3.195.0"),
		"network_policy_v0":   href(f.apiURL + "/networking/v0/external"),
		"network_policy_v1":   href(f.apiURL + "/networking/v1/external"),
		"login":               href(f.uaaURL),
		"uaa":                 href(f.uaaURL),
		"credhub":             nil,
		"routing":             href(f.apiURL + "/routing"),
		"app_ssh": map[string]any{"href": "ssh.example.org:2222", "meta": map[string]string{
			"host_key_fingerprint": "fake-fingerprint", "oauth_client": "ssh-proxy"}},
	}})
}

func (f *Foundation) rootV3(*call) *answer {
	links := map[string]any{"self": href(f.apiURL + "/v3")}
	if !f.korifi() {
		for _, name := range []string{"apps", "organizations", "processes", "spaces"} {
			links[name] = href(f.apiURL + "/v3/" + name)
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"links": links})
}

func (f *Foundation) info(*call) *answer {
	name, description := "fake-foundation", "Cloud Foundry in memory"
	if f.korifi() {
		name, description = "korifi", "Korifi Cloud Foundry Environment"
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"build": "", "name": name, "description": description, "version": 0, "custom": map[string]any{},
		"cli_version": map[string]string{"minimum": "", "recommended": ""},
		"links":       map[string]any{"self": href(f.apiURL + "/v3/info"), "support": href("")},
	})
}
