package fakecf

import (
	"encoding/json"
	"fmt"
	"time"
)

const megabyte = 1 << 20

// statJSON renders a stat as Cloud Controller does: a DOWN instance has hardly
// anything, the others have every field.
func (f *Foundation) statJSON(r *processRecord, index int, now time.Time) json.RawMessage {
	i := r.view(index, now)
	uptime := int64(0)
	if i.State == "RUNNING" {
		uptime = max(0, int64(now.Sub(i.Since)/time.Second))
	}
	stat := map[string]any{
		"type": r.Type, "index": i.Index, "state": i.State, "routable": i.Routable, "uptime": uptime,
		"isolation_segment": nil, "details": i.Details,
	}
	if i.State == "DOWN" {
		return bend(marshal(stat), i.Omit, i.Override)
	}
	stat["instance_guid"] = i.GUID
	if f.opts.noGUIDs {
		delete(stat, "instance_guid")
	}
	stat["fds_quota"] = 16384
	stat["host"], stat["instance_internal_ip"], stat["instance_ports"] = "", "", nil
	stat["mem_quota"], stat["disk_quota"], stat["log_rate_limit"] = nil, nil, nil
	usage := map[string]any{
		"time": now.Format(time.RFC3339), "cpu": 0, "cpu_entitlement": 0, "mem": 0, "disk": 0, "log_rate": 0,
	}
	if i.State == "RUNNING" {
		stat["host"] = fmt.Sprintf("10.244.16.%d", 10+index%200)
		stat["instance_internal_ip"] = fmt.Sprintf("10.255.93.%d", 10+index%200)
		stat["instance_ports"] = []map[string]any{{
			"external": 61000 + index, "internal": 8080,
			"external_tls_proxy_port": 62000 + index, "internal_tls_proxy_port": 61001,
		}}
		stat["mem_quota"] = r.running.memoryInMB * megabyte
		stat["disk_quota"] = r.running.diskInMB * megabyte
		stat["log_rate_limit"] = r.running.logRateLimit
		usage = map[string]any{
			"time": now.Format("2006-01-02T15:04:05.000000000Z"), "cpu": 0.0125 + float64(index)/1000,
			"cpu_entitlement": 0.25 + float64(index)/100, "mem": r.running.memoryInMB * megabyte / 2,
			"disk": r.running.diskInMB * megabyte / 8, "log_rate": 512 + index,
		}
	}
	stat["usage"] = usage
	return bend(marshal(stat), i.Omit, i.Override)
}

// korifiStatJSON renders a stat as Korifi does: zeros for an instance that
// starts, and neither usage nor quotas for one that does not run.
func (r *processRecord) korifiStatJSON(index int, now time.Time) json.RawMessage {
	i := r.view(index, now)
	stat := map[string]any{"type": r.Type, "index": i.Index, "state": i.State}
	at := now.Format("2006-01-02T15:04:05.000000000Z")
	switch i.State {
	case "RUNNING":
		stat["usage"] = map[string]any{"time": at, "cpu": 0.123456789, "mem": 64 * megabyte, "disk": 69632}
		stat["mem_quota"] = r.running.memoryInMB * megabyte
		stat["disk_quota"] = r.running.diskInMB * megabyte
		stat["uptime"] = max(0, int64(now.Sub(i.Since)/time.Second))
	case "STARTING":
		stat["usage"] = map[string]any{"time": at, "cpu": 0, "mem": 0, "disk": 0}
		stat["mem_quota"], stat["disk_quota"] = 0, 0
	}
	return bend(marshal(stat), i.Omit, i.Override)
}

func (r *processRecord) instancesJSON(now time.Time) json.RawMessage {
	instances := make([]map[string]any, len(r.instances))
	for index := range r.instances {
		i := r.view(index, now)
		instances[index] = map[string]any{
			"index": i.Index, "state": i.State, "since": max(0, int64(now.Sub(i.Since)/time.Second)),
		}
	}
	return marshal(instances)
}
