package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
)

// settledUptime is for how long an instance has to run before it is terminated,
// where the foundation has no instance_guid: the uptime of its successor could
// not be told from its own otherwise.
const settledUptime = 2 * uptimeSlack

// rollingRestart restarts the instances of a process one after another.
type rollingRestart struct {
	client   terminator
	clock    clock
	progress func(string)
	// timeout is for one instance.
	timeout time.Duration
	// address is the process as the user named it.
	address capi.Address
	failure diagnostic.Failure

	// guid is the process that is restarted. Requests go to it by GUID, so that
	// none can hit the process that a deployment puts in its place.
	guid string
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
	reader *statsPoller
	grown  bool // scaled up in between, and said so
}

// stop ends the restart: summary and reason become the diagnostic.
type stop struct{ summary, reason string }

func (s *stop) Error() string { return s.reason }

func (r *rollingRestart) run(ctx context.Context) diag.Diagnostics {
	if diags := r.begin(ctx); diags.HasError() {
		return diags
	}
	began := r.clock.Now()
	for index := range r.total {
		if err := r.restart(ctx, index); err != nil {
			return diag.Diagnostics{r.diagnostic(ctx, err)}
		}
	}
	r.progress(fmt.Sprintf("%d of %d instances restarted in %s", r.done, r.total, seconds(r.clock.Now().Sub(began))))
	return nil
}

// begin finds out what there is to restart.
func (r *rollingRestart) begin(ctx context.Context) diag.Diagnostics {
	ctx, cancel := r.clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	r.underWay = -1
	p, err := r.client.GetProcess(ctx, r.address)
	if err != nil {
		return diag.Diagnostics{r.failure.Diagnostic(err)}
	}
	r.guid = p.GUID
	r.current = r.address
	if app := p.AppGUID(); app != nil && p.Type != nil {
		r.current = capi.Address{AppGUID: *app, Type: *p.Type}
	}
	stats, err := r.client.ProcessStats(ctx, r.process())
	if err != nil {
		return diag.Diagnostics{r.failure.Diagnostic(err)}
	}
	found := instancesOf(stats)
	r.total = int64(len(found))
	if p.Instances != nil {
		r.total = *p.Instances
	}
	switch {
	case r.total == 0:
		return diag.Diagnostics{noInstances(r.address)}
	case nothingUp(found) && appStopped(ctx, r.client, appOf(p, r.address)):
		return diag.Diagnostics{appIsStopped(r.address)}
	}
	r.reader = &statsPoller{
		client: r.client, address: r.process(), clock: r.clock, want: r.total, progress: r.progress,
		latest: r.allRunning(), down: nothingUp(found),
	}
	r.progress(fmt.Sprintf("restarting %s one after another: %d instances", r.address, r.total))
	return nil
}

// process is the address of the process that is restarted, whatever takes its
// place.
func (r *rollingRestart) process() capi.Address { return capi.Address{GUID: r.guid} }

// allRunning is how everything should look: only what differs is told.
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
	ctx, cancel := r.clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := r.stillSame(ctx); err != nil {
		return err
	}
	r.reader.start = r.clock.Now()
	r.underWay, r.lost = index, nil
	err = r.client.TerminateInstance(ctx, r.process(), index)
	switch {
	case err == nil:
	case uncertain(err):
		r.lost = err
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.progress(fmt.Sprintf("instance %d of %d: no answer to the request to terminate it; it is not sent again, the stats "+
			"have to show whether it arrived", index+1, r.total))
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

// vanished says why an instance that was RUNNING a moment ago could not be found
// when it was terminated.
func (r *rollingRestart) vanished(ctx context.Context, index int64, err error) error {
	if changed := r.unchanged(ctx); changed != nil {
		return changed
	}
	if appStopped(ctx, r.client, r.current) {
		return errAppStopped
	}
	return &stop{"An instance is gone", fmt.Sprintf("The instance with the index %d was RUNNING, but could not be found when it "+
		"was to be terminated: somebody else ended it, or it ended by itself.\n\n%s", index, r.failure.Detail(err))}
}

// ready waits until all instances are RUNNING, and returns the one that is
// next.
func (r *rollingRestart) ready(ctx context.Context, index int64) (sighting, error) {
	ctx, cancel := r.clock.WithTimeout(ctx, r.timeout)
	defer cancel()
	var next sighting
	r.reader.start = r.clock.Now()
	err := poll(ctx, r.clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		next = sighting{found[index], r.clock.Now()}
		young := next.guid == "" && next.uptime != nil && *next.uptime < settledUptime
		return running(found, r.total) == r.total && !young, nil
	})
	return next, err
}

