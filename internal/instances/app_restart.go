package instances

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// Strategies of AppRestart.
const (
	// Rolling deploys the current droplet of the app, without an outage.
	Rolling = "rolling"
	// StopStart stops all instances and starts them again, with an outage.
	StopStart = "stop_start"
)

// deploymentInterval is how often a deployment is read while it is followed.
// Cloud Controller itself continues its deployments every few seconds.
const deploymentInterval = 5 * time.Second

// AppRestart is how an app is restarted.
type AppRestart struct {
	// Strategy is Rolling or StopStart.
	Strategy string
	// MaxInFlight is how many instances a rolling restart may replace at once.
	MaxInFlight int64
	// Timeout bounds the whole restart.
	Timeout time.Duration
}

// appRestart is one call of RestartApp.
type appRestart struct {
	Target
	AppRestart
	// app is the app as it was before the restart, processes are those that it had.
	app       *capi.AppInfo
	processes []*capi.Process
	korifi    bool
	// waiters wait for the instances of each process, where nothing else shows that
	// they were restarted.
	waiters []*waiter
	// began is when RestartApp was called, requested when the restart was requested.
	began, requested time.Time
	// lost is how the request for the restart failed, if it is unknown whether it
	// arrived.
	lost error
}

// RestartApp restarts the app at the address, so that its instances get what was
// configured since they started. It waits until they run, or the deployment has
// ended.
func (t Target) RestartApp(ctx context.Context, how AppRestart) diag.Diagnostics {
	r := &appRestart{Target: t, AppRestart: how, began: t.Clock.Now()}
	ctx, cancel := r.Clock.WithTimeout(ctx, r.Timeout)
	defer cancel()
	if d := r.prepare(ctx); d != nil {
		return diag.Diagnostics{d}
	}
	r.requested = r.Clock.Now()
	if r.Strategy == Rolling && !r.korifi {
		return r.deploy(ctx)
	}
	if d := r.sent(ctx, r.request(ctx)); d != nil {
		return diag.Diagnostics{d}
	}
	return r.awaitAll(ctx)
}

// name is the app's name where it has one, for the cf CLI.
func (r *appRestart) name() string {
	if r.app == nil || r.app.Name == nil || *r.app.Name == "" {
		return r.Address.AppGUID
	}
	return shown(string(*r.app.Name))
}

// after is how long the restart has taken.
func (r *appRestart) after() string { return Seconds(r.Clock.Now().Sub(r.began)) }

// prepare reads the app and its processes, and refuses an app that cannot be
// restarted before anything is sent.
func (r *appRestart) prepare(ctx context.Context) diag.Diagnostic {
	var err error
	if r.app, err = r.Client.GetApp(ctx, r.Address.AppGUID); err != nil {
		return r.failed(ctx, err)
	}
	if r.app.Stopped() {
		return diag.NewErrorDiagnostic("The app is stopped", fmt.Sprintf("The app %s is stopped, so there is nothing to restart. "+
			"Start it (cf start %s): its instances then get what is configured.", r.name(), r.name()))
	}
	list, err := r.Client.ListProcesses(ctx, capi.ProcessFilter{AppGUID: r.Address.AppGUID})
	if err != nil {
		return r.failed(ctx, err)
	}
	r.processes = list.Processes
	r.korifi = r.app.OnKorifi() || slices.ContainsFunc(r.processes, (*capi.Process).OnKorifi)
	if d := r.checkInFlight(ctx); d != nil {
		return d
	}
	if r.Strategy == StopStart || r.korifi {
		r.observe(ctx)
	}
	return nil
}

// observe makes a waiter for each process that has instances, and reads those.
// Where they cannot be read, only their uptimes show which are new.
func (r *appRestart) observe(ctx context.Context) {
	for _, p := range r.processes {
		if p.Instances == nil || *p.Instances == 0 {
			continue
		}
		name := "process " + shown(p.GUID)
		if p.Type != nil {
			name = shown(*p.Type)
		}
		t := r.byGUID(p.GUID)
		t.Progress = func(line string) { r.progress("%s: %s", name, line) }
		w := newWaiter(t, *p.Instances)
		w.name = name
		w.before, _ = t.instances(ctx)
		r.waiters = append(r.waiters, w)
	}
}

