// Package uaa issues tokens for the accounts of a foundation, like UAA.
package uaa

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Config has the differences from a UAA with default settings.
type Config struct {
	Root   string // URL of the UAA, without a slash at the end
	Path   string // of that URL, "" for none
	Rotate bool   // a new refresh token at each use; the old one becomes invalid
}

// Server is a UAA.
type Server struct {
	Config
	accounts *state.Accounts
}

// New makes a UAA for the accounts.
func New(config Config, accounts *state.Accounts) *Server { return &Server{config, accounts} }

// RequestIDHeader names the header with the id that operators search logs for.
func (s *Server) RequestIDHeader() string { return "X-VCAP-Request-ID" }

// RequestID appends the id of the server to the one of the client.
func (s *Server) RequestID(given, own string) string {
	if given == "" {
		return own
	}
	return given + "::" + own
}

// Error responds with an error in the form of UAA.
func Error(status int, code, description string) *rest.Answer {
	a := rest.NewAnswer(status, "application/json;charset=UTF-8",
		rest.Marshal(map[string]string{"error": code, "error_description": description}))
	a.Header.Set("Cache-Control", "no-store")
	return a
}

func badCredentials() *rest.Answer {
	return Error(http.StatusUnauthorized, "unauthorized", "Bad credentials")
}

// Handle serves POST /oauth/token and the pages that describe the server.
func (s *Server) Handle(c *rest.Call) *rest.Answer {
	path, inside := strings.CutPrefix(c.URL.Path, s.Path)
	switch {
	case inside && path == "/oauth/token":
		return s.token(c)
	case inside && (path == "/info" || path == "/login") && c.Method == http.MethodGet:
		return rest.JSON(http.StatusOK, map[string]any{
			"app":     map[string]string{"version": "77.20.0"},
			"links":   map[string]string{"uaa": s.Root, "login": s.Root},
			"prompts": map[string]any{"passcode": []string{"password", "Temporary Authentication Code ( Get one at " + s.Root + "/passcode )"}},
		})
	}
	return rest.NewAnswer(http.StatusNotFound, "text/html;charset=UTF-8", []byte("<html><body><h1>Not found</h1></body></html>"))
}

func (s *Server) token(c *rest.Call) *rest.Answer {
	if c.Method != http.MethodPost {
		return Error(http.StatusMethodNotAllowed, "method_not_allowed", "Request method '"+c.Method+"' not supported")
	}
	if media, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return Error(http.StatusUnsupportedMediaType, "invalid_request", "Content type must be application/x-www-form-urlencoded")
	}
	if c.URL.RawQuery != "" {
		return Error(http.StatusBadRequest, "invalid_request", "Parameters must not be in the URL")
	}
	form, err := url.ParseQuery(string(c.Content))
	if err != nil {
		return Error(http.StatusBadRequest, "invalid_request", "Malformed form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return Error(http.StatusBadRequest, "invalid_request", "Parameter "+name+" is given more than once")
		}
	}
	client, refused := s.oauthClient(c)
	if refused != nil {
		return refused
	}
	grant := form.Get("grant_type")
	var who *state.Identity
	switch grant {
	case "":
		return Error(http.StatusBadRequest, "invalid_request", "Missing grant type")
	case "password":
		who, refused = s.passwordGrant(client, form)
	case "client_credentials":
		who, refused = s.clientGrant(client)
	case "refresh_token":
		return s.refreshGrant(client, form)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		who, refused = s.assertionGrant(client, form)
	default:
		return Error(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: "+grant)
	}
	if refused != nil {
		return refused
	}
	refresh := ""
	if grant != "client_credentials" { // a client can log in again on its own
		refresh = s.accounts.IssueRefresh(who)
	}
	return s.tokenAnswer(who, refresh)
}

func (s *Server) tokenAnswer(who *state.Identity, refresh string) *rest.Answer {
	access, jti := s.accounts.Issue(who)
	body := map[string]any{
		"access_token": access, "token_type": "bearer", "expires_in": int64(s.accounts.Lifetime().Seconds()),
		"scope": who.Scope, "jti": jti,
	}
	if refresh != "" {
		body["refresh_token"] = refresh
	}
	a := rest.JSON(http.StatusOK, body)
	a.Header.Set("Cache-Control", "no-store")
	return a
}

