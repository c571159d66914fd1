package transport

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkDo is one small read over a connection that is open: the path that
// a thousand blocks take. Its allocations include those of the test's server.
func BenchmarkDo(b *testing.B) {
	body := `{"guid":"` + strings.Repeat("x", 1500) + `"}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(body))
	}))
	b.Cleanup(s.Close)
	c, err := New(Config{MaxRetries: 3})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(c.CloseIdleConnections)
	r := Request{Method: http.MethodGet, URL: address(b, s.URL+"/v3/processes/1"), Repeatable: true, Header: http.Header{"Authorization": {"bearer x"}}}
	b.ReportAllocs()
	for b.Loop() {
		response, err := c.Do(b.Context(), r)
		if err != nil || len(response.Body) != len(body) {
			b.Fatalf("got %s, want %d bytes", outcome(response, err), len(body))
		}
	}
}
