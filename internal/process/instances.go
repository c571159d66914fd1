package process

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// instance is what counts of an instance while something waits for it. What
// the stats do not tell has its zero value.
type instance struct {
	index   int64
	state   string
	details string
	guid    string
	// uptime is nil where the stats have none.
	uptime *time.Duration
}

// Words for states that the API has no word for.
const (
	// stateMissing is an instance that should be there but is not in the stats.
	stateMissing = "not there"
	// stateGone is an instance that has vanished from the stats as it should.
	stateGone = "gone"
	// stateUnknown is an instance in the stats without a state.
	stateUnknown = "in an unknown state"
)

// instancesOf reads the instances out of stats, by index.
func instancesOf(stats *capi.ProcessStats) map[int64]instance {
	found := make(map[int64]instance, len(stats.Resources))
	for i, s := range stats.Resources {
		one := instance{index: int64(i), state: stateUnknown}
		if s.Index != nil {
			one.index = *s.Index
		}
		if s.State != nil && *s.State != "" {
			one.state = *s.State
		}
		if s.Details != nil {
			one.details = *s.Details
		}
		if s.InstanceGUID != nil {
			one.guid = *s.InstanceGUID
		}
		if s.Uptime != nil {
			uptime := time.Duration(*s.Uptime) * time.Second
			one.uptime = &uptime
		}
		found[one.index] = one
	}
	return found
}

// nothingUp reports whether no instance lives: there are none, or all are
// DOWN. That is how a process with 0 instances looks, and one of a stopped app.
func nothingUp(found map[int64]instance) bool {
	for _, one := range found {
		if one.state != capi.StateDown {
			return false
		}
	}
	return true
}

// running counts the RUNNING instances with an index below want.
func running(found map[int64]instance, want int64) int64 {
	var n int64
	for index, one := range found {
		if index < want && one.state == capi.StateRunning {
			n++
		}
	}
	return n
}

// complete reports whether the instances 0 to want-1 are RUNNING and no other
// lives.
func complete(found map[int64]instance, want int64) bool {
	for index, one := range found {
		if index >= want && one.state != capi.StateDown {
			return false
		}
	}
	return running(found, want) == want
}

// withMissing adds to found, as missing, the instances below want that are not
// there, and returns all of them by index.
func withMissing(found map[int64]instance, want int64) []instance {
	all := make([]instance, 0, len(found))
	for _, one := range found {
		all = append(all, one)
	}
	for index := range want {
		if _, there := found[index]; !there {
			all = append(all, instance{index: index, state: stateMissing})
		}
	}
	slices.SortFunc(all, func(a, b instance) int { return cmp.Compare(a.index, b.index) })
	return all
}

// changes are the lines that tell what is different in now: one for all
// instances that came to the same state, "instances 2-4 of 5: RUNNING after
// 11 s". People count from 1, as the API does not.
func changes(before, now map[int64]instance, want int64, after time.Duration) []string {
	type group struct {
		state   string
		surplus bool
	}
	var order []group
	members := make(map[group][]int64)
	note := func(index int64, state string) {
		g := group{state, index >= want}
		if _, seen := members[g]; !seen {
			order = append(order, g)
		}
		members[g] = append(members[g], index+1)
	}
	for _, one := range withMissing(now, want) {
		old, there := before[one.index]
		if one.state == stateMissing && !there {
			continue // nothing has changed: it was not there before either
		}
		state := one.state
		if one.details != "" {
			state += " (" + one.details + ")"
		}
		if !there || old.state != one.state || old.details != one.details {
			note(one.index, state)
		}
	}
	for _, one := range withMissing(before, 0) {
		if _, there := now[one.index]; !there && one.index >= want {
			note(one.index, stateGone)
		}
	}
	lines := make([]string, 0, len(order))
	for _, g := range order {
		name := instanceNumbers(members[g])
		if g.surplus {
			name += " (more than wanted)"
		} else {
			name += " of " + strconv.FormatInt(want, 10)
		}
		lines = append(lines, fmt.Sprintf("%s: %s after %s", name, g.state, seconds(after)))
	}
	return lines
}

// instanceNumbers is "instance 3" or "instances 1, 3-5" for ascending numbers.
func instanceNumbers(numbers []int64) string {
	word := "instance "
	if len(numbers) > 1 {
		word = "instances "
	}
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		part := strconv.FormatInt(numbers[i], 10)
		switch {
		case j == i+1:
			part += ", " + strconv.FormatInt(numbers[j], 10)
		case j > i+1:
			part += "-" + strconv.FormatInt(numbers[j], 10)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return word + strings.Join(parts, ", ")
}

// seconds is a duration for people: "11 s", "2 min 5 s".
func seconds(d time.Duration) string {
	n := int64(d.Round(time.Second) / time.Second)
	if n < 120 {
		return fmt.Sprintf("%d s", n)
	}
	if n%60 == 0 {
		return fmt.Sprintf("%d min", n/60)
	}
	return fmt.Sprintf("%d min %d s", n/60, n%60)
}
