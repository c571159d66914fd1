package transport

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// HTTPOptions are the rules for the requests of an HTTPClient.
type HTTPOptions struct {
	// Once prevents a repetition of a request that may have arrived, because the
	// server accepts its content only once. Without it requests are repeatable.
	Once bool
	// MaxBodyBytes and JSON are as in Request.
	MaxBodyBytes int64
	JSON         bool
}

// HTTPClient returns an http.Client with the behavior of Do for libraries that
// need one. Bodies are held in memory. Its errors wrap an *Error.
func (c *Client) HTTPClient(options HTTPOptions) *http.Client {
	repeat := always
	if options.Once {
		repeat = beforeArrival
	}
	return &http.Client{
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			request := Request{
				Method: r.Method, URL: r.URL, Header: r.Header,
				MaxBodyBytes: options.MaxBodyBytes, JSON: options.JSON,
			}
			if r.Body != nil {
				var err error
				request.Body, err = io.ReadAll(r.Body)
				_ = r.Body.Close() // it was read completely
				if err != nil {
					return nil, err
				}
			}
			response, err := c.do(r.Context(), c.newCall(request, repeat))
			if err != nil {
				return nil, err
			}
			return &http.Response{
				Status:     strconv.Itoa(response.Status) + " " + http.StatusText(response.Status),
				StatusCode: response.Status,
				Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
				Header:        response.Header,
				Body:          io.NopCloser(bytes.NewReader(response.Body)),
				ContentLength: int64(len(response.Body)),
				Request:       r,
			}, nil
		}),
		// Redirects were followed or refused inside.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
