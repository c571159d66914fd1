package fakecf

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault makes something go wrong on order. Requests that it matches are
// counted from 1, each fault by itself.
type Fault struct {
	Method string                   // "" is any
	Path   string                   // a prefix of the path, or a regular expression where it starts with ^
	When   func(*http.Request) bool // nil is always; asked after Method and Path

	From  int // the first request that it hits; 0 is 1
	Every int // then each Every-th one; 0 is 1
	Times int // at most so many hits; 0 is without end

	Do Action
}

// AddedFault is a fault in place.
type AddedFault struct {
	list    *faultList
	fault   Fault
	pattern *regexp.Regexp
	seen    int
	hits    int
}

// Hits is how often the fault struck.
func (a *AddedFault) Hits() int {
	a.list.mu.Lock()
	defer a.list.mu.Unlock()
	return a.hits
}

type faultList struct {
	mu       sync.Mutex
	faults   []*AddedFault
	released chan struct{}
}

func (l *faultList) init() { l.released = make(chan struct{}) }

// AddFault puts a fault in place. Where several faults want the same request,
// the one that was added first gets it. It panics on a Path that is no regular
// expression.
func (f *Foundation) AddFault(fault Fault) *AddedFault {
	added := &AddedFault{list: &f.faults, fault: fault}
	if strings.HasPrefix(fault.Path, "^") {
		added.pattern = regexp.MustCompile(fault.Path)
	}
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	f.faults.faults = append(f.faults.faults, added)
	return added
}

// ClearFaults removes all faults and lets requests go on that hang.
func (f *Foundation) ClearFaults() {
	f.faults.mu.Lock()
	f.faults.faults = nil
	f.faults.mu.Unlock()
	f.ReleaseHangs()
}

// ReleaseHangs lets the requests go on that hang now.
func (f *Foundation) ReleaseHangs() {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	close(f.faults.released)
	f.faults.released = make(chan struct{})
}

func (l *faultList) match(r *http.Request) *Action {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found *Action
	for _, added := range l.faults {
		if added.wants(r) && found == nil {
			added.hits++
			action := added.fault.Do
			// Taken together with the decision: a release between the two
			// would leave this request hanging for ever.
			action.released = l.released
			found = &action
		}
	}
	return found
}

func (a *AddedFault) wants(r *http.Request) bool {
	switch {
	case a.fault.Method != "" && a.fault.Method != r.Method,
		a.pattern != nil && !a.pattern.MatchString(r.URL.EscapedPath()),
		a.pattern == nil && !strings.HasPrefix(r.URL.EscapedPath(), a.fault.Path),
		a.fault.When != nil && !a.fault.When(r):
		return false
	}
	a.seen++
	from, every := max(1, a.fault.From), max(1, a.fault.Every)
	return a.seen >= from && (a.seen-from)%every == 0 && (a.fault.Times == 0 || a.hits < a.fault.Times)
}

// Action is what a fault does. The functions below make one; the zero Action
// does nothing.
type Action struct {
	answer     func(*Foundation) *answer
	header     http.Header
	close      bool
	closeAfter bool
	hang       bool
	hangAfter  bool
	hangFor    time.Duration
	released   <-chan struct{} // closes when hanging requests are released
	cutting    bool
	cut        int
	slow       time.Duration
	rewrite    func(status int, body []byte) (int, []byte)
}

// Body answers with this status, content type and body; the request has no
// effect. An empty content type sends none.
func Body(status int, contentType, body string) Action {
	return Action{answer: func(*Foundation) *answer { return newAnswer(status, contentType, []byte(body)) }}
}

// Status answers with this status and an error body as Cloud Controller sends
// it; the request has no effect. Without errs there is one that suits the status.
func Status(status int, errs ...APIError) Action {
	if len(errs) == 0 {
		errs = []APIError{errorFor(status)}
	}
	return Action{answer: func(*Foundation) *answer { return errorAnswer(status, errs...) }}
}

func errorFor(status int) APIError {
	switch status {
	case http.StatusUnauthorized:
		return APIError{1000, "CF-InvalidAuthToken", "Invalid Auth Token"}
	case http.StatusForbidden:
		return APIError{10003, "CF-NotAuthorized", "You are not authorized to perform the requested action"}
	case http.StatusNotFound:
		return APIError{10010, "CF-ResourceNotFound", "Process not found"}
	case http.StatusUnprocessableEntity:
		return APIError{10008, "CF-UnprocessableEntity", "The request is semantically invalid"}
	case http.StatusTooManyRequests:
		return APIError{10013, "CF-RateLimitExceeded", "Rate Limit Exceeded"}
	case http.StatusServiceUnavailable:
		return APIError{10015, "CF-ServiceUnavailable", "Service is currently unavailable"}
	default:
		return APIError{10001, "UnknownError", "An unknown error occurred."}
	}
}

