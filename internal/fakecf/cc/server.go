// Package cc presents a foundation as Cloud Controller does, and as its Tanzu
// relative does.
package cc

import (
	"net/url"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Config is how a server differs from the newest Cloud Controller.
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

// handler answers a request while it holds the tables.
type handler func(*rest.Call, *state.DB) *rest.Answer

// endpoint is what serves a route.
type endpoint struct {
	handler
	writes bool // to the tables
}

// New makes a Cloud Controller for what is in the store.
func New(config Config, store *state.Store, accounts *state.Accounts, limiter *rest.RateLimiter) *Server {
	s := &Server{Config: config, store: store, accounts: accounts, limiter: limiter}
	s.open, s.routes = s.openRoutes(), s.tokenRoutes()
	return s
}

// RequestIDHeader names the header with the id that operators search for.
func (s *Server) RequestIDHeader() string { return "X-VCAP-Request-ID" }

// RequestID puts the server's own id behind the one of the client.
func (s *Server) RequestID(given, own string) string {
	if given == "" {
		return own
	}
	return given + "::" + own
}

// Handle answers a request. Every answer describes the rate limit, but only
// requests that reach their endpoint with a token count: Cloud Controller
// counts the others separately, by the address that they come from.
func (s *Server) Handle(c *rest.Call) *rest.Answer {
	found, refused := s.admit(c)
	if refused != nil {
		return refused.With(s.limiter.Peek(s.store.Now()))
	}
	if c.Who == nil {
		return s.run(c, found).With(s.limiter.Peek(s.store.Now()))
	}
	header, over := s.limiter.Take(s.store.Now())
	if over {
		return rest.TooManyRequests().With(header)
	}
	return s.run(c, found).With(header)
}

func (s *Server) run(c *rest.Call, e endpoint) (a *rest.Answer) {
	lock := s.store.Read
	if e.writes {
		lock = s.store.Write
	}
	lock(func(db *state.DB) { a = e.handler(c, db) })
	return a
}

// admit finds the endpoint, then the caller: an unknown path is a 404 for
// everybody. Endpoints that need no token leave the caller open.
func (s *Server) admit(c *rest.Call) (found endpoint, refused *rest.Answer) {
	segments, err := rest.SplitPath(c.URL.EscapedPath())
	if err != nil {
		return found, rest.UnknownRequest()
	}
	c.Segments = segments
	if open, ok := rest.Find(s.open, c.Method, segments); ok {
		return open, nil
	}
	found, ok := rest.Find(s.routes, c.Method, segments)
	if !ok {
		return found, rest.UnknownRequest()
	}
	if c.Who, refused = s.authenticate(c); refused != nil {
		return found, refused
	}
	if c.Query, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		return found, rest.BadQuery("malformed query string")
	}
	return found, nil
}

func (s *Server) authenticate(c *rest.Call) (*state.Identity, *rest.Answer) {
	scheme, token, refused := c.Authorization()
	if refused != nil {
		return nil, refused
	}
	if strings.EqualFold(scheme, "bearer") {
		if who := s.accounts.Bearer(token); who != nil {
			return who, nil
		}
	}
	return nil, rest.InvalidToken()
}

func notFound(what string) *rest.Answer { return rest.NotFound(what + " not found") }
