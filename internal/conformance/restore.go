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

// original is a process before the writing half, and how to bring it back.
type original struct {
	*playedProcess
	flavor fakecf.Flavor
}

// learn finds out which of the effective values of the process are its own, and
// which follow from the droplet or the platform: it resets command and user, looks
// at the defaults, and puts back what it reset.
func (o *original) learn(ctx context.Context, s *side) error {
	o.explicit = map[string]*string{}
	for _, field := range []string{"command", "user"} {
		before, isText := o.fields[field].(string)
		if !isText && o.fields[field] != nil || !(&playedApp{target: o.playedProcess}).canRestore(field) {
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
		var now playedProcess
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
// compared nevertheless: all of them are refused.
var errMayNotWrite = errors.New("this credential may not change the process")

// refusedError is a change that the server refused.
type refusedError struct {
	status int
	text   string
}

func (e *refusedError) Error() string { return e.text }

// reset is the value that stands for a text in a PATCH: Korifi resets a command
// with "", Cloud Controller with null.
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

// restore puts back what differs, and reads again whether it is as it was. A
// change that the runtime did not carry out is stored nevertheless, so that the
// status of a write says little.
func (o *original) restore(ctx context.Context, s *side) error {
	var failed error
	for range 3 {
		var now playedProcess
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
	var now playedProcess
	if err := now.read(ctx, s, o.GUID); err != nil {
		return err
	}
	if differing := o.differing(&now); len(differing) > 0 {
		return errors.Join(fmt.Errorf("on %s, %s of the process %s are not as they were", s.name, strings.Join(differing, ", "), o.GUID), failed)
	}
	return nil
}

// differing names the fields that are not as they were.
func (o *original) differing(now *playedProcess) []string {
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

// own is metadata without the keys of the server.
func own(metadata any) any {
	out := map[string]map[string]any{}
	object, _ := metadata.(map[string]any) // absent and null have no pairs
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

// body is the request that brings the differing fields back, nil for none.
func (o *original) body(now *playedProcess, differing, settable []string) map[string]any {
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

// healthCheck is the check as it was, as a PATCH takes it. Korifi leaves what is
// null, takes 0 for none, and keeps what its answer hides for another type.
func (o *original) healthCheck(field string) any {
	check, _ := o.fields[field].(map[string]any) // canRestore has looked
	shown, _ := check["data"].(map[string]any)   // null and absent have none
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
	from, _ := was.(map[string]map[string]any) // own returns nothing else
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

// change sends a change of the process; a nil body sends nothing.
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
