package process

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// lookup is the address in a data source: that of a process, or the name of an
// app and the place to look for it.
type lookup struct {
	addressModel
	AppName                            types.String
	SpaceGUID, SpaceName               types.String
	OrganizationGUID, OrganizationName types.String
}

// lookupArguments are the arguments of a lookup.
var lookupArguments = []struct {
	name, description string
	validators        []validator.String
	// place says that the argument narrows app_name.
	place bool
	in    func(*lookup) *types.String
}{
	{
		"guid", "GUID of the process. Set exactly one of `guid`, `app_guid` and `app_name`.", segment(), false,
		func(l *lookup) *types.String { return &l.GUID },
	},
	{
		"app_guid", "GUID of the app of the process. An address by app and type outlives a rolling deployment, which gives " +
			"the process a new GUID.", segment(), false,
		func(l *lookup) *types.String { return &l.AppGUID },
	},
	{
		"type", "Type of the process within the app: `web`, `worker`, … Goes with `app_name` or `app_guid`; default `web`.",
		segment(), false, func(l *lookup) *types.String { return &l.Type },
	},
	{
		"app_name", "Name of the app of the process, compared as the API does: without case on Cloud Controller. Several apps " +
			"can have one name: narrow it by space and organization.", notEmpty(), false,
		func(l *lookup) *types.String { return &l.AppName },
	},
	{
		"space_guid", "GUID of the space of the app. Goes with `app_name`.", segment(), true,
		func(l *lookup) *types.String { return &l.SpaceGUID },
	},
	{
		"space_name", "Name of the space of the app. Goes with `app_name`.", notEmpty(), true,
		func(l *lookup) *types.String { return &l.SpaceName },
	},
	{
		"organization_guid", "GUID of the organization of the app. Goes with `app_name`.", segment(), true,
		func(l *lookup) *types.String { return &l.OrganizationGUID },
	},
	{
		"organization_name", "Name of the organization of the app. Goes with `app_name`.", notEmpty(), true,
		func(l *lookup) *types.String { return &l.OrganizationName },
	},
}

// lookupAttributes are the arguments in a data source that has no attributes of
// their names.
func lookupAttributes() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(lookupArguments))
	for _, a := range lookupArguments {
		attributes[a.name] = schema.StringAttribute{
			Optional: true, MarkdownDescription: a.description, Validators: a.validators,
		}
	}
	return attributes
}

// lookupIn is the lookup in a configuration.
func lookupIn(config field.Attributes) *lookup {
	l := new(lookup)
	for _, a := range lookupArguments {
		*a.in(l) = config.String(a.name)
	}
	return l
}

// lookupValidator checks that a configuration addresses one process.
type lookupValidator struct{}

var _ datasource.ConfigValidator = lookupValidator{}

// Description describes the rule.
func (lookupValidator) Description(context.Context) string {
	return "the process is addressed by exactly one of guid, app_guid and app_name, the latter two with type"
}

