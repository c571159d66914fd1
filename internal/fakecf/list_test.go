package fakecf

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

func TestPages(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	r := c.get("/v3/processes?per_page=4&order_by=-created_at").want(200)
	r.wantAt(11, "pagination", "total_results").wantAt(3, "pagination", "total_pages").wantAt(nil, "pagination", "previous")
	r.wantAt(f.URL()+"/v3/processes?order_by=-created_at&page=2&per_page=4", "pagination", "next", "href")
	r.wantAt(GUIDVault, "resources", 0, "guid")
	var all []string
	next := "/v3/processes?per_page=4"
	for next != "" {
		r = c.get(next).want(200)
		all = append(all, r.guids()...)
		link, _ := r.at("pagination", "next").(map[string]any)
		next, _ = link["href"].(string)
		next = strings.TrimPrefix(next, f.URL())
	}
	if len(all) != 11 || all[0] != GUIDWeb || all[10] != GUIDVault {
		t.Errorf("all pages: got %v, want 11 processes from %s to %s", all, GUIDWeb, GUIDVault)
	}
	c.each([]string{"9223372036854775807", "99999999999999999999"}, func(c *client, page string) {
		c.get("/v3/processes?page="+page).wantError(400, 10005, "Maximum result (page * per_page) must be less than 9223372036854775807")
	})
	// Past the end Cloud Controller has no row to count with.
	r = c.get("/v3/processes?page=1844674407370955&per_page=5000").want(200).wantAt(0, "pagination", "total_results")
	r.wantAt(nil, "pagination", "next")
	if got := r.guids(); len(got) != 0 {
		t.Errorf("%s: got %v, want none past the end", r.call, got)
	}
	r = c.get("/v3/processes?guids=nope").want(200).wantAt(0, "pagination", "total_results").wantAt(1, "pagination", "total_pages")
	if !strings.Contains(r.body, `"resources":[]`) {
		t.Errorf("%s: got the body %.500s, want an empty array of resources", r.call, r.body)
	}
}

func TestListFilters(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.AddProcess(AppGUIDTools, Process{GUID: "comma", Type: "a,b", Labels: map[string]string{"n": "1"}})
	for query, want := range map[string][]string{
		"guids=" + GUIDWeb + "," + GUIDVault:      {GUIDWeb, GUIDVault},
		"guids=" + GUIDWeb + "%2C%20" + GUIDVault: {GUIDWeb, GUIDVault},
		"guids=":                                                          {},
		"types=worker,ledger":                                             {GUIDWorker, GUIDTanzu},
		"types=a%252Cb":                                                   {"comma"},
		"types=a%2Cb":                                                     {},
		"app_guids=" + AppGUID:                                            {GUIDWeb, GUIDWorker},
		"app_guids=" + AppGUID + "&types=web":                             {GUIDWeb},
		"space_guids=" + SpaceGUIDStaging:                                 {GUIDStaging},
		"organization_guids=" + OrgGUIDRestricted:                         {GUIDVault},
		"label_selector=environment%3Dstaging":                            {GUIDStaging},
		"label_selector=environment%3D%3Dstaging":                         {GUIDStaging},
		"label_selector=pci,environment%3Dproduction":                     {GUIDHiddenCommand},
		"label_selector=team,!n,environment!%3Dproduction":                {GUIDStaging},
		"label_selector=environment+in+(staging,test)":                    {GUIDStaging},
		"label_selector=team+in+(storefront),environment+notin+(staging)": {GUIDWeb},
		"label_selector=example.org/tier":                                 {GUIDLabels},
		"label_selector=empty":                                            {GUIDLabels},
		"label_selector=empty%3D":                                         {}, // an empty value matches nothing
		"guids[]=" + GUIDWeb:                                              {}, // an array is equal to nothing
		"app_guid=x&guids=" + GUIDWeb:                                     {GUIDWeb},
		"types=web;page=2":                                                {},
		"order_by=&guids=" + GUIDWeb:                                      {GUIDWeb},
		"created_ats=2025-03-03T09:00:00Z,2025-03-03T10:00:00Z":           {GUIDWeb, GUIDWorker},
		"created_ats[lt]=2025-03-03T10:00:00Z":                            {GUIDWeb},
		"created_ats[lte]=2025-03-03T10:00:00Z":                           {GUIDWeb, GUIDWorker},
		"created_ats%5Bgt%5D=2025-03-03T18:00:00Z&types=web":              {GUIDVault},
		"updated_ats[gte]=2025-03-03T09:30:00Z&updated_ats[lt]=2025-03-03T10:30:00Z": {GUIDWeb},
	} {
		t.Run(label(query), func(t *testing.T) {
			c := c.in(t)
			r := c.get("/v3/processes?" + query).want(200)
			got := slices.DeleteFunc(r.guids(), func(guid string) bool { return guid == "comma" && len(want) > 0 && want[0] != "comma" })
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", r.call, got, want)
			}
		})
	}
	got := c.get("/v3/processes?label_selector=environment+notin+(production,staging)").guids()
	if len(got) != 7 || slices.Contains(got, GUIDWeb) {
		t.Errorf("list by notin: got %v, want 7 processes without %s, also those without the label", got, GUIDWeb)
	}
}

