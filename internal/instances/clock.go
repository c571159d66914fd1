// Package instances waits for, terminates and restarts the instances of a
// process. It reads and writes through the client of the API, reports progress
// in lines of text, and returns Terraform diagnostics.
package instances

import (
	"context"
	"errors"
	"time"
)

// Clock is the time source for waits. Tests use one that advances instantly.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or with the error of ctx when that ends first.
	Sleep(ctx context.Context, d time.Duration) error
	// WithTimeout is context.WithTimeout by this clock.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// RealClock is the clock of the machine.
type RealClock struct{}

// Now is time.Now.
func (RealClock) Now() time.Time { return time.Now() }

// Sleep waits for a timer or the end of ctx.
func (RealClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// WithTimeout is context.WithTimeout.
func (RealClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

// Poll calls step at once, and again interval after each call began (at once
// where the call took longer), until it is done, fails, or the context ends;
// then the error is the context's.
func Poll(ctx context.Context, clock Clock, interval time.Duration, step func(context.Context) (done bool, err error)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		began := clock.Now()
		done, err := step(ctx)
		if ended := ctx.Err(); err != nil && ended != nil {
			return ended // err is only a consequence of it
		}
		if done || err != nil {
			return err
		}
		if err := clock.Sleep(ctx, interval-clock.Now().Sub(began)); err != nil {
			return err
		}
	}
}

// TimedOut reports whether the deadline of ctx has passed. A single request
// that took too long leaves ctx as it is.
func TimedOut(ctx context.Context) bool { return errors.Is(ctx.Err(), context.DeadlineExceeded) }
