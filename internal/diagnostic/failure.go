// Package diagnostic turns errors of the client into diagnostics for the user: what
// failed, where, and what to do.
package diagnostic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// Failure is the context of an error: the operation and its object.
type Failure struct {
	// Object is the kind of thing that may not be there: "Process".
	Object string
	// Action is the operation, after "could not": "read process 1234".
	Action string
	// Attribute identifies the object; empty for none.
	Attribute path.Path
	// Feature needs the endpoint, which a foundation can lack: "The data source
	// cf_process_instances". Empty where every foundation has it.
	Feature string
	// NotFound is further advice for an object that was not found.
	NotFound string
	// Type is the type of the process where it is addressed by app and type;
	// TypeAttribute is the attribute that sets it, if any.
	Type          string
	TypeAttribute path.Path
}

// Diagnostic turns an error into the one diagnostic that the user reads: what
// failed, the request, all errors of the API, and what to do. An object that was not
// found is reported on its attribute.
func (f Failure) Diagnostic(err error) diag.Diagnostic {
	summary, detail, at := f.describe(err)
	// Terraform shows both.
	detail = strings.TrimPrefix(detail, summary+".\n\n")
	if !at.Equal(path.Empty()) {
		return diag.NewAttributeErrorDiagnostic(at, summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// Detail is the text of the diagnostic alone, for messages that put more
// around it.
func (f Failure) Detail(err error) string {
	_, detail, _ := f.describe(err)
	return detail
}

func (f Failure) describe(err error) (summary, detail string, at path.Path) {
	var (
		apiError      *capi.Error
		responseError *capi.ResponseError
		uaaError      *uaa.Error
		transportErr  *transport.Error
		notConfigured *NotConfigured
	)
	switch {
	case errors.As(err, &notConfigured):
		return notConfigured.Summary, notConfigured.Detail, path.Empty()
	case errors.As(err, &apiError):
		return f.apiError(apiError)
	case errors.As(err, &responseError):
		return "Unusable response from the API", f.responseError(responseError), path.Empty()
	case errors.Is(err, context.Canceled):
		return "Canceled", fmt.Sprintf("Could not %s: the run was canceled.%s", f.Action, UnknownEffect(err)), path.Empty()
	case errors.As(err, &uaaError):
		switch summary = "Login failed"; {
		case uaaError.TokensRefused:
			summary = "Credential refused"
		case errors.As(err, &transportErr):
			summary = unreachable(transportErr) // the credential is not at fault
		}
		return summary, f.loginError(uaaError), path.Empty()
	case errors.As(err, &transportErr):
		return unreachable(transportErr), paragraphs("Could not "+f.Action+".", sentence(transportErr.Error())+UnknownEffect(err), transportErr.Hint()), path.Empty()
	case errors.Is(err, context.DeadlineExceeded):
		return "Timeout", fmt.Sprintf("Could not %s within the timeout.", f.Action), path.Empty()
	}
	return "Could not " + f.Action, sentence(err.Error()), path.Empty()
}

// UnknownEffect returns a sentence, after a space, for a request for a change that the
// API may have carried out although its answer is missing; "" for other errors.
func UnknownEffect(err error) string {
	var (
		e     *transport.Error
		login *uaa.Error // before the request, which was not sent
	)
	if errors.As(err, &login) || !errors.As(err, &e) || !e.MayHaveArrived || e.Method == http.MethodGet {
		return ""
	}
	return " It is unknown whether the API has made the change."
}

func (f Failure) apiError(e *capi.Error) (summary, detail string, at path.Path) {
	summary, advice, at := f.advise(e)
	answer := fmt.Sprintf("%s %s answered %s", e.Method, e.Path, capi.StatusText(e.Status))
	if len(e.Errors) == 0 {
		answer += unreadable(e)
	} else {
		answer += ":"
		for _, o := range e.Errors {
			answer += "\n  - " + o.String()
		}
	}
	return summary, paragraphs("Could not "+f.Action+".", answer+requestID(e.RequestIDHeader, e.RequestID), advice), at
}

const elsewhereAdvice = "The answer did not come from the Cloud Foundry API, but from something in front of it or elsewhere. " +
	"Check that api_url is the root of the API (as `cf api` shows it)."

func unreadable(e *capi.Error) string {
	text := ""
	if e.RouterError != "" {
		text += " (X-Cf-RouterError: " + e.RouterError.String() + ")"
	}
	if e.Body == "" {
		return text + " with an empty body."
	}
	return text + " with a body that is not the API's: " + e.Body.String()
}

// credentialAdvice is for a 401.
func credentialAdvice(e *capi.Error) string {
	advice := "The API does not accept the credential: " + e.Credential + "."
	var login *uaa.Error
	errors.As(e.Renewal, &login)
	if e.RequestIDHeader == korifiRequestID && (login == nil || !login.TokensRefused) {
		// Kubernetes checks the credential, and neither a login nor a refresh token
		// renews it.
		return advice + " On Korifi, Kubernetes checks it. A token of a service account or user expires: get a new one, for example " +
			"with `kubectl create token`, and check that it is for this cluster. A client certificate (\"clientcert …\") is the " +
			"Base64 of the certificate and key in your kubeconfig; it expires, too. Set access_token (or CF_ACCESS_TOKEN) to the " +
			"new value. See " + AuthenticationGuide
	}
	switch {
	case login != nil:
		advice += " " + sentence(login.Error())
		if login.Advice != "" {
			return advice + "\n\n" + login.Advice + "\n\nSee " + AuthenticationGuide
		}
	case e.Renewal != nil:
		advice += " " + sentence(e.Renewal.Error())
	}
	return advice + " A token is valid for some minutes, and only on its own foundation: get a new one (`cf oauth-token`), " +
		"or use a credential with which the provider can log in again: user and password, or cf_client_id and cf_client_secret. See " +
		AuthenticationGuide
}

// korifiRequestID is the header in which Korifi has the ID of a request.
const korifiRequestID = "X-Correlation-ID"

func retryAdvice(at time.Time) string {
	if at.IsZero() {
		return "The API does not say when the limit ends. Try again in some minutes, or lower Terraform's -parallelism. See " + LargeFoundationsGuide
	}
	return fmt.Sprintf("The API accepts requests again at %s (in %s).",
		at.UTC().Format(time.RFC3339), max(0, time.Until(at)).Round(time.Second))
}

func (f Failure) responseError(e *capi.ResponseError) string {
	answer := fmt.Sprintf("%s %s answered %s, but the response cannot be used: %s",
		e.Method, e.Path, capi.StatusText(e.Status), sentence(e.Err.Error()))
	if e.Body != "" {
		answer += " It begins with: " + e.Body.String()
	}
	advice := "Check that api_url is the root of the Cloud Foundry API and that no proxy or login page answers in its place."
	if e.Field != "" {
		advice = "The provider used nothing of it. If the foundation is healthy, its API differs in a way that " +
			"the provider does not handle yet: please report it with this text."
	}
	return paragraphs("Could not "+f.Action+".", answer+requestID(e.RequestIDHeader, e.RequestID), advice)
}

func (f Failure) loginError(e *uaa.Error) string {
	reason := "the provider could not log in"
	if e.TokensRefused {
		reason = "the API refuses the tokens of the provider's login"
	}
	var source, hint, guide string
	if e.Source != "" {
		source = "Credential: " + e.Source + "."
	}
	var transportErr *transport.Error
	switch {
	case !e.RetryAt.IsZero():
		hint = retryAdvice(e.RetryAt)
	case errors.As(e, &transportErr) && transportErr.Hint() != "":
		hint = transportErr.Hint()
	case e.Status >= http.StatusInternalServerError:
		hint = "The login server, or a proxy in front of it, has a problem that may be temporary. Try again later."
	}
	if e.Advice != "" || hint == "" {
		guide = "See " + AuthenticationGuide
	}
	return paragraphs(fmt.Sprintf("Could not %s, because %s.", f.Action, reason), sentence(e.Error()), source, hint, e.Advice, guide)
}

// noResponse begins the summary for a request without a usable response, before the
// host.
var noResponse = map[transport.Kind]string{
	transport.KindRefused:     "No connection to ",
	transport.KindUnknownHost: "Unknown host ",
	transport.KindCertificate: "Untrusted certificate of ",
	transport.KindPlainHTTP:   "No TLS at ",
	transport.KindTLS:         "Failed TLS handshake with ",
	transport.KindProxy:       "No way through the proxy to ",
	transport.KindRedirect:    "Unexpected redirect from ",
	transport.KindTruncated:   "Incomplete answer from ",
	transport.KindTooLarge:    "Answer too large from ",
	transport.KindProtocol:    "Unexpected answer from ",
}

func unreachable(e *transport.Error) string {
	return cmp.Or(noResponse[e.Kind], "No answer from ") + hostOf(e)
}

func hostOf(e *transport.Error) string {
	_, rest, found := strings.Cut(e.URL, "://")
	if !found {
		return "the API"
	}
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// requestID is a line with the ID of a request, where there is one.
func requestID(header string, id capi.Text) string {
	if id == "" {
		return ""
	}
	return "\n" + header + ": " + id.String()
}

// paragraphs joins those texts that are not empty.
func paragraphs(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n\n")
}

// sentence ends text with a full stop, and capitalizes "cannot" at its beginning;
// other texts may begin with a name.
func sentence(text string) string {
	if rest, found := strings.CutPrefix(text, "cannot "); found {
		text = "Cannot " + rest
	}
	if strings.HasSuffix(text, ".") || text == "" {
		return text
	}
	return text + "."
}