// oauthClient checks the client in HTTP Basic. An id or a secret may be
// form-encoded, as RFC 6749 requires.
func (s *Server) oauthClient(c *rest.Call) (string, *rest.Answer) {
	id, secret, ok := c.BasicAuth()
	if !ok {
		return "", Error(http.StatusUnauthorized, "unauthorized",
			"An Authentication object was not found in the SecurityContext")
	}
	if s.accounts.HasClient(id, secret) {
		return id, nil
	}
	plainID, idErr := url.QueryUnescape(id)
	plainSecret, secretErr := url.QueryUnescape(secret)
	if idErr == nil && secretErr == nil && s.accounts.HasClient(plainID, plainSecret) {
		return plainID, nil
	}
	return "", badCredentials()
}

func (s *Server) passwordGrant(client string, form url.Values) (*state.Identity, *rest.Answer) {
	if code, given := form["passcode"]; given {
		who := s.accounts.PasscodeLogin(code[0])
		if who == nil {
			return nil, Error(http.StatusUnauthorized, "unauthorized", "Invalid passcode")
		}
		return through(who, client), nil
	}
	if form.Get("username") == "" || !form.Has("password") {
		return nil, Error(http.StatusBadRequest, "invalid_request", "username and password are required")
	}
	origin, refused := loginHint(form)
	if refused != nil {
		return nil, refused
	}
	if origin == "" {
		origin = "uaa"
	}
	who, locked := s.accounts.PasswordLogin(form.Get("username"), form.Get("password"), origin)
	switch {
	case locked:
		return nil, Error(http.StatusUnauthorized, "unauthorized",
			"Your account has been locked because of too many failed attempts to login.")
	case who == nil:
		return nil, badCredentials()
	}
	return through(who, client), nil
}

// loginHint reads the identity provider out of login_hint={"origin":"…"}.
func loginHint(form url.Values) (string, *rest.Answer) {
	if !form.Has("login_hint") {
		return "", nil
	}
	var hint struct {
		Origin string `json:"origin"`
	}
	if err := json.Unmarshal([]byte(form.Get("login_hint")), &hint); err != nil || hint.Origin == "" {
		return "", Error(http.StatusBadRequest, "invalid_request", "login_hint is not {\"origin\":\"...\"}")
	}
	return hint.Origin, nil
}

func (s *Server) clientGrant(client string) (*state.Identity, *rest.Answer) {
	who := s.accounts.ClientLogin(client)
	if who == nil {
		return nil, Error(http.StatusUnauthorized, "invalid_client", "Unauthorized grant type: client_credentials")
	}
	return who, nil
}

func (s *Server) assertionGrant(client string, form url.Values) (*state.Identity, *rest.Answer) {
	origin, refused := loginHint(form)
	if refused != nil {
		return nil, refused
	}
	who := s.accounts.AssertionLogin(form.Get("assertion"), origin)
	if who == nil {
		return nil, Error(http.StatusUnauthorized, "unauthorized", "Unable to map issuer of the assertion to an identity provider")
	}
	return through(who, client), nil
}

func (s *Server) refreshGrant(client string, form url.Values) *rest.Answer {
	token := form.Get("refresh_token")
	who := s.accounts.Refresh(token)
	if who != nil && who.Client != client {
		return Error(http.StatusUnauthorized, "invalid_grant", "Wrong client for this refresh token: "+client)
	}
	if who == nil || s.Rotate && !s.accounts.DropRefresh(token) {
		return Error(http.StatusUnauthorized, "invalid_token", "The token expired, was revoked, or the token ID is incorrect.")
	}
	if s.Rotate {
		token = s.accounts.IssueRefresh(who)
	}
	return s.tokenAnswer(who, token)
}

// through is the identity of a user who logged in with a client.
func through(who *state.Identity, client string) *state.Identity {
	who.Client, who.Scope = client, state.UserScope
	return who
}
