package korifi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// parseObject reads a body as Korifi does: what follows the first JSON value
// is ignored, unknown keys are refused at every depth.
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

func onlyKeys(o rest.Object, known ...string) *rest.Answer {
	for _, key := range rest.SortedKeys(o) {
		if !slices.Contains(known, key) {
			return rest.Unprocessable(fmt.Sprintf("invalid request body: json: unknown field %q", key))
		}
	}
	return nil
}

// readField reads a field; null stands for a missing one.
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

func readInt32(o rest.Object, key, title string, into **int64) *rest.Answer {
	var n *int32
	if refused := readField(o, key, title, "int32", &n); refused != nil || n == nil {
		return refused
	}
	*into = state.Ptr(int64(*n))
	return nil
}

func metadataError(patch *patchBody) *rest.Answer {
	const (
		key = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
		val = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
	)
	var problems []string
	invalid := func(where, value, why string) {
		problems = append(problems, "metadata."+where+" is invalid: Invalid value: "+strconv.Quote(value)+": "+why)
	}
	for _, part := range []struct {
		where  string
		change rest.Change
	}{{"labels", patch.labels}, {"annotations", patch.annotations}} {
		for _, name := range rest.SortedKeys(part.change) {
			_, word, prefixed := strings.Cut(name, "/")
			if !prefixed {
				word = name
			}
			if rest.WordError(word) != "" || word == "" {
				invalid(part.where, name, key)
			}
			value := part.change[name]
			switch {
			case part.where != "labels" || value == nil:
			case len(*value) > 63:
				invalid(part.where, *value, "must be no more than 63 bytes")
			case rest.LabelValueError(*value) != "":
				invalid(part.where, *value, val)
			}
		}
	}
	return allProblems(problems)
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
