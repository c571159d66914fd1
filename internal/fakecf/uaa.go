package fakecf

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

type userKey struct{ name, origin string }

type userRecord struct {
	password string
	role     Role
	failures int
}

type clientRecord struct {
	secret string
	role   Role
	grants bool // whether it may use client_credentials
}

type assertionRecord struct {
	origin string
	who    identity
}

// lockAfter is how many wrong passwords in a row lock an account, as UAA does.
const lockAfter = 5

// SetUser adds or replaces a user of an identity provider ("uaa" is the
// internal one).
func (f *Foundation) SetUser(name, password, origin string, role Role) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.users[userKey{name, origin}] = &userRecord{password: password, role: role}
}

// SetClient adds or replaces a client that may use client credentials.
func (f *Foundation) SetClient(id, secret string, role Role) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.clients[id] = clientRecord{secret: secret, role: role, grants: true}
}

// SetAssertion makes UAA accept an assertion of this identity provider.
func (f *Foundation) SetAssertion(assertion, origin string, role Role) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.assertions[assertion] = assertionRecord{origin, identity{name: "workload", role: role}}
}

// NewPasscode returns a passcode that is good for one login.
func (f *Foundation) NewPasscode(role Role) string {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.serial++
	code := "fake-passcode-" + fmt.Sprint(f.tokens.serial)
	f.tokens.passcodes[code] = &identity{name: "sso-" + role.String(), role: role}
	return code
}

// NewRefreshToken returns a refresh token of the public client cf.
func (f *Foundation) NewRefreshToken(role Role) string {
	return f.issueRefresh(&identity{name: role.String(), role: role, client: "cf", scope: userScope})
}

func (f *Foundation) issueRefresh(who *identity) string {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.serial++
	token := "fake-refresh-" + strings.ReplaceAll(fakeGUID("refresh", who.name, fmt.Sprint(f.tokens.serial)), "-", "") + "-r"
	f.tokens.refresh[token] = who
	return token
}

const userScope = "cloud_controller.read cloud_controller.write openid uaa.user"

func oauthError(status int, code, description string) *answer {
	a := newAnswer(status, "application/json;charset=UTF-8",
		marshal(map[string]string{"error": code, "error_description": description}))
	a.header.Set("Cache-Control", "no-store")
	return a
}

func badCredentials() *answer {
	return oauthError(http.StatusUnauthorized, "unauthorized", "Bad credentials")
}

// handleUAA serves POST /oauth/token and the little that people look at.
func (f *Foundation) handleUAA(c *call) *answer {
	path, inside := strings.CutPrefix(c.r.URL.Path, f.opts.uaaPath)
	switch {
	case inside && path == "/oauth/token":
		return f.token(c)
	case inside && (path == "/info" || path == "/login") && c.r.Method == http.MethodGet:
		return jsonAnswer(http.StatusOK, map[string]any{
			"app":     map[string]string{"version": "77.20.0"},
			"links":   map[string]string{"uaa": f.uaaURL, "login": f.uaaURL},
			"prompts": map[string]any{"passcode": []string{"password", "Temporary Authentication Code ( Get one at " + f.uaaURL + "/passcode )"}},
		})
	}
	return newAnswer(http.StatusNotFound, "text/html;charset=UTF-8", []byte("<html><body><h1>Not found</h1></body></html>"))
}

func (f *Foundation) token(c *call) *answer {
	if c.r.Method != http.MethodPost {
		return oauthError(http.StatusMethodNotAllowed, "method_not_allowed", "Request method '"+c.r.Method+"' not supported")
	}
	if media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return oauthError(http.StatusUnsupportedMediaType, "invalid_request", "Content type must be application/x-www-form-urlencoded")
	}
	if c.r.URL.RawQuery != "" {
		return oauthError(http.StatusBadRequest, "invalid_request", "Parameters must not be in the URL")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return oauthError(http.StatusBadRequest, "invalid_request", "Malformed form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return oauthError(http.StatusBadRequest, "invalid_request", "Parameter "+name+" is given more than once")
		}
	}
	client, refused := f.oauthClient(c.r)
	if refused != nil {
		return refused
	}
	grant := form.Get("grant_type")
	var who *identity
	switch grant {
	case "":
		return oauthError(http.StatusBadRequest, "invalid_request", "Missing grant type")
	case "password":
		who, refused = f.passwordGrant(client, form)
	case "client_credentials":
		who, refused = f.clientGrant(client)
	case "refresh_token":
		return f.refreshGrant(client, form)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		who, refused = f.assertionGrant(client, form)
	default:
		return oauthError(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: "+grant)
	}
	if refused != nil {
		return refused
	}
	refresh := ""
	if grant != "client_credentials" { // a client can log in again by itself
		refresh = f.issueRefresh(who)
	}
	return f.tokenAnswer(who, refresh)
}

