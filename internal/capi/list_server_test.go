package capi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// row is one resource of a list, as JSON.
type row map[string]any

// process makes a row of the list of processes.
func process(guid string) row { return row{"guid": guid, "created_at": "2026-01-01T00:00:00Z"} }

// listServer serves lists by path and records the requests.
//
// It is separate from internal/fakecf because its tests need lists that no single
// foundation has: some ignore guids, refuse large pages or lack parameters, and
// their rows change while a client reads the pages.
type listServer struct {
	t *testing.T
	// lists are the rows by path.
	lists map[string][]row
	// maxPerPage is the largest page that is not refused; 0 for 5000.
	maxPerPage int
	// known are the accepted parameters; nil for all.
	known []string
	// refusal is the status of a per_page that is too large; 0 for 400.
	refusal int
	// selects is set if guids select, instead of being ignored.
	selects bool
	// before runs before the response, under the lock.
	before func(r *http.Request)
	// answer replaces the response if it returns true.
	answer func(w http.ResponseWriter, r *http.Request) bool
	// included is in each page of a request with include.
	included map[string]any

	mutex    sync.Mutex
	requests []*url.URL
	open     int
	mostOpen int
}

func (s *listServer) start(t *testing.T) *capi.Client {
	t.Helper()
	return s.startWith(t, nil)
}

// startWith starts with a client that masks secrets.
func (s *listServer) startWith(t *testing.T, secrets *redact.Set) *capi.Client {
	t.Helper()
	s.t = t
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return clientWith(t, server.URL, secrets)
}

// clientFor makes a client that does not repeat requests.
func clientFor(t *testing.T, address string) *capi.Client {
	t.Helper()
	return clientWith(t, address, nil)
}

func clientWith(t *testing.T, address string, secrets *redact.Set) *capi.Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{MaxRetries: 0})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return capi.New(capi.Config{BaseURL: base, Transport: client, Auth: fixedToken{}, Secrets: secrets})
}

type fixedToken struct{}

func (fixedToken) Authorization(context.Context) (string, error) { return "bearer token", nil }
func (fixedToken) Renew(context.Context, string) (string, error) { return "bearer token", nil }
func (fixedToken) Source() string                                { return "a test" }

func (s *listServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	s.requests = append(s.requests, r.URL)
	s.open++
	s.mostOpen = max(s.mostOpen, s.open)
	if s.before != nil {
		s.before(r)
	}
	rows, found := s.lists[r.URL.Path]
	rows = slices.Clone(rows)
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		s.open--
		s.mutex.Unlock()
	}()
	if s.answer != nil && s.answer(w, r) {
		return
	}
	if !found {
		fail(w, http.StatusNotFound, 10010, "CF-ResourceNotFound", "App not found")
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		s.t.Errorf("got the query %.200q with error %v, want a valid one", r.URL.RawQuery, err)
	}
	for key := range query {
		name, _, _ := strings.Cut(key, "[")
		if s.known != nil && !slices.Contains(append(s.known, "page", "per_page"), name) {
			fail(w, http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: Valid parameters are: '"+
				strings.Join(append(s.known, "per_page", "page"), "', '")+"'")
			return
		}
	}
	limit := s.maxPerPage
	if limit == 0 {
		limit = 5000
	}
	perPage, page := min(50, limit), 1
	if text := query.Get("per_page"); text != "" {
		if perPage, err = strconv.Atoi(text); err != nil || perPage > limit {
			status := max(s.refusal, http.StatusBadRequest)
			if status == http.StatusUnprocessableEntity {
				fail(w, status, 10008, "CF-UnprocessableEntity", fmt.Sprintf("Pagination.PerPage must be no greater than %d", limit))
				return
			}
			fail(w, status, 10005, "CF-BadQueryParameter", fmt.Sprintf("The query parameter is invalid: Per page must be between 1 and %d", limit))
			return
		}
	}
	if text := query.Get("page"); text != "" {
		page, _ = strconv.Atoi(text)
	}
	if s.selects && query.Has("guids") {
		wanted := strings.Split(query.Get("guids"), ",")
		rows = slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(wanted, r["guid"].(string)) })
	}
	total := len(rows)
	first := min((page-1)*perPage, total)
	last := min(first+perPage, total)
	var next any
	if last < total {
		next = row{"href": fmt.Sprintf("https://elsewhere.example.com%s?page=%d", r.URL.Path, page+1)}
	}
	body := row{
		"pagination": row{"total_results": total, "total_pages": (total + perPage - 1) / perPage, "next": next},
		"resources":  rows[first:last],
	}
	if s.included != nil && query.Has("include") {
		body["included"] = s.included
	}
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status, code int, title, detail string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(row{"errors": []row{{"code": code, "title": title, "detail": detail}}})
}

// received returns the requests, each as its path and its query as it was sent.
func (s *listServer) received() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	received := make([]string, 0, len(s.requests))
	for _, u := range s.requests {
		received = append(received, u.Path+"?"+u.RawQuery)
	}
	return received
}

func (s *listServer) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.requests = nil
}

// describe returns the contents of a list, short enough for a failure.
func describe(list *capi.ProcessList) string {
	if list == nil {
		return "no list"
	}
	text := fmt.Sprintf("%d processes (%.200s)", len(list.Processes), strings.Join(guids(list.Processes), " "))
	if list.Unstable != "" {
		text += fmt.Sprintf(" with the warning %.200q", list.Unstable)
	}
	if list.InstancesErr != nil {
		text += fmt.Sprintf(" without instances (%.200s)", list.InstancesErr)
	}
	if len(list.Unmatched) > 0 {
		text += fmt.Sprintf(" with %d names unmatched", len(list.Unmatched))
	}
	return text
}

// describeProcess returns the address of a process, for a failure.
func describeProcess(p *capi.Process) string {
	if p == nil {
		return "no process"
	}
	text := "the process " + p.GUID
	if app := p.AppGUID(); app != nil {
		text += " of the app " + *app
	}
	if p.Type != nil {
		text += " with the type " + *p.Type
	}
	return fmt.Sprintf("%.300s", text)
}

// asJSON returns a value for a failure, with the values behind its pointers.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.600s", text)
}

// short returns texts, one a line, cut for a failure.
func short(texts []string) string {
	return fmt.Sprintf("%d:\n%.800s", len(texts), strings.Join(texts, "\n"))
}

// difference describes the first difference of two lists.
func difference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("element %d (counted from 0): got %.100q, want %.100q", i, got[i], want[i])
		}
	}
	return fmt.Sprintf("got %d elements, want %d", len(got), len(want))
}

// guids returns the GUIDs of a list.
func guids(processes []*capi.Process) []string {
	found := make([]string, 0, len(processes))
	for _, p := range processes {
		found = append(found, p.GUID)
	}
	return found
}

// numbered makes n rows, p00001 to n, in order of creation.
func numbered(n int) []row {
	rows := make([]row, 0, n)
	for i := range n {
		rows = append(rows, row{
			"guid":       fmt.Sprintf("p%05d", i+1),
			"created_at": fmt.Sprintf("2026-01-01T%02d:%02d:%02dZ", i/3600, i/60%60, i%60),
		})
	}
	return rows
}

// paths returns the paths of the requests, still encoded.
func (s *listServer) paths() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	paths := make([]string, 0, len(s.requests))
	for _, u := range s.requests {
		paths = append(paths, u.EscapedPath())
	}
	return paths
}
