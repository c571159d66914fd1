package capi

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// fullProcess has every field that the API documents, with values that are easy
// to lose: zeros, empty strings, an unknown field.
const fullProcess = `{
  "guid": "0f6d2c9e-6a77-4f0c-9d55-3c1f8a4be001",
  "created_at": "2025-03-01T08:00:00Z",
  "updated_at": "2025-03-02T09:30:00Z",
  "version": "5a0e7d5e-58f1-4c4e-a0a7-2f6f7f3b9c10",
  "type": "web",
  "command": "bin/serve --port $PORT",
  "user": "vcap",
  "instances": 0,
  "memory_in_mb": 512,
  "disk_in_mb": 1024,
  "log_rate_limit_in_bytes_per_second": -1,
  "registry_credential_last_synced_at": "2025-03-02T10:00:00Z",
  "health_check": {"type": "http", "data": {"timeout": 60, "invocation_timeout": 5, "interval": 10, "endpoint": "/health"}},
  "readiness_health_check": {"type": "process", "data": {"invocation_timeout": null}},
  "relationships": {
    "app": {"data": {"guid": "app-guid"}},
    "revision": null,
    "registry_credential": {"data": null}
  },
  "metadata": {"labels": {}, "annotations": {"note": "", "größe": "ä"}},
  "links": {"space": {"href": "https://api.example.org/v3/spaces/space-guid"}, "scale": {"href": "https://api.example.org/x", "method": "POST"}},
  "process_instances": [{"index": 0, "state": "RUNNING", "since": 0}, {}],
  "a_field_of_tomorrow": [1, {"x": null}]
}`

func TestDecodeProcessKeepsEverything(t *testing.T) {
	t.Parallel()
	p, err := DecodeProcess([]byte(fullProcess))
	if err != nil {
		t.Fatal(err)
	}
	ref := func(s string) *string { return &s }
	num := func(n int64) *int64 { return &n }
	want := &Process{
		GUID: "0f6d2c9e-6a77-4f0c-9d55-3c1f8a4be001", CreatedAt: ref("2025-03-01T08:00:00Z"),
		UpdatedAt: ref("2025-03-02T09:30:00Z"), Version: ref("5a0e7d5e-58f1-4c4e-a0a7-2f6f7f3b9c10"),
		Type: ref("web"), Command: ref("bin/serve --port $PORT"), User: ref("vcap"),
		Instances: num(0), MemoryInMB: num(512), DiskInMB: num(1024), LogRateLimitInBytesPerSecond: num(-1),
		RegistryCredentialLastSyncedAt: ref("2025-03-02T10:00:00Z"),
		HealthCheck: &HealthCheck{Type: ref("http"), Data: &HealthCheckData{
			Timeout: num(60), InvocationTimeout: num(5), Interval: num(10), Endpoint: ref("/health"),
		}},
		ReadinessHealthCheck: &HealthCheck{Type: ref("process"), Data: &HealthCheckData{}},
		Relationships: &Relationships{
			App:                &Relationship{Data: &RelationshipData{GUID: ref("app-guid")}},
			RegistryCredential: &Relationship{},
		},
		Metadata: &Metadata{Labels: map[string]*string{}, Annotations: map[string]*string{"note": ref(""), "größe": ref("ä")}},
		Links: Links{
			"space": {Href: ref("https://api.example.org/v3/spaces/space-guid")},
			"scale": {Href: ref("https://api.example.org/x"), Method: ref("POST")},
		},
		ProcessInstances: []ProcessInstance{{Index: num(0), State: (*Text)(ref("RUNNING")), Since: num(0)}, {}},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %s\nwant %s", asJSON(t, p), asJSON(t, want))
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(fullProcess), &fields); err != nil {
		t.Fatal(err)
	}
	// A plain text or number decodes like the others; the round trip through
	// Terraform has them all.
	plain := []reflect.Type{reflect.TypeFor[*string](), reflect.TypeFor[*int64]()}
	for i := range reflect.TypeFor[Process]().NumField() {
		f := reflect.TypeFor[Process]().Field(i)
		name := f.Tag.Get("json")
		if _, found := fields[name]; name != "-" && !found && !slices.Contains(plain, f.Type) {
			t.Errorf("got fullProcess without %s, want a value of it", name)
		}
	}
	if got := p.SpaceGUID(); got == nil || *got != "space-guid" {
		t.Errorf("SpaceGUID: got %s, want space-guid", asJSON(t, got))
	}
	if got := p.AppGUID(); got == nil || *got != "app-guid" {
		t.Errorf("AppGUID: got %s, want app-guid", asJSON(t, got))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Absent and null are the same, for every field; nothing else becomes nil.
func TestDecodeProcessAbsentAndNull(t *testing.T) {
	t.Parallel()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(fullProcess), &all); err != nil {
		t.Fatal(err)
	}
	nulls := map[string]any{}
	for name := range all {
		nulls[name] = nil
	}
	nulls["guid"] = "g"
	body, err := json.Marshal(nulls)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"absent": `{"guid":"g"}`, "null": string(body)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := DecodeProcess([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if want := (&Process{GUID: "g"}); !reflect.DeepEqual(p, want) {
				t.Errorf("got  %s\nwant %s", asJSON(t, p), asJSON(t, want))
			}
		})
	}
}

