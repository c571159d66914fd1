package state

import (
	"reflect"
	"slices"
	"time"
)

// AddProcess adds a process to an app and returns its GUID. Its instances have
// been running for an hour. It panics if the app is missing.
func (s *Store) AddProcess(appGUID string, p Process) string {
	defer s.lock()()
	return s.db.insertProcess(appGUID, p).GUID
}

func (db *DB) insertProcess(appGUID string, p Process) *ProcessRecord {
	return db.newProcess(appGUID, p, db.Stamp(), db.Now().Add(-time.Hour))
}

func (db *DB) newProcess(appGUID string, given Process, now, startedAt time.Time) *ProcessRecord {
	app := db.mustApp(appGUID)
	p := given.Clone()
	p.AppGUID, p.SpaceGUID = appGUID, app.Space.GUID
	if p.Type == "" {
		p.Type = "web"
	}
	if p.GUID == "" {
		p.GUID = db.NextGUID("process", appGUID, p.Type)
	}
	if p.MemoryInMB == 0 {
		p.MemoryInMB = 256
	}
	if p.DiskInMB == 0 {
		p.DiskInMB = 1024
	}
	if p.LogRateLimit == nil {
		p.LogRateLimit = Ptr[int64](-1)
	}
	if p.HealthCheck == nil {
		p.HealthCheck = &HealthCheck{Type: "process"}
		if p.Type == "web" {
			p.HealthCheck.Type = "port"
		}
	}
	if p.ReadinessHealthCheck == nil {
		p.ReadinessHealthCheck = &HealthCheck{Type: "process"}
	}
	if p.Version == "" {
		p.Version = db.NextGUID("version", p.GUID)
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = now
	}
	if p.UpdatedAt.IsZero() {
		p.UpdatedAt = p.CreatedAt
	}
	record := &ProcessRecord{Process: p, App: app}
	app.Processes = append(app.Processes, record)
	db.Processes.add(record)
	db.startAll(record, startedAt, startedAt)
	return record
}

// Process returns a copy of a process.
func (s *Store) Process(guid string) (Process, bool) {
	defer s.rlock()()
	record := s.db.Processes.Get(guid)
	if record == nil {
		return Process{}, false
	}
	return record.Clone(), true
}

// ProcessOf returns a copy of the newest process of this type of an app.
func (s *Store) ProcessOf(appGUID, processType string) (Process, bool) {
	defer s.rlock()()
	app := s.db.Apps.Get(appGUID)
	if app == nil {
		return Process{}, false
	}
	if record := app.OfType(processType); record != nil {
		return record.Clone(), true
	}
	return Process{}, false
}

// UpdateProcess changes a process from outside of the API, like an autoscaler or
// another user. A change moves updated_at; GUID, app and creation time stay. It
// panics if the process is missing.
func (s *Store) UpdateProcess(guid string, change func(*Process)) {
	defer s.lock()()
	record := s.db.mustProcess(guid)
	p := record.Clone()
	change(&p)
	p.GUID, p.AppGUID, p.SpaceGUID, p.CreatedAt = record.GUID, record.AppGUID, record.SpaceGUID, record.CreatedAt
	if !reflect.DeepEqual(p, record.Process) && p.UpdatedAt.Equal(record.UpdatedAt) {
		p.UpdatedAt = s.db.Stamp()
	}
	s.db.Put(record, p)
}

// Put stores a changed process. Its instances follow the new count; on Kubernetes
// they are replaced if they would run with other values.
func (db *DB) Put(record *ProcessRecord, p Process) {
	if db.platform == Kubernetes && needsRoll(&record.Process, &p) {
		defer db.roll(record)
	}
	record.Process = p
	record.Row.Store(nil)
	db.follow(record)
}

// DeleteProcess removes a process.
func (s *Store) DeleteProcess(guid string) {
	defer s.lock()()
	s.db.deleteProcess(guid)
}

func (db *DB) deleteProcess(guid string) {
	record := db.Processes.Get(guid)
	if record == nil {
		return
	}
	db.Processes.remove(guid)
	record.App.Processes = slices.DeleteFunc(record.App.Processes, func(r *ProcessRecord) bool { return r == record })
}