// back waits until an instance other than before is RUNNING at its index.
func (r *rollingRestart) back(ctx context.Context, before sighting) error {
	// That it was seen in another state is evidence where there is no other, and
	// then the reader has told its way back to RUNNING already.
	var seenDown bool
	return poll(ctx, r.clock, pollInterval, func(ctx context.Context) (bool, error) {
		found, ok, err := r.look(ctx)
		if err != nil || !ok {
			return false, err
		}
		one, there := found[before.index]
		if !there || one.state != capi.StateRunning {
			seenDown = true
			return false, nil
		}
		now := r.clock.Now()
		if !before.replacedBy(sighting{one, now}, seenDown) {
			return false, nil
		}
		if !seenDown {
			r.progress(fmt.Sprintf("instance %d of %d: %s after %s", before.index+1, r.total, capi.StateRunning,
				seconds(now.Sub(r.reader.start))))
		}
		return true, nil
	})
}

// look reads the stats. Where instances are missing from them, or the process
// itself, the reason may be that it was scaled or replaced.
func (r *rollingRestart) look(ctx context.Context) (map[int64]instance, bool, error) {
	found, ok, err := r.reader.read(ctx)
	gone := err != nil && capi.IsNotFound(err)
	if gone || err == nil && ok && int64(len(found)) < r.total {
		switch changed := r.unchanged(ctx); {
		case changed != nil && mayPass(changed):
			return nil, false, nil // asked again with the next reading
		case changed != nil:
			return nil, false, changed
		}
	}
	return found, ok, err
}

// stillSame is unchanged, asked until there is an answer.
func (r *rollingRestart) stillSame(ctx context.Context) error {
	failures := 0
	return poll(ctx, r.clock, pollInterval, func(ctx context.Context) (bool, error) {
		err := r.unchanged(ctx)
		if failures++; err != nil && mayPass(err) && failures < maxFailedReads {
			return false, nil
		}
		return true, err
	})
}

// unchanged reports, as a *stop, that the process is another one by now or has
// fewer instances: then nobody wants the rest of the restart.
func (r *rollingRestart) unchanged(ctx context.Context) error {
	p, err := r.client.GetProcess(ctx, r.current)
	switch {
	case capi.IsNotFound(err):
		return &stop{"The process is gone", fmt.Sprintf("%s is not there any more: a deployment replaced it, or it was "+
			"deleted with its app.", upperFirst(r.address.String()))}
	case err != nil:
		return err
	case p.GUID != r.guid:
		return &stop{"A deployment replaced the process", fmt.Sprintf("A deployment has put another process (%s) in the place "+
			"of %s (%s). Its instances are new, so they need no restart.", p.GUID, r.address, r.guid)}
	case p.Instances != nil && *p.Instances < r.total:
		return &stop{"The process was scaled down", fmt.Sprintf("%s was scaled down from %d to %d instances while they were "+
			"restarted, by somebody else, an autoscaler or a deployment.", upperFirst(r.address.String()), r.total, *p.Instances)}
	case p.Instances != nil && *p.Instances > r.total && !r.grown:
		r.grown = true
		r.progress(fmt.Sprintf("scaled up to %d instances; the new ones need no restart", *p.Instances))
	}
	return nil
}

// diagnostic says why the restart ended, how far it got, and how the instances
// are.
func (r *rollingRestart) diagnostic(ctx context.Context, err error) diag.Diagnostic {
	var summary, reason string
	var changed *stop
	waitedFor := "Not all instances were RUNNING"
	if r.underWay >= 0 {
		waitedFor = fmt.Sprintf("The instance with the index %d was not RUNNING again", r.underWay)
	}
	switch {
	case errors.As(err, &changed):
		summary, reason = changed.summary, changed.reason
	case errors.Is(ctx.Err(), context.Canceled):
		summary, reason = "Canceled", "The run was canceled."
	case errors.Is(err, errAppStopped):
		summary, reason = "The app is stopped", "The app was stopped while its instances were restarted."
	case waitEnded(err, context.DeadlineExceeded) && r.underWay >= 0:
		summary, reason = "Instance not back in time", waitedFor+" within "+seconds(r.timeout)+"."
	case waitEnded(err, context.DeadlineExceeded):
		summary, reason = "Instances not running in time", waitedFor+" within "+seconds(r.timeout)+
			", so none was terminated in addition."
	default:
		d := r.failure.Diagnostic(err)
		summary, reason = d.Summary(), d.Detail()
	}
	return diag.NewErrorDiagnostic(summary, reason+"\n\n"+r.reached())
}

// reached says how far the restart got.
func (r *rollingRestart) reached() string {
	text := fmt.Sprintf("%d of %d instances were restarted", r.done, r.total)
	left := r.total - r.done
	switch {
	case r.underWay >= 0 && r.lost != nil:
		left--
		text += fmt.Sprintf("; of the one with the index %d it is unknown whether the request to terminate it arrived (%s), "+
			"and it was not sent again", r.underWay, r.lost)
	case r.underWay >= 0:
		left--
		text += fmt.Sprintf("; the one with the index %d was terminated and is not back yet", r.underWay)
	}
	if left > 0 {
		text += fmt.Sprintf("; %d were not touched", left)
	}
	text += ". The instances, as last seen:" + instanceList(withMissing(r.reader.latest, r.total))
	if r.reader.failed != nil {
		text += "\nThe latest reading of the stats failed, so this may be out of date: " + r.reader.failed.Error()
	}
	return text
}