func TestDecodeProcessHiddenCommand(t *testing.T) {
	t.Parallel()
	for command, hidden := range map[string]bool{
		"[PRIVATE DATA HIDDEN]":          true,
		"[PRIVATE DATA HIDDEN IN LISTS]": true,
		"":                               false,
		"echo [PRIVATE DATA HIDDEN]":     false,
	} {
		t.Run(fmt.Sprintf("%q", command), func(t *testing.T) {
			t.Parallel()
			p, err := DecodeProcess([]byte(`{"guid":"g","command":"` + command + `"}`))
			if err != nil {
				t.Fatal(err)
			}
			want := &command
			if hidden {
				want = nil
			}
			if !reflect.DeepEqual(p.Command, want) || p.CommandRedacted != hidden {
				t.Errorf("got the command %s and CommandRedacted %t, want %s and %t", asJSON(t, p.Command), p.CommandRedacted, asJSON(t, want), hidden)
			}
		})
	}
}

func TestDecodeProcessErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"empty":              {"", "the body is empty"},
		"spaces":             {" \n", "the body is empty"},
		"null":               {"null", "null, not an object"},
		"array":              {`[{"guid":"g"}]`, "a JSON array, not an object"},
		"text":               {`"guid"`, "a JSON string, not an object"},
		"html":               {"<html>", "not JSON"},
		"cut off":            {`{"guid": "g", "instances": `, "cut off after 27 bytes"},
		"rest behind":        {`{"guid": "g"} x`, "not JSON"},
		"no guid":            {`{"type": "web"}`, "no guid"},
		"empty guid":         {`{"guid": ""}`, "no guid"},
		"guid a number":      {`{"guid": 7}`, "the field guid is a JSON number where the API promises a string"},
		"text for a number":  {`{"guid":"g","memory_in_mb":"512"}`, "the field memory_in_mb is a JSON string where the API promises a whole number"},
		"fraction":           {`{"guid":"g","instances":1.5}`, "the field instances is a JSON number 1.5 where the API promises a whole number"},
		"overflow":           {`{"guid":"g","instances":9223372036854775808}`, "the field instances is a JSON number"},
		"nested":             {`{"guid":"g","health_check":{"data":{"timeout":true}}}`, "the field health_check.data.timeout is a JSON bool"},
		"object for a text":  {`{"guid":"g","type":{}}`, "the field type is a JSON object"},
		"text for an object": {`{"guid":"g","metadata":"x"}`, "the field metadata is a JSON string where the API promises an object"},
		"label a number":     {`{"guid":"g","metadata":{"labels":{"a":1}}}`, "the field metadata.labels"},
		"list for links":     {`{"guid":"g","links":[]}`, "the field links is a JSON array"},
		"not UTF-8":          {"{\"guid\":\"g\",\"type\":\"w\xff\"}", "not valid UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := DecodeProcess([]byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
			var wrongType *json.UnmarshalTypeError
			if strings.Contains(test.want, "the field") && !errors.As(err, &wrongType) {
				t.Errorf("got error %v without the decoder's error in it, want a json.UnmarshalTypeError", err)
			}
		})
	}
}

