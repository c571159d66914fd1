// Package cc presents a foundation as Cloud Controller does, and as its Tanzu
// relative does.
package cc

import (
	"net/http"
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
	open     []rest.Route[handler]
	routes   []rest.Route[handler]
}

// handler answers a request while it holds the tables.
type handler func(*rest.Call, *state.DB) *rest.Answer

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
	handle, refused := s.admit(c)
	if refused != nil {
		return refused.With(s.limiter.Peek(s.store.Now()))
	}
	if c.Who == nil {
		return s.run(c, handle).With(s.limiter.Peek(s.store.Now()))
	}
	header, over := s.limiter.Take(s.store.Now())
	if over {
		return rest.TooManyRequests().With(header)
	}
	return s.run(c, handle).With(header)
}

func (s *Server) run(c *rest.Call, handle handler) (a *rest.Answer) {
	lock := s.store.Write
	if c.Method == http.MethodGet {
		lock = s.store.Read
	}
	lock(func(db *state.DB) { a = handle(c, db) })
	return a
}

// admit finds the endpoint, then the caller: an unknown path is a 404 for
// everybody. Endpoints that need no token leave the caller open.
func (s *Server) admit(c *rest.Call) (handle handler, refused *rest.Answer) {
	segments, err := rest.SplitPath(c.URL.EscapedPath())
	if err != nil {
		return nil, rest.UnknownRequest()
	}
	c.Segments = segments
	if handle, found := rest.Find(s.open, c.Method, segments); found {
		return handle, nil
	}
	handle, found := rest.Find(s.routes, c.Method, segments)
	if !found {
		return nil, rest.UnknownRequest()
	}
	if c.Who, refused = s.authenticate(c); refused != nil {
		return nil, refused
	}
	if c.Query, err = url.ParseQuery(c.URL.RawQuery); err != nil {
		return nil, rest.BadQuery("malformed query string")
	}
	return handle, nil
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
