// Package korifi serves a foundation like Korifi, which is Cloud Foundry on
// Kubernetes.
package korifi

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Config has the differences from a Korifi with default settings.
type Config struct {
	Root string // URL of the API, without a slash at the end
	UAA  string // URL of the experimental UAA, "" without

	MaxPerPage       int
	WithoutEndpoints map[string]bool
}

// Server is the API of a Korifi.
type Server struct {
	Config
	tables   *state.Store
	accounts *state.Accounts
	open     []rest.Route[handler]
	routes   []rest.Route[handler]
}

// handler responds to a request while it holds the tables.
type handler func(*rest.Call, *state.DB) *rest.Answer

// New makes a Korifi on top of a store.
func New(config Config, store *state.Store, accounts *state.Accounts) *Server {
	s := &Server{Config: config, tables: store, accounts: accounts}
	s.open, s.routes = s.openRoutes(), s.tokenRoutes()
	return s
}

// RequestIDHeader names the header with the id that operators search logs for.
func (s *Server) RequestIDHeader() string { return "X-Correlation-ID" }

// RequestID is the one of the client, if it sends one.
func (s *Server) RequestID(given, own string) string {
	if given != "" {
		return given
	}
	return own
}

// Handle responds to a request. Korifi has no rate limit, and warns users without
// a role.
func (s *Server) Handle(c *rest.Call) *rest.Answer {
	handle, refused := s.admit(c)
	if refused != nil {
		return refused
	}
	a := s.run(c, handle)
	if c.Who != nil && c.Who.Role == state.NoRole {
		a.Header.Set("X-Cf-Warnings", "Warning: subject 'User/"+c.Who.Name+
			"' has no CF roles assigned. This is not supported and may cause unexpected behaviour.") //nolint:misspell // Korifi's own words
	}
	return a
}

func (s *Server) run(c *rest.Call, handle handler) (a *rest.Answer) {
	lock := s.tables.Write
	if c.Method == http.MethodGet {
		lock = s.tables.Read
	}
	lock(func(db *state.DB) { a = handle(c, db) })
	return a
}

// admit finds the endpoint before it checks the caller: an unknown path is a 404
// for every caller. Endpoints that do not need a token do not set the caller.
func (s *Server) admit(c *rest.Call) (handle handler, refused *rest.Answer) {
	segments, err := rest.SplitPath(c.URL.EscapedPath())
	if err != nil {
		return nil, rest.UnknownRequest()
	}
	c.Segments = segments
	if old := refuseAgent(c.UserAgent()); old != nil {
		return nil, old
	}
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

// authenticate accepts a token and a client certificate.
func (s *Server) authenticate(c *rest.Call) (*state.Identity, *rest.Answer) {
	scheme, credential, refused := c.Authorization()
	if refused != nil {
		return nil, refused
	}
	var who *state.Identity
	switch strings.ToLower(scheme) {
	case "bearer":
		who = s.accounts.Bearer(credential)
	case "clientcert":
		who = s.accounts.Certificate(credential)
	}
	if who == nil {
		return nil, rest.InvalidToken()
	}
	return who, nil
}

var cfAgent = regexp.MustCompile(`\Acf(\.exe)?(?:/(\d+)\.(\d+)\.\S*)?(?:\s|\z)`)

// refuseAgent refuses a cf CLI that is older than 8.5.
func refuseAgent(agent string) *rest.Answer {
	found := cfAgent.FindStringSubmatch(agent)
	if found == nil {
		return nil
	}
	refuse := func(detail string) *rest.Answer {
		return rest.Errors(http.StatusBadRequest,
			rest.APIError{Code: 10004, Title: "CF-InvalidRequest", Detail: detail + " Korifi requires CF CLI >= 8.5.0-0"})
	}
	if found[2] == "" {
		return refuse("Failed to determine CF CLI version.")
	}
	major, _ := strconv.Atoi(found[2]) // digits only
	minor, _ := strconv.Atoi(found[3]) // digits only
	if major > 8 || major == 8 && minor >= 5 {
		return nil
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(agent, "cf/"), " ")
	return refuse("CF CLI version " + version + " is not supported.")
}

func notFound(what string) *rest.Answer {
	return rest.NotFound(what + " not found. Ensure it exists and you have access to it.")
}
