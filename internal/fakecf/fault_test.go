package fakecf

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func decodeSegment(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

const webPath = "/v3/processes/" + GUIDWeb

func TestWhichRequestsAFaultHits(t *testing.T) {
	for name, test := range map[string]struct {
		fault Fault
		want  string // one letter a request: F hit, . not
	}{
		"every":        {Fault{}, "FFFFFF"},
		"first":        {Fault{Times: 1}, "F....."},
		"second":       {Fault{From: 2, Times: 1}, ".F...."},
		"every third":  {Fault{From: 3, Every: 3}, "..F..F"},
		"other path":   {Fault{Path: "/v3/apps"}, "......"},
		"pattern":      {Fault{Path: `^/v3/processes/[^/]+$`}, "FFFFFF"},
		"other method": {Fault{Method: "DELETE"}, "......"},
		"when":         {Fault{When: func(r *http.Request) bool { return r.Header.Get("X-No") != "" }}, "......"},
	} {
		t.Run(name, func(t *testing.T) {
			f := New(t)
			c := as(t, f, Admin)
			test.fault.Do = Status(500)
			added := f.AddFault(test.fault)
			got := ""
			for range 6 {
				mark := "."
				if c.get(webPath).status == 500 {
					mark = "F"
				}
				got += mark
			}
			if got != test.want || added.Hits() != strings.Count(test.want, "F") {
				t.Errorf("got %s (%d hits), want %s", got, added.Hits(), test.want)
			}
		})
	}
}

func TestFaultAnswers(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	try := func(do Action) *reply {
		f.ClearFaults()
		f.AddFault(Fault{Path: webPath, Do: do})
		return c.get(webPath)
	}
	try(Status(503)).wantError(503, 10015)
	try(Status(422, APIError{Code: 1, Title: "A", Detail: "a"}, APIError{Code: 1, Title: "B", Detail: "b"})).want(422).wantAt("a", "errors", 0, "detail").wantAt("b", "errors", 1, "detail")
	if r := try(RateLimited(1500*time.Millisecond)).wantError(429, 10013); r.header.Get("Retry-After") != "2" || r.header.Get("X-RateLimit-Reset") == "" {
		t.Errorf("got headers %v", r.header)
	}
	if r := try(RouterError(502, "endpoint_failure")).want(502); r.header.Get("X-Cf-RouterError") != "endpoint_failure" || strings.Contains(r.body, "{") {
		t.Errorf("got router error %v %s, want plain text with endpoint_failure", r.header, r.body)
	}
	if r := try(HTML(504)).want(504); !strings.HasPrefix(r.body, "<!DOCTYPE html>") {
		t.Errorf("got body %s, want HTML", r.body)
	}
	if r := try(Garbage(3 << 20)).want(200); len(r.body) != 3<<20 {
		t.Errorf("got %d bytes of garbage, want 3 MiB", len(r.body))
	}
	if r := try(Empty(200)).want(200); r.body != "" {
		t.Errorf("got body %q, want none", r.body)
	}
	if r := try(Redirect(302, "http://127.0.0.1:1/x")).want(302); r.header.Get("Location") != "http://127.0.0.1:1/x" {
		t.Errorf("got headers %v, want the location", r.header)
	}
	try(Edit(func(o map[string]any) { o["instances"] = "three" })).want(200).wantAt("three", "instances")
	if r := try(Action{}.WithHeader("X-VCAP-Request-ID", "")).want(200); r.header.Get("X-VCAP-Request-ID") != "" {
		t.Errorf("got headers %v, want none with the request ID", r.header)
	}
	if r := try(RawJSON(200, `[1]`)).want(200); r.body != "[1]" {
		t.Errorf("got body %s, want [1]", r.body)
	}
	try(Slow(50*time.Millisecond)).want(200).wantAt(GUIDWeb, "guid")
	if login(t, f, "cf", "").status != 400 {
		t.Error("a fault of the API hit the UAA")
	}
	f.ClearFaults()
	f.AddFault(Fault{Path: "/oauth/token", Do: UAAError(429, "rate_limit", "slow down")})
	login(t, f, "cf", "").refused(429, "rate_limit", "slow down")
}

func TestLostAnswers(t *testing.T) {
	for _, options := range [][]Option{nil, {WithTLS()}} {
		f := New(t, options...)
		c := as(t, f, Admin)
		before := f.Instances(GUIDWeb)
		f.AddFault(Fault{Method: "DELETE", Times: 1, Do: Close()})
		f.AddFault(Fault{Method: "DELETE", From: 2, Times: 1, Do: CloseAfter()})
		path := webPath + "/instances/0"
		if _, err := c.try(http.MethodDelete, path, ""); err == nil {
			t.Error("got an answer after Close, want an error")
		}
		if f.Instances(GUIDWeb)[0].GUID != before[0].GUID {
			t.Error("Close let the request take effect")
		}
		if _, err := c.try(http.MethodDelete, path, ""); err == nil {
			t.Error("got an answer after CloseAfter, want an error")
		}
		if f.Instances(GUIDWeb)[0].GUID == before[0].GUID {
			t.Error("CloseAfter kept the request from taking effect")
		}
		f.ClearFaults()
		f.AddFault(Fault{Do: CutOff(20)})
		if r, err := c.try(http.MethodGet, webPath, ""); err == nil || len(r.body) != 20 {
			t.Errorf("got %v and error %v, want 20 bytes and an error", r, err)
		}
		if log := f.Requests(); log[len(log)-1].Status != 200 || log[0].Status != 0 {
			t.Errorf("got statuses %d and %d in the log, want 0 and 200", log[0].Status, log[len(log)-1].Status)
		}
	}
}

func TestHang(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	hang := f.AddFault(Fault{Do: Hang(0)})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL()+webPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := c.http.Do(request); !errors.Is(err, context.DeadlineExceeded) {
		if err == nil {
			_ = response.Body.Close()
		}
		t.Errorf("got error %v from a hanging request, want a timeout", err)
	}
	done := make(chan *reply, 1)
	go func() {
		r, _ := c.try(http.MethodGet, webPath, "")
		done <- r
	}()
	for hang.Hits() < 2 {
		runtime.Gosched()
	}
	select {
	case <-done:
		t.Error("a hanging request has ended before it was released")
	default:
	}
	f.ClearFaults()
	if r := <-done; r == nil || r.status != 200 {
		t.Errorf("got %v from the released request, want status 200", r)
	}
	f.AddFault(Fault{Do: HangAfter(time.Millisecond)})
	c.get(webPath).want(200)
}

func TestRequestLog(t *testing.T) {
	f := New(t)
	c := as(t, f, Admin)
	c.patch(GUIDWeb, `{"command":"x"}`).want(200)
	c.do(http.MethodGet, "/v3/processes?types=a%2Cb", "", "X-VCAP-Request-ID", "mine").want(200)
	log := f.Requests()
	if len(log) != 2 {
		t.Fatalf("got %d requests in the log, want 2", len(log))
	}
	first, second := log[0], log[1]
	if first.Method != "PATCH" || first.Path != webPath || first.Body != `{"command":"x"}` || first.Header.Get("Authorization") != c.auth ||
		first.Status != 200 || first.ConnID == 0 || first.RequestID == "" || "http://"+first.Host != f.URL() {
		t.Errorf("got log entry %+v", first)
	}
	if second.RawQuery != "types=a%2Cb" || second.ConnID != first.ConnID || !strings.HasPrefix(second.RequestID, "mine::") {
		t.Errorf("got log entry %+v", second)
	}
	if f.Count("PATCH", "/v3/processes") != 1 || f.Count("", "") != 2 || f.Count("GET", "/v3/apps") != 0 || f.Connections() != 1 {
		t.Error("got counters that differ from the log")
	}
	f.ResetRequests()
	if len(f.Requests()) != 0 || f.Count("", "") != 0 {
		t.Error("got requests in the log after a reset, want none")
	}
	limited := New(t, WithRequestLogLimit(4))
	c = as(t, limited, Admin)
	for range 10 {
		c.get(webPath)
	}
	if len(limited.Requests()) > 4 || limited.Count("GET", webPath) != 10 {
		t.Errorf("got %d of %d requests in the log, want at most 4 of 10", len(limited.Requests()), limited.Count("GET", webPath))
	}
}

func TestRateLimit(t *testing.T) {
	f := New(t, WithRateLimit(2, 10*time.Second))
	now := time.Unix(1_800_000_000, 0)
	f.SetClock(func() time.Time { return now })
	f.RevokeTokens()
	c := as(t, f, Admin)
	c.get("/").want(200)
	if got := c.get(webPath).want(200).header.Get("X-RateLimit-Remaining"); got != "1" { // five tenths
		t.Errorf("got %s remaining, want 1", got)
	}
	c.get(webPath).want(200)
	now = now.Add(4 * time.Second)
	r := c.patch(GUIDWeb, `{"command":"x"}`).wantError(429, 10013, "Rate Limit Exceeded")
	if r.header.Get("Retry-After") != "6" || r.header.Get("X-RateLimit-Reset") != "1800000010" || r.header.Get("X-RateLimit-Limit") != "2" {
		t.Errorf("got headers %v", r.header)
	}
	if p, _ := f.Process(GUIDWeb); *p.Command == "x" {
		t.Error("a limited request took effect")
	}
	now = now.Add(6 * time.Second)
	c.get(webPath).want(200)
	f.SetRateLimit(1, time.Hour)
	c.get(webPath).want(200)
	c.get(webPath).want(429)
}

// Cloud Controller 3.228.0: every answer but the root documents describes the
// limit. What remains goes down in tenths, and is 0 while requests still pass.
func TestEveryAnswerDescribesTheRateLimit(t *testing.T) {
	f := New(t, WithRateLimit(40, 10*time.Second))
	now := time.Unix(1_800_000_000, 0)
	f.SetClock(func() time.Time { return now })
	f.SetUnauthenticatedRateLimit(3, 10*time.Second)
	f.RevokeTokens()
	c := as(t, f, Admin)
	describes := func(r *reply, limit, remaining, reset string) {
		t.Helper()
		h := r.header
		if got := h.Get("X-RateLimit-Limit") + " " + h.Get("X-RateLimit-Remaining") + " " + h.Get("X-RateLimit-Reset"); got != limit+" "+remaining+" "+reset {
			t.Errorf("got limit, remaining and reset %q, want %s %s %s", got, limit, remaining, reset)
		}
	}
	for _, path := range []string{"/", "/v3"} {
		describes(c.get(path).want(200), "", "", "")
	}
	describes(c.get(webPath).want(200), "40", "36", "1800000010")
	now = now.Add(3 * time.Second)
	describes(c.get("/v3/nonsense").wantError(404, 10000), "40", "36", "1800000010")
	describes(c.get("/v3/processes?page=%zz").wantError(400, 10005), "40", "36", "1800000010")
	describes(c.get("/v3/processes/nope").wantError(404, 10010), "40", "36", "1800000010")
	describes(c.get("/v3/info").want(200), "40", "32", "1800000010")
	for range 32 {
		c.get(webPath).want(200)
	}
	for range 3 {
		describes(c.get(webPath).want(200), "40", "0", "1800000010")
	}
	r := c.get(webPath).wantError(429, 10013, "Rate Limit Exceeded")
	describes(r, "40", "0", "1800000010")
	if got := r.header.Get("Content-Type"); got != "text/plain; charset=utf-8" || r.header.Get("Retry-After") != "7" {
		t.Errorf("got content type %q and Retry-After %s, want text/plain and 7", got, r.header.Get("Retry-After"))
	}
	with := c.auth
	for _, auth := range []string{"", "bearer wrong", "Basic x"} {
		c.auth = auth
		c.get(webPath).want(401)
	}
	c.get(webPath).wantError(429, 10014, "Unauthenticated requests from this IP address")
	c.auth = with
	now = now.Add(7 * time.Second)
	describes(c.get(webPath).want(200), "40", "36", "1800000020")
}

func TestRateLimitedFollowsTheClock(t *testing.T) {
	f := New(t, WithRateLimit(7, time.Hour))
	now := time.Unix(1_800_000_000, 0)
	f.SetClock(func() time.Time { return now })
	f.RevokeTokens()
	c := as(t, f, Admin)
	limited := RateLimited(90 * time.Second)
	f.AddFault(Fault{Path: webPath, Do: limited})
	f.AddFault(Fault{Path: "/v3/apps", Do: limited.WithHeader("Retry-After", "").WithHeader("X-RateLimit-Reset", "1")})
	now = now.Add(time.Minute)
	h := c.get(webPath).wantError(429, 10013).header
	if h.Get("X-RateLimit-Reset") != "1800000150" || h.Get("Retry-After") != "90" || h.Get("X-RateLimit-Limit") != "7" || h.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("got headers %v", h)
	}
	if h = c.get("/v3/apps").want(429).header; h.Get("X-RateLimit-Reset") != "1" || h.Get("Retry-After") != "" {
		t.Errorf("got headers %v, want the changed ones", h)
	}
}

