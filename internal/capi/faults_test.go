package capi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// operation is one request of the API, and what it has to bring about.
type operation struct {
	method, path string
	// run makes the request for the number-th time and checks the result.
	run func(c *capi.Client, number int64) error
	// done checks that the foundation is as the last run wanted it.
	done func(f *fakecf.Foundation, number int64) error
	// once says that it must not be repeated when it may have arrived.
	once bool
}

var (
	byGUID = capi.Address{GUID: fakecf.GUIDWeb}
	byApp  = capi.Address{AppGUID: fakecf.AppGUID, Type: "web"}
)

func isWeb(p *capi.Process, err error) error {
	if err == nil && p.GUID != fakecf.GUIDWeb {
		return fmt.Errorf("got the process %s", p.GUID)
	}
	return err
}

var operations = map[string]operation{
	"get": {
		method: "GET", path: "/v3/processes/" + fakecf.GUIDWeb,
		run: func(c *capi.Client, _ int64) error { return isWeb(c.GetProcess(context.Background(), byGUID)) },
	},
	"get by app": {
		method: "GET", path: "/v3/apps/" + fakecf.AppGUID + "/processes/web",
		run: func(c *capi.Client, _ int64) error { return isWeb(c.GetProcess(context.Background(), byApp)) },
	},
	"list": {
		method: "GET", path: "/v3/processes",
		run: func(c *capi.Client, _ int64) error {
			list, err := c.ListProcesses(context.Background(), capi.ProcessFilter{AppGUIDs: []string{fakecf.AppGUID}})
			if err == nil && len(list.Processes) != 2 {
				return fmt.Errorf("got %d processes", len(list.Processes))
			}
			return err
		},
	},
	"stats": {
		method: "GET", path: "/v3/processes/" + fakecf.GUIDWeb + "/stats",
		run: func(c *capi.Client, _ int64) error {
			stats, err := c.ProcessStats(context.Background(), byGUID)
			if err == nil && len(stats.Resources) == 0 {
				return errors.New("got no stats")
			}
			return err
		},
	},
	"update": {
		method: "PATCH", path: "/v3/processes/" + fakecf.GUIDWeb,
		run: func(c *capi.Client, number int64) error {
			return isWeb(c.UpdateProcess(context.Background(), byGUID, capi.ProcessUpdate{Metadata: capi.Set(capi.MetadataUpdate{
				Annotations: map[string]capi.Field[string]{"number": capi.Set(fmt.Sprint(number))},
			})}))
		},
		done: func(f *fakecf.Foundation, number int64) error {
			if p, _ := f.Process(fakecf.GUIDWeb); p.Annotations["number"] != fmt.Sprint(number) {
				return fmt.Errorf("the annotation is %q", p.Annotations["number"])
			}
			return nil
		},
	},
	"scale": {
		method: "POST", path: "/v3/processes/" + fakecf.GUIDWeb + "/actions/scale",
		run: func(c *capi.Client, number int64) error {
			return isWeb(c.ScaleProcess(context.Background(), byGUID, capi.ProcessScale{Instances: capi.Set(number + 4)}))
		},
		done: func(f *fakecf.Foundation, number int64) error {
			if p, _ := f.Process(fakecf.GUIDWeb); p.Instances != number+4 {
				return fmt.Errorf("there are %d instances", p.Instances)
			}
			return nil
		},
	},
	"get app": {
		method: "GET", path: "/v3/apps/" + fakecf.AppGUID,
		run: func(c *capi.Client, _ int64) error {
			app, err := c.GetApp(context.Background(), fakecf.AppGUID)
			if err == nil && (app.GUID != fakecf.AppGUID || app.Stopped()) {
				return fmt.Errorf("got %v", app)
			}
			return err
		},
	},
	"deployments": {
		method: "GET", path: "/v3/deployments",
		run: func(c *capi.Client, _ int64) error {
			active, err := c.ActiveDeployments(context.Background(), fakecf.AppGUIDPayments)
			if err == nil && len(active) > 0 {
				return fmt.Errorf("got %d deployments", len(active))
			}
			return err
		},
	},
	"deploy": {
		method: "POST", path: "/v3/deployments", once: true,
		run: func(c *capi.Client, _ int64) error {
			d, err := c.CreateDeployment(context.Background(), fakecf.AppGUIDCatalog, capi.Set("rolling"), capi.Omit[capi.DeploymentOptions]())
			if err == nil && !d.Is(capi.DeploymentActive) {
				return fmt.Errorf("got %v", d)
			}
			return err
		},
	},
	"restart app": {
		method: "POST", path: "/v3/apps/" + fakecf.AppGUID + "/actions/restart", once: true,
		run: func(c *capi.Client, _ int64) error { return c.RestartApp(context.Background(), fakecf.AppGUID) },
	},
	"terminate": {
		method: "DELETE", path: "/v3/processes/" + fakecf.GUIDWeb + "/instances/0", once: true,
		run: func(c *capi.Client, _ int64) error {
			return c.TerminateInstance(context.Background(), &capi.Process{GUID: fakecf.GUIDWeb}, 0)
		},
	},
}

