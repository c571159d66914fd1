package korifi

import (
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

const (
	hiddenFromReader = "[PRIVATE DATA HIDDEN]"
	hiddenInLists    = "[PRIVATE DATA HIDDEN IN LISTS]"
	keyPrefix        = "korifi.cloudfoundry.org/"
)

// processJSON is a process in a response. Korifi has neither version, user, log
// rate limit, readiness check nor revision.
type processJSON struct {
	GUID          string                        `json:"guid"`
	Type          string                        `json:"type"`
	Command       string                        `json:"command"`
	Instances     int64                         `json:"instances"`
	MemoryInMB    int64                         `json:"memory_in_mb"`
	DiskInMB      int64                         `json:"disk_in_mb"`
	HealthCheck   healthCheckJSON               `json:"health_check"`
	Relationships map[string]*rest.Relationship `json:"relationships"`
	Metadata      rest.Metadata                 `json:"metadata"`
	CreatedAt     string                        `json:"created_at"`
	UpdatedAt     string                        `json:"updated_at"`
	Links         rest.Links                    `json:"links"`
}

type healthCheckJSON struct {
	Type string          `json:"type"`
	Data healthCheckData `json:"data"`
}

// healthCheckData omits an outer pointer that is nil; an inner one that is nil is
// null.
type healthCheckData struct {
	Timeout           int64   `json:"timeout"`
	InvocationTimeout **int64 `json:"invocation_timeout,omitempty"`
	Endpoint          *string `json:"endpoint,omitempty"`
}

// defaultTimeout is shown for a health check without a timeout.
const defaultTimeout = 60

func renderHealthCheck(h *state.HealthCheck) healthCheckJSON {
	if h == nil {
		h = &state.HealthCheck{}
	}
	out := healthCheckJSON{h.Type, healthCheckData{Timeout: defaultTimeout}}
	if h.Timeout != nil {
		out.Data.Timeout = *h.Timeout
	}
	if h.Type != "process" {
		out.Data.InvocationTimeout = &h.InvocationTimeout
	}
	if h.Type == "http" {
		out.Data.Endpoint = state.Ptr("")
		if h.Endpoint != nil {
			out.Data.Endpoint = h.Endpoint
		}
	}
	return out
}

// processJSON renders a process with the command as it is, which every reader
// sees, or with the text that hides it.
func (s *Server) processJSON(r *state.ProcessRecord, hidden string) []byte {
	command := ""
	switch effective := r.EffectiveCommand(); {
	case hidden != "":
		command = hidden
	case r.HideCommand:
		command = hiddenFromReader
	case effective != nil:
		command = *effective
	}
	self := s.Root + "/v3/processes/" + r.GUID
	return rest.Edit(rest.Marshal(processJSON{
		GUID: r.GUID, Type: r.Type, Command: command,
		Instances: r.Instances, MemoryInMB: r.MemoryInMB, DiskInMB: r.DiskInMB,
		HealthCheck:   renderHealthCheck(r.HealthCheck),
		Relationships: map[string]*rest.Relationship{"app": rest.Related(&r.AppGUID)},
		Metadata:      renderMetadata(r),
		CreatedAt:     r.CreatedAt.Format(rest.TimeFormat), UpdatedAt: r.UpdatedAt.Format(rest.TimeFormat),
		Links: rest.Links{
			"self":  {Href: self},
			"scale": {Href: self + "/actions/scale", Method: "POST"},
			"app":   {Href: s.Root + "/v3/apps/" + r.AppGUID},
			"space": {Href: s.Root + "/v3/spaces/" + r.SpaceGUID},
			"stats": {Href: self + "/stats"},
		},
	}), r.Omit, r.Override)
}

// renderMetadata adds the keys that the server sets and that cannot be removed.
func renderMetadata(r *state.ProcessRecord) rest.Metadata {
	const format = "2006-01-02T15-04-05"
	own := func(at time.Time) *string { return state.Ptr(at.Format(format)) }
	return rest.Metadata{
		Labels: rest.Change{
			keyPrefix + "app-guid":     &r.AppGUID,
			keyPrefix + "created_at":   own(r.CreatedAt),
			keyPrefix + "guid":         &r.GUID,
			keyPrefix + "process-type": &r.Type,
			keyPrefix + "space-guid":   &r.SpaceGUID,
			keyPrefix + "updated_at":   own(r.UpdatedAt),
		}.Apply(r.Labels),
		Annotations: rest.Change{keyPrefix + "creation-version": state.Ptr("v0.0.0-fake")}.Apply(r.Annotations),
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
