package instances

import (
	"fmt"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// replacedBy reports whether now is certainly another instance than i, at the
// same index. The GUID decides where there is one: Cloud Controller counts the
// uptime from the latest change of state, so it is also reset within the life of
// an instance. Elsewhere the uptimes of two RUNNING instances decide, or where
// there are none seenDown: that it was seen not running in between. With uptimes
// that means nothing: the stats of Korifi miss an index for a moment while its
// pod ends and is shown as RUNNING before and after.
func (i instance) replacedBy(now instance, seenDown bool) bool {
	switch {
	case i.guid != "" && now.guid != "":
		return i.guid != now.guid
	case i.dated() && now.dated() && i.state == capi.StateRunning && now.state == capi.StateRunning:
		return now.earliest.After(i.latest)
	default:
		return seenDown
	}
}

// difference describes what shows that the instance was terminated since it was
// i; it is empty when nothing does. That an instance starts or crashes on its own,
// or is missing from the stats, shows nothing.
func (i instance) difference(now instance) string {
	switch replaced := i.replacedBy(now, false); {
	case replaced && i.guid != "" && now.guid != "":
		return fmt.Sprintf("its instance_guid changed (it is %s)", now.state)
	case replaced:
		return fmt.Sprintf("its uptime was reset (it is %s)", now.state)
	case i.state == capi.StateRunning && now.state != capi.StateRunning && now.state != capi.StateCrashed &&
		now.state != stateMissing:
		return fmt.Sprintf("it was %s and is %s", i.state, now.state)
	}
	return ""
}

// change is a change that replaces the instances; the zero value is for none.
type change struct {
	// since is when it was requested, by the clock of the target.
	since time.Time
	// before are the instances before it; nil where they were not read.
	before map[int64]instance
}

// isOld reports whether a RUNNING instance certainly started before the change.
func (c change) isOld(inst instance) bool {
	if before := c.before[inst.index]; before.guid != "" && inst.guid != "" {
		return before.guid == inst.guid
	}
	return inst.dated() && inst.latest.Before(c.since)
}

// allNew reports whether all RUNNING instances certainly started after the
// change, and whether those that may not have are dated.
func (c change) allNew(found map[int64]instance) (sure, dated bool) {
	sure, dated = true, true
	for _, inst := range found {
		if inst.state == capi.StateRunning && !c.isNew(inst) {
			sure, dated = false, dated && inst.dated()
		}
	}
	return sure, dated
}

// isNew reports whether a RUNNING instance certainly started after the change.
func (c change) isNew(inst instance) bool {
	before, seen := c.before[inst.index]
	return seen && before.replacedBy(inst, false) || inst.dated() && !inst.earliest.Before(c.since)
}
