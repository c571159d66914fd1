package process

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// fastClock is a clock whose tickers never keep anybody waiting: each tick
// that is waited for puts the clock forward.
type fastClock struct {
	mu       sync.Mutex
	now      time.Time
	timeouts []*fastTimeout
}

func newFastClock() *fastClock {
	return &fastClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
}

func (c *fastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fastClock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, t := range c.timeouts {
		if !c.now.Before(t.at) {
			t.expire()
		}
	}
	return c.now
}

func (c *fastClock) NewTicker(d time.Duration) ticker { return &fastTicker{clock: c, interval: d} }

func (c *fastClock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(parent)
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &fastTimeout{Context: inner, cancel: cancel, at: c.now.Add(d)}
	c.timeouts = append(c.timeouts, t)
	return t, cancel
}

// fastTimeout is a context that ends when the fast clock reaches a time.
type fastTimeout struct {
	context.Context
	cancel  context.CancelFunc
	at      time.Time
	mu      sync.Mutex
	expired bool
}

func (t *fastTimeout) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.Context.Err() == nil {
		t.expired = true
		t.cancel()
	}
}

func (t *fastTimeout) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.expired {
		return context.DeadlineExceeded
	}
	return t.Context.Err()
}

type fastTicker struct {
	clock    *fastClock
	interval time.Duration
}

// C is asked for whenever somebody is about to wait.
func (t *fastTicker) C() <-chan time.Time {
	tick := make(chan time.Time, 1)
	tick <- t.clock.advance(t.interval)
	return tick
}

func (t *fastTicker) Stop() {}

func TestPollEnds(t *testing.T) {
	failure := errors.New("it failed")
	for name, test := range map[string]struct {
		step  func(calls int) (bool, error)
		calls int
		want  error
	}{
		"done at once":         {func(int) (bool, error) { return true, nil }, 1, nil},
		"done later":           {func(calls int) (bool, error) { return calls == 4, nil }, 4, nil},
		"failed":               {func(calls int) (bool, error) { return false, failure }, 1, failure},
		"deadline":             {func(int) (bool, error) { return false, nil }, 5, context.DeadlineExceeded},
		"done at the deadline": {func(calls int) (bool, error) { return calls == 5, nil }, 5, nil},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newFastClock()
			ctx, cancel := clock.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			calls := 0
			err := poll(ctx, clock, 2*time.Second, func(context.Context) (bool, error) {
				calls++
				return test.step(calls)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("the error is %v, not %v", err, test.want)
			}
			if calls != test.calls {
				t.Errorf("%d calls, not %d", calls, test.calls)
			}
		})
	}
}

// A canceled context ends a wait at once, whatever the interval, and hides how
// the request noticed it.
func TestPollIsCanceledAtOnce(t *testing.T) {
	t.Run("between two steps", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		err := poll(ctx, realClock{}, time.Hour, func(context.Context) (bool, error) {
			time.AfterFunc(20*time.Millisecond, cancel)
			return false, nil
		})
		if !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
	t.Run("in a step", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := poll(ctx, realClock{}, time.Hour, func(context.Context) (bool, error) {
			cancel()
			return false, errors.New("the request broke off")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
	})
	t.Run("before the first step", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := poll(ctx, realClock{}, time.Hour, func(context.Context) (bool, error) {
			t.Error("a step was made")
			return true, nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
	})
}
