package state

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// UserScope is the scope of a user's tokens.
const UserScope = "cloud_controller.read cloud_controller.write openid uaa.user"

// lockAfter is the number of wrong passwords in a row that locks an account, as
// in UAA.
const lockAfter = 5

// Accounts holds users, clients and tokens. Its methods may be called at any
// time and from any goroutine.
type Accounts struct {
	mu         sync.Mutex
	now        func() time.Time
	lifetime   time.Duration // of access tokens
	issuer     string        // in access tokens
	access     map[string]issued
	refresh    map[string]*Identity
	certs      map[string]*Identity
	users      map[userKey]*user
	clients    map[string]client
	passcodes  map[string]*Identity
	assertions map[string]assertion
	serial     int64
}

type userKey struct{ name, origin string }

type user struct {
	password string
	role     Role
	failures int
}

type client struct {
	secret string
	role   Role
	grants bool // may use client_credentials
}

type assertion struct {
	origin string
	who    Identity
}

// NewAccounts returns accounts with only the public client cf, which has an empty
// secret.
func NewAccounts(now func() time.Time, lifetime time.Duration, issuer string) *Accounts {
	return &Accounts{
		now: now, lifetime: lifetime, issuer: issuer,
		access: map[string]issued{}, refresh: map[string]*Identity{}, certs: map[string]*Identity{},
		users: map[userKey]*user{}, clients: map[string]client{"cf": {}},
		passcodes: map[string]*Identity{}, assertions: map[string]assertion{},
	}
}

// SetUser adds or replaces a user of an identity provider ("uaa" is the
// internal one).
func (a *Accounts) SetUser(name, password, origin string, role Role) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users[userKey{name, origin}] = &user{password: password, role: role}
}

// SetClient adds or replaces a client that may use client credentials.
func (a *Accounts) SetClient(id, secret string, role Role) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.clients[id] = client{secret: secret, role: role, grants: true}
}

// SetAssertion makes UAA accept an assertion of this identity provider.
func (a *Accounts) SetAssertion(text, origin string, role Role) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.assertions[text] = assertion{origin, Identity{Name: "workload", Role: role}}
}

// NewPasscode returns a passcode that is valid for one login.
func (a *Accounts) NewPasscode(role Role) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	code := "fake-passcode-" + strconv.FormatInt(a.serial, 10)
	a.passcodes[code] = &Identity{Name: "sso-" + role.String(), Role: role}
	return code
}

// NewRefreshToken returns a refresh token of the public client cf.
func (a *Accounts) NewRefreshToken(role Role) string {
	return a.IssueRefresh(&Identity{Name: role.String(), Role: role, Client: "cf", Scope: UserScope})
}

// IssueRefresh returns a new refresh token.
func (a *Accounts) IssueRefresh(who *Identity) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	token := "fake-refresh-" + strings.ReplaceAll(GUID("refresh", who.Name, strconv.FormatInt(a.serial, 10)), "-", "") + "-r"
	a.refresh[token] = who
	return token
}

// RevokeRefreshTokens makes every refresh token that was issued so far invalid.
func (a *Accounts) RevokeRefreshTokens() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.refresh)
}

// Refresh returns the user of a refresh token, or nil if it is unknown.
func (a *Accounts) Refresh(token string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.refresh[token]
}

// DropRefresh invalidates a refresh token. It returns false if the token was
// invalid before, as for the second of two requests with it.
func (a *Accounts) DropRefresh(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, known := a.refresh[token]
	delete(a.refresh, token)
	return known
}

// HasClient reports whether a client with this secret is known.
func (a *Accounts) HasClient(id, secret string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	record, known := a.clients[id]
	return known && record.secret == secret
}

// ClientLogin is the identity of a client that may use client credentials, or nil
// if it may not.
func (a *Accounts) ClientLogin(id string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	record := a.clients[id]
	if !record.grants {
		return nil
	}
	return &Identity{Name: id, Role: record.role, Client: id, Scope: "cloud_controller.admin"}
}

// PasscodeLogin returns the user of a passcode and invalidates it, or nil if it is
// not valid.
func (a *Accounts) PasscodeLogin(code string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.passcodes[code]
	delete(a.passcodes, code)
	return who
}

// PasswordLogin checks a password. It returns nil if the user or the password is
// wrong, and locked after too many wrong passwords.
func (a *Accounts) PasswordLogin(name, password, origin string) (who *Identity, locked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	record := a.users[userKey{name, origin}]
	switch {
	case record == nil:
		return nil, false
	case record.failures >= lockAfter:
		return nil, true
	case record.password != password:
		record.failures++
		return nil, false
	}
	record.failures = 0
	return &Identity{Name: name, Role: record.role}, false
}

// AssertionLogin returns the user of an assertion, or nil if it is unknown or of
// another origin. The origin "" matches any.
func (a *Accounts) AssertionLogin(text, origin string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	record, known := a.assertions[text]
	if !known || origin != "" && origin != record.origin {
		return nil
	}
	who := record.who
	return &who
}