// RateLimited answers 429 as Cloud Controller does, with Retry-After in
// seconds and X-RateLimit-Reset by the foundation's clock.
func RateLimited(retryAfter time.Duration) Action {
	seconds := int64((retryAfter + time.Second - 1) / time.Second)
	return Action{answer: func(f *Foundation) *answer {
		a := tooManyRequests().with(f.rate.peek(f.now())) // for X-RateLimit-Limit
		a.header.Set("Retry-After", strconv.FormatInt(seconds, 10))
		a.header.Set("X-RateLimit-Reset", strconv.FormatInt(f.now().Unix()+seconds, 10))
		a.header.Set("X-RateLimit-Remaining", "0")
		return a
	}}
}

// UAAError answers as UAA does.
func UAAError(status int, code, description string) Action {
	return Action{answer: func(*Foundation) *answer { return oauthError(status, code, description) }}
}

// RouterError answers as the router in front does: plain text and the header
// X-Cf-RouterError, for instance 502 endpoint_failure, 404 unknown_route.
func RouterError(status int, code string) Action {
	return Body(status, "text/plain; charset=utf-8", strconv.Itoa(status)+" "+http.StatusText(status)+
		": Registered endpoint failed to handle the request.\n").WithHeader("X-Cf-RouterError", code)
}

// HTML answers as a load balancer or a captive portal does.
func HTML(status int) Action {
	return Body(status, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html><head><title>"+http.StatusText(status)+
		"</title></head>\n<body><h1>"+strconv.Itoa(status)+" "+http.StatusText(status)+"</h1></body></html>\n")
}

// JSON answers with v as JSON: the wrong document, for instance.
func JSON(status int, v any) Action {
	return Action{answer: func(*Foundation) *answer { return jsonAnswer(status, v) }}
}

// RawJSON answers with this JSON text, which need not be valid.
func RawJSON(status int, text string) Action { return Body(status, jsonType, text) }

// Garbage answers 200 with n bytes that are no JSON.
func Garbage(n int) Action {
	return Action{answer: func(*Foundation) *answer {
		body := make([]byte, n)
		state := uint32(1)
		for i := range body {
			state = state*1664525 + 1013904223
			body[i] = byte(state >> 24)
		}
		return newAnswer(http.StatusOK, jsonType, body)
	}}
}

// Empty answers with a status and no body.
func Empty(status int) Action { return Body(status, jsonType, "") }

// Redirect answers with a redirect (301, 302, 307, 308) to a URL.
func Redirect(status int, location string) Action {
	return Body(status, "text/plain", "").WithHeader("Location", location)
}

// Close closes the connection before the request has any effect.
func Close() Action { return Action{close: true} }

// CloseAfter lets the request take effect and closes the connection instead of
// answering.
func CloseAfter() Action { return Action{closeAfter: true} }

// CutOff sends the true answer with its Content-Length, but closes the
// connection after n bytes of the body.
func CutOff(n int) Action { return Action{cutting: true, cut: n} }

// Hang waits before the request has any effect, for d, or with 0 until it is
// released or the client gives up; then the request goes on as usual.
func Hang(d time.Duration) Action { return Action{hang: true, hangFor: d} }

// HangAfter is like Hang, after the request took effect and before the answer.
func HangAfter(d time.Duration) Action { return Action{hangAfter: true, hangFor: d} }

// Slow sends the true answer in pieces over d.
func Slow(d time.Duration) Action { return Action{slow: d} }

// Rewrite changes status and body of the true answer.
func Rewrite(change func(status int, body []byte) (int, []byte)) Action {
	return Action{rewrite: change}
}

// Edit changes the JSON object of the true answer.
func Edit(change func(object map[string]any)) Action {
	return Rewrite(func(status int, body []byte) (int, []byte) {
		var object map[string]any
		if json.Unmarshal(body, &object) != nil {
			return status, body // not an object: nothing to edit
		}
		change(object)
		return status, marshal(object)
	})
}

// WithHeader adds a header to whatever is answered; "" as value removes it.
func (a Action) WithHeader(name, value string) Action {
	a.header = a.header.Clone()
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

// before runs before the request has an effect; true closes the connection.
func (a *Action) before(f *Foundation, r *http.Request) bool {
	if a != nil && a.hang {
		f.hold(r, a)
	}
	return a != nil && a.close
}

func (a *Action) instead(f *Foundation) *answer {
	if a == nil || a.answer == nil {
		return nil
	}
	return a.answer(f)
}

// after runs when the request took effect; true closes the connection.
func (a *Action) after(f *Foundation, r *http.Request, got *answer) bool {
	if a == nil {
		return false
	}
	if a.hangAfter {
		f.hold(r, a)
	}
	if a.rewrite != nil {
		got.status, got.body = a.rewrite(got.status, got.body)
	}
	for name, values := range a.header {
		if values[0] == "" {
			got.header.Del(name)
			continue
		}
		got.header[name] = values
	}
	return a.closeAfter
}

func (f *Foundation) hold(r *http.Request, a *Action) {
	var over <-chan time.Time
	if a.hangFor > 0 {
		timer := time.NewTimer(a.hangFor)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-a.released:
	case <-over:
	case <-r.Context().Done():
	case <-f.done:
	}
}
