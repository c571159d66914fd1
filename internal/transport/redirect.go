package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many redirects in a row are followed.
const maxRedirects = 9

// redirectError is a redirect that is not followed.
type redirectError struct{ from, to, reason string }

func (e *redirectError) Error() string {
	return fmt.Sprintf("%s redirects to %s, %s; it was not followed and the credential was not sent there", e.from, e.to, e.reason)
}

// follow returns the target of a redirect that can neither leak a credential nor
// repeat a write: of a read, to the same server. net/http alone would keep the
// Authorization header for another port of the same host, and would turn a write
// into a read. Followed is the number of redirects before this one.
func follow(method string, from *url.URL, response *http.Response, followed int) (*url.URL, error) {
	to, err := from.Parse(response.Header.Get("Location"))
	if err != nil {
		return nil, &redirectError{from: withoutSecrets(from), to: "something that is not a valid URL", reason: "which leads nowhere"}
	}
	refused := &redirectError{from: withoutSecrets(from), to: withoutSecrets(to)}
	switch {
	case !SameServer(from, to):
		refused.reason = "which is another server"
	case method != http.MethodGet:
		refused.reason = "but only reads are redirected"
	case !canFollow(response.StatusCode):
		refused.reason = fmt.Sprintf("with the status %d, which is not followed", response.StatusCode)
	case followed >= maxRedirects:
		refused.reason = "the tenth redirect in a row"
	default:
		return to, nil
	}
	return nil, refused
}

func canFollow(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// SameServer reports whether two URLs have the same scheme, host and port. A
// dot at the end of a host does not matter.
func SameServer(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(host(a), host(b)) && port(a) == port(b)
}

func host(u *url.URL) string { return strings.TrimSuffix(u.Hostname(), ".") }

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}
