package fakecf

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mayWrite finds the process and asks whether the caller may change it.
func (f *Foundation) mayWrite(c *call) (*processRecord, *answer) {
	record, missing := f.find(c)
	if missing != nil {
		return nil, missing
	}
	if !c.who.writes() {
		return nil, notAuthorized()
	}
	return record, nil
}

// update stores a changed process. updated_at follows every real change.
//
// version follows commands, users, health checks, memory and disk, which all
// need new containers, and not instances, log rate limit and metadata. Cloud
// Controller has moved this line several times, and the newest versions keep
// the version until the app restarts; a client can rely on neither.
func (f *Foundation) update(record *processRecord, p Process) {
	before := &record.Process
	if !reflect.DeepEqual(p.EffectiveCommand(), before.EffectiveCommand()) ||
		!reflect.DeepEqual(p.User, before.User) ||
		!reflect.DeepEqual(p.HealthCheck, before.HealthCheck) ||
		!reflect.DeepEqual(p.ReadinessHealthCheck, before.ReadinessHealthCheck) ||
		p.MemoryInMB != before.MemoryInMB || p.DiskInMB != before.DiskInMB {
		p.Version = f.state.next("version", p.GUID)
	}
	if !reflect.DeepEqual(&p, before) {
		p.UpdatedAt = f.second()
	}
	f.state.put(record, p, f.now())
}

func (f *Foundation) patchProcess(c *call) *answer {
	if f.korifi() {
		return f.korifiPatch(c)
	}
	o, malformed := parseObject(c.body)
	if malformed != nil {
		return malformed
	}
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, refused := f.mayWrite(c)
	if refused != nil {
		return refused
	}
	p := record.clone()
	check := &bodyCheck{}
	check.unknown(o, "", f.knownFields("metadata", "command", "user", "health_check", "readiness_health_check")...)
	labels, annotations := check.metadata(o)
	p.Labels, p.Annotations = change(p.Labels, labels), change(p.Annotations, annotations)
	if command, set := check.text(o, "command", "Command", 4096); set {
		p.Command = command
	}
	if user, set := check.text(o, "user", "User", 255); set {
		p.User = user
	}
	p.HealthCheck = check.healthCheck(o, "health_check", p.HealthCheck)
	p.ReadinessHealthCheck = check.healthCheck(o, "readiness_health_check", p.ReadinessHealthCheck)
	if len(check.messages) > 0 {
		return unprocessable(check.messages...)
	}
	if record.Type == "web" && record.app.deploying {
		return unprocessable("Cannot update this process while a deployment is in flight.")
	}
	f.update(record, p)
	return newAnswer(http.StatusOK, jsonType, f.renderProcess(record, commandShown))
}

// knownFields leaves out what this foundation is too old for.
func (f *Foundation) knownFields(names ...string) []string {
	var known []string
	for _, name := range names {
		if !f.opts.withoutField[name] {
			known = append(known, name)
		}
	}
	return known
}

func change(to map[string]string, by metadataChange) map[string]string {
	if len(by) == 0 {
		return to
	}
	return by.apply(to)
}

// healthCheck applies a health check (or a readiness check) of a PATCH. What
// is not named stays, and a type other than http drops the endpoint.
func (c *bodyCheck) healthCheck(o object, key string, now *HealthCheck) *HealthCheck {
	title := "Health check"
	fields := []string{"timeout", "invocation_timeout", "interval", "endpoint"}
	if key == "readiness_health_check" {
		title, fields = "Readiness health check", fields[1:]
	}
	given := c.object(o, key, title)
	if given == nil {
		return now
	}
	out := now.clone()
	if out == nil {
		out = &HealthCheck{Type: "process"}
	}
	c.unknown(given, key+".", "type", "data")
	data := c.object(given, "data", title+" data")
	c.unknown(data, key+".data.", fields...)
	if n, set := c.integer(data, "timeout", title+" timeout", 1, math.MaxInt32); set && key == "health_check" {
		out.Timeout = n
	}
	if n, set := c.integer(data, "invocation_timeout", title+" invocation timeout", 1, math.MaxInt32); set {
		out.InvocationTimeout = n
	}
	if n, set := c.integer(data, "interval", title+" interval", 1, math.MaxInt32); set {
		out.Interval = n
	}
	if endpoint, set := c.endpoint(data, title); set {
		out.Endpoint = endpoint
	}
	if raw, present := given["type"]; present {
		var name string
		if isNull(raw) || json.Unmarshal(raw, &name) != nil || name != "port" && name != "process" && name != "http" {
			c.errorf(`%s type must be "port", "process", or "http"`, title)
		}
		out.Type = name
		if name != "http" {
			out.Endpoint = nil
		}
	}
	return out
}

