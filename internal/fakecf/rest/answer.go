package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// JSONType is the content type of JSON answers.
const JSONType = "application/json; charset=utf-8"

// TimeFormat is the form of timestamps in responses.
const TimeFormat = "2006-01-02T15:04:05Z"

// Answer is the response of a server; faults may still change it or lose it.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// NewAnswer makes an answer; with an empty content type it has no Content-Type.
func NewAnswer(status int, contentType string, body []byte) *Answer {
	a := &Answer{Status: status, Header: http.Header{}, Body: body}
	if contentType != "" {
		a.Header.Set("Content-Type", contentType)
	}
	return a
}

// With adds headers to an answer.
func (a *Answer) With(header http.Header) *Answer {
	for name, values := range header {
		a.Header[name] = values
	}
	return a
}

// JSON responds with v as JSON.
func JSON(status int, v any) *Answer { return NewAnswer(status, JSONType, Marshal(v)) }

// Rendered responds with 200 and JSON that is already rendered.
func Rendered(body []byte) *Answer { return NewAnswer(http.StatusOK, JSONType, body) }

// Marshal renders values that the fake made, so that it cannot fail.
func Marshal(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("fakecf: " + err.Error())
	}
	return bytes.TrimRight(buf.Bytes(), "\n")
}
