package transport

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A proxy that refuses: the tunnel for https, and the request itself for http.
func TestProxyRefuses(t *testing.T) {
	for _, scheme := range []string{"http", "https"} {
		for name, test := range map[string]struct {
			status   int
			user     *url.Userinfo
			attempts int
			hint     string
		}{
			"407 without a login": {407, nil, 1, "requires a user and password"},
			"407 with a login":    {407, url.UserPassword("user", "hush"), 1, "does not accept the user and password"},
			"403":                 {403, nil, 1, "NO_PROXY"},
			"502":                 {502, nil, 4, "NO_PROXY"},
		} {
			if scheme == "http" && test.status != 407 {
				continue // indistinguishable from a status of the server
			}
			t.Run(scheme+"/"+name, func(t *testing.T) {
				proxy := serve(t, status(test.status))
				c := newTestClient(t, Config{MaxRetries: 3})
				u := address(t, proxy.URL)
				u.User = test.user
				c.base.Proxy = http.ProxyURL(u)
				e := failed(t, c, get(t, scheme+"://api.example.org/v3"), KindProxy)
				if e.Attempts != test.attempts || e.MayHaveArrived || e.Permanent != (test.attempts == 1) {
					t.Errorf("got %s, want %d attempts that did not arrive (permanent: %t)", outcome(nil, e), test.attempts, test.attempts == 1)
				}
				for _, want := range []string{fmt.Sprint(test.status), u.Host} {
					if !strings.Contains(e.Error(), want) {
						t.Errorf("got %s, want %s in it", e, want)
					}
				}
				if strings.Contains(e.Error()+e.Hint(), "hush") || !strings.Contains(e.Hint(), test.hint) || !strings.Contains(e.Hint(), "HTTPS_PROXY") {
					t.Errorf("got the hint %q of %s, want %q and HTTPS_PROXY in the hint, and no password in either", e.Hint(), e, test.hint)
				}
			})
		}
	}
}

// A proxy that does not accept connections. The hint is not about api_url.
func TestProxyIsNotReachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			c := newTestClient(t, Config{MaxRetries: 1})
			c.base.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})
			e := failed(t, c, get(t, scheme+"://api.example.org/v3"), KindProxy)
			if e.Attempts != 2 || e.MayHaveArrived || e.Permanent {
				t.Errorf("got %s, want 2 attempts that did not arrive", outcome(nil, e))
			}
			if hint := e.Hint(); !strings.Contains(hint, "HTTPS_PROXY") || strings.Contains(hint, "api_url") {
				t.Errorf("got the hint %q, want one about the proxy alone", hint)
			}
		})
	}
}

// A transparent proxy, which no variable names, also answers 407.
func TestTransparentProxy(t *testing.T) {
	s := serve(t, status(407))
	e := failed(t, newTestClient(t, Config{MaxRetries: 3}), get(t, s.URL), KindProxy)
	if e.Attempts != 1 || e.MayHaveArrived || !strings.Contains(e.Error(), "in front of 127.0.0.1") {
		t.Errorf("got %s, want 1 attempt that did not arrive, \"in front of 127.0.0.1\"", outcome(nil, e))
	}
}

// net/http ignores a proxy with a URL that it cannot parse. The client sends
// nothing without the proxy then.
func TestProxyFromEnvironment(t *testing.T) {
	const raw = "http://user:100%hush@proxy.example.org:3128"
	for name, test := range map[string]struct {
		environment map[string]string
		target      string
		proxy       string // host
		wrong       string // variable
	}{
		"none":                            {nil, "https://api.example.org", "", ""},
		"https":                           {map[string]string{"HTTPS_PROXY": "http://user:100%25hush@proxy.example.org:3128"}, "https://api.example.org", "proxy.example.org:3128", ""},
		"only host and port":              {map[string]string{"HTTPS_PROXY": "proxy.example.org:3128"}, "https://api.example.org", "proxy.example.org:3128", ""},
		"for the other scheme":            {map[string]string{"HTTP_PROXY": "http://proxy.example.org"}, "https://api.example.org", "", ""},
		"a raw percent sign":              {map[string]string{"HTTPS_PROXY": raw}, "https://api.example.org", "", "HTTPS_PROXY"},
		"a raw percent sign, lower case":  {map[string]string{"https_proxy": raw}, "https://api.example.org", "", "https_proxy"},
		"a raw hash":                      {map[string]string{"HTTPS_PROXY": "http://user:hush#1@proxy.example.org:3128"}, "https://api.example.org", "", "HTTPS_PROXY"},
		"wrong, for http":                 {map[string]string{"HTTP_PROXY": raw}, "http://api.example.org", "", "HTTP_PROXY"},
		"wrong, for the other scheme":     {map[string]string{"HTTP_PROXY": raw}, "https://api.example.org", "", ""},
		"wrong, but excluded by NO_PROXY": {map[string]string{"HTTPS_PROXY": raw, "NO_PROXY": "example.org"}, "https://api.example.org", "", ""},
		"wrong, but the host is local":    {map[string]string{"HTTPS_PROXY": raw}, "https://127.0.0.1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
				t.Setenv(variable, test.environment[variable])
				if lower := strings.ToLower(variable); test.environment[lower] != "" {
					t.Setenv(lower, test.environment[lower])
				}
			}
			c := newTestClient(t, Config{MaxRetries: 3})
			proxy, err := c.base.Proxy(&http.Request{URL: address(t, test.target)})
			if test.wrong == "" {
				got := ""
				if proxy != nil {
					got = proxy.Host
				}
				if err != nil || got != test.proxy {
					t.Errorf("got the proxy %q and error %v, want %q", got, err, test.proxy)
				}
				return
			}
			e := failed(t, c, get(t, test.target), KindProxy)
			if e.Attempts != 1 || e.MayHaveArrived || !e.Permanent || !strings.Contains(e.Error(), "variable "+test.wrong+" ") ||
				!strings.Contains(e.Hint(), "%25") || strings.Contains(e.Error()+e.Hint(), "hush") {
				t.Errorf("got %s, hint %q, want 1 permanent attempt that did not arrive, the variable %s, %%25 in the hint, and no password",
					outcome(nil, e), e.Hint(), test.wrong)
			}
		})
	}
}
