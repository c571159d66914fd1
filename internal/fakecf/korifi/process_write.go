package korifi

import (
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// mayWrite finds the process and checks that the caller may change it: an auditor does not even see a process by its GUID.
func mayWrite(c *rest.Call, db *state.DB) (*state.ProcessRecord, *rest.Answer) {
	record, missing := findProcess(c, db)
	if missing != nil {
		return nil, missing
	}
	if c.Who.Role == state.SpaceAuditor && c.Collection() == "processes" {
		return nil, notFound("Process")
	}
	if !c.Who.Writes() {
		return nil, rest.NotAuthorized()
	}
	if db.Runtime != state.RuntimeWorks {
		return nil, rest.UnknownError() // no controller responds to the webhook
	}
	return record, nil
}

func (s *Server) patchProcess(c *rest.Call, db *state.DB) *rest.Answer {
	o, refused := parseObject(c.Content, "ProcessPatch")
	if refused != nil {
		return refused
	}
	patch, refused := readPatch(o)
	if refused != nil {
		return refused
	}
	record, refused := mayWrite(c, db)
	if refused != nil {
		return refused
	}
	if kind := patch.kind; kind != nil && *kind != "" && *kind != "http" && *kind != "port" && *kind != "process" {
		return rest.Unprocessable("Process")
	}
	p := record.Clone()
	if patch.command != nil {
		p.Command = patch.command
		if *patch.command == "" {
			p.Command = nil
		}
	}
	if p.HealthCheck == nil {
		p.HealthCheck = &state.HealthCheck{Type: "port"}
	}
	patch.change(p.HealthCheck)
	p.Labels, p.Annotations = patch.labels.Apply(p.Labels), patch.annotations.Apply(p.Annotations)
	if tooLarge(p.Annotations) {
		return rest.Unprocessable("Process")
	}
	return s.store(db, record, p)
}

type patchBody struct {
	command, kind, endpoint    *string
	timeout, invocationTimeout *int64
	labels, annotations        rest.Change
}

func readPatch(o rest.Object) (*patchBody, *rest.Answer) {
	patch := &patchBody{}
	if refused := onlyKeys(o, "command", "health_check", "metadata"); refused != nil {
		return nil, refused
	}
	var health, data, metadata rest.Object
	steps := []func() *rest.Answer{
		func() *rest.Answer { return readField(o, "command", "Command", "string", &patch.command) },
		func() *rest.Answer {
			return readField(o, "health_check", "Health_check", "payloads.HealthCheck", &health)
		},
		func() *rest.Answer { return onlyKeys(health, "type", "data") },
		func() *rest.Answer { return readField(health, "type", "Health_check.type", "string", &patch.kind) },
		func() *rest.Answer { return readField(health, "data", "Health_check.data", "payloads.Data", &data) },
		func() *rest.Answer { return onlyKeys(data, "timeout", "invocation_timeout", "endpoint") },
		func() *rest.Answer { return readInt32(data, "timeout", "Health_check.data.timeout", &patch.timeout) },
		func() *rest.Answer {
			return readInt32(data, "invocation_timeout", "Health_check.data.invocation_timeout", &patch.invocationTimeout)
		},
		func() *rest.Answer {
			return readField(data, "endpoint", "Health_check.data.endpoint", "string", &patch.endpoint)
		},
		func() *rest.Answer { return readField(o, "metadata", "Metadata", "payloads.MetadataPatch", &metadata) },
		func() *rest.Answer { return onlyKeys(metadata, "labels", "annotations") },
		func() *rest.Answer { return readPairs(metadata, "labels", &patch.labels) },
		func() *rest.Answer { return readPairs(metadata, "annotations", &patch.annotations) },
		func() *rest.Answer { return metadataError(patch.labels, patch.annotations) },
	}
	for _, step := range steps {
		if refused := step(); refused != nil {
			return nil, refused
		}
	}
	return patch, nil
}

// change changes a health check. It keeps the values of missing keys; 0 resets a
// value to the default. An endpoint stays stored while the type hides it.
func (patch *patchBody) change(h *state.HealthCheck) {
	if patch.kind != nil {
		h.Type = *patch.kind
		if h.Type == "" {
			h.Type = "port"
		}
	}
	if patch.timeout != nil {
		h.Timeout = orNone(patch.timeout)
	}
	if patch.invocationTimeout != nil {
		h.InvocationTimeout = orNone(patch.invocationTimeout)
	}
	if patch.endpoint != nil {
		h.Endpoint = patch.endpoint
	}
}

func orNone(n *int64) *int64 {
	if *n == 0 {
		return nil
	}
	return n
}

func (s *Server) scaleProcess(c *rest.Call, db *state.DB) *rest.Answer {
	o, refused := parseObject(c.Content, "ProcessScale")
	if refused != nil {
		return refused
	}
	if unknown := onlyKeys(o, "instances", "memory_in_mb", "disk_in_mb"); unknown != nil {
		return unknown
	}
	var instances, memory, disk *int64
	for _, wrong := range []*rest.Answer{
		readInt32(o, "instances", "Instances", &instances),
		readField(o, "memory_in_mb", "Memory_in_mb", "int64", &memory),
		readField(o, "disk_in_mb", "Disk_in_mb", "int64", &disk),
	} {
		if wrong != nil {
			return wrong
		}
	}
	var problems []string
	if instances != nil && *instances < 0 {
		problems = append(problems, "instances must be 0 or greater")
	}
	if memory != nil && *memory < 0 {
		problems = append(problems, "memory_in_mb must be greater than 0")
	}
	if disk != nil && *disk < 0 {
		problems = append(problems, "disk_in_mb must be greater than 0")
	}
	if wrong := allProblems(problems); wrong != nil {
		return wrong
	}
	record, refused := mayWrite(c, db)
	if refused != nil {
		return refused
	}
	p := record.Clone()
	if instances != nil {
		p.Instances = *instances
	}
	if memory != nil {
		p.MemoryInMB = orDefault(*memory)
	}
	if disk != nil {
		p.DiskInMB = orDefault(*disk)
	}
	return s.store(db, record, p)
}

// store stores a changed process. Every write moves updated_at, even an empty
// one, and a controller moves it again shortly after.
func (s *Server) store(db *state.DB, record *state.ProcessRecord, p state.Process) *rest.Answer {
	p.UpdatedAt = db.Stamp()
	db.Put(record, p)
	db.Touch(record)
	return rest.Rendered(s.processJSON(record, ""))
}

// orDefault replaces 0, which Korifi treats as missing, with the default.
func orDefault(megabytes int64) int64 {
	if megabytes == 0 {
		return 1024
	}
	return megabytes
}
