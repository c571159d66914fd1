package fakecf

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Flavor is the kind of server that the foundation plays.
type Flavor int

const (
	// CloudController is the open-source reference, and the default.
	CloudController Flavor = iota
	// Tanzu is Cloud Controller with the registry_credential fields on every process.
	Tanzu
	// Korifi is Cloud Foundry on Kubernetes: fewer fields, other answers, no UAA.
	Korifi
)

// Foundation is a running foundation. All methods may be called at any time
// and from any goroutine, also from an OnRequest hook.
type Foundation struct {
	opts   options
	tls    *tlsMaterial
	apiURL string
	uaaURL string

	servers []*http.Server
	conns   connTracker
	done    chan struct{}
	closed  sync.Once

	clock    atomic.Pointer[func() time.Time]
	hook     atomic.Pointer[func(*http.Request)]
	inFlight atomic.Int64
	peak     atomic.Int64
	ids      atomic.Int64

	state  store
	tokens tokenStore
	log    requestLog
	faults faultList
	rate   rateLimiter
}

type options struct {
	flavor        Flavor
	tls           bool
	seed          bool
	gzip          bool
	rotateRefresh bool
	korifiUAA     bool
	noGUIDs       bool
	tokenLifetime time.Duration
	latency       time.Duration
	forbidden     time.Duration
	maxPerPage    int
	listenAddr    string
	uaaPath       string
	rateLimit     int
	rateWindow    time.Duration
	logLimit      int
	withoutEnd    map[string]bool
	withoutField  map[string]bool
}

// Option changes how a foundation is started.
type Option func(*options)

// WithTLS serves API and UAA over TLS (HTTP/1.1 and HTTP/2) with a certificate
// of a CA that only CAPEM makes trusted.
func WithTLS() Option { return func(o *options) { o.tls = true } }

// WithFlavor chooses the kind of server.
func WithFlavor(flavor Flavor) Option { return func(o *options) { o.flavor = flavor } }

// WithoutSeed starts empty: no organizations, spaces, apps and processes. The
// seeded credentials work all the same.
func WithoutSeed() Option { return func(o *options) { o.seed = false } }

// WithTokenLifetime sets how long an access token is accepted (default 1 h).
func WithTokenLifetime(d time.Duration) Option { return func(o *options) { o.tokenLifetime = d } }

// WithMaxPerPage lowers the largest per_page that is accepted (default 5000).
func WithMaxPerPage(n int) Option { return func(o *options) { o.maxPerPage = n } }

// WithLatency delays every answer by d.
func WithLatency(d time.Duration) Option { return func(o *options) { o.latency = d } }

// WithForbiddenDelay delays 403 answers by d; Korifi takes about 2.6 s for one.
func WithForbiddenDelay(d time.Duration) Option { return func(o *options) { o.forbidden = d } }

// WithListenAddr sets the address of the API (default 127.0.0.1:0).
func WithListenAddr(addr string) Option { return func(o *options) { o.listenAddr = addr } }

// WithUAAPath puts the UAA under a path of its own, such as "/uaa".
func WithUAAPath(path string) Option {
	return func(o *options) { o.uaaPath = "/" + strings.Trim(path, "/") }
}

// WithKorifiUAA starts a UAA for the Korifi flavor as well (its experimental
// one) and names it in the root document.
func WithKorifiUAA() Option { return func(o *options) { o.korifiUAA = true } }

// WithRotatingRefreshTokens hands out a new refresh token at each use and
// revokes the old one. By default the same one is handed back.
func WithRotatingRefreshTokens() Option { return func(o *options) { o.rotateRefresh = true } }

// WithGzip compresses answers for clients that accept it.
func WithGzip() Option { return func(o *options) { o.gzip = true } }

// WithRateLimit allows limit API requests in each window, for all users
// together; further ones are answered 429 until the window ends.
func WithRateLimit(limit int, window time.Duration) Option {
	return func(o *options) { o.rateLimit, o.rateWindow = limit, window }
}

// WithRequestLogLimit keeps at most the last n requests, for runs that make
// very many. Count counts all of them nevertheless.
func WithRequestLogLimit(n int) Option { return func(o *options) { o.logLimit = n } }

// WithoutEndpoints plays an older foundation. Known names: process_instances
// (with the embed parameter), sidecars, apps_include, spaces_include.
func WithoutEndpoints(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.withoutEnd[name] = true
		}
	}
}

// WithoutFields plays an older foundation that does not know these top-level
// fields of a process: they are left out of every answer and refused as
// unknown in PATCH and scale.
func WithoutFields(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.withoutField[name] = true
		}
	}
}