func TestSpaceGUID(t *testing.T) {
	t.Parallel()
	for href, want := range map[string]string{
		"https://api.example.org/v3/spaces/abc":      "abc",
		"https://api.example.org/v3/spaces/abc/":     "abc",
		"https://api.example.org/cf/v3/spaces/abc?x": "abc",
		"/v3/spaces/abc#x":                           "abc",
		"https://api.example.org/v3/spaces/":         "",
		"https://api.example.org/v3/spaces/a/b":      "",
		"https://api.example.org/v3/apps/abc":        "",
		"":                                           "",
		"https://api.example.org/v3/spaces/%zz":      "",
	} {
		t.Run(fmt.Sprintf("%q", href), func(t *testing.T) {
			t.Parallel()
			p := Process{Links: Links{"space": {Href: &href}}}
			got := p.SpaceGUID()
			if (got == nil) != (want == "") || (got != nil && *got != want) {
				t.Errorf("got %s, want %q (null for an empty one)", asJSON(t, got), want)
			}
		})
	}
	for name, links := range map[string]Links{"no links": nil, "null": {"space": nil}, "no href": {"space": {}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (&Process{Links: links}).SpaceGUID(); got != nil {
				t.Errorf("got %q, want null", *got)
			}
		})
	}
}

func TestAppGUID(t *testing.T) {
	t.Parallel()
	app := func(guid *string) *Relationships {
		return &Relationships{App: &Relationship{Data: &RelationshipData{GUID: guid}}}
	}
	guid, href := "related", "https://api.example.org/v3/apps/linked"
	links := Links{"app": {Href: &href}}
	for name, test := range map[string]struct {
		process Process
		want    string
	}{
		"related":          {Process{Relationships: app(&guid), Links: links}, "related"},
		"no relationships": {Process{Links: links}, "linked"},
		"no app":           {Process{Relationships: &Relationships{}, Links: links}, "linked"},
		"a null GUID":      {Process{Relationships: app(nil), Links: links}, "linked"},
		"neither":          {Process{}, ""},
		"a null link":      {Process{Links: Links{"app": nil}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.process.AppGUID()
			if (got == nil) != (test.want == "") || got != nil && *got != test.want {
				t.Errorf("got %s, want %q (null for an empty one)", asJSON(t, got), test.want)
			}
		})
	}
}

// An empty GUID is not null, and so not replaced.
func TestAppGUIDKeepsAnEmptyOne(t *testing.T) {
	t.Parallel()
	empty, href := "", "https://api.example.org/v3/apps/linked"
	p := Process{Relationships: &Relationships{App: &Relationship{Data: &RelationshipData{GUID: &empty}}}, Links: Links{"app": {Href: &href}}}
	if got := p.AppGUID(); got == nil || *got != "" {
		t.Errorf("got %s, want an empty GUID", asJSON(t, got))
	}
}

