package process

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// ModifyPlan makes the plan precise. Left to itself, the framework would plan
// everything computed as unknown as soon as one value changes; here only that
// is unknown which the change can really change. No request is made.
func (r *processResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return // destroy
	}
	config, plan, state := objectOf(req.Config.Raw), objectOf(req.Plan.Raw), objectOf(req.State.Raw)
	if config == nil || plan == nil {
		return
	}
	marks, diags := readMarks(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	planned := plannedValues(config, plan, state)
	if state != nil {
		resp.RequiresReplace = append(resp.RequiresReplace, otherProcess(planned, state)...)
	}
	if len(resp.RequiresReplace) > 0 {
		// The state is about another process. Terraform plans once more, then
		// without a state.
		resp.Plan.Raw = valueOfResource(planned)
		return
	}
	if state != nil {
		// Only an update can take note of these two.
		if marks.differsFrom(formOf(config)) {
			planned["updated_at"] = unknownOf(planned["updated_at"])
		}
		for _, name := range marks.noLongerReset(config, state) {
			planned[name] = unknownOf(planned[name])
		}
	}
	if state != nil && marks.Korifi {
		kind, _ := planned.child("health_check").text("type")
		resp.Diagnostics.Append(lackingOnKorifi(config, kind)...)
	}
	resp.Diagnostics.Append(checkEndpoints(config, planned)...)
	resp.Plan.Raw = valueOfResource(planned)
}

// otherProcess are the address attributes by which the plan means another
// process than the state has. GUIDs are the same in any case of their letters,
// as some foundations take them.
func otherProcess(planned, state object) path.Paths {
	var differ path.Paths
	for _, name := range []string{"guid", "app_guid", "type"} {
		if planned[name].Equal(state[name]) {
			continue
		}
		after, known := planned.text(name)
		before, _ := state.text(name)
		if name == "type" || !known || !strings.EqualFold(after, before) {
			differ = append(differ, path.Root(name))
		}
	}
	return differ
}

// managed are the attributes that a configuration can set, by the request that
// writes them.
var (
	patchedAttributes = []string{"command", "user", "health_check", "readiness_health_check", "metadata"}
	scaledAttributes  = []string{"instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second"}
)

// plannedValues are the values of the plan: what the configuration says, else
// what the state has, else unknown. plan gives the defaults of the schema.
func plannedValues(config, plan, state object) object {
	planned := make(object, len(plan))
	for name, proposed := range plan {
		switch {
		case config.has(name), name == "wait_for_instances", name == "timeouts":
			planned[name] = proposed
		case state != nil:
			planned[name] = state[name]
		default:
			planned[name] = unknownOf(proposed)
		}
	}
	if config.has("app_guid") && !config.has("type") {
		planned["type"] = tftypes.NewValue(tftypes.String, capi.DefaultType)
	}
	for _, name := range []string{"health_check", "readiness_health_check"} {
		if config.has(name) {
			planned[name] = plannedHealthCheck(config[name], plan[name], state[name])
		}
	}
	if config.has("metadata") && config["metadata"].IsKnown() {
		planned["metadata"] = overlay(config["metadata"], plan["metadata"], state["metadata"])
	}
	if state == nil {
		return planned
	}
	if writes(planned, state, patchedAttributes) || writes(planned, state, scaledAttributes) {
		planned["updated_at"] = unknownOf(planned["updated_at"])
	}
	if state.has("version") && changesVersion(planned, state) {
		planned["version"] = unknownOf(planned["version"])
	}
	if state.flag("command_redacted") && !planned["command"].Equal(state["command"]) {
		planned["command_redacted"] = unknownOf(planned["command_redacted"])
	}
	return planned
}

// writes reports whether one of the attributes is planned to change.
func writes(planned, state object, names []string) bool {
	for _, name := range names {
		if !planned[name].Equal(state[name]) {
			return true
		}
	}
	return false
}

// changesVersion reports whether the planned change gives the process a new
// version. Cloud Controller does that when memory changes; older ones also
// when the type or the endpoint of a health check does.
func changesVersion(planned, state object) bool {
	if !planned["memory_in_mb"].Equal(state["memory_in_mb"]) {
		return true
	}
	for _, name := range []string{"health_check", "readiness_health_check"} {
		if !planned[name].IsKnown() {
			return true
		}
		p, s := planned.child(name), state.child(name)
		if p == nil || s == nil {
			if (p == nil) != (s == nil) {
				return true
			}
			continue
		}
		if !p["type"].Equal(s["type"]) {
			return true
		}
		before, after := s.child("data").textPointer("endpoint"), p.child("data")["endpoint"]
		if after.Type() == nil {
			continue
		}
		if !after.Equal(stringValue(before)) {
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
			return unknownOf(plan)
		default:
			return state
		}
	}
	kind := plan.Type().(tftypes.Object) //nolint:forcetypeassert // called for objects of the schema only
	c, p, s := objectOf(config), objectOf(plan), objectOf(state)
	values := make(map[string]tftypes.Value, len(kind.AttributeTypes))
	for name, t := range kind.AttributeTypes {
		before, known := s[name]
		switch {
		case c.has(name) && t.Is(tftypes.Object{}):
			values[name] = overlay(c[name], p[name], before)
		case c.has(name):
			values[name] = p[name]
		case known:
			values[name] = before
		default:
			values[name] = tftypes.NewValue(t, tftypes.UnknownValue)
		}
	}
	return tftypes.NewValue(kind, values)
}

// plannedHealthCheck is the overlay for a health check. A check that changes
// its type keeps nothing for sure but what is set; without http it has no
// endpoint.
func plannedHealthCheck(config, plan, state tftypes.Value) tftypes.Value {
	if !config.IsKnown() {
		return plan
	}
	before := objectOf(state)
	kind := objectOf(config)["type"]
	changed := kind.Type() != nil && !kind.IsNull() && (before == nil || !kind.Equal(before["type"]))
	base := state
	if changed {
		base = tftypes.Value{}
	}
	check := objectOf(overlay(config, plan, base))
	name, typeKnown := check.text("type")
	data := check["data"]
	if typeKnown && name != "http" && !objectOf(config).child("data").has("endpoint") {
		data = withoutEndpoint(data)
	}
	return tftypes.NewValue(healthCheckType, map[string]tftypes.Value{"type": check["type"], "data": data})
}

// withoutEndpoint is the data of a check that is known to have no endpoint.
func withoutEndpoint(data tftypes.Value) tftypes.Value {
	fields := objectOf(data)
	if fields == nil {
		return data
	}
	fields["endpoint"] = nullString
	return tftypes.NewValue(healthCheckDataType, map[string]tftypes.Value(fields))
}

// checkEndpoints refuses an endpoint where the type is known not to be http: by
// the state, where none is configured or the configured one is ignored. The
// validator of the schema sees the configuration only.
func checkEndpoints(config, planned object) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range []string{"health_check", "readiness_health_check"} {
		check := config.child(name)
		if !check.child("data").given("endpoint") {
			continue
		}
		if kind, known := planned.child(name).text("type"); known && kind != "http" {
			at := path.Root(name).AtName("data").AtName("endpoint")
			diags.AddAttributeError(at, "Endpoint without http", endpointAdvice(at, kind))
		}
	}
	return diags
}
