package process

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// lookupArguments are the arguments by which a data source finds a process: its
// address, or the name of an app and the place to look for it.
var lookupArguments = []struct {
	name, description string
	rule              checked
	// place means that the argument narrows app_name.
	place bool
}{
	{"guid", "GUID of the process. Set exactly one of `guid`, `app_guid` and `app_name`.", segmentRule, false},
	{
		"app_guid", "GUID of the app of the process. Unlike `guid`, app and type stay the same in a rolling " +
			"deployment.", segmentRule, false,
	},
	{
		"type", "Type of the process within the app: `web`, `worker`, … Only with `app_name` or `app_guid`. Default: " +
			"`web`.",
		segmentRule, false,
	},
	{
		"app_name", "Name of the app of the process; Cloud Controller ignores its case. If several apps have the name, " +
			"also set space and organization.", nonEmpty, false,
	},
	{"space_guid", "GUID of the space of the app. Only with `app_name`.", segmentRule, true},
	{"space_name", "Name of the space of the app. Only with `app_name`.", nonEmpty, true},
	{"organization_guid", "GUID of the organization of the app. Only with `app_name`.", segmentRule, true},
	{"organization_name", "Name of the organization of the app. Only with `app_name`.", nonEmpty, true},
}

// checkLookup checks that a configuration addresses one process. An unknown
// argument may still become null, so it counts neither as set nor as missing.
func checkLookup(config field.Attributes) diag.Diagnostics {
	if !config.IsSet("app_name") {
		diags := addressRules{byName: true}.check(addressIn(config))
		for _, a := range lookupArguments {
			if a.place && config.IsKnown(a.name) {
				diags.AddAttributeError(path.Root(a.name), invalidAddress,
					a.name+" goes only with app_name. Set app_name, or leave "+a.name+" out.")
			}
		}
		return diags
	}
	var diags diag.Diagnostics
	for _, pair := range [][2]string{
		{"guid", "app_name"}, {"app_guid", "app_name"}, {"space_name", "space_guid"}, {"organization_name", "organization_guid"},
	} {
		if config.IsKnown(pair[0]) && config.IsKnown(pair[1]) {
			diags.AddAttributeError(path.Root(pair[0]), invalidAddress,
				fmt.Sprintf("%s and %s exclude each other. Set only one of them.", pair[1], pair[0]))
		}
	}
	return diags
}

// found is the result of a lookup.
type found struct {
	address capi.Address
	// process names the process in messages.
	process string
	// names are those of the app; nil unless the lookup was by name.
	names *capi.AppNames
	// failure describes an error of the next request, which reads the process.
	failure diagnostic.Failure
}

// lookUp finds the address: by name with GET /v3/apps, otherwise without a
// request. Warnings come with the address, errors instead of it.
func lookUp(ctx context.Context, client *capi.Client, config field.Attributes) (found, diag.Diagnostics) {
	model := addressIn(config)
	if !config.IsSet("app_name") {
		address := model.address()
		return found{address: address, process: address.String(), failure: model.failure("read")}, nil
	}
	argument := func(name string) string {
		text, _ := config.Text(name)
		return text
	}
	app := appInPlace(config)
	list, err := client.FindApps(ctx, capi.AppSearch{
		Name:      argument("app_name"),
		SpaceGUID: argument("space_guid"), SpaceName: argument("space_name"),
		OrganizationGUID: argument("organization_guid"), OrganizationName: argument("organization_name"),
	})
	if err != nil {
		return found{}, diag.Diagnostics{diagnostic.Failure{
			Object: "App", Action: "find the app " + app, Attribute: path.Root("app_name"),
		}.Diagnostic(err)}
	}
	diags := listWarnings("apps", list.Warnings, list.Unstable)
	switch len(list.Apps) {
	case 1:
	case 0:
		diags.AddAttributeError(path.Root("app_name"), "App not found", appNotFound(config, list.Elsewhere))
		return found{}, diags
	default:
		diags.AddAttributeError(path.Root("app_name"), "Several apps of this name", fmt.Sprintf(
			"%d apps are called %s:%s\n\nNarrow it with space_name or space_guid, and organization_name or organization_guid, "+
				"or use app_guid.", len(list.Apps), app, candidates(list.Apps)))
		return found{}, diags
	}
	model = addressModel{AppGUID: types.StringValue(list.Apps[0].GUID), Type: model.Type}
	process := fmt.Sprintf("process %q of app %s", model.address().Type, app)
	failure := model.failure("read")
	failure.Action, failure.Attribute, failure.NotFound = "read "+process, path.Root("app_name"), ""
	return found{address: model.address(), process: process, names: &list.Apps[0].AppNames, failure: failure}, diags
}

// appInPlace names the app and the place that the configuration sets, for messages.
func appInPlace(config field.Attributes) string {
	name, _ := config.Text("app_name")
	text := fmt.Sprintf("%q", name)
	for _, a := range lookupArguments {
		if value, known := config.Text(a.name); a.place && known {
			object, _, _ := strings.Cut(a.name, "_")
			text += fmt.Sprintf(" in the %s %q", object, value)
		}
	}
	return text
}

// appNotFound explains that no app was found.
func appNotFound(config field.Attributes, elsewhere []*capi.App) string {
	text := "No app that this user can see is called " + appInPlace(config) + "."
	if len(elsewhere) > 0 {
		text += " There are apps of this name elsewhere:" + candidates(elsewhere)
	}
	for _, a := range lookupArguments {
		value, known := config.Text(a.name)
		switch {
		case !known:
		case strings.HasSuffix(a.name, "_name") && looksLikeGUID(value):
			text += fmt.Sprintf("\n\n%q looks like a GUID: use %s instead of %s.",
				value, strings.TrimSuffix(a.name, "_name")+"_guid", a.name)
		case a.place && strings.HasSuffix(a.name, "_guid") && !looksLikeGUID(value):
			text += fmt.Sprintf("\n\n%q is not a GUID: use %s for a name.",
				value, strings.TrimSuffix(a.name, "_guid")+"_name")
		}
	}
	return text + "\n\nCheck the names (cf apps lists those of the targeted space), that api_url is the right foundation, " +
		"and that the user has a role in the space."
}

// maxCandidates is how many apps a message lists.
const maxCandidates = 10

// candidates lists apps: organization / space / app (GUID), in a fixed order.
func candidates(apps []*capi.App) string {
	lines := make([]string, len(apps))
	for i, app := range apps {
		lines[i] = app.String()
	}
	slices.Sort(lines)
	more := ""
	if len(lines) > maxCandidates {
		more = fmt.Sprintf("\n  and %d more", len(lines)-maxCandidates)
		lines = lines[:maxCandidates]
	}
	return "\n  - " + strings.Join(lines, "\n  - ") + more
}
