package instances

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// A request that ends instances is sent once: a second one could end those that
// replaced them. If its response is lost, what happens next shows whether it arrived.

// evidenceTime is how long it may take until the API shows that a request was
// carried out: an instance has some seconds to end on its own.
const evidenceTime = 45 * time.Second

// mayHaveArrived reports whether a request that failed may have been carried
// out all the same: the connection broke after it was sent, the server (or a
// proxy in front of it) failed while it worked on it, or something else
// answered.
func mayHaveArrived(err error) bool {
	// What these two wrap is about a login: the request itself was refused, or
	// not sent.
	var api *capi.Error
	if errors.As(err, &api) {
		return api.Status >= 500
	}
	var login *uaa.Error
	if errors.As(err, &login) {
		return false
	}
	var transportErr *transport.Error
	if errors.As(err, &transportErr) {
		return transportErr.MayHaveArrived
	}
	var response *capi.ResponseError
	return errors.As(err, &response)
}

// howItFailed is the bare error, with the ID that an operator searches for. The
// advice that comes with it elsewhere, to try again, is wrong for a request
// that may have been carried out.
func howItFailed(err error) string {
	text := "The request: " + err.Error()
	var api *capi.Error
	if errors.As(err, &api) && api.RequestID != "" {
		text += "\n" + api.RequestIDHeader + ": " + api.RequestID.String()
	}
	return text
}

// interrupted is the diagnostic for a request that was under way when ctx ended:
// what it was to do, how long it had, and where the user can look.
func interrupted(ctx context.Context, what, limit, look string) diag.Diagnostic {
	summary, why := "Canceled", "The run was canceled"
	if TimedOut(ctx) {
		summary, why = "Timeout", limit+" were over"
	}
	return diag.NewErrorDiagnostic(summary, fmt.Sprintf("%s while the request to %s was under way. It is unknown whether it arrived; "+
		"it is not sent again. %s", why, what, look))
}

// awaitEvidence calls look until it is done, for evidenceTime at most. It returns
// why the wait ended without evidence, and why the latest look failed, if it did.
func (t Target) awaitEvidence(ctx context.Context, look func(context.Context) (done bool, err error)) (unread, end error) {
	ctx, cancel := t.Clock.WithTimeout(ctx, evidenceTime)
	defer cancel()
	unread = errors.New("there was no time to read them")
	end = Poll(ctx, t.Clock, pollInterval, func(ctx context.Context) (done bool, err error) {
		done, unread = look(ctx)
		if isTransient(unread) {
			return false, nil
		}
		return done, unread
	})
	return unread, end
}
