// Package transport is the provider's only HTTP client: TLS, proxy, redirects,
// time limits, retries, rate limits, bounds on what is read, and a log of it.
//
// It knows neither paths nor JSON of an API. Of Cloud Foundry it knows these
// headers: X-Cf-RouterError (the router responded, and did not forward the
// request), X-RateLimit-Reset and -Remaining, and X-Vcap-Request-Id and
// X-Correlation-Id, which it logs. Its hints name the settings of the provider
// block. See internal/capi/README.md for the sources.
package transport

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

const (
	defaultRequestTimeout = 30 * time.Second

	// DefaultMaxBodyBytes bounds the body of a response whose request sets no
	// limit. A process with 200 annotations of 5,000 characters has 4 MB.
	DefaultMaxBodyBytes = 8 << 20

	// maxRequests is how many requests are in progress at once, and so how many
	// connections there are. Terraform reads ten things at a time by default; with
	// a higher -parallelism the others wait for a slot instead of opening
	// thousands of connections.
	maxRequests = 12
)

// Logger receives the log of a Client. The fields of a message are plain values;
// durations are time.Duration.
type Logger interface {
	Trace(ctx context.Context, msg string, fields map[string]any)
	Debug(ctx context.Context, msg string, fields map[string]any)
	Info(ctx context.Context, msg string, fields map[string]any)
	Warn(ctx context.Context, msg string, fields map[string]any)
}

// Config is what a Client needs. The zero value is usable.
type Config struct {
	// CACertificate is a bundle of certificates in PEM form that are trusted
	// besides the system's; empty for none.
	CACertificate string
	// SkipSSLValidation turns the check of the server's certificate off.
	SkipSSLValidation bool
	// RequestTimeout bounds one attempt, from dialing to the end of the body; 0
	// is 30 seconds. Time spent waiting for a rate limit is not part of it.
	RequestTimeout time.Duration
	// MaxRetries is the number of further attempts after a transient failure; 0
	// turns them off.
	MaxRetries int
	// UserAgent is sent where a request sets none.
	UserAgent string
	// Logger is nil for no log.
	Logger Logger
	// PublicParameters are the query parameters whose values may be logged. Values
	// of others are not.
	PublicParameters []string
	// Secrets are redacted in logs and errors.
	Secrets *redact.Set
}

// Option changes a setting that only tests need to change.
type Option func(*Client)

// WithBackoff sets the bounds of the waits between attempts: the first one is
// about shortest, each further one twice as long, none longer than longest.
func WithBackoff(shortest, longest time.Duration) Option {
	return func(c *Client) { c.backoffMin, c.backoffMax = shortest, longest }
}

// WithClock replaces the clock and the waiting. Sleep returns the context's
// error when that ends first.
func WithClock(now func() time.Time, sleep func(ctx context.Context, d time.Duration) error) Option {
	return func(c *Client) { c.now, c.sleep = now, sleep }
}

// Client sends HTTP requests. It is safe for concurrent use.
type Client struct {
	base      *http.Transport
	sender    http.RoundTripper // base, except in tests
	timeout   time.Duration
	retries   int
	userAgent string
	logger    Logger
	public    map[string]bool
	secrets   *redact.Set

	bodies *budget

	slots                  chan struct{}
	limits                 limits
	backoffMin, backoffMax time.Duration
	now                    func() time.Time
	sleep                  func(ctx context.Context, d time.Duration) error
}

// New makes a client; it opens no connection. The error is about
// Config.CACertificate.
func New(cfg Config, options ...Option) (*Client, error) {
	c := &Client{
		timeout:    cfg.RequestTimeout,
		retries:    max(0, cfg.MaxRetries),
		userAgent:  cfg.UserAgent,
		logger:     cfg.Logger,
		public:     make(map[string]bool, len(cfg.PublicParameters)),
		secrets:    cfg.Secrets,
		bodies:     processBodies,
		slots:      make(chan struct{}, maxRequests),
		backoffMin: 500 * time.Millisecond,
		backoffMax: 30 * time.Second,
		now:        time.Now,
		sleep:      sleep,
	}
	for _, name := range cfg.PublicParameters {
		c.public[name] = true
	}
	if c.timeout <= 0 {
		c.timeout = defaultRequestTimeout
	}
	var err error
	if c.base, err = baseTransport(cfg, c.timeout); err != nil {
		return nil, err
	}
	c.sender = c.base
	for _, option := range options {
		option(c)
	}
	return c, nil
}

// Request is one request.
type Request struct {
	Method string
	// URL is absolute, with http or https.
	URL    *url.URL
	Header http.Header
	Body   []byte
	// Repeatable reports whether the request may be sent again although it may have
	// arrived: reads, and writes that set an absolute value. Others are sent
	// again only when the server refused them for its rate limit.
	Repeatable bool
	// AtLeast is the least time limit of an attempt, for requests that a server
	// may need longer for than Config.RequestTimeout; 0 for none.
	AtLeast time.Duration
	// MaxBodyBytes bounds the response's body, unpacked; 0 is
	// DefaultMaxBodyBytes.
	MaxBodyBytes int64
	// JSON reports whether the body of a successful response must be one JSON
	// value. A body that is empty or ends early is then treated as truncated: a
	// repeatable request is sent again. After the last attempt the response is
	// returned unchanged, for the decoder's error.
	JSON bool
	// Hold makes the response's body count against MaxBodiesBytes until
	// Response.Release, and not only while it is read: for large bodies that take
	// time to decode.
	Hold bool
	// Final reports whether a failed attempt is the last one, although the failure
	// is transient. It is called after each such failure except a 429, which only
	// needs time; nil leaves the decision to the client.
	Final func(Failure) bool
}

// Failure is a failed attempt: a response with an error status, or none.
type Failure struct {
	// Attempt counts from 1.
	Attempt int
	// Status and Body are those of the response; 0 and nil without one.
	Status int
	Body   []byte
	// Kind is what went wrong without a response.
	Kind Kind
	// Took is how long the attempt took, without waits before it.
	Took time.Duration
}

// Response is a response whose body was read to its end and unpacked.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	framed bool   // see func framed
	share  *share // of a request with Hold
}

// Release returns the memory of a body of a request with Hold to the budget. The
// body must not be used afterwards. Any Response may be released, even more than
// once.
func (r *Response) Release() {
	if r != nil && r.share != nil {
		r.share.free()
		r.share = nil
	}
}

// Do sends the request, and sends it again after transient failures. Every status
// is a Response, including the one of the last attempt; the error, always an
// *Error, means that there is no usable response.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	repeat := whenRefused
	if r.Repeatable {
		repeat = always
	}
	return c.do(ctx, c.newCall(r, repeat))
}

// CloseIdleConnections closes the connections that are not in use.
func (c *Client) CloseIdleConnections() { c.base.CloseIdleConnections() }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
