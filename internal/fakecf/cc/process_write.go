package cc

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// mayWrite finds the process and checks that the caller may change it.
func mayWrite(c *rest.Call, db *state.DB) (*state.ProcessRecord, *rest.Answer) {
	record, missing := findProcess(c, db)
	if missing != nil {
		return nil, missing
	}
	if refused := mayManage(c, record.App.Space); refused != nil {
		return nil, refused
	}
	return record, nil
}

// mayManage checks that the caller may change what is in a space.
func mayManage(c *rest.Call, space *state.Space) *rest.Answer {
	switch {
	case !c.Who.Writes():
		return rest.NotAuthorized()
	case space.Organization.Suspended && c.Who.Role != state.Admin:
		return rest.Errors(http.StatusForbidden, rest.APIError{Code: 10017, Title: "CF-OrgSuspended", Detail: "The organization is suspended"})
	default:
		return nil
	}
}

// update stores a changed process. Every actual change moves updated_at.
//
// Changes of command, user, health checks, memory and disk, which need new
// containers, change version; those of instances, log rate limit and metadata do
// not. Releases of Cloud Controller differ here, and the newest ones keep the
// version until the app restarts: a client must not rely on either.
func update(db *state.DB, record *state.ProcessRecord, p state.Process) {
	before := &record.Process
	if !reflect.DeepEqual(p.EffectiveCommand(), before.EffectiveCommand()) ||
		!reflect.DeepEqual(p.User, before.User) ||
		!reflect.DeepEqual(p.HealthCheck, before.HealthCheck) ||
		!reflect.DeepEqual(p.ReadinessHealthCheck, before.ReadinessHealthCheck) ||
		p.MemoryInMB != before.MemoryInMB || p.DiskInMB != before.DiskInMB {
		p.Version = db.NextGUID("version", p.GUID)
	}
	if !reflect.DeepEqual(&p, before) {
		p.UpdatedAt = db.Stamp()
	}
	db.Put(record, p)
}

func (s *Server) patchProcess(c *rest.Call, db *state.DB) *rest.Answer {
	o, malformed := parseObject(c.Content)
	if malformed != nil {
		return malformed
	}
	record, refused := mayWrite(c, db)
	if refused != nil {
		return refused
	}
	p := record.Clone()
	check := &bodyCheck{}
	check.unknown(o, "", s.knownFields("metadata", "command", "user", "health_check", "readiness_health_check")...)
	labels, annotations := check.metadata(o)
	p.Labels, p.Annotations = labels.Apply(p.Labels), annotations.Apply(p.Annotations)
	if command, set := check.text(o, "command", "Command", 4096); set {
		p.Command = orNone(command)
	}
	if user, set := check.text(o, "user", "User", 255); set {
		p.User = orNone(user)
	}
	p.HealthCheck = check.healthCheck(o, "health_check", p.HealthCheck)
	p.ReadinessHealthCheck = check.healthCheck(o, "readiness_health_check", p.ReadinessHealthCheck)
	if len(check.messages) > 0 {
		return rest.Unprocessable(check.messages...)
	}
	if record.Type == "web" && db.IsDeploying(record.App) {
		return rest.Unprocessable("Cannot update this process while a deployment is in flight.")
	}
	if problem := db.LimitError(&record.Process, &p); problem != "" {
		return rest.Unprocessable(problem)
	}
	if refused := tooManyPairs(record, &p, labels, annotations); refused != nil {
		return refused
	}
	update(db, record, p)
	return rest.Rendered(s.processJSON(record, ""))
}

// orNone is nil for a blank text: Cloud Controller 3.228.0 accepts it and shows
// the default again.
func orNone(text *string) *string {
	if text == nil || strings.TrimSpace(*text) == "" {
		return nil
	}
	return text
}

// The largest numbers of labels and annotations of a resource.
const (
	maxLabels      = 50
	maxAnnotations = 200
)

// tooManyPairs refuses labels or annotations beyond the limit, unless the change
// adds none.
func tooManyPairs(before *state.ProcessRecord, after *state.Process, labels, annotations rest.Change) *rest.Answer {
	refuse := func(code int, title, what string, given, most int) *rest.Answer {
		return rest.Errors(http.StatusUnprocessableEntity, rest.APIError{
			Code: code, Title: title, Detail: fmt.Sprintf("Failed to add %d %s because it would exceed maximum of %d", given, what, most),
		})
	}
	if n := len(after.Labels); n > maxLabels && n > len(before.Labels) {
		return refuse(390020, "CF-LabelLimitExceeded", "labels", len(labels), maxLabels)
	}
	if n := len(after.Annotations); n > maxAnnotations && n > len(before.Annotations) {
		return refuse(390023, "CF-AnnotationLimitExceeded", "annotations", len(annotations), maxAnnotations)
	}
	return nil
}

