package fakecf

import (
	"encoding/json"
	"net/http"
	"sort"
	"strconv"
	"strings"
)

// korifiMayWrite: an auditor does not even see a process by its GUID.
func (f *Foundation) korifiMayWrite(c *call) (*processRecord, *answer) {
	record, missing := f.find(c)
	if missing != nil {
		return nil, missing
	}
	if c.who.role == SpaceAuditor && c.segments[1] == "processes" {
		return nil, f.notFound("Process")
	}
	if !c.who.writes() {
		return nil, notAuthorized()
	}
	return record, nil
}

func (f *Foundation) korifiPatch(c *call) *answer {
	o, refused := korifiObject(c.body, "ProcessPatch")
	if refused != nil {
		return refused
	}
	patch, refused := readKorifiPatch(o)
	if refused != nil {
		return refused
	}
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, refused := f.korifiMayWrite(c)
	if refused != nil {
		return refused
	}
	if kind := patch.kind; kind != nil && *kind != "" && *kind != "http" && *kind != "port" && *kind != "process" {
		return unprocessable("Process")
	}
	p := record.clone()
	if patch.command != nil {
		p.Command = patch.command
		if *patch.command == "" {
			p.Command = nil
		}
	}
	patch.health(&record.korifi)
	p.HealthCheck = record.korifi.plain()
	p.Labels, p.Annotations = patch.labels.apply(p.Labels), patch.annotations.apply(p.Annotations)
	p.UpdatedAt = f.second() // every write counts, even an empty one
	f.state.put(record, p, f.now())
	return newAnswer(http.StatusOK, jsonType, f.renderProcess(record, commandShown))
}

type korifiPatchBody struct {
	command, kind, endpoint    *string
	timeout, invocationTimeout *int64
	labels, annotations        metadataChange
}

func readKorifiPatch(o object) (*korifiPatchBody, *answer) {
	patch := &korifiPatchBody{}
	if refused := korifiUnknown(o, "command", "health_check", "metadata"); refused != nil {
		return nil, refused
	}
	var health, data, metadata object
	steps := []func() *answer{
		func() *answer { return korifiField(o, "command", "Command", "string", &patch.command) },
		func() *answer { return korifiField(o, "health_check", "Health_check", "payloads.HealthCheck", &health) },
		func() *answer { return korifiUnknown(health, "type", "data") },
		func() *answer { return korifiField(health, "type", "Health_check.type", "string", &patch.kind) },
		func() *answer { return korifiField(health, "data", "Health_check.data", "payloads.Data", &data) },
		func() *answer { return korifiUnknown(data, "timeout", "invocation_timeout", "endpoint") },
		func() *answer { return korifiInt32(data, "timeout", "Health_check.data.timeout", &patch.timeout) },
		func() *answer {
			return korifiInt32(data, "invocation_timeout", "Health_check.data.invocation_timeout", &patch.invocationTimeout)
		},
		func() *answer {
			return korifiField(data, "endpoint", "Health_check.data.endpoint", "string", &patch.endpoint)
		},
		func() *answer { return korifiField(o, "metadata", "Metadata", "payloads.MetadataPatch", &metadata) },
		func() *answer { return korifiUnknown(metadata, "labels", "annotations") },
		func() *answer { return korifiField(metadata, "labels", "Metadata.labels", "string", &patch.labels) },
		func() *answer {
			return korifiField(metadata, "annotations", "Metadata.annotations", "string", &patch.annotations)
		},
		func() *answer { return korifiMetadataError(patch) },
	}
	for _, step := range steps {
		if refused := step(); refused != nil {
			return nil, refused
		}
	}
	return patch, nil
}

// korifiField reads a field; null means that it is not there.
func korifiField[T any](o object, key, title, kind string, into *T) *answer {
	raw, present := o[key]
	if !present || isNull(raw) {
		return nil
	}
	if json.Unmarshal(raw, into) != nil {
		return unprocessable(title + " must be a " + kind)
	}
	return nil
}

func korifiInt32(o object, key, title string, into **int64) *answer {
	var n *int32
	if refused := korifiField(o, key, title, "int32", &n); refused != nil || n == nil {
		return refused
	}
	*into = Ptr(int64(*n))
	return nil
}

