package fakecf

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is what a handler says; faults may still change it or lose it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func newAnswer(status int, contentType string, body []byte) *answer {
	a := &answer{status: status, header: http.Header{}, body: body}
	if contentType != "" {
		a.header.Set("Content-Type", contentType)
	}
	return a
}

// with adds headers to an answer.
func (a *answer) with(header http.Header) *answer {
	for name, values := range header {
		a.header[name] = values
	}
	return a
}

const jsonType = "application/json; charset=utf-8"

func jsonAnswer(status int, v any) *answer {
	return newAnswer(status, jsonType, marshal(v))
}

// marshal renders values that the package itself made and that can therefore
// always be rendered.
func marshal(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("fakecf: " + err.Error())
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// APIError is one object of an error answer.
type APIError struct {
	Code   int    `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func errorAnswer(status int, errs ...APIError) *answer {
	return jsonAnswer(status, map[string]any{"errors": errs})
}

func unknownRequest() *answer {
	return errorAnswer(http.StatusNotFound, APIError{10000, "CF-NotFound", "Unknown request"})
}

func notAuthenticated() *answer {
	return errorAnswer(http.StatusUnauthorized, APIError{10002, "CF-NotAuthenticated", "Authentication error"})
}

func invalidToken() *answer {
	return errorAnswer(http.StatusUnauthorized, APIError{1000, "CF-InvalidAuthToken", "Invalid Auth Token"})
}

func notAuthorized() *answer {
	return errorAnswer(http.StatusForbidden,
		APIError{10003, "CF-NotAuthorized", "You are not authorized to perform the requested action"})
}

func parseError() *answer {
	return errorAnswer(http.StatusBadRequest,
		APIError{1001, "CF-MessageParseError", "Request invalid due to parse error: invalid request body"})
}

func badQuery(detail string) *answer {
	return errorAnswer(http.StatusBadRequest,
		APIError{10005, "CF-BadQueryParameter", "The query parameter is invalid: " + detail})
}

func unknownError() *answer {
	return errorAnswer(http.StatusInternalServerError, APIError{10001, "UnknownError", "An unknown error occurred."})
}

// unprocessable gives one error object for each message.
func unprocessable(messages ...string) *answer {
	errs := make([]APIError, len(messages))
	for i, message := range messages {
		errs[i] = APIError{10008, "CF-UnprocessableEntity", message}
	}
	return errorAnswer(http.StatusUnprocessableEntity, errs...)
}

// notFound says "what not found" in the words of the flavor.
func (f *Foundation) notFound(what string) *answer {
	detail := what + " not found"
	if f.korifi() {
		detail += ". Ensure it exists and you have access to it."
	}
	return errorAnswer(http.StatusNotFound, APIError{10010, "CF-ResourceNotFound", detail})
}

// appendString appends s as a JSON string. Plain text, which is nearly
// everything, needs no look-up table and no allocation.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return append(b, marshal(s)...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendNullable(b []byte, s *string) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	return appendString(b, *s)
}

func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

func appendNullableInt(b []byte, n *int64) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	return appendInt(b, *n)
}

func itoa(n int) string { return strconv.Itoa(n) }
