package state

import (
	"fmt"
	"slices"
	"strings"
)

// Limits are the configured limits of a foundation. A zero value is unlimited.
type Limits struct {
	HealthCheckTimeout int64    // seconds; 180 by default
	DiskInMB           int64    // of a process
	Users              []string // that a process may run as
}

// SetLimits sets the limits for requests from now on. Processes that already exceed
// them stay.
func (s *Store) SetLimits(limits Limits) {
	defer s.lock()()
	s.db.limits = limits
}

// SetMemoryQuota limits the memory of all started processes of an organization
// or a space, in MB; 0 removes the limit. It panics if there is none with
// this GUID.
func (s *Store) SetMemoryQuota(guid string, megabytes int64) {
	defer s.lock()()
	if org := s.db.Organizations.Get(guid); org != nil {
		org.memoryQuota = megabytes
		return
	}
	s.db.mustSpace(guid).memoryQuota = megabytes
}

// LimitError describes why Cloud Controller refuses to store a process, or is "" if
// it does not.
//
// Source: Cloud Controller 3.228.0.
func (db *DB) LimitError(before, after *Process) string {
	var problems []string
	if most := db.limits.DiskInMB; most > 0 && after.DiskInMB > most {
		problems = append(problems,
			fmt.Sprintf("disk_quota too much disk requested (requested %d MB - must be less than %d MB)", after.DiskInMB, most))
	}
	if after.MemoryInMB*after.Instances > before.MemoryInMB*before.Instances {
		app := db.mustApp(after.AppGUID)
		if problem := db.quotaError(app, after.MemoryInMB*after.Instances-before.MemoryInMB*before.Instances); problem != "" {
			problems = append(problems, problem)
		}
	}
	if h := after.HealthCheck; h != nil && h.Timeout != nil && db.limits.HealthCheckTimeout > 0 && *h.Timeout > db.limits.HealthCheckTimeout {
		problems = append(problems, fmt.Sprintf("health_check_timeout Maximum exceeded: max %ds", db.limits.HealthCheckTimeout))
	}
	if h := after.HealthCheck; h != nil && h.Type == "http" && h.Endpoint == nil {
		problems = append(problems, "health_check_http_endpoint HTTP health check endpoint is not a valid URI path: ")
	}
	if h := after.ReadinessHealthCheck; h != nil && h.Type == "http" && h.Endpoint == nil {
		problems = append(problems, "readiness_health_check_http_endpoint HTTP readiness health check endpoint is not a valid URI path: ")
	}
	if user := after.User; user != nil && db.limits.Users != nil &&
		!slices.ContainsFunc(db.limits.Users, func(allowed string) bool { return strings.EqualFold(allowed, *user) }) {
		problems = append(problems, fmt.Sprintf("user invalid (requested user '%s' not allowed, permitted users are: '%s')",
			*user, strings.Join(db.limits.Users, "', '")))
	}
	return strings.Join(problems, ", ")
}

// DeploymentError describes the memory quota that prevents the deployment of an
// app, or is "" if none does.
//
// Source: cloud_controller_ng 3bbba906, deployment_create.rb.
func (db *DB) DeploymentError(app *App, maxInFlight int64) string {
	web := app.OfType("web")
	if web == nil {
		return ""
	}
	const advice = "quota may not be large enough to support rolling deployments or your configured max-in-flight."
	switch problem := db.quotaError(app, web.MemoryInMB*min(maxInFlight, web.Instances)); problem {
	case "memory quota_exceeded":
		return problem + " for organization " + app.Space.Organization.Name + ". This organization's " + advice
	case "memory space_quota_exceeded":
		return problem + " for space " + app.Space.Name + ". This space's " + advice
	default:
		return problem
	}
}

// quotaError describes the memory quota that an app would exceed with so many
// more megabytes.
func (db *DB) quotaError(app *App, more int64) string {
	if app.State != Started {
		return ""
	}
	space, org := int64(0), int64(0)
	for _, r := range db.Processes.Rows() {
		if r.App.State != Started || r.App.Space.Organization != app.Space.Organization {
			continue
		}
		org += r.MemoryInMB * r.Instances
		if r.App.Space == app.Space {
			space += r.MemoryInMB * r.Instances
		}
	}
	exceeds := func(used, quota int64) bool { return quota > 0 && used+more > quota }
	switch {
	case exceeds(org, app.Space.Organization.memoryQuota):
		return "memory quota_exceeded"
	case exceeds(space, app.Space.memoryQuota):
		return "memory space_quota_exceeded"
	}
	return ""
}

// SidecarsNeed is the memory of all sidecars that run beside a process, in MB.
func (a *App) SidecarsNeed(processType string) int64 {
	need := int64(0)
	for _, sidecar := range a.Sidecars {
		if sidecar.RunsBeside(processType) && sidecar.MemoryInMB != nil {
			need += *sidecar.MemoryInMB
		}
	}
	return need
}

// SetSuspended suspends an organization: only admins may change what is in it.
// It panics if the organization is missing.
func (s *Store) SetSuspended(orgGUID string, suspended bool) {
	defer s.lock()()
	org := s.db.Organizations.Get(orgGUID)
	if org == nil {
		panic("fakecf: no organization " + orgGUID)
	}
	org.Suspended = suspended
}

// SetAppScaling sets the feature flag app_scaling, without which only admins
// may scale (default true).
func (s *Store) SetAppScaling(enabled bool) {
	defer s.lock()()
	s.db.ScalingDisabled = !enabled
}
