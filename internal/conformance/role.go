package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// rolesByName are the values of CONFORMANCE_ROLE.
func rolesByName() map[string]fakecf.Role {
	out := map[string]fakecf.Role{}
	for role := fakecf.Admin; role < fakecf.NoRole; role++ {
		out[role.String()] = role
	}
	return out
}

// scopeRoles are the roles that follow from the scopes of a token.
var scopeRoles = []struct {
	scope string
	role  fakecf.Role
}{
	{"cloud_controller.admin", fakecf.Admin},
	{"cloud_controller.admin_read_only", fakecf.AdminReadOnly},
	{"cloud_controller.global_auditor", fakecf.GlobalAuditor},
}

// spaceRoles are the roles in a space, by descending permissions.
var spaceRoles = []struct {
	name string // of the API
	role fakecf.Role
}{
	{"space_developer", fakecf.SpaceDeveloper}, {"space_supporter", fakecf.SpaceSupporter},
	{"space_manager", fakecf.SpaceManager}, {"space_auditor", fakecf.SpaceAuditor},
}

// findRole finds the role for the token of the fake: that of the setting, of the
// token's scopes, or of the user in the space of the app.
func findRole(ctx context.Context, s *side, a *comparedApp, wanted string) (fakecf.Role, error) {
	if wanted != "" {
		role, known := rolesByName()[wanted]
		if !known {
			return 0, fmt.Errorf("CONFORMANCE_ROLE is %q, want admin, admin-read-only, global-auditor, space-developer, "+
				"space-supporter, space-manager or space-auditor", wanted)
		}
		return role, nil
	}
	value, err := s.login.Authorization(ctx)
	if err != nil {
		return 0, err
	}
	claims := claimsOf(value)
	for _, known := range scopeRoles {
		if slices.Contains(claims.Scope, known.scope) {
			return known.role, nil
		}
	}
	var roles page[struct {
		Type string `json:"type"`
	}]
	if claims.UserID != "" && s.read(ctx, "/v3/roles?per_page=100&user_guids="+claims.UserID+"&space_guids="+a.SpaceGUID, &roles) == nil {
		for _, known := range spaceRoles {
			for _, row := range roles.Resources {
				if row.Type == known.name {
					return known.role, nil
				}
			}
		}
	}
	return 0, fmt.Errorf("the role of this credential in the space of the app is not known; set CONFORMANCE_ROLE, " +
		"for instance to admin or space-developer")
}

// claims are the parts of a token from which the role follows.
type claims struct {
	Scope  []string `json:"scope"`
	UserID string   `json:"user_id"`
}

// claimsOf returns the claims of an Authorization value, or none if it is not a
// JWT.
func claimsOf(value string) claims {
	var out claims
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return out
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &out) != nil {
		return claims{}
	}
	return out
}
