package capi

import (
	"context"
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// ProcessInstances are the instances of a process.
type ProcessInstances struct {
	Resources []ProcessInstance `json:"resources"`
	// Warnings of the API.
	Warnings []Text `json:"-"`
}

// ProcessInstance is one instance, without its usage.
type ProcessInstance struct {
	Index *int64 `json:"index"`
	// State is one of the State constants.
	State *Text `json:"state"`
	// Since is for how many seconds the instance has been in this state; nil
	// when the instances had to be read from the stats.
	Since *int64 `json:"since"`
}

// ProcessInstances reads the instances: GET /v3/processes/{guid}/process_instances.
// There is no such endpoint by app and type, so the process is read first for such
// an address. On foundations without the endpoint the stats are read instead.
//
// Errors: those of GetProcess.
func (c *Client) ProcessInstances(ctx context.Context, address Address) (*ProcessInstances, error) {
	path, err := address.path()
	if err != nil {
		return nil, err
	}
	if c.withoutInstances.Load() {
		return c.instancesFromStats(ctx, address, lastStats)
	}
	guid := address.GUID
	if address.ByApp() {
		process, err := c.GetProcess(ctx, address)
		if err != nil {
			return nil, err
		}
		guid = process.GUID
		if path, err = (Address{GUID: guid}).path(); err != nil {
			return nil, err
		}
	}
	path += "/process_instances"
	instances := new(ProcessInstances)
	header, err := c.get(ctx, request{path: path, runtime: true, limit: instancesLimit, final: lastStats}, instances)
	switch {
	case IsUnknownEndpoint(err):
		c.withoutInstances.Store(true)
		return c.instancesFromStats(ctx, Address{GUID: guid}, lastStats)
	case err != nil:
		return nil, err
	case instances.Resources == nil:
		return nil, c.missing(http.MethodGet, path, header, "resources")
	}
	for _, i := range instances.Resources {
		c.mask(i.State)
	}
	instances.Warnings = c.warnings(header)
	return instances, nil
}

// instancesFromStats reads the instances from the stats. The final is that of
// request.
func (c *Client) instancesFromStats(ctx context.Context, address Address, final func(transport.Failure) bool) (*ProcessInstances, error) {
	stats, err := c.processStats(ctx, address, final)
	if err != nil {
		return nil, err
	}
	instances := &ProcessInstances{Resources: make([]ProcessInstance, 0, len(stats.Resources)), Warnings: stats.Warnings}
	for _, s := range stats.Resources {
		instances.Resources = append(instances.Resources, ProcessInstance{Index: s.Index, State: s.State})
	}
	return instances, nil
}
