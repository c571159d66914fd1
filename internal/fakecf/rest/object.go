package rest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Object is a JSON object of a request. Keys that are present matter, even with
// null.
type Object map[string]json.RawMessage

// IsNull reports whether a JSON value is null.
func IsNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// SortedKeys returns the keys of a map in order.
func SortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Edit omits and replaces parts of a JSON object. A key is a path of names joined
// by dots.
func Edit(object []byte, omit []string, override map[string]json.RawMessage) []byte {
	if len(omit) == 0 && len(override) == 0 {
		return object
	}
	var root map[string]any
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		panic("fakecf: " + err.Error())
	}
	for _, path := range omit {
		if parent, name := descend(root, path); parent != nil {
			delete(parent, name)
		}
	}
	for _, path := range SortedKeys(override) {
		if parent, name := descend(root, path); parent != nil {
			parent[name] = override[path]
		}
	}
	return Marshal(root)
}

// descend finds the object that holds the last name of a path.
func descend(root map[string]any, path string) (parent map[string]any, name string) {
	names := strings.Split(path, ".")
	for _, step := range names[:len(names)-1] {
		next, ok := root[step].(map[string]any)
		if !ok {
			return nil, ""
		}
		root = next
	}
	return root, names[len(names)-1]
}
