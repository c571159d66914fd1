package fakecf

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Role is what a user may see and do. Roles for spaces see every space that is
// not restricted, or the spaces that TokenFor names.
type Role int

const (
	// Admin sees and does everything.
	Admin Role = iota
	// AdminReadOnly sees everything with secrets and changes nothing.
	AdminReadOnly
	// GlobalAuditor sees everything without secrets and changes nothing.
	GlobalAuditor
	// SpaceDeveloper sees secrets and changes processes in its spaces.
	SpaceDeveloper
	// SpaceSupporter changes processes in its spaces and sees no secrets.
	SpaceSupporter
	// SpaceManager sees its spaces without secrets and changes nothing.
	SpaceManager
	// SpaceAuditor sees its spaces without secrets and changes nothing.
	SpaceAuditor
	// NoRole is a valid user who sees nothing.
	NoRole
)

var roleNames = [...]string{"admin", "admin-read-only", "global-auditor", "space-developer", "space-supporter",
	"space-manager", "space-auditor", "no-role"}

// String is the role's name, which is also in its tokens.
func (r Role) String() string { return roleNames[r] }

// identity is who asks.
type identity struct {
	name   string
	role   Role
	spaces []string // nil: every space that is not restricted
	client string
	scope  string
}

func (id *identity) everywhere() bool { return id.role <= GlobalAuditor }

func (id *identity) sees(space *spaceRecord) bool {
	switch {
	case id.everywhere():
		return true
	case id.role == NoRole:
		return false
	case id.spaces != nil:
		return slices.Contains(id.spaces, space.guid)
	default:
		return !space.restricted
	}
}

func (id *identity) secrets() bool {
	return id.role == Admin || id.role == AdminReadOnly || id.role == SpaceDeveloper
}

func (id *identity) writes() bool {
	return id.role == Admin || id.role == SpaceDeveloper || id.role == SpaceSupporter
}

type issued struct {
	who     *identity
	expires time.Time
}

type tokenStore struct {
	mu         sync.Mutex
	access     map[string]issued
	refresh    map[string]*identity
	certs      map[string]*identity
	users      map[userKey]*userRecord
	clients    map[string]clientRecord
	passcodes  map[string]*identity
	assertions map[string]assertionRecord
	serial     int64
}

func (t *tokenStore) init() {
	t.access, t.refresh = map[string]issued{}, map[string]*identity{}
	t.certs, t.users = map[string]*identity{}, map[userKey]*userRecord{}
	t.clients, t.passcodes = map[string]clientRecord{}, map[string]*identity{}
	t.assertions = map[string]assertionRecord{}
}

// Token returns a new access token for a role, without the word bearer.
func (f *Foundation) Token(role Role) string {
	return f.issue(&identity{name: role.String(), role: role})
}

// TokenFor returns a new access token for a role in these spaces only.
func (f *Foundation) TokenFor(role Role, spaceGUIDs ...string) string {
	return f.issue(&identity{name: role.String(), role: role, spaces: append([]string{}, spaceGUIDs...)})
}

// ClientCert returns what Korifi takes after the word clientcert in the
// Authorization header, for a user with this role.
func (f *Foundation) ClientCert(role Role) string {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.serial++
	pem, err := newClientCert(role.String(), f.tokens.serial)
	if err != nil {
		panic("fakecf: " + err.Error())
	}
	encoded := base64.StdEncoding.EncodeToString(pem)
	f.tokens.certs[encoded] = &identity{name: role.String(), role: role}
	return encoded
}

// RevokeTokens makes every access token and certificate that was issued so far
// invalid. Refresh tokens stay good.
func (f *Foundation) RevokeTokens() {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	clear(f.tokens.access)
	clear(f.tokens.certs)
}

// RevokeRefreshTokens makes every refresh token that was issued so far invalid.
func (f *Foundation) RevokeRefreshTokens() {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	clear(f.tokens.refresh)
}

func (f *Foundation) issue(who *identity) string {
	token, _ := f.issueWithID(who)
	return token
}

// issueWithID makes an access token that looks like UAA's: a JWT whose claims
// can be read, with a signature that nobody can check.
func (f *Foundation) issueWithID(who *identity) (token, jti string) {
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	f.tokens.serial++
	now := f.now()
	expires := now.Add(f.opts.tokenLifetime)
	jti = fakeGUID("token", who.name, fmt.Sprint(f.tokens.serial))
	claims := map[string]any{
		"jti": jti, "iat": now.Unix(), "exp": expires.Unix(), "client_id": who.client,
		"user_name": who.name, "iss": f.uaaURL + "/oauth/token", "scope": strings.Fields(who.scope),
	}
	encode := base64.RawURLEncoding.EncodeToString
	token = encode([]byte(`{"alg":"RS256","typ":"JWT","kid":"fake-key"}`)) + "." + encode(marshal(claims)) + "." +
		encode([]byte("signature-of-"+jti))
	f.tokens.access[token] = issued{who: who, expires: expires}
	return token, jti
}

// authenticate finds out who asks; the answer is nil where that is known.
func (f *Foundation) authenticate(r *http.Request) (*identity, *answer) {
	value := r.Header.Get("Authorization")
	if value == "" {
		return nil, notAuthenticated()
	}
	scheme, token, found := strings.Cut(value, " ")
	if !found || len(r.Header.Values("Authorization")) > 1 {
		return nil, invalidToken()
	}
	f.tokens.mu.Lock()
	defer f.tokens.mu.Unlock()
	switch {
	case strings.EqualFold(scheme, "bearer"):
		if got, ok := f.tokens.access[token]; ok && f.now().Before(got.expires) {
			return got.who, nil
		}
	case f.korifi() && strings.EqualFold(scheme, "clientcert"):
		if who := f.tokens.certs[token]; who != nil {
			return who, nil
		}
	}
	return nil, invalidToken()
}
