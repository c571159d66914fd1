package process

import (
	"bytes"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// packer writes processes in the form in which the plugin protocol carries
// values, MessagePack, without making Terraform values of them first: these
// cost several times as much as everything else about a process. What it
// writes is byte for byte what tftypes makes of attributeValues, but for the
// order of a map's entries, which the tests hold it to; the attributes of an
// object therefore come in the order of their names.
type packer struct {
	*msgpack.Encoder
	buffer bytes.Buffer
	// err is the first error; the methods do nothing after it.
	err error
}

const (
	// usual is what a process takes as a rule, in bytes.
	usual = 2 << 10
	// maxUsual bounds what the others are expected to take by the first one.
	maxUsual = 2 * usual
)

func newPacker() *packer {
	p := &packer{}
	p.buffer.Grow(usual)
	p.Encoder = msgpack.NewEncoder(&p.buffer)
	return p
}

// state is what was written, or a diagnostic.
func (p *packer) state(diags diag.Diagnostics) ([]byte, diag.Diagnostics) {
	if p.err != nil {
		diags.AddError("Could not encode the state", p.err.Error()+". This is a bug of the provider.")
		return nil, diags
	}
	return p.buffer.Bytes(), diags
}

func (p *packer) note(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *packer) object(attributes int) { p.note(p.EncodeMapLen(attributes)) }
func (p *packer) key(name string)       { p.note(p.EncodeString(name)) }
func (p *packer) null()                 { p.note(p.EncodeNil()) }

func (p *packer) text(name string, s *string) {
	p.key(name)
	p.textOrNull(s)
}

func (p *packer) textOrNull(s *string) {
	if s == nil {
		p.null()
		return
	}
	p.note(p.EncodeString(*s))
}

func (p *packer) number(name string, n *int64) {
	p.key(name)
	if n == nil {
		p.null()
		return
	}
	p.note(p.EncodeInt(*n))
}

// value writes a value of Terraform's own making, as it is in a configuration.
func (p *packer) value(t tftypes.Type, v tftypes.Value) {
	b, err := v.MarshalMsgPack(t) //nolint:staticcheck // tfprotov6.NewDynamicValue is this and nothing else
	if err != nil {
		p.note(err)
		return
	}
	p.buffer.Write(b)
}

// list writes the state of a list: its configuration, and the processes as the
// attribute of that name. Each process is forgotten once it is written, for
// there can be tens of thousands.
func (p *packer) list(config tftypes.Value, name string, processes []*capi.Process, byApp map[string]capi.AppNames) {
	kind, _ := config.Type().(tftypes.Object)
	arguments := objectOf(config)
	p.object(len(kind.AttributeTypes))
	for _, attribute := range slices.Sorted(maps.Keys(kind.AttributeTypes)) {
		p.key(attribute)
		if attribute != name {
			p.value(kind.AttributeTypes[attribute], arguments[attribute])
			continue
		}
		p.note(p.EncodeArrayLen(len(processes)))
		for i, process := range processes {
			before := p.buffer.Len()
			p.listed(process, byApp)
			processes[i] = nil
			if i == 0 {
				// Most are about as long as the first one, unless that is a giant.
				// Growing step by step would need twice the room at the end.
				p.buffer.Grow(min(p.buffer.Len()-before, maxUsual) * len(processes) * 9 / 8)
			}
		}
	}
}

// listed writes a process of a list, as listedValue does.
func (p *packer) listed(process *capi.Process, byApp map[string]capi.AppNames) {
	var names capi.AppNames
	if app := process.AppGUID(); app != nil {
		names = byApp[*app]
	}
	p.process(process, &names)
}

// process writes a process with its names; names are nil for one that is not in
// a list.
func (p *packer) process(process *capi.Process, names *capi.AppNames) {
	if names == nil {
		p.object(len(processType.AttributeTypes))
	} else {
		p.object(len(listedProcessType.AttributeTypes))
	}
	p.text("app_guid", process.AppGUID())
	if names != nil {
		p.text("app_name", (*string)(names.App))
	}
	p.text("command", process.Command)
	p.key("command_redacted")
	p.note(p.EncodeBool(process.CommandRedacted))
	p.text("created_at", process.CreatedAt)
	p.number("disk_in_mb", process.DiskInMB)
	p.text("guid", &process.GUID)
	p.healthCheck("health_check", process.HealthCheck)
	p.number("instances", process.Instances)
	p.links("links", process.Links)
	p.number("log_rate_limit_in_bytes_per_second", process.LogRateLimitInBytesPerSecond)
	p.number("memory_in_mb", process.MemoryInMB)
	p.metadata("metadata", process.Metadata)
	if names != nil {
		p.text("organization_guid", names.OrganizationGUID)
		p.text("organization_name", (*string)(names.Organization))
	}
	p.healthCheck("readiness_health_check", process.ReadinessHealthCheck)
	p.text("registry_credential_last_synced_at", process.RegistryCredentialLastSyncedAt)
	p.relationships("relationships", process.Relationships)
	p.text("space_guid", process.SpaceGUID())
	if names != nil {
		p.text("space_name", (*string)(names.Space))
	}
	p.text("type", process.Type)
	p.text("updated_at", process.UpdatedAt)
	p.text("user", process.User)
	p.text("version", process.Version)
}

func (p *packer) healthCheck(name string, check *capi.HealthCheck) {
	p.key(name)
	if check == nil {
		p.null()
		return
	}
	p.object(2)
	p.key("data")
	if data := check.Data; data == nil {
		p.null()
	} else {
		p.object(4)
		p.text("endpoint", data.Endpoint)
		p.number("interval", data.Interval)
		p.number("invocation_timeout", data.InvocationTimeout)
		p.number("timeout", data.Timeout)
	}
	p.text("type", check.Type)
}

func (p *packer) relationships(name string, r *capi.Relationships) {
	p.key(name)
	if r == nil {
		p.null()
		return
	}
	p.object(3)
	p.relationship("app", r.App)
	p.relationship("registry_credential", r.RegistryCredential)
	p.relationship("revision", r.Revision)
}

func (p *packer) relationship(name string, r *capi.Relationship) {
	p.key(name)
	if r == nil {
		p.null()
		return
	}
	p.object(1)
	p.key("data")
	if r.Data == nil {
		p.null()
		return
	}
	p.object(1)
	p.text("guid", r.Data.GUID)
}

func (p *packer) metadata(name string, m *capi.Metadata) {
	p.key(name)
	if m == nil {
		p.null()
		return
	}
	p.object(2)
	p.texts("annotations", m.Annotations)
	p.texts("labels", m.Labels)
}

func (p *packer) texts(name string, texts map[string]*string) {
	p.key(name)
	if texts == nil {
		p.null()
		return
	}
	p.object(len(texts))
	for key, text := range texts {
		p.text(key, text)
	}
}

func (p *packer) links(name string, links capi.Links) {
	p.key(name)
	if links == nil {
		p.null()
		return
	}
	p.object(len(links))
	for key, link := range links {
		p.key(key)
		if link == nil {
			p.null()
			continue
		}
		p.object(2)
		p.text("href", link.Href)
		p.text("method", link.Method)
	}
}
