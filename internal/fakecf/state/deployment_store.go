package state

// SetDeploymentPace sets how deployments advance that start through the API from
// now on (default PaceByPoll).
func (s *Store) SetDeploymentPace(pace Pace) {
	defer s.lock()()
	s.db.pace = pace
}

// StartDeployment starts a rolling deployment of one instance at a time, which
// advances only by hand. It returns the GUID of the deployment. Until it ends, the
// app has two web processes that can be neither changed nor scaled. It panics if the app is missing.
//
// On Kubernetes the pods roll instead, and the deployment has the GUID of the
// app.
func (s *Store) StartDeployment(appGUID string) string {
	defer s.lock()()
	app := s.db.mustApp(appGUID)
	if s.db.platform == Kubernetes {
		s.db.RollApp(app)
		return app.GUID
	}
	return s.db.startByHand(app).GUID
}

func (db *DB) startByHand(app *App) *Deployment {
	d := db.Deploy(app, 1)
	d.pace = PaceByHand()
	return d
}

// AdvanceDeployment does one step of the deployment in flight, as Cloud
// Controller does about every five seconds. It reports whether the deployment
// is still in flight. On Kubernetes it has no effect.
func (s *Store) AdvanceDeployment(appGUID string) bool {
	defer s.lock()()
	d := s.db.activeDeployment(s.db.mustApp(appGUID))
	if d == nil {
		return false
	}
	s.db.step(d)
	return d.Value == Active
}

// FinishDeployment ends the deployment in flight at once, regardless of its
// instances: the new process replaces the web process. Without a deployment it
// starts one before. It returns the GUID of the new process, or "" if the
// app has no web process. On Kubernetes all pods are new at once, and the web
// process stays.
func (s *Store) FinishDeployment(appGUID string) string {
	defer s.lock()()
	app := s.db.mustApp(appGUID)
	switch {
	case app.OfType("web") == nil:
		return ""
	case s.db.platform == Kubernetes:
		s.db.Restart(app)
		return app.OfType("web").GUID
	}
	d := s.db.activeDeployment(app)
	if d == nil {
		d = s.db.startByHand(app)
	}
	if d.Value == Active {
		s.db.setInstances(d.NewProcess, d.instances)
		s.db.finalize(d)
	}
	return app.OfType("web").GUID
}

// FailDeployment stops the deployment in flight from advancing, with an error in
// status.details. It can still be canceled. It panics if none is in flight.
func (s *Store) FailDeployment(appGUID, text string) {
	defer s.lock()()
	d := s.db.activeDeployment(s.db.mustApp(appGUID))
	if d == nil {
		panic("fakecf: no deployment of app " + appGUID)
	}
	d.failure = text
	s.db.step(d)
}

// CancelDeployment cancels the deployment in flight at once, like another user. It panics if none is in flight.
func (s *Store) CancelDeployment(appGUID string) {
	defer s.lock()()
	d := s.db.activeDeployment(s.db.mustApp(appGUID))
	if d == nil {
		panic("fakecf: no deployment of app " + appGUID)
	}
	s.db.takeBack(d)
}
