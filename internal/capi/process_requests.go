package capi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// GetProcess reads one process: GET /v3/processes/{guid}, or
// GET /v3/apps/{guid}/processes/{type}.
//
// Errors: *Error, *ResponseError, *transport.Error, *uaa.Error.
func (c *Client) GetProcess(ctx context.Context, address Address) (*Process, error) {
	path, err := address.path()
	if err != nil {
		return nil, err
	}
	return c.process(ctx, request{method: http.MethodGet, path: path}, address)
}

// ProcessUpdate is the body of PATCH /v3/processes/{guid}. Omitted fields stay
// unchanged.
type ProcessUpdate struct {
	Command              Field[string]            `json:"command,omitzero"`
	User                 Field[string]            `json:"user,omitzero"`
	HealthCheck          Field[HealthCheckUpdate] `json:"health_check,omitzero"`
	ReadinessHealthCheck Field[HealthCheckUpdate] `json:"readiness_health_check,omitzero"`
	Metadata             Field[MetadataUpdate]    `json:"metadata,omitzero"`
}

// IsZero reports whether there is nothing to update.
func (u ProcessUpdate) IsZero() bool { return u == ProcessUpdate{} }

// HealthCheckUpdate changes a health check.
type HealthCheckUpdate struct {
	Type Field[string]                `json:"type,omitzero"`
	Data Field[HealthCheckDataUpdate] `json:"data,omitzero"`
}

// HealthCheckDataUpdate changes the settings of a health check.
type HealthCheckDataUpdate struct {
	Timeout           Field[int64]  `json:"timeout,omitzero"`
	InvocationTimeout Field[int64]  `json:"invocation_timeout,omitzero"`
	Interval          Field[int64]  `json:"interval,omitzero"`
	Endpoint          Field[string] `json:"endpoint,omitzero"`
}

// MetadataUpdate adds and changes the keys with a value and removes those that are
// null; other keys stay.
type MetadataUpdate struct {
	Labels      map[string]Field[string] `json:"labels,omitzero"`
	Annotations map[string]Field[string] `json:"annotations,omitzero"`
}

// UpdateProcess changes the command, the user, the health checks and the metadata:
// PATCH /v3/processes/{guid}, or the same by app and type. On Cloud Controller,
// running instances keep their settings until the app restarts. It sets absolute
// values and is repeated after a transient failure.
func (c *Client) UpdateProcess(ctx context.Context, address Address, update ProcessUpdate) (*Process, error) {
	path, err := address.path()
	if err != nil {
		return nil, err
	}
	return c.process(ctx, request{method: http.MethodPatch, path: path, body: update, final: lastWrite}, address)
}

// ProcessScale is the body of the scale action.
type ProcessScale struct {
	Instances                    Field[int64] `json:"instances,omitzero"`
	MemoryInMB                   Field[int64] `json:"memory_in_mb,omitzero"`
	DiskInMB                     Field[int64] `json:"disk_in_mb,omitzero"`
	LogRateLimitInBytesPerSecond Field[int64] `json:"log_rate_limit_in_bytes_per_second,omitzero"`
}

// IsZero reports whether there is nothing to scale.
func (s ProcessScale) IsZero() bool { return s == ProcessScale{} }

// ScaleProcess sets the number of instances, which takes effect at once, and their
// memory, disk and log rate, which take effect when the app restarts:
// POST /v3/processes/{guid}/actions/scale, or the same by app and type. It
// sets absolute values and is repeated after a transient failure. The change may
// have been stored despite an error: see WasStored.
func (c *Client) ScaleProcess(ctx context.Context, address Address, scale ProcessScale) (*Process, error) {
	path, err := address.path()
	if err != nil {
		return nil, err
	}
	return c.process(ctx, request{method: http.MethodPost, path: path + "/actions/scale", body: scale, runtime: true, final: lastWrite}, address)
}

// TerminateInstance terminates one instance of a process that was read before; the
// platform then replaces it: DELETE /v3/processes/{guid}/instances/{index}.
// Repeated, it could terminate the new instance as well, so it is sent once; a
// *transport.Error reports whether it may have arrived.
func (c *Client) TerminateInstance(ctx context.Context, process *Process, index int64) error {
	path, err := Address{GUID: process.GUID}.path()
	if err != nil {
		return err
	}
	if index < 0 {
		return fmt.Errorf("there is no instance %d: indexes begin at 0", index)
	}
	name := strconv.FormatInt(index, 10)
	if process.hasPods() {
		// Korifi (fb0a00b2) compares the index with the end of a pod's name: "1" also
		// matches pod 11, and then it terminates nothing (README.md#pods).
		name = "-" + name
	}
	r := request{method: http.MethodDelete, path: path + "/instances/" + name, once: true, runtime: true}
	response, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	// The response has no body that identifies the server. A login page with 200
	// must not count as a terminated instance.
	if response.Status != http.StatusNoContent {
		return c.responseError(r.method, r.path, response, errors.New("the API answers 204 No Content when it ended the instance"))
	}
	return nil
}

// hasPods reports whether the instances of the process are certainly pods of
// Korifi. Labels with Korifi's prefix are not enough: on Cloud Controller they
// could be a user's, and index -1 would terminate another instance there
// (README.md#pods).
func (p *Process) hasPods() bool {
	if p.Metadata == nil || p.Version != nil {
		return false
	}
	guid := p.Metadata.Labels[KorifiMetadataPrefix+"guid"]
	return guid != nil && *guid == p.GUID
}

// process sends a request, returns the process in the response, and checks that it
// is the one of the address: a wrong value is worse than an error.
func (c *Client) process(ctx context.Context, r request, address Address) (*Process, error) {
	response, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	process, err := DecodeProcess(response.Body)
	if err == nil {
		err = address.check(process, c.secrets)
	}
	if err != nil {
		return nil, c.responseError(r.method, r.path, response, err)
	}
	return process, nil
}

// DecodeProcess reads the JSON of one process.
func DecodeProcess(body []byte) (*Process, error) {
	process := new(Process)
	if err := decode(body, process); err != nil {
		return nil, err
	}
	if err := process.finish(); err != nil {
		return nil, err
	}
	return process, nil
}

// finish makes the checks that the decoder cannot, and hides the command.
func (p *Process) finish() error {
	if p.GUID == "" {
		return errors.New("the process has no guid")
	}
	p.hideCommand()
	return nil
}

// check returns an error when the process is not the one of the address. GUIDs
// are compared without case: a foundation on MySQL finds them so
// (README.md#case).
func (a Address) check(p *Process, secrets *redact.Set) error {
	quote := func(s string) string { return strconv.Quote(secrets.Quote(s, 100)) }
	if !a.ByApp() {
		if !strings.EqualFold(p.GUID, a.GUID) {
			return fmt.Errorf("it is about another process, %s", quote(p.GUID))
		}
		return nil
	}
	if app := p.AppGUID(); app != nil && !strings.EqualFold(*app, a.AppGUID) {
		return fmt.Errorf("it is about a process of another app, %s", quote(*app))
	}
	if p.Type != nil && !strings.EqualFold(*p.Type, a.Type) {
		return fmt.Errorf("it is about a process of another type, %s", quote(*p.Type))
	}
	return nil
}
