package fakecf

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/cc"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/korifi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/uaa"
)

// Foundation is a running foundation. All methods may be called at any time
// and from any goroutine, also from an OnRequest hook. Those of the embedded
// store and accounts change the foundation's data.
type Foundation struct {
	*state.Store
	*state.Accounts

	opts   options
	tls    *tlsMaterial
	apiURL string
	uaaURL string

	servers []*http.Server
	conns   connTracker
	done    chan struct{}
	closed  sync.Once

	hook     atomic.Pointer[func(*http.Request)]
	inFlight atomic.Int64
	peak     atomic.Int64
	ids      atomic.Int64

	log     requestLog
	faults  faultList
	limiter *rest.RateLimiter
}

// server is a set of handlers: Cloud Controller, Korifi or UAA.
type server interface {
	Handle(*rest.Call) *rest.Answer
	RequestIDHeader() string
	RequestID(given, own string) string
}

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
	f := &Foundation{Store: state.NewStore(o.flavor.platform()), opts: o, done: make(chan struct{}), limiter: rest.NewRateLimiter()}
	f.log.init()
	f.log.limit = o.logLimit
	f.faults.init()
	f.conns.init()
	f.SetRateLimit(o.rateLimit, o.rateWindow)
	if o.tls {
		material, err := newTLSMaterial()
		if err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
		f.tls = material
	}
	if err := f.start(); err != nil {
		return nil, err
	}
	return f, nil
}

// start listens, chooses the servers and fills the foundation. All addresses
// must be known before the first request.
func (f *Foundation) start() error {
	api, err := f.listen(f.opts.listenAddr)
	if err != nil {
		return err
	}
	f.apiURL = f.scheme() + "://" + api.Addr().String()
	var login net.Listener
	if f.opts.flavor != Korifi || f.opts.korifiUAA {
		if login, err = f.listen("127.0.0.1:0"); err != nil {
			return closeAfter(api, err)
		}
		f.uaaURL = f.scheme() + "://" + login.Addr().String() + f.opts.uaaPath
	}
	f.Accounts = state.NewAccounts(f.Now, f.opts.tokenLifetime, f.uaaURL+"/oauth/token")
	f.seedCredentials()
	if f.opts.seed {
		f.seed()
	}
	if login != nil {
		f.serve(login, uaa.New(uaa.Config{Root: f.uaaURL, Path: f.opts.uaaPath, Rotate: f.opts.rotateRefresh}, f.Accounts))
	}
	f.serve(api, f.newAPI())
	return nil
}

// newAPI makes the server of the flavor.
func (f *Foundation) newAPI() server {
	if f.opts.flavor == Korifi {
		return korifi.New(korifi.Config{
			Root: f.apiURL, UAA: f.uaaURL, MaxPerPage: f.opts.maxPerPage, WithoutEndpoints: f.opts.withoutEnd,
		}, f.Store, f.Accounts)
	}
	return cc.New(cc.Config{
		Root: f.apiURL, UAA: f.uaaURL, Tanzu: f.opts.flavor == Tanzu, MaxPerPage: f.opts.maxPerPage,
		NoInstanceGUIDs: f.opts.noGUIDs, WithoutEndpoints: f.opts.withoutEnd, WithoutFields: f.opts.withoutField,
	}, f.Store, f.Accounts, f.limiter)
}

func closeAfter(l net.Listener, err error) error {
	if closeErr := l.Close(); closeErr != nil {
		return fmt.Errorf("%w (and closing the first listener: %w)", err, closeErr)
	}
	return err
}

// URL is the root of the API, without a trailing slash.
func (f *Foundation) URL() string { return f.apiURL }

// UAAURL is the root of the UAA, or "" if there is none.
func (f *Foundation) UAAURL() string { return f.uaaURL }

// CAPEM is the certificate of the CA that signed the foundation's certificate,
// "" without TLS.
func (f *Foundation) CAPEM() string {
	if f.tls == nil {
		return ""
	}
	return f.tls.caPEM
}

// Flavor is the kind of server that the foundation stands for.
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

// SetUnauthenticatedRateLimit allows limit API requests without a valid token
// in each window from now on.
func (f *Foundation) SetUnauthenticatedRateLimit(limit int, window time.Duration) {
	f.limiter.SetUnauthenticatedRateLimit(limit, window)
}

// SetRateLimit allows limit API requests of all users together in each window
// from now on. Admins count, too, as where a limit is configured for them.
func (f *Foundation) SetRateLimit(limit int, window time.Duration) {
	f.limiter.SetRateLimit(limit, window)
}

// OnRequest sets a hook that runs before each request is handled, for instance
// to change the state while a client is paging. nil removes it.
func (f *Foundation) OnRequest(hook func(*http.Request)) {
	if hook == nil {
		f.hook.Store(nil)
		return
	}
	f.hook.Store(&hook)
}

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

func (f *Foundation) serve(l net.Listener, s server) {
	listener := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.exchange(w, r, s) }),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState:         f.conns.changed,
		ConnContext:       f.conns.number,
	}
	f.servers = append(f.servers, listener)
	if f.tls == nil {
		go func() { _ = listener.Serve(l) }() // ends with ErrServerClosed
		return
	}
	listener.TLSConfig = &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{f.tls.certificate},
		NextProtos:   []string{"h2", "http/1.1"},
	}
	go func() { _ = listener.ServeTLS(l, "", "") }() // ends with ErrServerClosed
}
