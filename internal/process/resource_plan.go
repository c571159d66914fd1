package process

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// ModifyPlan makes the plan precise. Without it, the framework would plan
// everything computed as unknown as soon as one value changes; here only that is
// unknown which the change can really change. It reads the process only for a
// create (see preview).
func (r *processResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	state := field.Open(req.State.Raw)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(releaseWarning(state))
		return
	}
	config, plan := field.Open(req.Config.Raw), field.Open(req.Plan.Raw)
	if config == nil || plan == nil {
		return
	}
	private, diags := readPrivate(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	planned := plannedValues(config, plan, state)
	now := situation{current: state, korifi: state != nil && private.Korifi}
	if state != nil {
		differing, unknown := compareAddress(planned, state)
		if len(differing) > 0 && r.walk.refreshed.Load() {
			// The state is about another process. Terraform plans again, then without
			// a state.
			resp.RequiresReplace = append(resp.RequiresReplace, differing...)
			resp.Diagnostics.Append(releaseWarning(state))
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
		// Only an update can record these two.
		if private.differsFrom(formOf(config)) {
			planned["updated_at"] = field.Unknown(planned["updated_at"])
		}
		for _, name := range private.noLongerReset(config, state) {
			planned[name] = field.Unknown(planned[name])
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

// compareAddress returns the attributes by which the planned address means another
// process than the state has, and whether others are not known yet. GUIDs are the
// same in any case of their letters, as some foundations take them.
//
// An address that is unknown in the plan can turn out to be either. Terraform then
// plans again in the apply, where an update cannot become a replacement any more.
// So it is planned as an update of which nothing is known, and that update adopts
// another process where the address turns out to be different: see Update, and
// walk.
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

// plannedValues returns the values of the plan: what the configuration sets, else
// what the state has, else unknown. plan has the defaults of the schema.
func plannedValues(config, plan, state field.Attributes) field.Attributes {
	planned := make(field.Attributes, len(plan))
	for name, proposed := range plan {
		switch {
		case config.IsSet(name), name == "wait_for_instances", name == "timeouts":
			planned[name] = proposed
		case state != nil:
			planned[name] = state[name]
		default:
			planned[name] = field.Unknown(proposed)
		}
	}
	if config.IsSet("app_guid") && !config.IsSet("type") {
		planned["type"] = tftypes.NewValue(tftypes.String, capi.DefaultType)
	}
	for _, name := range healthChecks {
		if config.IsSet(name) {
			planned[name] = plannedHealthCheck(config[name], plan[name], state[name])
		}
	}
	if config.IsSet("metadata") && config["metadata"].IsKnown() {
		planned["metadata"] = overlay(config["metadata"], plan["metadata"], state["metadata"])
	}
	if state == nil {
		return planned
	}
	if writes(planned, state) {
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

// writes reports whether an attribute that is sent is planned to change.
func writes(planned, state field.Attributes) bool {
	for _, a := range processTable.attributes {
		if a.write != nil && !planned[a.Name].Equal(state[a.Name]) {
			return true
		}
	}
	return false
}

// overlay puts the configured attributes of an object over those that the
// state has; what neither knows is unknown.
func overlay(config, plan, state tftypes.Value) tftypes.Value {
	if config.IsNull() || !config.IsKnown() {
		switch {
		case !config.IsKnown():
			return plan
		case state.Type() == nil:
			return field.Unknown(plan)
		default:
			return state
		}
	}
	typ := plan.Type().(tftypes.Object) //nolint:forcetypeassert // called for objects of the schema only
	c, p, s := field.Open(config), field.Open(plan), field.Open(state)
	values := make(map[string]tftypes.Value, len(typ.AttributeTypes))
	for name, t := range typ.AttributeTypes {
		before, known := s[name]
		switch {
		case c.IsSet(name) && t.Is(tftypes.Object{}):
			values[name] = overlay(c[name], p[name], before)
		case c.IsSet(name):
			values[name] = p[name]
		case known:
			values[name] = before
		default:
			values[name] = tftypes.NewValue(t, tftypes.UnknownValue)
		}
	}
	return tftypes.NewValue(typ, values)
}

// plannedHealthCheck is the overlay for a health check. A check that changes
// its type keeps nothing for sure but what is set; without http it has no
// endpoint.
func plannedHealthCheck(config, plan, state tftypes.Value) tftypes.Value {
	if !config.IsKnown() {
		return plan
	}
	before := field.Open(state)
	checkType := field.Open(config)["type"]
	changed := checkType.Type() != nil && !checkType.IsNull() && (before == nil || !checkType.Equal(before["type"]))
	base := state
	if changed {
		base = tftypes.Value{}
	}
	check := field.Open(overlay(config, plan, base))
	name, typeKnown := check.Text("type")
	data := check["data"]
	if typeKnown && name != "http" && !field.Open(config).Child("data").IsSet("endpoint") {
		data = withoutEndpoint(data)
	}
	return tftypes.NewValue(livenessCheck.Type, map[string]tftypes.Value{"type": check["type"], "data": data})
}

// withoutEndpoint is the data of a check that is known to have no endpoint.
func withoutEndpoint(data tftypes.Value) tftypes.Value {
	fields := field.Open(data)
	if fields == nil {
		return data
	}
	fields["endpoint"] = field.NullString
	return tftypes.NewValue(data.Type(), map[string]tftypes.Value(fields))
}
