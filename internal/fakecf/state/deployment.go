package state

import (
	"fmt"
	"slices"
	"time"
)

// Deployment is a rolling deployment of an app on Diego: a second web process
// grows while the first one shrinks.
//
// Source: cloud_controller_ng 3bbba906, deployment_create.rb and
// lib/cloud_controller/deployment_updater.
type Deployment struct {
	GUID            string
	App             *App
	Value           string // Active or Finalized
	Reason          string
	Error           string // "" is none
	MaxInFlight     int64
	Droplet         string
	PreviousDroplet string
	Labels          map[string]string
	Annotations     map[string]string
	NewProcess      *ProcessRecord // nil if the app was stopped
	CreatedAt       time.Time
	UpdatedAt       time.Time
	HealthyAt       time.Time // zero: never
	StatusChangedAt time.Time

	instances int64  // of the web process before the first deployment
	failure   string // keeps the deployment from advancing
	pace      Pace
	next      time.Time // of the next step by the clock
}

// The values and reasons of a deployment's status.
const (
	Active    = "ACTIVE"
	Finalized = "FINALIZED"

	Deploying  = "DEPLOYING"
	Canceling  = "CANCELING"
	Deployed   = "DEPLOYED"
	Canceled   = "CANCELED"
	Superseded = "SUPERSEDED"
)

// Keys are the columns that lists sort by.
func (d *Deployment) Keys() Keys {
	return Keys{GUID: d.GUID, Created: d.CreatedAt, Updated: d.UpdatedAt}
}

// Pace is how a deployment advances. Cloud Controller does a step about every five
// seconds.
type Pace struct {
	held  bool
	every time.Duration
}

// PaceByPoll does one step with each GET of the deployment.
func PaceByPoll() Pace { return Pace{} }

// PaceByClock does a step in this interval of the foundation's clock.
func PaceByClock(every time.Duration) Pace { return Pace{every: every} }

// PaceByHand does a step only when a test calls AdvanceDeployment.
func PaceByHand() Pace { return Pace{held: true} }

// Deployments returns all deployments, the oldest first.
func (db *DB) Deployments() []*Deployment { return db.deployments.Rows() }

// Deployment returns a deployment, or nil if it is missing.
func (db *DB) Deployment(guid string) *Deployment { return db.deployments.Get(guid) }

// DeploymentsOf returns the deployments of an app, the oldest first.
func (db *DB) DeploymentsOf(app *App) []*Deployment {
	var out []*Deployment
	for _, d := range db.deployments.Rows() {
		if d.App == app {
			out = append(out, d)
		}
	}
	return out
}

// activeDeployment is the deployment in flight, or nil.
func (db *DB) activeDeployment(app *App) *Deployment {
	for _, d := range db.inFlight {
		if d.App == app {
			return d
		}
	}
	return nil
}

// IsDeploying reports whether a deployment prevents changes of web processes. One
// that is being canceled does not.
func (db *DB) IsDeploying(app *App) bool {
	d := db.activeDeployment(app)
	return d != nil && d.Reason == Deploying
}

// Deploy starts a deployment of the current droplet of an app on Diego. It
// supersedes one that is in flight. A stopped app starts, and its deployment ends.
func (db *DB) Deploy(app *App, maxInFlight int64) *Deployment {
	now := db.Stamp()
	d := &Deployment{
		GUID: db.NextGUID("deployment", app.GUID), App: app, Value: Active, Reason: Deploying, MaxInFlight: maxInFlight,
		Droplet: app.Droplet, PreviousDroplet: app.Droplet, CreatedAt: now, UpdatedAt: now, StatusChangedAt: now,
		pace: db.pace, next: db.Now().Add(db.pace.every),
	}
	before := db.activeDeployment(app)
	web := app.OfType("web")
	switch {
	case before != nil:
		d.instances = before.instances
	case web != nil:
		d.instances = oldestWeb(app).Instances
	}
	db.deployments.add(d)
	db.inFlight = append(db.inFlight, d)
	if app.State != Started || web == nil {
		db.SetAppState(app, Started)
		d.finish(db, Deployed)
		return d
	}
	p := web.Clone()
	p.GUID, p.Version = "", ""
	p.CreatedAt, p.UpdatedAt = time.Time{}, time.Time{}
	p.Instances = min(d.MaxInFlight, d.instances)
	d.NewProcess = db.insertProcess(app.GUID, p)
	d.NewProcess.outcome, d.NewProcess.details = web.outcome, web.details
	db.restartProcess(d.NewProcess)
	if before != nil {
		before.finish(db, Superseded)
	}
	return d
}

func oldestWeb(app *App) *ProcessRecord {
	at := slices.IndexFunc(app.Processes, func(r *ProcessRecord) bool { return r.Type == "web" })
	return app.Processes[at]
}