// outcome is what has to become of a fault.
type outcome int

const (
	// again: the request is sent again, unless it must not be.
	again outcome = iota
	// alwaysAgain: it is sent again in any case, since it was refused.
	alwaysAgain
	// renewed: it is sent again in any case, after one new login.
	renewed
	// failed: it is not sent again, and the caller gets an error.
	failed
)

// fault is something that goes wrong with a request.
type fault struct {
	do   fakecf.Action
	want outcome
	// status is that of the *capi.Error; 0 for a *transport.Error of the kind;
	// -1 for a *capi.ResponseError.
	status int
	kind   transport.Kind
	// hangs says that only the attempt's time limit ends it.
	hangs bool
	// firstOnly says that nothing can come after it, or that it costs much.
	firstOnly bool
	// bodies says that it needs an answer with a body.
	bodies bool
}

const unusable = -1

func faults(elsewhere string) map[string]fault {
	return map[string]fault{
		"500":                          {do: fakecf.Status(500), status: 500},
		"502 of the router":            {do: fakecf.RouterError(502, "endpoint_failure"), status: 502},
		"502 of a load balancer":       {do: fakecf.HTML(502), status: 502},
		"503":                          {do: fakecf.Status(503), status: 503},
		"503 with Retry-After":         {do: fakecf.Status(503).WithHeader("Retry-After", "30"), status: 503},
		"503 with a rate limit's time": {do: fakecf.Status(503).WithHeader("X-RateLimit-Remaining", "0").WithHeader("X-RateLimit-Reset", inAnHour()), status: 503},
		"504":                          {do: fakecf.HTML(504), status: 504},
		"404 of the router":            {do: fakecf.RouterError(404, "unknown_route"), status: 404},
		"closed before it acted":       {do: fakecf.Close(), kind: transport.KindConnection},
		"closed after it acted":        {do: fakecf.CloseAfter(), kind: transport.KindConnection},
		"cut off":                      {do: fakecf.CutOff(20), kind: transport.KindTruncated, bodies: true},
		"no answer, it did not act":    {do: fakecf.Hang(0), kind: transport.KindTimeout, hangs: true},
		"no answer, though it acted":   {do: fakecf.HangAfter(0), kind: transport.KindTimeout, hangs: true},
		"429 with seconds":             {do: fakecf.RateLimited(2 * time.Minute), want: alwaysAgain},
		"429 without a time":           {do: fakecf.Status(429), want: alwaysAgain},
		"401":                          {do: fakecf.Status(401), want: renewed},
		"403":                          {do: fakecf.Status(403), want: failed, status: 403},
		"404":                          {do: fakecf.Status(404), want: failed, status: 404},
		"404 in HTML":                  {do: fakecf.HTML(404), want: failed, status: 404},
		"410":                          {do: fakecf.Status(410), want: failed, status: 410},
		"422":                          {do: fakecf.Status(422), want: failed, status: 422},
		"501":                          {do: fakecf.HTML(501), want: failed, status: 501},
		"429 for an hour":              {do: fakecf.RateLimited(time.Hour), want: failed, status: 429, firstOnly: true},
		"200 with a login page":        {do: fakecf.HTML(200), want: failed, status: unusable},
		"200 without a body":           {do: fakecf.Empty(200), status: unusable},
		"200 with JSON that ends":      {do: fakecf.RawJSON(200, `{"guid":"9c0c`), status: unusable},
		"cut off without a length":     {do: fakecf.CutOffUnframed(20), status: unusable, bodies: true},
		"101":                          {do: fakecf.SwitchProtocols(), want: failed, kind: transport.KindProtocol},
		"200 with an array":            {do: fakecf.RawJSON(200, `[]`), want: failed, status: unusable},
		"200 with 3 MB of garbage":     {do: fakecf.Garbage(3_000_000), want: failed, status: unusable, firstOnly: true},
		"100 MB in 100 KB":             {do: bomb(100 << 20), want: failed, kind: transport.KindTooLarge, firstOnly: true},
		"redirect to another host":     {do: fakecf.Redirect(302, elsewhere), want: failed, kind: transport.KindRedirect},
		"redirect to another, for all": {do: fakecf.Redirect(307, elsewhere), want: failed, kind: transport.KindRedirect},
	}
}

