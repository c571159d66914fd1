package process

import (
	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// instanceStates describe the states that an instance can have.
const instanceStates = "`RUNNING`, `STARTING`, `STOPPING`, `CRASHED` or `DOWN`."

// instanceFields are the fields of an instance, without its usage.
var instanceFields = field.RecordOf(
	field.Int("index", "Index of the instance, from 0.", func(i *capi.ProcessInstance) *int64 { return i.Index }),
	field.String("state", instanceStates, func(i *capi.ProcessInstance) *capi.Text { return i.State }),
	field.Int("since", "Seconds since the instance entered this state. Null on a foundation without the endpoint, "+
		"where the provider reads the stats.",
		func(i *capi.ProcessInstance) *int64 { return i.Since }),
)

// statFields are the fields of the stats of an instance.
var statFields = field.RecordOf(
	field.String("type", "Type of the process.", func(s *capi.InstanceStats) *string { return s.Type }),
	field.Int("index", "Index of the instance, from 0.", func(s *capi.InstanceStats) *int64 { return s.Index }),
	field.String("instance_guid", "GUID of the instance; a replaced instance has another one. Null on Korifi.",
		func(s *capi.InstanceStats) *string { return s.InstanceGUID }),
	field.String("state", instanceStates, func(s *capi.InstanceStats) *capi.Text { return s.State }),
	field.Bool("routable", "Whether the instance receives requests: its readiness check succeeds.",
		func(s *capi.InstanceStats) *bool { return s.Routable }),
	field.Object("usage", "What the instance uses.", usageFields,
		func(s *capi.InstanceStats) *capi.InstanceUsage { return s.Usage }),
	field.String("host", "The host on which the instance runs.", func(s *capi.InstanceStats) *string { return s.Host }),
	field.String("instance_internal_ip", "Address of the instance in the container network.",
		func(s *capi.InstanceStats) *string { return s.InstanceInternalIP }),
	field.ObjectList("instance_ports", "Ports of the instance.", portFields,
		func(s *capi.InstanceStats) []capi.InstancePort { return s.InstancePorts }),
	field.Int("uptime", "Seconds since the instance started, on Cloud Controller since its state last changed.",
		func(s *capi.InstanceStats) *int64 { return s.Uptime }),
	field.Int("mem_quota", "Memory that the instance may use, in bytes.", func(s *capi.InstanceStats) *int64 { return s.MemQuota }),
	field.Int("disk_quota", "Disk that the instance may use, in bytes.", func(s *capi.InstanceStats) *int64 { return s.DiskQuota }),
	field.Int("log_rate_limit", "Maximum log rate of the instance, in bytes per second; -1 means unlimited.",
		func(s *capi.InstanceStats) *int64 { return s.LogRateLimit }),
	field.Int("fds_quota", "File descriptors that the instance may use.", func(s *capi.InstanceStats) *int64 { return s.FDsQuota }),
	field.String("isolation_segment", "Isolation segment of the instance; null for the shared one.",
		func(s *capi.InstanceStats) *string { return s.IsolationSegment }),
	field.String("details", "Why the instance does not run; null if the platform does not know.",
		func(s *capi.InstanceStats) *capi.Text { return s.Details }),
)

// usageFields are the fields of the usage of an instance.
var usageFields = field.RecordOf(
	field.String("time", "Time of the measurement.", func(u *capi.InstanceUsage) *string { return u.Time }),
	field.Decimal("cpu", "CPU in use, as a fraction of one core.", func(u *capi.InstanceUsage) *capi.Decimal { return u.CPU }),
	field.Decimal("cpu_entitlement", "CPU in use, as a fraction of the instance's entitlement.",
		func(u *capi.InstanceUsage) *capi.Decimal { return u.CPUEntitlement }),
	field.Int("mem", "Memory in use, in bytes.", func(u *capi.InstanceUsage) *int64 { return u.Mem }),
	field.Int("disk", "Disk in use, in bytes.", func(u *capi.InstanceUsage) *int64 { return u.Disk }),
	field.Int("log_rate", "Log rate, in bytes per second.", func(u *capi.InstanceUsage) *int64 { return u.LogRate }),
)

// portFields are the fields of a port of an instance.
var portFields = field.RecordOf(
	field.Int("external", "Port on the host; 0 or null if it is closed.",
		func(p *capi.InstancePort) *int64 { return p.External }),
	field.Int("internal", "Port on which the instance listens.", func(p *capi.InstancePort) *int64 { return p.Internal }),
	field.Int("external_tls_proxy_port", "Port on the host for TLS.",
		func(p *capi.InstancePort) *int64 { return p.ExternalTLSProxyPort }),
	field.Int("internal_tls_proxy_port", "Port of the TLS proxy in the instance.",
		func(p *capi.InstancePort) *int64 { return p.InternalTLSProxyPort }),
)
