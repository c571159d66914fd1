package fakecf

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type orgRecord struct {
	guid, name string
	createdAt  time.Time
}

type spaceRecord struct {
	guid, name string
	org        *orgRecord
	restricted bool // seen by roles for the whole foundation only
	createdAt  time.Time
}

type appRecord struct {
	guid, name string
	space      *spaceRecord
	state      string
	deploying  bool
	createdAt  time.Time
	processes  []*processRecord
	sidecars   []sidecarRecord
}

type sidecarRecord struct {
	Sidecar
	createdAt time.Time
}

// processRecord is a process with what its runtime does. Everything in it is
// guarded by the store's lock.
type processRecord struct {
	Process
	app       *appRecord
	running   quotas // what the instances were last started with
	instances []*instanceRecord
	outcome   string // state that starting instances end in; "" is RUNNING
	outcomeBy *string
	korifi    korifiHealth

	// listRow is the rendered JSON of the process in a list. Rendering
	// thousands of rows again for every page would measure the fake.
	listRow atomic.Pointer[[]byte]
}

type quotas struct {
	memoryInMB, diskInMB, logRateLimit int64
}

type store struct {
	mu         sync.RWMutex
	orgs       map[string]*orgRecord
	spaces     map[string]*spaceRecord
	apps       map[string]*appRecord
	processes  map[string]*processRecord
	orgOrder   []*orgRecord
	spaceOrder []*spaceRecord
	appOrder   []*appRecord
	order      []*processRecord // by created_at, then as they were added
	startDelay time.Duration
	warnings   []string
	made       int // numbers what has no name of its own

	manyApps, manyProcesses int // how far AddMany has come
}

func (s *store) init() {
	s.orgs, s.spaces = map[string]*orgRecord{}, map[string]*spaceRecord{}
	s.apps, s.processes = map[string]*appRecord{}, map[string]*processRecord{}
}

// fakeGUID makes a GUID out of names, so that every run has the same ones.
func fakeGUID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// next is a GUID for something of which there may be several of one name.
func (s *store) next(parts ...string) string {
	s.made++
	return fakeGUID(append(parts, itoa(s.made))...)
}

// AddOrganization adds an organization and returns its GUID.
func (f *Foundation) AddOrganization(name string) string {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	return f.state.addOrg(f.state.next("organization", name), name, f.second())
}

func (s *store) addOrg(guid, name string, at time.Time) string {
	org := &orgRecord{guid: guid, name: name, createdAt: at}
	s.orgs[guid] = org
	s.orgOrder = append(s.orgOrder, org)
	return guid
}

// AddSpace adds a space to an organization and returns its GUID. It panics
// where the organization is not there.
func (f *Foundation) AddSpace(orgGUID, name string) string {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	return f.state.addSpace(f.state.next("space", orgGUID, name), orgGUID, name, f.second())
}

func (s *store) addSpace(guid, orgGUID, name string, at time.Time) string {
	org := s.orgs[orgGUID]
	if org == nil {
		panic("fakecf: no organization " + orgGUID)
	}
	space := &spaceRecord{guid: guid, name: name, org: org, createdAt: at}
	s.spaces[guid] = space
	s.spaceOrder = append(s.spaceOrder, space)
	return guid
}

// AddApp adds a started app without processes to a space and returns its GUID.
// It panics where the space is not there.
func (f *Foundation) AddApp(spaceGUID, name string) string {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	return f.state.addApp(f.state.next("app", spaceGUID, name), spaceGUID, name, f.second())
}

func (s *store) addApp(guid, spaceGUID, name string, at time.Time) string {
	space := s.spaces[spaceGUID]
	if space == nil {
		panic("fakecf: no space " + spaceGUID)
	}
	app := &appRecord{guid: guid, name: name, space: space, state: "STARTED", createdAt: at}
	s.apps[guid] = app
	s.appOrder = append(s.appOrder, app)
	return guid
}

// AddProcess adds a process to an app and returns its GUID. Its instances have
// been running for an hour. It panics where the app is not there.
func (f *Foundation) AddProcess(appGUID string, p Process) string {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	return f.insertProcess(appGUID, p)
}

// insertProcess is AddProcess for those who hold the lock.
func (f *Foundation) insertProcess(appGUID string, p Process) string {
	record := f.state.addProcess(appGUID, p, f.second(), f.now().Add(-time.Hour))
	at := sort.Search(len(f.state.order), func(i int) bool {
		return f.state.order[i].CreatedAt.After(record.CreatedAt)
	})
	f.state.order = slices.Insert(f.state.order, at, record)
	return record.GUID
}

