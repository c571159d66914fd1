package instances

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// settledTime is for how long an instance has to run before it is terminated,
// where the foundation has no instance_guid: otherwise the uptime of the next one
// could not be distinguished from its own.
const settledTime = 3 * time.Second

// Restart restarts the instances of a process one after another: it terminates
// one, waits until another runs in its place, and continues with the next. It
// stops at the first that is not RUNNING again within timeout.
func (t Target) Restart(ctx context.Context, timeout time.Duration) diag.Diagnostics {
	return (&rollingRestart{Target: t, timeout: timeout, reads: readings{of: "the process"}}).run(ctx)
}

// rollingRestart is one call of Restart.
type rollingRestart struct {
	Target
	// timeout is for one instance.
	timeout time.Duration

	// process is the process that is restarted. Requests go to it by GUID, so that
	// none can reach the process that a deployment puts in its place.
	process *capi.Process
	// current is the address under which that process would be found, reads are the
	// readings of it.
	current capi.Address
	reads   readings
	// total is the number of instances at the beginning.
	total int64
	// done is how many are restarted, and so the index of the next one.
	done int64
	// underWay means that this one was terminated and is not back yet.
	underWay bool
	// lost is how the request to terminate it failed, if it is unknown whether it
	// arrived.
	lost   error
	poller statsPoller
	// rollout is for Korifi, where a change makes the platform replace instances
	// on its own; nil elsewhere.
	rollout *rolloutWatch
	// settling means that all instances run, but the platform may still replace
	// them.
	settling bool
	grown    bool // scaled up in between, and reported
}

// stopError ends the restart: summary and reason become the diagnostic.
type stopError struct{ summary, reason string }

func (s *stopError) Error() string { return s.reason }

func (r *rollingRestart) run(ctx context.Context) diag.Diagnostics {
	if d := r.begin(ctx); d != nil {
		return diag.Diagnostics{d}
	}
	began := r.Clock.Now()
	for r.done < r.total {
		if err := r.restartNext(ctx); err != nil {
			return diag.Diagnostics{r.diagnostic(ctx, err)}
		}
		r.done++
	}
	r.progress("%d of %d instances restarted in %s", r.done, r.total, Seconds(r.Clock.Now().Sub(began)))
	return nil
}

// begin reads the process and its instances, and refuses a process that has none
// to restart.
func (r *rollingRestart) begin(ctx context.Context) diag.Diagnostic {
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	l, d := r.locate(ctx, 0)
	if d != nil {
		return d
	}
	r.process, r.total, r.current = l.process, l.total, r.Address
	if app, typ := l.process.AppGUID(), l.process.Type; app != nil && typ != nil {
		r.current = capi.Address{AppGUID: *app, Type: *typ}
	}
	if l.process.OnKorifi() {
		r.rollout = newRolloutWatch(l.process, r.Clock.Now())
	}
	// Every instance is expected to be RUNNING: only what differs is reported.
	r.poller = newStatsPoller(r.byGUID(l.process.GUID), l.total)
	r.poller.down, r.poller.latest = allDown(l.instances), make(map[int64]instance, l.total)
	for index := range l.total {
		r.poller.latest[index] = instance{index: index, state: capi.StateRunning}
	}
	r.progress("restarting %s one after another: %d instances", r.Address, r.total)
	for _, inst := range l.instances {
		if inst.state == capi.StateRunning && inst.guid == "" && !inst.dated() {
			r.progress("the stats have neither instance_guid nor uptimes: an instance counts as restarted when it was seen not RUNNING " +
				"and is RUNNING again")
			break
		}
	}
	return nil
}

// restartNext waits until all instances run, terminates the next one, and waits
// until another runs in its place.
func (r *rollingRestart) restartNext(ctx context.Context) error {
	before, err := r.ready(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	r.poller.start = r.Clock.Now()
	err = r.Client.TerminateInstance(ctx, r.process, r.done)
	r.underWay = err == nil || mayHaveArrived(err)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		r.lost = err
		return ctx.Err()
	case r.underWay:
		r.lost = err
		r.progress("instance %d of %d: no answer to the request to terminate it; it is not sent again, the stats "+
			"have to show whether it arrived", r.done+1, r.total)
	case capi.IsNotFound(err):
		return r.vanished(ctx, err)
	default:
		return err
	}
	err = r.back(ctx, before)
	if err == nil {
		r.underWay, r.lost = false, nil
	}
	return err
}

// vanished is the error for an instance that was RUNNING a moment ago, but could
// not be found when it was terminated.
func (r *rollingRestart) vanished(ctx context.Context, err error) error {
	if changed := r.unchanged(ctx); changed != nil {
		return changed
	}
	if r.AppStopped(ctx, r.process) {
		return errAppStopped
	}
	return &stopError{"An instance is gone", fmt.Sprintf("The instance with the index %d was RUNNING, but could not be found when it "+
		"was to be terminated: somebody else ended it, or it ended on its own.\n\n%s", r.done, r.Failure.Detail(err))}
}

// ready waits until all instances are RUNNING and nothing else replaces them,
// and returns the one that is next.
func (r *rollingRestart) ready(ctx context.Context) (next instance, err error) {
	ctx, cancel := r.Clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	r.poller.start = r.Clock.Now()
	r.settling = false
	err = Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		next = found[r.done]
		young := next.guid == "" && next.dated() && r.Clock.Now().Sub(next.latest) < settledTime
		if countRunning(found, r.total) < r.total || young || !r.settled() {
			return false, nil
		}
		// The process is read last, so that a change of it is noticed which the
		// stats do not show yet.
		ok, err = r.reads.check(ctx, r.Target, r.unchanged(ctx))
		return ok && r.settled(), err
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
func (r *rollingRestart) back(ctx context.Context, before instance) error {
	// That it was seen in another state is evidence where there is no other, and
	// then the poller has reported its way back to RUNNING already.
	var seenDown bool
	return Poll(ctx, r.Clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		inst := at(found, before.index)
		if inst.state != capi.StateRunning {
			seenDown = true
			return false, nil
		}
		if !before.replacedBy(inst, seenDown) {
			return false, nil
		}
		if !seenDown {
			r.progress("instance %d of %d: %s after %s", before.index+1, r.total, capi.StateRunning,
				Seconds(r.Clock.Now().Sub(r.poller.start)))
		}
		return true, nil
	})
}

// look reads the stats. Where instances are missing from them, or the process
// itself, the reason may be that it was scaled or replaced.
func (r *rollingRestart) look(ctx context.Context) (map[int64]instance, bool, error) {
	found, ok, err := r.poller.poll(ctx)
	if ok && r.rollout != nil {
		own := int64(-1)
		if r.underWay {
			own = r.done
		}
		r.rollout.instances(found, r.total, own, r.Clock.Now())
	}
	if err != nil && capi.IsNotFound(err) || ok && int64(len(found)) < r.total {
		if read, changed := r.reads.check(ctx, r.Target, r.unchanged(ctx)); !read {
			return nil, false, changed
		}
	}
	return found, ok, err
}

// unchanged returns a *stopError when the process is another one by now or has
// fewer instances: then the rest of the restart is not wanted.
func (r *rollingRestart) unchanged(ctx context.Context) error {
	p, err := r.Client.GetProcess(ctx, r.current)
	if err == nil && r.rollout != nil {
		r.rollout.process(p, r.Clock.Now())
	}
	switch {
	case capi.IsNotFound(err):
		return &stopError{"The process is gone", fmt.Sprintf("%s no longer exists: a deployment replaced it, or it was "+
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
