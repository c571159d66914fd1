package state

import "time"

// StartDeployment puts a rolling deployment in flight: until it ends, PATCH and
// scale of the app's web process are refused.
func (s *Store) StartDeployment(appGUID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db.mustApp(appGUID).Deploying = true
}

// FinishDeployment ends the deployment: a new process replaces the web process.
// It returns the GUID of the new one, "" where the app has no web process.
func (s *Store) FinishDeployment(appGUID string) string {
	s.mu.Lock() // once for all: nobody sees an app without a web process
	defer s.mu.Unlock()
	app := s.db.mustApp(appGUID)
	app.Deploying = false
	old := app.OfType("web")
	if old == nil {
		return ""
	}
	p := old.Clone()
	p.GUID, p.Version = "", ""
	p.CreatedAt, p.UpdatedAt = time.Time{}, time.Time{}
	s.db.deleteProcess(old.GUID)
	return s.db.insertProcess(appGUID, p).GUID
}
