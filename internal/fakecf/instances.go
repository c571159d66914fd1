package fakecf

import (
	"fmt"
	"reflect"
	"time"
)

type instanceRecord struct {
	guid      string
	startedAt time.Time
	readyAt   time.Time
	outcome   string
	outcomeBy *string
	pinned    *Instance // set from outside; stays until the instance starts anew
}

// start gives an instance a new life.
func (r *processRecord) start(s *store, index int, at, readyAt time.Time) *instanceRecord {
	return &instanceRecord{
		guid:      s.next("instance", r.GUID, fmt.Sprint(index)),
		startedAt: at, readyAt: readyAt, outcome: r.outcome, outcomeBy: r.outcomeBy,
	}
}

// follow brings the instances to the number that is asked for: a new count
// acts at once, everything else at the next restart.
func (r *processRecord) follow(s *store, now time.Time) {
	want := int(r.Instances)
	if r.app.state != "STARTED" {
		want = 0
	}
	if len(r.instances) > want {
		r.instances = r.instances[:want:want]
	}
	for len(r.instances) < want {
		r.instances = append(r.instances, r.start(s, len(r.instances), now, now.Add(s.startDelay)))
	}
}

// restartAll starts every instance anew with the quotas of now.
func (r *processRecord) restartAll(s *store, at, readyAt time.Time) {
	r.running = quotas{r.MemoryInMB, r.DiskInMB, *r.LogRateLimit}
	r.instances = nil
	if r.app.state != "STARTED" {
		return
	}
	for i := range int(r.Instances) {
		r.instances = append(r.instances, r.start(s, i, at, readyAt))
	}
}

// view is what the runtime says of an instance now.
func (r *processRecord) view(index int, now time.Time) Instance {
	record := r.instances[index]
	if record.pinned != nil {
		return *record.pinned
	}
	out := Instance{Index: int64(index), GUID: record.guid, StartedAt: record.startedAt}
	switch {
	case now.Before(record.readyAt):
		out.State, out.Since, out.Routable = "STARTING", record.startedAt, Ptr(false)
	case record.outcome != "":
		out.State, out.Since, out.Routable, out.Details = record.outcome, record.readyAt, Ptr(false), record.outcomeBy
	default:
		out.State, out.Since, out.Routable = "RUNNING", record.readyAt, Ptr(true)
	}
	return out
}

// Instances returns what the runtime says of each instance of a process now.
func (f *Foundation) Instances(processGUID string) []Instance {
	f.state.mu.RLock()
	defer f.state.mu.RUnlock()
	record := f.state.processes[processGUID]
	if record == nil {
		return nil
	}
	out := make([]Instance, len(record.instances))
	for i := range out {
		out[i] = record.view(i, f.now())
	}
	return out
}

// SetInstance changes one instance and pins it: it stays like that until it is
// terminated, scaled away or its app restarts. It panics where the process or
// the instance is not there.
func (f *Foundation) SetInstance(processGUID string, index int64, change func(*Instance)) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record := f.state.processes[processGUID]
	if record == nil || index < 0 || index >= int64(len(record.instances)) {
		panic(fmt.Sprintf("fakecf: process %s has no instance %d", processGUID, index))
	}
	now := f.now()
	before := record.view(int(index), now)
	after := before
	change(&after)
	after.Index = index
	if after.State != before.State && after.Since.Equal(before.Since) {
		after.Since = now
	}
	if reflect.DeepEqual(before, after) {
		return
	}
	record.instances[index].pinned = &after
}

// SetStartDelay sets how long an instance that starts from now on is STARTING
// before it is RUNNING (default 0: it runs at once).
func (f *Foundation) SetStartDelay(d time.Duration) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	f.state.startDelay = d
}

// SetStartOutcome makes instances of a process that start from now on end in
// this state (CRASHED, DOWN) with these details ("" for none) instead of
// RUNNING. A state of "" or RUNNING makes it well again.
func (f *Foundation) SetStartOutcome(processGUID, state, details string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record := f.state.processes[processGUID]
	if record == nil {
		panic("fakecf: no process " + processGUID)
	}
	record.outcome, record.outcomeBy = state, nil
	if state == "RUNNING" {
		record.outcome = ""
	}
	if details != "" {
		record.outcomeBy = &details
	}
}

// SetAppState starts or stops an app: STARTED or STOPPED.
func (f *Foundation) SetAppState(appGUID, state string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	app := f.state.mustApp(appGUID)
	if app.state == state {
		return
	}
	app.state = state
	f.restart(app)
}

// RestartApp restarts every instance of an app, so that memory, disk and log
// rate limit act.
func (f *Foundation) RestartApp(appGUID string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	f.restart(f.state.mustApp(appGUID))
}

func (f *Foundation) restart(app *appRecord) {
	now := f.now()
	for _, record := range app.processes {
		record.restartAll(&f.state, now, now.Add(f.state.startDelay))
		record.Version = f.state.next("version", record.GUID)
		record.listRow.Store(nil)
	}
}

// StartDeployment puts a rolling deployment in flight: until it ends, PATCH and
// scale of the app's web process are refused.
func (f *Foundation) StartDeployment(appGUID string) {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	f.state.mustApp(appGUID).deploying = true
}

// FinishDeployment ends the deployment: a new process takes the place of the
// web process. It returns the GUID of the new one, "" where the app has no web
// process.
func (f *Foundation) FinishDeployment(appGUID string) string {
	f.state.mu.Lock() // once for all: nobody sees an app between two web processes
	defer f.state.mu.Unlock()
	app := f.state.mustApp(appGUID)
	app.deploying = false
	old := app.ofType("web")
	if old == nil {
		return ""
	}
	p := old.clone()
	p.GUID, p.Version = "", ""
	p.CreatedAt, p.UpdatedAt = time.Time{}, time.Time{}
	f.state.deleteProcess(old.GUID)
	return f.insertProcess(appGUID, p)
}
