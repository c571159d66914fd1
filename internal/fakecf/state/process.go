package state

import (
	"encoding/json"
	"sync/atomic"
	"time"
)

// Process is a process in the tables. The fields with a JSON name are in Cloud
// Controller's responses as they are; the server renders the others.
type Process struct {
	GUID      string `json:"guid"` // derived from app, type and number if empty
	AppGUID   string `json:"-"`
	SpaceGUID string `json:"-"`    // follows from the app
	Type      string `json:"type"` // "web" if empty

	Command         *string `json:"-"` // nil: the detected one
	DetectedCommand *string `json:"-"` // from the droplet; nil: nothing was detected
	HideCommand     bool    `json:"-"` // hides the command from every role, even admins
	User            *string `json:"-"` // nil: the default

	Instances    int64  `json:"instances"`
	MemoryInMB   int64  `json:"memory_in_mb"`                       // 0 in AddProcess: 256
	DiskInMB     int64  `json:"disk_in_mb"`                         // 0 in AddProcess: 1024
	LogRateLimit *int64 `json:"log_rate_limit_in_bytes_per_second"` // -1 is unlimited; nil in AddProcess: -1

	HealthCheck          *HealthCheck `json:"-"` // nil in AddProcess: port for web, process for others
	ReadinessHealthCheck *HealthCheck `json:"-"` // nil in AddProcess: process

	RevisionGUID                   *string `json:"-"`
	RegistryCredentialGUID         *string `json:"-"`
	RegistryCredentialLastSyncedAt *string `json:"-"`

	Labels      map[string]string `json:"-"`
	Annotations map[string]string `json:"-"`

	Version   string    `json:"version"` // made if empty
	CreatedAt time.Time `json:"-"`
	UpdatedAt time.Time `json:"-"`

	// Omit and Override change the JSON of this process, for servers that omit
	// fields or send unexpected values. A key is a path of names joined by dots,
	// such as "health_check.data.timeout".
	Omit     []string                   `json:"-"`
	Override map[string]json.RawMessage `json:"-"`
}

// HealthCheck is a health check or a readiness health check. Times are seconds.
type HealthCheck struct {
	Type              string
	Timeout           *int64 // not for a readiness check
	InvocationTimeout *int64
	Interval          *int64
	Endpoint          *string // shown only for http
}

// Sidecar is a process that runs beside others of its app.
type Sidecar struct {
	GUID         string   `json:"guid"`
	Name         string   `json:"name"`
	Command      string   `json:"command"`
	ProcessTypes []string `json:"process_types"`
	MemoryInMB   *int64   `json:"memory_in_mb"`
	Origin       string   `json:"origin"` // "user" (if empty) or "buildpack"
}

// Ptr returns a pointer to v, for the optional fields above.
func Ptr[T any](v T) *T { return &v }

// Clone returns a copy that shares nothing with the process.
func (p *Process) Clone() Process { return clone(*p) }

// Clone returns a copy that shares nothing with the check, or nil for nil.
func (h *HealthCheck) Clone() *HealthCheck { return clone(h) }

// EffectiveCommand is the command that starts the process, or nil.
func (p *Process) EffectiveCommand() *string {
	if p.Command != nil {
		return p.Command
	}
	return p.DetectedCommand
}

// ProcessRecord is a process in the tables, with its instances.
type ProcessRecord struct {
	Process
	App     *App
	Running Quotas // of the instances that start now

	fleet

	// Row caches the JSON of the process in a list; every change clears it. Without
	// it, benchmarks would mostly measure the rendering of rows in the fake.
	Row atomic.Pointer[[]byte]
}

func (r *ProcessRecord) desired() Quotas {
	out := Quotas{MemoryInMB: r.MemoryInMB, DiskInMB: r.DiskInMB}
	if r.LogRateLimit != nil {
		out.LogRateLimit = *r.LogRateLimit
	}
	return out
}

// Quotas are the limits that an instance runs with.
type Quotas struct {
	MemoryInMB, DiskInMB, LogRateLimit int64
}

// Keys are the columns that lists sort by.
func (r *ProcessRecord) Keys() Keys {
	return Keys{GUID: r.GUID, Created: r.CreatedAt, Updated: r.UpdatedAt}
}
