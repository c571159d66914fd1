package state

import "slices"

// due reports whether something should have happened by now.
func (db *DB) due() bool {
	now := db.clock()
	for _, d := range db.inFlight {
		if d.dueAt(now) {
			return true
		}
	}
	return false
}

// settle lets happen what is due, each event at its moment.
func (db *DB) settle() {
	now := db.clock()
	for _, d := range slices.Clone(db.inFlight) {
		for d.dueAt(now) {
			db.at(d.next, func() { db.step(d) })
			d.next = d.next.Add(d.pace.every)
		}
	}
}
