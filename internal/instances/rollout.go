package instances

import (
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// rolloutTime is for how long nothing may have changed before it is certain that
// Kubernetes rolls no instances of Korifi. Within a rollout something changes
// more often: a pod that ends shows RUNNING for up to 30 s (the grace period of
// Kubernetes), then it is missing or not RUNNING until the next one has
// started, and then the next pod ends (README.md#rollouts).
const rolloutTime = 45 * time.Second

// recentWrite is how long ago a process may have been written to be taken for
// one that may be rolling. It is more than rolloutTime, because the clocks of
// foundation and provider differ.
const recentWrite = 2 * time.Minute

// rolloutWatch notices that something else replaces the instances of a process:
// Korifi does not report rollouts (internal/capi/README.md#rollouts).
type rolloutWatch struct {
	// lastSign is when something last changed, by the provider's clock.
	lastSign time.Time
	// seen are the instances as each was first seen RUNNING.
	seen map[int64]instance
	// updatedAt is the time stamp of the process, which each write moves.
	updatedAt string
}

// newRolloutWatch begins with a process as it was read now.
func newRolloutWatch(p *capi.Process, now time.Time) *rolloutWatch {
	w := &rolloutWatch{seen: make(map[int64]instance), updatedAt: text(p.UpdatedAt)}
	if at, err := time.Parse(time.RFC3339, w.updatedAt); err != nil || now.Sub(at) < recentWrite {
		w.lastSign = now
	}
	return w
}

// process records the process as it was read now.
func (w *rolloutWatch) process(p *capi.Process, now time.Time) {
	if updatedAt := text(p.UpdatedAt); updatedAt != w.updatedAt {
		w.updatedAt, w.lastSign = updatedAt, now
	}
}

// instances records the stats as they were read now. The instance at own
// (-1 for none) is one that was terminated here, so that its changes are no sign.
func (w *rolloutWatch) instances(found map[int64]instance, want, own int64, now time.Time) {
	for index := range want {
		inst, there := found[index]
		before, seen := w.seen[index]
		sign := now
		switch {
		case !there || inst.state != capi.StateRunning:
		case seen && !before.replacedBy(inst, false):
			continue
		default:
			w.seen[index] = inst
			if inst.dated() {
				sign = inst.latest
			}
		}
		if index != own && sign.After(w.lastSign) {
			w.lastSign = sign
		}
	}
}

// left is the time until it is certain that nothing rolls.
func (w *rolloutWatch) left(now time.Time) time.Duration {
	return max(0, rolloutTime-now.Sub(w.lastSign))
}

// text is the value of an optional string, empty for none.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
