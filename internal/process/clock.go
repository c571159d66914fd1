package process

import (
	"context"
	"time"
)

// clock is the time that waiting goes by. Tests have one that runs ahead.
type clock interface {
	Now() time.Time
	NewTicker(d time.Duration) ticker
	// WithTimeout is context.WithTimeout by this clock.
	WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// ticker is a time.Ticker.
type ticker interface {
	C() <-chan time.Time
	Stop()
}

// realClock is the clock of the machine.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) NewTicker(d time.Duration) ticker { return realTicker{time.NewTicker(d)} }

func (realClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

type realTicker struct{ *time.Ticker }

func (t realTicker) C() <-chan time.Time { return t.Ticker.C }

// poll calls step at once and then at every interval, until it is done, fails,
// or the context ends; then the error is the context's.
func poll(ctx context.Context, clock clock, interval time.Duration, step func(context.Context) (done bool, err error)) error {
	ticker := clock.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := step(ctx)
		if ended := ctx.Err(); err != nil && ended != nil {
			return ended // the error is only how the end of the context showed
		}
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C():
		}
	}
}
