package fakecf

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
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
		want  string // a letter for each request: F if the fault hits it, . if not
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
				t.Errorf("6 requests: got the hits %s and Hits() = %d, want %s", got, added.Hits(), test.want)
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
	if h := try(RateLimited(1500*time.Millisecond)).wantError(429, 10013).header; h.Get("Retry-After") != "2" || h.Get("X-RateLimit-Reset") == "" {
		t.Errorf("RateLimited: got Retry-After %q and X-RateLimit-Reset %q, want 2 and a time", h.Get("Retry-After"), h.Get("X-RateLimit-Reset"))
	}
	if r := try(RouterError(502, "endpoint_failure")).want(502); r.header.Get("X-Cf-RouterError") != "endpoint_failure" || strings.Contains(r.body, "{") {
		t.Errorf("RouterError: got X-Cf-RouterError %q and the body %.200q, want endpoint_failure and plain text", r.header.Get("X-Cf-RouterError"), r.body)
	}
	if r := try(HTML(504)).want(504); !strings.HasPrefix(r.body, "<!DOCTYPE html>") {
		t.Errorf("HTML: got the body %.200q, want HTML", r.body)
	}
	if r := try(Garbage(3 << 20)).want(200); len(r.body) != 3<<20 {
		t.Errorf("Garbage: got %d bytes, want %d", len(r.body), 3<<20)
	}
	if r := try(Empty(200)).want(200); r.body != "" {
		t.Errorf("Empty: got the body %.200q, want none", r.body)
	}
	const target = "http://127.0.0.1:1/x"
	if got := try(Redirect(302, target)).want(302).header.Get("Location"); got != target {
		t.Errorf("Redirect: got the Location %q, want %q", got, target)
	}
	try(Edit(func(o map[string]any) { o["instances"] = "three" })).want(200).wantAt("three", "instances")
	if got := try(Action{}.WithHeader("X-VCAP-Request-ID", "")).want(200).header.Get("X-VCAP-Request-ID"); got != "" {
		t.Errorf("WithHeader and an empty value: got X-VCAP-Request-ID %q, want none", got)
	}
	if r := try(RawJSON(200, `[1]`)).want(200); r.body != "[1]" {
		t.Errorf("RawJSON: got the body %.200q, want [1]", r.body)
	}
	try(Slow(50*time.Millisecond)).want(200).wantAt(GUIDWeb, "guid")
	if got := login(t, f, "cf", "").status; got != 400 {
		t.Errorf("login with a fault of the API: got status %d, want 400, as without the fault", got)
	}
	f.ClearFaults()
	f.AddFault(Fault{Path: "/oauth/token", Do: UAAError(429, "rate_limit", "slow down")})
	login(t, f, "cf", "").refused(429, "rate_limit", "slow down")
}

func TestLostAnswers(t *testing.T) {
	for name, options := range map[string][]Option{"HTTP": nil, "TLS": {WithTLS()}} {
		t.Run(name, func(t *testing.T) {
			f := New(t, options...)
			c := as(t, f, Admin)
			before := f.Instances(GUIDWeb)
			f.AddFault(Fault{Method: "DELETE", Times: 1, Do: Close()})
			f.AddFault(Fault{Method: "DELETE", From: 2, Times: 1, Do: CloseAfter()})
			path := webPath + "/instances/0"
			if r, err := c.try(http.MethodDelete, path, ""); err == nil {
				t.Errorf("Close: got status %d, want an error", r.status)
			}
			if f.Instances(GUIDWeb)[0].GUID != before[0].GUID {
				t.Error("Close: got a new instance, want the request without effect")
			}
			if r, err := c.try(http.MethodDelete, path, ""); err == nil {
				t.Errorf("CloseAfter: got status %d, want an error", r.status)
			}
			if f.Instances(GUIDWeb)[0].GUID == before[0].GUID {
				t.Error("CloseAfter: got the old instance, want the request to take effect")
			}
			f.ClearFaults()
			f.AddFault(Fault{Do: CutOff(20)})
			if r, err := c.try(http.MethodGet, webPath, ""); err == nil || len(r.body) != 20 {
				t.Errorf("CutOff(20): got error %v and the body %.100q, want an error after 20 bytes", err, r.body)
			}
			if log := f.Requests(); log[len(log)-1].Status != 200 || log[0].Status != 0 {
				t.Errorf("log: got the statuses %d for Close and %d for CutOff, want 0 and 200", log[0].Status, log[len(log)-1].Status)
			}
		})
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
		t.Errorf("request that hangs: got error %v, want %v", err, context.DeadlineExceeded)
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
		t.Error("request that hangs: got a response before it was released, want none")
	default:
	}
	f.ClearFaults()
	if r := <-done; r == nil {
		t.Error("request that was released: got no response, want one")
	} else {
		r.want(200)
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
		t.Fatalf("log: got %d requests, want 2", len(log))
	}
	first, second := log[0], log[1]
	if first.Method != "PATCH" || first.Path != webPath || first.Body != `{"command":"x"}` || first.Header.Get("Authorization") != c.auth ||
		first.Status != 200 || first.ConnID == 0 || first.RequestID == "" || "http://"+first.Host != f.URL() {
		t.Errorf("log: got %.1000s, want the PATCH with its body, headers, status 200, connection and IDs", fmt.Sprintf("%+v", first))
	}
	if second.RawQuery != "types=a%2Cb" || second.ConnID != first.ConnID || !strings.HasPrefix(second.RequestID, "mine::") {
		t.Errorf("log: got %.1000s, want the query types=a%%2Cb, connection %d and a request ID that begins with mine::", fmt.Sprintf("%+v", second), first.ConnID)
	}
	if f.Count("PATCH", "/v3/processes") != 1 || f.Count("", "") != 2 || f.Count("GET", "/v3/apps") != 0 || f.Connections() != 1 {
		t.Errorf("counters: got %d PATCH, %d in all, %d of apps and %d connections, want 1, 2, 0 and 1",
			f.Count("PATCH", "/v3/processes"), f.Count("", ""), f.Count("GET", "/v3/apps"), f.Connections())
	}
	f.ResetRequests()
	if n, count := len(f.Requests()), f.Count("", ""); n != 0 || count != 0 {
		t.Errorf("log after a reset: got %d requests and a count of %d, want none", n, count)
	}
	limited := New(t, WithRequestLogLimit(4))
	c = as(t, limited, Admin)
	for range 10 {
		c.get(webPath)
	}
	if len(limited.Requests()) > 4 || limited.Count("GET", webPath) != 10 {
		t.Errorf("log with a limit of 4: got %d requests and a count of %d, want at most 4 and 10", len(limited.Requests()), limited.Count("GET", webPath))
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
		t.Errorf("X-RateLimit-Remaining: got %s, want 1", got)
	}
	c.get(webPath).want(200)
	now = now.Add(4 * time.Second)
	r := c.patch(GUIDWeb, `{"command":"x"}`).wantError(429, 10013, "Rate Limit Exceeded")
	h := r.header
	if h.Get("Retry-After") != "6" || h.Get("X-RateLimit-Reset") != "1800000010" || h.Get("X-RateLimit-Limit") != "2" {
		t.Errorf("response 429: got Retry-After %q, X-RateLimit-Reset %q and X-RateLimit-Limit %q, want 6, 1800000010 and 2",
			h.Get("Retry-After"), h.Get("X-RateLimit-Reset"), h.Get("X-RateLimit-Limit"))
	}
	if p, _ := f.Process(GUIDWeb); *p.Command == "x" {
		t.Error("PATCH that the limit refused: got its command in the process, want no effect")
	}
	now = now.Add(6 * time.Second)
	c.get(webPath).want(200)
	f.SetRateLimit(1, time.Hour)
	c.get(webPath).want(200)
	c.get(webPath).want(429)
}

