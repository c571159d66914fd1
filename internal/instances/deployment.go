package instances

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// deploy restarts the app with a deployment of its current droplet.
func (r *appRestart) deploy(ctx context.Context) diag.Diagnostics {
	r.progress("deploying the app %s, %d at a time", r.name(), r.MaxInFlight)
	rolling, options := capi.Set(Rolling), capi.Set(capi.DeploymentOptions{MaxInFlight: r.MaxInFlight})
	deployment, err := r.Client.CreateDeployment(ctx, r.Address.AppGUID, rolling, options)
	if refusesOptions(err) && r.MaxInFlight == 1 {
		// A foundation that does not know max_in_flight replaces one instance at a time.
		deployment, err = r.Client.CreateDeployment(ctx, r.Address.AppGUID, rolling, capi.Omit[capi.DeploymentOptions]())
	}
	if err == nil {
		r.progress("deployment %s is %s", shown(deployment.GUID), statusOf(deployment))
		return r.follow(ctx, deployment)
	}
	if refusesOptions(err) {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("max_in_flight"), "Not available on this foundation",
			"The API of this foundation does not know max_in_flight: it is too old. Leave it out. Nothing was restarted.\n\n"+
				r.Failure.Detail(err))}
	}
	if d := r.sent(ctx, err); d != nil {
		return diag.Diagnostics{d}
	}
	return r.adopt(ctx)
}

// refusesOptions reports whether a foundation refused a deployment because it
// does not know its options: "Unknown field(s): 'options'", or later "has
// unsupported key(s): max_in_flight" (README.md#deployment-options).
func refusesOptions(err error) bool {
	var e *capi.Error
	if !errors.As(err, &e) || e.Status != 422 {
		return false
	}
	return slices.ContainsFunc(e.Errors, func(o capi.ErrorObject) bool {
		detail := strings.ToLower(string(o.Detail))
		return strings.Contains(detail, "unknown field") && strings.Contains(detail, "options") ||
			strings.Contains(detail, "unsupported key") && strings.Contains(detail, "max_in_flight")
	})
}

// adopt looks for the deployment of a request whose response was lost, and follows
// it.
func (r *appRestart) adopt(ctx context.Context) diag.Diagnostics {
	var deployment *capi.Deployment
	var replaced string
	unread, err := r.awaitEvidence(ctx, func(ctx context.Context) (bool, error) {
		active, err := r.Client.ActiveDeployments(ctx, r.Address.AppGUID)
		if err == nil && len(active) > 0 {
			deployment = active[0]
			return true, nil
		}
		if err == nil {
			// The deployment may have ended by now.
			replaced, err = r.newWebProcess(ctx)
		}
		return replaced != "", err
	})
	if deployment != nil {
		r.progress("the request created deployment %s: it is %s", shown(deployment.GUID), statusOf(deployment))
		return r.follow(ctx, deployment)
	}
	what := fmt.Sprintf("The request to deploy the app %s got no answer that shows whether it was carried out. It was not sent "+
		"again, because that would deploy the app twice.", r.name())
	because := "\n\n" + howItFailed(r.lost)
	switch {
	case replaced != "":
		r.progress("app %s deployed in %s", r.name(), r.after())
		return diag.Diagnostics{diag.NewWarningDiagnostic("Deployed, but the response was lost", fmt.Sprintf(
			"%s But a deployment has taken place: %s is the new web process.%s", what, replaced, because))}
	case contextEnded(err, context.Canceled):
		return diag.Diagnostics{diag.NewErrorDiagnostic("Canceled", fmt.Sprintf("%s The run was canceled before it was known whether "+
			"it arrived. If it did, the deployment continues without Terraform; `cf cancel-deployment %s` cancels it.%s", what, r.name(), because))}
	case unread == nil:
		return diag.Diagnostics{diag.NewErrorDiagnostic("Probably not restarted", fmt.Sprintf("%s For %s no deployment of the app has "+
			"shown up, so it was most likely not carried out. Invoke the action again if you still want it.%s", what,
			Seconds(evidenceTime), because))}
	default:
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unknown whether the app is restarted", fmt.Sprintf("%s Whether it arrived could "+
			"not be read either. Look at the app (cf app %s) before you invoke the action again.%s\n\nThe deployments: %s", what,
			r.name(), because, unread))}
	}
}

// newWebProcess is the GUID of a web process of the app that it did not have
// before the restart, empty for none.
func (r *appRestart) newWebProcess(ctx context.Context) (string, error) {
	list, err := r.Client.ListProcesses(ctx, capi.ProcessFilter{AppGUID: r.Address.AppGUID})
	if err != nil {
		return "", err
	}
	for _, p := range list.Processes {
		known := slices.ContainsFunc(r.processes, func(old *capi.Process) bool { return old.GUID == p.GUID })
		if !known && text(p.Type) == capi.DefaultType {
			return shown(p.GUID), nil
		}
	}
	return "", nil
}
