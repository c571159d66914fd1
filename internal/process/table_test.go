package process

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// A value that is planned unknown gives the process a new version if some value of
// it does.
func TestPlannedChangesThatBumpTheVersion(t *testing.T) {
	t.Parallel()
	http, health, timeout := "http", "/health", int64(60)
	state := processTable.Values(&capi.Process{
		GUID: "g", HealthCheck: &capi.HealthCheck{Type: &http, Data: &capi.HealthCheckData{Endpoint: &health, Timeout: &timeout}},
		Metadata: &capi.Metadata{},
	})
	check := state.Child("health_check")
	// with returns the attributes with another value of one of them.
	with := func(attributes field.Attributes, name string, value tftypes.Value) field.Attributes {
		changed := maps.Clone(attributes)
		changed[name] = value
		return changed
	}
	withCheck := func(name string, value tftypes.Value) field.Attributes {
		return with(state, "health_check", with(check, name, value).Value(livenessCheck.Type))
	}
	withData := func(name string, value tftypes.Value) field.Attributes {
		return withCheck("data", with(check.Child("data"), name, value).Value(livenessData.Type))
	}
	for name, test := range map[string]struct {
		planned field.Attributes
		want    bool
	}{
		"nothing":                 {state, false},
		"memory":                  {with(state, "memory_in_mb", numberValue(256)), true},
		"unknown memory":          {with(state, "memory_in_mb", field.Unknown(state["memory_in_mb"])), true},
		"instances":               {with(state, "instances", numberValue(2)), false},
		"unknown metadata":        {with(state, "metadata", field.Unknown(state["metadata"])), false},
		"unknown health check":    {with(state, "health_check", field.Unknown(state["health_check"])), true},
		"type of the check":       {withCheck("type", textValue("port")), true},
		"unknown data":            {withCheck("data", field.Unknown(check["data"])), true},
		"endpoint of the check":   {withData("endpoint", textValue("/other")), true},
		"timeout of the check":    {withData("timeout", numberValue(30)), false},
		"check that was null":     {with(state, "readiness_health_check", state["health_check"]), true},
		"unknown that was null":   {with(state, "readiness_health_check", field.Unknown(state["health_check"])), true},
		"check that becomes null": {with(state, "health_check", tftypes.NewValue(livenessCheck.Type, nil)), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := processTable.bumpsVersion(test.planned, state); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}