// checkInFlight refuses to restart an app while a deployment of it is in
// flight: a second one would supersede the first. On Korifi a deployment only
// shows whether all instances of the app are ready (README.md#app-ready): a
// rolling restart waits for that, and one that stops the app need not.
func (r *appRestart) checkInFlight(ctx context.Context) diag.Diagnostic {
	if r.korifi && r.Strategy == StopStart {
		return nil
	}
	waiting := false
	var found *capi.Deployment
	err := Poll(ctx, r.Clock, deploymentInterval, func(ctx context.Context) (bool, error) {
		active, err := r.Client.ActiveDeployments(ctx, r.Address.AppGUID)
		if err != nil || len(active) == 0 {
			found = nil
			return true, err
		}
		found = active[0]
		if r.korifi && !waiting {
			waiting = true
			r.progress("not all instances of the app are ready: waiting for them first")
		}
		return !r.korifi, nil
	})
	switch {
	case capi.IsUnknownEndpoint(err) && r.Strategy == StopStart:
		return nil // without deployments none is in flight
	case capi.IsUnknownEndpoint(err):
		f := r.Failure
		f.Feature = "A rolling restart"
		d := f.Diagnostic(err)
		return diag.NewErrorDiagnostic(d.Summary(), d.Detail()+"\n\nTo restart the app with an outage, set strategy to \""+StopStart+"\".")
	case r.korifi && found != nil && TimedOut(ctx):
		return diag.NewErrorDiagnostic("The app is not ready", fmt.Sprintf("For %s not all instances of the app %s have been ready: "+
			"Kubernetes is still replacing them, or they do not start. Nothing was restarted. Look at them (cf app %s); to "+
			"restart the app anyway, set strategy to %q.", r.after(), r.name(), r.name(), StopStart))
	case err != nil:
		return r.failed(ctx, err)
	case found != nil:
		return diag.NewErrorDiagnostic("A deployment is in flight", fmt.Sprintf("The app %s is being deployed already (deployment "+
			"%s is %s). Nothing was restarted. Wait until the deployment has finished, or cancel it with `cf cancel-deployment %s`, "+
			"and invoke the action again.", r.name(), shown(found.GUID), statusOf(found), r.name()))
	}
	return nil
}

// failed is the diagnostic for an error before anything was sent.
func (r *appRestart) failed(ctx context.Context, err error) diag.Diagnostic {
	if TimedOut(ctx) {
		return diag.NewErrorDiagnostic("Timeout", fmt.Sprintf("Could not %s within %s (the timeout). Nothing was restarted.\n\n%s",
			r.Failure.Action, Seconds(r.Timeout), err))
	}
	return r.Failure.Diagnostic(err)
}

// refused is the diagnostic for a request for a restart that was not carried
// out.
func (r *appRestart) refused(err error) diag.Diagnostic {
	var e *capi.Error
	if errors.As(err, &e) {
		for _, o := range e.Errors {
			// Cloud Controller (3bbba906) answers 422 here instead of 403, and does not
			// say whether a role is missing or the organization is suspended
			// (README.md#deployment-role).
			if strings.Contains(string(o.Detail), "Unable to use app") {
				return diag.NewErrorDiagnostic("Not permitted", r.Failure.Detail(err)+"\n\nThe user of this credential can see the "+
					"app, but may not deploy it: that needs the role Space Developer or Space Supporter, in an organization that is "+
					"not suspended. `cf space-users ORG SPACE` shows the roles.")
			}
		}
		if e.Has(capi.CodeRollingDeployNotSupported) {
			return diag.NewAttributeErrorDiagnostic(path.Root("strategy"), "Rolling restarts are not available on this foundation",
				"This foundation cannot replace instances one after another. Set strategy to \""+StopStart+"\", which stops all "+
					"instances before it starts them again.\n\n"+r.Failure.Detail(err))
		}
	}
	return r.Failure.Diagnostic(err)
}

// statusOf is the status of a deployment for messages: "ACTIVE (DEPLOYING)".
func statusOf(d *capi.Deployment) string {
	text := d.Status.Value.String()
	if reason := d.Reason(); reason != "" {
		text += " (" + reason.String() + ")"
	}
	return text
}
