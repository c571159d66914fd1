package cc

import (
	"slices"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

const (
	hiddenFromReader = "[PRIVATE DATA HIDDEN]"
	hiddenInLists    = "[PRIVATE DATA HIDDEN IN LISTS]"
)

// processJSON is a process in a response. The embedded struct has the fields that
// the tables keep in the same form.
type processJSON struct {
	*state.Process
	CreatedAt            string       `json:"created_at"`
	UpdatedAt            string       `json:"updated_at"`
	Command              *string      `json:"command"`
	User                 *string      `json:"user"`
	LastSyncedAt         **string     `json:"registry_credential_last_synced_at,omitempty"`
	HealthCheck          *healthCheck `json:"health_check"`
	ReadinessHealthCheck *healthCheck `json:"readiness_health_check"`
	Relationships        relations    `json:"relationships"`
	Metadata             metadataJSON `json:"metadata"`
	Links                rest.Links   `json:"links"`
}

type (
	relations    = map[string]*rest.Relationship
	metadataJSON = rest.Metadata
)

// healthCheck is a check in a response. A pointer to a pointer is omitted if the
// outer one is nil, and null if the inner one is.
type healthCheck struct {
	Type string          `json:"type"`
	Data healthCheckData `json:"data"`
}

type healthCheckData struct {
	Timeout           **int64  `json:"timeout,omitempty"`
	InvocationTimeout *int64   `json:"invocation_timeout"`
	Interval          *int64   `json:"interval"`
	Endpoint          **string `json:"endpoint,omitempty"`
}

func healthCheckJSON(h *state.HealthCheck) *healthCheck {
	if h == nil {
		return nil
	}
	out := &healthCheck{h.Type, healthCheckData{
		Timeout: &h.Timeout, InvocationTimeout: h.InvocationTimeout, Interval: h.Interval,
	}}
	if h.Type == "http" {
		out.Data.Endpoint = &h.Endpoint
	}
	return out
}

func readinessJSON(h *state.HealthCheck) *healthCheck {
	out := healthCheckJSON(h)
	if out != nil {
		out.Data.Timeout = nil
	}
	return out
}

// processJSON renders a process with the command as it is, or with the text
// that hides it.
func (s *Server) processJSON(r *state.ProcessRecord, hidden string) []byte {
	command := r.EffectiveCommand()
	switch {
	case hidden != "":
		command = &hidden
	case r.HideCommand:
		command = state.Ptr(hiddenFromReader)
	}
	self := s.Root + "/v3/processes/" + r.GUID
	p := processJSON{
		Process:              &r.Process,
		CreatedAt:            r.CreatedAt.Format(rest.TimeFormat),
		UpdatedAt:            r.UpdatedAt.Format(rest.TimeFormat),
		Command:              command,
		User:                 effectiveUser(r),
		HealthCheck:          healthCheckJSON(r.HealthCheck),
		ReadinessHealthCheck: readinessJSON(r.ReadinessHealthCheck),
		Relationships:        relations{"app": rest.Related(&r.AppGUID), "revision": rest.Related(r.RevisionGUID)},
		Metadata:             metadataJSON{Labels: r.Labels, Annotations: r.Annotations},
		Links: rest.Links{
			"self":  {Href: self},
			"scale": {Href: self + "/actions/scale", Method: "POST"},
			"app":   {Href: s.Root + "/v3/apps/" + r.AppGUID},
			"space": {Href: s.Root + "/v3/spaces/" + r.SpaceGUID},
			"stats": {Href: self + "/stats"},
		},
	}
	if !s.WithoutEndpoints["process_instances"] {
		p.Links["process_instances"] = rest.Link{Href: self + "/process_instances"}
	}
	// Tanzu shows the registry credential of every process, also if it is null;
	// other foundations show it only if the process has one.
	if s.Tanzu || r.RegistryCredentialGUID != nil {
		p.LastSyncedAt = &r.RegistryCredentialLastSyncedAt
		p.Relationships["registry_credential"] = rest.Related(r.RegistryCredentialGUID)
	}
	if r.RegistryCredentialGUID != nil {
		p.Links["registry_credential"] = rest.Link{Href: s.Root + "/v3/registry_credentials/" + *r.RegistryCredentialGUID}
	}
	omit := slices.Concat(rest.SortedKeys(s.WithoutFields), r.Omit)
	return rest.Edit(rest.Marshal(p), omit, r.Override)
}

// effectiveUser is the user that the process runs as, never null.
//
// Source: Cloud Controller 3.228.0.
func effectiveUser(r *state.ProcessRecord) *string {
	switch {
	case r.User != nil:
		return r.User
	case r.App.Docker:
		return state.Ptr("root")
	default:
		return state.Ptr("vcap")
	}
}

// row renders a process for a list, and caches that until the process changes.
func (s *Server) row(r *state.ProcessRecord) []byte {
	if cached := r.Row.Load(); cached != nil {
		return *cached
	}
	b := s.processJSON(r, hiddenInLists)
	r.Row.Store(&b)
	return b
}

// withInstances adds process_instances to a rendered process.
func withInstances(rendered []byte, r *state.ProcessRecord, now time.Time) []byte {
	b := append([]byte{}, rendered[:len(rendered)-1]...)
	b = append(b, `,"process_instances":`...)
	b = append(b, rest.Marshal(instancesJSON(r, now))...)
	return append(b, '}')
}
