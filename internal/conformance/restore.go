package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// The fields that the writing half changes, by the request that sets them.
var (
	patched = []string{"command", "user", "health_check", "readiness_health_check", "metadata"}
	scaled  = []string{"instances", "memory_in_mb", "disk_in_mb", "log_rate_limit_in_bytes_per_second"}
)

// original is a process before the writing half, with the means to restore it.
type original struct {
	*comparedProcess
	flavor fakecf.Flavor
}

// learn finds out which effective values of the process were set, and which are
// defaults of the droplet or the platform: it resets command and user, reads the
// defaults, and restores both.
func (o *original) learn(ctx context.Context, s *side) error {
	o.explicit = map[string]*string{}
	for _, field := range []string{"command", "user"} {
		before, isText := o.fields[field].(string)
		if !isText && o.fields[field] != nil || !(&comparedApp{target: o.comparedProcess}).canRestore(field) {
			continue
		}
		if isText {
			o.explicit[field] = &before // until the default is known
		}
		err := o.change(ctx, s, http.MethodPatch, "", map[string]any{field: o.reset(nil)})
		var refused *refusedError
		switch {
		case errors.As(err, &refused) && (refused.status == http.StatusForbidden || refused.status == http.StatusNotFound):
			return errMayNotWrite
		case err != nil:
			return fmt.Errorf("finding the default of %s: %w", field, err)
		}
		var now comparedProcess
		if err := now.read(ctx, s, o.GUID); err != nil {
			return err
		}
		if reflect.DeepEqual(now.fields[field], o.fields[field]) {
			o.explicit[field] = nil
		}
		if detected, known := now.fields[field].(string); known && detected != "" && field == "command" {
			o.detected = &detected
		}
	}
	return o.restore(ctx, s)
}

// errMayNotWrite is a credential that may not change the process. Its writes are
// still compared: both sides refuse all of them.
var errMayNotWrite = errors.New("this credential may not change the process")

// refusedError is a change that the server refused.
type refusedError struct {
	status int
	text   string
}

func (e *refusedError) Error() string { return e.text }

// reset is the value of a text for a PATCH: Korifi resets a command with "", Cloud
// Controller with null.
func (o *original) reset(value *string) any {
	switch {
	case value != nil:
		return *value
	case o.flavor == fakecf.Korifi:
		return ""
	default:
		return nil
	}
}

// restore reverts the fields that differ, and reads the process again to verify it.
// The status of a write is not enough: a change that the runtime did not apply is
// stored all the same.
func (o *original) restore(ctx context.Context, s *side) error {
	var failed error
	for range 3 {
		var now comparedProcess
		if err := now.read(ctx, s, o.GUID); err != nil {
			return err
		}
		differing := o.differing(&now)
		if len(differing) == 0 {
			return nil
		}
		failed = errors.Join(
			o.change(ctx, s, http.MethodPatch, "", o.body(&now, differing, patched)),
			o.change(ctx, s, http.MethodPost, "/actions/scale", o.body(&now, differing, scaled)),
		)
	}
	var now comparedProcess
	if err := now.read(ctx, s, o.GUID); err != nil {
		return err
	}
	if differing := o.differing(&now); len(differing) > 0 {
		return errors.Join(fmt.Errorf("on %s, %s of the process %s are not as they were", s.name, strings.Join(differing, ", "), o.GUID), failed)
	}
	return nil
}

// differing returns the fields that are not as before.
func (o *original) differing(now *comparedProcess) []string {
	var out []string
	for _, field := range slices.Concat(patched, scaled) {
		before, after := o.fields[field], now.fields[field]
		if field == "metadata" {
			before, after = own(before), own(after)
		}
		if !reflect.DeepEqual(before, after) {
			out = append(out, field)
		}
	}
	return out
}

// own returns metadata without the keys that the server sets.
func own(metadata any) any {
	out := map[string]map[string]any{}
	object, _ := metadata.(map[string]any) // absent and null do not have pairs
	for _, part := range []string{"labels", "annotations"} {
		pairs, _ := object[part].(map[string]any)
		out[part] = maps.Clone(pairs)
		maps.DeleteFunc(out[part], func(key string, _ any) bool { return strings.HasPrefix(key, serverKey) })
		if len(out[part]) == 0 {
			out[part] = nil
		}
	}
	return out
}

// body is the body that restores the differing fields, or nil if there are none.
func (o *original) body(now *comparedProcess, differing, settable []string) map[string]any {
	body := map[string]any{}
	for _, field := range settable {
		if !slices.Contains(differing, field) {
			continue
		}
		switch field {
		case "command", "user":
			body[field] = o.reset(o.explicit[field])
		case "metadata":
			body[field] = metadataChange(o.fields[field], now.fields[field])
		case "health_check", "readiness_health_check":
			body[field] = o.healthCheck(field)
		default:
			body[field] = o.fields[field]
		}
	}
	if len(body) == 0 {
		return nil
	}
	return body
}

// healthCheck is the check of before for a PATCH. Korifi ignores null, resets a
// value with 0, and keeps values that it hides for another type.
func (o *original) healthCheck(field string) any {
	check, _ := o.fields[field].(map[string]any) // canRestore has checked it
	shown, _ := check["data"].(map[string]any)   // nil for null and absent
	data := maps.Clone(shown)
	if o.flavor == fakecf.Korifi {
		data = map[string]any{"timeout": 0, "invocation_timeout": 0, "endpoint": ""}
		for key, value := range shown {
			if value != nil {
				data[key] = value
			}
		}
	}
	return map[string]any{"type": check["type"], "data": data}
}

// metadataChange removes the keys that were added and sets the others.
func metadataChange(before, after any) map[string]any {
	change := map[string]any{}
	was, is := own(before), own(after)
	from, _ := was.(map[string]map[string]any) // the type that own returns
	to, _ := is.(map[string]map[string]any)
	for _, part := range []string{"labels", "annotations"} {
		pairs := map[string]any{}
		for key := range to[part] {
			pairs[key] = nil
		}
		maps.Copy(pairs, from[part])
		change[part] = pairs
	}
	return change
}

// change sends a change of the process, unless the body is nil.
func (o *original) change(ctx context.Context, s *side, method, action string, body map[string]any) error {
	if body == nil {
		return nil
	}
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	target := "/v3/processes/" + o.GUID + action
	a, err := s.send(ctx, request{kind: process, method: method, target: target, body: string(content)})
	switch {
	case err != nil:
		return err
	case !a.ok():
		return &refusedError{a.status, fmt.Sprintf("%s %s: %s answers %s", method, target, s.name, outcomeOf(a).describe(s))}
	}
	return nil
}
