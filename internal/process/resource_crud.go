package process

import (
	"cmp"
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// Create adopts the process and changes it to what the configuration sets. When that
// fails, nothing is stored: Terraform would plan a replacement, while the next apply
// can adopt the process again and send the rest.
func (r *processResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := field.Open(req.Plan.Raw)
	config := desired(field.Open(req.Config.Raw), plan, nil)
	ctx, cancel := r.deadline(ctx, plan, "create")
	defer cancel()
	address := addressIn(config).address()
	done, diags := r.converge(ctx, address, config, nil)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(r.wait(ctx, address, config, done)...); resp.Diagnostics.HasError() {
		resp.Diagnostics.AddWarning("Nothing was stored in the state", "The process has what the configuration sets, but not "+
			"all of its instances run. The next apply adopts it and does not wait for them, because nothing is left to scale: look "+
			"at them first (cf app, or the data source cf_process_instances).")
		return
	}
	resp.State.Raw = field.FillUnknown(req.Plan.Raw, valueOfResource(resourceValues(done.process, plan)))
	m := privateStateOf(config, done.process)
	resp.Diagnostics.Append(m.store(ctx, resp.Private, resp.Identity, field.Open(resp.State.Raw))...)
}

// Update changes the process to what the configuration sets. When that fails partway,
// the state records what was done, and the next plan shows the rest.
func (r *processResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, prior := field.Open(req.Plan.Raw), field.Open(req.State.Raw)
	config := desired(field.Open(req.Config.Raw), plan, prior)
	ctx, cancel := r.deadline(ctx, plan, "update")
	defer cancel()
	if other, _ := compareAddress(plan, prior); len(other) > 0 {
		prior = nil // another process is adopted, see compareAddress
	}
	address := addressIn(config).address()
	done, diags := r.converge(ctx, address, config, prior)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		if done.patched && prior != nil {
			resp.State.Raw = partialState(plan, prior, done)
			m, diags := readPrivate(ctx, req.Private)
			resp.Diagnostics.Append(diags...)
			m.recordResets(config)
			resp.Diagnostics.Append(m.store(ctx, resp.Private, resp.Identity, prior)...)
		}
		return
	}
	resp.State.Raw = field.FillUnknown(req.Plan.Raw, valueOfResource(resourceValues(done.process, plan)))
	m := privateStateOf(config, done.process)
	resp.Diagnostics.Append(m.store(ctx, resp.Private, resp.Identity, field.Open(resp.State.Raw))...)
	resp.Diagnostics.Append(r.wait(ctx, address, config, done)...)
}

// Read refreshes the state. The process is gone only when the API itself says so;
// then the next plan creates it again, and an import fails.
func (r *processResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.walk.refreshed.Store(true)
	prior := field.Open(req.State.Raw)
	m, diags := readPrivate(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.deadline(ctx, prior, "read")
	defer cancel()
	if m.Form == "" {
		m.Form = formOf(prior)
	}
	// Terraform before 1.12 wants an identity from a read that finds nothing, too.
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, m.Form, prior)...)
	address := addressIn(prior).in(m.Form).address()
	began := r.clock.Now()
	p, err := r.Client.GetProcess(ctx, address)
	var notConfigured *diagnostic.NotConfigured
	switch {
	case capi.IsNotFound(err) && m.Imported:
		resp.Diagnostics.Append(nothingToImport(address, err))
	case capi.IsNotFound(err):
		tflog.Warn(ctx, "the process does not exist any longer, or is not visible: it is planned again", map[string]any{"process": address.String()})
		resp.State.RemoveResource(ctx)
	case errors.As(err, &notConfigured) && notConfigured.Unknown:
		// The plan continues with the state, as for a resource that is not there yet.
		// The apply knows the provider's settings, and reads.
		resp.Diagnostics.Append(notConfigured.NotRefreshed(address.String()))
	case err != nil && instances.TimedOut(ctx):
		resp.Diagnostics.Append(timeout("read "+address.String(), r.clock.Now().Sub(began), err))
	case err != nil:
		resp.Diagnostics.Append(readFailure(address).Diagnostic(err))
	default:
		state := refreshed(prior, m, p)
		resp.State.Raw = valueOfResource(state)
		m.Korifi, m.Imported = p.OnKorifi(), false
		resp.Diagnostics.Append(m.store(ctx, resp.Private, resp.Identity, state)...)
	}
}

// Delete releases the process. No request is made.
func (r *processResource) Delete(_ context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := field.Open(req.State.Raw)
	resp.Diagnostics.AddWarning("Nothing was deleted",
		"Terraform no longer manages "+nameIn(state)+", which continues to run as it is. "+stopAdvice)
}

// wait waits until the instances run, if the configuration says so and the apply
// scaled or replaced them. Their number is the configured one, or that of the
// process: the planned one may be old where an autoscaler owns it.
func (r *processResource) wait(ctx context.Context, address capi.Address, config field.Attributes, done outcome) diag.Diagnostics {
	want := cmp.Or(config.IntPointer("instances"), done.process.Instances)
	changed := done.scaled || !done.since.IsZero()
	if !changed || want == nil || !config.Flag("wait_for_instances") {
		return nil
	}
	failure := changeFailure(address)
	failure.Action = "wait for the instances of " + address.String()
	target := instances.Target{
		Client: r.Client, Clock: r.clock, Address: address, Failure: failure,
		Progress: func(line string) { tflog.Info(ctx, "waiting for instances: "+line) },
	}
	return target.Wait(ctx, instances.Wanted{
		Count: *want, Since: done.since,
		Longer: "The process has what is configured; only the waiting failed. To wait longer, raise the timeouts of the " +
			"resource.",
	})
}

// deadline bounds ctx by the timeout of an operation in a plan or state.
func (r *processResource) deadline(ctx context.Context, of field.Attributes, operation string) (context.Context, context.CancelFunc) {
	limit := defaultTimeout
	if text, ok := of.Child("timeouts").Text(operation); ok {
		// The schema has refused what is not a duration.
		if d, err := parseTimeout(text); err == nil {
			limit = d
		}
	}
	return r.clock.WithTimeout(ctx, limit)
}
