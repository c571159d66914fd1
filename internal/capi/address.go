package capi

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultType is the process type of an address by app without a type: every app
// that serves requests has a process of this type.
const DefaultType = "web"

// Address identifies a process, by GUID or by app and type. An address by app
// and type outlives a rolling deployment, which replaces the process and with it
// the GUID.
type Address struct {
	// GUID of the process; empty when the process is addressed by app and type.
	GUID string
	// AppGUID and Type of the process; both empty when it is addressed by GUID.
	AppGUID string
	Type    string
}

// ByApp reports whether the address goes by app and type.
func (a Address) ByApp() bool { return a.GUID == "" }

// String names the process in messages. It is never part of a path.
func (a Address) String() string {
	if a.ByApp() {
		return fmt.Sprintf("process %q of app %s", a.Type, a.AppGUID)
	}
	return "process " + a.GUID
}

// path is the API path of the process, with everything escaped that could change
// which path is requested.
func (a Address) path() (string, error) {
	if !a.ByApp() {
		if err := CheckSegment(a.GUID); err != nil {
			return "", fmt.Errorf("the process GUID %w", err)
		}
		return "/v3/processes/" + escapeSegment(a.GUID), nil
	}
	if err := CheckSegment(a.AppGUID); err != nil {
		return "", fmt.Errorf("the app GUID %w", err)
	}
	if err := CheckSegment(a.Type); err != nil {
		return "", fmt.Errorf("the process type %w", err)
	}
	return processesOfApp(a.AppGUID) + "/" + escapeSegment(a.Type), nil
}

// processesOfApp is the API path of the processes of an app.
func processesOfApp(guid string) string { return appPath(guid) + "/processes" }

// appPath is the API path of an app.
func appPath(guid string) string { return "/v3/apps/" + escapeSegment(guid) }

// encodedDot is a dot in a path. Cloud Controller cuts off a plain one and the rest
// of the segment, as a format, and then returns another process (README.md#dots).
const encodedDot = "%2E"

// escapeSegment encodes one segment of a path, dots included.
func escapeSegment(s string) string {
	return strings.ReplaceAll(url.PathEscape(s), ".", encodedDot)
}

// CheckSegment reports why s cannot be a GUID or a process type, or nil. Both
// become one segment of a request path, so nothing is allowed that a client, a
// proxy or the server could read as more than that. The error completes a
// sentence that begins with the name of the value ("the process GUID …").
func CheckSegment(s string) error {
	switch {
	case s == "":
		return errors.New("must not be empty")
	case s == "." || s == "..":
		return fmt.Errorf("must not be %q, which means another path", s)
	case !utf8.ValidString(s):
		return errors.New("must be valid UTF-8")
	case strings.TrimSpace(s) != s:
		return errors.New("must not begin or end with a space")
	}
	for _, r := range s {
		if strings.ContainsRune("/?#%", r) {
			return fmt.Errorf("must not contain %q, which has a special meaning in a URL", r)
		}
		if unicode.IsControl(r) {
			return fmt.Errorf("must not contain the control character %U", r)
		}
	}
	return nil
}
