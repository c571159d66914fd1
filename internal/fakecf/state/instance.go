package state

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"time"
)

// Instance is one instance of a process.
type Instance struct {
	Index     int64
	GUID      string
	State     string // RUNNING, CRASHED, STARTING, STOPPING or DOWN; "" for a missing pod
	Routable  *bool
	Details   *string
	StartedAt time.Time
	Since     time.Time // when it came into this state
	Limits    Quotas    // with which it was started

	// Omit and Override change the JSON of its stat, like those of Process.
	Omit     []string
	Override map[string]json.RawMessage
}

// fleet is the instances of a process. Instances that started together share one
// life, so that a scale to two thousand million of them does not need memory.
type fleet struct {
	count   int64
	cohorts []cohort        // by index, without gaps
	single  map[int64]*life // instances with a separate life

	rolling *rolling  // nil: no rollout on Kubernetes
	touchAt time.Time // when updated_at moves again; zero: never

	outcome string // state of started instances; "" is RUNNING
	details *string
}

// cohort is the instances from an index up to the next cohort.
type cohort struct {
	from int64
	life
}

// life is the lifecycle of an instance from one start to its end.
type life struct {
	serial    int       // of the start, from which the GUID is derived
	startedAt time.Time // if in the future, the pod is missing until then
	readyAt   time.Time
	endsAt    time.Time // of a pod that ends; zero if it does not
	gone      bool      // a pod beyond the desired number that has ended
	outcome   string
	details   *string
	limits    Quotas
	pinned    *Instance // set from outside; stays until the instance starts again
}

// Count is the number of instances that the runtime runs.
func (r *ProcessRecord) Count() int64 { return r.count }

func (db *DB) newLife(record *ProcessRecord, at, readyAt time.Time) life {
	db.serial++
	return life{serial: db.serial, startedAt: at, readyAt: readyAt, outcome: record.outcome, details: record.details, limits: record.Running}
}

// follow brings the instances to the desired number. A new count acts at once,
// other values at the next start of the app.
func (db *DB) follow(record *ProcessRecord) {
	if db.Runtime != RuntimeWorks {
		return
	}
	want := record.Instances
	if record.App.State != Started {
		want = 0
	}
	if want < record.count && db.leave(record, want) {
		return
	}
	if want < record.count {
		record.trim(want)
	}
	for index := range record.single { // a pod that was gone is desired again
		if index < want && record.single[index].gone {
			record.setLife(index, db.newLife(record, db.Now(), db.Now().Add(db.startDelay)))
		}
	}
	if want > record.count {
		now := db.Now()
		record.cohorts = append(record.cohorts, cohort{record.count, db.newLife(record, now, now.Add(db.startDelay))})
	}
	record.count = max(want, record.count)
}

// trim forgets the instances from an index on.
func (f *fleet) trim(count int64) {
	maps.DeleteFunc(f.single, func(index int64, _ *life) bool { return index >= count })
	for len(f.cohorts) > 0 && f.cohorts[len(f.cohorts)-1].from >= count {
		f.cohorts = f.cohorts[:len(f.cohorts)-1]
	}
	f.count = count
}

// startAll starts every instance again, with the current quotas.
func (db *DB) startAll(record *ProcessRecord, at, readyAt time.Time) {
	record.Running, record.rolling = record.desired(), nil
	record.count, record.cohorts, record.single = 0, nil, nil
	if record.App.State != Started || record.Instances == 0 {
		return
	}
	record.count = record.Instances
	record.cohorts = []cohort{{0, db.newLife(record, at, readyAt)}}
}

func (f *fleet) lifeOf(index int64) *life {
	if own := f.single[index]; own != nil {
		return own
	}
	found := 0
	for i := range f.cohorts {
		if f.cohorts[i].from <= index {
			found = i
		}
	}
	return &f.cohorts[found].life
}

func (f *fleet) setLife(index int64, own life) {
	if f.single == nil {
		f.single = map[int64]*life{}
	}
	f.single[index] = &own
}

// eachGroup calls do with the index of one instance of each group that shares a
// life, and with the number of instances in the group.
func (f *fleet) eachGroup(do func(index, n int64)) {
	for index := range f.single {
		do(index, 1)
	}
	for i, group := range f.cohorts {
		end := f.count
		if i+1 < len(f.cohorts) {
			end = f.cohorts[i+1].from
		}
		own := int64(0)
		for index := range f.single {
			if index >= group.from && index < end {
				own++
			}
		}
		for index := group.from; index < end; index++ {
			if f.single[index] == nil {
				do(index, end-group.from-own)
				break
			}
		}
	}
}

