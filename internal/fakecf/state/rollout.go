package state

import (
	"reflect"
	"slices"
	"time"
)

// Rollout is how long Kubernetes takes to replace pods.
//
// Source: Korifi fb0a00b2 on a real Kubernetes. A rollout begins a moment after
// the response and replaces one pod after another, the highest index first. A pod
// that ends shows RUNNING until it is gone, and for a moment its index is missing. The next pod ends when the new one runs.
type Rollout struct {
	Begin time.Duration // from a change to the end of the first pod
	End   time.Duration // from the end of a pod until it is gone
	Gap   time.Duration // until the next pod of the index exists
	Touch time.Duration // until a controller moves updated_at again; never if negative
}

// rolling is the progress of a rollout.
type rolling struct {
	at    time.Time // when it begins
	begun bool
	index int64 // of the pod that is being replaced
}

// atOnce is the number of instances above which a rollout replaces all pods
// together, so that a request does not take minutes.
const atOnce = 1000

// SetRollout sets how long Kubernetes takes from now on. By default pods are
// replaced at once and updated_at moves again after two seconds.
func (s *Store) SetRollout(rollout Rollout) {
	defer s.lock()()
	s.db.rollout = rollout
}

// IsRolling reports whether Kubernetes replaces pods of an app. It is false until
// the rollout has begun.
func (db *DB) IsRolling(app *App) bool {
	return slices.ContainsFunc(app.Processes, func(r *ProcessRecord) bool { return r.rolling != nil && r.rolling.begun })
}

// needsRoll reports whether a change of a process makes Kubernetes replace its
// pods: their template holds these values.
func needsRoll(before, after *Process) bool {
	return before.MemoryInMB != after.MemoryInMB || before.DiskInMB != after.DiskInMB ||
		!reflect.DeepEqual(before.EffectiveCommand(), after.EffectiveCommand()) ||
		!reflect.DeepEqual(before.HealthCheck, after.HealthCheck)
}

// roll makes Kubernetes replace the pods of a process.
func (db *DB) roll(record *ProcessRecord) {
	record.rolling = &rolling{at: db.Now().Add(db.rollout.Begin)}
	db.watch(record)
}

// RollApp makes Kubernetes replace the pods of all processes of an app.
func (db *DB) RollApp(app *App) {
	for _, record := range app.Processes {
		db.roll(record)
	}
}

// Touch schedules the change of updated_at by a controller.
func (db *DB) Touch(record *ProcessRecord) {
	if db.rollout.Touch >= 0 {
		record.touchAt = db.Now().Add(db.rollout.Touch)
		db.watch(record)
	}
}

// EndPod ends a pod. Kubernetes starts another one when it is gone.
func (db *DB) EndPod(record *ProcessRecord, index int64) {
	own := *record.lifeOf(index)
	if !own.endsAt.IsZero() || db.Now().Before(own.startedAt) {
		return // it already ends, or is gone
	}
	own.endsAt = db.Now().Add(db.rollout.End)
	record.setLife(index, own)
	db.watch(record)
}

// leave ends the pods beyond the desired number. Until they are gone they show
// RUNNING, so that there are more stats than instances. It returns false if they
// are gone at once.
//
// Source: Korifi fb0a00b2, read in its code: the stats are those of all pods.
func (db *DB) leave(record *ProcessRecord, want int64) bool {
	if db.platform != Kubernetes || db.rollout.End == 0 || record.count-want > atOnce || record.App.State != Started {
		return false
	}
	for index := want; index < record.count; index++ {
		db.EndPod(record, index)
	}
	return true
}

// remove removes a pod that has ended and is no longer desired.
func (f *fleet) remove(index int64) {
	f.setLife(index, life{gone: true})
	for f.count > 0 && f.lifeOf(f.count-1).gone {
		f.count--
		f.trim(f.count)
	}
}

func (db *DB) watch(record *ProcessRecord) {
	if !slices.Contains(db.watched, record) {
		db.watched = append(db.watched, record)
	}
}

// nextEvent is the next event of a process without a request, or nil.
func (db *DB) nextEvent(record *ProcessRecord) (at time.Time, event func()) {
	earliest := func(when time.Time, do func()) {
		if event == nil || when.Before(at) {
			at, event = when, do
		}
	}
	if !record.touchAt.IsZero() {
		earliest(record.touchAt, func() {
			record.touchAt, record.UpdatedAt = time.Time{}, db.Stamp()
			record.Row.Store(nil)
		})
	}
	for index, own := range record.single {
		if !own.endsAt.IsZero() {
			earliest(own.endsAt, func() {
				if index >= record.Instances {
					record.remove(index)
					return
				}
				from := db.Now().Add(db.rollout.Gap)
				record.setLife(index, db.newLife(record, from, from.Add(db.startDelay)))
			})
		}
	}
	if r := record.rolling; r != nil {
		if !r.begun {
			earliest(r.at, func() { db.beginRoll(record) })
		} else if r.index >= record.count { // removed by a scale
			earliest(r.at, func() { db.rollNext(record) })
		} else if own := record.lifeOf(r.index); own.endsAt.IsZero() && own.outcome == "" {
			earliest(own.readyAt, func() { db.rollNext(record) })
		}
	}
	return at, event
}

func (db *DB) beginRoll(record *ProcessRecord) {
	record.Running = record.desired()
	if record.count == 0 || record.count > atOnce {
		record.rolling = nil
		db.startAll(record, db.Now(), db.Now().Add(db.startDelay))
		return
	}
	record.rolling.begun, record.rolling.index = true, record.count
	db.rollNext(record)
}

// rollNext ends the pod with the next lower index, or the rollout.
func (db *DB) rollNext(record *ProcessRecord) {
	record.rolling.index = min(record.rolling.index, record.count, record.Instances) - 1
	if record.rolling.index < 0 {
		record.rolling = nil
		return
	}
	db.EndPod(record, record.rolling.index)
}
