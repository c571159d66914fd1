package process

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

func pointer[T any](v T) *T { return &v }

// adoptedProcess is a process with everything set.
func adoptedProcess() *capi.Process {
	return &capi.Process{
		GUID: "p-1", CreatedAt: pointer("2025-03-01T08:00:00Z"), UpdatedAt: pointer("2025-03-02T08:00:00Z"),
		Version: pointer("v-1"), Type: pointer("web"), Command: pointer("bin/serve"), User: pointer("vcap"),
		Instances: pointer(int64(2)), MemoryInMB: pointer(int64(256)), DiskInMB: pointer(int64(1024)),
		LogRateLimitInBytesPerSecond: pointer(int64(-1)),
		HealthCheck: &capi.HealthCheck{Type: pointer("http"), Data: &capi.HealthCheckData{
			Timeout: pointer(int64(60)), InvocationTimeout: pointer(int64(5)), Endpoint: pointer("/health"),
		}},
		ReadinessHealthCheck: &capi.HealthCheck{Type: pointer("process"), Data: &capi.HealthCheckData{}},
		Relationships:        &capi.Relationships{App: &capi.Relationship{Data: &capi.RelationshipData{GUID: pointer("a-1")}}},
		Metadata:             &capi.Metadata{Labels: map[string]*string{"tier": pointer("front")}, Annotations: map[string]*string{}},
		Links:                capi.Links{"space": {Href: pointer("https://api.example.org/v3/spaces/s-1")}},
	}
}

// configOf is a configuration with some attributes set.
func configOf(set field.Attributes) field.Attributes {
	config := make(field.Attributes)
	for name, typ := range resourceType.AttributeTypes {
		config[name] = tftypes.NewValue(typ, nil)
	}
	maps.Copy(config, set)
	return config
}

func textValue(s string) tftypes.Value  { return tftypes.NewValue(tftypes.String, s) }
func numberValue(n int64) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }

var (
	nullString = tftypes.NewValue(tftypes.String, nil)
	nullNumber = tftypes.NewValue(tftypes.Number, nil)
)

// check is a health check in a configuration; absent parts are null.
func check(typ string, data field.Attributes) tftypes.Value {
	value := livenessData.Value(nil)
	if data != nil {
		fields := field.Attributes{"timeout": nullNumber, "invocation_timeout": nullNumber, "interval": nullNumber, "endpoint": nullString}
		maps.Copy(fields, data)
		value = tftypes.NewValue(livenessData.Type, map[string]tftypes.Value(fields))
	}
	typeValue := nullString
	if typ != "" {
		typeValue = textValue(typ)
	}
	return tftypes.NewValue(livenessCheck.Type, map[string]tftypes.Value{"type": typeValue, "data": value})
}

func labels(m map[string]*string) tftypes.Value {
	return metadata.Value(&capi.Metadata{Labels: m})
}

// unknowns are the paths of the attributes that a plan leaves unknown.
func unknowns(prefix string, v tftypes.Value) []string {
	if !v.IsKnown() {
		return []string{prefix}
	}
	if !v.Type().Is(tftypes.Object{}) || v.IsNull() {
		return nil
	}
	var found []string
	for name, child := range field.Open(v) {
		at := name
		if prefix != "" {
			at = prefix + "." + name
		}
		found = append(found, unknowns(at, child)...)
	}
	return found
}

// A change leaves only those attributes unknown that it can change.
func TestPlanIsPrecise(t *testing.T) {
	t.Parallel()
	state := resourceValues(adoptedProcess(), nil)
	state["wait_for_instances"] = notWaiting
	for name, test := range map[string]struct {
		set     field.Attributes
		unknown []string
	}{
		"nothing set":         {field.Attributes{}, nil},
		"same values":         {field.Attributes{"instances": numberValue(2), "memory_in_mb": numberValue(256)}, nil},
		"instances":           {field.Attributes{"instances": numberValue(3)}, []string{"updated_at"}},
		"disk":                {field.Attributes{"disk_in_mb": numberValue(2048)}, []string{"updated_at"}},
		"memory":              {field.Attributes{"memory_in_mb": numberValue(512)}, []string{"updated_at", "version"}},
		"command":             {field.Attributes{"command": textValue("bin/other")}, []string{"updated_at"}},
		"command reset":       {field.Attributes{"command": textValue("")}, []string{"updated_at"}},
		"labels":              {field.Attributes{"metadata": labels(map[string]*string{"tier": pointer("back")})}, []string{"updated_at"}},
		"labels, the same":    {field.Attributes{"metadata": labels(map[string]*string{"tier": pointer("front")})}, nil},
		"endpoint":            {field.Attributes{"health_check": check("", field.Attributes{"endpoint": textValue("/ready")})}, []string{"updated_at", "version"}},
		"timeout":             {field.Attributes{"health_check": check("http", field.Attributes{"timeout": numberValue(90)})}, []string{"updated_at"}},
		"check, the same":     {field.Attributes{"health_check": check("http", field.Attributes{"endpoint": textValue("/health")})}, nil},
		"empty check":         {field.Attributes{"health_check": check("", nil)}, nil},
		"check of other type": {field.Attributes{"health_check": check("port", nil)}, []string{"updated_at", "version", "health_check.data"}},
		"other type with data": {
			field.Attributes{"health_check": check("process", field.Attributes{"timeout": numberValue(5)})},
			[]string{"updated_at", "version", "health_check.data.invocation_timeout", "health_check.data.interval"},
		},
		"readiness by http": {
			field.Attributes{"readiness_health_check": check("http", field.Attributes{"endpoint": textValue("/up")})},
			[]string{
				"updated_at", "version", "readiness_health_check.data.invocation_timeout",
				"readiness_health_check.data.interval", "readiness_health_check.data.timeout",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := configOf(test.set)
			config["guid"] = textValue("p-1")
			plan := maps.Clone(config)
			plan["wait_for_instances"] = notWaiting
			planned := plannedValues(config, plan, state)
			got, want := unknowns("", valueOfResource(planned)), slices.Clone(test.unknown)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("plannedValues: got the unknown attributes %q, want %q", got, want)
			}
			if len(want) == 0 && !valueOfResource(planned).Equal(valueOfResource(state)) {
				t.Errorf("plannedValues: got the changes %.1000q, want none", differences("", valueOfResource(state), valueOfResource(planned), false))
			}
			for attribute, value := range test.set {
				if value.IsFullyKnown() && !value.Type().Is(tftypes.Object{}) && !planned[attribute].Equal(value) {
					t.Errorf("plannedValues: got %s = %s, want %s", attribute, brief(planned[attribute]), brief(value))
				}
			}
		})
	}
}

