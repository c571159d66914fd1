package capi

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestDecodeRefusesAmbiguousJSON(t *testing.T) {
	t.Parallel()
	manyLabels := ""
	for i := range 40 {
		manyLabels += fmt.Sprintf(`"key%d": "x", `, i)
	}
	for _, test := range []struct{ name, body, want string }{
		{"a key twice", `{"guid": "g", "command": "a", "command": "b"}`, "the field command comes twice"},
		{"a key twice, once as null", `{"guid": "g", "instances": null, "instances": 1}`, "the field instances comes twice"},
		{"a key twice, once escaped", `{"guid": "g", "command": "a", "comm\u0061nd": "b"}`, "the field command comes twice"},
		{"twice inside", `{"guid": "g", "health_check": {"data": {"timeout": 1, "timeout": 2}}}`, "the field health_check.data.timeout comes twice"},
		{"a label twice", `{"guid": "g", "metadata": {"labels": {"a": "1", "b": "2", "a": "3"}}}`, "the field metadata.labels.a comes twice"},
		{"a label twice among many", `{"guid": "g", "metadata": {"labels": {` + manyLabels + `"key7": "y"}}}`, "the field metadata.labels.key7 comes twice"},
		{"a label twice, both late", `{"guid": "g", "metadata": {"labels": {` + manyLabels + `"z": "y", "z": "y"}}}`, "the field metadata.labels.z comes twice"},
		{"a link twice", `{"guid": "g", "links": {"space": {"href": "a"}, "space": {"href": "b"}}}`, "the field links.space comes twice"},
		{"another case", `{"guid": "g", "COMMAND": "x"}`, `the field COMMAND is written in another case than "command"`},
		{"another case beside the right one", `{"guid": "g", "command": "a", "Command": "x"}`, `the field Command is written in another case than "command"`},
		{"another case, escaped", `{"guid": "g", "\u0043ommand": "x"}`, `the field Command is written in another case than "command"`},
		{"another case of a letter that is not ASCII", `{"guid": "g", "in\u017ftances": 1}`, `in another case than "instances"`},
		{"another case inside", `{"guid": "g", "relationships": {"app": {"Data": {"guid": "x"}}}}`, `the field relationships.app.Data is written`},
		{"a lone high surrogate", `{"guid": "g", "command": "a\ud800b"}`, `the field command holds \ud800, half of a character`},
		{"the first low surrogate", `{"guid": "g", "command": "a\uDC00"}`, `the field command holds \udc00`},
		{"the last low surrogate", `{"guid": "g", "command": "a\udfff"}`, `the field command holds \udfff`},
		{"two high surrogates", `{"guid": "g", "command": "\ud83d\ud83d"}`, `the field command holds \ud83d`},
		{"a high surrogate at the end", `{"guid": "g", "user": "\ud83d"}`, `the field user holds`},
		{"in the key of a label", `{"guid": "g", "metadata": {"labels": {"\ud800": "x"}}}`, `holds \ud800`},
		{"in the value of a label", `{"guid": "g", "metadata": {"annotations": {"a": "\ud800"}}}`, `the field metadata.annotations.a holds`},
		{"in a list", `{"guid": "g", "process_instances": [{}, {"state": "\ud800"}]}`, `the field process_instances[1].state holds`},

		{"nothing", fullProcess, ""},
		{"a pair of surrogates", `{"guid": "g", "command": "\ud83d\ude00 \\ud800 \"\\"}`, ""},
		{"the last pair of surrogates", `{"guid": "g", "command": "\udbff\udfff"}`, ""},
		{"the first pair of surrogates", `{"guid": "g", "command": "\ud800\udc00"}`, ""},
		{"characters next to surrogates", `{"guid": "g", "command": "\ud7ff\ue000"}`, ""},
		{"labels of another case", `{"guid": "g", "metadata": {"labels": {"Command": "1", "command": "2", "COMMAND": "3"}}}`, ""},
		{"an unknown field twice", `{"guid": "g", "new": {"COMMAND": "\ud800"}, "new": [{"a": 1, "a": 2}, "x", -1.5e3, true, null]}`, ""},
		{"an unknown field in another case", `{"guid": "g", "Tomorrow": 1}`, ""},
		{"white space", " {\n\t\"guid\" : \"g\" ,\r\n \"links\" : { } , \"process_instances\" : [ ] } ", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := DecodeProcess([]byte(test.body))
			if test.want == "" {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
			var ambiguous *ambiguousError
			if !errors.As(err, &ambiguous) || fieldOf(err) == "" {
				t.Errorf("got error %v (%T) for the field %q, want an ambiguousError with its field", err, err, fieldOf(err))
			}
		})
	}
}

// In a list the error names the process.
func TestAmbiguousJSONInAList(t *testing.T) {
	t.Parallel()
	body := []byte(`{"pagination": {"total_results": 2}, "resources": [{"guid": "a"}, {"guid": "b", "User": "x"}]}`)
	err := decode(body, new(page[Process]))
	if got, want := fieldOf(err), "resources[1].User"; got != want {
		t.Errorf("got the field %q of %v, want %q", got, err, want)
	}
}

// FuzzStrict checks that the scanner handles any valid JSON, and that JSON which
// it accepts has the same meaning to a decoder that is case-sensitive and keeps
// the first of two equal keys.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{
		fullProcess, `{"guid":"g","guid":"h"}`, `{"GUID":"g"}`, `{"guid":"\ud800"}`, `{"guid":"\\"}`, `{"guid":"g","metadata":{"labels":{"\u0061":null,"a":""}}}`,
		`{"guid":"g","links":{"a":{},"b":null}}`, "[]", `"\""`, "0", ` { "guid" : "g" } `,
	} {
		f.Add([]byte(seed))
	}
	expected := shapeOf(reflect.TypeFor[*Process]())
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return
		}
		if checkStrict(body, expected) != nil {
			return
		}
		var first map[string]json.RawMessage
		if json.Unmarshal(body, &first) != nil {
			return
		}
		p, err := DecodeProcess(body)
		if err != nil {
			return
		}
		var guid string
		if json.Unmarshal(first["guid"], &guid) != nil || guid != p.GUID {
			t.Fatalf("got the GUID %.100q from %.600q, want the first one, %.100q", p.GUID, body, first["guid"])
		}
	})
}