// A foundation on MySQL finds a GUID in another case and answers with the stored
// one.
func TestAddressesAreComparedWithoutCase(t *testing.T) {
	t.Parallel()
	typ, app := "web", "abc"
	p := &Process{GUID: "def", Type: &typ, Relationships: &Relationships{App: &Relationship{Data: &RelationshipData{GUID: &app}}}}
	for _, address := range []Address{{GUID: "DEF"}, {AppGUID: "ABC", Type: "WEB"}} {
		t.Run("same: "+address.String(), func(t *testing.T) {
			t.Parallel()
			if err := address.check(p, nil); err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
	for _, address := range []Address{{GUID: "de"}, {AppGUID: "ab", Type: "web"}, {AppGUID: "abc", Type: "worker"}} {
		t.Run("different: "+address.String(), func(t *testing.T) {
			t.Parallel()
			if err := address.check(p, nil); err == nil {
				t.Error("got no error, want one about a different process")
			}
		})
	}
}

func TestCheckSegment(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"web", "6a901b7c-9417-4dc1-8189-d3234aa0ab82", "cf-space-1", "…", "a b", "a.b", "..."} {
		t.Run(fmt.Sprintf("valid %q", good), func(t *testing.T) {
			t.Parallel()
			if err := CheckSegment(good); err != nil {
				t.Errorf("got error %v, want none", err)
			}
		})
	}
	for _, bad := range []string{"", ".", "..", "a/b", "a?b", "a#b", "a%2fb", " a", "a ", "a\nb", "a\x00", "\x7f", "a\u0085", "\xff"} {
		t.Run(fmt.Sprintf("invalid %q", bad), func(t *testing.T) {
			t.Parallel()
			if err := CheckSegment(bad); err == nil {
				t.Error("got no error, want one")
			}
		})
	}
}

func TestFieldStates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		update ProcessUpdate
		want   string
	}{
		"nothing":    {ProcessUpdate{}, `{}`},
		"null":       {ProcessUpdate{Command: Null[string]()}, `{"command":null}`},
		"two values": {ProcessUpdate{Command: Set(""), User: Set("vcap")}, `{"command":"","user":"vcap"}`},
		"nested": {ProcessUpdate{HealthCheck: Set(HealthCheckUpdate{
			Data: Set(HealthCheckDataUpdate{Timeout: Set(int64(1))}),
		})}, `{"health_check":{"data":{"timeout":1}}}`},
		"labels": {ProcessUpdate{Metadata: Set(MetadataUpdate{
			Labels: map[string]Field[string]{"a": Set("1"), "b": Null[string]()},
		})}, `{"metadata":{"labels":{"a":"1","b":null}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.update)
			if err != nil || string(got) != test.want {
				t.Errorf("got the body %s and error %v, want %s", got, err, test.want)
			}
			if got, want := test.update.IsZero(), test.want == `{}`; got != want {
				t.Errorf("IsZero: got %t, want %t", got, want)
			}
		})
	}
	if got, want := asJSON(t, ProcessScale{Instances: Set(int64(0))}), `{"instances":0}`; got != want {
		t.Errorf("scale to zero: got the body %s, want %s", got, want)
	}
}

// FuzzDecodeProcess checks that any body yields either a process or an error, and
// that a process survives a round trip through JSON.
func FuzzDecodeProcess(f *testing.F) {
	for _, seed := range []string{
		fullProcess, `{"guid":"g"}`, `null`, ``, `[]`, `{"guid":"g","links":{"space":null}}`,
		`{"guid":"g","command":"[PRIVATE DATA HIDDEN]"}`, `{"guid":1}`, `{"guid":"g","instances":1e3}`,
		`{"guid":"g","metadata":{"labels":{"a":null}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := DecodeProcess(body)
		if (p == nil) == (err == nil) {
			t.Fatalf("got the process %.300s and error %.300v, want one of them", asJSON(t, p), err)
		}
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("got the error %#v without a text, want one", err)
			}
			return
		}
		if p.GUID == "" {
			t.Fatalf("got a process without a GUID from %.300q, want an error", body)
		}
		if p.Command != nil && IsHiddenCommand(*p.Command) {
			t.Fatalf("got the placeholder %q as the command, want null", *p.Command)
		}
		p.AppGUID()
		p.SpaceGUID()
		hidden := p.CommandRedacted
		written := asJSON(t, p)
		q, err := DecodeProcess([]byte(written))
		if err != nil {
			t.Fatalf("after a round trip: got error %.300v for %.600s, want none", err, written)
		}
		q.CommandRedacted = hidden
		if !reflect.DeepEqual(p, q) {
			t.Fatalf("after a round trip: got %.600s\nwant %.600s", asJSON(t, q), written)
		}
	})
}
