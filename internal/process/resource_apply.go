package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/field"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
)

// deploymentPollInterval is how often a change is tried again while a
// deployment of the app is in flight.
const deploymentPollInterval = 5 * time.Second

// outcome records what an apply did, also when it failed partway.
type outcome struct {
	// process is the latest one that the API returned; nil where none was read.
	process *capi.Process
	// patched and scaled record which requests succeeded. The scale is the last one.
	patched, scaled bool
	// since is when the changes were requested that make the platform replace the
	// instances; zero for none.
	since time.Time
	// stored is the error of a request whose change was stored nevertheless.
	stored error
}

// converge changes the process to what the configuration sets: with at most one
// PATCH and one scale, each with only what differs. prior is the state before, nil
// for a create. While a deployment is in flight, it tries again until ctx ends.
func (r *processResource) converge(ctx context.Context, address capi.Address, config, prior field.Attributes) (outcome, diag.Diagnostics) {
	var done outcome
	var diags diag.Diagnostics
	var inFlight, failed error
	began := r.clock.Now()
	err := instances.Poll(ctx, r.clock, deploymentPollInterval, func(ctx context.Context) (bool, error) {
		// Read again at every attempt: a deployment replaces the process.
		p, err := r.Client.GetProcess(ctx, address)
		if err != nil {
			return false, readError{err}
		}
		done.process = p
		if diags.Append(checkAgainst(config, prior, p)...); diags.HasError() {
			return true, nil
		}
		err = r.write(ctx, address, changesFor(config, prior, p), &done)
		failed = err
		if capi.IsDeploymentInFlight(err) {
			inFlight = err
			return false, nil
		}
		return true, err
	})
	reading, failedReading := errors.AsType[readError](err)
	switch {
	case err == nil:
	case inFlight != nil && instances.TimedOut(ctx):
		diags.AddError("A deployment is in flight", fmt.Sprintf("After %s it was still in progress, and the process cannot be changed "+
			"until it ends. To wait longer, raise the timeouts of the resource.\n\n%s",
			instances.Seconds(r.clock.Now().Sub(began)), changeFailure(address).Detail(inFlight)))
	case instances.TimedOut(ctx):
		diags.Append(timeout("change "+address.String(), r.clock.Now().Sub(began), failed))
	case failedReading:
		failure := adoptFailure(address)
		if inFlight != nil && !address.ByApp() {
			failure.NotFound = "A deployment was in progress, which replaces the process by one with another GUID. " +
				"To follow it, set app_guid and type instead of guid."
		}
		diags.Append(failure.Diagnostic(reading.error))
	case errors.Is(failed, context.Canceled):
		diags.Append(changeFailure(address).Diagnostic(failed))
	default:
		diags.Append(refusedChange(changeFailure(address), "", err)...)
	}
	if done.stored != nil {
		diags.AddWarning("Stored, but not yet in effect", changeFailure(address).Detail(done.stored)+"\n\nThe API has stored the "+
			"change, so it is not sent again. It takes effect when the runtime (Diego) is back.")
	}
	if diags.HasError() && done.patched {
		next := "The state records them, and the next apply makes the remaining changes."
		if prior == nil {
			next = "Nothing was stored in the state: the next apply adopts the process and makes the remaining changes."
		}
		diags.AddWarning("Some of the changes were made",
			"The command, user, health checks and metadata are as configured; the request to scale the process failed. "+next)
	}
	return done, diags
}

// readError marks an error of reading the process, before any write.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// write sends the requests that are left.
func (r *processResource) write(ctx context.Context, address capi.Address, todo requests, done *outcome) error {
	if todo.replacesInstances(done.process) {
		done.since = r.clock.Now()
	}
	if !todo.update.IsZero() && !done.patched {
		target := address
		if done.process.OnKorifi() {
			// It has no PATCH by app and type.
			target = capi.Address{GUID: done.process.GUID}
		}
		p, err := r.Client.UpdateProcess(ctx, target, todo.update)
		if err = r.accept(ctx, target, p, err, done); err != nil {
			return err
		}
		done.patched = true
	}
	if !todo.scale.IsZero() {
		p, err := r.Client.ScaleProcess(ctx, address, todo.scale)
		if err = r.accept(ctx, address, p, err, done); err != nil {
			return err
		}
		done.scaled = true
	}
	return nil
}