// knownFields omits the fields that this foundation is too old for.
func (s *Server) knownFields(names ...string) []string {
	var known []string
	for _, name := range names {
		if !s.WithoutFields[name] {
			known = append(known, name)
		}
	}
	return known
}

// healthCheck applies a health check (or a readiness check) of a PATCH. It keeps
// the values of missing keys. A type other than http drops the endpoint.
func (c *bodyCheck) healthCheck(o rest.Object, key string, now *state.HealthCheck) *state.HealthCheck {
	title := "Health check"
	fields := []string{"timeout", "invocation_timeout", "interval", "endpoint"}
	if key == "readiness_health_check" {
		title, fields = "Readiness health check", fields[1:]
	}
	given := c.object(o, key, title)
	if given == nil {
		return now
	}
	out := now.Clone()
	if out == nil {
		out = &state.HealthCheck{Type: "process"}
	}
	c.unknown(given, key+".", "type", "data")
	data := c.object(given, "data", title+" data")
	c.unknown(data, key+".data.", fields...)
	_, typed := given["type"]
	if typed {
		var name string
		if json.Unmarshal(given["type"], &name) != nil || name != "port" && name != "process" && name != "http" {
			c.errorf(`%s type must be "port", "process", or "http"`, title)
		}
		out.Type = name
	}
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
	if typed && out.Type != "http" {
		out.Endpoint = nil
	}
	return out
}

// endpoint reads the path of an http check.
func (c *bodyCheck) endpoint(data rest.Object, title string) (endpoint *string, set bool) {
	raw, present := data["endpoint"]
	if !present {
		return nil, false
	}
	if rest.IsNull(raw) {
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
	if !uriPath.MatchString(path) {
		c.errorf("%s endpoint must be a valid URI path", title)
		ok = false
	}
	return &path, ok
}

// uriPath matches the paths that Cloud Controller 3.228.0 accepts: a query, a
// fragment and a wrong percent encoding pass.
var uriPath = regexp.MustCompile(`(?m)^/([^\s/]\S*)?$`)

// scaleProcess stores the values in the body. null for instances or memory is a
// 500, and null for the log rate is ignored, as on Cloud Controller 3.228.0;
// null for disk, which that server stores, is ignored here.
func (s *Server) scaleProcess(c *rest.Call, db *state.DB) *rest.Answer {
	o, malformed := parseObject(c.Content)
	if malformed != nil {
		return malformed
	}
	record, refused := mayWrite(c, db)
	if refused != nil {
		return refused
	}
	if db.ScalingDisabled && c.Who.Role != state.Admin {
		return rest.Errors(http.StatusForbidden,
			rest.APIError{Code: 330002, Title: "CF-FeatureDisabled", Detail: "Feature Disabled: app_scaling"})
	}
	p := record.Clone()
	check := &bodyCheck{}
	check.unknown(o, "", s.knownFields("instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second")...)
	crashes := false
	for _, field := range []struct {
		key, title string
		low        int64
		high       int64
		set        func(int64)
		crashes    bool // on null
	}{
		{"instances", "Instances", 0, math.MaxInt32, func(n int64) { p.Instances = n }, true},
		{"memory_in_mb", "Memory in mb", 1, math.MaxInt32, func(n int64) { p.MemoryInMB = n }, true},
		{"disk_in_mb", "Disk in mb", 1, math.MaxInt32, func(n int64) { p.DiskInMB = n }, false},
		{"log_rate_limit_in_bytes_per_second", "Log rate limit in bytes per second", -1, math.MaxInt64,
			func(n int64) { p.LogRateLimit = &n }, false},
	} {
		n, set := check.integer(o, field.key, field.title, field.low, field.high)
		if n != nil {
			field.set(*n)
		}
		crashes = crashes || set && n == nil && field.crashes
	}
	switch {
	case len(check.messages) > 0:
		return rest.Unprocessable(check.messages...)
	case crashes:
		return rest.UnknownError()
	case record.Type == "web" && db.IsDeploying(record.App):
		return rest.Unprocessable("Cannot scale this process while a deployment is in flight.")
	}
	if p.MemoryInMB != record.MemoryInMB && record.App.SidecarsNeed(record.Type) >= p.MemoryInMB {
		return rest.Unprocessable("The requested memory allocation is not large enough to run all of your sidecar processes")
	}
	if problem := db.LimitError(&record.Process, &p); problem != "" {
		return rest.Unprocessable(problem)
	}
	moved := p.Instances != record.Instances
	update(db, record, p)
	if failure := runtimeError(record, db); failure != nil && moved {
		return failure // the change is stored
	}
	return rest.NewAnswer(http.StatusAccepted, rest.JSONType, s.processJSON(record, ""))
}