func TestBadListQueries(t *testing.T) {
	c := as(t, New(t, WithMaxPerPage(100)), Admin)
	for query, detail := range map[string]string{
		"nonsense=1":            "Unknown query parameter(s): 'nonsense'. Valid parameters are: 'page'",
		"page=0":                "Page must be a positive integer",
		"page=x":                "Page must be a positive integer",
		"per_page=0":            "Per page must be a positive integer",
		"per_page=101":          "Per page must be between 1 and 100",
		"order_by=name":         "Order by can only be: 'created_at', 'updated_at'",
		"created_ats=yesterday": "Created ats has an invalid timestamp format",
		"created_ats=2025-03-03T09:00:00%2B01:00":   "Created ats has an invalid timestamp format",
		"created_ats=2025-03-03T09:00:00.5Z":        "Created ats has an invalid timestamp format",
		"updated_ats[ne]=2025-03-03T09:00:00Z":      "Invalid relational operator: 'ne'",
		"updated_ats[lt]=2025-03-03T09:00:00Z,":     "Updated ats only accepts one value",
		"label_selector=":                           "Missing label_selector value",
		"label_selector=a%20b":                      "Invalid label_selector value",
		"label_selector=a%3Db%20c":                  "'b c' contains invalid characters",
		"label_selector=-a":                         "'-a' starts or ends with invalid characters",
		"page[]=2&per_page[]=3":                     "Unknown query parameter(s): 'page', 'per_page'. Valid",
		"page=0&order_by=x":                         "Page must be a positive integer",
		"embed=process_instances,process_instances": "Duplicate embedded resource",
	} {
		t.Run(label(query), func(t *testing.T) {
			c := c.in(t)
			c.get("/v3/processes?"+query).wantError(400, 10005, detail)
		})
	}
	c.each([]string{"app_guids", "space_guids", "organization_guids"}, func(c *client, scope string) {
		c.get("/v3/apps/"+AppGUID+"/processes?"+scope+"=x").wantError(400, 10005, "Unknown query parameter(s): '"+scope+"'")
	})
	if got := c.get("/v3/apps/" + AppGUID + "/processes?types=worker").want(200).guids(); !slices.Equal(got, []string{GUIDWorker}) {
		t.Errorf("processes of an app by type: got %v, want %v", got, []string{GUIDWorker})
	}
}

