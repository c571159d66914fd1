package rest

import (
	"slices"
	"time"
)

// TimeFilter is created_ats or updated_ats: a list of times, or bounds. The zero
// value matches every time.
type TimeFilter struct {
	Any    []time.Time
	Bounds []TimeBound
}

// TimeBound is a time with a relational operator: lt, lte, gt or gte.
type TimeBound struct {
	Operator string
	At       time.Time
}

// Pass reports whether a time satisfies the filter. Filters compare whole
// seconds, even if the server stores microseconds.
func (t *TimeFilter) Pass(at time.Time) bool {
	at = at.Truncate(time.Second)
	if t.Any != nil && !slices.ContainsFunc(t.Any, at.Equal) {
		return false
	}
	for _, bound := range t.Bounds {
		if !bound.holds(at.Compare(bound.At)) {
			return false
		}
	}
	return true
}

func (b TimeBound) holds(order int) bool {
	switch b.Operator {
	case "lt":
		return order < 0
	case "lte":
		return order <= 0
	case "gt":
		return order > 0
	default: // gte
		return order >= 0
	}
}
