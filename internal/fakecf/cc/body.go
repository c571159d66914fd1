package cc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// parseObject reads a request body that must be one JSON object.
func parseObject(body []byte) (rest.Object, *rest.Answer) {
	if bytes.Contains(body, []byte(`\u0000`)) {
		return nil, rest.UnknownError() // the database refuses it
	}
	var o rest.Object
	if err := json.Unmarshal(body, &o); err != nil || o == nil {
		return nil, rest.ParseError()
	}
	return o, nil
}

// bodyCheck collects the errors of a body. Cloud Controller reports all of them.
type bodyCheck struct{ messages []string }

func (c *bodyCheck) errorf(format string, args ...any) {
	c.messages = append(c.messages, fmt.Sprintf(format, args...))
}

// unknown refuses unknown keys. where is "" at the top level.
func (c *bodyCheck) unknown(o rest.Object, where string, known ...string) {
	var unknown []string
	for _, key := range rest.SortedKeys(o) {
		found := false
		for _, k := range known {
			found = found || k == key
		}
		if !found {
			unknown = append(unknown, where+key)
		}
	}
	if unknown != nil {
		c.errorf("Unknown field(s): '%s'", strings.Join(unknown, "', '"))
	}
}

// integer reads a whole number from low to high. set is false where the key is
// missing; the number is nil where it is null.
func (c *bodyCheck) integer(o rest.Object, key, title string, low, high int64) (n *int64, set bool) {
	raw, present := o[key]
	if !present {
		return nil, false
	}
	if rest.IsNull(raw) {
		return nil, true
	}
	var number json.Number
	if text := string(bytes.TrimSpace(raw)); strings.HasPrefix(text, `"`) || json.Unmarshal(raw, &number) != nil {
		c.errorf("%s is not a number", title)
		return nil, false
	}
	// A number beyond 64 bits becomes the nearest one that fits, which is enough to
	// know which bound it exceeds.
	value, err := number.Int64()
	beyond := errors.Is(err, strconv.ErrRange)
	switch {
	case err != nil && !beyond:
		// Cloud Controller checks the notation: it refuses 2.0 and 1e3 as integers.
		c.errorf("%s must be an integer", title)
	case value < low && low == 1 && strings.HasSuffix(title, "in mb"):
		c.errorf("%s must be greater than 0", title)
	case value < low:
		c.errorf("%s must be greater than or equal to %d", title, low)
	case value > high || beyond:
		c.errorf("%s must be less than or equal to %d", title, high)
	default:
		return &value, true
	}
	return nil, false
}

// text reads a string of 1 to longest characters.
func (c *bodyCheck) text(o rest.Object, key, title string, longest int) (s *string, set bool) {
	raw, present := o[key]
	if !present {
		return nil, false
	}
	if rest.IsNull(raw) {
		return nil, true
	}
	var value string
	if json.Unmarshal(raw, &value) != nil {
		c.errorf("%s must be a string", title)
		return nil, false
	}
	if n := utf8.RuneCountInString(value); n < 1 || n > longest {
		c.errorf("%s must be between 1 and %d characters", title, longest)
		return nil, false
	}
	return &value, true
}

// object reads a nested object, or nil if it is missing or null. Cloud Controller
// validates values such as type and timeout, but not the objects around them. So
// a null object is accepted and changes nothing, while a null value matters.
func (c *bodyCheck) object(o rest.Object, key, title string) rest.Object {
	raw, present := o[key]
	if !present || rest.IsNull(raw) {
		return nil
	}
	var inner rest.Object
	if json.Unmarshal(raw, &inner) != nil {
		c.errorf("%s must be an object", title)
		return nil
	}
	return inner
}
