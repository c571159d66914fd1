package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyError is a proxy that refuses the request.
type proxyError struct {
	proxy    string
	status   int
	hasLogin bool // the proxy's URL has a user
}

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy %s answers %s", e.proxy, statusText(e.status))
}

func (e *proxyError) hint() string {
	const place = "HTTPS_PROXY (HTTP_PROXY for http://)"
	switch {
	case e.status != http.StatusProxyAuthRequired:
		return "Check HTTPS_PROXY and NO_PROXY in the environment: the request went to that proxy."
	case e.hasLogin:
		return "The proxy does not accept the user and password in " + place + ". Check them; special characters are percent-encoded there (% is %25). " +
			"Only basic authentication works. NO_PROXY excludes hosts that need no proxy."
	default:
		return "The proxy requires a user and password: set them in " + place + ", as http://USER:PASSWORD@HOST:PORT with special characters percent-encoded. " +
			"NO_PROXY excludes hosts that need no proxy."
	}
}

// checkProxy turns a proxy's refusal of a tunnel into an error that names the
// proxy, without the credentials that its URL may have.
func checkProxy(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy: proxy.Host, status: response.StatusCode, hasLogin: proxy.User != nil}
}

// refusedByProxy returns the error for a 407, which for http:// comes as the
// response to the request itself. No API sends one.
func (c *Client) refusedByProxy(r *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusProxyAuthRequired {
		return nil
	}
	refused := &proxyError{proxy: "in front of " + r.URL.Host, status: response.StatusCode}
	if c.base.Proxy != nil {
		if proxy, err := c.base.Proxy(r); err == nil && proxy != nil {
			refused.proxy, refused.hasLogin = proxy.Host, proxy.User != nil
		}
	}
	return refused
}

// proxyVariableError is a variable for a proxy with a value that is not a URL.
type proxyVariableError struct{ variable string }

func (e *proxyVariableError) Error() string {
	return "the environment variable " + e.variable + " has a value that is not the URL of a proxy"
}

// proxyFromEnvironment returns the proxy for a request, as
// http.ProxyFromEnvironment does: by HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper
// or lower case. That function ignores a URL that it cannot parse, and sends the
// request without the proxy, which usually fails; here it is an error. The error
// does not quote the value, which may have a password.
func proxyFromEnvironment() func(*http.Request) (*url.URL, error) {
	config := httpproxy.FromEnvironment()
	choose := config.ProxyFunc()
	// The same rules with URLs that can be parsed.
	usable := *config
	if usable.HTTPProxy != "" {
		usable.HTTPProxy = "http://proxy.invalid"
	}
	if usable.HTTPSProxy != "" {
		usable.HTTPSProxy = "http://proxy.invalid"
	}
	wanted := usable.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		proxy, err := choose(r.URL)
		switch {
		case err != nil:
			return nil, err
		case proxy != nil && strings.HasSuffix(proxy.Host, ":"):
			// For a URL that it cannot parse it tries "http://" in front, and then the
			// scheme of the original is the host: "http:".
			return nil, &proxyVariableError{proxyVariable(r.URL.Scheme)}
		case proxy != nil:
			return proxy, nil
		}
		if missing, err := wanted(r.URL); err == nil && missing != nil {
			return nil, &proxyVariableError{proxyVariable(r.URL.Scheme)}
		}
		return nil, nil
	}
}

// proxyVariable returns the variable that sets the proxy for a scheme: in upper
// case, unless only the one in lower case is set.
func proxyVariable(scheme string) string {
	upper, lower := "HTTP_PROXY", "http_proxy"
	if scheme == "https" {
		upper, lower = "HTTPS_PROXY", "https_proxy"
	}
	if os.Getenv(upper) == "" {
		return lower
	}
	return upper
}

// noProxy reports whether a connection to the proxy itself failed. net/http marks
// such an error with its operation.
func noProxy(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

// proxyHint returns advice about a proxy that is malformed, not reachable or
// refuses; "" for other errors.
func proxyHint(err error) string {
	var refused *proxyError
	var variable *proxyVariableError
	switch {
	case noProxy(err):
		return "The request goes through the proxy that HTTPS_PROXY (HTTP_PROXY for http://) sets, and there is no connection to it: check its " +
			"host and port. NO_PROXY excludes hosts that need no proxy."
	case errors.As(err, &refused):
		return refused.hint()
	case errors.As(err, &variable):
		return "Set " + variable.variable + " to a URL such as http://USER:PASSWORD@HOST:PORT. Special characters in user and password are " +
			"percent-encoded there: % is %25, # is %23, / is %2F, @ is %40."
	default:
		return ""
	}
}
