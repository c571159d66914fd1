// Package transport is the one way in which the provider speaks HTTP: TLS,
// proxy, redirects, time limits, retries, rate limits, a bound on what is read,
// and a log of it. It knows nothing of Cloud Foundry's resources.
package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

const (
	defaultRequestTimeout = 30 * time.Second
	defaultMaxBodyBytes   = 256 << 20

	// maxRequests is how many requests are under way at once, and so how many
	// connections there are. Terraform reads ten things at a time by default;
	// with a higher -parallelism the rest waits here instead of opening
	// thousands of connections.
	maxRequests = 12
)

// Logger takes the log of a Client. The fields of a message are plain values;
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
	// RequestTimeout bounds one attempt, with the reading of the body; 0 is 30
	// seconds. Time spent waiting for a rate limit is not part of it.
	RequestTimeout time.Duration
	// MaxRetries is the number of further attempts after a failure that may
	// pass; 0 turns them off.
	MaxRetries int
	// UserAgent is sent where a request names none.
	UserAgent string
	// Logger is nil for no log.
	Logger Logger
	// Secrets are kept out of logs and errors.
	Secrets *redact.Set
	// MaxBodyBytes bounds a response's body, after decompression; 0 is 256 MiB.
	MaxBodyBytes int64
}

// Option changes what only tests need to change.
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

// Client makes HTTP requests. It is safe for concurrent use.
type Client struct {
	base      *http.Transport
	retrying  *retryablehttp.Client
	timeout   time.Duration
	retries   int
	maxBody   int64
	userAgent string
	logger    Logger
	secrets   *redact.Set

	slots                  chan struct{}
	gate                   gate
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
		maxBody:    cfg.MaxBodyBytes,
		userAgent:  cfg.UserAgent,
		logger:     cfg.Logger,
		secrets:    cfg.Secrets,
		slots:      make(chan struct{}, maxRequests),
		backoffMin: 500 * time.Millisecond,
		backoffMax: 30 * time.Second,
		now:        time.Now,
		sleep:      sleep,
	}
	if c.timeout <= 0 {
		c.timeout = defaultRequestTimeout
	}
	if c.maxBody <= 0 {
		c.maxBody = defaultMaxBodyBytes
	}
	var err error
	if c.base, err = baseTransport(cfg, c.timeout); err != nil {
		return nil, err
	}
	for _, option := range options {
		option(c)
	}
	c.retrying = &retryablehttp.Client{
		HTTPClient: &http.Client{Transport: attempts{c}, CheckRedirect: checkRedirect},
		RetryMax:   c.retries,
		CheckRetry: c.checkRetry,
		// checkRetry decides how long to wait and an attempt does the waiting:
		// there it is one place with the rate limit, and visible in the log.
		Backoff:      func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return 0 },
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
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
	// Repeatable says that the request may be sent again although it may have
	// arrived: reads, and writes that set an absolute value. Others are sent
	// again only when the server refused them for its rate limit.
	Repeatable bool
	// MaxBodyBytes is a tighter bound than the client's on the response's body;
	// 0 for none.
	MaxBodyBytes int64
	// Final reports whether a failed attempt is the last one, although the
	// failure is one that may pass. It is called after each of them but a 429,
	// which is a matter of time alone; nil leaves the decision to the client.
	Final func(Failure) bool
}

// Failure is a failed attempt: an answer with an error status, or none.
type Failure struct {
	// Attempt counts from 1.
	Attempt int
	// Status and Body are those of the answer; 0 and nil without one.
	Status int
	Body   []byte
	// Kind is what went wrong without an answer.
	Kind Kind
	// Took is how long the attempt took, without waits before it.
	Took time.Duration
}

// Response is a response whose body was read to its end and decompressed.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do makes the request, and makes it again after failures that may pass. Every
// status is a Response, also the one that was left after the last attempt; the
// error, always an *Error, means that there is no usable answer.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	policy := onlyRefused
	if r.Repeatable {
		policy = always
	}
	call := &call{policy: policy, maxBody: c.maxBody, final: r.Final}
	if r.MaxBodyBytes > 0 && r.MaxBodyBytes < call.maxBody {
		call.maxBody = r.MaxBodyBytes
	}
	response, err := c.do(ctx, call, r.Method, r.URL, r.Header, r.Body) //nolint:bodyclose // it is in memory, see do
	if err != nil {
		return nil, err
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: response.Body.(*body).data}, nil //nolint:forcetypeassert // do promises it
}

// do runs the loop of attempts. The body of its response is a *body.
func (c *Client) do(ctx context.Context, call *call, method string, target *url.URL, header http.Header, content []byte) (*http.Response, error) {
	if err := validate(method, target, header); err != nil {
		return nil, c.failure(method, target, call, &attemptError{kind: KindOther, err: err})
	}
	var raw any
	if len(content) > 0 {
		raw = content
	}
	request, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, callKey{}, call), method, target.String(), raw)
	if err != nil {
		return nil, c.failure(method, target, call, &attemptError{kind: KindOther, err: err})
	}
	if header != nil {
		request.Header = header.Clone()
	}
	if c.userAgent != "" && request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", c.userAgent)
	}
	response, err := c.retrying.Do(request)
	if err != nil {
		return nil, c.failure(method, target, call, c.classify(ctx, err))
	}
	// net/http leaves a redirect alone that it cannot follow, and does not ask
	// checkRedirect then.
	if location := response.Header.Get("Location"); response.StatusCode/100 == 3 && location != "" {
		return nil, c.failure(method, target, call, &attemptError{kind: KindRedirect, err: refusedRedirect(target, location)})
	}
	return response, nil
}

// HTTPClient gives an http.Client with the same behavior for libraries that
// need one, for requests that may be repeated (see Once for others). Bodies are
// held in memory. Its errors wrap an *Error.
func (c *Client) HTTPClient() *http.Client {
	return &http.Client{
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			var content []byte
			if r.Body != nil {
				var err error
				content, err = io.ReadAll(r.Body)
				_ = r.Body.Close() // it was read; nothing hangs on closing it
				if err != nil {
					return nil, err
				}
			}
			call := &call{policy: always, maxBody: c.maxBody}
			if r.Context().Value(onceKey{}) != nil {
				call.policy = untilArrived
			}
			response, err := c.do(r.Context(), call, r.Method, r.URL, r.Header, content)
			if err != nil {
				return nil, err
			}
			response.Request = r
			return response, nil
		}),
		// Redirects were followed or refused inside.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Once marks requests of HTTPClient that must not be sent again once they may
// have arrived, because the server takes their content only once.
func Once(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, true)
}

// CloseIdleConnections closes the connections that are not in use.
func (c *Client) CloseIdleConnections() { c.base.CloseIdleConnections() }

type (
	callKey struct{}
	onceKey struct{}
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// body is a response's body that was read already.
type body struct {
	*bytes.Reader
	data []byte
}

func newBody(data []byte) *body { return &body{Reader: bytes.NewReader(data), data: data} }

func (*body) Close() error { return nil }

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
