package capi

import (
	"net/url"
	"strings"
)

// Process is a process as GET /v3/processes/{guid} returns it. Every field except
// GUID can be absent on some foundations and null on any; both become nil, which is
// neither 0 nor "".
//
// The fields are those of the API's process object, and of the registry
// credential that Tanzu Platform adds.
type Process struct {
	GUID      string  `json:"guid"`
	CreatedAt *string `json:"created_at"`
	UpdatedAt *string `json:"updated_at"`
	// Version changes when the app is started, and with some updates, such as of
	// memory; Korifi has none.
	Version *string `json:"version"`
	Type    *string `json:"type"`
	// Command is the effective start command; nil with CommandRedacted when the API
	// hides it.
	Command *string `json:"command"`
	User    *string `json:"user"`

	Instances  *int64 `json:"instances"`
	MemoryInMB *int64 `json:"memory_in_mb"`
	DiskInMB   *int64 `json:"disk_in_mb"`
	// LogRateLimitInBytesPerSecond is -1 for unlimited.
	LogRateLimitInBytesPerSecond   *int64  `json:"log_rate_limit_in_bytes_per_second"`
	RegistryCredentialLastSyncedAt *string `json:"registry_credential_last_synced_at"`

	HealthCheck          *HealthCheck   `json:"health_check"`
	ReadinessHealthCheck *HealthCheck   `json:"readiness_health_check"`
	Relationships        *Relationships `json:"relationships"`
	Metadata             *Metadata      `json:"metadata"`
	Links                Links          `json:"links"`

	// ProcessInstances are the instances; nil if they were not requested or could
	// not be read.
	ProcessInstances []ProcessInstance `json:"process_instances"`

	// CommandRedacted is set when the API hides the command, if there is one: from
	// this reader, or in any list.
	CommandRedacted bool `json:"-"`
}

// HealthCheck is the liveness or the readiness check of a process.
type HealthCheck struct {
	// Type is port, process or http.
	Type *string          `json:"type"`
	Data *HealthCheckData `json:"data"`
}

// HealthCheckData are the settings of a health check, all times in seconds.
type HealthCheckData struct {
	Timeout           *int64 `json:"timeout"`
	InvocationTimeout *int64 `json:"invocation_timeout"`
	Interval          *int64 `json:"interval"`
	// Endpoint is the path that an http check requests.
	Endpoint *string `json:"endpoint"`
}

// Relationships name the objects that a process belongs to.
type Relationships struct {
	App                *Relationship `json:"app"`
	Revision           *Relationship `json:"revision"`
	RegistryCredential *Relationship `json:"registry_credential"`
}

// Relationship is a to-one relationship; its data is null if there is none.
type Relationship struct {
	Data *RelationshipData `json:"data"`
}

// RelationshipData names the other object.
type RelationshipData struct {
	GUID *string `json:"guid"`
}

// Metadata are the labels and annotations of an object.
type Metadata struct {
	Labels      map[string]*string `json:"labels"`
	Annotations map[string]*string `json:"annotations"`
}

// Links are named references to other parts of the API; the API adds names over
// time.
type Links map[string]*Link

// Link is one reference. Method is absent for GET.
type Link struct {
	Href   *string `json:"href"`
	Method *string `json:"method"`
}

// Placeholders of the API for a hidden command: the first for a reader who may not
// see secrets, the second in every list.
const (
	hiddenFromReader = "[PRIVATE DATA HIDDEN]"
	hiddenInLists    = "[PRIVATE DATA HIDDEN IN LISTS]"
)

// IsHiddenCommand reports whether s is the API's placeholder for a hidden command.
// It must never be treated as a command: sent back, it becomes the start command of
// the app.
func IsHiddenCommand(s string) bool { return s == hiddenFromReader || s == hiddenInLists }

// hideCommand replaces the API's placeholder with nil and CommandRedacted.
func (p *Process) hideCommand() {
	if p.Command != nil && IsHiddenCommand(*p.Command) {
		p.Command, p.CommandRedacted = nil, true
	}
}

// AppGUID returns the app that the process belongs to, or nil. Foundations without
// relationships have it at the end of the app link (README.md#relationships).
func (p *Process) AppGUID() *string {
	if r := p.Relationships; r != nil && r.App != nil && r.App.Data != nil && r.App.Data.GUID != nil {
		return r.App.Data.GUID // also an empty one, which is not null
	}
	return p.linked("app", "/v3/apps/")
}

// SpaceGUID returns the space that the process belongs to, or nil. The API has it
// only at the end of the space link.
func (p *Process) SpaceGUID() *string { return p.linked("space", "/v3/spaces/") }

// linked returns the GUID at the end of a link, or nil.
func (p *Process) linked(name, marker string) *string {
	link := p.Links[name]
	if link == nil || link.Href == nil {
		return nil
	}
	return lastSegment(*link.Href, marker)
}

// lastSegment returns the segment that follows marker at the end of href's path,
// or nil if href is not such a URL.
func lastSegment(href, marker string) *string {
	_, rest, found := strings.Cut(href, marker)
	if !found {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	rest = strings.TrimSuffix(rest, "/")
	if strings.Contains(rest, "/") {
		return nil
	}
	guid, err := url.PathUnescape(rest)
	if err != nil || CheckSegment(guid) != nil {
		return nil
	}
	return &guid
}

// KorifiMetadataPrefix is the prefix of Korifi's internal labels and annotations,
// which every object has. Nothing else distinguishes a process of Korifi from one
// of Cloud Controller.
const KorifiMetadataPrefix = "korifi.cloudfoundry.org/"

// OnKorifi reports whether the process runs on Korifi.
func (p *Process) OnKorifi() bool { return p.Metadata.ofKorifi() }

// ofKorifi reports whether the metadata has labels or annotations of Korifi.
func (m *Metadata) ofKorifi() bool {
	if m == nil {
		return false
	}
	for _, keys := range []map[string]*string{m.Labels, m.Annotations} {
		for key := range keys {
			if strings.HasPrefix(key, KorifiMetadataPrefix) {
				return true
			}
		}
	}
	return false
}
