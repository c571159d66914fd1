// Package instancestest has a clock for tests of waits.
package instancestest

import (
	"context"
	"sync"
	"time"
)

// FastClock is a clock on which a sleep takes no time: it advances the clock.
type FastClock struct {
	mu       sync.Mutex
	now      time.Time
	timeouts []*fastTimeout
}

// NewFastClock makes a clock that begins at a fixed time.
func NewFastClock() *FastClock {
	return NewFastClockAt(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
}

// NewFastClockAt makes a clock that begins at the given time.
func NewFastClockAt(now time.Time) *FastClock { return &FastClock{now: now} }

// Now is the time that the clock has reached.
func (c *FastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance puts the clock forward and expires the contexts that end by then.
func (c *FastClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, t := range c.timeouts {
		if !c.now.Before(t.at) {
			t.expire()
		}
	}
}

// Sleep advances the clock by d.
func (c *FastClock) Sleep(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

// WithTimeout makes a context that ends when the clock has advanced by d.
func (c *FastClock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
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
