package process

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/field"
)

// The rules of this file depend on the process, so the validators of the schema
// cannot apply them: the API refuses these values in a request, but a process can
// have them (internal/capi/README.md#has-anyway). Then they are in a configuration that
// Terraform generated, and are not sent. The plan checks them against the state, the
// apply against the process.

// situationOf returns the situation of a process that was read. If the API hides the
// command, it is taken from prior, the state before, which can be nil.
func situationOf(p *capi.Process, prior field.Attributes) situation {
	current := resourceValues(p, nil)
	if p.CommandRedacted && prior != nil {
		current["command"] = prior["command"]
	}
	return situation{current: current, korifi: p.OnKorifi()}
}

// check returns the errors for what the API would refuse of the configuration.
func (s situation) check(config field.Attributes) diag.Diagnostics {
	diags := processTable.refused(config, s, path.Empty())
	for _, name := range healthChecks {
		diags.Append(s.checkEndpoint(name, config.Child(name))...)
	}
	if !s.korifi {
		return diags
	}
	diags.Append(processTable.lackingOnKorifi(config, path.Empty())...)
	check := config.Child("health_check")
	checkType, set := check.Text("type")
	if !set {
		checkType, _ = s.current.Child("health_check").Text("type")
	}
	if checkType == "process" && check.Child("data").IsKnown("invocation_timeout") {
		diags.AddAttributeError(path.Root("health_check").AtName("data").AtName("invocation_timeout"),
			"Not available on this foundation",
			"The process runs on Korifi, where a health check of type \"process\" has no invocation_timeout. "+
				"Leave it out, or use the type \"port\" or \"http\".")
	}
	return diags
}

// healthChecks are the names of the attributes with health checks.
var healthChecks = []string{"health_check", "readiness_health_check"}

// checkEndpoint refuses an endpoint without the type http, and the type http
// without an endpoint (internal/capi/README.md#endpoints).
func (s situation) checkEndpoint(name string, check field.Attributes) diag.Diagnostics {
	var diags diag.Diagnostics
	current := s.current.Child(name)
	at := path.Root(name).AtName("data").AtName("endpoint")
	had, _ := current.Text("type")
	checkType, set := check.Text("type")
	if !set {
		if check.IsSet("type") {
			return nil // unknown
		}
		checkType = had
	}
	data := check.Child("data")
	switch {
	case check.IsSet("data") && !check.IsKnown("data"):
	case data.IsKnown("endpoint"):
		// An unknown type is another error.
		if checkType != "http" && checkTypeRule.check(checkType) == nil {
			diags.AddAttributeError(at, "Endpoint without http", fmt.Sprintf("A health check of type %q has no endpoint: "+
				"%s goes only with the type \"http\". Set the type to \"http\", or leave the endpoint out.", checkType, at))
		}
	case !set || checkType != "http" || data.IsSet("endpoint"):
	case current == nil || had == "http" || current.Child("data").IsSet("endpoint"):
	case s.korifi:
		// There a check that becomes http again has the endpoint that it had before.
	default:
		diags.AddAttributeError(at, "http without an endpoint", fmt.Sprintf("A health check of type \"http\" needs an endpoint: "+
			"neither the configuration nor the process has one. Set %s, to \"/health\" for example.", at))
	}
	return diags
}