// MarkdownDescription describes the rule.
func (v lookupValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateDataSource checks the configuration of a data source.
func (lookupValidator) ValidateDataSource(_ context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	resp.Diagnostics.Append(lookupIn(field.Open(req.Config.Raw)).check()...)
}

// check applies the rules. An unknown argument may still become null, so it
// counts neither as set nor as missing.
func (l *lookup) check() diag.Diagnostics {
	if l.AppName.IsNull() {
		diags := addressRules{byName: true}.check(l.addressModel)
		for _, a := range lookupArguments {
			if a.place && isKnown(*a.in(l)) {
				diags.AddAttributeError(path.Root(a.name), invalidAddress,
					a.name+" says where to look for an app_name. Set app_name, or leave "+a.name+" out.")
			}
		}
		return diags
	}
	var diags diag.Diagnostics
	exclude := func(name string, value types.String, other string, otherValue types.String) {
		if isKnown(value) && isKnown(otherValue) {
			diags.AddAttributeError(path.Root(name), invalidAddress,
				fmt.Sprintf("%s and %s exclude each other. Set only one of them.", other, name))
		}
	}
	exclude("guid", l.GUID, "app_name", l.AppName)
	exclude("app_guid", l.AppGUID, "app_name", l.AppName)
	exclude("space_name", l.SpaceName, "space_guid", l.SpaceGUID)
	exclude("organization_name", l.OrganizationName, "organization_guid", l.OrganizationGUID)
	return diags
}

// found is what a lookup led to.
type found struct {
	address capi.Address
	// process is what messages call the process.
	process string
	// names are those of the app; nil unless the lookup was by name.
	names *capi.AppNames
	// failure describes an error of what is read next.
	failure diagnostic.Failure
}

// resolve finds the address: by name with GET /v3/apps, otherwise without a
// request. Warnings come with the address, errors instead of it.
func (l *lookup) resolve(ctx context.Context, client *capi.Client) (found, diag.Diagnostics) {
	if l.AppName.IsNull() {
		address := l.address()
		return found{address: address, process: address.String(), failure: l.failure(address)}, nil
	}
	list, err := client.FindApps(ctx, capi.AppSearch{
		Name:      l.AppName.ValueString(),
		SpaceGUID: l.SpaceGUID.ValueString(), SpaceName: l.SpaceName.ValueString(),
		OrganizationGUID: l.OrganizationGUID.ValueString(), OrganizationName: l.OrganizationName.ValueString(),
	})
	if err != nil {
		return found{}, diag.Diagnostics{diagnostic.Failure{
			Object: "App", Action: "find the app " + l.app(), Attribute: path.Root("app_name"),
		}.Diagnostic(err)}
	}
	diags := apiWarnings(list.Warnings)
	diags.Append(unstableWarning("apps", list.Unstable)...)
	switch len(list.Apps) {
	case 1:
	case 0:
		diags.AddAttributeError(path.Root("app_name"), "App not found", l.notFound(list.Elsewhere))
		return found{}, diags
	default:
		diags.AddAttributeError(path.Root("app_name"), "Several apps of this name", fmt.Sprintf(
			"%d apps are called %s:%s\n\nNarrow it with space_name or space_guid, and organization_name or organization_guid, "+
				"or use app_guid.", len(list.Apps), l.app(), candidates(list.Apps)))
		return found{}, diags
	}
	app := list.Apps[0]
	byGUID := addressModel{AppGUID: types.StringValue(app.GUID), Type: l.Type}
	process := fmt.Sprintf("process %q of app %s", byGUID.address().Type, l.app())
	failure := l.failure(byGUID.address())
	failure.Action, failure.Attribute, failure.NotFound = "read "+process, path.Root("app_name"), ""
	return found{address: byGUID.address(), process: process, names: &app.AppNames, failure: failure}, diags
}

// failure describes that the process cannot be read. A type that is missing is
// reported at type only where the configuration sets it.
func (l *lookup) failure(address capi.Address) diagnostic.Failure {
	failure := readFailure(address)
	if !isKnown(l.Type) {
		failure.TypeAttribute = path.Empty()
	}
	return failure
}

// app names the app and the place that the configuration sets, for messages.
func (l *lookup) app() string {
	text := fmt.Sprintf("%q", l.AppName.ValueString())
	for _, a := range lookupArguments {
		if value := *a.in(l); a.place && isKnown(value) {
			kind, _, _ := strings.Cut(a.name, "_")
			text += fmt.Sprintf(" in the %s %q", kind, value.ValueString())
		}
	}
	return text
}

// notFound explains that no app was found.
func (l *lookup) notFound(elsewhere []*capi.App) string {
	text := "No app that this user can see is called " + l.app() + "."
	if len(elsewhere) > 0 {
		text += " There are apps of this name elsewhere:" + candidates(elsewhere)
	}
	for _, a := range lookupArguments {
		value := *a.in(l)
		switch {
		case !isKnown(value):
		case strings.HasSuffix(a.name, "_name") && looksLikeGUID(value.ValueString()):
			text += fmt.Sprintf("\n\n%q looks like a GUID: use %s instead of %s.",
				value.ValueString(), strings.TrimSuffix(a.name, "_name")+"_guid", a.name)
		case a.place && strings.HasSuffix(a.name, "_guid") && !looksLikeGUID(value.ValueString()):
			text += fmt.Sprintf("\n\n%q is not a GUID: use %s for a name.",
				value.ValueString(), strings.TrimSuffix(a.name, "_guid")+"_name")
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