// Korifi has no version; it stays null.
func TestPlanWithoutVersion(t *testing.T) {
	t.Parallel()
	p := adoptedProcess()
	p.Version = nil
	state := resourceValues(p, nil)
	config := configOf(field.Attributes{"guid": textValue("p-1"), "memory_in_mb": numberValue(512)})
	if planned := plannedValues(config, config, state); !planned["version"].IsNull() {
		t.Errorf("plannedValues: got version = %s, want null", brief(planned["version"]))
	}
}

func TestPlanOfAdoption(t *testing.T) {
	t.Parallel()
	config := configOf(field.Attributes{"app_guid": textValue("a-1"), "health_check": check("port", field.Attributes{"timeout": numberValue(9)})})
	plan := maps.Clone(config)
	plan["wait_for_instances"] = notWaiting
	planned := plannedValues(config, plan, nil)
	if got, _ := planned.Text("type"); got != "web" {
		t.Errorf("plannedValues: got type = %s, want web", brief(planned["type"]))
	}
	for _, name := range []string{"guid", "instances", "version", "links", "command"} {
		if planned[name].IsKnown() {
			t.Errorf("plannedValues: got %s = %s, want it unknown", name, brief(planned[name]))
		}
	}
	data := planned.Child("health_check").Child("data")
	if n := data.IntPointer("timeout"); n == nil || *n != 9 {
		t.Errorf("plannedValues: got timeout = %s, want 9", brief(data["timeout"]))
	}
	if !data["endpoint"].IsNull() || data["interval"].IsKnown() {
		t.Errorf("plannedValues: got endpoint = %s and interval = %s, want null and unknown", brief(data["endpoint"]), brief(data["interval"]))
	}
}

func TestFillUnknown(t *testing.T) {
	t.Parallel()
	actual := valueOfResource(resourceValues(adoptedProcess(), nil))
	planned := resourceValues(adoptedProcess(), nil)
	planned["instances"] = numberValue(7)
	planned["updated_at"] = field.Unknown(nullString)
	planned["health_check"] = tftypes.NewValue(livenessCheck.Type, map[string]tftypes.Value{
		"type": textValue("port"), "data": tftypes.NewValue(livenessData.Type, map[string]tftypes.Value{
			"timeout": numberValue(1), "invocation_timeout": field.Unknown(nullNumber), "interval": nullNumber, "endpoint": nullString,
		}),
	})
	got := field.Open(field.FillUnknown(valueOfResource(planned), actual))
	if n := got.IntPointer("instances"); n == nil || *n != 7 {
		t.Errorf("FillUnknown: got instances = %s, want 7, as planned", brief(got["instances"]))
	}
	if s, _ := got.Text("updated_at"); s != "2025-03-02T08:00:00Z" {
		t.Errorf("FillUnknown: got updated_at = %s, want 2025-03-02T08:00:00Z", brief(got["updated_at"]))
	}
	data := got.Child("health_check").Child("data")
	if n := data.IntPointer("invocation_timeout"); n == nil || *n != 5 {
		t.Errorf("FillUnknown: got invocation_timeout = %s, want 5", brief(data["invocation_timeout"]))
	}
	if n := data.IntPointer("timeout"); n == nil || *n != 1 || !data["endpoint"].IsNull() {
		t.Errorf("FillUnknown: got timeout = %s and endpoint = %s, want 1 and null, as planned", brief(data["timeout"]), brief(data["endpoint"]))
	}
}