func korifiMetadataError(patch *korifiPatchBody) *answer {
	const (
		key = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
		val = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
	)
	var problems []string
	invalid := func(where, value, why string) {
		problems = append(problems, "metadata."+where+" is invalid: Invalid value: "+strconv.Quote(value)+": "+why)
	}
	for _, part := range []struct {
		where  string
		change metadataChange
	}{{"labels", patch.labels}, {"annotations", patch.annotations}} {
		for _, name := range sortedKeys(part.change) {
			_, word, prefixed := strings.Cut(name, "/")
			if !prefixed {
				word = name
			}
			if wordError(word) != "" || word == "" {
				invalid(part.where, name, key)
			}
			value := part.change[name]
			switch {
			case part.where != "labels" || value == nil:
			case len(*value) > 63:
				invalid(part.where, *value, "must be no more than 63 bytes")
			case labelValueError(*value) != "":
				invalid(part.where, *value, val)
			}
		}
	}
	return korifiProblems(problems)
}

// korifiProblems tells all problems in one error, sorted as Korifi sorts them;
// nil where there are none.
func korifiProblems(problems []string) *answer {
	if len(problems) == 0 {
		return nil
	}
	sort.Strings(problems)
	return unprocessable(strings.Join(problems, ", "))
}

// health changes what is named; zero values are kept and shown as defaults.
func (patch *korifiPatchBody) health(h *korifiHealth) {
	if patch.kind != nil {
		h.kind = *patch.kind
		if h.kind == "" {
			h.kind = "port"
		}
	}
	if patch.timeout != nil {
		h.timeout = *patch.timeout
	}
	if patch.invocationTimeout != nil {
		h.invocationTimeout = *patch.invocationTimeout
	}
	if patch.endpoint != nil {
		h.endpoint = *patch.endpoint
	}
}

func (f *Foundation) korifiScale(c *call) *answer {
	o, refused := korifiObject(c.body, "ProcessScale")
	if refused != nil {
		return refused
	}
	if unknown := korifiUnknown(o, "instances", "memory_in_mb", "disk_in_mb"); unknown != nil {
		return unknown
	}
	var instances, memory, disk *int64
	for _, field := range []struct {
		key, title string
		into       **int64
	}{{"instances", "Instances", &instances}, {"memory_in_mb", "Memory_in_mb", &memory}, {"disk_in_mb", "Disk_in_mb", &disk}} {
		if wrong := korifiInt32(o, field.key, field.title, field.into); wrong != nil {
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
	if wrong := korifiProblems(problems); wrong != nil {
		return wrong
	}
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, refused := f.korifiMayWrite(c)
	if refused != nil {
		return refused
	}
	p := record.clone()
	if instances != nil {
		p.Instances = *instances
	}
	if memory != nil {
		p.MemoryInMB = orDefault(*memory)
	}
	if disk != nil {
		p.DiskInMB = orDefault(*disk)
	}
	p.UpdatedAt = f.second()
	f.state.put(record, p, f.now())
	return newAnswer(http.StatusOK, jsonType, f.renderProcess(record, commandShown))
}

// orDefault: Korifi takes 0 for "not said" and fills its default in.
func orDefault(megabytes int64) int64 {
	if megabytes == 0 {
		return 1024
	}
	return megabytes
}

// korifiTerminate has Korifi's own way with indexes: it looks for pods by a
// part of their name, so -1 finds instance 1, and 1 finds 10 and 11 as well.
func (f *Foundation) korifiTerminate(c *call) *answer {
	f.state.mu.Lock()
	defer f.state.mu.Unlock()
	record, missing := f.find(c)
	if missing != nil {
		return missing
	}
	switch c.who.role {
	case SpaceAuditor:
		return f.notFound("Process")
	case SpaceManager:
		return f.notFound("Pod")
	}
	if !c.who.writes() {
		return notAuthorized()
	}
	text := c.segments[len(c.segments)-1]
	index, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil:
		return unknownError()
	case strings.HasPrefix(text, "+"):
		return f.notFound("Pod")
	case index >= int64(len(record.instances)):
		return f.notFound("Instance " + text + " of process " + record.Type)
	case index > 0 && index*10 < int64(len(record.instances)):
		return unprocessable("multiple pods found")
	}
	if index < 0 {
		index = -index
	}
	if index >= int64(len(record.instances)) {
		return f.notFound("Pod")
	}
	f.terminate(record, int(index))
	return newAnswer(http.StatusNoContent, "", nil)
}
