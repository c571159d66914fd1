package instances

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// Client is the part of *capi.Client that this package needs.
type Client interface {
	GetProcess(context.Context, capi.Address) (*capi.Process, error)
	ProcessStats(context.Context, capi.Address) (*capi.ProcessStats, error)
	AppStopped(ctx context.Context, appGUID string) (bool, error)
	TerminateInstance(ctx context.Context, process *capi.Process, index int64) error
}

var _ Client = (*capi.Client)(nil)

// Target is a process whose instances are waited for, terminated or restarted.
type Target struct {
	Client Client
	Clock  Clock
	// Address is the process as the configuration names it.
	Address capi.Address
	// Progress is called with a line of text when something changed; nil for
	// nobody.
	Progress func(string)
	// Failure describes the errors of the API.
	Failure diagnostic.Failure
}

func (t Target) progress(format string, arguments ...any) {
	if t.Progress != nil {
		t.Progress(fmt.Sprintf(format, arguments...))
	}
}

// title is the process at the beginning of a sentence.
func (t Target) title() string { return diagnostic.Capitalize(t.Address.String()) }

// noInstances is the error for a process that is scaled to zero.
func (t Target) noInstances() diag.Diagnostic {
	return diag.NewErrorDiagnostic("The process has no instances",
		t.title()+" is scaled to 0 instances, so there is nothing to terminate. Scale it first.")
}

// appIsStopped is the error for a process of a stopped app.
func (t Target) appIsStopped() diag.Diagnostic {
	return diag.NewErrorDiagnostic("The app is stopped", fmt.Sprintf("The app of %s is stopped, so no instance runs and there "+
		"is nothing to terminate. Start it (cf start).", t.Address))
}

// AppOf returns an address that names the app of the process, so that
// AppStopped needs no request for it; the given address where the process
// does not show its app.
func AppOf(p *capi.Process, address capi.Address) capi.Address {
	if app := p.AppGUID(); app != nil {
		return capi.Address{AppGUID: *app, Type: capi.DefaultType}
	}
	return address
}

// AppStopped reports whether the app of a process is stopped. The stats alone
// do not show it: they look the same while the first instance starts. An app
// that cannot be read counts as started.
func AppStopped(ctx context.Context, client Client, address capi.Address) bool {
	app := address.AppGUID
	if !address.ByApp() {
		p, err := client.GetProcess(ctx, address)
		if err != nil || p.AppGUID() == nil {
			return false
		}
		app = *p.AppGUID()
	}
	stopped, err := client.AppStopped(ctx, app)
	return err == nil && stopped
}
