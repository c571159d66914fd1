package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Call is one request on its way through a server.
type Call struct {
	*http.Request
	Content  []byte          // the body
	Segments []string        // of the path, percent-decoded
	Query    url.Values      // nil before the caller is known
	Who      *state.Identity // nil before the caller is known
}

// Handler responds to a request.
type Handler func(*Call) *Answer

// Last is the last segment of the path.
func (c *Call) Last() string { return c.Segments[len(c.Segments)-1] }

// Collection is the second segment of the path, such as processes.
func (c *Call) Collection() string { return c.Segments[1] }

// Self is the URL of the path below the root of the API, without a slash at
// the end.
func (c *Call) Self(root string) string { return root + strings.TrimSuffix(c.URL.EscapedPath(), "/") }

// SplitPath decodes each segment separately, so that an encoded slash never
// becomes a separator. A trailing slash has no effect, as in the real API.
func SplitPath(escaped string) ([]string, error) {
	trimmed := strings.TrimSuffix(strings.TrimPrefix(escaped, "/"), "/")
	if trimmed == "" {
		return nil, nil
	}
	segments := strings.Split(trimmed, "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", i, err)
		}
		segments[i] = decoded
	}
	return segments, nil
}

// Authorization splits the header into its scheme and its credential. It
// refuses a request without the header, and a header in another form.
func (c *Call) Authorization() (scheme, credential string, refused *Answer) {
	value := c.Header.Get("Authorization")
	if value == "" {
		return "", "", NotAuthenticated()
	}
	scheme, credential, found := strings.Cut(value, " ")
	if !found || len(c.Header.Values("Authorization")) > 1 {
		return "", "", InvalidToken()
	}
	return scheme, credential, nil
}