// Instance is the state of an instance at a point in time.
func (r *ProcessRecord) Instance(index int64, now time.Time) Instance {
	own := r.lifeOf(index)
	if own.pinned != nil {
		return *own.pinned
	}
	out := Instance{
		Index: index, StartedAt: own.startedAt, Limits: own.limits,
		GUID: GUID("instance", r.GUID, strconv.FormatInt(index, 10), strconv.Itoa(own.serial)),
	}
	switch {
	case own.gone || now.Before(own.startedAt):
		return Instance{Index: index}
	case now.Before(own.readyAt):
		out.State, out.Since, out.Routable = "STARTING", own.startedAt, Ptr(false)
	case own.outcome != "":
		out.State, out.Since, out.Routable, out.Details = own.outcome, own.readyAt, Ptr(false), own.details
	default:
		out.State, out.Since, out.Routable = "RUNNING", own.readyAt, Ptr(true)
	}
	return out
}

// Terminate ends an instance; Diego starts a new one in its place, from the
// same desired LRP.
func (db *DB) Terminate(record *ProcessRecord, index int64) {
	now := db.Now()
	record.setLife(index, db.newLife(record, now, now.Add(db.startDelay)))
}

// MaxInstances is the largest number of instances in a response. Counts go up to
// two thousand million, which is too much for a response.
const MaxInstances = 10_000

// Instances returns the states of the instances of a process, at most
// MaxInstances.
func (s *Store) Instances(processGUID string) []Instance {
	defer s.rlock()()
	record := s.db.Processes.Get(processGUID)
	if record == nil {
		return nil
	}
	out := make([]Instance, min(record.count, MaxInstances))
	for i := range out {
		out[i] = record.Instance(int64(i), s.db.Now())
	}
	return out
}

// SetInstance changes one instance and pins it: it stays like that until it is
// terminated, removed by a scale, or its app restarts. It panics if the process or
// the instance is missing.
func (s *Store) SetInstance(processGUID string, index int64, change func(*Instance)) {
	defer s.lock()()
	record := s.db.Processes.Get(processGUID)
	if record == nil || index < 0 || index >= record.count {
		panic(fmt.Sprintf("fakecf: process %s has no instance %d", processGUID, index))
	}
	now := s.db.Now()
	before := record.Instance(index, now)
	after := before
	change(&after)
	after.Index = index
	if after.State != before.State && after.Since.Equal(before.Since) {
		after.Since = now
	}
	if reflect.DeepEqual(before, after) {
		return
	}
	own := *record.lifeOf(index)
	own.pinned = &after
	record.setLife(index, own)
}

// SetStartDelay sets how long instances are STARTING before they are RUNNING, for
// starts from now on (default 0: they run at once).
func (s *Store) SetStartDelay(d time.Duration) {
	defer s.lock()()
	s.db.startDelay = d
}

// SetStartOutcome sets the state (CRASHED, DOWN) and the details ("" for none) that
// instances of a process get instead of RUNNING, for starts from now on. The state
// "" or RUNNING makes the process healthy again.
func (s *Store) SetStartOutcome(processGUID, state, details string) {
	defer s.lock()()
	record := s.db.mustProcess(processGUID)
	record.outcome, record.details = state, nil
	if state == "RUNNING" {
		record.outcome = ""
	}
	if details != "" {
		record.details = &details
	}
}

// SetAppState starts or stops an app: Started or Stopped.
func (s *Store) SetAppState(appGUID, state string) {
	defer s.lock()()
	s.db.SetAppState(s.db.mustApp(appGUID), state)
}

// SetAppState starts or stops an app. It does not change an app that is already in
// this state.
func (db *DB) SetAppState(app *App, state string) {
	if app.State == state {
		return
	}
	app.State = state
	db.Restart(app)
}

// RestartApp restarts every instance of an app, so that memory, disk and log
// rate limit act.
func (s *Store) RestartApp(appGUID string) {
	defer s.lock()()
	s.db.Restart(s.db.mustApp(appGUID))
}

// Restart restarts every instance of an app with its desired values.
func (db *DB) Restart(app *App) {
	for _, record := range app.Processes {
		db.restartProcess(record)
	}
}

func (db *DB) restartProcess(record *ProcessRecord) {
	now := db.Now()
	db.startAll(record, now, now.Add(db.startDelay))
	record.Version = db.NextGUID("version", record.GUID)
	record.Row.Store(nil)
}
