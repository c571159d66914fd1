package instances

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// followed is a deployment that is followed to its end.
type followed struct {
	*appRestart
	readings
	deployment *capi.Deployment
	// webs are the web processes of the app as they were last seen, the new ones
	// first.
	webs     []webProcess
	reported string // the latest line of progress
}

// webProcess is one of the web processes that an app has while it is deployed.
type webProcess struct {
	guid  string
	name  string // see nameOf
	want  int64
	found map[int64]instance
}

// follow waits until the deployment has ended.
func (r *appRestart) follow(ctx context.Context, deployment *capi.Deployment) diag.Diagnostics {
	f := &followed{appRestart: r, readings: readings{of: "the deployment"}, deployment: deployment}
	err := Poll(ctx, r.Clock, deploymentInterval, f.step)
	if err != nil || f.deployment.Reason() != capi.DeploymentDeployed {
		return diag.Diagnostics{f.diagnostic(err)}
	}
	r.progress("app %s deployed in %s", r.name(), r.after())
	return nil
}

// step reads the deployment and its instances once.
func (f *followed) step(ctx context.Context) (done bool, err error) {
	deployment, err := f.Client.GetDeployment(ctx, f.deployment.GUID)
	if ok, err := f.check(ctx, f.Target, err); !ok {
		return false, err
	}
	f.deployment = deployment
	if deployment.Is(capi.DeploymentFinalized) && deployment.Reason() == capi.DeploymentDeployed {
		return true, nil
	}
	// The instances are only for the report.
	if webs, err := f.webProcesses(ctx); err == nil {
		f.webs = webs
	}
	f.report()
	return deployment.Is(capi.DeploymentFinalized), nil
}

// webProcesses reads the instances of all web processes of the app: a
// deployment starts those of a new process and stops those of the old one.
func (f *followed) webProcesses(ctx context.Context) ([]webProcess, error) {
	list, err := f.Client.ListProcesses(ctx, capi.ProcessFilter{AppGUID: f.Address.AppGUID, Types: []string{capi.DefaultType}})
	if err != nil {
		return nil, err
	}
	var newWebs, otherWebs []webProcess
	for _, p := range list.Processes {
		if text(p.Type) != capi.DefaultType {
			continue
		}
		web := webProcess{guid: p.GUID, name: f.nameOf(p.GUID)}
		if p.Instances != nil {
			web.want = *p.Instances
		}
		if web.found, err = f.byGUID(p.GUID).instances(ctx); err != nil {
			return nil, err
		}
		if web.name == newProcess {
			newWebs = append(newWebs, web)
		} else {
			otherWebs = append(otherWebs, web)
		}
	}
	return append(newWebs, otherWebs...), nil
}

// newProcess is what a process that the deployment has made is called.
const newProcess = "new process"

// nameOf is what a web process is called: new, old for one from before the
// deployment, or other for one of a later deployment.
func (f *followed) nameOf(guid string) string {
	switch {
	case slices.ContainsFunc(f.deployment.NewProcesses, func(p capi.DeploymentProcess) bool { return p.GUID == guid }):
		return newProcess
	case slices.ContainsFunc(f.processes, func(p *capi.Process) bool { return p.GUID == guid }):
		return "old process"
	case len(f.deployment.NewProcesses) == 0: // not reported
		return newProcess
	}
	return "other process"
}

// report reports the progress of the deployment, when that has changed.
func (f *followed) report() {
	line := statusOf(f.deployment)
	for _, web := range f.webs {
		line += fmt.Sprintf("; %s: %s", web.name, stateCounts(web.found))
	}
	if problem := f.deployment.Problem(); problem != "" {
		line += "; error: " + problem.String()
	}
	if line != f.reported {
		f.reported = line
		f.progress("after %s: %s", f.after(), line)
	}
}

// stateCounts counts the instances in each state: "2 RUNNING, 1 STARTING".
func stateCounts(found map[int64]instance) string {
	if len(found) == 0 {
		return "no instances"
	}
	counts := make(map[string]int)
	for _, inst := range found {
		counts[inst.state]++
	}
	var parts []string
	for _, state := range slices.Sorted(maps.Keys(counts)) {
		part := fmt.Sprintf("%d %s", counts[state], state)
		if state == capi.StateRunning {
			parts = slices.Insert(parts, 0, part)
		} else {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// diagnostic reports why the wait for the deployment ended without success.
func (f *followed) diagnostic(err error) diag.Diagnostic {
	d := fmt.Sprintf("deployment %s of the app %s", shown(f.deployment.GUID), f.name())
	going := fmt.Sprintf("The deployment continues without Terraform. To cancel it, so that the previous instances run again: "+
		"`cf cancel-deployment %s`.", f.name())
	switch {
	case err == nil:
		return f.ended(d)
	case contextEnded(err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", fmt.Sprintf("The run was canceled after %s, while the %s was %s. %s%s",
			f.after(), d, statusOf(f.deployment), going, f.state()))
	case contextEnded(err, context.DeadlineExceeded):
		return diag.NewErrorDiagnostic("Not deployed in time", fmt.Sprintf("After %s (the timeout) the %s was %s. %s To wait longer, "+
			"raise the timeout of the action.%s", f.after(), d, statusOf(f.deployment), going, f.state()))
	case capi.IsNotFound(err):
		return diag.NewErrorDiagnostic("The deployment is gone", fmt.Sprintf("The %s was %s, and no longer exists: the "+
			"app was deleted, or this user may no longer see it.%s\n\n%s", d, statusOf(f.deployment), f.state(), f.Failure.Detail(err)))
	default:
		return diag.NewErrorDiagnostic("Could not read the deployment any longer", fmt.Sprintf("The %s was %s. %s%s\n\n%s",
			d, statusOf(f.deployment), going, f.state(), f.Failure.Detail(err)))
	}
}

// ended is the diagnostic for a deployment that has ended without success.
func (f *followed) ended(name string) diag.Diagnostic {
	switch f.deployment.Reason() {
	case capi.DeploymentCanceled:
		return diag.NewErrorDiagnostic("The deployment was canceled", fmt.Sprintf("After %s the %s was canceled, so the "+
			"previous instances continue to run, without the changed configuration. Invoke the action again when the cause is removed.%s", f.after(), name, f.state()))
	case capi.DeploymentSuperseded:
		return diag.NewErrorDiagnostic("The deployment was superseded", fmt.Sprintf("After %s another deployment took the place of "+
			"the %s, like that of a cf push. That one brings the current configuration to the instances as well: look at it with "+
			"`cf app %s`.%s", f.after(), name, f.name(), f.state()))
	default:
		return diag.NewErrorDiagnostic("The deployment failed", fmt.Sprintf("After %s the %s ended as %s.%s", f.after(), name,
			statusOf(f.deployment), f.state()))
	}
}

// state describes the problem of the deployment, and its instances as last seen.
func (f *followed) state() string {
	var b strings.Builder
	if problem := f.deployment.Problem(); problem != "" {
		b.WriteString("\n\nThe deployment reports: " + problem.String())
	}
	for _, web := range f.webs {
		fmt.Fprintf(&b, "\n\nThe %s %s: %s%s", web.name, shown(web.guid), stateCounts(web.found), instanceList(web.found, web.want))
	}
	if note := f.staleNote(); note != "" {
		b.WriteString("\n" + note)
	}
	return b.String()
}
