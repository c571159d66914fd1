package fakecf

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Request is one request that arrived, with its outcome.
type Request struct {
	Method     string
	Host       string // host and port of the URL, which differ between API and UAA
	Path       string // as sent, still percent-encoded
	RawQuery   string
	Proto      string
	Header     http.Header // with Authorization, for assertions
	Body       string
	RemoteAddr string
	ConnID     int64  // number of the connection, from 1
	Status     int    // 0 while it runs, and where no answer was sent
	RequestID  string // the id of the request in the answer
	At         time.Time
}

type requestLog struct {
	mu      sync.Mutex
	limit   int // 0 is unlimited
	entries []*Request
	counts  map[string]map[string]int // method, path
}

func (l *requestLog) init() { l.counts = map[string]map[string]int{} }

func (l *requestLog) add(entry *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit > 0 && len(l.entries) >= l.limit {
		l.entries = append([]*Request(nil), l.entries[len(l.entries)-l.limit/2:]...)
	}
	l.entries = append(l.entries, entry)
	byPath := l.counts[entry.Method]
	if byPath == nil {
		byPath = map[string]int{}
		l.counts[entry.Method] = byPath
	}
	byPath[entry.Path]++
}

func (l *requestLog) finish(entry *Request, status int, requestID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status, entry.RequestID = status, requestID
}

// Requests returns the requests since the start or the last ResetRequests, in
// the order in which they arrived.
func (f *Foundation) Requests() []Request {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	out := make([]Request, len(f.log.entries))
	for i, entry := range f.log.entries {
		out[i] = *entry
		out[i].Header = entry.Header.Clone()
	}
	return out
}

// ResetRequests empties the log, its counters, and the peak of requests in
// flight.
func (f *Foundation) ResetRequests() {
	f.log.mu.Lock()
	f.log.entries, f.log.counts = nil, map[string]map[string]int{}
	f.log.mu.Unlock()
	f.peak.Store(f.inFlight.Load())
}

// Count is the number of logged requests with this method ("" means any) whose
// path starts with pathPrefix ("" means any).
func (f *Foundation) Count(method, pathPrefix string) int {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	n := 0
	for m, byPath := range f.log.counts {
		if method != "" && m != method {
			continue
		}
		for path, count := range byPath {
			if strings.HasPrefix(path, pathPrefix) {
				n += count
			}
		}
	}
	return n
}

// PeakInFlight is the largest number of requests in flight since the start or the
// last ResetRequests.
func (f *Foundation) PeakInFlight() int { return int(f.peak.Load()) }

// Connections is the number of connections that the API and UAA have accepted.
func (f *Foundation) Connections() int {
	f.conns.mu.Lock()
	defer f.conns.mu.Unlock()
	return int(f.conns.total)
}

// OpenConnections is the number of connections that are open now.
func (f *Foundation) OpenConnections() int {
	f.conns.mu.Lock()
	defer f.conns.mu.Unlock()
	return len(f.conns.open)
}

// DropConnections closes every open connection, like a restart of the router.
func (f *Foundation) DropConnections() {
	f.conns.mu.Lock()
	open := make([]net.Conn, 0, len(f.conns.open))
	for conn := range f.conns.open {
		open = append(open, conn)
	}
	f.conns.mu.Unlock()
	for _, conn := range open {
		_ = conn.Close() // the client may have closed it first
	}
}

type connKey struct{}

type connTracker struct {
	mu    sync.Mutex
	total int64
	open  map[net.Conn]bool
}

func (c *connTracker) init() { c.open = map[net.Conn]bool{} }

func (c *connTracker) changed(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
}

// number runs once for each connection, before its first request.
func (c *connTracker) number(ctx context.Context, conn net.Conn) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	c.open[conn] = true
	return context.WithValue(ctx, connKey{}, c.total)
}