// occasions are the requests of a kind that a fault hits.
var occasions = map[string]fakecf.Fault{
	"first":        {From: 1, Times: 1},
	"second":       {From: 2, Times: 1},
	"every second": {From: 2, Every: 2},
	"two in a row": {From: 1, Times: 2},
}

// Every fault with every operation at every occasion: what is sent again is
// sent as often as it takes and no more, what is not is an error that says so,
// and the foundation is as it was asked to be.
func TestFaults(t *testing.T) {
	var mu sync.Mutex
	var stolen []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		stolen = append(stolen, r.Method+" "+r.URL.Path)
	}))
	t.Cleanup(func() { // after all the parallel tests
		elsewhere.Close()
		if len(stolen) > 0 {
			t.Errorf("another host got %s", strings.Join(stolen, ", "))
		}
	})

	for faultName, broken := range faults(elsewhere.URL + "/steal") {
		for operationName, op := range operations {
			for occasionName, occasion := range occasions {
				if broken.kind == transport.KindTooLarge && operationName == "list" {
					continue // it reads smaller pages then, see pages_size_test.go
				}
				if broken.bodies && op.once {
					continue // its answer has no body that could be cut off
				}
				if occasionName != "first" && (broken.firstOnly || broken.hangs) {
					continue
				}
				if occasionName == "two in a row" && broken.want == renewed {
					continue // a second 401 is an error, which has a test of its own
				}
				t.Run(faultName+"/"+operationName+"/"+occasionName, func(t *testing.T) {
					tryFault(t, broken, op, occasion)
				})
			}
		}
	}
}

func tryFault(t *testing.T, broken fault, op operation, occasion fakecf.Fault) {
	f := fakecf.New(t)
	timeout := 20 * time.Second
	if broken.hangs {
		timeout = time.Second // not parallel, so that little else is late
	} else {
		t.Parallel()
	}
	client := sessionClient(t, f, timeout, 3)

	// The pattern is for this path alone: that of a process begins others.
	occasion.Method, occasion.Path, occasion.Do = op.method, "^"+op.path+"$", broken.do
	added := f.AddFault(occasion)

	const runs = 3
	repeats := broken.want == again && !op.once || broken.want == alwaysAgain || broken.want == renewed
	failures := 0
	for number := range int64(runs) {
		before := added.Hits()
		err := op.run(client, number)
		if repeats || added.Hits() == before {
			if broken.status == 429 && broken.want == failed && number > 0 {
				if e := (*capi.Error)(nil); !errors.As(err, &e) || e.Status != 429 || e.RetryAt.IsZero() {
					t.Errorf("run %d, while the limit holds: %v", number, err)
				}
				continue
			}
			if err == nil && op.done != nil {
				err = op.done(f, number)
			}
			if err != nil {
				t.Errorf("run %d: %v", number, err)
			}
			continue
		}
		failures++
		checkFailure(t, broken, err)
	}

	hits := added.Hits()
	if hits == 0 {
		t.Fatal("the fault never struck")
	}
	want := runs
	switch {
	case repeats:
		want += hits
	case broken.status == 429:
		want = 1 // the others are answered from what the first one learned
	}
	sent := sentFor(f, op)
	if len(sent) != want {
		t.Errorf("%d requests for %d runs with %d faults, want %d", len(sent), runs, hits, want)
	}
	if !repeats && failures != hits {
		t.Errorf("got %d errors, want %d, one for each fault", failures, hits)
	}
	logins := 1
	if broken.want == renewed {
		logins += hits
	}
	if got := f.Count("POST", "/oauth/token"); got != logins {
		t.Errorf("%d logins, want %d", got, logins)
	}
	if got := len(rootRequests(f)); got != 1 {
		t.Errorf("%d discoveries, want 1", got)
	}
	for _, r := range sent {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "bearer ") {
			t.Errorf("a request went without its token: %s %s", r.Method, r.Path)
		}
		if op.done != nil && r.Body == "" {
			t.Errorf("a request went without its body: %s %s", r.Method, r.Path)
		}
	}
}

