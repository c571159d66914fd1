package process

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// plan is the result of terraform plan.
type plan struct {
	config  tftypes.Value
	prior   tftypes.Value // null for a create
	planned tftypes.Value
	private []byte
	replace bool
	diags   []*tfprotov6.Diagnostic
}

// empty reports whether nothing is planned.
func (p *plan) empty() bool { return !p.replace && p.planned.Equal(p.prior) }

// changes are the planned changes of attributes, for a failure text.
func (p *plan) changes() []string { return differences("", p.prior, p.planned, false) }

// validate returns the diagnostics of terraform validate.
func (w *workspace) validate(s settings) string {
	w.t.Helper()
	resp, err := w.server.ValidateResourceConfig(w.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "cf_process", Config: w.dynamic(w.config(s)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return diagnosticsText(resp.Diagnostics)
}

// refresh is terraform refresh; it returns the errors.
func (w *workspace) refresh() string {
	w.t.Helper()
	if w.state.IsNull() {
		return ""
	}
	resp, err := w.server.ReadResource(w.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: "cf_process", CurrentState: w.dynamic(w.state), Private: w.private, CurrentIdentity: w.identified,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if hasErrors(resp.Diagnostics) {
		return diagnosticsText(resp.Diagnostics)
	}
	if w.identified = resp.NewIdentity; w.identified == nil || w.identified.IdentityData == nil {
		w.t.Error("read: got no identity, want one")
	}
	w.state, w.private = w.unmarshal(resp.NewState), resp.Private
	if w.state.IsNull() {
		w.forget()
	} else if !w.state.IsFullyKnown() {
		w.t.Errorf("read: got the state %s, want no unknown values", brief(w.state))
	}
	return ""
}

func (w *workspace) unmarshal(d *tfprotov6.DynamicValue) tftypes.Value {
	w.t.Helper()
	v, err := d.Unmarshal(w.kind)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// plan refreshes and plans.
func (w *workspace) plan(s settings) *plan {
	w.t.Helper()
	if text := w.validate(s); text != "" {
		w.t.Fatalf("validate %s: got diagnostics:\n%.1000s\nwant none", brief(s), text)
	}
	if text := w.refresh(); text != "" {
		w.t.Fatalf("refresh: got diagnostics:\n%.1000s\nwant no error", text)
	}
	return w.planOnly(s)
}

// planOnly plans without a refresh.
func (w *workspace) planOnly(s settings) *plan {
	w.t.Helper()
	p := w.planFrom(w.config(s), w.state, w.private)
	if p.replace && !hasErrors(p.diags) {
		// Terraform plans the create of a replacement without a prior state, and drops
		// the warnings of that plan.
		first := p.diags
		p = w.planFrom(p.config, tftypes.NewValue(w.kind, nil), nil)
		p.replace = true
		if hasErrors(p.diags) {
			first = append(first, p.diags...)
		}
		p.diags = first
	}
	return p
}

func (w *workspace) planFrom(config, prior tftypes.Value, private []byte) *plan {
	w.t.Helper()
	p := &plan{config: config, prior: prior}
	resp, err := w.server.PlanResourceChange(w.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "cf_process", PriorState: w.dynamic(prior), ProposedNewState: w.dynamic(proposed(config, prior)),
		Config: w.dynamic(config), PriorPrivate: private, PriorIdentity: w.identified,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	p.diags, p.private, p.replace = resp.Diagnostics, resp.PlannedPrivate, len(resp.RequiresReplace) > 0
	p.planned = prior
	if resp.PlannedState != nil && !hasErrors(p.diags) {
		p.planned = w.unmarshal(resp.PlannedState)
		w.inconsistencies("plan compared with the configuration", config, p.planned, true)
	}
	return p
}

// inconsistentPlan is Terraform's error if the plan in the apply changes a value
// that was known in the first plan.
const inconsistentPlan = "Provider produced inconsistent final plan"

// configWith is the configuration for the plan in the apply: that of the first plan
// if it was known, since lifecycle.ignore_changes applies to it.
func (p *plan) configWith(known tftypes.Value) tftypes.Value {
	if p.config.IsFullyKnown() {
		return p.config
	}
	return known
}

// inconsistencies fails the test if got differs from want, as Terraform does
// for a plan that differs from the configuration, and for a result that differs
// from the plan. If lenient, null in want matches anything.
func (w *workspace) inconsistencies(what string, want, got tftypes.Value, lenient bool) {
	w.t.Helper()
	for _, difference := range differences("", want, got, lenient) { // each has got and want
		w.t.Errorf("%s: %s", what, difference)
	}
}

// differences returns a text "path: got X, want Y" for each attribute that differs.
func differences(at string, want, got tftypes.Value, lenient bool) []string {
	if !want.IsKnown() || lenient && want.IsNull() {
		return nil
	}
	w, g := field.Open(want), field.Open(got)
	if w == nil || g == nil {
		if !want.Equal(got) {
			return []string{fmt.Sprintf("%s: got %s, want %s", at, brief(got), brief(want))}
		}
		return nil
	}
	var found []string
	for name, value := range w {
		inner, ok := g[name]
		if !ok {
			found = append(found, at+"."+name+": got no attribute, want one")
			continue
		}
		found = append(found, differences(strings.TrimPrefix(at+"."+name, "."), value, inner, lenient)...)
	}
	for name := range g {
		if _, ok := w[name]; !ok {
			found = append(found, at+"."+name+": got an attribute, want none")
		}
	}
	slices.Sort(found)
	return found
}

// apply applies a plan with the configuration that is known by then, and returns
// the diagnostics.
func (w *workspace) apply(p *plan, s settings) []*tfprotov6.Diagnostic {
	w.t.Helper()
	if hasErrors(p.diags) {
		return p.diags
	}
	config := w.config(s)
	if p.planned.Equal(p.prior) && !p.replace {
		return nil
	}
	w.restart()
	// Terraform plans again with the values that are now known, and does not pass the
	// first plan.
	again := w.planFrom(p.configWith(config), p.prior, w.privateFor(p))
	if again.replace {
		w.t.Error("plan in the apply: got a replacement, want none, as in the first plan")
	}
	if hasErrors(again.diags) {
		return again.diags
	}
	if found := differences("", p.planned, again.planned, false); len(found) > 0 {
		return append(again.diags, &tfprotov6.Diagnostic{
			Severity: tfprotov6.DiagnosticSeverityError, Summary: inconsistentPlan, Detail: strings.Join(found, "\n"),
		})
	}
	planned, private := again.planned, again.private
	if planned.Equal(p.prior) && !p.replace {
		return nil
	}
	creating := p.prior.IsNull()
	resp, err := w.server.ApplyResourceChange(w.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "cf_process", PriorState: w.dynamic(p.prior), PlannedState: w.dynamic(planned),
		Config: w.dynamic(config), PlannedPrivate: private, PlannedIdentity: w.identified,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	state := w.unmarshal(resp.NewState)
	if hasErrors(resp.Diagnostics) && creating && !state.IsNull() {
		w.t.Errorf("failed create: got the state %s, want none: Terraform would taint it", brief(state))
	}
	if !hasErrors(resp.Diagnostics) {
		w.inconsistencies("new state compared with the plan", planned, state, false)
		if resp.NewIdentity == nil || resp.NewIdentity.IdentityData == nil {
			w.t.Error("apply: got no identity, want one")
		}
	}
	if !state.IsNull() && !state.IsFullyKnown() {
		w.t.Errorf("apply: got the state %s, want no unknown values", brief(state))
	}
	if state.IsNull() {
		w.forget()
		return resp.Diagnostics
	}
	w.state, w.private = state, resp.Private
	if resp.NewIdentity != nil && resp.NewIdentity.IdentityData != nil {
		w.identified = resp.NewIdentity
	}
	return resp.Diagnostics
}

func (w *workspace) privateFor(p *plan) []byte {
	if p.prior.IsNull() {
		return nil
	}
	return w.private
}

// run plans and applies, and returns the diagnostics as text.
func (w *workspace) run(s settings) string {
	w.t.Helper()
	return diagnosticsText(w.apply(w.plan(s), s))
}

// converges applies, and fails the test unless there are no diagnostics, exactly
// these writes, and then an empty plan.
func (w *workspace) converges(s settings, want ...string) {
	w.t.Helper()
	w.ResetRequests()
	if text := w.run(s); text != "" {
		w.t.Fatalf("apply %s: got diagnostics:\n%.1000s\nwant none", brief(s), text)
	}
	w.wrote(want...)
	w.settled(s)
}

// settled fails the test unless the plan is empty.
func (w *workspace) settled(s settings) {
	w.t.Helper()
	if p := w.plan(s); !p.empty() {
		w.t.Errorf("next plan of %s: got replace %t and the changes%s\nwant an empty plan", brief(s), p.replace, onLines(p.changes()))
	}
}

// wrote fails the test unless exactly these requests wrote, as "METHOD body",
// since the last call.
func (w *workspace) wrote(want ...string) {
	w.t.Helper()
	var got []string
	for _, r := range w.Requests() {
		if r.Method != "GET" && strings.HasPrefix(r.Path, "/v3/") {
			got = append(got, r.Method+" "+r.Body)
		}
	}
	w.ResetRequests()
	if !slices.Equal(got, want) {
		w.t.Errorf("requests: got the writes%s\nwant%s", onLines(got), onLines(want))
	}
}

// fails applies, and fails the test unless the diagnostics contain the text.
func (w *workspace) fails(s settings, want string) {
	w.t.Helper()
	mentions(w.t, "apply "+brief(s), w.run(s), want)
}

// createOrUpdate is the name of a row that runs for a process that the workspace
// adopts, and for one that it has adopted.
func createOrUpdate(update bool) string {
	if update {
		return "update"
	}
	return "create"
}

// subtest runs a row of a table in t.Run. Until it ends, the workspace reports
// to it.
func (w *workspace) subtest(t *testing.T, name string, row func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		before := w.t
		w.t = t
		defer func() { w.t = before }()
		row(t)
	})
}

// at is the value in the state at a path of names, or nil if it is null.
func (w *workspace) at(path ...string) any {
	w.t.Helper()
	v := w.state
	for _, name := range path {
		v = field.Open(v)[name]
	}
	if v.Type() == nil || v.IsNull() {
		return nil
	}
	o := field.Attributes{"x": v}
	if s, ok := o.Text("x"); ok {
		return s
	}
	if n := o.IntPointer("x"); n != nil {
		return *n
	}
	if v.Type().Is(tftypes.Bool) {
		return o.Flag("x")
	}
	if m, ok := o.TextMap("x"); ok && v.Type().Is(tftypes.Map{ElementType: tftypes.String}) {
		return m
	}
	return v
}

// identityOf is the identity as "name=value" of what is not null.
func (w *workspace) identityOf(data *tfprotov6.ResourceIdentityData) string {
	w.t.Helper()
	if data == nil || data.IdentityData == nil {
		return ""
	}
	v, err := data.IdentityData.Unmarshal(w.identity)
	if err != nil {
		w.t.Fatal(err)
	}
	var parts []string
	o := field.Open(v)
	for _, name := range []string{"guid", "app_guid", "type"} {
		if s, ok := o.Text(name); ok {
			parts = append(parts, name+"="+s)
		}
	}
	return strings.Join(parts, " ")
}

func hasErrors(diags []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d *tfprotov6.Diagnostic) bool {
		return d.Severity == tfprotov6.DiagnosticSeverityError
	})
}
