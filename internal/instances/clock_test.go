package instances_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/instances/instancestest"
)

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
			clock := instancestest.NewFastClock()
			ctx, cancel := clock.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			calls := 0
			err := instances.Poll(ctx, clock, 2*time.Second, func(context.Context) (bool, error) {
				calls++
				return test.step(calls)
			})
			if !errors.Is(err, test.want) || test.want == nil && err != nil {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			if calls != test.calls {
				t.Errorf("got %d calls, want %d", calls, test.calls)
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
		err := instances.Poll(ctx, instances.RealClock{}, time.Hour, func(context.Context) (bool, error) {
			time.AfterFunc(20*time.Millisecond, cancel)
			return false, nil
		})
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took > time.Second {
			t.Errorf("got error %v after %s, want %v within a second", err, took, context.Canceled)
		}
	})
	t.Run("in a step", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := instances.Poll(ctx, instances.RealClock{}, time.Hour, func(context.Context) (bool, error) {
			cancel()
			return false, errors.New("the request broke off")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})
	t.Run("before the first step", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := instances.Poll(ctx, instances.RealClock{}, time.Hour, func(context.Context) (bool, error) {
			t.Error("got a step, want none")
			return true, nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v, want %v", err, context.Canceled)
		}
	})
}
