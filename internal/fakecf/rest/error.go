package rest

import (
	"net/http"
	"strings"
)

// APIError is one object of an error response.
type APIError struct {
	Code   int    `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

// Errors responds with a list of error objects.
func Errors(status int, errs ...APIError) *Answer {
	return JSON(status, struct {
		Errors []APIError `json:"errors"`
	}{errs})
}

// UnknownRequest is the response to a path that the server does not know.
func UnknownRequest() *Answer {
	return Errors(http.StatusNotFound, APIError{10000, "CF-NotFound", "Unknown request"})
}

// NotAuthenticated is the response to a request without a token.
func NotAuthenticated() *Answer {
	return Errors(http.StatusUnauthorized, APIError{10002, "CF-NotAuthenticated", "Authentication error"})
}

// InvalidToken is the response to a token that is unknown or expired.
func InvalidToken() *Answer {
	return Errors(http.StatusUnauthorized, APIError{1000, "CF-InvalidAuthToken", "Invalid Auth Token"})
}

// NotAuthorized is the response to a caller without the role.
func NotAuthorized() *Answer {
	return Errors(http.StatusForbidden,
		APIError{10003, "CF-NotAuthorized", "You are not authorized to perform the requested action"})
}

// ParseError is the response to a body that is not JSON.
func ParseError() *Answer {
	return Errors(http.StatusBadRequest,
		APIError{1001, "CF-MessageParseError", "Request invalid due to parse error: invalid request body"})
}

// BadQuery is the response to a wrong query parameter.
func BadQuery(detail string) *Answer {
	return Errors(http.StatusBadRequest,
		APIError{10005, "CF-BadQueryParameter", "The query parameter is invalid: " + detail})
}

// UnknownError is the response to everything else.
func UnknownError() *Answer {
	return Errors(http.StatusInternalServerError, APIError{10001, "UnknownError", "An unknown error occurred."})
}

// Unprocessable responds with 422 and one error object for all messages.
func Unprocessable(messages ...string) *Answer {
	return Errors(http.StatusUnprocessableEntity, APIError{10008, "CF-UnprocessableEntity", strings.Join(messages, ", ")})
}

// NotFound responds with 404 for a resource.
func NotFound(detail string) *Answer {
	return Errors(http.StatusNotFound, APIError{10010, "CF-ResourceNotFound", detail})
}

// UsualError is the error object that Cloud Controller sends most often with a
// status.
func UsualError(status int) APIError {
	switch status {
	case http.StatusUnauthorized:
		return APIError{1000, "CF-InvalidAuthToken", "Invalid Auth Token"}
	case http.StatusForbidden:
		return APIError{10003, "CF-NotAuthorized", "You are not authorized to perform the requested action"}
	case http.StatusNotFound:
		return APIError{10010, "CF-ResourceNotFound", "Process not found"}
	case http.StatusUnprocessableEntity:
		return APIError{10008, "CF-UnprocessableEntity", "The request is semantically invalid"}
	case http.StatusTooManyRequests:
		return APIError{10013, "CF-RateLimitExceeded", "Rate Limit Exceeded"}
	case http.StatusServiceUnavailable:
		return APIError{10015, "CF-ServiceUnavailable", "Service is currently unavailable"}
	default:
		return APIError{10001, "UnknownError", "An unknown error occurred."}
	}
}
