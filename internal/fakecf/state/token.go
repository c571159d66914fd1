package state

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

type issued struct {
	who     *Identity
	expires time.Time
}

// Token returns a new access token for a role, without the scheme bearer.
func (a *Accounts) Token(role Role) string {
	return a.TokenWithScope(role, roleScopes[role])
}

// TokenWithScope returns a new access token for a role with these scopes only,
// such as cloud_controller.read.
func (a *Accounts) TokenWithScope(role Role, scope string) string {
	token, _ := a.Issue(&Identity{Name: role.String(), Role: role, Scope: scope})
	return token
}

var roleScopes = map[Role]string{
	Admin:          UserScope + " cloud_controller.admin",
	AdminReadOnly:  UserScope + " cloud_controller.admin_read_only",
	GlobalAuditor:  UserScope + " cloud_controller.global_auditor",
	SpaceDeveloper: UserScope,
	SpaceSupporter: UserScope,
	SpaceManager:   UserScope,
	SpaceAuditor:   UserScope,
	NoRole:         UserScope,
}

// TokenFor returns a new access token for a role in these spaces only.
func (a *Accounts) TokenFor(role Role, spaceGUIDs ...string) string {
	token, _ := a.Issue(&Identity{Name: role.String(), Role: role, Scope: roleScopes[role], Spaces: append([]string{}, spaceGUIDs...)})
	return token
}

// ClientCert returns the credential of a user with this role for the scheme
// clientcert of Korifi.
func (a *Accounts) ClientCert(role Role) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	pem, err := newClientCert(role.String(), a.serial)
	if err != nil {
		panic("fakecf: " + err.Error())
	}
	encoded := base64.StdEncoding.EncodeToString(pem)
	a.certs[encoded] = &Identity{Name: role.String(), Role: role}
	return encoded
}

// RevokeTokens makes every access token and certificate that was issued so far
// invalid. Refresh tokens stay valid.
func (a *Accounts) RevokeTokens() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.access)
	clear(a.certs)
}

// Lifetime is how long an access token is accepted.
func (a *Accounts) Lifetime() time.Duration { return a.lifetime }

// Issue makes an access token like UAA's: a JWT with readable claims, but with an
// invalid signature.
func (a *Accounts) Issue(who *Identity) (token, jti string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	now := a.now()
	expires := now.Add(a.lifetime)
	jti = GUID("token", who.Name, strconv.FormatInt(a.serial, 10))
	claims, err := json.Marshal(map[string]any{
		"jti": jti, "iat": now.Unix(), "exp": expires.Unix(), "client_id": who.Client,
		"user_name": who.Name, "iss": a.issuer, "scope": strings.Fields(who.Scope),
	})
	if err != nil {
		panic("fakecf: " + err.Error())
	}
	encode := base64.RawURLEncoding.EncodeToString
	token = encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"fake-key"}`)) + "." + encode(claims) + "." +
		encode([]byte("signature-of-"+jti))
	a.access[token] = issued{who: who, expires: expires}
	return token, jti
}

// Bearer returns the user of an access token, or nil if it is unknown or expired.
func (a *Accounts) Bearer(token string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found, ok := a.access[token]; ok && a.now().Before(found.expires) {
		return found.who
	}
	return nil
}

// Certificate returns the user of a client certificate, or nil if it is unknown.
func (a *Accounts) Certificate(encoded string) *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.certs[encoded]
}
