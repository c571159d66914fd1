package state

import (
	"slices"
	"strings"
)

// Role is the permissions of a user. Roles for spaces apply to every space that is
// not restricted, or to the spaces of TokenFor.
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

// Identity is the caller of a request.
type Identity struct {
	Name   string
	Role   Role
	Spaces []string // nil: every space that is not restricted
	Client string   // of the UAA
	Scope  string
}

// Everywhere reports whether the role is global.
func (id *Identity) Everywhere() bool { return id.Role <= GlobalAuditor }

// Sees reports whether the caller may see a space and its contents.
func (id *Identity) Sees(space *Space) bool {
	switch {
	case id.Everywhere():
		return true
	case id.Role == NoRole:
		return false
	case id.Spaces != nil:
		return slices.Contains(id.Spaces, space.GUID)
	default:
		return !space.Restricted
	}
}

// SeesSecrets reports whether the caller may read commands.
func (id *Identity) SeesSecrets() bool {
	return id.Role == Admin || id.Role == AdminReadOnly || id.Role == SpaceDeveloper
}

// Writes reports whether the caller may change processes.
func (id *Identity) Writes() bool {
	return id.Role == Admin || id.Role == SpaceDeveloper || id.Role == SpaceSupporter
}

// MayRead reports whether the scope of the token allows requests that read.
func (id *Identity) MayRead() bool {
	return id.hasScope("read", "admin", "admin_read_only", "global_auditor")
}

// MayWrite reports whether the scope of the token allows requests that write.
func (id *Identity) MayWrite() bool { return id.hasScope("write", "admin") }

func (id *Identity) hasScope(names ...string) bool {
	return slices.ContainsFunc(strings.Fields(id.Scope), func(scope string) bool {
		name, found := strings.CutPrefix(scope, "cloud_controller.")
		return found && slices.Contains(names, name)
	})
}

// SeesOrganization reports whether the caller may see an organization: a role
// in one of its spaces is enough.
func (db *DB) SeesOrganization(who *Identity, org *Organization) bool {
	return who.Everywhere() || slices.ContainsFunc(db.Spaces.Rows(), func(space *Space) bool {
		return space.Organization == org && who.Sees(space)
	})
}
