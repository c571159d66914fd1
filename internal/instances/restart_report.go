package instances

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// diagnostic reports why the restart ended, how far it got, and how the
// instances are.
func (r *rollingRestart) diagnostic(ctx context.Context, err error) diag.Diagnostic {
	var summary, reason string
	var changed *stopError
	waitedFor := "Not all instances were RUNNING"
	if r.underWay {
		waitedFor = fmt.Sprintf("The instance with the index %d was not RUNNING again", r.done)
	}
	switch {
	case errors.As(err, &changed):
		summary, reason = changed.summary, changed.reason
	case errors.Is(ctx.Err(), context.Canceled):
		summary, reason = "Canceled", "The run was canceled."
	case errors.Is(err, errAppStopped):
		summary, reason = "The app is stopped", "The app was stopped while its instances were restarted."
	case contextEnded(err, context.DeadlineExceeded) && r.underWay:
		summary, reason = "Instance not back in time", waitedFor+" within "+Seconds(r.timeout)+"."
	case contextEnded(err, context.DeadlineExceeded) && r.settling:
		summary, reason = "Instances still change", "All instances were RUNNING, but within "+Seconds(r.timeout)+" there were not "+
			Seconds(rolloutTime)+" without a change. Kubernetes may still be replacing them, so no further instance was "+
			"terminated. Invoke the action again later, or give it a longer timeout."
	case contextEnded(err, context.DeadlineExceeded):
		summary, reason = "Instances not running in time", waitedFor+" within "+Seconds(r.timeout)+
			", so no further instance was terminated."
	default:
		d := r.Failure.Diagnostic(err)
		summary, reason = d.Summary(), d.Detail()
	}
	return diag.NewErrorDiagnostic(summary, reason+"\n\n"+r.reached())
}

// reached describes how far the restart got.
func (r *rollingRestart) reached() string {
	text := fmt.Sprintf("%d of %d instances were restarted", r.done, r.total)
	left := r.total - r.done
	if r.underWay {
		left--
		if r.lost != nil {
			text += fmt.Sprintf("; of the one with the index %d it is unknown whether the request to terminate it arrived (%s), "+
				"and it was not sent again", r.done, r.lost)
		} else {
			text += fmt.Sprintf("; the one with the index %d was terminated and is not back yet", r.done)
		}
	}
	switch {
	case left == 1:
		text += "; 1 was not touched"
	case left > 1:
		text += fmt.Sprintf("; %d were not touched", left)
	}
	return text + ". The instances, as last seen:" + r.poller.lastSeen()
}
