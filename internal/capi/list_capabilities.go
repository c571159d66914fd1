package capi

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// listCapabilities caches what the client has learned about the foundation's
// list endpoints. Its zero value knows nothing yet.
type listCapabilities struct {
	mutex sync.Mutex
	// pageSize is the page size to use, 0 when none was refused yet; sizeless
	// leaves the choice to the server.
	pageSize int64
	sizeless bool
	// unknown are the parameters that a list does not support, each with the
	// response that refused it.
	unknown map[string]map[string]error
	// labelValuesOnly is set when GUIDs of apps must be label values.
	labelValuesOnly atomic.Bool
}

// perPage returns the page size to request; 0 for none.
func (l *listCapabilities) perPage() int64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	switch {
	case l.sizeless:
		return 0
	case l.pageSize == 0:
		return pageSizeMax
	}
	return l.pageSize
}

// smallestPage is the smallest page size that the client tries when pages take too
// long.
const smallestPage = 50

// lowerPerPage remembers that a page of the size was refused, or could not be
// served in time. The next size is the one that a refusal names, or else the next
// smaller step. It reports whether there is another size to try.
func (l *listCapabilities) lowerPerPage(refused int64, refusal error) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	current := l.pageSize
	if current == 0 {
		current = pageSizeMax
	}
	switch {
	case refused == 0:
		return false
	case l.sizeless || current < refused:
		return true // another list has lowered it in the meantime
	}
	sizes := []int64{1000, 500, 200, 100, smallestPage}
	if overloads(refusal) {
		sizes = []int64{1000, 200, smallestPage}
	} else if limit := perPageLimit(refusal); limit > 0 && limit < refused {
		l.pageSize = limit
		return true
	}
	for _, size := range sizes {
		if size < refused {
			l.pageSize = size
			return true
		}
	}
	if overloads(refusal) {
		return false
	}
	l.sizeless = true
	return true
}

// restorePerPage undoes a smaller size that did not help.
func (l *listCapabilities) restorePerPage(size int64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if size > l.pageSize && !l.sizeless {
		l.pageSize = size
	}
}

// slowAnswer is the time after which a 502 or 503 is taken for a page that the
// API could not finish, as opposed to one that a router refused at once.
const slowAnswer = 5 * time.Second

// lastTry ends the attempts for a page that a smaller one can replace. A page that
// took too long would do so again; one that was refused at once gets a second
// attempt, since a router that restarts responds in the same way
// (README.md#page-size).
func lastTry(perPage int64) func(transport.Failure) bool {
	return func(f transport.Failure) bool {
		if perPage <= smallestPage { // 0 leaves the size to the server
			return false
		}
		switch f.Status {
		case http.StatusBadGateway, http.StatusServiceUnavailable:
			return f.Took >= slowAnswer || f.Attempt >= 2
		case http.StatusGatewayTimeout:
			return true
		default:
			return f.Kind == transport.KindTimeout
		}
	}
}

// overloads reports whether the foundation, or a proxy in front of it, could not
// serve a page of that size.
func overloads(err error) bool {
	var answer *Error
	if errors.As(err, &answer) {
		if IsRuntimeUnavailable(err) {
			return false // a smaller page needs the runtime as well
		}
		return answer.Status == http.StatusBadGateway || answer.Status == http.StatusServiceUnavailable || answer.Status == http.StatusGatewayTimeout
	}
	var heavy *tooHeavyError
	if errors.As(err, &heavy) {
		return true
	}
	var failure *transport.Error
	return errors.As(err, &failure) && (failure.Kind == transport.KindTimeout || failure.Kind == transport.KindTooLarge)
}

// refusesPerPage reports whether the API refused the size of a page. Cloud
// Controller responds with 400, Korifi with 422; only the sentence shows the
// reason (README.md#page-size).
func refusesPerPage(err error) bool { return perPageRefusal(err) != "" }

func perPageRefusal(err error) string {
	var e *Error
	if !errors.As(err, &e) || !e.Has(CodeBadQueryParameter) && !e.Has(CodeUnprocessable) {
		return ""
	}
	for _, o := range e.Errors {
		// A list of valid parameters names per_page although it was not refused.
		text, _, _ := strings.Cut(string(o.Detail), validParameters)
		if strings.Contains(strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(text)), "perpage") {
			return text
		}
	}
	return ""
}

var number = regexp.MustCompile(`\d+`)

// perPageLimit returns the largest page that the refusal names, or 0: "Per page
// must be between 1 and 5000", "PerPage must be no greater than 5000".
func perPageLimit(refusal error) int64 {
	var limit int64
	for _, digits := range number.FindAllString(perPageRefusal(refusal), -1) {
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n <= pageSizeMax {
			limit = max(limit, n)
		}
	}
	return limit
}

// learnUnknown remembers that a list does not support a parameter.
func (l *listCapabilities) learnUnknown(list, name string, answer error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.unknown == nil {
		l.unknown = map[string]map[string]error{}
	}
	if l.unknown[list] == nil {
		l.unknown[list] = map[string]error{}
	}
	l.unknown[list][name] = answer
}

// isUnknown returns the response that refused the parameter, or nil.
func (l *listCapabilities) isUnknown(list, name string) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.unknown[list][name]
}
