package capi

import (
	"context"
	"errors"
)

// Sidecar is a process that runs next to every instance of some process types.
type Sidecar struct {
	GUID         string   `json:"guid"`
	Name         *string  `json:"name"`
	Command      *string  `json:"command"`
	ProcessTypes []string `json:"process_types"`
	MemoryInMB   *int64   `json:"memory_in_mb"`
	// Origin is user or buildpack.
	Origin        *string        `json:"origin"`
	Relationships *Relationships `json:"relationships"`
	CreatedAt     *string        `json:"created_at"`
	UpdatedAt     *string        `json:"updated_at"`
}

func (s *Sidecar) finish() error {
	if s.GUID == "" {
		return errors.New("it has no guid")
	}
	if s.Command != nil && IsHiddenCommand(*s.Command) {
		s.Command = nil
	}
	return nil
}

// SidecarList is the result of Sidecars.
type SidecarList struct {
	// Sidecars in the API's order; never nil.
	Sidecars []*Sidecar
	// Warnings and Unstable as in ProcessList.
	Warnings []Text
	Unstable string
}

// Sidecars lists the sidecars of a process: GET /v3/processes/{guid}/sidecars.
//
// Errors: those of GetProcess.
func (c *Client) Sidecars(ctx context.Context, processGUID string) (*SidecarList, error) {
	if processGUID == "" {
		return nil, errors.New("the process GUID must not be empty")
	}
	path, err := Address{GUID: processGUID}.path()
	if err != nil {
		return nil, err
	}
	found, err := (&listing[Sidecar]{
		client: c, path: path + "/sidecars", gate: make(chan struct{}, pagesAtOnce),
		object: "sidecar", guid: func(s *Sidecar) string { return s.GUID }, finish: (*Sidecar).finish,
	}).read(ctx)
	if err != nil {
		return nil, err
	}
	return &SidecarList{Sidecars: found.resources, Warnings: found.warnings, Unstable: found.unstable}, nil
}
