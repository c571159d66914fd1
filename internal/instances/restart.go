package instances

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// settledUptime is for how long an instance has to run before it is terminated,
// where the foundation has no instance_guid: the uptime of its successor could
// not be told from its own otherwise.
const settledUptime = 2 * uptimeSlack

// Restart restarts the instances of a process one after another: it terminates
// one, waits until another runs in its place, and goes on with the next. It
// stops at the first that is not RUNNING again within timeout.
func (t Target) Restart(ctx context.Context, timeout time.Duration) diag.Diagnostics {
	return (&rollingRestart{Target: t, timeout: timeout}).run(ctx)
}

// rollingRestart is one call of Restart.
type rollingRestart struct {
	Target
	// timeout is for one instance.
	timeout time.Duration

	// process is the process that is restarted. Requests go to it by GUID, so that
	// none can hit the process that a deployment puts in its place.
	process *capi.Process
	// current is the address under which that process would be found.
	current capi.Address
	// total is the number of instances at the beginning.
	total int64
	// done are restarted already.
	done int64
	// underWay is the index of the instance that was terminated and is not back
	// yet, or -1.
	underWay int64
	// lost is how the request to terminate it failed, if it is unknown whether
	// it arrived.
	lost   error
	poller *statsPoller
	// rollout is for Korifi, where a change makes the platform replace instances
	// on its own; nil elsewhere.
	rollout *rolloutWatch
	// settling means that all instances run, but the platform may still replace
	// them.
	settling bool
	// failures counts the readings of the process that failed in a row.
	failures int
	grown    bool // scaled up in between, and said so
}

// stopError ends the restart: summary and reason become the diagnostic.
type stopError struct{ summary, reason string }

func (s *stopError) Error() string { return s.reason }

func (r *rollingRestart) run(ctx context.Context) diag.Diagnostics {
	if diags := r.begin(ctx); diags.HasError() {
		return diags
	}
	began := r.Clock.Now()
	for index := range r.total {
		if err := r.restart(ctx, index); err != nil {
			return diag.Diagnostics{r.diagnostic(ctx, err)}
		}
	}
	r.progress("%d of %d instances restarted in %s", r.done, r.total, Seconds(r.Clock.Now().Sub(began)))
	return nil
}

// begin finds out what there is to restart.
func (r *rollingRestart) begin(ctx context.Context) diag.Diagnostics {
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	r.underWay = -1
	p, err := r.Client.GetProcess(ctx, r.Address)
	if err != nil {
		return diag.Diagnostics{r.Failure.Diagnostic(err)}
	}
	r.process = p
	if p.OnKorifi() {
		r.rollout = newRolloutWatch(p, r.Clock.Now())
	}
	r.current = r.Address
	if app := p.AppGUID(); app != nil && p.Type != nil {
		r.current = capi.Address{AppGUID: *app, Type: *p.Type}
	}
	watched := r.Target
	watched.Address = capi.Address{GUID: p.GUID}
	stats, err := r.Client.ProcessStats(ctx, watched.Address)
	if err != nil {
		return diag.Diagnostics{r.Failure.Diagnostic(err)}
	}
	found := instancesOf(stats)
	r.total = int64(len(found))
	if p.Instances != nil {
		r.total = *p.Instances
	}
	switch {
	case r.total == 0:
		return diag.Diagnostics{r.noInstances()}
	case allDown(found) && AppStopped(ctx, r.Client, AppOf(p, r.Address)):
		return diag.Diagnostics{r.appIsStopped()}
	}
	r.poller = &statsPoller{Target: watched, want: r.total, latest: r.allRunning(), down: allDown(found)}
	r.progress("restarting %s one after another: %d instances", r.Address, r.total)
	if !identifiable(found) {
		r.progress("the stats have neither instance_guid nor uptimes: an instance counts as restarted when it was seen not RUNNING " +
			"and is RUNNING again")
	}
	return nil
}

// identifiable reports whether the stats show which RUNNING instance is another
// one than before.
func identifiable(found map[int64]instance) bool {
	for _, inst := range found {
		if inst.state == capi.StateRunning && inst.guid == "" && inst.uptime == nil {
			return false
		}
	}
	return true
}

// allRunning is how everything should look: only what differs is reported.
func (r *rollingRestart) allRunning() map[int64]instance {
	all := make(map[int64]instance, r.total)
	for index := range r.total {
		all[index] = instance{index: index, state: capi.StateRunning}
	}
	return all
}

