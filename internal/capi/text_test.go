package capi

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

func TestTextIsCleanInEveryFormat(t *testing.T) {
	t.Parallel()
	text := Text("\x1b[31mRUN\x07NING\x00\u202e\n" + strings.Repeat("x", 5<<20))
	for _, format := range []string{"%s", "%v", "%+v", "%q"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			got := fmt.Sprintf(format, text)
			if strings.ContainsAny(got, "\x1b\x07\x00\u202e\n") || len(got) > 3*textMax {
				t.Errorf("got %.60q (%d bytes), want no control character and at most %d bytes", got, len(got), 3*textMax)
			}
		})
	}
	if got, want := Text(strings.Repeat("x", 2000)).String(), strings.Repeat("x", 2000); got != want {
		t.Errorf("2000 characters: got %d, want all", len(got))
	}
	if got, want := Text(strings.Repeat("x", 2001)).String(), "x… (1 more characters)"; !strings.HasSuffix(got, want) {
		t.Errorf("2001 characters: got the end %q, want %q", got[len(got)-30:], want)
	}
	if got, want := string(text[:5]), "\x1b[31m"; got != want {
		t.Errorf("got the raw text %q, want it unchanged: %q", got, want)
	}
	// Most fields are pointers.
	if got := fmt.Sprint(&text); strings.Contains(got, "\x1b") {
		t.Errorf("as a pointer: got %.60q, want no control character", got)
	}
}

// rawStrings are the fields of the API's objects that hold a raw string, each
// with the reason why it cannot be a Text. Every other string from the API is a
// Text, so that no message and no log can show it uncleaned.
var rawStrings = map[string]string{
	"App.GUID":                               "an address; App.String cleans it",
	"App.SpaceGUID":                          "an address",
	"AppList.Unstable":                       "a text of the provider",
	"AppInfo.GUID":                           "an address",
	"AppNames.OrganizationGUID":              "an address",
	"Deployment.GUID":                        "an address",
	"DeploymentProcess.GUID":                 "an address",
	"DeploymentProcess.Type":                 "an address",
	"Error.Credential":                       "a text of the provider",
	"Error.Method":                           "a text of the provider",
	"Error.Path":                             "a text of the provider",
	"Error.RequestIDHeader":                  "a text of the provider",
	"HealthCheck.Type":                       "a setting, for the state",
	"HealthCheckData.Endpoint":               "a setting, for the state",
	"InstanceStats.Host":                     "a value for the state",
	"InstanceStats.InstanceGUID":             "only compared, and a value for the state",
	"InstanceStats.InstanceInternalIP":       "a value for the state",
	"InstanceStats.IsolationSegment":         "a value for the state",
	"InstanceStats.Type":                     "a value for the state",
	"InstanceUsage.Time":                     "a value for the state",
	"Link.Href":                              "a value for the state",
	"Link.Method":                            "a value for the state",
	"Metadata.Annotations":                   "settings, for the state",
	"Metadata.Labels":                        "settings, for the state",
	"NameList.Unstable":                      "a text of the provider",
	"Process.Command":                        "a setting, for the state",
	"Process.CreatedAt":                      "a value for the state",
	"Process.GUID":                           "an address",
	"Process.RegistryCredentialLastSyncedAt": "a value for the state",
	"Process.Type":                           "an address",
	"Process.UpdatedAt":                      "a value for the state",
	"Process.User":                           "a setting, for the state",
	"Process.Version":                        "only compared, and a value for the state",
	"ProcessList.Unstable":                   "a text of the provider",
	"RelationshipData.GUID":                  "an address",
	"ResponseError.Method":                   "a text of the provider",
	"ResponseError.Path":                     "a text of the provider",
	"ResponseError.RequestIDHeader":          "a text of the provider",
	"Sidecar.Command":                        "a value for the state",
	"Sidecar.CreatedAt":                      "a value for the state",
	"Sidecar.GUID":                           "an address",
	"Sidecar.Name":                           "a value for the state",
	"Sidecar.Origin":                         "a value for the state",
	"Sidecar.ProcessTypes":                   "values for the state",
	"Sidecar.UpdatedAt":                      "a value for the state",
	"SidecarList.Unstable":                   "a text of the provider",
	"UnmatchedName.Filter":                   "a text of the provider",
	"UnmatchedName.Name":                     "a text of the configuration",
	"UnsupportedFilterError.Filters":         "texts of the provider",
}

