package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// grace is how long an exchange has to end after its time limit.
const grace = 100 * time.Millisecond

// attempt sends the request once, and reads the response to its end. It returns at
// its time limit, regardless of the network, the server and net/http: an exchange
// that does not end then continues in the background.
func (c *Client) attempt(ctx context.Context, call *call) (*Response, *attemptError) {
	limited, cancel := context.WithTimeout(ctx, call.timeout)
	defer cancel()
	x := &exchange{client: c, request: &call.Request, done: make(chan struct{})}
	go x.run(limited)
	response, err := x.result(limited)
	connected := x.connected.Load()
	if err != nil {
		call.arrived = call.arrived || connected && !neverArrives(err)
		return nil, c.attemptFailure(ctx, limited, call, connected, err)
	}
	if response.Status != http.StatusTooManyRequests && !fromRouter(response) {
		call.arrived = true
	}
	return response, nil
}

// attemptFailure finds out why an attempt has no usable response. If the caller's
// context has ended, it is the cause of every other error.
func (c *Client) attemptFailure(ctx, limited context.Context, call *call, connected bool, err error) *attemptError {
	switch {
	case ctx.Err() != nil:
		return &attemptError{kind: KindCanceled, err: ctx.Err(), permanent: true}
	case limited.Err() != nil:
		return &attemptError{kind: KindTimeout, err: c.timeoutError(call.timeout, connected, err)}
	}
	return classify(err, connected)
}

// exchange is one attempt in progress. Its goroutine owns response and err until
// done is closed.
type exchange struct {
	client  *Client
	request *Request // not changed during the attempt
	done    chan struct{}

	// over is set by the goroutine at its end or by the caller at the time limit,
	// whichever is first. The other one cleans up.
	over      atomic.Bool
	connected atomic.Bool
	response  *Response
	err       error
}

// result returns the result of the exchange, or the context's error if it does not
// end with its context.
func (x *exchange) result(ctx context.Context) (*Response, error) {
	select {
	case <-x.done:
		return x.response, x.err
	case <-ctx.Done():
	}
	// Usually it ends now, with an error that shows what it was waiting for.
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-x.done:
	case <-timer.C:
		if !x.over.Swap(true) {
			return nil, ctx.Err()
		}
		<-x.done // it has just ended
	}
	return x.response, x.err
}

func (x *exchange) run(ctx context.Context) {
	x.response, x.err = x.follow(ctx)
	if x.over.Swap(true) {
		x.response.Release() // the caller has returned
	}
	close(x.done)
}

// follow sends the request, and follows redirects.
func (x *exchange) follow(ctx context.Context) (*Response, error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	})
	target := x.request.URL
	for followed := 0; ; followed++ {
		response, err := x.send(ctx, target)
		if err != nil {
			return nil, err
		}
		if response.StatusCode/100 == 3 && response.Header.Get("Location") != "" {
			// A short body is read so that the connection can be reused.
			_, _ = io.CopyN(io.Discard, response.Body, 2<<10)
			_ = response.Body.Close()
			if target, err = follow(x.request.Method, target, response, followed); err != nil {
				return nil, err
			}
			continue
		}
		return x.read(ctx, response)
	}
}

func (x *exchange) send(ctx context.Context, target *url.URL) (*http.Response, error) {
	request := (&http.Request{
		Method: x.request.Method, URL: target, Host: target.Host, Header: x.request.Header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if content := x.request.Body; len(content) > 0 {
		request.ContentLength = int64(len(content))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
		request.Body, _ = request.GetBody() // for bytes it never fails
	}
	response, err := x.client.sender.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 200 {
		// The body of a 101 is the bare connection, which has no time limit.
		_ = response.Body.Close()
		return nil, &statusError{response.StatusCode}
	}
	if err := x.client.refusedByProxy(request, response); err != nil {
		_ = response.Body.Close()
		return nil, err
	}
	return response, nil
}

// read reads the body, and returns the response without the connection.
func (x *exchange) read(ctx context.Context, response *http.Response) (*Response, error) {
	body := &bodyReader{
		ctx: ctx, client: x.client, response: response, limit: x.request.MaxBodyBytes,
		share: &share{budget: x.client.bodies},
	}
	data, err := body.read()
	_ = response.Body.Close() // read to its end, or abandoned
	result := &Response{Status: response.StatusCode, Header: response.Header, Body: data, framed: framed(response)}
	if err == nil && x.request.Hold && result.successful() {
		result.share = body.share
		return result, nil
	}
	body.share.free()
	if err != nil {
		return nil, err
	}
	return result, nil
}

// framed reports whether the protocol marks the end of the body, so that net/http
// returns an error for one that ends early. HTTP/1.0 and HTTP/2 allow bodies
// without a length.
func framed(r *http.Response) bool {
	return r.ContentLength >= 0 || r.Uncompressed || len(r.TransferEncoding) > 0
}

// timeoutError describes how far an attempt got within its time limit.
func (c *Client) timeoutError(limit time.Duration, connected bool, err error) error {
	setting := "request_timeout"
	if limit > c.timeout {
		setting = "the least for this request; request_timeout is shorter"
	}
	if memory, ok := err.(*memoryError); ok { //nolint:errorlint // it is never wrapped
		memory.after = limit
		return memory
	}
	if !connected {
		return fmt.Errorf("no connection after %s (%s)", limit, setting)
	}
	return fmt.Errorf("more than %s (%s)", limit, setting)
}
