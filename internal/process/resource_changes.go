package process

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// requests make a process what the configuration sets. They
// carry what differs and nothing else.
type requests struct {
	update capi.ProcessUpdate
	scale  capi.ProcessScale
}

// changesFor compares the configuration with the process as it is now. prior is
// the state before; nil while the process is adopted.
func changesFor(config, prior field.Attributes, p *capi.Process) requests {
	var c requests
	processTable.write(config, prior, p, &c)
	if p.OnKorifi() && c.update.Command.IsNull() {
		// There, null means "leave as is" and "" resets the command.
		c.update.Command = capi.Set("")
	}
	return c
}

// replacesInstances reports whether the requests make the platform replace
// the instances: what Kubernetes has in a pod is never changed, so Korifi rolls
// the pods (README.md#rollouts).
func (c requests) replacesInstances(p *capi.Process) bool {
	return p.OnKorifi() && (!c.update.Command.IsZero() || !c.update.HealthCheck.IsZero() ||
		!c.scale.MemoryInMB.IsZero() || !c.scale.DiskInMB.IsZero())
}

// resettable is a text of a process that "" resets to its default. Once reset, it
// is not sent again: the API then shows the default.
func resettable(name, description string, s field.Setting, get func(*capi.Process) *string, request func(*requests) *capi.Field[string]) attribute[capi.Process, requests] {
	a := text(name, description, s, get, request)
	send := a.write
	a.write = func(config, prior field.Attributes, p *capi.Process, c *requests) {
		current, hidden := get(p), name == "command" && p.CommandRedacted
		before, had := prior.Text(name)
		wanted, set := config.Text(name)
		switch {
		case !set:
		case hidden && wanted != "":
			// The last known value of a hidden command is the one in the state.
			if had && before != "" {
				current = &before
			}
			*request(c) = changed(&wanted, current)
		case wanted != "":
			send(config, prior, p, c)
		case had && before == "":
			// It was reset before.
		case hidden || current != nil && *current != "":
			*request(c) = capi.Null[string]()
		}
	}
	return a
}

// metadataMap is a map of labels or annotations. When it is set, it is the whole
// map, but for the platform's own keys.
func metadataMap(name, description string, rules metadataRules, get func(*capi.Metadata) map[string]*string, request func(*capi.MetadataUpdate) *map[string]capi.Field[string]) attribute[capi.Metadata, capi.MetadataUpdate] {
	return attribute[capi.Metadata, capi.MetadataUpdate]{
		Field: field.StringMap(name, description, get).In(field.Setting{
			Optional: true, Maps: []validator.Map{rules},
			Note: "When set, this is the whole map: keys that are not in it are removed. The platform's own keys " +
				"(`korifi.cloudfoundry.org/…`) are left out and never changed.",
		}),
		write: func(config, _ field.Attributes, current *capi.Metadata, u *capi.MetadataUpdate) {
			*request(u) = metadataChanges(config, name, get(current))
		},
		nestedRefused: rules.refused,
	}
}

// metadataChanges are the keys to set and the keys to remove: the configured
// map is the whole of it, but for the platform's own keys.
func metadataChanges(config field.Attributes, name string, current map[string]*string) map[string]capi.Field[string] {
	wanted, set := config.TextMap(name)
	if !set {
		return nil
	}
	fields := make(map[string]capi.Field[string])
	for key, value := range wanted {
		if field := changed(&value, current[key]); !field.IsZero() {
			fields[key] = field
		}
	}
	for key := range current {
		if _, keep := wanted[key]; !keep && !platformKey(key) {
			fields[key] = capi.Null[string]()
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

// platformKey reports whether a label or annotation belongs to the platform,
// which puts it back whenever it is removed.
func platformKey(key string) bool { return strings.HasPrefix(key, capi.KorifiMetadataPrefix) }

// managedMetadataValue is the metadata without the platform's own keys, as the
// resource shows it.
func managedMetadataValue(m *capi.Metadata) tftypes.Value {
	if m == nil {
		return metadata.Value(nil)
	}
	return metadata.Value(&capi.Metadata{Labels: managedKeys(m.Labels), Annotations: managedKeys(m.Annotations)})
}

func managedKeys(all map[string]*string) map[string]*string {
	if all == nil {
		return nil
	}
	managed := make(map[string]*string, len(all))
	for key, value := range all {
		if !platformKey(key) {
			managed[key] = value
		}
	}
	return managed
}

// notOnKorifi is the error for an attribute that is set and does not exist there.
func notOnKorifi(at path.Path) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Not available on this foundation",
		fmt.Sprintf("The process runs on Korifi, whose API does not have %s. Leave it out.", at))
}

// lackingOnKorifi are the errors for what is set but does not exist there.
// checkType is the type of the health check that the process has or will have.
func lackingOnKorifi(config field.Attributes, checkType string) diag.Diagnostics {
	diags := processTable.lackingOnKorifi(config, path.Empty())
	if checkType == "process" && config.Child("health_check").Child("data").IsKnown("invocation_timeout") {
		diags.AddAttributeError(path.Root("health_check").AtName("data").AtName("invocation_timeout"),
			"Not available on this foundation",
			"The process runs on Korifi, where a health check of type \"process\" has no invocation_timeout. "+
				"Leave it out, or use the type \"port\" or \"http\".")
	}
	return diags
}

// checkAgainst refuses what the process, now that it is known, does not allow: a
// contradictory address, an attribute that the foundation lacks, a value that the
// API would refuse. prior is the state before, nil while the process is adopted.
func checkAgainst(config, prior field.Attributes, p *capi.Process) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, part := range []struct {
		name   string
		actual *string
	}{{"app_guid", p.AppGUID()}, {"type", p.Type}} {
		wanted, set := config.Text(part.name)
		if set && part.actual != nil && !strings.EqualFold(wanted, *part.actual) {
			diags.AddAttributeError(path.Root(part.name), "Contradictory address",
				fmt.Sprintf("The process %s has %s %q, but the configuration has %q. Set only guid, or only app_guid and type.",
					p.GUID, part.name, *part.actual, wanted))
		}
	}
	diags.Append(situationOf(p, prior).check(config)...)
	return diags
}
