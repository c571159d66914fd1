package process

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// Limits of the API for texts, in characters.
const (
	maxCommandLength  = 4096
	maxUserLength     = 255
	maxEndpointLength = 255
)

// checkTypes are the types of a health check that the API takes.
var checkTypes = oneOf("port", "process", "http")

// checkTypeRule refuses a type that no process has. Old processes have "none", which
// the plan checks (see refusesCheckType).
var checkTypeRule = checked{checkTypes.description, func(s string) error {
	if s == "none" {
		return nil
	}
	return checkTypes.check(s)
}}

// situation is the part of a process that decides which values the API refuses.
type situation struct {
	// current are the attributes of the process; nil where it is not known.
	current field.Attributes
	// korifi is set where the process runs on Korifi.
	korifi bool
}

// refusesCommand returns why the API refuses a start command.
func refusesCommand(s string) error { return refusesText(s, maxCommandLength, "command") }

// refusesUser returns why the API refuses a user.
func refusesUser(s string) error { return refusesText(s, maxUserLength, "user") }

func refusesText(s string, most int, noun string) error {
	if s != "" && strings.TrimSpace(s) == "" {
		return fmt.Errorf("is blank, and the API takes it as none. Set a %s, or \"\" to reset it to the default", noun)
	}
	return refusesLength(s, most)
}

func refusesLength(s string, most int) error {
	if n := utf8.RuneCountInString(s); n > most {
		return fmt.Errorf("must have at most %d characters, but has %d", most, n)
	}
	return nil
}

// refusesEndpoint returns why the API refuses the endpoint of a health check.
func refusesEndpoint(s string) error {
	if !endpointPattern.MatchString(s) {
		return errors.New(`must be a path such as "/health": it begins with one "/" and has no spaces`)
	}
	return refusesLength(s, maxEndpointLength)
}

// refusesCheckType returns why the API refuses the type of a health check.
func refusesCheckType(s string) error {
	if s == "none" {
		return errors.New(`cannot be set to "none", which only old processes have. Use "port", "process" or "http"`)
	}
	return nil
}

// maxAnnotationBytes bounds the annotations of a process on Korifi, keys and values
// together: it is a limit of Kubernetes (internal/capi/README.md#kubernetes-metadata).
const maxAnnotationBytes = 256 << 10

// refused returns the errors for the keys that belong to the platform on Cloud
// Controller, and for what Kubernetes refuses on Korifi
// (internal/capi/README.md#kubernetes-metadata).
func (r metadataRules) refused(entries field.Attributes, s situation, at path.Path) diag.Diagnostics {
	var diags diag.Diagnostics
	size := 0
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		text, _ := entries.Text(key)
		size += len(key) + len(text)
		if _, has := s.current[key]; has {
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
		fmt.Sprintf("%q cannot be a key of %ss: %s.", shorten(key), r.noun, reason))
}

// endpointPattern matches what the API takes as the path of an http check, with
// "?", "#" and "%zz" as well, but not "//x" (internal/capi/README.md#endpoints).
var endpointPattern = regexp.MustCompile(`^/([^\s/]\S*)?$`)