func checkFailure(t *testing.T, broken fault, err error) {
	t.Helper()
	var (
		answer   *capi.Error
		response *capi.ResponseError
		noAnswer *transport.Error
	)
	switch {
	case broken.status > 0:
		if !errors.As(err, &answer) || answer.Status != broken.status {
			t.Errorf("got %v, want the status %d", err, broken.status)
		}
	case broken.status == unusable:
		if !errors.As(err, &response) {
			t.Errorf("got %v, want an unusable response", err)
		}
	default:
		if !errors.As(err, &noAnswer) || noAnswer.Kind != broken.kind || noAnswer.Attempts != 1 || !noAnswer.MayHaveArrived {
			t.Errorf("got %#v (%v), want the kind %d after one attempt that may have arrived", err, err, broken.kind)
		}
	}
	if err != nil && strings.Contains(err.Error(), fakecf.ClientSecret) {
		t.Errorf("the secret is in %s", err)
	}
}

// sentFor are the requests of an operation that arrived.
func sentFor(f *fakecf.Foundation, op operation) []fakecf.Request {
	var sent []fakecf.Request
	for _, r := range f.Requests() {
		if r.Method == op.method && r.Path == op.path {
			sent = append(sent, r)
		}
	}
	return sent
}

func rootRequests(f *fakecf.Foundation) []fakecf.Request {
	return sentFor(f, operation{method: "GET", path: "/"})
}

// A fault that stays ends after the last retry, with the fault's own error.
func TestFaultsThatStay(t *testing.T) {
	for name, broken := range faults("http://elsewhere.invalid/") {
		if broken.hangs || broken.want == renewed || broken.want == failed {
			continue
		}
		for operationName, op := range operations {
			if broken.bodies && op.once {
				continue
			}
			t.Run(name+"/"+operationName, func(t *testing.T) {
				f := fakecf.New(t)
				client := sessionClient(t, f, 20*time.Second, 3)
				f.AddFault(fakecf.Fault{Method: op.method, Path: "^" + op.path + "$", Do: broken.do})
				err := op.run(client, 1)
				want := 4
				if op.once && broken.want != alwaysAgain {
					want = 1
				}
				attempts := want
				if operationName == "list" { // a page that cannot be served shrinks first, see TestPagesShrink
					switch broken.status {
					case 502, 503:
						want += 3 * 2
					case 504:
						want += 3
					}
				}
				// net/http itself repeats a read once when the server closes a
				// connection that was used before, before it answered.
				sent := len(sentFor(f, op))
				if sent < want || sent > want && (broken.kind != transport.KindConnection || op.method != "GET") {
					t.Errorf("%d requests, want %d", sent, want)
				}
				var answer *capi.Error
				var noAnswer *transport.Error
				switch {
				case broken.want == alwaysAgain:
					if !errors.As(err, &answer) || answer.Status != 429 {
						t.Errorf("got %v", err)
					}
				case broken.status > 0:
					if !errors.As(err, &answer) || answer.Status != broken.status {
						t.Errorf("got %v", err)
					}
				case broken.status == unusable:
					var response *capi.ResponseError
					if !errors.As(err, &response) {
						t.Errorf("got %v, want an unusable response", err)
					}
				default:
					if !errors.As(err, &noAnswer) || noAnswer.Kind != broken.kind || noAnswer.Attempts != attempts || !noAnswer.MayHaveArrived {
						t.Errorf("got %#v", err)
					}
				}
			})
		}
	}
}
