package state

import (
	"slices"
	"time"
)

// Organization is an organization in the tables.
type Organization struct {
	GUID, Name  string
	CreatedAt   time.Time
	Suspended   bool
	memoryQuota int64 // in MB; 0 is none
}

// Keys are the columns that lists sort by.
func (o *Organization) Keys() Keys {
	return Keys{GUID: o.GUID, Name: o.Name, Created: o.CreatedAt, Updated: o.CreatedAt}
}

// Space is a space in the tables.
type Space struct {
	GUID, Name   string
	Organization *Organization
	Restricted   bool // visible only to global roles
	CreatedAt    time.Time
	memoryQuota  int64 // in MB; 0 is none
}

// Keys are the columns that lists sort by.
func (s *Space) Keys() Keys {
	return Keys{GUID: s.GUID, Name: s.Name, Created: s.CreatedAt, Updated: s.CreatedAt}
}

// The desired states of an app.
const (
	Started = "STARTED"
	Stopped = "STOPPED"
)

// App is an app in the tables.
type App struct {
	GUID, Name string
	Space      *Space
	State      string // Started or Stopped
	Docker     bool   // runs a Docker image
	Droplet    string // GUID of the current droplet, "" without one
	CreatedAt  time.Time
	Processes  []*ProcessRecord
	Sidecars   []*SidecarRecord
}

// Keys are the columns that lists sort by.
func (a *App) Keys() Keys {
	return Keys{GUID: a.GUID, Name: a.Name, State: a.State, Created: a.CreatedAt, Updated: a.CreatedAt}
}

// OfType returns the newest process of a type, or nil if there is none.
func (a *App) OfType(processType string) *ProcessRecord {
	for _, record := range slices.Backward(a.Processes) {
		if record.Type == processType {
			return record
		}
	}
	return nil
}

// SidecarRecord is a sidecar in the tables.
type SidecarRecord struct {
	Sidecar
	App       *App
	CreatedAt time.Time
}

// Keys are the columns that lists sort by.
func (s *SidecarRecord) Keys() Keys {
	return Keys{GUID: s.GUID, Name: s.Name, Created: s.CreatedAt, Updated: s.CreatedAt}
}

// AddOrganization adds an organization and returns its GUID.
func (s *Store) AddOrganization(name string) string {
	defer s.lock()()
	return s.db.AddOrganization(s.db.NextGUID("organization", name), name, s.db.Stamp()).GUID
}

// AddOrganization adds an organization with a given GUID.
func (db *DB) AddOrganization(guid, name string, at time.Time) *Organization {
	org := &Organization{GUID: guid, Name: name, CreatedAt: at}
	db.Organizations.add(org)
	return org
}

// AddSpace adds a space to an organization and returns its GUID. It panics if the
// organization is missing.
func (s *Store) AddSpace(orgGUID, name string) string {
	defer s.lock()()
	return s.db.AddSpace(s.db.NextGUID("space", orgGUID, name), orgGUID, name, s.db.Stamp()).GUID
}

// AddSpace adds a space with a given GUID.
func (db *DB) AddSpace(guid, orgGUID, name string, at time.Time) *Space {
	org := db.Organizations.Get(orgGUID)
	if org == nil {
		panic("fakecf: no organization " + orgGUID)
	}
	space := &Space{GUID: guid, Name: name, Organization: org, CreatedAt: at}
	db.Spaces.add(space)
	return space
}

// AddApp adds a started app without processes to a space and returns its GUID.
// It panics if the space is missing.
func (s *Store) AddApp(spaceGUID, name string) string {
	defer s.lock()()
	return s.db.AddApp(s.db.NextGUID("app", spaceGUID, name), spaceGUID, name, s.db.Stamp()).GUID
}

// AddApp adds a started app with a given GUID.
func (db *DB) AddApp(guid, spaceGUID, name string, at time.Time) *App {
	app := &App{GUID: guid, Name: name, Space: db.mustSpace(spaceGUID), State: Started, CreatedAt: at,
		Droplet: GUID("droplet", guid)}
	db.Apps.add(app)
	return app
}

// DeleteApp removes an app with its processes.
func (s *Store) DeleteApp(guid string) {
	defer s.lock()()
	app := s.db.Apps.Get(guid)
	if app == nil {
		return
	}
	for _, record := range slices.Clone(app.Processes) {
		s.db.deleteProcess(record.GUID)
	}
	for _, deployment := range s.db.DeploymentsOf(app) {
		deployment.finish(&s.db, Canceled)
		s.db.deployments.remove(deployment.GUID)
	}
	s.db.Apps.remove(guid)
}

// SetDroplet sets the current droplet of an app; "" removes it, so that the app can
// neither start nor be deployed. It panics if the app is missing.
func (s *Store) SetDroplet(appGUID, dropletGUID string) {
	defer s.lock()()
	s.db.mustApp(appGUID).Droplet = dropletGUID
}

// SetDocker makes an app run a Docker image, as root if the image does not set a
// user. It panics if the app is missing.
func (s *Store) SetDocker(appGUID string) {
	defer s.lock()()
	app := s.db.mustApp(appGUID)
	app.Docker = true
	for _, record := range app.Processes {
		record.Row.Store(nil)
	}
}

// AddSidecar adds a sidecar to an app and returns its GUID. It panics if
// the app is missing.
func (s *Store) AddSidecar(appGUID string, sidecar Sidecar) string {
	defer s.lock()()
	app := s.db.mustApp(appGUID)
	if sidecar.GUID == "" {
		sidecar.GUID = s.db.NextGUID("sidecar", appGUID, sidecar.Name)
	}
	if sidecar.Origin == "" {
		sidecar.Origin = "user"
	}
	sidecar.ProcessTypes = append([]string{}, sidecar.ProcessTypes...)
	app.Sidecars = append(app.Sidecars, &SidecarRecord{Sidecar: sidecar, App: app, CreatedAt: s.db.Stamp()})
	return sidecar.GUID
}

// SetRestricted hides a space from every role that is not global. It panics if the space is missing.
func (s *Store) SetRestricted(spaceGUID string, restricted bool) {
	defer s.lock()()
	s.db.mustSpace(spaceGUID).Restricted = restricted
}

// SetStatsWarnings sets the X-Cf-Warnings of every response with stats, as while
// Log Cache is unavailable. On Cloud Controller 3.228.0 the stats then have neither
// usage nor quotas.
func (s *Store) SetStatsWarnings(warnings ...string) {
	defer s.lock()()
	s.db.Warnings = slices.Clone(warnings)
}

func (db *DB) mustSpace(guid string) *Space {
	space := db.Spaces.Get(guid)
	if space == nil {
		panic("fakecf: no space " + guid)
	}
	return space
}

func (db *DB) mustApp(guid string) *App {
	app := db.Apps.Get(guid)
	if app == nil {
		panic("fakecf: no app " + guid)
	}
	return app
}

func (db *DB) mustProcess(guid string) *ProcessRecord {
	record := db.Processes.Get(guid)
	if record == nil {
		panic("fakecf: no process " + guid)
	}
	return record
}

// RunsBeside reports whether the sidecar runs beside a type of process; "" matches
// any.
func (s *Sidecar) RunsBeside(processType string) bool {
	return processType == "" || slices.Contains(s.ProcessTypes, processType)
}