func TestTLSSpeaksHTTP2(t *testing.T) {
	f := New(t, WithTLS())
	c := as(t, f, Admin)
	c.get(webPath).want(200)
	if got := f.Requests()[0].Proto; got != "HTTP/2.0" {
		t.Errorf("got protocol %s, want HTTP/2.0", got)
	}
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(f, 200)
	stranger := &http.Client{Transport: &http.Transport{}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := stranger.Do(request); err == nil {
		_ = response.Body.Close()
		t.Error("the certificate is trusted without its CA")
	}
	if other := New(t, WithTLS()); other.CAPEM() == f.CAPEM() {
		t.Error("two foundations share a CA")
	}
}

func TestGzip(t *testing.T) {
	f := New(t, WithGzip())
	c := as(t, f, Admin)
	c.get(webPath).want(200).wantAt(GUIDWeb, "guid") // net/http requests gzip and unpacks it
	r := c.do(http.MethodGet, webPath, "", "Accept-Encoding", "gzip").want(200)
	if r.header.Get("Content-Encoding") != "gzip" || strings.HasPrefix(r.body, "{") {
		t.Errorf("got headers %v, want a compressed answer", r.header)
	}
}

func TestManyAtOnce(t *testing.T) {
	f := New(t, WithLatency(time.Millisecond))
	c := as(t, f, Admin)
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			for _, path := range []string{webPath, webPath + "/stats", "/v3/processes", "/v3/apps?include=space.organization"} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL()+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Authorization", c.auth)
				response, err := c.http.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			f.UpdateProcess(GUIDWeb, func(p *Process) { p.Instances = int64(i % 5) })
			_ = f.Requests()
		})
	}
	group.Wait()
	if f.PeakInFlight() < 2 || f.Count("GET", "") != 80 {
		t.Errorf("got peak %d and count %d, want at least 2 and 80", f.PeakInFlight(), f.Count("GET", ""))
	}
	f.DropConnections()
	c.get(webPath).want(200)
}
