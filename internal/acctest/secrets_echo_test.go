package acctest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// echo is a foundation whose responses repeat the credential and the body of the
// request, in another part of the response for each path.
type echo struct{ url string }

func newEcho(t *testing.T) *echo {
	t.Helper()
	e := &echo{}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	e.url = server.URL
	return e
}

// echoes are the last segments of the paths of echo.
var echoes = []string{"json", "text", "header", "redirect", "long", "ok", "type", "unauthorized"}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	said := r.Header.Get("Authorization") + " " + string(body)
	if form, err := url.ParseQuery(string(body)); err == nil {
		for _, values := range form {
			said += " " + strings.Join(values, " ")
		}
	}
	if id, secret, ok := r.BasicAuth(); ok {
		said += " " + id + ":" + secret
	}
	oneLine := strings.Join(strings.Fields(said), " ")
	w.Header().Set("X-VCAP-Request-ID", oneLine)
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // the client may have gone away
	}
	switch kind := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; {
	case r.URL.Path == "/":
		link := map[string]any{"href": e.url}
		answer(http.StatusOK, map[string]any{"links": map[string]any{"uaa": link, "login": link, "cloud_controller_v3": link}})
	case kind == "token":
		// Padded, so that a message is cut in the middle of the secret.
		answer(http.StatusUnauthorized, map[string]any{"error": said, "error_description": strings.Repeat("x", 150) + said})
	case kind == "json":
		answer(http.StatusUnprocessableEntity, map[string]any{"errors": []any{
			map[string]any{"code": 10008, "title": said, "detail": said}, map[string]any{"detail": strings.Repeat("y ", 900) + said},
		}})
	case kind == "text":
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, strings.Repeat("z", 250)+said)
	case kind == "header":
		w.Header().Set("X-Cf-RouterError", oneLine)
		w.Header().Set("X-Cf-Warnings", oneLine)
		w.WriteHeader(http.StatusNotFound)
	case kind == "redirect":
		w.Header().Set("Location", "https://"+strings.ToLower(kind)+".example.com/"+url.PathEscape(oneLine)+"?"+url.QueryEscape(oneLine))
		w.WriteHeader(http.StatusFound)
	case kind == "long":
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, strings.Repeat(said, 1+(300<<10)/len(said)))
	case kind == "ok":
		_, _ = io.WriteString(w, said)
	case kind == "type":
		answer(http.StatusOK, map[string]any{"guid": said, "instances": said})
	default:
		answer(http.StatusUnauthorized, map[string]any{"errors": []any{map[string]any{"code": 1000, "title": "x", "detail": said}}})
	}
}
