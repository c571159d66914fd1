package instances

import (
	"errors"
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// contextEnded reports whether err is the end of the wait's own context, in the
// given way (context.Canceled or context.DeadlineExceeded). The time limit of a
// single request wraps the same error, but in an error of the client.
func contextEnded(err, way error) bool {
	var transportErr *transport.Error
	var login *uaa.Error
	return errors.Is(err, way) && !errors.As(err, &transportErr) && !errors.As(err, &login)
}

// isTransient reports whether the same request may succeed in a moment: the API
// is busy or restarting, or the network failed for a moment.
func isTransient(err error) bool {
	if login := loginError(err); login != nil {
		return login.Transient()
	}
	var api *capi.Error
	if errors.As(err, &api) {
		return api.Status >= 500 || api.Status == http.StatusTooManyRequests ||
			api.Status == http.StatusNotFound && !api.Has(capi.CodeNotFound) && !api.Has(capi.CodeUnknownEndpoint)
	}
	var response *capi.ResponseError
	if errors.As(err, &response) {
		return response.Field == "" // a truncated body may be whole next time, a field keeps its type
	}
	var transportErr *transport.Error
	return errors.As(err, &transportErr)
}

// loginError returns the failure of a login or renewal behind err, nil for none.
func loginError(err error) *uaa.Error {
	var api *capi.Error
	if errors.As(err, &api) {
		err = api.Renewal // of a token that the API refused
	}
	var login *uaa.Error
	errors.As(err, &login)
	return login
}

// asksToTryAgain reports whether the API itself asked to try again after a
// transient err. A login server that is away counts, too: for a while after a
// failure, the login returns it again at once, so that the number of failures in a
// row means nothing.
func asksToTryAgain(err error) bool {
	var api *capi.Error
	return loginError(err) != nil ||
		errors.As(err, &api) && (api.Status == http.StatusServiceUnavailable || api.Status == http.StatusTooManyRequests)
}
