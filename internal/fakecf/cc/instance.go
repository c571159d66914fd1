package cc

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

const megabyte = 1 << 20

// statJSON is a stat in a response. A DOWN instance has few fields, the others
// have all.
type statJSON struct {
	Type             string  `json:"type"`
	Index            int64   `json:"index"`
	State            string  `json:"state"`
	Routable         *bool   `json:"routable"`
	Uptime           int64   `json:"uptime"`
	IsolationSegment *string `json:"isolation_segment"`
	Details          *string `json:"details"`
	*placedJSON
}

// placedJSON is the part of a stat that only an instance on a cell has.
type placedJSON struct {
	InstanceGUID  string     `json:"instance_guid,omitempty"`
	Host          string     `json:"host"`
	InternalIP    string     `json:"instance_internal_ip"`
	InstancePorts []portJSON `json:"instance_ports"`
	FDsQuota      int64      `json:"fds_quota"`
	MemQuota      *int64     `json:"mem_quota"`
	DiskQuota     *int64     `json:"disk_quota"`
	LogRateLimit  *int64     `json:"log_rate_limit"`
	Usage         any        `json:"usage"` // a usageJSON, or {}
}

type portJSON struct {
	External             int64 `json:"external"`
	Internal             int64 `json:"internal"`
	ExternalTLSProxyPort int64 `json:"external_tls_proxy_port"`
	InternalTLSProxyPort int64 `json:"internal_tls_proxy_port"`
}

type usageJSON struct {
	Time           string  `json:"time"`
	CPU            float64 `json:"cpu"`
	CPUEntitlement float64 `json:"cpu_entitlement"`
	Mem            int64   `json:"mem"`
	Disk           int64   `json:"disk"`
	LogRate        int64   `json:"log_rate"`
}

func (s *Server) statJSON(r *state.ProcessRecord, index int64, now time.Time, withoutMetrics bool) []byte {
	if index >= r.Count() { // desired, but not running
		return rest.Marshal(statJSON{Type: r.Type, Index: index, State: "DOWN"})
	}
	i := r.Instance(index, now)
	stat := statJSON{Type: r.Type, Index: i.Index, State: i.State, Routable: i.Routable, Details: i.Details}
	if i.State != "DOWN" {
		stat.placedJSON = &placedJSON{
			InstancePorts: []portJSON{}, FDsQuota: 16384, Usage: usageJSON{Time: now.Format(time.RFC3339)},
		}
		if !s.NoInstanceGUIDs {
			stat.InstanceGUID = i.GUID
		}
	}
	if i.State == "STOPPING" {
		stat.Usage = struct{}{}
	}
	if i.State == "RUNNING" {
		stat.Uptime = max(0, int64(now.Sub(i.Since)/time.Second))
		stat.Host = fmt.Sprintf("10.244.16.%d", 10+index%200)
		stat.InternalIP = fmt.Sprintf("10.255.93.%d", 10+index%200)
		stat.InstancePorts = []portJSON{{61000 + index, 8080, 62000 + index, 61001}}
		stat.MemQuota, stat.DiskQuota = state.Ptr(i.Limits.MemoryInMB*megabyte), state.Ptr(i.Limits.DiskInMB*megabyte)
		stat.LogRateLimit = &i.Limits.LogRateLimit
		stat.Usage = usageJSON{
			Time: now.Format("2006-01-02T15:04:05.000000000Z"),
			CPU:  0.0125 + float64(index)/1000, CPUEntitlement: 0.25 + float64(index)/100,
			Mem: i.Limits.MemoryInMB * megabyte / 2, Disk: i.Limits.DiskInMB * megabyte / 8, LogRate: 512 + index,
		}
	}
	if withoutMetrics && stat.placedJSON != nil { // quotas are metrics, too
		stat.MemQuota, stat.DiskQuota, stat.LogRateLimit, stat.Usage = nil, nil, nil, struct{}{}
	}
	return rest.Edit(rest.Marshal(stat), i.Omit, i.Override)
}

