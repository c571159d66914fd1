package instances

import (
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

func TestReplacedBy(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 1, 2, 3, 4, s, 0, time.UTC) }
	seen := func(guid string, uptime, when int) instance {
		s := capi.InstanceStats{InstanceGUID: &guid, State: ptr(capi.Text("RUNNING"))}
		if uptime >= 0 {
			s.Uptime = ptr(int64(uptime))
		}
		return instancesOf(&capi.ProcessStats{Resources: []capi.InstanceStats{s}}, at(when), at(when))[0]
	}
	inState := func(state string, inst instance) instance {
		inst.state = state
		return inst
	}
	for name, test := range map[string]struct {
		then, now instance
		down      bool
		want      bool
	}{
		"the same":                                {seen("a", 100, 0), seen("a", 110, 10), false, false},
		"another guid":                            {seen("a", 100, 0), seen("b", 110, 10), false, true},
		"another guid, no uptime":                 {seen("a", -1, 0), seen("b", -1, 10), false, true},
		"the same guid after a gap":               {seen("a", 100, 0), seen("a", 110, 10), true, false},
		"the same guid with a new uptime":         {seen("a", 100, 0), seen("a", 3, 10), true, false},
		"no guid, the uptime goes on":             {seen("", 100, 0), seen("", 110, 10), false, false},
		"no guid, the uptime goes on, unevenly":   {seen("", 100, 0), seen("", 108, 10), false, false},
		"no guid, the uptime goes on after a gap": {seen("", 100, 0), seen("", 110, 10), true, false},
		"no guid, a new uptime":                   {seen("", 100, 0), seen("", 2, 10), false, true},
		"no guid, a new uptime above the old one": {seen("", 5, 0), seen("", 9, 10), false, true},
		"no guid, crashed by itself":              {seen("", 100, 0), inState("CRASHED", seen("", 2, 10)), false, false},
		"no guid, started by itself":              {inState("STARTING", seen("", 100, 0)), seen("", 2, 10), false, false},
		"no guid, no uptime":                      {seen("", -1, 0), seen("", -1, 10), false, false},
		"no guid, no uptime, after a gap":         {seen("", -1, 0), seen("", -1, 10), true, true},
		"a guid only now, after a gap":            {seen("", -1, 0), seen("b", -1, 10), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.then.replacedBy(test.now, test.down); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}

// An uptime is cut to seconds, and its moment lies between request and response.
// Only an instance whose start is certain is old or new.
func TestStartsAroundAChange(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 1, 2, 3, 4, s, 0, time.UTC) }
	for name, test := range map[string]struct {
		uptime          int64
		asked, received int
		isOld, isNew    bool
	}{
		"long before":                    {uptime: 100, asked: 20, received: 20, isOld: true},
		"two seconds before":             {uptime: 12, asked: 20, received: 20, isOld: true},
		"a second before":                {uptime: 11, asked: 20, received: 20},
		"at the same time":               {uptime: 10, asked: 20, received: 20},
		"a second after":                 {uptime: 9, asked: 20, received: 20, isNew: true},
		"after, by the time of response": {uptime: 3, asked: 5, received: 15},
	} {
		t.Run(name, func(t *testing.T) {
			c := change{since: at(10)}
			stats := &capi.ProcessStats{Resources: []capi.InstanceStats{{State: ptr(capi.Text("RUNNING")), Uptime: &test.uptime}}}
			found := instancesOf(stats, at(test.asked), at(test.received))
			if got := c.isOld(found[0]); got != test.isOld {
				t.Errorf("got old %t, want %t", got, test.isOld)
			}
			if got, dated := c.allNew(found); got != test.isNew || !dated {
				t.Errorf("got new %t and dated %t, want %t and true", got, dated, test.isNew)
			}
		})
	}
}
