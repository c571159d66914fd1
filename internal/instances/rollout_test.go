package instances

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

func allIndexes(n int64) (all []int64) {
	for index := range n {
		all = append(all, index)
	}
	return all
}

// The rolling restart of instances on Korifi ends no pod while Kubernetes rolls
// them, however the readings fall.
func TestRestartLeavesARolloutAlone(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*cluster)
		waits   bool // for the rollout
	}{
		"nothing rolls": {prepare: func(*cluster) {}},
		"a change a moment ago": {
			prepare: func(c *cluster) { c.change() }, waits: true,
		},
		"a change whose rollout has begun": {
			prepare: func(c *cluster) { c.change(); c.clock.Advance(10 * time.Second) }, waits: true,
		},
		"between two pods of a rollout": {
			prepare: func(c *cluster) { c.change(); c.clock.Advance(36 * time.Second) }, waits: true,
		},
		"the write was missed": {
			prepare: func(c *cluster) {
				c.change()
				c.updatedAt = c.updatedAt.Add(-time.Hour)
				c.clock.Advance(36 * time.Second)
			}, waits: true,
		},
		"pods that end at once and start at once": {
			prepare: func(c *cluster) { c.end, c.pause, c.start = time.Second, 0, time.Second; c.change() }, waits: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, 3)
			test.prepare(c)
			lines, text := c.restart(5 * time.Minute)
			if text != "" {
				t.Fatalf("got %s\nwant no diagnostic, after the progress:\n%s", text, strings.Join(lines, "\n"))
			}
			if want := allIndexes(3); !slices.Equal(c.terminated, want) {
				t.Errorf("got terminations %v, want %v", c.terminated, want)
			}
			if c.leastServing < 2 {
				t.Errorf("got %d serving instances at the least, want 2", c.leastServing)
			}
			waits := slices.ContainsFunc(lines, func(line string) bool {
				return strings.HasPrefix(line, "waiting until nothing has changed for 45 s")
			})
			if waits != test.waits {
				t.Errorf("got waiting %t, want %t:\n%s", waits, test.waits, strings.Join(lines, "\n"))
			}
		})
	}
}

func TestRestartOfManyPods(t *testing.T) {
	c := newCluster(t, 12)
	if lines, text := c.restart(5 * time.Minute); text != "" {
		t.Fatalf("got %s\nwant no diagnostic, after the progress:\n%s", text, strings.Join(lines, "\n"))
	}
	if want := allIndexes(12); !slices.Equal(c.terminated, want) {
		t.Errorf("got terminations %v, want %v", c.terminated, want)
	}
	if c.leastServing < 11 {
		t.Errorf("got %d serving instances at the least, want 11", c.leastServing)
	}
}

// A change in the middle makes the restart wait until it is rolled out, also
// when the stats do not show it yet.
func TestRestartWaitsForAChangeInTheMiddle(t *testing.T) {
	c := newCluster(t, 3)
	changed := false
	c.onRead = func() {
		if len(c.terminated) == 1 && c.serving() == 3 && !changed {
			changed = true
			c.change()
		}
	}
	lines, text := c.restart(5 * time.Minute)
	if !changed {
		t.Fatal("got no change in the middle, want one")
	}
	if text != "" {
		t.Fatalf("got %s\nwant no diagnostic, after the progress:\n%s", text, strings.Join(lines, "\n"))
	}
	if want := allIndexes(3); !slices.Equal(c.terminated, want) {
		t.Errorf("got terminations %v, want %v", c.terminated, want)
	}
}

func TestRestartSaysThatInstancesStillChange(t *testing.T) {
	c := newCluster(t, 3)
	c.change()
	_, text := c.restart(30 * time.Second)
	wantParts(t, text, "Instances still change", "within 30 s", "no further instance was terminated", "0 of 3 instances were restarted")
	if len(c.terminated) > 0 {
		t.Errorf("got terminations %v, want none", c.terminated)
	}
}

// All pods are RUNNING right after a change, and most of them most of the time
// of its rollout.
func TestWaitForARollout(t *testing.T) {
	for name, prepare := range map[string]func(*cluster){
		"as Kubernetes does it":          func(*cluster) {},
		"it begins late":                 func(c *cluster) { c.delay = 20 * time.Second },
		"pods end and start at once":     func(c *cluster) { c.end, c.pause, c.start = 0, 0, 100*time.Millisecond },
		"the pods have just been rolled": func(c *cluster) { c.change(); c.clock.Advance(5 * time.Minute); c.play() },
		"one pod has just started": func(c *cluster) {
			c.pods[0].ready = c.clock.Now() // it is rolled last
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, 3)
			prepare(c)
			since := c.clock.Now()
			c.change()
			w, err := c.awaitChange(since)
			if err != nil || !w.sure {
				t.Fatalf("got %t and error %v, want a sure wait", w.sure, err)
			}
			for index, p := range c.pods {
				if p.revision != c.revision || !p.gone.IsZero() || c.at.Before(p.ready) {
					t.Errorf("got the old instance %d, want a new one that is RUNNING", index)
				}
			}
		})
	}
}

func TestWaitForARolloutFails(t *testing.T) {
	c := newCluster(t, 2)
	c.start = time.Hour
	since := c.clock.Now()
	c.change()
	w, err := c.awaitChange(since)
	if err == nil {
		t.Fatal("got no error, want one")
	}
	wantParts(t, w.diagnostic(err).Detail(),
		"0 of 2 instances were RUNNING that started after the change", "index 0: RUNNING as before the change", "index 1: STARTING")
}

// Without uptimes nobody can tell the instances of before from the new ones.
func TestWaitThatCannotKnow(t *testing.T) {
	c := newCluster(t, 2)
	c.withoutUptimes = true
	since := c.clock.Now()
	c.change()
	ctx, cancel := c.clock.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	target := Target{Client: c, Clock: c.clock, Address: capi.Address{GUID: "process-1"}}
	diags := target.Wait(ctx, Wanted{Count: c.count, Since: since})
	if len(diags) != 1 || diags.HasError() || diags[0].Summary() != "Unknown whether the new instances run" {
		t.Errorf("got %v, want one warning", diags)
	}
	if waited := c.clock.Now().Sub(since); waited < stableTime {
		t.Errorf("got a wait of %s, want %s or more", waited, stableTime)
	}
}

func TestRestartSaysThatItCannotKnow(t *testing.T) {
	c := newCluster(t, 2)
	c.withoutUptimes = true
	lines, text := c.restart(5 * time.Minute)
	if text != "" {
		t.Fatalf("got %s, want no diagnostic", text)
	}
	want := "the stats have neither instance_guid nor uptimes"
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) }) {
		t.Errorf("got progress %q, want a line that begins with %q", lines, want)
	}
}