// restart awaits that all instances run, terminates one, and waits until
// another runs in its place.
func (r *rollingRestart) restart(ctx context.Context, index int64) error {
	before, err := r.ready(ctx, index)
	if err != nil {
		return err
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	r.poller.start = r.Clock.Now()
	r.underWay, r.lost = index, nil
	err = r.Client.TerminateInstance(ctx, r.process, index)
	switch {
	case err == nil:
	case mayHaveArrived(err):
		r.lost = err
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.progress("instance %d of %d: no answer to the request to terminate it; it is not sent again, the stats "+
			"have to show whether it arrived", index+1, r.total)
	default:
		r.underWay = -1
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if capi.IsNotFound(err) {
			return r.vanished(ctx, index, err)
		}
		return err
	}
	if err := r.back(ctx, before); err != nil {
		return err
	}
	r.underWay, r.lost = -1, nil
	r.done++
	return nil
}

// vanished is the error for an instance that was RUNNING a moment ago, but could
// not be found when it was terminated.
func (r *rollingRestart) vanished(ctx context.Context, index int64, err error) error {
	if changed := r.unchanged(ctx); changed != nil {
		return changed
	}
	if AppStopped(ctx, r.Client, r.current) {
		return errAppStopped
	}
	return &stopError{"An instance is gone", fmt.Sprintf("The instance with the index %d was RUNNING, but could not be found when it "+
		"was to be terminated: somebody else ended it, or it ended on its own.\n\n%s", index, r.Failure.Detail(err))}
}

// ready waits until all instances are RUNNING and nothing else replaces them,
// and returns the one that is next.
func (r *rollingRestart) ready(ctx context.Context, index int64) (observation, error) {
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	var next observation
	r.poller.start = r.Clock.Now()
	r.settling = false
	err := Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		next = observation{found[index], r.Clock.Now()}
		young := next.guid == "" && next.uptime != nil && *next.uptime < settledUptime
		if countRunning(found, r.total) < r.total || young || !r.settled() {
			return false, nil
		}
		// The process is read last, so that a change of it is noticed which the
		// stats do not show yet.
		switch err := r.unchanged(ctx); {
		case err == nil:
			r.failures = 0
			return r.settled(), nil
		case isTransient(err) && r.failures < maxFailedReads-1:
			r.failures++
			return false, nil
		default:
			return false, err
		}
	})
	return next, err
}

// settled reports whether it is certain that the platform does not replace
// instances now. It reports once that it waits.
func (r *rollingRestart) settled() bool {
	if r.rollout == nil || r.rollout.left(r.Clock.Now()) == 0 {
		r.settling = false
		return true
	}
	if !r.settling {
		r.settling = true
		r.progress("waiting until nothing has changed for %s, because Kubernetes may still be replacing instances",
			Seconds(rolloutTime))
	}
	return false
}

// back waits until an instance other than before is RUNNING at its index.
func (r *rollingRestart) back(ctx context.Context, before observation) error {
	// That it was seen in another state is evidence where there is no other, and
	// then the poller has reported its way back to RUNNING already.
	var seenDown bool
	return Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		inst, there := found[before.index]
		if !there || inst.state != capi.StateRunning {
			seenDown = true
			return false, nil
		}
		now := r.Clock.Now()
		if !before.replacedBy(observation{inst, now}, seenDown) {
			return false, nil
		}
		if !seenDown {
			r.progress("instance %d of %d: %s after %s", before.index+1, r.total, capi.StateRunning,
				Seconds(now.Sub(r.poller.start)))
		}
		return true, nil
	})
}

// look reads the stats. Where instances are missing from them, or the process
// itself, the reason may be that it was scaled or replaced.
func (r *rollingRestart) look(ctx context.Context) (map[int64]instance, bool, error) {
	found, ok, err := r.poller.read(ctx)
	if err == nil && ok && r.rollout != nil {
		r.rollout.instances(found, r.total, r.underWay, r.Clock.Now())
	}
	gone := err != nil && capi.IsNotFound(err)
	if gone || err == nil && ok && int64(len(found)) < r.total {
		switch changed := r.unchanged(ctx); {
		case changed != nil && isTransient(changed):
			return nil, false, nil // asked again with the next reading
		case changed != nil:
			return nil, false, changed
		}
	}
	return found, ok, err
}

// unchanged returns a *stopError when the process is another one by now or has
// fewer instances: then nobody wants the rest of the restart.
func (r *rollingRestart) unchanged(ctx context.Context) error {
	p, err := r.Client.GetProcess(ctx, r.current)
	if err == nil && r.rollout != nil {
		r.rollout.process(p, r.Clock.Now())
	}
	switch {
	case capi.IsNotFound(err):
		return &stopError{"The process is gone", fmt.Sprintf("%s is not there any more: a deployment replaced it, or it was "+
			"deleted with its app.", r.title())}
	case err != nil:
		return err
	case p.GUID != r.process.GUID:
		return &stopError{"A deployment replaced the process", fmt.Sprintf("A deployment has put another process (%s) in the place "+
			"of %s (%s). Its instances are new, so they need no restart.", shown(p.GUID), r.Address, shown(r.process.GUID))}
	case p.Instances != nil && *p.Instances < r.total:
		return &stopError{"The process was scaled down", fmt.Sprintf("%s was scaled down from %d to %d instances while they were "+
			"restarted, by somebody else, an autoscaler or a deployment.", r.title(), r.total, *p.Instances)}
	case p.Instances != nil && *p.Instances > r.total && !r.grown:
		r.grown = true
		r.progress("scaled up to %d instances; the new ones need no restart", *p.Instances)
	}
	return nil
}
