package fakecf

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Process is a process as the foundation knows it.
type Process struct {
	GUID      string // made from app, type and number where empty
	AppGUID   string
	SpaceGUID string // follows from the app
	Type      string // "web" where empty

	Command         *string // nil: the detected one
	DetectedCommand *string // what the droplet brings; nil: nothing was detected
	HideCommand     bool    // nobody may read the command, not even an admin
	User            *string // nil: the default

	Instances    int64
	MemoryInMB   int64  // 0 in AddProcess: 256
	DiskInMB     int64  // 0 in AddProcess: 1024
	LogRateLimit *int64 // bytes a second, -1 is unlimited; nil in AddProcess: -1

	HealthCheck          *HealthCheck // nil in AddProcess: port for web, process for others
	ReadinessHealthCheck *HealthCheck // nil in AddProcess: process

	RevisionGUID                   *string
	RegistryCredentialGUID         *string
	RegistryCredentialLastSyncedAt *string

	Labels      map[string]string
	Annotations map[string]string

	Version   string // made where empty
	CreatedAt time.Time
	UpdatedAt time.Time

	// Omit and Override bend the JSON of this process: a key is a path of
	// names joined by dots, such as "health_check.data.timeout". They play
	// servers that leave fields out or send what nobody expects.
	Omit     []string
	Override map[string]json.RawMessage
}

// HealthCheck is a health check or a readiness health check. Times are seconds.
type HealthCheck struct {
	Type              string
	Timeout           *int64 // not for a readiness check
	InvocationTimeout *int64
	Interval          *int64
	Endpoint          *string // shown for http only
}

// Sidecar is a process that runs beside others of its app.
type Sidecar struct {
	GUID         string
	Name         string
	Command      string
	ProcessTypes []string
	MemoryInMB   *int64
	Origin       string // "user" (where empty) or "buildpack"
}

// Instance is one instance of a process.
type Instance struct {
	Index     int64
	GUID      string
	State     string // RUNNING, CRASHED, STARTING, STOPPING or DOWN
	Routable  *bool
	Details   *string
	StartedAt time.Time
	Since     time.Time // when it came into this state

	// Omit and Override bend the JSON of its stat, as those of Process do.
	Omit     []string
	Override map[string]json.RawMessage
}

// Ptr returns a pointer to v, for the optional fields above.
func Ptr[T any](v T) *T { return &v }

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func (h *HealthCheck) clone() *HealthCheck {
	if h == nil {
		return nil
	}
	return &HealthCheck{
		Type: h.Type, Timeout: clonePtr(h.Timeout), InvocationTimeout: clonePtr(h.InvocationTimeout),
		Interval: clonePtr(h.Interval), Endpoint: clonePtr(h.Endpoint),
	}
}

func (p *Process) clone() Process {
	c := *p
	c.Command, c.DetectedCommand, c.User = clonePtr(p.Command), clonePtr(p.DetectedCommand), clonePtr(p.User)
	c.LogRateLimit = clonePtr(p.LogRateLimit)
	c.HealthCheck, c.ReadinessHealthCheck = p.HealthCheck.clone(), p.ReadinessHealthCheck.clone()
	c.RevisionGUID = clonePtr(p.RevisionGUID)
	c.RegistryCredentialGUID = clonePtr(p.RegistryCredentialGUID)
	c.RegistryCredentialLastSyncedAt = clonePtr(p.RegistryCredentialLastSyncedAt)
	c.Labels, c.Annotations = maps.Clone(p.Labels), maps.Clone(p.Annotations)
	c.Omit, c.Override = slices.Clone(p.Omit), maps.Clone(p.Override)
	return c
}

// EffectiveCommand is the command that starts the process, or nil.
func (p *Process) EffectiveCommand() *string {
	if p.Command != nil {
		return p.Command
	}
	return p.DetectedCommand
}