func (f *Foundation) tokenAnswer(who *identity, refresh string) *answer {
	access, jti := f.issueWithID(who)
	body := map[string]any{
		"access_token": access, "token_type": "bearer", "expires_in": int64(f.opts.tokenLifetime.Seconds()),
		"scope": who.scope, "jti": jti,
	}
	if refresh != "" {
		body["refresh_token"] = refresh
	}
	a := jsonAnswer(http.StatusOK, body)
	a.header.Set("Cache-Control", "no-store")
	return a
}

// oauthClient checks the client in HTTP Basic. An id or a secret may be
// form-encoded, as RFC 6749 wants it.
func (f *Foundation) oauthClient(r *http.Request) (string, *answer) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return "", oauthError(http.StatusUnauthorized, "unauthorized",
			"An Authentication object was not found in the SecurityContext")
	}
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	if record, known := f.tokens.clients[id]; known && record.secret == secret {
		return id, nil
	}
	plainID, idErr := url.QueryUnescape(id)
	plainSecret, secretErr := url.QueryUnescape(secret)
	if record, known := f.tokens.clients[plainID]; idErr == nil && secretErr == nil && known && record.secret == plainSecret {
		return plainID, nil
	}
	return "", badCredentials()
}

func (f *Foundation) passwordGrant(client string, form url.Values) (*identity, *answer) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	if code, given := form["passcode"]; given {
		who := f.tokens.passcodes[code[0]]
		if who == nil {
			return nil, oauthError(http.StatusUnauthorized, "unauthorized", "Invalid passcode")
		}
		delete(f.tokens.passcodes, code[0])
		return who.through(client), nil
	}
	if form.Get("username") == "" || !form.Has("password") {
		return nil, oauthError(http.StatusBadRequest, "invalid_request", "username and password are required")
	}
	origin, refused := loginHint(form)
	if refused != nil {
		return nil, refused
	}
	if origin == "" {
		origin = "uaa"
	}
	user := f.tokens.users[userKey{form.Get("username"), origin}]
	switch {
	case user == nil:
		return nil, badCredentials()
	case user.failures >= lockAfter:
		return nil, oauthError(http.StatusUnauthorized, "unauthorized",
			"Your account has been locked because of too many failed attempts to login.")
	case user.password != form.Get("password"):
		user.failures++
		return nil, badCredentials()
	}
	user.failures = 0
	who := identity{name: form.Get("username"), role: user.role}
	return who.through(client), nil
}

// loginHint reads the identity provider out of login_hint={"origin":"…"}.
func loginHint(form url.Values) (string, *answer) {
	if !form.Has("login_hint") {
		return "", nil
	}
	var hint struct {
		Origin string `json:"origin"`
	}
	if err := json.Unmarshal([]byte(form.Get("login_hint")), &hint); err != nil || hint.Origin == "" {
		return "", oauthError(http.StatusBadRequest, "invalid_request", "login_hint is not {\"origin\":\"...\"}")
	}
	return hint.Origin, nil
}

func (f *Foundation) clientGrant(client string) (*identity, *answer) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	record := f.tokens.clients[client]
	if !record.grants {
		return nil, oauthError(http.StatusUnauthorized, "invalid_client", "Unauthorized grant type: client_credentials")
	}
	return &identity{name: client, role: record.role, client: client, scope: "cloud_controller.admin"}, nil
}

func (f *Foundation) assertionGrant(client string, form url.Values) (*identity, *answer) {
	origin, refused := loginHint(form)
	if refused != nil {
		return nil, refused
	}
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	record, known := f.tokens.assertions[form.Get("assertion")]
	if !known || origin != "" && origin != record.origin {
		return nil, oauthError(http.StatusUnauthorized, "unauthorized", "Unable to map issuer of the assertion to an identity provider")
	}
	return record.who.through(client), nil
}

func (f *Foundation) refreshGrant(client string, form url.Values) *answer {
	token := form.Get("refresh_token")
	f.tokens.mu.Lock()
	who := f.tokens.refresh[token]
	if who != nil && who.client == client && f.opts.rotateRefresh {
		delete(f.tokens.refresh, token)
	}
	f.tokens.mu.Unlock()
	switch {
	case who == nil:
		return oauthError(http.StatusUnauthorized, "invalid_token", "The token expired, was revoked, or the token ID is incorrect.")
	case who.client != client:
		return oauthError(http.StatusUnauthorized, "invalid_grant", "Wrong client for this refresh token: "+client)
	case f.opts.rotateRefresh:
		token = f.issueRefresh(who)
	}
	return f.tokenAnswer(who, token)
}

func (id identity) through(client string) *identity {
	id.client, id.scope = client, userScope
	return &id
}
