package diagnostic

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// advise returns the meaning of an error of the API, what to do about it, and the
// attribute that it belongs to, if any.
func (f Failure) advise(e *capi.Error) (summary, advice string, at path.Path) {
	summary = "Could not " + f.Action
	switch {
	case e.Status == http.StatusUnauthorized:
		return "Credential refused", credentialAdvice(e), path.Empty()
	case e.Status == http.StatusForbidden:
		return "Not permitted", forbiddenAdvice(e), path.Empty()
	case e.Status == http.StatusNotFound:
		return f.adviseNotFound(e)
	case e.Status == http.StatusTooManyRequests:
		return "Rate limit reached", retryAdvice(e.RetryAt), path.Empty()
	case e.Status == http.StatusUnprocessableEntity && capi.IsDeploymentInFlight(e):
		advice = "A rolling deployment of the app is in progress. Wait until `cf app` shows that it has finished, or cancel " +
			"it with `cf cancel-deployment`, and try again."
	case e.Status >= http.StatusInternalServerError:
		advice = failureAdvice(e)
	case len(e.Errors) == 0 && (strings.Contains(string(e.Body), "HTTPS server") || strings.Contains(string(e.Body), "HTTPS port")):
		advice = "api_url begins with http://, but this server speaks https. Write https:// in api_url."
	case len(e.Errors) == 0:
		advice = elsewhereAdvice
	}
	return summary, advice, path.Empty()
}

// adviseNotFound distinguishes an object that does not exist from an endpoint that
// does not.
func (f Failure) adviseNotFound(e *capi.Error) (summary, advice string, at path.Path) {
	switch {
	case f.Type != "" && capi.IsProcessTypeNotFound(e):
		if at = f.TypeAttribute; at.Equal(path.Empty()) {
			at = f.Attribute
		}
		return f.Object + " not found", "The app exists, but it has no process of type \"" + f.Type + "\". `cf app NAME` lists its types.", at
	case e.Has(capi.CodeNotFound):
		advice = "Either it does not exist, or this user cannot see it: the API does not distinguish between the two. " +
			"Check the address, that api_url is the right foundation, and that the user has a role in the space."
		if f.NotFound != "" {
			advice += "\n\n" + f.NotFound
		}
		return f.Object + " not found", advice, f.Attribute
	case e.Has(capi.CodeUnknownEndpoint):
		return "Not available on this foundation", cmp.Or(f.Feature, "This operation") + " needs an endpoint that this foundation does not have: " +
			"it is too old, or it is not Cloud Controller.", path.Empty()
	default:
		return "Could not " + f.Action, elsewhereAdvice + " A router also answers like this while the API restarts: " +
			"try again.", path.Empty()
	}
}

// forbiddenAdvice explains a refusal by its code.
func forbiddenAdvice(e *capi.Error) string {
	switch {
	case e.Has(capi.CodeOrgSuspended):
		return "The organization is suspended: only administrators can change anything in it. Reading works. Ask an " +
			"administrator of the foundation to reactivate it."
	case e.Has(capi.CodeFeatureDisabled):
		return "A feature flag of the foundation is off for everybody but administrators; the API names it above " +
			"(app_scaling for scaling). `cf feature-flags` shows them all; an administrator can turn it on."
	default:
		return "Either the user of this credential lacks a role in the space that permits this (Space Developer; Space " +
			"Supporter is enough to scale, restart and deploy), or the token lacks a scope (cloud_controller.read to read, " +
			"cloud_controller.write to change). `cf space-users ORG SPACE` shows the roles; an OAuth client gets its scopes " +
			"from its authorities in the UAA."
	}
}

// failureAdvice explains a failure of the server by its code.
func failureAdvice(e *capi.Error) string {
	var advice string
	switch {
	case e.Has(capi.CodeStatsUnavailable):
		advice = "The runtime (Diego) or Log Cache did not answer Cloud Controller, which tries for about a minute. " +
			"The apps may still be running. Try again; if the error persists, give the operators the ID above."
	case e.Has(capi.CodeRunnerUnavailable), e.Has(capi.CodeRunnerError):
		advice = "Cloud Controller stored the change, but the runtime (Diego) did not accept it. Cloud Controller " +
			"passes it on when the runtime is back, so do not send it again: look at `cf app`, and run terraform plan " +
			"to see what is left."
	case e.Has(capi.CodeUnknownError) && e.RequestIDHeader == korifiRequestID: // ../capi/README.md#internal-error
		advice = "Korifi reports an internal error, as it does for stats that the user's role does not permit, and while " +
			"its controllers or Kubernetes are not available. Check the role in the space and try again; if the error " +
			"persists, give the operators the ID above."
	case e.Has(capi.CodeUnknownError):
		advice = "The foundation reports an internal error, as it does for instances while the runtime (Diego) is not " +
			"available. Try again; if the error persists, give the operators the ID above."
	case e.RequestID == "":
		advice = "The foundation, or a proxy in front of it, has a problem that may be temporary. Try again later."
	default:
		advice = "The foundation has a problem that may be temporary. Try again; if the error persists, give the " +
			"operators the ID above."
	}
	if !e.RetryAt.IsZero() {
		advice += " " + retryAdvice(e.RetryAt)
	}
	return advice
}
