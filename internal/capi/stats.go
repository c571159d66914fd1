package capi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// States of an instance that the provider distinguishes; the others are STARTING
// and STOPPING.
const (
	StateRunning = "RUNNING"
	StateCrashed = "CRASHED"
	StateDown    = "DOWN"
)

// ProcessStats are the stats of all instances of a process.
type ProcessStats struct {
	Resources []InstanceStats `json:"resources"`
	// Warnings of the API about these numbers, as while the runtime is updated.
	Warnings []Text `json:"-"`
}

// InstanceStats are the stats of one instance. A DOWN instance has hardly any, and
// foundations differ in the fields that they have, so each can be nil.
type InstanceStats struct {
	Type  *string `json:"type"`
	Index *int64  `json:"index"`
	// InstanceGUID changes when an instance is replaced; not on Korifi.
	InstanceGUID       *string        `json:"instance_guid"`
	State              *Text          `json:"state"`
	Routable           *bool          `json:"routable"`
	Usage              *InstanceUsage `json:"usage"`
	Host               *string        `json:"host"`
	InstanceInternalIP *string        `json:"instance_internal_ip"`
	InstancePorts      []InstancePort `json:"instance_ports"`
	// Uptime is in seconds.
	Uptime *int64 `json:"uptime"`
	// MemQuota and DiskQuota are in bytes, LogRateLimit in bytes per second.
	MemQuota         *int64  `json:"mem_quota"`
	DiskQuota        *int64  `json:"disk_quota"`
	LogRateLimit     *int64  `json:"log_rate_limit"`
	FDsQuota         *int64  `json:"fds_quota"`
	IsolationSegment *string `json:"isolation_segment"`
	// Details is the reason why an instance is not running.
	Details *Text `json:"details"`
}

// InstanceUsage is the usage of an instance at a point in time.
type InstanceUsage struct {
	Time *string `json:"time"`
	// CPU and CPUEntitlement are fractions: of a core, and of the instance's CPU
	// entitlement.
	CPU            *Decimal `json:"cpu"`
	CPUEntitlement *Decimal `json:"cpu_entitlement"`
	// Mem and Disk are in bytes, LogRate in bytes per second.
	Mem     *int64 `json:"mem"`
	Disk    *int64 `json:"disk"`
	LogRate *int64 `json:"log_rate"`
}

// InstancePort is the address of one port of an instance.
type InstancePort struct {
	External             *int64 `json:"external"`
	Internal             *int64 `json:"internal"`
	ExternalTLSProxyPort *int64 `json:"external_tls_proxy_port"`
	InternalTLSProxyPort *int64 `json:"internal_tls_proxy_port"`
}

// ProcessStats reads the stats of all instances:
// GET /v3/processes/{guid}/stats, or the same by app and type.
func (c *Client) ProcessStats(ctx context.Context, address Address) (*ProcessStats, error) {
	return c.processStats(ctx, address, lastStats)
}

func (c *Client) processStats(ctx context.Context, address Address, final func(transport.Failure) bool) (*ProcessStats, error) {
	path, err := address.path()
	if err != nil {
		return nil, err
	}
	stats := new(ProcessStats)
	header, err := c.get(ctx, request{path: path + "/stats", runtime: true, limit: instancesLimit, final: final}, stats)
	if err != nil {
		return nil, err
	}
	if stats.Resources == nil {
		return nil, c.missing(http.MethodGet, path+"/stats", header, "resources")
	}
	for _, s := range stats.Resources {
		c.mask(s.State, s.Details)
	}
	stats.Warnings = c.warnings(header)
	return stats, nil
}

// warnings reads X-Cf-Warnings. Cloud Controller separates the warnings by commas
// and URL-encodes each; Korifi writes one as plain text, which may have commas
// (README.md#warnings).
func (c *Client) warnings(header http.Header) []Text {
	var found []Text
	for _, value := range header.Values("X-Cf-Warnings") {
		parts := []string{value}
		// An encoded warning has no spaces, a plain one does.
		encoded := !strings.Contains(strings.ReplaceAll(value, ", ", ","), " ")
		if encoded {
			parts = strings.Split(value, ",")
		}
		for _, text := range parts {
			if encoded {
				if plain, err := url.QueryUnescape(strings.TrimSpace(text)); err == nil {
					text = plain
				}
			}
			if text = c.secrets.Quote(text, 1000); text != "" {
				found = append(found, Text(text))
			}
		}
	}
	return found
}

// missing is the error for a response without a required field.
func (c *Client) missing(method, path string, header http.Header, field string) error {
	e := &ResponseError{
		Method: method, Path: path, Status: http.StatusOK, Field: Text(field),
		Err: fmt.Errorf("it has no %q", field),
	}
	e.RequestIDHeader, e.RequestID = requestID(header, c.secrets)
	return e
}