// WithoutInstanceGUIDs leaves instance_guid out of the stats, as older
// foundations do.
func WithoutInstanceGUIDs() Option { return func(o *options) { o.noGUIDs = true } }

// New starts a foundation that is closed when the test ends.
func New(t testing.TB, opts ...Option) *Foundation {
	t.Helper()
	f, err := Start(opts...)
	if err != nil {
		t.Fatalf("start the fake foundation: %v", err)
	}
	t.Cleanup(f.Close)
	return f
}

// Start starts a foundation; the caller closes it.
func Start(opts ...Option) (*Foundation, error) {
	o := options{
		seed: true, tokenLifetime: time.Hour, maxPerPage: 5000, listenAddr: "127.0.0.1:0",
		rateLimit: 2_000_000, rateWindow: time.Hour,
		withoutEnd: map[string]bool{}, withoutField: map[string]bool{},
	}
	for _, opt := range opts {
		opt(&o)
	}
	f := &Foundation{opts: o, done: make(chan struct{})}
	f.SetClock(time.Now)
	f.state.init()
	f.tokens.init()
	f.log.init()
	f.log.limit = o.logLimit
	f.faults.init()
	f.conns.init()
	f.rate.set(o.rateLimit, o.rateWindow)
	if o.tls {
		material, err := newTLSMaterial()
		if err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
		f.tls = material
	}
	api, err := f.listen(o.listenAddr)
	if err != nil {
		return nil, err
	}
	f.apiURL = f.scheme() + "://" + api.Addr().String()
	if f.hasUAA() {
		uaa, err := f.listen("127.0.0.1:0")
		if err != nil {
			return nil, closeAfter(api, err)
		}
		f.uaaURL = f.scheme() + "://" + uaa.Addr().String() + o.uaaPath
		f.serve(uaa, f.handleUAA)
	}
	f.seedCredentials()
	if o.seed {
		f.seed()
	}
	f.serve(api, f.handleAPI)
	return f, nil
}

func closeAfter(l net.Listener, err error) error {
	if closeErr := l.Close(); closeErr != nil {
		return fmt.Errorf("%w (and closing the first listener: %w)", err, closeErr)
	}
	return err
}

// URL is the root of the API, without a trailing slash.
func (f *Foundation) URL() string { return f.apiURL }

// UAAURL is the root of the UAA, "" where there is none.
func (f *Foundation) UAAURL() string { return f.uaaURL }

// CAPEM is the certificate of the CA that signed the foundation's certificate,
// "" without TLS.
func (f *Foundation) CAPEM() string {
	if f.tls == nil {
		return ""
	}
	return f.tls.caPEM
}

// Flavor is the kind of server that the foundation plays.
func (f *Foundation) Flavor() Flavor { return f.opts.flavor }

// Close stops the foundation and ends every request that hangs.
func (f *Foundation) Close() {
	f.closed.Do(func() {
		close(f.done)
		for _, server := range f.servers {
			// Nothing can be done about a listener that fails to close.
			_ = server.Close()
		}
	})
}

// SetClock replaces the clock of the foundation: timestamps, instances that
// start over time, token lifetime and rate limit all follow it.
func (f *Foundation) SetClock(now func() time.Time) { f.clock.Store(&now) }

// OnRequest sets a hook that runs before each request is handled, for instance
// to change the state while a client is paging. nil removes it.
func (f *Foundation) OnRequest(hook func(*http.Request)) {
	if hook == nil {
		f.hook.Store(nil)
		return
	}
	f.hook.Store(&hook)
}

func (f *Foundation) now() time.Time { return (*f.clock.Load())().UTC() }

func (f *Foundation) korifi() bool { return f.opts.flavor == Korifi }

func (f *Foundation) hasUAA() bool { return !f.korifi() || f.opts.korifiUAA }

func (f *Foundation) scheme() string {
	if f.tls != nil {
		return "https"
	}
	return "http"
}

func (f *Foundation) listen(addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

func (f *Foundation) serve(l net.Listener, handle func(*call) *answer) {
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.exchange(w, r, handle) }),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState:         f.conns.changed,
		ConnContext:       f.conns.number,
	}
	f.servers = append(f.servers, server)
	if f.tls == nil {
		go func() { _ = server.Serve(l) }() // ends with ErrServerClosed
		return
	}
	server.TLSConfig = &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{f.tls.certificate},
		NextProtos:   []string{"h2", "http/1.1"},
	}
	go func() { _ = server.ServeTLS(l, "", "") }() // ends with ErrServerClosed
}
