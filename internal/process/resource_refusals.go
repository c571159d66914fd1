package process

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// The rules of this file depend on the process, so the validators of the schema
// cannot apply them: the API refuses these values in a request, but a process can
// have them (internal/capi/README.md#has-anyway). Then they are in a configuration that
// Terraform generated, and are not sent. The plan checks them against the state, the apply against the process.

// situation is what a plan or an apply knows about the process.
type situation struct {
	// current are the attributes of the process; nil where it is not known.
	current field.Attributes
	// korifi is set where the process runs on Korifi.
	korifi bool
}

// situationOf returns the situation of a process that was read. A command that the
// API hides is the one in the state before, prior, which can be nil.
func situationOf(p *capi.Process, prior field.Attributes) situation {
	current := resourceValues(p, nil)
	if p.CommandRedacted && prior != nil {
		current["command"] = prior["command"]
	}
	return situation{current: current, korifi: p.OnKorifi()}
}

// check returns the errors for what the API would refuse of the configuration.
func (s situation) check(config field.Attributes) diag.Diagnostics {
	diags := processTable.refused(config, s, path.Empty())
	for _, name := range healthChecks {
		diags.Append(s.checkEndpoint(name, config.Child(name))...)
	}
	if s.korifi {
		processType, set := config.Child("health_check").Text("type")
		if !set {
			processType, _ = s.current.Child("health_check").Text("type")
		}
		diags.Append(lackingOnKorifi(config, processType)...)
	}
	return diags
}

// healthChecks are the names of the attributes with health checks.
var healthChecks = []string{"health_check", "readiness_health_check"}

// checkEndpoint refuses an endpoint without the type http, and the type http
// without an endpoint (internal/capi/README.md#endpoints).
func (s situation) checkEndpoint(name string, check field.Attributes) diag.Diagnostics {
	var diags diag.Diagnostics
	current := s.current.Child(name)
	at := path.Root(name).AtName("data").AtName("endpoint")
	had, _ := current.Text("type")
	checkType, set := check.Text("type")
	if !set {
		if check.IsSet("type") {
			return nil // unknown
		}
		checkType = had
	}
	data := check.Child("data")
	switch {
	case check.IsSet("data") && !check.IsKnown("data"):
	case data.IsKnown("endpoint"):
		if checkType != "" && checkType != "http" {
			diags.AddAttributeError(at, "Endpoint without http", endpointAdvice(at, checkType))
		}
	case !set || checkType != "http" || data.IsSet("endpoint"):
	case current == nil || had == "http" || current.Child("data").IsSet("endpoint"):
	case s.korifi:
		// There a check that becomes http again has the endpoint that it had before.
	default:
		diags.AddAttributeError(at, "http without an endpoint", fmt.Sprintf("A health check of type \"http\" needs an endpoint: "+
			"neither the configuration nor the process has one. Set %s, to \"/health\" for example.", at))
	}
	return diags
}

// refused returns the errors for the values that the API refuses and that the
// process does not have already.
func (t table[T, U]) refused(config field.Attributes, s situation, parent path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range t.attributes {
		value, at := config[a.Name], parent.AtName(a.Name)
		switch {
		case !config.IsKnown(a.Name) || s.current != nil && value.Equal(s.current[a.Name]):
		case a.refuses != nil:
			text, _ := config.Text(a.Name)
			if reason := a.refuses(text); reason != "" {
				diags.AddAttributeError(at, "Invalid "+at.String(), at.String()+" "+reason)
			}
		case a.nestedRefused != nil:
			diags.Append(a.nestedRefused(value, situation{current: s.current.Child(a.Name), korifi: s.korifi}, at)...)
		}
	}
	return diags
}

// unless is an attribute whose values the API can refuse. The reason completes a
// sentence that begins with the name of the attribute; it is empty for a good value.
func (a attribute[T, U]) unless(reason func(string) string) attribute[T, U] {
	a.refuses = reason
	return a
}

// refusesCommand returns why the API refuses a start command.
func refusesCommand(s string) string {
	return refusesText(s, maxCommandLength, "the API takes it as none. Set a command, or \"\" to reset it to the default.")
}

// refusesUser returns why the API refuses a user.
func refusesUser(s string) string {
	return refusesText(s, maxUserLength, "the API takes it as none. Set a user, or \"\" to reset it to the default.")
}

func refusesText(s string, most int, blank string) string {
	if s != "" && strings.TrimSpace(s) == "" {
		return "is blank, and " + blank
	}
	return refusesLength(s, most)
}

func refusesLength(s string, most int) string {
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Sprintf("must have at most %d characters, but has %d.", most, n)
	}
	return ""
}

// refusesEndpoint returns why the API refuses the endpoint of a health check.
func refusesEndpoint(s string) string {
	if !endpointPattern.MatchString(s) {
		return `must be a path such as "/health": it begins with one "/" and has no spaces.`
	}
	return refusesLength(s, maxEndpointLength)
}

// refusesCheckType returns why the API refuses the type of a health check.
func refusesCheckType(s string) string {
	if s == "none" {
		return `cannot be set to "none", which only old processes have. Use "port", "process" or "http".`
	}
	return ""
}

// maxAnnotationBytes bounds the annotations of a process on Korifi, keys and values
// together: it is a limit of Kubernetes (internal/capi/README.md#kubernetes-metadata).
const maxAnnotationBytes = 256 << 10

// refused returns the errors for the keys that belong to the platform on Cloud
// Controller, and for what Kubernetes refuses on Korifi.
func (r metadataRules) refused(value tftypes.Value, s situation, at path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	entries, current := field.Open(value), s.current
	size := 0
	keys := make([]string, 0, len(entries))
	for key := range entries {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		text, _ := entries.Text(key)
		size += len(key) + len(text)
		if _, has := current[key]; has {
			continue
		}
		prefix, _, prefixed := strings.Cut(key, "/")
		switch {
		case !prefixed:
		case !s.korifi && !strings.Contains(prefix, "."):
			r.invalidKey(&diags, at, key, fmt.Sprintf("the prefix %q is not a DNS name such as \"example.org\"", shorten(prefix)))
		case !s.korifi && strings.EqualFold(prefix, "cloudfoundry.org"):
			r.invalidKey(&diags, at, key, fmt.Sprintf("the prefix %q belongs to the platform", prefix))
		case s.korifi && prefix != strings.ToLower(prefix):
			r.invalidKey(&diags, at, key, fmt.Sprintf("the prefix %q has capital letters, which Korifi does not allow", shorten(prefix)))
		}
	}
	if r.noun == annotationRules.noun && s.korifi && size > maxAnnotationBytes {
		diags.AddAttributeError(at, "Too many annotations", fmt.Sprintf("Korifi stores at most 256 KiB of annotations for a "+
			"process, keys and values together; these have %d KiB.", (size+1023)>>10))
	}
	return diags
}

func (r metadataRules) invalidKey(diags *diag.Diagnostics, at path.Path, key, reason string) {
	diags.AddAttributeError(at.AtMapKey(key), "Invalid "+r.noun+" key",
		fmt.Sprintf("%q cannot be the key of a %s: %s.", shorten(key), r.noun, reason))
}
