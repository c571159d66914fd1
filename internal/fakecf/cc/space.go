package cc

import (
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

type spaceJSON struct {
	GUID          string       `json:"guid"`
	CreatedAt     string       `json:"created_at"`
	UpdatedAt     string       `json:"updated_at"`
	Name          string       `json:"name"`
	Suspended     bool         `json:"suspended"` // like its organization
	Relationships relations    `json:"relationships"`
	Metadata      metadataJSON `json:"metadata"`
	Links         rest.Links   `json:"links"`
}

type organizationJSON struct {
	GUID      string       `json:"guid"`
	CreatedAt string       `json:"created_at"`
	UpdatedAt string       `json:"updated_at"`
	Name      string       `json:"name"`
	Suspended bool         `json:"suspended"`
	Relations relations    `json:"relationships"`
	Metadata  metadataJSON `json:"metadata"`
	Links     rest.Links   `json:"links"`
}

func (s *Server) spaceJSON(space *state.Space) []byte {
	at := space.CreatedAt.Format(rest.TimeFormat)
	return rest.Marshal(spaceJSON{
		GUID: space.GUID, CreatedAt: at, UpdatedAt: at, Name: space.Name, Suspended: space.Organization.Suspended,
		Relationships: relations{"organization": rest.Related(&space.Organization.GUID), "quota": {}},
		Links: rest.Links{
			"features":       {Href: s.Root + "/v3/spaces/" + space.GUID + "/features"},
			"apply_manifest": {Href: s.Root + "/v3/spaces/" + space.GUID + "/actions/apply_manifest", Method: "POST"},
			"self":           {Href: s.Root + "/v3/spaces/" + space.GUID},
			"organization":   {Href: s.Root + "/v3/organizations/" + space.Organization.GUID},
		},
	})
}

func (s *Server) organizationJSON(org *state.Organization) []byte {
	at := org.CreatedAt.Format(rest.TimeFormat)
	return rest.Marshal(organizationJSON{
		GUID: org.GUID, CreatedAt: at, UpdatedAt: at, Name: org.Name, Suspended: org.Suspended,
		Relations: relations{"quota": rest.Related(state.Ptr(state.GUID("quota", "default")))},
		Links: rest.Links{
			"self":           {Href: s.Root + "/v3/organizations/" + org.GUID},
			"domains":        {Href: s.Root + "/v3/organizations/" + org.GUID + "/domains"},
			"default_domain": {Href: s.Root + "/v3/organizations/" + org.GUID + "/domains/default"},
			"quota":          {Href: s.Root + "/v3/organization_quotas/" + state.GUID("quota", "default")},
		},
	})
}

// organizationsOf renders the organizations of spaces, each once.
func (s *Server) organizationsOf(spaces []*state.Space) [][]byte {
	orgs := rest.Distinct(spaces, func(space *state.Space) *state.Organization { return space.Organization })
	return rest.Render(orgs, s.organizationJSON)
}

func (s *Server) listSpaces(c *rest.Call, db *state.DB) *rest.Answer {
	kind := listKind{
		arrays: []string{"names", "organization_guids"}, labels: true,
		orders: []string{"name"}, include: []string{"org", "organization"},
	}
	if s.WithoutEndpoints["spaces_include"] {
		kind.include = nil
	}
	list, refused := s.parseList(c, kind)
	if refused != nil {
		return refused
	}
	var found []*state.Space
	for _, space := range db.Spaces.Rows() {
		if c.Who.Sees(space) && list.PassKeys(space.Keys()) && list.PassLabels(nil) &&
			list.Pass("organization_guids", space.Organization.GUID) {
			found = append(found, space)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.spaceJSON)}
	if len(list.Values["include"]) > 0 {
		page.Included = map[string][][]byte{"organizations": s.organizationsOf(found)}
	}
	return page.Answer()
}

func (s *Server) getSpace(c *rest.Call, db *state.DB) *rest.Answer {
	space := db.Spaces.Get(c.Segments[2])
	if space == nil || !c.Who.Sees(space) {
		return notFound("Space")
	}
	return rest.Rendered(s.spaceJSON(space))
}

func (s *Server) listOrganizations(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, listKind{arrays: []string{"names"}, labels: true, orders: []string{"name"}})
	if refused != nil {
		return refused
	}
	var found []*state.Organization
	for _, org := range db.Organizations.Rows() {
		if db.SeesOrganization(c.Who, org) && list.PassKeys(org.Keys()) && list.PassLabels(nil) {
			found = append(found, org)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.organizationJSON)}
	return page.Answer()
}

func (s *Server) getOrganization(c *rest.Call, db *state.DB) *rest.Answer {
	org := db.Organizations.Get(c.Segments[2])
	if org == nil || !db.SeesOrganization(c.Who, org) {
		return notFound("Organization")
	}
	return rest.Rendered(s.organizationJSON(org))
}
