package capi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

func TestListProcessesByName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		filter capi.ProcessFilter
		// want are the processes, without p-a-s-; unmatched are the names.
		want, unmatched string
		// requests to Cloud Controller, by path.
		requests string
	}{
		{
			"apps", capi.ProcessFilter{AppNames: []string{"shop", "app s-o1-dev", "typo"}},
			"o1-prod-shop o1-dev-shop o1-dev-app o2-prod-shop o2-dev-shop", "app_names=typo", "apps processes",
		},
		{"apps in a space", capi.ProcessFilter{AppNames: []string{"shop"}, SpaceNames: []string{"dev"}}, "o1-dev-shop o2-dev-shop", "", "apps processes"},
		{
			"apps in a space and an organization", capi.ProcessFilter{AppNames: []string{"shop"}, SpaceNames: []string{"dev"}, OrganizationNames: []string{"two"}},
			"o2-dev-shop", "", "apps processes",
		},
		{
			"a space without such an app is not a typo", capi.ProcessFilter{AppNames: []string{"shop"}, SpaceNames: []string{"dev", "empty", "tpyo"}, OrganizationNames: []string{"three", "two"}},
			"o2-dev-shop", "space_names=tpyo", "apps spaces organizations processes",
		},
		{"spaces", capi.ProcessFilter{SpaceNames: []string{"dev", "empty"}}, "o1-dev-shop o1-dev-app o2-dev-shop o2-dev-app", "", "spaces processes apps"},
		{
			"spaces of an organization", capi.ProcessFilter{SpaceNames: []string{"dev"}, OrganizationNames: []string{"two", "tow"}},
			"o2-dev-shop o2-dev-app", "organization_names=tow", "spaces organizations processes apps",
		},
		{"an organization", capi.ProcessFilter{OrganizationNames: []string{"one"}}, "o1-prod-shop o1-prod-app o1-dev-shop o1-dev-app", "", "organizations processes apps"},
		{"an organization and its GUID", capi.ProcessFilter{OrganizationNames: []string{"one", "two"}, OrganizationGUIDs: []string{"O2"}}, "o2-prod-shop o2-prod-app o2-dev-shop o2-dev-app", "", "organizations processes apps"},
		{"apps and the GUID of one", capi.ProcessFilter{AppNames: []string{"shop"}, AppGUIDs: []string{"a-s-o1-dev-shop", "a-s-o1-dev-app"}}, "o1-dev-shop", "", "apps processes"},
		{"apps and the GUID of a space", capi.ProcessFilter{AppNames: []string{"shop"}, SpaceGUIDs: []string{"s-o1-dev"}}, "o1-dev-shop", "", "apps processes"},
		{"apps and the GUID of an organization", capi.ProcessFilter{AppNames: []string{"shop"}, OrganizationGUIDs: []string{"o1"}}, "o1-prod-shop o1-dev-shop", "", "apps processes"},
		{"spaces and the GUID of an organization", capi.ProcessFilter{SpaceNames: []string{"dev"}, OrganizationGUIDs: []string{"o1"}}, "o1-dev-shop o1-dev-app", "", "spaces processes apps"},
		{"nothing", capi.ProcessFilter{AppNames: []string{"typo"}}, "", "app_names=typo", "apps"},
		{"no names", capi.ProcessFilter{AppNames: []string{}}, "", "", ""},
		{"with another filter that is empty", capi.ProcessFilter{AppNames: []string{"shop"}, Types: []string{}}, "", "", ""},
	} {
		for _, korifi := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, Korifi %t", test.name, korifi), func(t *testing.T) {
				t.Parallel()
				server := newNamesServer(korifi)
				client := server.start(t)
				for _, reading := range []string{"first reading", "second reading"} {
					server.forget()
					list, err := client.ListProcesses(t.Context(), test.filter)
					if err != nil {
						t.Fatalf("%s: got error %v, want none", reading, err)
					}
					if got := strings.ReplaceAll(strings.Join(guids(list.Processes), " "), "p-a-s-", ""); got != test.want {
						t.Errorf("%s: got the processes %q, want %q", reading, got, test.want)
					}
					var unmatched []string
					for _, u := range list.Unmatched {
						unmatched = append(unmatched, u.Filter+"="+u.Name)
					}
					if got := strings.Join(unmatched, " "); got != test.unmatched {
						t.Errorf("%s: got the unmatched names %q, want %q", reading, got, test.unmatched)
					}
					for _, p := range list.Processes {
						if names := list.Names[*p.AppGUID()]; names.App == nil || names.Space == nil || names.Organization == nil || names.OrganizationGUID == nil {
							t.Errorf("%s: got the names %s of %s, want all", reading, asJSON(names), p.GUID)
						}
					}
				}
				var paths []string
				for _, path := range server.paths() {
					paths = append(paths, strings.TrimPrefix(path, "/v3/"))
				}
				if got := strings.Join(paths, " "); !korifi && got != test.requests {
					t.Errorf("second reading: got the requests %q, want %q", got, test.requests)
				}
				if korifi && len(paths) > 6 {
					t.Errorf("second reading: got %s requests, want at most 6", short(paths))
				}
			})
		}
	}
}

// Names are split over several requests when one URL would get too long.
func TestListProcessesSplitsLongNames(t *testing.T) {
	t.Parallel()
	server := newNamesServer(false)
	names := []string{"shop"}
	for i := range 400 {
		names = append(names, fmt.Sprintf("an app with a long name that does not exist %d", i))
	}
	list, err := server.start(t).ListProcesses(t.Context(), capi.ProcessFilter{AppNames: names})
	if err != nil || len(list.Processes) != 4 || len(list.Unmatched) != 400 {
		t.Fatalf("got %s and error %v, want 4 processes and 400 names unmatched", describe(list), err)
	}
	for _, request := range server.received() {
		if len(request) > 8192 {
			t.Errorf("got a URL of %d bytes, want at most 8192", len(request))
		}
	}
	if slices.Contains(server.paths(), "/v3/spaces") {
		t.Errorf("got the requests %s\nwant none for spaces, which were included with the apps", short(server.paths()))
	}
}
