package state

import (
	"slices"
	"time"
)

// due reports whether an event is due.
func (db *DB) due() bool {
	now := db.clock()
	for _, d := range db.inFlight {
		if d.dueAt(now) {
			return true
		}
	}
	for _, record := range db.watched {
		if at, event := db.nextEvent(record); event == nil || !at.After(now) {
			return true
		}
	}
	return false
}

// settle runs the events that are due, each at its moment.
func (db *DB) settle() {
	now := db.clock()
	for _, d := range slices.Clone(db.inFlight) {
		for d.dueAt(now) {
			db.at(d.next, func() { db.step(d) })
			d.next = d.next.Add(d.pace.every)
		}
	}
	for _, record := range slices.Clone(db.watched) {
		db.settleProcess(record, now)
	}
	db.watched = slices.DeleteFunc(db.watched, func(record *ProcessRecord) bool {
		_, event := db.nextEvent(record)
		return event == nil
	})
}

func (db *DB) settleProcess(record *ProcessRecord, now time.Time) {
	for {
		at, event := db.nextEvent(record)
		if event == nil || at.After(now) {
			return
		}
		db.at(at, event)
	}
}
