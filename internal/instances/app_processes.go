package instances

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// request requests the restart where the instances of all processes have to show
// that they were restarted.
//
// Korifi's deployment has the GUID of the app, and its status may be that of the
// deployment before, so neither shows its progress (README.md#deployments).
func (r *appRestart) request(ctx context.Context) error {
	if r.Strategy == StopStart {
		r.progress("restarting the app %s: all instances are stopped and started again", r.name())
		return r.Client.RestartApp(ctx, r.Address.AppGUID)
	}
	if r.MaxInFlight > 1 {
		r.progress("Korifi has no max_in_flight: Kubernetes decides how many instances it replaces at once")
	}
	r.progress("deploying the app %s", r.name())
	_, err := r.Client.CreateDeployment(ctx, r.Address.AppGUID, capi.Omit[string](), capi.Omit[capi.DeploymentOptions]())
	return err
}

// sent decides how to continue after the request for a restart. The diagnostic is
// for a request that was refused or interrupted.
func (r *appRestart) sent(ctx context.Context, err error) diag.Diagnostic {
	switch {
	case err == nil:
		return nil
	case !mayHaveArrived(err):
		return r.refused(err)
	case ctx.Err() != nil:
		return interrupted(ctx, "restart the app "+r.name(), Seconds(r.Timeout)+" (the timeout)", "Look at the app (cf app "+r.name()+").")
	}
	r.lost = err
	r.progress("no answer that shows whether the request arrived; it is not sent again")
	return nil
}

// awaitAll waits until all instances of all processes of the app are RUNNING
// and younger than the restart.
func (r *appRestart) awaitAll(ctx context.Context) diag.Diagnostics {
	for _, w := range r.waiters {
		w.start, w.since = r.Clock.Now(), r.requested
	}
	err := Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (done bool, err error) {
		done = true
		for _, w := range r.waiters {
			if !w.done {
				if w.done, err = w.step(ctx); err != nil {
					return false, err
				}
			}
			done = done && w.done
		}
		if !done && r.lost != nil && r.Clock.Now().Sub(r.requested) >= stableTime && !slices.ContainsFunc(r.waiters, (*waiter).changed) {
			return false, errNotRestarted
		}
		return done, nil
	})
	if err != nil {
		return diag.Diagnostics{r.notRunning(err)}
	}
	r.progress("app %s restarted in %s", r.name(), r.after())
	var diags diag.Diagnostics
	if slices.ContainsFunc(r.waiters, func(w *waiter) bool { return !w.sure }) {
		diags.AddWarning("Unknown whether the new instances run", "All instances of the app "+r.name()+" are RUNNING, but "+
			"the stats have no uptimes, so they do not show whether these were started by the restart. Look at them with `cf app`.")
	}
	if r.lost != nil {
		diags.AddWarning("Restarted, but the response was lost", "The request to restart the app got no answer that shows whether "+
			"it was carried out, and was not sent again. But the instances show that they were restarted.\n\n"+howItFailed(r.lost))
	}
	return diags
}

// errNotRestarted ends the wait for a restart whose request probably never
// arrived.
var errNotRestarted = errors.New("no instance was restarted")

// notRunning is the diagnostic for instances that do not run.
func (r *appRestart) notRunning(err error) diag.Diagnostic {
	restarted, states := fmt.Sprintf("The app %s was restarted", r.name()), ""
	for _, w := range r.waiters {
		states += fmt.Sprintf("\n\n%s: %d of %d instances RUNNING that started after the restart:%s", w.name,
			countRunning(w.latest, w.want), w.want, w.lastSeen())
	}
	if r.lost != nil {
		restarted = fmt.Sprintf("The request to restart the app %s got no answer, and was not sent again", r.name())
		states += "\n\n" + howItFailed(r.lost)
	}
	switch {
	case errors.Is(err, errNotRestarted):
		return diag.NewErrorDiagnostic("Probably not restarted", fmt.Sprintf("%s. For %s the instances have shown no sign of it, so "+
			"it was most likely not carried out. Invoke the action again if you still want it.%s", restarted, Seconds(stableTime), states))
	case errors.Is(err, errAppStopped):
		return diag.NewErrorDiagnostic("The app is stopped", restarted+", but it was stopped in the meantime."+states)
	case contextEnded(err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", fmt.Sprintf("The run was canceled after %s. %s, and its instances continue to start "+
			"without Terraform.%s", r.after(), restarted, states))
	case contextEnded(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Instances not running in time", fmt.Sprintf("%s, but after %s (the timeout) not all of its "+
			"instances run.%s", restarted, r.after(), states))
	default:
		return diag.NewErrorDiagnostic("Could not read the instances any longer", fmt.Sprintf("%s.%s\n\n%s", restarted, states,
			r.Failure.Detail(err)))
	}
}