// Cloud Controller 3.228.0: every response except the root documents describes the
// limit. The remaining requests decrease in tenths, and are 0 while requests pass.
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
			t.Errorf("%s: got X-RateLimit-Limit, -Remaining and -Reset %q, want %s %s %s", r.call, got, limit, remaining, reset)
		}
	}
	c.each([]string{"/", "/v3"}, func(c *client, path string) {
		describes(c.get(path).want(200), "", "", "")
	})
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
		t.Errorf("response 429: got Content-Type %q and Retry-After %s, want text/plain; charset=utf-8 and 7", got, r.header.Get("Retry-After"))
	}
	with := c.auth
	c.each([]string{"", "bearer wrong", "Basic x"}, func(c *client, auth string) {
		c.auth = auth
		c.get(webPath).want(401)
	})
	c.auth = ""
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
		t.Errorf("RateLimited: got X-RateLimit-Reset %q, Retry-After %q, X-RateLimit-Limit %q and X-RateLimit-Remaining %q, want 1800000150, 90, 7 and 0",
			h.Get("X-RateLimit-Reset"), h.Get("Retry-After"), h.Get("X-RateLimit-Limit"), h.Get("X-RateLimit-Remaining"))
	}
	if h = c.get("/v3/apps").want(429).header; h.Get("X-RateLimit-Reset") != "1" || h.Get("Retry-After") != "" {
		t.Errorf("RateLimited and WithHeader: got X-RateLimit-Reset %q and Retry-After %q, want 1 and none", h.Get("X-RateLimit-Reset"), h.Get("Retry-After"))
	}
}

func TestTLSSpeaksHTTP2(t *testing.T) {
	f := New(t, WithTLS())
	c := as(t, f, Admin)
	c.get(webPath).want(200)
	if got := f.Requests()[0].Proto; got != "HTTP/2.0" {
		t.Errorf("request by TLS: got the protocol %s, want HTTP/2.0", got)
	}
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(f, 200)
	stranger := &http.Client{Transport: &http.Transport{}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := stranger.Do(request); err == nil {
		_ = response.Body.Close()
		t.Errorf("client without the CA: got status %d, want an error", response.StatusCode)
	}
	if other := New(t, WithTLS()); other.CAPEM() == f.CAPEM() {
		t.Error("second foundation: got the CA of the first one, want another one")
	}
}

func TestGzip(t *testing.T) {
	f := New(t, WithGzip())
	c := as(t, f, Admin)
	c.get(webPath).want(200).wantAt(GUIDWeb, "guid") // net/http requests gzip and unpacks it
	r := c.do(http.MethodGet, webPath, "", "Accept-Encoding", "gzip").want(200)
	if got := r.header.Get("Content-Encoding"); got != "gzip" || strings.HasPrefix(r.body, "{") {
		t.Errorf("response with gzip: got Content-Encoding %q and the body %.20q, want gzip and no JSON", got, r.body)
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
		t.Errorf("20 clients with 4 requests: got a peak of %d in flight and %d in all, want at least 2, and 80", f.PeakInFlight(), f.Count("GET", ""))
	}
	f.DropConnections()
	c.get(webPath).want(200)
}
