package fakecf

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/uaa"
)

// Action is what a fault does. The functions below make one; the zero Action
// does nothing.
type Action struct {
	answer     func(*Foundation) *rest.Answer
	header     http.Header
	close      bool
	closeAfter bool
	hang       bool
	hangAfter  bool
	hangFor    time.Duration
	released   <-chan struct{} // closes when hanging requests are released
	cutting    bool
	cut        int
	unframed   bool // without Content-Length
	switching  bool
	slow       time.Duration
	rewrite    func(status int, body []byte) (int, []byte)
}

// Body responds with this status, content type and body; the request has no
// effect. With an empty content type there is no Content-Type header.
func Body(status int, contentType, body string) Action {
	return Action{answer: func(*Foundation) *rest.Answer { return rest.NewAnswer(status, contentType, []byte(body)) }}
}

// Status responds with this status and an error body as Cloud Controller sends
// it; the request has no effect. Without errs the body has the usual error of the
// status.
func Status(status int, errs ...APIError) Action {
	if len(errs) == 0 {
		errs = []APIError{rest.UsualError(status)}
	}
	return Action{answer: func(*Foundation) *rest.Answer { return rest.Errors(status, errs...) }}
}

// RateLimited responds with 429 like Cloud Controller, with Retry-After in
// seconds and X-RateLimit-Reset according to the foundation's clock.
func RateLimited(retryAfter time.Duration) Action {
	seconds := int64((retryAfter + time.Second - 1) / time.Second)
	return Action{answer: func(f *Foundation) *rest.Answer {
		a := rest.Errors(http.StatusTooManyRequests, rest.UsualError(http.StatusTooManyRequests))
		a.With(f.limiter.Peek(f.Now())) // for X-RateLimit-Limit
		a.Header.Set("Content-Type", "text/plain; charset=utf-8")
		a.Header.Set("Retry-After", strconv.FormatInt(seconds, 10))
		a.Header.Set("X-RateLimit-Reset", strconv.FormatInt(f.Now().Unix()+seconds, 10))
		a.Header.Set("X-RateLimit-Remaining", "0")
		return a
	}}
}

// UAAError responds with an error of UAA.
func UAAError(status int, code, description string) Action {
	return Action{answer: func(*Foundation) *rest.Answer { return uaa.Error(status, code, description) }}
}

// RouterError responds like the router in front of the API: plain text and the
// header X-Cf-RouterError, for instance 502 endpoint_failure, 404 unknown_route.
func RouterError(status int, code string) Action {
	return Body(status, "text/plain; charset=utf-8", strconv.Itoa(status)+" "+http.StatusText(status)+
		": Registered endpoint failed to handle the request.\n").WithHeader("X-Cf-RouterError", code)
}

// HTML responds like a load balancer or a captive portal.
func HTML(status int) Action {
	return Body(status, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html><head><title>"+http.StatusText(status)+
		"</title></head>\n<body><h1>"+strconv.Itoa(status)+" "+http.StatusText(status)+"</h1></body></html>\n")
}

// JSON responds with v as JSON, for instance the wrong document.
func JSON(status int, v any) Action {
	return Action{answer: func(*Foundation) *rest.Answer { return rest.JSON(status, v) }}
}

// RawJSON responds with this JSON text, which need not be valid.
func RawJSON(status int, text string) Action { return Body(status, rest.JSONType, text) }

// Garbage responds with 200 and n bytes that are not JSON.
func Garbage(n int) Action {
	return Action{answer: func(*Foundation) *rest.Answer {
		body := make([]byte, n)
		state := uint32(1)
		for i := range body {
			state = state*1664525 + 1013904223
			body[i] = byte(state >> 24)
		}
		return rest.NewAnswer(http.StatusOK, rest.JSONType, body)
	}}
}

// Empty responds with a status and no body.
func Empty(status int) Action { return Body(status, rest.JSONType, "") }

// Redirect responds with a redirect (301, 302, 307, 308) to a URL.
func Redirect(status int, location string) Action {
	return Body(status, "text/plain", "").WithHeader("Location", location)
}

// Close closes the connection before the request has any effect.
func Close() Action { return Action{close: true} }

// CloseAfter lets the request take effect and closes the connection instead of
// answering.
func CloseAfter() Action { return Action{closeAfter: true} }

// CutOff sends the real response with its Content-Length, but closes the
// connection after n bytes of the body.
func CutOff(n int) Action { return Action{cutting: true, cut: n} }

// CutOffUnframed is CutOff by a server of HTTP/1.0, which marks the end of a
// body by closing the connection: the client cannot tell that bytes are missing.
func CutOffUnframed(n int) Action { return Action{cutting: true, cut: n, unframed: true} }

// SwitchProtocols responds with 101 without an effect, and leaves the connection
// open without sending anything else.
func SwitchProtocols() Action { return Action{switching: true} }

// Hang waits before the request has any effect: for d, or with 0 until it is
// released or the client gives up. Then the request continues as usual.
func Hang(d time.Duration) Action { return Action{hang: true, hangFor: d} }

// HangAfter is like Hang, but waits after the effect and before the response.
func HangAfter(d time.Duration) Action { return Action{hangAfter: true, hangFor: d} }

// Slow sends the real response in pieces over d.
func Slow(d time.Duration) Action { return Action{slow: d} }

// Rewrite changes the status and the body of the real response.
func Rewrite(change func(status int, body []byte) (int, []byte)) Action {
	return Action{rewrite: change}
}

// Edit changes the JSON object of the real response.
func Edit(change func(object map[string]any)) Action {
	return Rewrite(func(status int, body []byte) (int, []byte) {
		var object map[string]any
		if json.Unmarshal(body, &object) != nil {
			return status, body // not an object: nothing to edit
		}
		change(object)
		return status, rest.Marshal(object)
	})
}

// WithHeader sets a header of the response; the value "" removes it.
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

func (a *Action) instead(f *Foundation) *rest.Answer {
	if a == nil || a.answer == nil {
		return nil
	}
	return a.answer(f)
}

// after runs when the request took effect; true closes the connection.
func (a *Action) after(f *Foundation, r *http.Request, got *rest.Answer) bool {
	if a == nil {
		return false
	}
	if a.hangAfter {
		f.hold(r, a)
	}
	if a.rewrite != nil {
		got.Status, got.Body = a.rewrite(got.Status, got.Body)
	}
	for name, values := range a.header {
		if values[0] == "" {
			got.Header.Del(name)
			continue
		}
		got.Header[name] = values
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