func (s *Server) getStats(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	if db.Runtime != state.RuntimeWorks {
		return rest.Errors(http.StatusServiceUnavailable, rest.APIError{
			Code: 200002, Title: "CF-StatsUnavailable", Detail: "Stats unavailable: Stats server temporarily unavailable.",
		})
	}
	now := db.Now()
	stats := make([]json.RawMessage, min(record.Instances, state.MaxInstances))
	for i := range stats {
		stats[i] = s.statJSON(record, int64(i), now, len(db.Warnings) > 0)
	}
	a := rest.JSON(http.StatusOK, map[string]any{"resources": stats})
	if len(db.Warnings) > 0 {
		escaped := make([]string, len(db.Warnings))
		for i, warning := range db.Warnings {
			escaped[i] = url.QueryEscape(warning)
		}
		a.Header.Set("X-Cf-Warnings", strings.Join(escaped, ","))
	}
	return a
}

// instanceJSON is an instance in process_instances.
type instanceJSON struct {
	Index int64  `json:"index"`
	State string `json:"state"`
	Since *int64 `json:"since"` // seconds ago
}

func instancesJSON(r *state.ProcessRecord, now time.Time) []instanceJSON {
	out := make([]instanceJSON, min(r.Instances, state.MaxInstances))
	for index := range out {
		out[index] = instanceJSON{Index: int64(index), State: "DOWN"}
		if int64(index) < r.Count() {
			i := r.Instance(int64(index), now)
			out[index] = instanceJSON{i.Index, i.State, state.Ptr(max(0, int64(now.Sub(i.Since)/time.Second)))}
		}
	}
	return out
}

func (s *Server) getInstances(c *rest.Call, db *state.DB) *rest.Answer {
	record, missing := findProcess(c, db)
	if missing != nil {
		return missing
	}
	if db.Runtime != state.RuntimeWorks {
		return rest.UnknownError()
	}
	self := s.Root + "/v3/processes/" + record.GUID
	return rest.JSON(http.StatusOK, map[string]any{
		"resources": instancesJSON(record, db.Now()),
		"links":     rest.Links{"self": {Href: self + "/process_instances"}, "process": {Href: self}},
	})
}

func (s *Server) terminateInstance(c *rest.Call, db *state.DB) *rest.Answer {
	record, refused := mayWrite(c, db)
	if refused != nil {
		return refused
	}
	index := leadingNumber(c.Last())
	if index < 0 || index >= record.Instances {
		return notFound("Instance")
	}
	if failure := runtimeError(record, db); failure != nil {
		return failure
	}
	if index < record.Count() { // a stopped app has none
		db.Terminate(record, index)
	}
	return rest.NewAnswer(http.StatusNoContent, "", nil)
}

// leadingNumber reads an index like Ruby's to_i: a text that does not begin with
// a digit is 0.
//
// Source: Cloud Controller 3.228.0.
func leadingNumber(text string) int64 {
	found := numberPrefix.FindString(text)
	n, err := strconv.ParseInt(found, 10, 64)
	if err != nil && found != "" {
		return math.MaxInt64
	}
	return n
}

var numberPrefix = regexp.MustCompile(`\A-?\d+`)

// runtimeError is the response to a change that was stored but that the runtime
// did not apply, or nil if it did.
//
// Source: Cloud Controller 3.228.0.
func runtimeError(record *state.ProcessRecord, db *state.DB) *rest.Answer {
	switch db.Runtime {
	case state.RuntimeAway:
		return rest.Errors(http.StatusServiceUnavailable, rest.APIError{
			Code: 170015, Title: "CF-RunnerUnavailable", Detail: "Runner is unavailable: Unable to communicate with Diego",
		})
	case state.RuntimeRefuses:
		return rest.Errors(http.StatusInternalServerError, rest.APIError{
			Code: 170016, Title: "CF-RunnerError",
			Detail: "Runner error: Process Guid: " + record.GUID + "-" + record.Version + ": bbs says no",
		})
	default:
		return nil
	}
}
