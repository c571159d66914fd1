package process

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
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
func configOf(set object) object {
	config := make(object)
	for name, kind := range resourceType.AttributeTypes {
		config[name] = tftypes.NewValue(kind, nil)
	}
	maps.Copy(config, set)
	return config
}

func text(s string) tftypes.Value  { return tftypes.NewValue(tftypes.String, s) }
func number(n int64) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }

// check is a health check in a configuration; absent parts are null.
func check(kind string, data object) tftypes.Value {
	value := nullHealthCheckData
	if data != nil {
		fields := object{"timeout": nullNumber, "invocation_timeout": nullNumber, "interval": nullNumber, "endpoint": nullString}
		maps.Copy(fields, data)
		value = tftypes.NewValue(healthCheckDataType, map[string]tftypes.Value(fields))
	}
	typeValue := nullString
	if kind != "" {
		typeValue = text(kind)
	}
	return tftypes.NewValue(healthCheckType, map[string]tftypes.Value{"type": typeValue, "data": value})
}

func labels(m map[string]*string) tftypes.Value {
	return metadataValue(&capi.Metadata{Labels: m})
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
	for name, child := range objectOf(v) {
		at := name
		if prefix != "" {
			at = prefix + "." + name
		}
		found = append(found, unknowns(at, child)...)
	}
	return found
}

// A change leaves everything known but what it can really change.
func TestPlanIsPrecise(t *testing.T) {
	t.Parallel()
	state := resourceValues(adoptedProcess(), nil)
	state["wait_for_instances"] = falseValue
	for name, test := range map[string]struct {
		set     object
		unknown []string
	}{
		"nothing named":       {object{}, nil},
		"same values":         {object{"instances": number(2), "memory_in_mb": number(256)}, nil},
		"instances":           {object{"instances": number(3)}, []string{"updated_at"}},
		"disk":                {object{"disk_in_mb": number(2048)}, []string{"updated_at"}},
		"memory":              {object{"memory_in_mb": number(512)}, []string{"updated_at", "version"}},
		"command":             {object{"command": text("bin/other")}, []string{"updated_at"}},
		"command given back":  {object{"command": text("")}, []string{"updated_at"}},
		"labels":              {object{"metadata": labels(map[string]*string{"tier": pointer("back")})}, []string{"updated_at"}},
		"labels, the same":    {object{"metadata": labels(map[string]*string{"tier": pointer("front")})}, nil},
		"endpoint":            {object{"health_check": check("", object{"endpoint": text("/ready")})}, []string{"updated_at", "version"}},
		"timeout":             {object{"health_check": check("http", object{"timeout": number(90)})}, []string{"updated_at"}},
		"check, the same":     {object{"health_check": check("http", object{"endpoint": text("/health")})}, nil},
		"empty check":         {object{"health_check": check("", nil)}, nil},
		"check of other type": {object{"health_check": check("port", nil)}, []string{"updated_at", "version", "health_check.data"}},
		"other type with data": {
			object{"health_check": check("process", object{"timeout": number(5)})},
			[]string{"updated_at", "version", "health_check.data.invocation_timeout", "health_check.data.interval"},
		},
		"readiness by http": {
			object{"readiness_health_check": check("http", object{"endpoint": text("/up")})},
			[]string{
				"updated_at", "version", "readiness_health_check.data.invocation_timeout",
				"readiness_health_check.data.interval", "readiness_health_check.data.timeout",
			},
		},
	} {
		config := configOf(test.set)
		config["guid"] = text("p-1")
		plan := maps.Clone(config)
		plan["wait_for_instances"] = falseValue
		planned := plannedValues(config, plan, state)
		got := map[string]bool{}
		for _, at := range unknowns("", valueOfResource(planned)) {
			got[at] = true
		}
		want := map[string]bool{}
		for _, at := range test.unknown {
			want[at] = true
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: unknown are %v, want %v", name, got, want)
		}
		if len(want) == 0 && !valueOfResource(planned).Equal(valueOfResource(state)) {
			t.Errorf("%s: the plan differs from the state:\n%v\n%v", name, planned, state)
		}
		for attribute, value := range test.set {
			if value.IsFullyKnown() && !value.Type().Is(tftypes.Object{}) && !planned[attribute].Equal(value) {
				t.Errorf("%s: %s is planned as %v", name, attribute, planned[attribute])
			}
		}
	}
}

// Korifi has no version; it stays null.
func TestPlanWithoutVersion(t *testing.T) {
	t.Parallel()
	p := adoptedProcess()
	p.Version = nil
	state := resourceValues(p, nil)
	config := configOf(object{"guid": text("p-1"), "memory_in_mb": number(512)})
	if planned := plannedValues(config, config, state); !planned["version"].IsNull() {
		t.Errorf("version is planned as %v", planned["version"])
	}
}

func TestPlanOfAdoption(t *testing.T) {
	t.Parallel()
	config := configOf(object{"app_guid": text("a-1"), "health_check": check("port", object{"timeout": number(9)})})
	plan := maps.Clone(config)
	plan["wait_for_instances"] = falseValue
	planned := plannedValues(config, plan, nil)
	if got, _ := planned.text("type"); got != "web" {
		t.Errorf("type is planned as %v", planned["type"])
	}
	for _, name := range []string{"guid", "instances", "version", "links", "command"} {
		if planned[name].IsKnown() {
			t.Errorf("%s is planned as %v", name, planned[name])
		}
	}
	data := planned.child("health_check").child("data")
	if n := data.numberPointer("timeout"); n == nil || *n != 9 {
		t.Errorf("timeout is planned as %v", data["timeout"])
	}
	if !data["endpoint"].IsNull() || data["interval"].IsKnown() {
		t.Errorf("endpoint %v, interval %v", data["endpoint"], data["interval"])
	}
}

func TestFillUnknown(t *testing.T) {
	t.Parallel()
	actual := resourceValue(adoptedProcess(), nil)
	planned := resourceValues(adoptedProcess(), nil)
	planned["instances"] = number(7)
	planned["updated_at"] = unknownOf(nullString)
	planned["health_check"] = tftypes.NewValue(healthCheckType, map[string]tftypes.Value{
		"type": text("port"), "data": tftypes.NewValue(healthCheckDataType, map[string]tftypes.Value{
			"timeout": number(1), "invocation_timeout": unknownOf(nullNumber), "interval": nullNumber, "endpoint": nullString,
		}),
	})
	got := objectOf(fillUnknown(valueOfResource(planned), actual))
	if n := got.numberPointer("instances"); n == nil || *n != 7 {
		t.Errorf("a planned value was replaced: %v", got["instances"])
	}
	if s, _ := got.text("updated_at"); s != "2025-03-02T08:00:00Z" {
		t.Errorf("updated_at is %v", got["updated_at"])
	}
	data := got.child("health_check").child("data")
	if n := data.numberPointer("invocation_timeout"); n == nil || *n != 5 {
		t.Errorf("invocation_timeout is %v", data["invocation_timeout"])
	}
	if n := data.numberPointer("timeout"); n == nil || *n != 1 || !data["endpoint"].IsNull() {
		t.Errorf("data is %v", data)
	}
}