// A new string of the API is a Text, or has a reason.
func TestTextsOfTheAPIAreText(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	visited := map[reflect.Type]bool{}
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || visited[typ] || typ.PkgPath() != reflect.TypeFor[Process]().PkgPath() {
			return
		}
		visited[typ] = true
		for i := range typ.NumField() {
			field := typ.Field(i)
			if !field.IsExported() {
				continue
			}
			elem := field.Type
			for elem.Kind() == reflect.Pointer || elem.Kind() == reflect.Slice || elem.Kind() == reflect.Map {
				elem = elem.Elem()
			}
			if elem == reflect.TypeFor[string]() {
				name := typ.Name() + "." + field.Name
				found[name] = true
				if rawStrings[name] == "" {
					t.Errorf("got a string for %s, want a Text, or a reason in rawStrings why it cannot be one", name)
				}
			}
			walk(elem)
		}
	}
	for _, typ := range []reflect.Type{
		reflect.TypeFor[ProcessList](), reflect.TypeFor[ProcessStats](), reflect.TypeFor[ProcessInstances](),
		reflect.TypeFor[SidecarList](), reflect.TypeFor[NameList](), reflect.TypeFor[Error](), reflect.TypeFor[ResponseError](),
		reflect.TypeFor[UnsupportedFilterError](), reflect.TypeFor[AppList](), reflect.TypeFor[AppInfo](),
		reflect.TypeFor[Deployment](), reflect.TypeFor[InstanceUsage](),
	} {
		walk(typ)
	}
	for _, name := range decodedTypes(t) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(visited)), func(typ reflect.Type) bool { return typ.Name() == name }) {
			t.Errorf("got no visit to the type %s, want one: add it to the list above", name)
		}
	}
	for name := range rawStrings {
		if !found[name] {
			t.Errorf("got %s in rawStrings, want only fields that are strings", name)
		}
	}
}

// decodedTypes are the exported structs of the package with JSON fields that are
// not requests: those have a Field, or are part of one.
func decodedTypes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	requests := []string{"DeploymentOptions"}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			structure, ok := spec.Type.(*ast.StructType)
			if !ok || !spec.Name.IsExported() || slices.Contains(requests, spec.Name.Name) {
				return true
			}
			tagged, request := false, false
			for _, field := range structure.Fields.List {
				tagged = tagged || field.Tag != nil && strings.Contains(field.Tag.Value, "json:")
				request = request || field.Tag != nil && strings.Contains(field.Tag.Value, ",omitzero")
			}
			if tagged && !request {
				names = append(names, spec.Name.Name)
			}
			return true
		})
	}
	if len(names) < 15 {
		t.Fatalf("got the types %q, want 15 or more: the test no longer reads the package", names)
	}
	return names
}

// A response with a different process is quoted in part, cleaned and redacted.
func TestAnotherProcessIsQuotedInPart(t *testing.T) {
	t.Parallel()
	secrets := new(redact.Set)
	secrets.Add(planted)
	hostile := planted + "\x1b[2J" + strings.Repeat("x", 5<<20)
	app := &Relationships{App: &Relationship{Data: &RelationshipData{GUID: &hostile}}}
	for name, test := range map[string]struct {
		address Address
		process Process
	}{
		"process": {Address{GUID: "g"}, Process{GUID: hostile}},
		"app":     {Address{AppGUID: "a", Type: "web"}, Process{GUID: "g", Relationships: app}},
		"type":    {Address{AppGUID: "a", Type: "web"}, Process{GUID: "g", Type: &hostile}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.address.check(&test.process, secrets)
			if err == nil || utf8.RuneCountInString(err.Error()) > 200 || strings.Contains(err.Error(), planted) || strings.Contains(err.Error(), "\x1b") {
				t.Errorf("got error %.300v, want one of at most 200 characters without the secret and control characters", err)
			}
		})
	}
}
