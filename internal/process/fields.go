// Package process has the data sources, the resource, the list resource and the
// actions for processes. The tables in fields*.go define their attributes, and the one
// in filters.go the filters.
package process

import (
	"fmt"
	"math"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// Limits of the API, checked here so that the plan reports a mistake.
var (
	instancesBounds = field.WholeNumber{Least: 0, Most: math.MaxInt32}
	sizeBounds      = field.WholeNumber{Least: 1, Most: math.MaxInt32} // MiB, and seconds
	logRateBounds   = field.WholeNumber{Least: -1, Most: math.MaxInt64}
)

// processTable has the attributes of a process. The data sources, the resource, the
// list resource, the requests and the documentation come from it.
var processTable = tableOf(
	shown(field.String("guid", "GUID of the process.", func(p *capi.Process) *string { return &p.GUID }).
		In(addressSetting(guidArgument))),
	shown(field.String("created_at", "When the process was created, as `YYYY-MM-DDThh:mm:ssZ`.",
		func(p *capi.Process) *string { return p.CreatedAt })),
	shown(field.String("updated_at", "When the process was last changed, as `YYYY-MM-DDThh:mm:ssZ`.",
		func(p *capi.Process) *string { return p.UpdatedAt }).
		In(field.Setting{Note: "On Korifi it changes again 1 to 4 seconds after a change, so an output of it differs " +
			"in the plan after an apply."})),
	shown(field.String("version", "Version of the process. It changes when the app is started, and with some changes, "+
		"such as of memory. Null on Korifi.",
		func(p *capi.Process) *string { return p.Version })),
	shown(field.String("type", "Type of the process, unique within its app: `web`, `worker`, …",
		func(p *capi.Process) *string { return p.Type }).
		In(addressSetting(typeArgument))),
	resettable("command", "Start command of the process. Null if there is none, and if the API hides it (see "+
		"`command_redacted`).",
		field.Setting{
			Description: "Start command of the process, up to 4096 characters. Null if there is none. If the API hides " +
				"it, the state keeps its value. Set it to `\"\"` to reset it to the command of the buildpack or the " +
				"image; the state keeps `\"\"`.",
		},
		func(p *capi.Process) *string { return p.Command },
		func(c *requests) *capi.Field[string] { return &c.update.Command }).unless(refusesCommand).later(),
	resettable("user", "User that the process runs as. The default is `vcap`, or the user of the Docker image. Null on "+
		"Korifi and on older foundations.",
		field.Setting{
			Note: "Up to 255 characters. Set it to `\"\"` to reset it to the default.",
		},
		func(p *capi.Process) *string { return p.User },
		func(c *requests) *capi.Field[string] { return &c.update.User }).unless(refusesUser).laterNotOnKorifi(),
	number("instances", "Number of instances to run; 0 if the process is scaled to zero.",
		"A change takes effect at once. Leave it out if an autoscaler owns it.", instancesBounds,
		func(p *capi.Process) *int64 { return p.Instances },
		func(c *requests) *capi.Field[int64] { return &c.scale.Instances }).inScale(counted("%d instances")),
	number("memory_in_mb", "Memory of each instance, in MiB.", "", sizeBounds,
		func(p *capi.Process) *int64 { return p.MemoryInMB },
		func(c *requests) *capi.Field[int64] { return &c.scale.MemoryInMB }).inScale(counted("%d MiB of memory")).later().newVersion(),
	number("disk_in_mb", "Disk of each instance, in MiB.", "", sizeBounds,
		func(p *capi.Process) *int64 { return p.DiskInMB },
		func(c *requests) *capi.Field[int64] { return &c.scale.DiskInMB }).inScale(counted("%d MiB of disk")).later(),
	number("log_rate_limit_in_bytes_per_second", "Maximum log rate of each instance, in bytes per second; `-1` means "+
		"unlimited. Null on Korifi.", "", logRateBounds,
		func(p *capi.Process) *int64 { return p.LogRateLimitInBytesPerSecond },
		func(c *requests) *capi.Field[int64] { return &c.scale.LogRateLimitInBytesPerSecond }).inScale(logRate).laterNotOnKorifi(),
	shown(field.String("registry_credential_last_synced_at", "When the registry credential of the process was last "+
		"synchronized. Tanzu Platform only.",
		func(p *capi.Process) *string { return p.RegistryCredentialLastSyncedAt })),
	object("health_check", "The liveness check. An instance that fails it is restarted.", checkSetting, livenessCheck,
		func(p *capi.Process) *capi.HealthCheck { return p.HealthCheck },
		func(c *requests) *capi.Field[capi.HealthCheckUpdate] { return &c.update.HealthCheck }).later(),
	object("readiness_health_check", "The readiness check. An instance that fails it receives no requests. Null on Korifi.",
		checkSetting, readinessCheck,
		func(p *capi.Process) *capi.HealthCheck { return p.ReadinessHealthCheck },
		func(c *requests) *capi.Field[capi.HealthCheckUpdate] { return &c.update.ReadinessHealthCheck }).laterNotOnKorifi(),
	shown(field.Object("relationships", "Objects that the process belongs to.", relationships,
		func(p *capi.Process) *capi.Relationships { return p.Relationships })),
	object("metadata", "Labels and annotations of the process.", field.Setting{}, metadata,
		func(p *capi.Process) *capi.Metadata { return p.Metadata },
		func(c *requests) *capi.Field[capi.MetadataUpdate] { return &c.update.Metadata }),
	shown(field.ObjectMap("links", "References to other parts of the API, by name (`self`, `app`, `space`, `stats`, …).",
		link, func(p *capi.Process) map[string]*capi.Link { return p.Links })),
	shown(field.String("app_guid", "GUID of the app of the process, from `relationships.app`.",
		(*capi.Process).AppGUID).In(addressSetting(appGUIDArgument))),
	shown(field.String("space_guid", "GUID of the space of the process, from `links.space`.", (*capi.Process).SpaceGUID)),
	shown(field.Bool("command_redacted", "Whether the API hides the command, from this user or in lists. `command` is "+
		"then null.",
		func(p *capi.Process) *bool { return &p.CommandRedacted }).
		In(field.Setting{Description: "Whether the API hides the command from this user. `command` then keeps its " +
			"earlier value, or is null."})),
)

// processAttribute is an attribute of a process.
type processAttribute = attribute[capi.Process, requests]

// writable are the attributes that a request can change.
var writable = slices.DeleteFunc(slices.Clone(processTable.attributes), func(a processAttribute) bool { return a.write == nil })

// logRate names a log rate.
func logRate(n int64) string {
	if n == -1 {
		return "an unlimited log rate"
	}
	return fmt.Sprintf("a log rate of %d bytes per second", n)
}

// shown is an attribute of a process that is not sent.
func shown(f field.Field[capi.Process]) attribute[capi.Process, requests] {
	return attribute[capi.Process, requests]{Field: f}
}

// addressSetting is for the attributes of the address, which the resource takes but
// sends in no request.
func addressSetting(argument string) field.Setting {
	return field.Setting{
		Optional: true, Strings: []validator.String{segmentRule},
		Description: argument + " If `guid`, `app_guid` and `type` are all set, they must refer to the same process. A " +
			"change of the address to another process replaces the resource; neither process is recreated.",
	}
}

// The health checks. Only a liveness check has a timeout to set.
var (
	checkSetting = field.Setting{Note: "Only the attributes that you set are written."}

	livenessData = checkDataTable(number("timeout",
		"Seconds that an instance has to become healthy after its start. Null means the foundation's default. The "+
			"foundation also sets the maximum, usually 180.", "", sizeBounds,
		checkTimeout, func(u *capi.HealthCheckDataUpdate) *capi.Field[int64] { return &u.Timeout }))

	readinessData = checkDataTable(attribute[capi.HealthCheckData, capi.HealthCheckDataUpdate]{Field: field.Int("timeout",
		"Always null on Cloud Controller: a readiness check has no timeout.", checkTimeout)})

	livenessCheck, readinessCheck = checkTable(livenessData), checkTable(readinessData)
)

func checkTimeout(d *capi.HealthCheckData) *int64 { return d.Timeout }

func checkDataTable(timeout attribute[capi.HealthCheckData, capi.HealthCheckDataUpdate]) table[capi.HealthCheckData, capi.HealthCheckDataUpdate] {
	return tableOf(
		timeout,
		number("invocation_timeout", "Seconds until a single check times out. Null means the foundation's default.", "", sizeBounds,
			func(d *capi.HealthCheckData) *int64 { return d.InvocationTimeout },
			func(u *capi.HealthCheckDataUpdate) *capi.Field[int64] { return &u.InvocationTimeout }),
		number("interval", "Seconds between two checks. Null means the foundation's default. Not on Korifi.", "", sizeBounds,
			func(d *capi.HealthCheckData) *int64 { return d.Interval },
			func(u *capi.HealthCheckDataUpdate) *capi.Field[int64] { return &u.Interval }).notOnKorifi(),
		text("endpoint", "Path that an `http` check requests, such as `/health`; null for other types.",
			field.Setting{}, func(d *capi.HealthCheckData) *string { return d.Endpoint },
			func(u *capi.HealthCheckDataUpdate) *capi.Field[string] { return &u.Endpoint }).unless(refusesEndpoint).newVersion(),
	)
}

func checkTable(data table[capi.HealthCheckData, capi.HealthCheckDataUpdate]) table[capi.HealthCheck, capi.HealthCheckUpdate] {
	return tableOf(
		text("type", "`port` (a TCP connection to the app's port), `process` (the process is alive) or "+
			"`http` (a `GET` of `data.endpoint` returns 200). Old processes can have `none`.",
			field.Setting{Strings: []validator.String{checkTypeRule}},
			func(c *capi.HealthCheck) *string { return c.Type },
			func(u *capi.HealthCheckUpdate) *capi.Field[string] { return &u.Type }).unless(refusesCheckType).newVersion(),
		object("data", "Settings of the check.", field.Setting{}, data,
			func(c *capi.HealthCheck) *capi.HealthCheckData { return c.Data },
			func(u *capi.HealthCheckUpdate) *capi.Field[capi.HealthCheckDataUpdate] { return &u.Data }),
	)
}

// metadata are the labels and annotations.
var metadata = tableOf(
	metadataMap("labels", "Labels: `[prefix/]name` to a value of up to 63 characters. The filter `label_selector` "+
		"selects by them.", labelRules,
		func(m *capi.Metadata) map[string]*string { return m.Labels },
		func(u *capi.MetadataUpdate) *map[string]capi.Field[string] { return &u.Labels }),
	metadataMap("annotations", "Annotations: `[prefix/]name` to a value of up to 5000 characters.", annotationRules,
		func(m *capi.Metadata) map[string]*string { return m.Annotations },
		func(u *capi.MetadataUpdate) *map[string]capi.Field[string] { return &u.Annotations }),
)

// relationships, as the API nests them.
var (
	reference = field.RecordOf(field.String("guid", "GUID of the object.",
		func(d *capi.RelationshipData) *string { return d.GUID }))
	relationship = field.RecordOf(field.Object("data", "Reference to the object; null if there is none.", reference,
		func(r *capi.Relationship) *capi.RelationshipData { return r.Data }))
	relationships = field.RecordOf(
		field.Object("app", "The app of the process.", relationship,
			func(r *capi.Relationships) *capi.Relationship { return r.App }),
		field.Object("revision", "The app's revision that the process runs; null if the app has no revisions.", relationship,
			func(r *capi.Relationships) *capi.Relationship { return r.Revision }),
		field.Object("registry_credential", "The registry credential of the process. Tanzu Platform only.", relationship,
			func(r *capi.Relationships) *capi.Relationship { return r.RegistryCredential }),
	)
)

// link is a reference to another part of the API.
var link = field.RecordOf(
	field.String("href", "URL of the reference.", func(l *capi.Link) *string { return l.Href }),
	field.String("method", "HTTP method to use with the URL; null for `GET`.", func(l *capi.Link) *string { return l.Method }),
)

// namedProcess is a process with the names around its app, which are nil unless they
// were looked up.
type namedProcess struct {
	process *capi.Process
	names   capi.AppNames
}

// withNames is the process with those of the names by app that are its own.
func withNames(p *capi.Process, byApp map[string]capi.AppNames) *namedProcess {
	n := &namedProcess{process: p}
	if app := p.AppGUID(); app != nil {
		n.names = byApp[*app]
	}
	return n
}

// The fields of a process with names, and those of a process in a list.
var (
	namedFields = append(
		field.Within(func(n *namedProcess) *capi.Process { return n.process }, processTable.Fields...),
		field.String("app_name", "Name of the app. Null if names are not looked up, and if the user cannot see the "+
			"app.",
			func(n *namedProcess) *capi.Text { return n.names.App }),
		field.String("space_name", "Name of the space. Null in the same cases as `app_name`.",
			func(n *namedProcess) *capi.Text { return n.names.Space }),
		field.String("organization_guid", "GUID of the organization. Null in the same cases as `app_name`.",
			func(n *namedProcess) *string { return n.names.OrganizationGUID }),
		field.String("organization_name", "Name of the organization. Null in the same cases as `app_name`.",
			func(n *namedProcess) *capi.Text { return n.names.Organization }),
	)
	named = field.RecordOf(namedFields...)

	listed = field.RecordOf(append(slices.Clone(namedFields),
		field.ObjectList("process_instances", "The instances of the process. Null without `include_instances`, and if "+
			"the API cannot report them.", instanceFields,
			func(n *namedProcess) []capi.ProcessInstance { return n.process.ProcessInstances }))...)
)