// addProcess leaves out the insertion into order, which AddMany does at once
// for all.
func (s *store) addProcess(appGUID string, given Process, now, startedAt time.Time) *processRecord {
	app := s.apps[appGUID]
	if app == nil {
		panic("fakecf: no app " + appGUID)
	}
	p := given.clone()
	p.AppGUID, p.SpaceGUID = appGUID, app.space.guid
	if p.Type == "" {
		p.Type = "web"
	}
	if p.GUID == "" {
		p.GUID = s.next("process", appGUID, p.Type)
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
		p.Version = s.next("version", p.GUID)
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = now
	}
	if p.UpdatedAt.IsZero() {
		p.UpdatedAt = p.CreatedAt
	}
	record := &processRecord{Process: p, app: app}
	record.korifi = korifiHealthOf(p.HealthCheck)
	app.processes = append(app.processes, record)
	s.processes[p.GUID] = record
	record.restartAll(s, startedAt, startedAt)
	return record
}

// Process returns a copy of a process.
func (f *Foundation) Process(guid string) (Process, bool) {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record := f.state.processes[guid]
	if record == nil {
		return Process{}, false
	}
	return record.clone(), true
}

// ProcessOf returns a copy of the process of this type of an app: the newest,
// where a deployment left more than one.
func (f *Foundation) ProcessOf(appGUID, processType string) (Process, bool) {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	app := f.state.apps[appGUID]
	if app == nil {
		return Process{}, false
	}
	if record := app.ofType(processType); record != nil {
		return record.clone(), true
	}
	return Process{}, false
}

func (a *appRecord) ofType(processType string) *processRecord {
	for _, record := range slices.Backward(a.processes) {
		if record.Type == processType {
			return record
		}
	}
	return nil
}

// UpdateProcess changes a process from outside of the API, as an autoscaler or
// another user does. updated_at follows where something changed. It panics
// where the process is not there. GUID, app and creation time stay.
func (f *Foundation) UpdateProcess(guid string, change func(*Process)) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record := f.state.processes[guid]
	if record == nil {
		panic("fakecf: no process " + guid)
	}
	p := record.clone()
	change(&p)
	p.GUID, p.AppGUID, p.SpaceGUID, p.CreatedAt = record.GUID, record.AppGUID, record.SpaceGUID, record.CreatedAt
	if !reflect.DeepEqual(p.HealthCheck, record.HealthCheck) {
		record.korifi = korifiHealthOf(p.HealthCheck)
	}
	if !reflect.DeepEqual(p, record.Process) && p.UpdatedAt.Equal(record.UpdatedAt) {
		p.UpdatedAt = f.second()
	}
	f.state.put(record, p, f.now())
}

// put stores what a process has become and lets its instances follow.
func (s *store) put(record *processRecord, p Process, now time.Time) {
	record.Process = p
	record.listRow.Store(nil)
	record.follow(s, now)
}

// DeleteProcess removes a process.
func (f *Foundation) DeleteProcess(guid string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	f.state.deleteProcess(guid)
}

func (s *store) deleteProcess(guid string) {
	record := s.processes[guid]
	if record == nil {
		return
	}
	same := func(r *processRecord) bool { return r == record }
	delete(s.processes, guid)
	s.order = slices.DeleteFunc(s.order, same)
	record.app.processes = slices.DeleteFunc(record.app.processes, same)
}

// DeleteApp removes an app with its processes.
func (f *Foundation) DeleteApp(guid string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	app := f.state.apps[guid]
	if app == nil {
		return
	}
	for _, record := range slices.Clone(app.processes) {
		f.state.deleteProcess(record.GUID)
	}
	delete(f.state.apps, guid)
	f.state.appOrder = slices.DeleteFunc(f.state.appOrder, func(a *appRecord) bool { return a == app })
}

// AddSidecar adds a sidecar to an app and returns its GUID. It panics where
// the app is not there.
func (f *Foundation) AddSidecar(appGUID string, sidecar Sidecar) string {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	app := f.state.mustApp(appGUID)
	if sidecar.GUID == "" {
		sidecar.GUID = f.state.next("sidecar", appGUID, sidecar.Name)
	}
	if sidecar.Origin == "" {
		sidecar.Origin = "user"
	}
	sidecar.ProcessTypes = slices.Clone(sidecar.ProcessTypes)
	app.sidecars = append(app.sidecars, sidecarRecord{Sidecar: sidecar, createdAt: f.second()})
	return sidecar.GUID
}

// SetRestricted hides a space from every role that is not for the whole
// foundation. It panics where the space is not there.
func (f *Foundation) SetRestricted(spaceGUID string, restricted bool) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	space := f.state.spaces[spaceGUID]
	if space == nil {
		panic("fakecf: no space " + spaceGUID)
	}
	space.restricted = restricted
}

// SetStatsWarnings makes every answer with stats carry these warnings in
// X-Cf-Warnings, as while the runtime is being updated.
func (f *Foundation) SetStatsWarnings(warnings ...string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	f.state.warnings = slices.Clone(warnings)
}

func (s *store) mustApp(guid string) *appRecord {
	app := s.apps[guid]
	if app == nil {
		panic("fakecf: no app " + guid)
	}
	return app
}

// second is now as the API writes it: whole seconds.
func (f *Foundation) second() time.Time { return f.now().Truncate(time.Second) }
