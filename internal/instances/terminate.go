package instances

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// terminateTimeout bounds Terminate as a whole.
const terminateTimeout = 5 * time.Minute

// Terminate terminates the instance with an index: DELETE …/instances/{index},
// once. When the answer is lost, the stats show whether the request arrived.
func (t Target) Terminate(ctx context.Context, index int64) diag.Diagnostics {
	ctx, cancel := t.Clock.WithTimeout(ctx, terminateTimeout)
	defer cancel()
	return (&termination{Target: t, index: index}).run(ctx)
}

// termination is one request to terminate an instance.
type termination struct {
	Target
	index int64
	// before is the instance before the request.
	before instance
	// requests go to the process that had the instance: a deployment may put another
	// one under the same address, which is not meant.
	byGUID Target
}

func (t *termination) run(ctx context.Context) diag.Diagnostics {
	l, d := t.locate(ctx, t.index)
	if d != nil {
		return diag.Diagnostics{d}
	}
	t.byGUID = t.Target.byGUID(l.process.GUID)
	t.before = at(l.instances, t.index)
	t.progress("terminating the instance with the index %d of %s, which is %s", t.index, t.Address, t.before.state)
	err := t.Client.TerminateInstance(ctx, l.process, t.index)
	switch {
	case err == nil:
		t.progress("terminated; the platform starts a new one in its place")
		return nil
	case !mayHaveArrived(err):
		return diag.Diagnostics{t.refused(err)}
	case ctx.Err() != nil:
		return diag.Diagnostics{interrupted(ctx, fmt.Sprintf("terminate instance %d of %s", t.index, t.Address),
			"The "+Seconds(terminateTimeout)+" of the action", "Look at the instance's uptime (cf app).")}
	}
	t.progress("no answer that shows whether the request arrived; it is not sent again")
	return diag.Diagnostics{t.decide(ctx, err)}
}

// refused is the diagnostic for a request that was not carried out.
func (t *termination) refused(err error) diag.Diagnostic {
	if capi.IsNotFound(err) {
		failure := t.Failure
		failure.NotFound = "" // the process is there
		return diag.NewErrorDiagnostic("No such instance", fmt.Sprintf("Instance %d of %s existed a moment ago, and no "+
			"longer does: the process was scaled down or replaced, or the instance is being replaced already. Nothing was "+
			"terminated.\n\n%s", t.index, t.Address, failure.Detail(err)))
	}
	return t.Failure.Diagnostic(err)
}

// decide finds out from the stats whether the request was carried out after
// all: cause is how it failed.
func (t *termination) decide(ctx context.Context, cause error) diag.Diagnostic {
	var evidence string
	var latest instance
	unread, err := t.awaitEvidence(ctx, func(ctx context.Context) (bool, error) {
		found, err := t.byGUID.instances(ctx)
		if err == nil {
			latest = at(found, t.index)
			evidence = t.before.difference(latest)
		}
		return evidence != "", err
	})
	what := fmt.Sprintf("The request to terminate instance %d of %s got no answer that shows whether it was carried out. It "+
		"was not sent again, because that could end the next instance as well.", t.index, t.Address)
	because := "\n\n" + howItFailed(cause)
	switch {
	case evidence != "":
		t.progress("terminated: %s", evidence)
		return diag.NewWarningDiagnostic("Terminated, but the response was lost",
			what+" But the stats show that the instance was terminated: "+evidence+"."+because)
	case contextEnded(err, context.Canceled):
		return diag.NewErrorDiagnostic("Canceled", what+" The run was canceled before the stats showed whether it arrived: that is "+
			"unknown. Look at the instance's uptime (cf app)."+because)
	case unread == nil:
		return diag.NewErrorDiagnostic("Probably not terminated", what+fmt.Sprintf(" For %s the stats have "+
			"shown no sign of it: the instance is %s and the same as before, so the request was most likely not carried out. "+
			"Invoke the action again if you still want it.", Seconds(evidenceTime), latest.state)+because)
	default:
		return diag.NewErrorDiagnostic("Unknown whether the instance was terminated", what+" The stats could not be read either, so it "+
			"is unknown whether the instance was terminated. Look at its uptime (cf app) before you invoke the action again."+because+
			"\n\nThe stats: "+unread.Error())
	}
}
