package process

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fwutil"
)

// deploymentPollInterval is how often a change is tried again while a
// deployment of the app is in flight.
const deploymentPollInterval = 5 * time.Second

// outcome is what an apply has done, also when it failed half-way.
type outcome struct {
	// process is what the API said last; nil when nothing could be read.
	process *capi.Process
	// patched and scaled say which request succeeded.
	patched, scaled bool
}

// converge makes the process what the configuration names: at most one PATCH
// and at most one scale, each only with what differs. prior is the state
// before, nil while the process is adopted. A deployment in flight is waited
// for until ctx ends.
func (r *processResource) converge(ctx context.Context, address capi.Address, config, prior object) (outcome, diag.Diagnostics) {
	var done outcome
	var diags diag.Diagnostics
	attempt := func(ctx context.Context) (bool, error) {
		// Read again at every attempt: a deployment replaces the process.
		p, err := r.Client.GetProcess(ctx, address)
		if err != nil {
			return false, readError{err}
		}
		done.process = p
		if diags.Append(checkAgainst(config, p)...); diags.HasError() {
			return true, nil
		}
		return true, r.write(ctx, address, changesFor(config, prior, p), &done)
	}
	var inFlight error
	err := poll(ctx, r.clock, deploymentPollInterval, func(ctx context.Context) (bool, error) {
		finished, err := attempt(ctx)
		if capi.IsDeploymentInFlight(err) {
			inFlight = err
			return false, nil
		}
		return finished, err
	})
	switch {
	case err == nil:
	case inFlight != nil && errors.Is(err, context.DeadlineExceeded):
		diags.Append(changeFailure(address).Diagnostic(inFlight))
	default:
		diags.Append(convergeDiagnostic(address, err))
	}
	return done, diags
}

// readError marks an error of reading the process, before anything was
// written.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// write sends what is left to be done.
func (r *processResource) write(ctx context.Context, address capi.Address, todo processChanges, done *outcome) error {
	if !todo.update.IsZero() && !done.patched {
		target := address
		if done.process.OnKorifi() {
			// It has no PATCH by app and type.
			target = capi.Address{GUID: done.process.GUID}
		}
		p, err := r.Client.UpdateProcess(ctx, target, todo.update)
		if err != nil {
			return err
		}
		done.process, done.patched = p, true
	}
	if !todo.scale.IsZero() && !done.scaled {
		p, err := r.Client.ScaleProcess(ctx, address, todo.scale)
		if err != nil {
			return err
		}
		done.process, done.scaled = p, true
	}
	return nil
}

func convergeDiagnostic(address capi.Address, err error) diag.Diagnostic {
	var reading readError
	if errors.As(err, &reading) {
		failure := changeFailure(address)
		failure.Action = "read " + address.String()
		failure.NotFound = "The resource cf_process manages a process that exists: Cloud Foundry makes processes when an app " +
			"is staged (cf push). Check the address, or remove the resource from the configuration if the app is gone."
		return failure.Diagnostic(reading.error)
	}
	if at, ok := unknownField(err); ok {
		failure := changeFailure(address)
		return diag.NewAttributeErrorDiagnostic(at, "Not available on this foundation",
			"The API of this foundation does not know "+at.String()+": it is too old, or it is not Cloud Controller. Leave it out.\n\n"+
				failure.Detail(err))
	}
	return changeFailure(address).Diagnostic(err)
}

func changeFailure(address capi.Address) fwutil.Failure {
	attribute := path.Root("guid")
	if address.ByApp() {
		attribute = path.Root("app_guid")
	}
	return fwutil.Failure{Object: "Process", Action: "change " + address.String(), Attribute: attribute}
}

// unknownFieldDetail finds the field in "Unknown field(s): 'user'" (Cloud
// Controller) and `unknown field "user"` (Korifi).
var unknownFieldDetail = regexp.MustCompile(`(?i)unknown field(?:\(s\))?:? ['"]([a-z_]+)['"]`)

// unknownField is the attribute that the foundation's API does not know, if
// that is the error.
func unknownField(err error) (path.Path, bool) {
	var e *capi.Error
	if !errors.As(err, &e) || e.Status != 422 {
		return path.Path{}, false
	}
	for _, o := range e.Errors {
		found := unknownFieldDetail.FindStringSubmatch(o.Detail)
		if found == nil {
			continue
		}
		name := strings.ToLower(found[1])
		if _, known := processType.AttributeTypes[name]; known {
			return path.Root(name), true
		}
		if _, known := healthCheckDataType.AttributeTypes[name]; known {
			return path.Root("health_check").AtName("data").AtName(name), true
		}
	}
	return path.Path{}, false
}