func (d *Deployment) finish(db *DB, reason string) {
	d.Value, d.Reason = Finalized, reason
	db.inFlight = slices.DeleteFunc(db.inFlight, func(other *Deployment) bool { return other == d })
	d.UpdatedAt, d.StatusChangedAt = db.Stamp(), db.Stamp()
}

// Cancel begins to cancel a deployment; the next step completes that.
func (db *DB) Cancel(d *Deployment) error {
	if d.Value != Active {
		return fmt.Errorf("Cannot cancel a deployment with status: %s and reason: %s", d.Value, d.Reason) //nolint:staticcheck // Cloud Controller's own words
	}
	d.Reason = Canceling
	d.UpdatedAt, d.StatusChangedAt = db.Stamp(), db.Stamp()
	return nil
}

// Poll does the step of a deployment that advances with each poll.
func (db *DB) Poll(d *Deployment) {
	if !d.pace.held && d.pace.every == 0 {
		db.step(d)
	}
}

func (d *Deployment) dueAt(now time.Time) bool {
	return d.Value == Active && d.pace.every > 0 && !d.next.After(now)
}

// step is one run of Cloud Controller's updater.
func (db *DB) step(d *Deployment) {
	switch {
	case d.Value != Active:
	case d.Reason == Canceling:
		db.takeBack(d)
	default:
		db.scale(d)
	}
}

// takeBack restores the instances of the oldest web process and removes the other
// web processes.
func (db *DB) takeBack(d *Deployment) {
	kept := oldestWeb(d.App)
	db.removeWebs(d.App, kept)
	db.setInstances(kept, d.instances)
	d.Error = ""
	d.finish(db, Canceled)
}

func (db *DB) removeWebs(app *App, except *ProcessRecord) {
	for _, record := range slices.Clone(app.Processes) {
		if record.Type == "web" && record != except {
			db.deleteProcess(record.GUID)
		}
	}
}

func (db *DB) setInstances(record *ProcessRecord, n int64) {
	p := record.Clone()
	p.Instances = n
	db.Put(record, p)
}

// scale moves instances from the old web processes to the new one. It waits while
// an instance starts or is not healthy.
func (db *DB) scale(d *Deployment) {
	routable, starting, unhealthy := d.NewProcess.summary(db.Now())
	canGrow := starting < d.MaxInFlight && unhealthy == 0 && routable >= d.NewProcess.Instances-d.MaxInFlight
	surplus := d.oldInstances() - max(d.instances-routable, 0)
	if db.Runtime != RuntimeWorks {
		return
	}
	if problem := db.quotaError(d.App, d.growth(routable)); d.failure == "" && problem != "" {
		d.Error = problem
		d.UpdatedAt = db.Stamp()
		return
	}
	if d.failure != "" {
		d.Error = d.failure
		d.UpdatedAt = db.Stamp()
		return
	}
	if !canGrow && surplus <= 0 {
		return
	}
	d.Error = ""
	for _, record := range slices.Clone(d.App.Processes) {
		if record.Type != "web" || record == d.NewProcess || surplus <= 0 {
			continue
		}
		less := min(surplus, record.Instances)
		surplus -= less
		if record.Instances == less && record != oldestWeb(d.App) {
			db.deleteProcess(record.GUID)
			continue
		}
		db.setInstances(record, record.Instances-less)
	}
	if d.NewProcess.Instances >= d.instances && routable >= d.instances {
		db.finalize(d)
		return
	}
	if canGrow {
		db.setInstances(d.NewProcess, min(routable+d.MaxInFlight, d.instances))
		d.HealthyAt, d.UpdatedAt = db.Stamp(), db.Stamp()
	}
}

// finalize keeps the new web process and restarts those of other types.
func (db *DB) finalize(d *Deployment) {
	db.removeWebs(d.App, d.NewProcess)
	for _, record := range d.App.Processes {
		if record.Type != "web" {
			db.restartProcess(record)
		}
	}
	d.finish(db, Deployed)
}

// growth is the additional memory that the next step needs, in MB.
func (d *Deployment) growth(routable int64) int64 {
	wanted := min(routable+d.MaxInFlight, d.instances)
	return max(0, wanted-d.NewProcess.Instances) * d.NewProcess.MemoryInMB
}

func (d *Deployment) oldInstances() int64 {
	n := int64(0)
	for _, record := range d.App.Processes {
		if record.Type == "web" && record != d.NewProcess {
			n += record.Instances
		}
	}
	return n
}

// summary counts the instances that run, those that start and those that are not
// healthy.
func (r *ProcessRecord) summary(now time.Time) (routable, starting, unhealthy int64) {
	count := func(index, n int64) {
		switch i := r.Instance(index, now); {
		case i.State == "RUNNING" && (i.Routable == nil || *i.Routable):
			routable += n
		case i.State == "RUNNING" || i.State == "STARTING":
			starting += n
		default:
			unhealthy += n
		}
	}
	r.eachGroup(count)
	return routable, starting, unhealthy
}