func TestAppsWithSpaceAndOrganization(t *testing.T) {
	c := as(t, New(t), Admin)
	r := c.get("/v3/apps?include=space.organization&guids=" + AppGUID + "," + AppGUIDCatalog + "," + AppGUIDTools).want(200)
	if got, want := r.guids(), []string{AppGUID, AppGUIDCatalog, AppGUIDTools}; !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", r.call, got, want)
	}
	r.wantAt("storefront", "resources", 0, "name").wantAt("production", "included", "spaces", 0, "name")
	r.wantAt("tools", "included", "spaces", 1, "name").wantAt(absent{}, "included", "spaces", 2)
	r.wantAt("retail", "included", "organizations", 0, "name").wantAt("platform-tools", "included", "organizations", 1, "name")
	r = c.get("/v3/apps?include=space&names=storefront&order_by=-name").want(200).wantAt(absent{}, "included", "organizations")
	r.wantAt(2, "pagination", "total_results")
	c.get("/v3/apps?space_guids="+SpaceGUIDStaging).want(200).wantAt(AppGUIDStaging, "resources", 0, "guid").wantAt(absent{}, "included")
	c.get("/v3/apps?include=route").wantError(400, 10005, "Invalid included resource: 'route'")
	c.get("/v3/apps?per_page=1&page=2&order_by=name").want(200).wantAt("catalog", "resources", 0, "name")
	c.get("/v3/apps/"+AppGUID).want(200).wantAt("STARTED", "state")
	r = c.get("/v3/spaces?include=organization&guids=" + SpaceGUIDProduction + "," + SpaceGUIDStaging).want(200)
	r.wantAt("retail", "included", "organizations", 0, "name").wantAt(absent{}, "included", "organizations", 1)
	c.get("/v3/organizations?names=retail").want(200).wantAt(OrgGUIDRetail, "resources", 0, "guid")
	old := as(t, New(t, WithoutEndpoints("apps_include")), Admin)
	old.get("/v3/apps?include=space").wantError(400, 10005)
}

func TestStateMayChangeWhilePaging(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	f.OnRequest(func(r *http.Request) {
		if r.URL.Query().Get("page") == "2" {
			f.DeleteProcess(GUIDWeb)
		}
	})
	if got, want := c.get("/v3/processes?per_page=2&page=2").guids(), []string{GUIDNoRevision, GUIDHiddenCommand}; !slices.Equal(got, want) {
		t.Errorf("page 2 after a row of page 1 was deleted: got %v, want %v", got, want)
	}
	f.OnRequest(nil)
	c.get("/v3/processes?page=2").want(200)
}

func TestManyProcesses(t *testing.T) {
	f := New(t, WithoutSeed())
	f.AddMany(1_500)
	f.AddMany(1_500)
	c := as(t, f, Admin)
	seen := map[string]bool{}
	for page := 1; page <= 4; page++ {
		for _, guid := range c.get("/v3/processes?per_page=750&page=" + strconv.Itoa(page)).want(200).guids() {
			seen[guid] = true
		}
	}
	if len(seen) != 3_000 {
		t.Errorf("4 pages of 750: got %d processes, want 3000", len(seen))
	}
	r := c.get("/v3/apps?per_page=5000&include=space.organization").want(200)
	r.wantAt("space-0", "included", "spaces", 0, "name").wantAt("organization-0", "included", "organizations", 0, "name")
	r.wantAt(1_800, "pagination", "total_results")
}

func TestListEscapesStayInLinks(t *testing.T) {
	c := as(t, New(t), Admin)
	r := c.get("/v3/processes?types=web,wor%252Cker&per_page=1").want(200)
	link, _ := r.at("pagination", "next", "href").(string)
	parsed, err := url.Parse(link)
	if err != nil || parsed.Query().Get("types") != "web,wor%2Cker" {
		t.Errorf("%s: got the next page %s (error %v), want types=web,wor%%252Cker in it", r.call, link, err)
	}
}

func BenchmarkListProcesses(b *testing.B) {
	f := New(b, WithoutSeed())
	f.AddMany(20_000)
	token := f.Token(Admin)
	for b.Loop() {
		for page := 1; page <= 4; page++ {
			request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, f.URL()+"/v3/processes?per_page=5000&page="+strconv.Itoa(page), nil)
			if err != nil {
				b.Fatal(err)
			}
			request.Header.Set("Authorization", "bearer "+token)
			if a := f.newAPI().Handle(&rest.Call{Request: request}); a.Status != http.StatusOK {
				b.Fatalf("page %d: got status %d, want 200", page, a.Status)
			}
		}
	}
}
