package instances

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
)

// cluster plays the pods of one process of Korifi (fb0a00b2) on a Kubernetes:
// a change rolls them one after another, from the highest index down, a pod
// that ends is RUNNING in the stats until it is gone, and then its index is
// missing until the next pod is there.
type cluster struct {
	Client // panics in all that the cluster lacks

	t     *testing.T
	clock *instancestest.FastClock
	// end, pause and start are how long a pod takes to end, until there is another
	// one, and until that is ready. delay is how long after a write the rollout
	// begins.
	end, pause, start, delay time.Duration
	// withoutUptimes leaves the uptimes out of the stats.
	withoutUptimes bool

	at        time.Time // until when the pods were played
	revision  int       // that is wanted
	rollFrom  time.Time
	updatedAt time.Time
	pods      map[int64]*pod
	count     int64

	terminated []int64
	// leastServing is the smallest number of pods that were ready and not ending.
	leastServing int64
	// onRead is called before each reading of the process.
	onRead func()
}

type pod struct {
	revision int
	// created is zero until the pod is there, ready when it is RUNNING.
	created, ready time.Time
	// gone is when an ending pod is gone; zero for one that does not end.
	gone time.Time
}

func newCluster(t *testing.T, count int64) *cluster {
	clock := instancestest.NewFastClock()
	c := &cluster{
		t: t, clock: clock, end: 25 * time.Second, pause: 3 * time.Second, start: 5 * time.Second, delay: time.Second,
		at: clock.Now(), updatedAt: clock.Now().Add(-time.Hour), pods: map[int64]*pod{}, count: count, leastServing: count,
	}
	for index := range count {
		began := clock.Now().Add(-time.Hour)
		c.pods[index] = &pod{created: began, ready: began}
	}
	return c
}

// change writes the process, so that all pods are replaced.
func (c *cluster) change() {
	c.play()
	c.revision++
	c.updatedAt = c.clock.Now()
	c.rollFrom = c.clock.Now().Add(c.delay)
}

// play brings the pods to the time of the clock.
func (c *cluster) play() {
	for now := c.clock.Now(); c.at.Before(now); {
		c.at = c.at.Add(100 * time.Millisecond)
		for _, index := range slices.Sorted(maps.Keys(c.pods)) {
			p := c.pods[index]
			if !p.gone.IsZero() && !c.at.Before(p.gone) {
				created := p.gone.Add(c.pause)
				c.pods[index] = &pod{revision: c.revision, created: created, ready: created.Add(c.start)}
			}
		}
		if !c.at.Before(c.rollFrom) {
			c.roll()
		}
		c.leastServing = min(c.leastServing, c.serving())
	}
}

// roll ends the next pod of an old revision, unless the one before is not ready.
func (c *cluster) roll() {
	for index := c.count - 1; index >= 0; index-- {
		p := c.pods[index]
		if !p.gone.IsZero() || c.at.Before(p.ready) {
			return
		}
		if p.revision < c.revision {
			p.gone = c.at.Add(c.end)
			return
		}
	}
}

func (c *cluster) serving() (n int64) {
	for _, p := range c.pods {
		if !c.at.Before(p.ready) && p.gone.IsZero() {
			n++
		}
	}
	return n
}

func (c *cluster) GetProcess(context.Context, capi.Address) (*capi.Process, error) {
	c.play()
	if c.onRead != nil {
		c.onRead()
	}
	guid, app, typ := "process-1", "app-1", "web"
	updatedAt := c.updatedAt.UTC().Format(time.RFC3339)
	return &capi.Process{
		GUID: guid, Type: &typ, Instances: &c.count, UpdatedAt: &updatedAt,
		Relationships: &capi.Relationships{App: &capi.Relationship{Data: &capi.RelationshipData{GUID: &app}}},
		Metadata:      &capi.Metadata{Labels: map[string]*string{capi.KorifiMetadataPrefix + "guid": &guid}},
	}, nil
}

func (c *cluster) ProcessStats(context.Context, capi.Address) (*capi.ProcessStats, error) {
	c.play()
	stats := &capi.ProcessStats{Resources: []capi.InstanceStats{}}
	for _, index := range slices.Sorted(maps.Keys(c.pods)) {
		p := c.pods[index]
		if c.at.Before(p.created) {
			continue
		}
		s := capi.InstanceStats{Index: &index, State: ptr(capi.Text("STARTING"))}
		if !c.at.Before(p.ready) {
			s.State = ptr(capi.Text("RUNNING"))
			if !c.withoutUptimes {
				s.Uptime = ptr(int64(c.at.Sub(p.ready) / time.Second))
			}
		}
		stats.Resources = append(stats.Resources, s)
	}
	return stats, nil
}

func (c *cluster) AppStopped(context.Context, string) (bool, error) { return false, nil }

func (c *cluster) TerminateInstance(_ context.Context, _ *capi.Process, index int64) error {
	c.play()
	if serving := c.serving(); serving < c.count {
		c.t.Errorf("got a termination of instance %d while %d of %d serve, want all to serve", index, serving, c.count)
	}
	for i, p := range c.pods {
		if p.revision < c.revision {
			c.t.Errorf("got a termination of instance %d while instance %d is old, want it after the rollout", index, i)
		}
	}
	c.terminated = append(c.terminated, index)
	c.pods[index].gone = c.clock.Now().Add(c.end)
	return nil
}

func ptr[T any](v T) *T { return &v }

// restart restarts all pods.
func (c *cluster) restart(timeout time.Duration) (lines []string, text string) {
	target := Target{
		Client: c, Clock: c.clock, Address: capi.Address{GUID: "process-1"},
		Progress: func(line string) { lines = append(lines, line) },
	}
	for _, d := range target.Restart(c.t.Context(), timeout) {
		text += fmt.Sprintf("%s: %s\n%s\n", d.Severity(), d.Summary(), d.Detail())
	}
	return lines, text
}

// awaitChange waits, for ten minutes at most, for instances that are younger
// than now.
func (c *cluster) awaitChange(since time.Time) (w *waiter, err error) {
	ctx, cancel := c.clock.WithTimeout(c.t.Context(), 10*time.Minute)
	defer cancel()
	w = newWaiter(Target{Client: c, Clock: c.clock, Address: capi.Address{GUID: "process-1"}}, c.count)
	w.since = since
	return w, Poll(ctx, c.clock, pollInterval, w.step)
}
