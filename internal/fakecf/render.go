package fakecf

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

const (
	hiddenFromReader = "[PRIVATE DATA HIDDEN]"
	hiddenInLists    = "[PRIVATE DATA HIDDEN IN LISTS]"
	timeFormat       = "2006-01-02T15:04:05Z"
)

// commandView is how much of the command is shown.
type commandView int

const (
	commandShown commandView = iota
	commandHidden
	commandHiddenInLists
)

// renderProcess renders a process as the flavor does.
func (f *Foundation) renderProcess(r *processRecord, view commandView) []byte {
	if r.HideCommand && view == commandShown {
		view = commandHidden
	}
	b := make([]byte, 0, 2048)
	if f.korifi() {
		b = f.appendKorifiProcess(b, r, view)
	} else {
		b = f.appendProcess(b, r, view)
	}
	return bend(b, r.Omit, r.Override)
}

// row renders a process for a list, once until it changes.
func (f *Foundation) row(r *processRecord) []byte {
	if cached := r.listRow.Load(); cached != nil {
		return *cached
	}
	b := f.renderProcess(r, commandHiddenInLists)
	r.listRow.Store(&b)
	return b
}

func appendKey(b []byte, key string) []byte {
	if last := b[len(b)-1]; last != '{' && last != '[' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendText(b []byte, key, value string) []byte { return appendString(appendKey(b, key), value) }

func appendNumber(b []byte, key string, n int64) []byte { return appendInt(appendKey(b, key), n) }

func (f *Foundation) appendProcess(b []byte, r *processRecord, view commandView) []byte {
	without := f.opts.withoutField
	b = append(b, '{')
	b = appendText(b, "guid", r.GUID)
	b = appendText(b, "created_at", r.CreatedAt.Format(timeFormat))
	b = appendText(b, "updated_at", r.UpdatedAt.Format(timeFormat))
	if !without["version"] {
		b = appendText(b, "version", r.Version)
	}
	b = appendText(b, "type", r.Type)
	b = appendKey(b, "command")
	switch view {
	case commandHidden:
		b = appendString(b, hiddenFromReader)
	case commandHiddenInLists:
		b = appendString(b, hiddenInLists)
	default:
		b = appendNullable(b, r.EffectiveCommand())
	}
	if !without["user"] {
		b = appendNullable(appendKey(b, "user"), r.User)
	}
	b = appendNumber(b, "instances", r.Instances)
	b = appendNumber(b, "memory_in_mb", r.MemoryInMB)
	b = appendNumber(b, "disk_in_mb", r.DiskInMB)
	if !without["log_rate_limit_in_bytes_per_second"] {
		b = appendNullableInt(appendKey(b, "log_rate_limit_in_bytes_per_second"), r.LogRateLimit)
	}
	if f.showsCredential(r) {
		b = appendNullable(appendKey(b, "registry_credential_last_synced_at"), r.RegistryCredentialLastSyncedAt)
	}
	b = appendHealthCheck(appendKey(b, "health_check"), r.HealthCheck, true)
	if !without["readiness_health_check"] {
		b = appendHealthCheck(appendKey(b, "readiness_health_check"), r.ReadinessHealthCheck, false)
	}
	b = append(appendKey(b, "relationships"), '{')
	b = appendRelationship(appendKey(b, "app"), &r.AppGUID)
	b = appendRelationship(appendKey(b, "revision"), r.RevisionGUID)
	if f.showsCredential(r) {
		b = appendRelationship(appendKey(b, "registry_credential"), r.RegistryCredentialGUID)
	}
	b = append(b, '}')
	b = append(appendKey(b, "metadata"), '{')
	b = appendMap(appendKey(b, "labels"), r.Labels)
	b = appendMap(appendKey(b, "annotations"), r.Annotations)
	b = append(b, '}')
	b = f.appendLinks(appendKey(b, "links"), r)
	return append(b, '}')
}

// showsCredential: Tanzu shows the registry credential of every process, if
// only as null; elsewhere it shows where a process has one.
func (f *Foundation) showsCredential(r *processRecord) bool {
	return f.opts.flavor == Tanzu || r.RegistryCredentialGUID != nil
}

func appendHealthCheck(b []byte, h *HealthCheck, liveness bool) []byte {
	if h == nil {
		return append(b, "null"...)
	}
	b = append(b, '{')
	b = appendText(b, "type", h.Type)
	b = append(appendKey(b, "data"), '{')
	if liveness {
		b = appendNullableInt(appendKey(b, "timeout"), h.Timeout)
	}
	b = appendNullableInt(appendKey(b, "invocation_timeout"), h.InvocationTimeout)
	b = appendNullableInt(appendKey(b, "interval"), h.Interval)
	if h.Type == "http" {
		b = appendNullable(appendKey(b, "endpoint"), h.Endpoint)
	}
	return append(b, '}', '}')
}

func appendRelationship(b []byte, guid *string) []byte {
	if guid == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"data":{"guid":`...)
	return append(appendString(b, *guid), '}', '}')
}

func appendMap(b []byte, m map[string]string) []byte {
	if len(m) == 0 {
		return append(b, '{', '}')
	}
	return append(b, marshal(m)...)
}

func (f *Foundation) appendLinks(b []byte, r *processRecord) []byte {
	self := f.apiURL + "/v3/processes/" + r.GUID
	b = append(b, '{')
	b = appendLink(b, "self", self, "")
	b = appendLink(b, "scale", self+"/actions/scale", "POST")
	b = appendLink(b, "app", f.apiURL+"/v3/apps/"+r.AppGUID, "")
	b = appendLink(b, "space", f.apiURL+"/v3/spaces/"+r.SpaceGUID, "")
	b = appendLink(b, "stats", self+"/stats", "")
	if !f.korifi() && !f.opts.withoutEnd["process_instances"] {
		b = appendLink(b, "process_instances", self+"/process_instances", "")
	}
	if !f.korifi() && r.RegistryCredentialGUID != nil {
		b = appendLink(b, "registry_credential", f.apiURL+"/v3/registry_credentials/"+*r.RegistryCredentialGUID, "")
	}
	return append(b, '}')
}

func appendLink(b []byte, name, url, method string) []byte {
	b = append(appendKey(b, name), '{')
	b = appendText(b, "href", url)
	if method != "" {
		b = appendText(b, "method", method)
	}
	return append(b, '}')
}

// withInstances adds what embed=process_instances asks for.
func (r *processRecord) withInstances(rendered []byte, now time.Time) []byte {
	b := append([]byte{}, rendered[:len(rendered)-1]...)
	b = append(appendKey(b, "process_instances"), r.instancesJSON(now)...)
	return append(b, '}')
}

// bend leaves out and replaces parts of a JSON object.
func bend(object []byte, omit []string, override map[string]json.RawMessage) []byte {
	if len(omit) == 0 && len(override) == 0 {
		return object
	}
	var root map[string]any
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		panic("fakecf: " + err.Error())
	}
	for _, path := range omit {
		if parent, name := descend(root, path); parent != nil {
			delete(parent, name)
		}
	}
	for _, path := range sortedKeys(override) {
		if parent, name := descend(root, path); parent != nil {
			parent[name] = override[path]
		}
	}
	return marshal(root)
}

// descend finds the object that holds the last name of a path.
func descend(root map[string]any, path string) (parent map[string]any, name string) {
	names := strings.Split(path, ".")
	for _, step := range names[:len(names)-1] {
		next, ok := root[step].(map[string]any)
		if !ok {
			return nil, ""
		}
		root = next
	}
	return root, names[len(names)-1]
}
