package instances

import (
	"fmt"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// observation is an instance as the stats showed it at a point in time.
type observation struct {
	instance
	at time.Time
}

// started is when the instance started, according to its uptime; known is
// false where the stats have none.
func (o observation) started() (start time.Time, known bool) {
	if o.uptime == nil {
		return time.Time{}, false
	}
	return o.at.Add(-*o.uptime), true
}

// uptimeSlack is how far apart two observations of one instance may put its
// start: both uptimes are cut to seconds, and the responses took a while.
const uptimeSlack = 2 * time.Second

// replacedBy reports whether now is another instance than o, at the same
// index. The GUID decides where there is one: Cloud Controller counts the
// uptime from the latest change of state, so it is also reset within the life
// of an instance. Elsewhere the uptimes of two RUNNING instances decide, or
// where there are none seenDown: that it was seen not running in between. With
// uptimes that means nothing: the stats of Korifi miss an index for a moment
// while its pod ends and is shown as RUNNING before and after.
func (o observation) replacedBy(now observation, seenDown bool) bool {
	if o.guid != "" && now.guid != "" {
		return o.guid != now.guid
	}
	start, known := o.started()
	startNow, knownNow := now.started()
	if known && knownNow && o.state == capi.StateRunning && now.state == capi.StateRunning {
		return startNow.Sub(start) > uptimeSlack
	}
	return seenDown
}

// difference describes what shows that the instance was terminated between two
// observations; it is empty when nothing does. That an instance starts or
// crashes on its own, or is missing from the stats, shows nothing.
func (o observation) difference(now observation) string {
	switch {
	case o.replacedBy(now, false) && o.guid != "" && now.guid != "":
		return fmt.Sprintf("its instance_guid changed (it is %s)", now.state)
	case o.replacedBy(now, false):
		return fmt.Sprintf("its uptime was reset (it is %s)", now.state)
	case o.state == capi.StateRunning && now.state != capi.StateRunning && now.state != capi.StateCrashed &&
		now.state != stateMissing:
		return fmt.Sprintf("it was %s and is %s", o.state, now.state)
	}
	return ""
}
