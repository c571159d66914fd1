package fakecf

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// exchange passes a request through log, hook, faults and server, and writes the
// response or drops it.
func (f *Foundation) exchange(w http.ResponseWriter, r *http.Request, api server) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away while sending
	}
	f.entered(f.inFlight.Add(1))
	defer f.inFlight.Add(-1)
	entry := &Request{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Proto: r.Proto,
		Header: r.Header.Clone(), Body: string(body), RemoteAddr: r.RemoteAddr, At: f.Now(),
	}
	if id, ok := r.Context().Value(connKey{}).(int64); ok {
		entry.ConnID = id
	}
	f.log.add(entry)
	if hook := f.hook.Load(); hook != nil {
		(*hook)(r)
	}
	requestID := api.RequestID(r.Header.Get(api.RequestIDHeader()), state.GUID("request", strconv.FormatInt(f.ids.Add(1), 10)))
	act := f.faults.match(r)
	if act.before(f, r) {
		panic(http.ErrAbortHandler)
	}
	f.pause(r.Context(), f.opts.latency)
	if act != nil && act.switching {
		f.switchProtocols(w, act)
		return
	}
	a := act.instead(f)
	if a == nil {
		a = api.Handle(&rest.Call{Request: r, Content: body})
	}
	if a.Status == http.StatusForbidden {
		f.pause(r.Context(), f.opts.forbidden)
	}
	a.Header.Set(api.RequestIDHeader(), requestID)
	if act.after(f, r, a) {
		panic(http.ErrAbortHandler)
	}
	f.log.finish(entry, a.Status, requestID)
	f.write(w, r, a, act)
}

// entered counts the requests in flight, and keeps the largest number.
func (f *Foundation) entered(running int64) {
	for {
		peak := f.peak.Load()
		if running <= peak || f.peak.CompareAndSwap(peak, running) {
			return
		}
	}
}

// pause waits for d, or until the client or the foundation is gone.
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

func (f *Foundation) write(w http.ResponseWriter, r *http.Request, a *rest.Answer, act *Action) {
	body := a.Body
	if f.opts.gzip && len(body) > 0 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = gzipped(body)
		a.Header.Set("Content-Encoding", "gzip")
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	bodyless := a.Status == http.StatusNoContent || a.Status == http.StatusNotModified
	if !bodyless {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	if !bodyless && act != nil && act.unframed {
		writeUnframed(w, a, body[:min(act.cut, len(body))])
		return
	}
	w.WriteHeader(a.Status)
	if bodyless {
		return
	}
	if act != nil && act.cut >= 0 && act.cutting {
		// Content-Length is sent, so that the client notices the missing bytes.
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
	_ = control.Flush() // the next write fails if the client is gone
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