// accept records the process in a response. After a request that failed but was
// stored, it reads the process.
func (r *processResource) accept(ctx context.Context, address capi.Address, p *capi.Process, err error, done *outcome) error {
	if capi.WasStored(err) {
		done.stored = err
		p, err = r.Client.GetProcess(ctx, address)
	}
	if err != nil {
		return err
	}
	done.process = p
	return nil
}

// refusedChange describes an error of a change. It reports a field that the
// foundation does not know on its attribute, with a sentence about the consequence,
// which can be empty.
func refusedChange(failure diagnostic.Failure, consequence string, err error) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, at := range unknownFields(err) {
		diags.AddAttributeError(at, "Not available on this foundation", "The API of this foundation does not know "+at.String()+
			": it is too old, or it is not Cloud Controller. Leave it out."+consequence+"\n\n"+failure.Detail(err))
	}
	if len(diags) == 0 {
		diags.Append(failure.Diagnostic(err))
	}
	return diags
}

// timeout is the error for an action that exceeds its configured timeout; err is that
// of the latest request, which can be nil.
func timeout(action string, after time.Duration, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Timeout", fmt.Sprintf("Could not %s within %s.%s To give it longer, raise the timeouts of "+
		"the resource.", action, instances.Seconds(after), diagnostic.UnknownEffect(err)))
}

// adoptFailure describes an error of reading the process before a change.
func adoptFailure(address capi.Address) diagnostic.Failure {
	failure := readFailure(address)
	failure.NotFound += "\n\nThe resource cf_process manages a process that exists: Cloud Foundry creates processes when an app " +
		"is staged (cf push). Check the address, or remove the resource from the configuration if the app is gone."
	if !address.ByApp() {
		failure.NotFound += " A rolling deployment gives the process a new GUID: set app_guid and type instead of guid to follow it."
	}
	return failure
}

// Both servers name unknown fields: "Unknown field(s): 'user', 'interval'"
// (Cloud Controller, with words in front where the field is nested) and
// `unknown field "user"` (Korifi).
var (
	unknownFieldDetail = regexp.MustCompile(`(?i)unknown field(?:\(s\))?:? (['"].*)`)
	quotedName         = regexp.MustCompile(`['"]([a-z_.]+)['"]`)
)

// unknownFields returns the attributes that the API of the foundation does not know
// according to the error.
func unknownFields(err error) []path.Path {
	e, ok := errors.AsType[*capi.Error](err)
	if !ok || e.Status != http.StatusUnprocessableEntity {
		return nil
	}
	var fields []path.Path
	for _, o := range e.Errors {
		found := unknownFieldDetail.FindStringSubmatch(string(o.Detail))
		if found == nil {
			continue
		}
		for _, quoted := range quotedName.FindAllStringSubmatch(found[1], -1) {
			// A nested field is interval or health_check.data.interval; the words around
			// it name the check.
			name := quoted[1]
			short := name[strings.LastIndexByte(name, '.')+1:]
			switch {
			case resourceType.AttributeTypes[name] != nil:
				fields = append(fields, path.Root(name))
			case livenessData.Type.AttributeTypes[short] != nil:
				check := "health_check"
				if strings.Contains(strings.ToLower(string(o.Detail)), "readiness") {
					check = "readiness_health_check"
				}
				fields = append(fields, path.Root(check).AtName("data").AtName(short))
			}
		}
	}
	return fields
}

// partialState returns the state after an update that failed between its two
// requests: planned values of the PATCH, prior values of the scale, and updated_at
// and version from the API.
func partialState(plan, prior field.Attributes, done outcome) tftypes.Value {
	state, actual := maps.Clone(prior), resourceValues(done.process, prior)
	for _, a := range writable {
		if !a.scales {
			state[a.Name] = field.FillUnknown(plan[a.Name], actual[a.Name])
		}
	}
	state["command_redacted"] = field.FillUnknown(plan["command_redacted"], actual["command_redacted"])
	state["updated_at"], state["version"] = actual["updated_at"], actual["version"]
	return valueOfResource(state)
}
