package process

// The meaning of each attribute of a process, in the words of the API's
// documentation where it has any. The schemas of the data sources and of the
// resource take them from here, so that they cannot come to differ. Nested
// attributes are named by their path.
var descriptions = map[string]string{
	"guid":       "GUID of the process.",
	"created_at": "When the process was created, as `YYYY-MM-DDThh:mm:ssZ`.",
	"updated_at": "When the process was last changed, as `YYYY-MM-DDThh:mm:ssZ`.",
	"version": "Version of the process. It changes when the app is started, and with some changes, such as that of " +
		"memory. Null on Korifi.",
	"type": "Type of the process, unique within its app: `web`, `worker`, …",
	"command": "Start command of the process. Null where there is none, and where the API hides it " +
		"(see `command_redacted`).",
	"user": "User that the process runs as. Null is the default: `vcap`, or the user of the Docker image. " +
		"Null on foundations that do not know it yet.",
	"instances":    "Number of instances to run. 0 is a process that is scaled to nothing; it is not null.",
	"memory_in_mb": "Memory of each instance, in MiB.",
	"disk_in_mb":   "Disk of each instance, in MiB.",
	"log_rate_limit_in_bytes_per_second": "Bytes a second that each instance may log; `-1` is unlimited. " +
		"Null on Korifi.",
	"registry_credential_last_synced_at": "When the registry credential of the process was last synchronized. " +
		"Only on Tanzu Platform.",
	"health_check": "The liveness check: an instance that fails it is restarted.",
	"readiness_health_check": "The readiness check: an instance that fails it gets no requests. " +
		"Null on Korifi.",
	"health_check.type": "`port` (a TCP connection to the app's port), `process` (the process lives) or " +
		"`http` (a `GET` of `data.endpoint` is answered with 200).",
	"health_check.data":                    "Settings of the check.",
	"health_check.data.timeout":            "Seconds that an instance has for its start until it must be healthy. Null is the foundation's default.",
	"readiness_health_check.data.timeout":  "Always null on Cloud Controller: a readiness check has no timeout.",
	"health_check.data.invocation_timeout": "Seconds until one check counts as failed. Null is the foundation's default.",
	"health_check.data.interval":           "Seconds between two checks. Null is the foundation's default.",
	"health_check.data.endpoint":           "Path that an `http` check asks for; null for other types.",
	"relationships":                        "Objects that the process belongs to.",
	"relationships.app":                    "The app of the process.",
	"relationships.revision":               "The app's revision that the process runs; null where the app has no revisions.",
	"relationships.registry_credential":    "The registry credential of the process. Only on Tanzu Platform.",
	"relationships.data":                   "Reference to the object; null where there is none.",
	"relationships.data.guid":              "GUID of the object.",
	"metadata":                             "Labels and annotations of the process.",
	"metadata.labels":                      "Labels: `[prefix/]name` to a value of up to 63 characters. The API can select by them.",
	"metadata.annotations":                 "Annotations: `[prefix/]name` to a value of up to 5000 characters.",
	"links":                                "References to other parts of the API, by name (`self`, `app`, `space`, `stats`, …).",
	"links.href":                           "URL of the reference.",
	"links.method":                         "HTTP method to use with the URL; null for `GET`.",
	"app_guid":                             "GUID of the app of the process, from `relationships.app`.",
	"space_guid":                           "GUID of the space of the process, from `links.space`.",
	"command_redacted": "Whether the API hid the command, because this user may not see secrets or because " +
		"it hides commands in lists. `command` is then null.",
}
