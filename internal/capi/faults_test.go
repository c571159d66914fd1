package capi_test

import (
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

// Every fault with every operation at every occasion: a request is repeated as
// often as needed, or fails with the error of the fault, and the foundation has
// the requested values.
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
			t.Errorf("got the requests %s at another host, want none", strings.Join(stolen, ", "))
		}
	})

	for faultName, broken := range faults(elsewhere.URL + "/steal") {
		for operationName, op := range operations {
			for occasionName, occasion := range occasions {
				if broken.kind == transport.KindTooLarge && operationName == "list" {
					continue // the client reads smaller pages then, see pages_size_test.go
				}
				if broken.bodies && op.once {
					continue // its response has no body that could be cut off
				}
				if occasionName != "first" && (broken.firstOnly || broken.hangs) {
					continue
				}
				if occasionName == "two in a row" && broken.want == renewed {
					continue // a second 401 is an error, see faults_login_test.go
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
		timeout = time.Second // not parallel, so that few other requests exceed it
	} else {
		t.Parallel()
	}
	client := sessionClient(t, f, timeout, 3)

	// The pattern matches only this path: the path of a process is a prefix of others.
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
					t.Errorf("run %d, during the rate limit: got %.600v, want a 429 with its time", number, err)
				}
				continue
			}
			if err == nil && op.done != nil {
				err = op.done(f, number)
			}
			if err != nil {
				t.Errorf("run %d: got %.600v, want no error", number, err)
			}
			continue
		}
		failures++
		checkFailure(t, broken, err)
	}

	hits := added.Hits()
	if hits == 0 {
		t.Fatal("got no request that met the fault, want one or more")
	}
	want := runs
	switch {
	case repeats:
		want += hits
	case broken.status == 429:
		want = 1 // the client fails the others itself until the limit ends
	}
	sent := sentFor(f, op)
	if len(sent) != want {
		t.Errorf("got %d requests for %d runs with %d faults, want %d", len(sent), runs, hits, want)
	}
	if !repeats && failures != hits {
		t.Errorf("got %d errors, want %d, one for each fault", failures, hits)
	}
	logins := 1
	if broken.want == renewed {
		logins += hits
	}
	if got := f.Count("POST", "/oauth/token"); got != logins {
		t.Errorf("got %d logins, want %d", got, logins)
	}
	if got := len(rootRequests(f)); got != 1 {
		t.Errorf("got %d discoveries, want 1", got)
	}
	for _, r := range sent {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "bearer ") {
			t.Errorf("got %s %s without a token, want one", r.Method, r.Path)
		}
		if op.done != nil && r.Body == "" {
			t.Errorf("got %s %s without a body, want one", r.Method, r.Path)
		}
	}
}

func checkFailure(t *testing.T, broken fault, err error) {
	t.Helper()
	var (
		answer       *capi.Error
		response     *capi.ResponseError
		transportErr *transport.Error
	)
	switch {
	case broken.status > 0:
		if !errors.As(err, &answer) || answer.Status != broken.status {
			t.Errorf("got %s, want the status %d", describeError(err), broken.status)
		}
	case broken.status == unusable:
		if !errors.As(err, &response) {
			t.Errorf("got %s, want a *capi.ResponseError", describeError(err))
		}
	default:
		if !errors.As(err, &transportErr) || transportErr.Kind != broken.kind || transportErr.Attempts != 1 || !transportErr.MayHaveArrived {
			t.Errorf("got %s, want a %s after one attempt that may have arrived", describeError(err), kindNames[broken.kind])
		}
	}
	if err != nil && strings.Contains(err.Error(), fakecf.ClientSecret) {
		t.Errorf("got the secret in %s, want it redacted", err)
	}
}

// describeError returns an error with the details of a *transport.Error, for a
// failure.
func describeError(err error) string {
	var e *transport.Error
	switch {
	case err == nil:
		return "no error"
	case errors.As(err, &e):
		return fmt.Sprintf("%.600v (%s after %d attempts, may have arrived: %t)", err, kindNames[e.Kind], e.Attempts, e.MayHaveArrived)
	default:
		return fmt.Sprintf("%.600v (%T)", err, err)
	}
}

// kindNames are for failures; the other kinds do not occur in these tests.
var kindNames = map[transport.Kind]string{
	transport.KindTimeout: "KindTimeout", transport.KindRedirect: "KindRedirect", transport.KindConnection: "KindConnection",
	transport.KindTruncated: "KindTruncated", transport.KindTooLarge: "KindTooLarge", transport.KindProtocol: "KindProtocol",
}

// sentFor returns the requests of an operation that arrived.
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

// A permanent fault ends after the last retry, with the error of the fault.
func TestPermanentFaults(t *testing.T) {
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
				if operationName == "list" { // it tries smaller pages first, see TestPagesShrink
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
					t.Errorf("got %d requests, want %d", sent, want)
				}
				var answer *capi.Error
				var transportErr *transport.Error
				switch {
				case broken.want == alwaysAgain:
					if !errors.As(err, &answer) || answer.Status != 429 {
						t.Errorf("got %s, want a 429", describeError(err))
					}
				case broken.status > 0:
					if !errors.As(err, &answer) || answer.Status != broken.status {
						t.Errorf("got %s, want the status %d", describeError(err), broken.status)
					}
				case broken.status == unusable:
					var response *capi.ResponseError
					if !errors.As(err, &response) {
						t.Errorf("got %s, want a *capi.ResponseError", describeError(err))
					}
				default:
					if !errors.As(err, &transportErr) || transportErr.Kind != broken.kind || transportErr.Attempts != attempts || !transportErr.MayHaveArrived {
						t.Errorf("got %s, want a %s after %d attempts that may have arrived", describeError(err), kindNames[broken.kind], attempts)
					}
				}
			})
		}
	}
}
