package instances

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// instance is the part of an instance's stats that matters while something
// waits for it. What the stats leave out has its zero value.
type instance struct {
	index   int64
	state   string
	details string
	guid    string
	// earliest and latest are the bounds of when it started, according to its
	// uptime; zero where the stats have none.
	earliest, latest time.Time
}

// dated reports whether the stats show when the instance started.
func (i instance) dated() bool { return !i.latest.IsZero() }

// How many characters of a text of the API are shown.
const (
	stateMax   = 60
	detailsMax = 300
	nameMax    = 100
)

// listedMax is how many instances are listed one by one.
const listedMax = 50

// shown is a name or GUID of the API as a message can show it.
func shown(name string) string { return redact.Clean(name, nameMax) }

// Words for states that the API has no word for.
const (
	// stateMissing is an instance that should exist but is not in the stats.
	stateMissing = "not there"
	// stateGone is a surplus instance that is no longer in the stats.
	stateGone = "gone"
	// stateUnknown is an instance in the stats without a state.
	stateUnknown = "in an unknown state"
	// stateOld is an instance that still runs as it was before a change.
	stateOld = "RUNNING as before the change"
)

// instancesOf returns the instances in the stats, by index. The stats were
// requested at asked and received at now, and each instance had its uptime at some
// time in between.
func instancesOf(stats *capi.ProcessStats, asked, now time.Time) map[int64]instance {
	found := make(map[int64]instance, len(stats.Resources))
	for i, s := range stats.Resources {
		inst := instance{index: int64(i), state: stateUnknown}
		if s.Index != nil {
			inst.index = *s.Index
		}
		if s.State != nil && *s.State != "" {
			inst.state = redact.Clean(string(*s.State), stateMax)
		}
		if s.Details != nil {
			inst.details = redact.Clean(string(*s.Details), detailsMax)
		}
		if s.InstanceGUID != nil {
			inst.guid = *s.InstanceGUID
		}
		if s.Uptime != nil {
			// Korifi counts an uptime from a time that is cut to seconds, and cuts the
			// uptime as well, so that it can be off by one second either way
			// (README.md#uptimes).
			uptime := time.Duration(*s.Uptime) * time.Second
			inst.earliest, inst.latest = asked.Add(-uptime-time.Second), now.Add(-uptime+time.Second)
		}
		found[inst.index] = inst
	}
	return found
}

// allDown reports whether no instance is up: there are none, or all are DOWN.
// A process that is scaled to zero looks like this, and one of a stopped app.
func allDown(found map[int64]instance) bool {
	for _, inst := range found {
		if inst.state != capi.StateDown {
			return false
		}
	}
	return true
}

// countRunning counts the RUNNING instances with an index below want.
func countRunning(found map[int64]instance, want int64) int64 {
	var n int64
	for index, inst := range found {
		if index < want && inst.state == capi.StateRunning {
			n++
		}
	}
	return n
}

// countSurplus counts the instances with an index of want or more that are not
// DOWN.
func countSurplus(found map[int64]instance, want int64) int64 {
	var n int64
	for index, inst := range found {
		if index >= want && inst.state != capi.StateDown {
			n++
		}
	}
	return n
}

// at returns the instance at an index, as missing where there is none.
func at(found map[int64]instance, index int64) instance {
	if inst, there := found[index]; there {
		return inst
	}
	return instance{index: index, state: stateMissing}
}

// byIndex returns the instances, sorted.
func byIndex(found map[int64]instance) []instance {
	return slices.SortedFunc(maps.Values(found), func(a, b instance) int { return cmp.Compare(a.index, b.index) })
}

// changes describes what is different in now, with one line for all instances
// that reached the same state: "instances 2-4 of 5: RUNNING after 11 s". The
// lines count from 1, the API counts from 0.
func changes(before, now map[int64]instance, want int64, after time.Duration) []string {
	all := maps.Clone(now)
	for index := range before {
		switch _, there := now[index]; {
		case there:
		case index < want:
			all[index] = instance{index: index, state: stateMissing}
		default:
			all[index] = instance{index: index, state: stateGone}
		}
	}
	type group struct {
		state   string
		surplus bool
	}
	var order []group
	members := make(map[group][]int64)
	for _, inst := range byIndex(all) {
		if old := before[inst.index]; old.state == inst.state && old.details == inst.details {
			continue
		}
		g := group{inst.state, inst.index >= want}
		if inst.details != "" {
			g.state += " (" + inst.details + ")"
		}
		if len(members[g]) == 0 {
			order = append(order, g)
		}
		members[g] = append(members[g], inst.index+1)
	}
	lines := make([]string, 0, len(order))
	for _, g := range order {
		of := " (surplus)"
		if !g.surplus {
			of = fmt.Sprintf(" of %d", want)
		}
		lines = append(lines, fmt.Sprintf("%s%s: %s after %s", instanceNumbers(members[g]), of, g.state, Seconds(after)))
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
	for len(numbers) > 0 {
		n := 1
		for n < len(numbers) && numbers[n] == numbers[n-1]+1 {
			n++
		}
		separator := ", "
		if n > 2 {
			separator = "-"
		}
		part := fmt.Sprint(numbers[0])
		if n > 1 {
			part += separator + fmt.Sprint(numbers[n-1])
		}
		parts = append(parts, part)
		numbers = numbers[n:]
	}
	return word + strings.Join(parts, ", ")
}

// instanceList is a line for each instance that was found or is missing, with its
// state and details, by the index that the API uses. Of very many, those that run
// are left out first.
func instanceList(found map[int64]instance, want int64) string {
	all, total := make(map[int64]instance), want
	for index, inst := range found {
		all[index] = inst
		if index >= want {
			total++
		}
	}
	// There can be more missing instances than fit into the memory.
	for index := int64(0); index < want && len(all) <= len(found)+listedMax; index++ {
		all[index] = at(found, index)
	}
	listed := byIndex(all)
	if total > listedMax {
		listed = slices.DeleteFunc(listed, func(inst instance) bool { return inst.state == capi.StateRunning })
		listed = listed[:min(len(listed), listedMax)]
	}
	var b strings.Builder
	for _, inst := range listed {
		fmt.Fprintf(&b, "\n  - index %d: %s", inst.index, inst.state)
		if inst.details != "" {
			b.WriteString(": " + inst.details)
		}
	}
	if left := total - int64(len(listed)); left > 0 {
		fmt.Fprintf(&b, "\n  - and %d more", left)
	}
	return b.String()
}

// Seconds formats a duration for messages: "11 s", "2 min 5 s".
func Seconds(d time.Duration) string {
	n := int64(d.Round(time.Second) / time.Second)
	if n < 120 {
		return fmt.Sprintf("%d s", n)
	}
	if n%60 == 0 {
		return fmt.Sprintf("%d min", n/60)
	}
	return fmt.Sprintf("%d min %d s", n/60, n%60)
}
