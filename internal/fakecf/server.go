package fakecf

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one request on its way through the foundation.
type call struct {
	f        *Foundation
	r        *http.Request
	body     []byte
	segments []string // of the path, percent-decoded
	query    url.Values
	who      *identity // nil before the caller is known
}

// exchange takes a request through log, hook, faults and handler, and writes
// the answer or loses it.
func (f *Foundation) exchange(w http.ResponseWriter, r *http.Request, handle func(*call) *answer) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away while sending
	}
	f.entered(f.inFlight.Add(1))
	defer f.inFlight.Add(-1)
	entry := &Request{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Proto: r.Proto,
		Header: r.Header.Clone(), Body: string(body), RemoteAddr: r.RemoteAddr, At: f.now(),
	}
	if id, ok := r.Context().Value(connKey{}).(int64); ok {
		entry.ConnID = id
	}
	f.log.add(entry)
	if hook := f.hook.Load(); hook != nil {
		(*hook)(r)
	}
	requestID := f.requestID(r)
	act := f.faults.match(r)
	if act.before(f, r) {
		panic(http.ErrAbortHandler)
	}
	f.pause(r.Context(), f.opts.latency)
	a := act.instead(f)
	if a == nil {
		a = handle(&call{f: f, r: r, body: body})
	}
	if a.status == http.StatusForbidden {
		f.pause(r.Context(), f.opts.forbidden)
	}
	a.header.Set(f.requestIDHeader(), requestID)
	if act.after(f, r, a) {
		panic(http.ErrAbortHandler)
	}
	f.log.finish(entry, a.status, requestID)
	f.write(w, r, a, act)
}

// entered remembers the largest number of requests at the same time.
func (f *Foundation) entered(running int64) {
	for {
		peak := f.peak.Load()
		if running <= peak || f.peak.CompareAndSwap(peak, running) {
			return
		}
	}
}

func (f *Foundation) requestIDHeader() string {
	if f.korifi() {
		return "X-Correlation-ID"
	}
	return "X-VCAP-Request-ID"
}

// requestID follows what the client calls the request: Korifi takes it over,
// Cloud Controller puts its own behind it.
func (f *Foundation) requestID(r *http.Request) string {
	own := fakeGUID("request", strconv.FormatInt(f.ids.Add(1), 10))
	given := r.Header.Get(f.requestIDHeader())
	switch {
	case given == "":
		return own
	case f.korifi():
		return given
	default:
		return given + "::" + own
	}
}

// pause waits for d, unless client or foundation end first.
func (f *Foundation) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-f.done:
	}
}

func (f *Foundation) write(w http.ResponseWriter, r *http.Request, a *answer, act *Action) {
	body := a.body
	if f.opts.gzip && len(body) > 0 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = gzipped(body)
		a.header.Set("Content-Encoding", "gzip")
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	bodyless := a.status == http.StatusNoContent || a.status == http.StatusNotModified
	if !bodyless {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if bodyless {
		return
	}
	if act != nil && act.cut >= 0 && act.cutting {
		// The length is announced, so the client can tell that bytes are missing.
		_, _ = w.Write(body[:min(act.cut, len(body))])
		_ = http.NewResponseController(w).Flush() // the client may have gone away
		panic(http.ErrAbortHandler)
	}
	if act != nil && act.slow > 0 {
		f.trickle(w, r, body, act.slow)
		return
	}
	_, _ = w.Write(body) // the client may have gone away
}

// trickle writes the body in pieces over d.
func (f *Foundation) trickle(w http.ResponseWriter, r *http.Request, body []byte, d time.Duration) {
	const pieces = 10
	control := http.NewResponseController(w)
	_ = control.Flush() // the next write says that the client has gone away
	size := max(1, (len(body)+pieces-1)/pieces)
	for len(body) > 0 {
		f.pause(r.Context(), d/pieces)
		n := min(size, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		_ = control.Flush() // as above
		body = body[n:]
	}
}

func gzipped(body []byte) []byte {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	// A buffer takes everything.
	_, _ = zip.Write(body)
	_ = zip.Close()
	return buf.Bytes()
}

// splitPath decodes each segment by itself, so that an encoded slash never
// becomes a separator. A slash at the end means nothing, as in the real API.
func splitPath(escaped string) ([]string, error) {
	trimmed := strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/")
	if trimmed == "" {
		return nil, nil
	}
	segments := strings.Split(trimmed, "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i, err)
		}
		segments[i] = decoded
	}
	return segments, nil
}
