package process

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// ModifyPlan makes the plan precise. Without it, the framework would plan all
// computed values as unknown as soon as one value changes; here, only those are
// unknown that the change can affect. It reads the process only for a create (see
// preview).
func (r *processResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	state := field.Open(req.State.Raw)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(releaseWarning(state))
		return
	}
	config, plan := field.Open(req.Config.Raw), field.Open(req.Plan.Raw)
	private, diags := readPrivate(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	planned := plannedValues(config, plan, state)
	// When Terraform replaces the resource, it plans the create with the old private state.
	now := situation{current: state, korifi: state != nil && private.Korifi}
	if state != nil {
		differing, unknown := compareAddress(planned, state)
		if len(differing) > 0 && r.walk.refreshed.Load() {
			// The state describes another process. Terraform plans again, without a state,
			// and shows only the errors of that plan. So the warnings are reported here.
			resp.RequiresReplace = append(resp.RequiresReplace, differing...)
			resp.Diagnostics.Append(releaseWarning(state))
			p, previewed := r.preview(ctx, config)
			resp.Diagnostics.Append(previewed...)
			if p != nil && !checkAgainst(config, nil, p).HasError() {
				resp.Diagnostics.Append(r.adoptionWarning(config, p)...)
			}
			resp.Plan.Raw = valueOfResource(planned)
			return
		}
		if len(differing) > 0 {
			now = situation{}
		}
		if len(differing) > 0 || unknown {
			state = nil
			planned = plannedValues(config, plan, nil)
		}
	}
	if state != nil {
		// Only an update can store another form of the address, or read a value again.
		if !private.fits(config) {
			planned["updated_at"] = field.Unknown(planned["updated_at"])
		}
		for _, name := range private.staysReset(state) {
			if !config.IsSet(name) {
				planned[name] = field.Unknown(planned[name])
			}
		}
	}
	var p *capi.Process
	if req.State.Raw.IsNull() {
		p, diags = r.preview(ctx, config)
		resp.Diagnostics.Append(diags...)
	}
	if p == nil {
		resp.Diagnostics.Append(now.check(config)...)
	} else if resp.Diagnostics.Append(checkAgainst(config, nil, p)...); !resp.Diagnostics.HasError() {
		fillFixed(planned, config, p)
		resp.Diagnostics.Append(r.adoptionWarning(config, p)...)
	}
	resp.Plan.Raw = valueOfResource(planned)
}

// compareAddress returns the attributes in which the planned address means another
// process than that in the state, and whether others are not known yet. It ignores
// the case of GUIDs, as some foundations do.
//
// An address that is unknown in the plan can turn out to be the same or another. In
// the apply, Terraform plans again, and an update can no longer become a
// replacement. So it is planned as an update with all values unknown, which adopts
// another process if the address turns out to be different: see Update, and walk.
func compareAddress(planned, state field.Attributes) (differing path.Paths, unknown bool) {
	for _, name := range addressNames {
		if planned[name].Equal(state[name]) {
			continue
		}
		after, known := planned.Text(name)
		before, _ := state.Text(name)
		switch {
		case !planned[name].IsKnown():
			unknown = true
		case name == "type" || !known || !strings.EqualFold(after, before):
			differing = append(differing, path.Root(name))
		}
	}
	return differing, unknown
}

// plannedValues returns the values of the plan. plan has the defaults of the schema;
// state is nil for a create.
func plannedValues(config, plan, state field.Attributes) field.Attributes {
	planned := overlay(config, plan, state)
	for name := range ownAttributes {
		planned[name] = plan[name]
	}
	if config.IsSet("app_guid") && !config.IsSet("type") {
		planned["type"] = tftypes.NewValue(tftypes.String, capi.DefaultType)
	}
	for _, name := range healthChecks {
		if config.IsKnown(name) {
			planned[name] = plannedHealthCheck(config.Child(name), plan.Child(name), state.Child(name))
		}
	}
	if state == nil {
		return planned
	}
	if slices.ContainsFunc(writable, func(a processAttribute) bool { return !planned[a.Name].Equal(state[a.Name]) }) {
		planned["updated_at"] = field.Unknown(planned["updated_at"])
	}
	if state.IsSet("version") && processTable.bumpsVersion(planned, state) {
		planned["version"] = field.Unknown(planned["version"])
	}
	if state.Flag("command_redacted") && !planned["command"].Equal(state["command"]) {
		planned["command_redacted"] = field.Unknown(planned["command_redacted"])
	}
	return planned
}

// overlay returns the planned attributes of an object: the value of the plan where
// the configuration sets one, else that of the state, else unknown.
func overlay(config, plan, state field.Attributes) field.Attributes {
	planned := make(field.Attributes, len(plan))
	for name, proposed := range plan {
		before, inState := state[name]
		typ, isObject := proposed.Type().(tftypes.Object)
		switch {
		case config.IsKnown(name) && isObject:
			planned[name] = overlay(config.Child(name), plan.Child(name), state.Child(name)).Value(typ)
		case config.IsSet(name):
			planned[name] = proposed
		case inState:
			planned[name] = before
		default:
			planned[name] = field.Unknown(proposed)
		}
	}
	return planned
}

// plannedHealthCheck is overlay for a health check. When the type changes, only the
// values that are set are known; a type other than http has no endpoint.
func plannedHealthCheck(config, plan, state field.Attributes) tftypes.Value {
	if config.IsSet("type") && !config["type"].Equal(state["type"]) {
		state = nil
	}
	check := overlay(config, plan, state)
	data := check.Child("data")
	if name, ok := check.Text("type"); ok && name != "http" && data != nil && !config.Child("data").IsSet("endpoint") {
		data["endpoint"] = tftypes.NewValue(tftypes.String, nil)
		check["data"] = data.Value(livenessData.Type)
	}
	return check.Value(livenessCheck.Type)
}
