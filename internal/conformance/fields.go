package main

import (
	"reflect"
	"strings"
	"sync"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// readFields are the paths that the provider reads, by kind of document. They are
// derived from the types of its client, so that new fields are included.
var readFields = sync.OnceValue(func() map[kind]map[string]bool {
	out := map[kind]map[string]bool{}
	for kind, document := range map[kind]any{
		process: capi.Process{}, stats: capi.InstanceStats{}, instances: capi.ProcessInstance{}, sidecar: capi.Sidecar{},
		app: capi.App{}, deployment: capi.Deployment{},
	} {
		out[kind] = map[string]bool{}
		addFields(out[kind], "", reflect.TypeOf(document))
	}
	// The client reads these paths with unexported types.
	for kind, paths := range map[kind][]string{
		root: {
			"links", "links.login", "links.login.href", "links.uaa", "links.uaa.href", "links.cloud_controller_v3",
			"links.cloud_controller_v3.href", "links.cloud_controller_v3.meta", "links.cloud_controller_v3.meta.version", "cf_on_k8s",
		},
		app:          {"name", "state", "relationships", "relationships.space", "relationships.space.data", "relationships.space.data.guid"},
		space:        {"guid", "name", "relationships", "relationships.organization", "relationships.organization.data", "relationships.organization.data.guid"},
		organization: {"guid", "name"},
	} {
		if out[kind] == nil {
			out[kind] = map[string]bool{}
		}
		for _, path := range paths {
			out[kind][path] = true
		}
	}
	return out
})

// everyKey matches any key of a map.
const everyKey = "*"

func addFields(into map[string]bool, prefix string, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		into[prefix+"[]"] = true
		addFields(into, prefix+"[]", t.Elem())
	case reflect.Map:
		path := prefix + "." + everyKey
		into[path] = true
		addFields(into, path, t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			path := strings.TrimPrefix(prefix+"."+name, ".")
			into[path] = true
			addFields(into, path, t.Field(i).Type)
		}
	default:
	}
}

// pageFields are the paths that the provider reads of every page.
var pageFields = map[string]bool{
	"resources": true, "resources[]": true, "pagination": true, "pagination.total_results": true,
	"pagination.next": true, "pagination.next.href": true, "included": true,
	"errors": true, "errors[]": true, "errors[].code": true, "errors[].title": true, "errors[].detail": true,
}

// isRead reports whether the provider reads a path of a document.
func isRead(k kind, path string) bool {
	if pageFields[path] {
		return true
	}
	path = strings.TrimPrefix(path, "resources[].")
	for _, included := range []struct {
		prefix string
		kind   kind
	}{{"included.spaces[].", space}, {"included.organizations[].", organization}} {
		if rest, found := strings.CutPrefix(path, included.prefix); found {
			k, path = included.kind, rest
		}
	}
	known := readFields()[k]
	if known[path] {
		return true
	}
	// A key of a map: links.self.href, metadata.labels.team.
	for pattern := range known {
		before, after, isMap := strings.Cut(pattern, everyKey)
		if rest, found := strings.CutPrefix(path, before); isMap && found && rest != "" && strings.HasSuffix(rest, after) {
			return true
		}
	}
	return false
}
