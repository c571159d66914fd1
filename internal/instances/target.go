package instances

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// Client is the part of *capi.Client that this package needs.
type Client interface {
	GetProcess(context.Context, capi.Address) (*capi.Process, error)
	ProcessStats(context.Context, capi.Address) (*capi.ProcessStats, error)
	AppStopped(ctx context.Context, appGUID string) (bool, error)
	TerminateInstance(ctx context.Context, process *capi.Process, index int64) error

	GetApp(ctx context.Context, guid string) (*capi.AppInfo, error)
	RestartApp(ctx context.Context, guid string) error
	ListProcesses(context.Context, capi.ProcessFilter) (*capi.ProcessList, error)
	ActiveDeployments(ctx context.Context, appGUID string) ([]*capi.Deployment, error)
	CreateDeployment(ctx context.Context, appGUID string, strategy capi.Field[string], options capi.Field[capi.DeploymentOptions]) (*capi.Deployment, error)
	GetDeployment(ctx context.Context, guid string) (*capi.Deployment, error)
}

var _ Client = (*capi.Client)(nil)

// Target is a process whose instances are waited for, terminated or restarted, or
// an app that is restarted.
type Target struct {
	Client Client
	Clock  Clock
	// Address is the process as the configuration sets it; of an app, only AppGUID.
	Address capi.Address
	// Progress receives a line of text for each change; it may be nil.
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

// byGUID is the target for requests that must not reach the process that a
// deployment puts under the same address.
func (t Target) byGUID(guid string) Target {
	t.Address = capi.Address{GUID: guid}
	return t
}

// instances reads the instances from the stats, by index.
func (t Target) instances(ctx context.Context) (map[int64]instance, error) {
	asked := t.Clock.Now()
	stats, err := t.Client.ProcessStats(ctx, t.Address)
	if err != nil {
		return nil, err
	}
	return instancesOf(stats, asked, t.Clock.Now()), nil
}

// AppStopped reports whether the app of the process is stopped. The stats alone
// do not show it: they look the same while the first instance starts. An app that
// cannot be read counts as started. process may be nil, and is then read where
// the address does not contain the app.
func (t Target) AppStopped(ctx context.Context, process *capi.Process) bool {
	app := &t.Address.AppGUID
	if !t.Address.ByApp() {
		var err error
		if process == nil {
			process, err = t.Client.GetProcess(ctx, t.Address)
		}
		if err != nil || process.AppGUID() == nil {
			return false
		}
		app = process.AppGUID()
	}
	stopped, err := t.Client.AppStopped(ctx, *app)
	return err == nil && stopped
}

// located is a process with its instances before any of them is terminated.
type located struct {
	process *capi.Process
	// total is the number of instances that the process should have.
	total     int64
	instances map[int64]instance
}

// locate reads the process and its instances. The diagnostic is for a process
// that has no instance with the index to terminate.
func (t Target) locate(ctx context.Context, index int64) (located, diag.Diagnostic) {
	p, err := t.Client.GetProcess(ctx, t.Address)
	if err != nil {
		return located{}, t.Failure.Diagnostic(err)
	}
	found, err := t.byGUID(p.GUID).instances(ctx)
	if err != nil {
		return located{}, t.Failure.Diagnostic(err)
	}
	l := located{process: p, total: int64(len(found)), instances: found}
	if p.Instances != nil {
		l.total = *p.Instances
	}
	switch {
	case l.total == 0:
		return l, diag.NewErrorDiagnostic("The process has no instances",
			t.title()+" is scaled to 0 instances, so there is nothing to terminate. Scale it first.")
	case index >= l.total:
		return l, diag.NewAttributeErrorDiagnostic(path.Root("index"), "No such instance",
			fmt.Sprintf("%s has %s, so there is no index %d. Nothing was terminated.", t.title(), indexRange(l.total), index))
	case allDown(found) && t.AppStopped(ctx, p):
		return l, diag.NewErrorDiagnostic("The app is stopped", fmt.Sprintf("The app of %s is stopped, so no instance runs and there "+
			"is nothing to terminate. Start it (cf start).", t.Address))
	}
	return l, nil
}

// indexRange describes how many instances there are and how they are counted.
func indexRange(total int64) string {
	if total == 1 {
		return "one instance, with the index 0"
	}
	return fmt.Sprintf("%d instances, with the indexes 0 to %d", total, total-1)
}
