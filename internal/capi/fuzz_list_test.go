package capi_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// FuzzPages checks that a list ends with any server: after a bounded number of
// requests to only that server, with each process once, or with one error. The
// pages are the parts of the input between zero bytes; for further pages the server
// starts from the first part, so that the list never ends.
func FuzzPages(f *testing.F) {
	for _, seed := range []string{
		`{"pagination":{"total_results":1,"next":null},"resources":[{"guid":"a"}]}`,
		// next points to itself, and to another host.
		`{"pagination":{"total_results":2,"next":{"href":"/v3/processes?page=1"}},"resources":[{"guid":"a"}]}`,
		`{"pagination":{"total_results":2,"next":{"href":"https://other.example.com/"}},"resources":[{"guid":"a"}]}` + "\x00" +
			`{"pagination":{"total_results":2,"next":null},"resources":[{"guid":"b"}]}`,
		// More pages than there is time.
		`{"pagination":{"total_results":1000000000,"total_pages":1000000000,"next":{}},"resources":[{"guid":"a"}]}`,
		`{"pagination":{"total_results":9999999,"next":{}},"resources":[{"guid":"a"}]}` + "\x00" +
			`{"pagination":{"total_results":9999999,"next":{}},"resources":[{"guid":"b"}]}`,
		`{"pagination":{"total_results":5000,"next":{}},"resources":[{"guid":"a"}]}` + "\x00" +
			`{"pagination":{"total_results":5001,"next":{}},"resources":[{"guid":"b"}]}`,
		`{"pagination":{"total_results":-1},"resources":[]}`, `{"pagination":{},"resources":[]}`, `{"resources":[]}`,
		`{"pagination":{"total_results":0}}`, `{"pagination":{"total_results":3,"next":{}},"resources":[]}`,
		`{"pagination":{"total_results":1},"resources":[null]}`, `{"pagination":{"total_results":1},"resources":[{"guid":7}]}`,
		`{"pagination":[],"resources":[]}`, "", "[]", "null", "<html>",
	} {
		f.Add([]byte(seed), uint8(200))
	}
	f.Add([]byte(`{"errors":[{"code":10005,"title":"CF-BadQueryParameter","detail":"Per page must be between 1 and 50"}]}`), uint8(144))
	f.Add([]byte(`{"errors":[{"code":10005,"title":"CF-BadQueryParameter","detail":"Unknown query parameter(s): 'guids'. Valid parameters are: 'page'"}]}`), uint8(144))

	type script struct {
		pages    [][]byte
		status   int
		received atomic.Int64
	}
	var playing atomic.Pointer[script]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := playing.Load()
		s.received.Add(1)
		number, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil || number < 1 {
			number = 1
		}
		w.WriteHeader(s.status)
		_, _ = w.Write(s.pages[(number-1)%len(s.pages)])
	}))
	f.Cleanup(server.Close)

	f.Fuzz(func(t *testing.T, input []byte, status uint8) {
		// Most inputs should have the status 200; the others have one of a range.
		s := &script{pages: bytes.Split(input, []byte{0}), status: 200}
		if status != 200 {
			s.status = 256 + int(status)
		}
		playing.Store(s)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		client := clientFor(t, server.URL)
		list, err := client.ListProcesses(ctx, capi.ProcessFilter{Types: []string{"web"}, GUIDs: []string{"a", "b"}})
		if ctx.Err() != nil {
			t.Fatalf("got %d requests without an end, want fewer", s.received.Load())
		}
		// Three readings, some page sizes, two filters to try, and the requests in
		// flight when the client detects the server's mistake.
		if received, limit := s.received.Load(), int64(40+4*len(s.pages)); received > limit {
			t.Fatalf("got %d requests for %d pages, want at most %d", received, len(s.pages), limit)
		}
		if (list == nil) == (err == nil) {
			t.Fatalf("got %s and error %.300v, want one of them", describe(list), err)
		}
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("got the error %#v without a text, want one", err)
			}
			return
		}
		seen := map[string]bool{}
		for _, p := range list.Processes {
			if p.GUID == "" || seen[p.GUID] {
				t.Fatalf("got the process %.100q without a GUID or twice, want it once", p.GUID)
			}
			seen[p.GUID] = true
		}
	})
}
