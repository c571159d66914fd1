package state

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Store keeps the tables behind a lock. Its methods change a foundation from
// outside of the API; they may be called at any time and from any goroutine.
type Store struct {
	mu    sync.RWMutex
	db    DB
	clock atomic.Pointer[func() time.Time]
}

// Platform runs the instances of a foundation.
type Platform int

const (
	// Diego keeps the values of the last start: a changed memory, disk or log
	// rate limit acts when the app restarts or is deployed.
	Diego Platform = iota
	// Kubernetes rolls the pods when memory, disk or command change.
	Kubernetes
)

// NewStore returns empty tables that follow the clock of the machine.
func NewStore(platform Platform) *Store {
	s := &Store{}
	s.SetClock(time.Now)
	s.db.clock, s.db.platform, s.db.rollout = s.Now, platform, Rollout{Touch: 2 * time.Second}
	s.db.limits = Limits{HealthCheckTimeout: 180}
	return s
}

// lock locks the tables for changes and runs the events that are due. It returns
// the function that unlocks them.
func (s *Store) lock() (unlock func()) {
	s.mu.Lock()
	s.db.settle()
	return s.mu.Unlock
}

// rlock is lock for readers.
func (s *Store) rlock() (unlock func()) {
	for {
		s.mu.RLock()
		if !s.db.due() {
			return s.mu.RUnlock
		}
		s.mu.RUnlock()
		s.lock()()
	}
}

// SetClock replaces the clock of the foundation: timestamps, instances that
// start over time, token lifetime and rate limit all follow it.
func (s *Store) SetClock(now func() time.Time) { s.clock.Store(&now) }

// Now is the time of the foundation's clock, in UTC.
func (s *Store) Now() time.Time { return (*s.clock.Load())().UTC() }

// Read runs a request that only reads the tables.
func (s *Store) Read(do func(*DB)) {
	defer s.rlock()()
	do(&s.db)
}

// Write runs a request that may change the tables.
func (s *Store) Write(do func(*DB)) {
	defer s.lock()()
	do(&s.db)
}

// DB is the tables. Read and Write of the store guard them.
type DB struct {
	Organizations Table[*Organization]
	Spaces        Table[*Space]
	Apps          Table[*App]
	Processes     Table[*ProcessRecord]

	Runtime         Runtime
	ScalingDisabled bool // the feature flag app_scaling is off

	// Warnings are in every response with stats.
	Warnings   []string
	platform   Platform
	clock      func() time.Time
	moment     time.Time // of the event that settle runs; zero outside of it
	startDelay time.Duration

	deployments Table[*Deployment]
	inFlight    []*Deployment
	pace        Pace

	limits  Limits
	rollout Rollout
	watched []*ProcessRecord // with events to come
	serial  int              // makes GUIDs of equal names differ

	manyApps, manyProcesses int // progress of AddMany
}

// Now is the time of the foundation's clock.
func (db *DB) Now() time.Time {
	if !db.moment.IsZero() {
		return db.moment
	}
	return db.clock()
}

// at runs an event that was due at a moment in the past.
func (db *DB) at(moment time.Time, event func()) {
	db.moment = moment
	defer func() { db.moment = time.Time{} }()
	event()
}

// Stamp is the current time as the server stores it: Cloud Controller stores
// microseconds, which lists sort by but responses do not show, and Kubernetes whole
// seconds.
func (db *DB) Stamp() time.Time {
	if db.platform == Kubernetes {
		return db.Now().Truncate(time.Second)
	}
	return db.Now().Truncate(time.Microsecond)
}

// Keys are the columns that lists sort by. Columns that a list lacks are empty.
type Keys struct {
	GUID, Name, State string
	Created, Updated  time.Time
}

// Table holds rows in the order in which they were added, and finds them by GUID.
type Table[R interface{ Keys() Keys }] struct {
	rows   []R
	byGUID map[string]R
}

// Get returns the row of a GUID, or nil if there is none.
func (t *Table[R]) Get(guid string) R { return t.byGUID[guid] }

// Rows returns all rows. The slice belongs to the table.
func (t *Table[R]) Rows() []R { return t.rows }

func (t *Table[R]) add(row R) {
	if t.byGUID == nil {
		t.byGUID = map[string]R{}
	}
	t.byGUID[row.Keys().GUID] = row
	t.rows = append(t.rows, row)
}

func (t *Table[R]) remove(guid string) {
	delete(t.byGUID, guid)
	t.rows = slices.DeleteFunc(t.rows, func(row R) bool { return row.Keys().GUID == guid })
}
