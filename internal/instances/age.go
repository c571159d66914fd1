package instances

import (
	"context"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// observe reads the instances as they are before a change. It returns nil where
// they cannot be read: then only their uptimes show that they are new.
func (t Target) observe(ctx context.Context) map[int64]observation {
	stats, err := t.Client.ProcessStats(ctx, t.Address)
	if err != nil {
		return nil
	}
	now := t.Clock.Now()
	before := make(map[int64]observation)
	for index, inst := range instancesOf(stats) {
		before[index] = observation{inst, now}
	}
	return before
}

// markOld marks the RUNNING instances that certainly started before the change.
func (s *statsPoller) markOld(found map[int64]instance, now time.Time) {
	for index, inst := range found {
		if inst.state == capi.StateRunning && s.isOld(observation{inst, now}) {
			inst.state = stateOld
			found[index] = inst
		}
	}
}

// isOld reports whether a RUNNING instance certainly started before the change.
func (s *statsPoller) isOld(now observation) bool {
	if before, seen := s.before[now.index]; seen && before.guid != "" && now.guid != "" {
		return before.guid == now.guid
	}
	start, known := now.started()
	return known && start.Add(time.Second).Before(s.since) // the uptime is cut to seconds
}

// allNew reports whether all RUNNING instances certainly started after the
// change, and whether the stats show anything that could tell.
func (s *statsPoller) allNew(found map[int64]instance) (sure, dated bool) {
	sure, dated = true, true
	for _, inst := range found {
		if inst.state != capi.StateRunning || s.isNew(observation{inst, s.asked}) {
			continue
		}
		sure = false
		if inst.uptime == nil {
			dated = false
		}
	}
	return sure, dated
}

// isNew reports whether a RUNNING instance certainly started after the change.
func (s *statsPoller) isNew(now observation) bool {
	if before, seen := s.before[now.index]; seen && before.replacedBy(now, false) {
		return true
	}
	// Korifi counts an uptime from a time that is cut to seconds, and cuts the
	// uptime as well, so that it can be off by one second either way
	// (README.md#uptimes).
	start, known := now.started()
	return known && !start.Add(-time.Second).Before(s.since)
}
