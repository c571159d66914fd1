package process

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A configuration that is invalid without asking the API is refused when it is
// validated, when it is planned (variables are unknown before) and when it is
// invoked (values of other resources are unknown before). No request is sent.
func TestActionsRefuseInvalidConfigurations(t *testing.T) {
	for name, test := range map[string]struct {
		action    string
		config    actionConfig
		attribute string
		summary   string
		part      string
	}{
		"no address":         {terminateName, actionConfig{"index": 0}, "guid", "Invalid process address", "No process is addressed"},
		"two addresses":      {restartName, actionConfig{"guid": "g", "app_guid": "a"}, "app_guid", "Invalid process address", "exclude each other"},
		"guid with type":     {restartName, actionConfig{"guid": "g", "type": "web"}, "type", "Invalid process address", "type goes with app_guid"},
		"guid with a slash":  {scaleName, actionConfig{"guid": "a/../b", "instances": 1}, "guid", "Invalid guid", "must not contain"},
		"app that is empty":  {scaleName, actionConfig{"app_guid": "", "instances": 1}, "app_guid", "Invalid app_guid", "must not be empty"},
		"type with a dot":    {terminateName, actionConfig{"app_guid": "a", "type": "..", "index": 1}, "type", "Invalid type", "means another path"},
		"negative index":     {terminateName, actionConfig{"guid": "g", "index": -1}, "index", "Invalid index", "index must be a whole number from 0 to 2147483647, but is -1."},
		"nothing to scale":   {scaleName, actionConfig{"guid": "g", "wait_for_instances": true}, "", "Nothing to scale", "Set at least one of instances"},
		"negative instances": {scaleName, actionConfig{"guid": "g", "instances": -1}, "instances", "Invalid instances", "a whole number from 0 to 2147483647, but is -1"},
		"no memory":          {scaleName, actionConfig{"guid": "g", "memory_in_mb": 0}, "memory_in_mb", "Invalid memory_in_mb", "a whole number from 1 to 2147483647, but is 0"},
		"no disk":            {scaleName, actionConfig{"guid": "g", "disk_in_mb": 0}, "disk_in_mb", "Invalid disk_in_mb", "a whole number from 1 to 2147483647"},
		"too many instances": {scaleName, actionConfig{"guid": "g", "instances": int64(1) << 31}, "instances", "Invalid instances", "but is 2147483648"},
		"log rate of -2": {scaleName, actionConfig{"guid": "g", "log_rate_limit_in_bytes_per_second": -2}, "log_rate_limit_in_bytes_per_second",
			"Invalid log_rate_limit_in_bytes_per_second", "a whole number, -1 or more"},
		"app with a slash":     {appName, actionConfig{"app_guid": "a/b"}, "app_guid", "Invalid app_guid", "must not contain"},
		"another strategy":     {appName, actionConfig{"app_guid": "a", "strategy": "canary"}, "strategy", "Invalid strategy", `must be "rolling" or "stop_start", but is "canary".`},
		"none in flight":       {appName, actionConfig{"app_guid": "a", "max_in_flight": 0}, "max_in_flight", "Invalid max_in_flight", "from 1 to 2147483647, but is 0"},
		"a half in flight":     {appName, actionConfig{"app_guid": "a", "max_in_flight": 1.5}, "max_in_flight", "Invalid max_in_flight", "must be a whole number"},
		"in flight at once":    {appName, actionConfig{"app_guid": "a", "strategy": "stop_start", "max_in_flight": 2}, "max_in_flight", "max_in_flight without a rolling restart", "Leave max_in_flight out"},
		"no time for the app":  {appName, actionConfig{"app_guid": "a", "timeout": "0s"}, "timeout", "Invalid timeout", "more than 0"},
		"timeout without unit": {restartName, actionConfig{"guid": "g", "timeout": "90"}, "timeout", "Invalid timeout", "with its unit"},
		"timeout of nothing":   {restartName, actionConfig{"guid": "g", "timeout": "0s"}, "timeout", "Invalid timeout", "more than 0"},
		"negative timeout":     {restartName, actionConfig{"guid": "g", "timeout": "-1m"}, "timeout", "Invalid timeout", "more than 0"},
	} {
		t.Run(name, func(t *testing.T) {
			a := startActions(t)
			for step, diags := range map[string][]*tfprotov6.Diagnostic{
				"validate": a.validate(test.action, test.config),
				"plan":     a.plan(test.action, test.config),
				"invoke":   a.invoke(test.action, test.config).diags,
			} {
				t.Run(step, func(t *testing.T) {
					diagnosed(t, diags, tfprotov6.DiagnosticSeverityError, test.summary, test.part)
					at := ""
					if path := diags[0].Attribute; path != nil {
						at = fmt.Sprint(path.Steps()[0])
					}
					if want := test.attribute; want == "" && at != "" || want != "" && at != fmt.Sprint(tftypes.AttributeName(want)) {
						t.Errorf("got the error on attribute %q, want it on %q", at, want)
					}
				})
			}
			if n := a.Count("", ""); n != 0 {
				t.Errorf("got %d requests, want none", n)
			}
		})
	}
}

