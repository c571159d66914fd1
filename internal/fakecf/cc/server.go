// Package cc serves a foundation like Cloud Controller, and like its Tanzu variant.
//
// It follows a running Cloud Controller 3.228.0. In some cases it is stricter on
// purpose, because a client that relies on them has a bug:
//   - A body that is empty or not an object is refused; the real one accepts an
//     empty one as {}.
//   - Unknown keys inside health_check and data are refused; the real one
//     ignores them.
//   - Numbers must be numbers and labels texts; the real one accepts "5" and true.
//   - A health_check or data of another type is a 422; the real one responds with 500.
//   - null for disk_in_mb is ignored; the real one stores it.
//   - Admins have a rate limit like all users.
package cc

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Config has the differences from the newest Cloud Controller.
type Config struct {
	Root string // URL of the API, without a slash at the end
	UAA  string // URL of the UAA

	Tanzu            bool // shows the registry_credential fields of every process
	MaxPerPage       int
	NoInstanceGUIDs  bool
	WithoutEndpoints map[string]bool
	WithoutFields    map[string]bool // of a process
}

// Server is a Cloud Controller.
type Server struct {
	Config
	store    *state.Store
	accounts *state.Accounts
	limiter  *rest.RateLimiter
	open     []rest.Route[endpoint]
	routes   []rest.Route[endpoint]
}

// handler responds to a request while it holds the tables.
type handler func(*rest.Call, *state.DB) *rest.Answer

// endpoint is a handler and what it needs.
type endpoint struct {
	handler
	writes bool // to the tables
	public bool // without a token
}

// New makes a Cloud Controller on top of a store.
func New(config Config, store *state.Store, accounts *state.Accounts, limiter *rest.RateLimiter) *Server {
	s := &Server{Config: config, store: store, accounts: accounts, limiter: limiter}
	s.open, s.routes = s.openRoutes(), s.tokenRoutes()
	return s
}

// RequestIDHeader names the header with the id that operators search logs for.
func (s *Server) RequestIDHeader() string { return "X-VCAP-Request-ID" }

// RequestID appends the id of the server to the one of the client.
func (s *Server) RequestID(given, own string) string {
	if given == "" {
		return own
	}
	return given + "::" + own
}

// Handle responds to a request after it has checked the caller, the rate limit, the
// path and the scope of the token. The root documents have no limit.
func (s *Server) Handle(c *rest.Call) *rest.Answer {
	segments, err := splitPath(c.URL.EscapedPath())
	if err == nil {
		c.Segments = segments
		if open, found := rest.Find(s.open, method(c), segments); found {
			return s.run(c, open)
		}
	}
	who, refused := s.authenticate(c)
	header, over := s.limiter.Take(s.store.Now(), who != nil)
	if over != nil {
		return over
	}
	c.Who = who
	return s.serve(c, err != nil, refused).With(header)
}

// serve finds the endpoint before it checks the caller: an unknown path is a 404
// for every caller.
func (s *Server) serve(c *rest.Call, malformed bool, refused *rest.Answer) *rest.Answer {
	found, ok := rest.Find(s.routes, method(c), c.Segments)
	switch {
	case malformed || !ok:
		return unknownRequest(c)
	case found.public:
		return s.run(c, found)
	case refused != nil:
		return refused
	case !c.Who.MayRead() || found.writes && method(c) != http.MethodGet && !c.Who.MayWrite():
		return rest.NotAuthorized()
	}
	// A semicolon is not a separator, and Go would refuse it.
	query, err := url.ParseQuery(strings.ReplaceAll(c.URL.RawQuery, ";", "%3B"))
	if err != nil {
		return rest.BadQuery("malformed query string")
	}
	c.Query = query
	return s.run(c, found)
}

func (s *Server) run(c *rest.Call, e endpoint) (a *rest.Answer) {
	lock := s.store.Read
	if e.writes {
		lock = s.store.Write
	}
	lock(func(db *state.DB) { a = e.handler(c, db) })
	return a
}

// method is the method to find a route by: HEAD has the routes of GET.
func method(c *rest.Call) string {
	if c.Method == http.MethodHead {
		return http.MethodGet
	}
	return c.Method
}

// authenticate finds the caller. A credential other than a bearer token counts as
// none.
func (s *Server) authenticate(c *rest.Call) (*state.Identity, *rest.Answer) {
	values := c.Header.Values("Authorization")
	if len(values) == 0 {
		return nil, rest.NotAuthenticated()
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "bearer") {
		return nil, rest.NotAuthenticated()
	}
	if who := s.accounts.Bearer(token); who != nil && len(values) == 1 {
		return who, nil
	}
	return nil, rest.InvalidToken()
}

// splitPath splits a path like Rails: a dot that is not written as %2E begins a
// format. The last segment loses it, and other segments must not have one.
//
// Source: Cloud Controller 3.228.0.
func splitPath(escaped string) ([]string, error) {
	raw := strings.Split(strings.TrimSuffix(escaped, "/"), "/")
	last := len(raw) - 1
	if name, format, found := strings.Cut(raw[last], "."); found && name != "" && format != "" {
		raw[last] = name
		if strings.Contains(format, ".") {
			return nil, errFormat
		}
	}
	for _, segment := range raw {
		if strings.Contains(segment, ".") {
			return nil, errFormat
		}
	}
	return rest.SplitPath(strings.Join(raw, "/"))
}

var errFormat = errors.New("a dot in the path")

// unknownRequest has the form of API v2 for paths outside of /v3.
func unknownRequest(c *rest.Call) *rest.Answer {
	if strings.HasPrefix(c.URL.EscapedPath(), "/v3/") {
		return rest.UnknownRequest()
	}
	return rest.JSON(http.StatusNotFound, map[string]any{
		"description": "Unknown request", "error_code": "CF-NotFound", "code": 10000,
	})
}

func notFound(what string) *rest.Answer { return rest.NotFound(what + " not found") }
