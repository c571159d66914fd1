package capi

import "strings"

// order is the order of a list of processes.
type order struct {
	descending bool
	time       func(*Process) *string
}

func newOrder(orderBy string) order {
	name, descending := strings.CutPrefix(orderBy, "-")
	o := order{descending: descending, time: func(p *Process) *string { return p.CreatedAt }}
	if name == "updated_at" {
		o.time = func(p *Process) *string { return p.UpdatedAt }
	}
	return o
}

// times compares two processes only by their times. All times have one format, so
// that they sort as strings.
func (o order) times(a, b *Process) int {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	result := strings.Compare(text(o.time(a)), text(o.time(b)))
	if o.descending {
		return -result
	}
	return result
}

// before compares as the API does, which orders equal times by GUID.
func (o order) before(a, b *Process) bool {
	result := o.times(a, b)
	if result == 0 {
		if result = strings.Compare(a.GUID, b.GUID); o.descending {
			result = -result
		}
	}
	return result < 0
}

// merge merges lists, each process once. Within one list the API's order stays.
func (o order) merge(lists [][]*Process) []*Process {
	count := 0
	for _, list := range lists {
		count += len(list)
	}
	if len(lists) == 1 {
		return lists[0]
	}
	merged := make([]*Process, 0, count)
	seen := newGUIDSet(count)
	for {
		next := -1
		for i, list := range lists {
			if len(list) > 0 && (next < 0 || o.before(list[0], lists[next][0])) {
				next = i
			}
		}
		if next < 0 {
			return merged
		}
		if p := lists[next][0]; seen.add(p.GUID) {
			merged = append(merged, p)
		}
		lists[next] = lists[next][1:]
	}
}
