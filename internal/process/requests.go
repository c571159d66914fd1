package process

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// requests change a process to what the configuration sets. They carry only the
// differences.
type requests struct {
	update capi.ProcessUpdate
	scale  capi.ProcessScale
}

// resettable is a text of a process that "" resets to its default. Once reset, it
// is not sent again: the API then shows the default.
func resettable(name, description string, s field.Setting, get func(*capi.Process) *string, request func(*requests) *capi.Field[string]) attribute[capi.Process, requests] {
	a := text(name, description, s, get, request)
	a.write = func(config, prior field.Attributes, p *capi.Process, c *requests) {
		current, hidden := get(p), name == "command" && p.CommandRedacted
		before, had := prior.Text(name)
		wanted, set := config.Text(name)
		switch {
		case !set:
		case wanted != "":
			if hidden && before != "" {
				// The last known value of a hidden command is the one in the state.
				current = &before
			}
			*request(c) = changed(&wanted, current)
		case had && before == "":
			// It was reset before.
		case hidden || current != nil && *current != "":
			*request(c) = capi.Null[string]()
		}
	}
	return a
}

// metadataMap is a map of labels or annotations. When it is set, it is the whole
// map, except for the platform's own keys.
func metadataMap(name, description string, rules metadataRules, get func(*capi.Metadata) map[string]*string, request func(*capi.MetadataUpdate) *map[string]capi.Field[string]) attribute[capi.Metadata, capi.MetadataUpdate] {
	return attribute[capi.Metadata, capi.MetadataUpdate]{
		Field: field.StringMap(name, description, get).In(field.Setting{
			Optional: true, Maps: []validator.Map{rules},
			Note: "If you set it, this is the whole map: other keys are removed. The platform's own keys " +
				"(`korifi.cloudfoundry.org/…`) are left out and never changed.",
		}),
		write: func(config, _ field.Attributes, current *capi.Metadata, u *capi.MetadataUpdate) {
			*request(u) = metadataChanges(config, name, get(current))
		},
		refused: rules.refused,
	}
}

// metadataChanges are the keys to set and the keys to remove.
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