// Unknown values are valid, and validation and plan do not ask the API: the same
// apply may create the process.
func TestActionsAcceptUnknownValues(t *testing.T) {
	a := startActions(t)
	for action, all := range map[string][]actionConfig{
		scaleName: {
			{"guid": unknownYet, "instances": unknownYet}, {"app_guid": unknownYet, "type": unknownYet, "memory_in_mb": 1},
			{"guid": unknownYet, "app_guid": unknownYet, "log_rate_limit_in_bytes_per_second": -1, "wait_for_instances": unknownYet},
		},
		terminateName: {{"guid": unknownYet, "index": unknownYet}, {"guid": "not-there", "index": 1000}},
		restartName:   {{"app_guid": unknownYet, "timeout": unknownYet}, {"guid": "not-there", "timeout": "90s"}},
		appName: {
			{"app_guid": unknownYet, "strategy": unknownYet, "max_in_flight": unknownYet, "timeout": unknownYet},
			{"app_guid": "not-there", "strategy": unknownYet, "max_in_flight": 2}, {"app_guid": "a", "strategy": "stop_start", "max_in_flight": unknownYet},
		},
	} {
		for _, c := range all {
			t.Run(fmt.Sprint(action, c), func(t *testing.T) {
				if diags := append(a.validate(action, c), a.plan(action, c)...); len(diags) > 0 {
					t.Errorf("got diagnostics:\n%s\nwant none", diagnosticsText(diags))
				}
			})
		}
	}
	if n := a.Count("", ""); n != 0 {
		t.Errorf("got %d requests, want none", n)
	}
}

func TestActionsOfAMissingProcess(t *testing.T) {
	a := startActions(t)
	for action, more := range map[string]actionConfig{
		scaleName: {"instances": 1}, terminateName: {"index": 0}, restartName: {},
	} {
		for _, address := range []string{"guid", "app_guid"} {
			t.Run(action+" by "+address, func(t *testing.T) {
				c := actionConfig{address: "not-there"}
				maps.Copy(c, more)
				r := a.invoke(action, c)
				r.fails(t, "Process not found", "CF-ResourceNotFound (10010)", "role in the space", `"not-there" is not a GUID`)
				if got, want := fmt.Sprint(r.diags[0].Attribute.Steps()[0]), fmt.Sprint(tftypes.AttributeName(address)); got != want {
					t.Errorf("got the error on %s, want it on %s", got, want)
				}
			})
		}
	}
	for action, more := range map[string]actionConfig{
		scaleName: {"instances": 1}, terminateName: {"index": 0}, restartName: {},
	} {
		t.Run(action+" of a type that the app lacks", func(t *testing.T) {
			c := actionConfig{"app_guid": a.app, "type": "wroker"}
			maps.Copy(c, more)
			r := a.invoke(action, c)
			r.fails(t, "Process not found", `no process of type "wroker"`)
			if got, want := fmt.Sprint(r.diags[0].Attribute.Steps()[0]), fmt.Sprint(tftypes.AttributeName("type")); got != want {
				t.Errorf("got the error on %s, want it on %s", got, want)
			}
		})
	}
	if n := a.Count(http.MethodDelete, ""); n != 0 {
		t.Errorf("got %d terminations, want none", n)
	}
}

// Terraform stops listening when the run is canceled: sending would block.
func TestNoProgressAfterACancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var sent []string
	progress := progressOf(ctx, &action.InvokeResponse{SendProgress: func(event action.InvokeProgressEvent) {
		sent = append(sent, event.Message)
	}})
	progress("before")
	cancel()
	progress("after")
	sameList(t, "progress", sent, []string{"before"})
}
