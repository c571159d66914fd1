package rest

import "strings"

// Route maps a method and the segments of a path to a handler. A segment
// of * in the pattern is any.
type Route[H any] struct {
	Method  string
	Pattern string // without slashes at the ends; "" is the root
	Serve   H
}

// Find returns the handler of a request, and false without one.
func Find[H any](routes []Route[H], method string, segments []string) (serve H, found bool) {
	for _, route := range routes {
		if route.Method == method && fits(route.Pattern, segments) {
			return route.Serve, true
		}
	}
	return serve, false
}

func fits(pattern string, segments []string) bool {
	if pattern == "" {
		return len(segments) == 0
	}
	names := strings.Split(pattern, "/")
	if len(names) != len(segments) {
		return false
	}
	for i, name := range names {
		if name != "*" && name != segments[i] {
			return false
		}
	}
	return true
}
