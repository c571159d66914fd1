package capi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// retryingClient repeats requests without waiting between the attempts.
func retryingClient(t *testing.T, address string, timeout time.Duration) *capi.Client {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return clientWithClock(t, base, timeout, &fastClock{})
}

func clientWithClock(t *testing.T, base *url.URL, timeout time.Duration, clock *fastClock) *capi.Client {
	t.Helper()
	client, err := transport.New(transport.Config{MaxRetries: 5, RequestTimeout: timeout}, transport.WithClock(clock.now, clock.sleep))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return capi.New(capi.Config{BaseURL: base, Transport: client, Auth: fixedToken{}})
}

// perPages are the page sizes of the requests, in their order.
func (s *listServer) perPages() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var sizes []string
	for _, u := range s.requests {
		sizes = append(sizes, u.Query().Get("per_page"))
	}
	return strings.Join(sizes, " ")
}

// A foundation that cannot serve a large page in time gets requests for smaller
// ones, and only for those during the rest of the run.
func TestPagesShrink(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit int64 // the largest page that is served
		fail  func(w http.ResponseWriter, r *http.Request)
		want  string // page sizes of the requests of the first list
		then  string // and of the second
	}{
		{"504", 1000, status(504), "5000 1000", "1000"},
		{"504, small", 200, status(504), "5000 1000 200", "200"},
		{"504, smallest", 50, status(504), "5000 1000 200 50", "50"},
		{"503 at once", 1000, status(503), "5000 5000 1000", "1000"},
		{"502 at once", 200, status(502), "5000 5000 1000 1000 200", "200"},
		{"no answer in time", 1000, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "5000 1000", "1000"},
		{"too large", 1000, tooLarge, "5000 1000", "1000"},
		{"too many objects", 1000, tooHeavy, "5000 1000", "1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := &listServer{lists: map[string][]row{processesPath: numbered(20)}}
			server.t = t
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				size, _ := strconv.ParseInt(r.URL.Query().Get("per_page"), 10, 64)
				if size > test.limit {
					test.fail(w, r)
					return true
				}
				return false
			}
			listener := httptest.NewServer(server)
			t.Cleanup(listener.Close)
			client := retryingClient(t, listener.URL, 2*time.Second)
			for i, want := range []string{test.want, test.then} {
				server.forget()
				list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{})
				if err != nil || len(list.Processes) != 20 {
					t.Fatalf("list %d: got %s and error %v, want 20 processes", i+1, describe(list), err)
				}
				if got := server.perPages(); got != want {
					t.Errorf("list %d: got pages of %s, want %s", i+1, got, want)
				}
			}
		})
	}
}

// A 503 after 5 s comes from an API that could not finish the page, so that another
// attempt with this size is not worth its time.
func TestPagesShrinkAfterASlowFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		took time.Duration
		want string // page sizes of the requests
	}{
		{"4 s", 4 * time.Second, "5000 5000 1000"},
		{"6 s", 6 * time.Second, "5000 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			clock := &fastClock{}
			server := &listServer{t: t, lists: map[string][]row{processesPath: numbered(20)}}
			server.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("per_page") != "5000" {
					return false
				}
				_ = clock.sleep(r.Context(), test.took)
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			}
			listener := httptest.NewServer(server)
			t.Cleanup(listener.Close)
			base, err := url.Parse(listener.URL)
			if err != nil {
				t.Fatal(err)
			}
			list, err := clientWithClock(t, base, time.Minute, clock).ListProcesses(t.Context(), capi.ProcessFilter{})
			if err != nil || len(list.Processes) != 20 {
				t.Fatalf("got %s and error %v, want 20 processes", describe(list), err)
			}
			if got := server.perPages(); got != test.want {
				t.Errorf("got pages of %s, want %s", got, test.want)
			}
		})
	}
}

// tooLarge responds with more than a page may have.
func tooLarge(w http.ResponseWriter, _ *http.Request) {
	spaces := bytes.Repeat([]byte{' '}, 1<<20)
	for range 65 {
		if _, err := w.Write(spaces); err != nil {
			return
		}
	}
}

// tooHeavy responds with a page that is small in bytes, but not in memory.
func tooHeavy(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintf(w, `{"pagination": {"total_results": 1}, "resources": [{"guid": "g"}%s]}`, strings.Repeat(",{}", 300_000))
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// A page in the middle that cannot be served begins the list again.
func TestPagesShrinkInTheMiddle(t *testing.T) {
	t.Parallel()
	server := &listServer{lists: map[string][]row{processesPath: numbered(5100)}}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("per_page") == "5000" && r.URL.Query().Has("page") {
			w.WriteHeader(http.StatusGatewayTimeout)
			return true
		}
		return false
	}
	list, err := server.start(t).ListProcesses(t.Context(), capi.ProcessFilter{})
	if err != nil || len(list.Processes) != 5100 || list.Unstable != "" || !slices.IsSorted(guids(list.Processes)) {
		t.Errorf("got %s and error %v, want 5100 processes in order without a warning", describe(list), err)
	}
	if got, want := server.perPages(), "5000 5000 1000 1000 1000 1000 1000 1000"; got != want {
		t.Errorf("got pages of %s, want %s", got, want)
	}
}

// When even the smallest page is not served, the error has the status, after fewer
// attempts than one series for each size.
func TestPagesThatAreNeverServed(t *testing.T) {
	t.Parallel()
	server := &listServer{}
	server.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusGatewayTimeout)
		return true
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	client := retryingClient(t, listener.URL, time.Minute)
	_, err := client.ListProcesses(t.Context(), capi.ProcessFilter{})
	var answer *capi.Error
	if !errors.As(err, &answer) || answer.Status != http.StatusGatewayTimeout {
		t.Errorf("got error %v, want a 504", err)
	}
	if got, want := server.perPages(), "5000 1000 200 50 50 50 50 50 50"; got != want {
		t.Errorf("got pages of %s, want %s", got, want)
	}
	// The pages of a foundation that was down are large again once it is back.
	server.forget()
	server.answer, server.lists = nil, map[string][]row{processesPath: numbered(3)}
	if list, err := client.ListProcesses(t.Context(), capi.ProcessFilter{}); err != nil || len(list.Processes) != 3 || server.perPages() != "5000" {
		t.Errorf("after the outage: got %s and error %v with pages of %s, want 3 processes with pages of 5000", describe(list), err, server.perPages())
	}
}

// A list with a total that grows with every page ends, in both ways of reading.
func TestEndlesslyGrowingListsEnd(t *testing.T) {
	t.Parallel()
	server := &listServer{}
	server.answer = func(w http.ResponseWriter, r *http.Request) bool {
		page := max(1, atoi(r.URL.Query().Get("page")))
		_, _ = fmt.Fprintf(w, `{"pagination": {"total_results": %d, "next": {"href": "x"}}, "resources": [{"guid": "a%d"}, {"guid": "b%[2]d"}]}`, 100+2*page, page)
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	list, err := server.start(t).ListProcesses(ctx, capi.ProcessFilter{})
	if err != nil || !strings.Contains(list.Unstable, "in 3 readings") {
		t.Fatalf("got %s and error %v, want a list with a warning after 3 readings", describe(list), err)
	}
	// 51 pages by the first one: two readings that stop soon, and one of at most
	// twice as many pages.
	if n, most := len(server.received()), 2*6+2*51+10; n > most {
		t.Errorf("got %d requests, want at most %d", n, most)
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