// endpoint reads the path of an http check.
func (c *bodyCheck) endpoint(data object, title string) (endpoint *string, set bool) {
	raw, present := data["endpoint"]
	if !present {
		return nil, false
	}
	if isNull(raw) {
		return nil, true
	}
	var path string
	if json.Unmarshal(raw, &path) != nil {
		c.errorf("%s endpoint must be a valid URI path", title)
		return nil, false
	}
	ok := true
	if utf8.RuneCountInString(path) > 255 {
		c.errorf("%s endpoint is too long (maximum is 255 characters)", title)
		ok = false
	}
	if parsed, err := url.Parse(path); err != nil || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \t\n") ||
		parsed.Host != "" || parsed.Fragment != "" {
		c.errorf("%s endpoint must be a valid URI path", title)
		ok = false
	}
	return &path, ok
}

// scaleProcess leaves a field alone that is null: Cloud Controller takes null
// and says nowhere what it means.
func (f *Foundation) scaleProcess(c *call) *answer {
	if f.korifi() {
		return f.korifiScale(c)
	}
	o, malformed := parseObject(c.body)
	if malformed != nil {
		return malformed
	}
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, refused := f.mayWrite(c)
	if refused != nil {
		return refused
	}
	p := record.clone()
	check := &bodyCheck{}
	check.unknown(o, "", f.knownFields("instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second")...)
	if n, _ := check.integer(o, "instances", "Instances", 0, math.MaxInt32); n != nil {
		p.Instances = *n
	}
	if n, _ := check.integer(o, "memory_in_mb", "Memory in mb", 1, math.MaxInt32); n != nil {
		p.MemoryInMB = *n
	}
	if n, _ := check.integer(o, "disk_in_mb", "Disk in mb", 1, math.MaxInt32); n != nil {
		p.DiskInMB = *n
	}
	if n, _ := check.integer(o, "log_rate_limit_in_bytes_per_second", "Log rate limit in bytes per second", -1, math.MaxInt64); n != nil {
		p.LogRateLimit = n
	}
	if len(check.messages) > 0 {
		return unprocessable(check.messages...)
	}
	if record.Type == "web" && record.app.deploying {
		return unprocessable("Cannot scale this process while a deployment is in flight.")
	}
	f.update(record, p)
	return newAnswer(http.StatusAccepted, jsonType, f.renderProcess(record, commandShown))
}

func (f *Foundation) terminateInstance(c *call) *answer {
	if f.korifi() {
		return f.korifiTerminate(c)
	}
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, refused := f.mayWrite(c)
	if refused != nil {
		return refused
	}
	index, err := strconv.Atoi(c.segments[len(c.segments)-1])
	if err != nil || index < 0 || index >= len(record.instances) {
		return f.notFound("Instance")
	}
	f.terminate(record, index)
	return newAnswer(http.StatusNoContent, "", nil)
}

// terminate ends an instance; the runtime starts a new one in its place.
func (f *Foundation) terminate(record *processRecord, index int) {
	now := f.now()
	record.instances[index] = record.start(&f.state, index, now, now.Add(f.state.startDelay))
}
