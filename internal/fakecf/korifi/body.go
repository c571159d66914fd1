package korifi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// parseObject reads a body. Like Korifi it ignores everything after the first JSON
// value, and refuses unknown keys at every level.
func parseObject(body []byte, kind string) (rest.Object, *rest.Answer) {
	var raw json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&raw); err != nil {
		return nil, rest.ParseError()
	}
	var o rest.Object
	if json.Unmarshal(raw, &o) != nil {
		return nil, rest.Unprocessable(" must be a payloads." + kind)
	}
	return o, nil
}

// onlyKeys refuses unknown keys. Like Go's decoder it ignores the case of known
// ones; it stores them as they are spelled in known.
func onlyKeys(o rest.Object, known ...string) *rest.Answer {
	for _, key := range rest.SortedKeys(o) {
		at := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, key) })
		if at < 0 {
			return rest.Unprocessable(fmt.Sprintf("invalid request body: json: unknown field %q", key))
		}
		value := o[key]
		delete(o, key)
		o[known[at]] = value
	}
	return nil
}

// readField reads a field; null means that it is missing.
func readField[T any](o rest.Object, key, title, kind string, into *T) *rest.Answer {
	raw, present := o[key]
	if !present || rest.IsNull(raw) {
		return nil
	}
	if json.Unmarshal(raw, into) != nil {
		return rest.Unprocessable(title + " must be a " + kind)
	}
	return nil
}

// readInt32 reads a number that Korifi keeps in 32 bits.
func readInt32(o rest.Object, key, title string, into **int64) *rest.Answer {
	var n *int32
	if refused := readField(o, key, title, "int32", &n); refused != nil || n == nil {
		return refused
	}
	*into = state.Ptr(int64(*n))
	return nil
}

// readPairs reads labels or annotations.
func readPairs(o rest.Object, key string, into *rest.Change) *rest.Answer {
	kind := "string"
	if raw, present := o[key]; present && !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		kind = "map[string]*string"
	}
	return readField(o, key, "Metadata."+key, kind, into)
}

// allProblems reports all problems in one error, sorted as Korifi sorts them;
// nil where there are none.
func allProblems(problems []string) *rest.Answer {
	if len(problems) == 0 {
		return nil
	}
	sort.Strings(problems)
	return rest.Unprocessable(strings.Join(problems, ", "))
}
