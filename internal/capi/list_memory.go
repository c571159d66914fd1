package capi

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// listMemory is what a client learns about the lists of its foundation. Its
// zero value knows nothing yet.
type listMemory struct {
	mutex sync.Mutex
	// pageSize is the size that was accepted last, 0 when none was refused yet;
	// sizeless says that the server has to choose.
	pageSize int64
	sizeless bool
	// unknown are the parameters that a list does not know, each with the
	// answer that said so.
	unknown map[string]map[string]error
}

// perPage is the page size to ask for; 0 for none.
func (m *listMemory) perPage() int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	switch {
	case m.sizeless:
		return 0
	case m.pageSize == 0:
		return pageSizeMax
	}
	return m.pageSize
}

// lowerPerPage remembers that the size was refused: the next one is what the
// refusal allows, or else one on the way down. It reports whether there is
// another one to try.
func (m *listMemory) lowerPerPage(refused int64, refusal error) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	current := m.pageSize
	if current == 0 {
		current = pageSizeMax
	}
	switch {
	case refused == 0:
		return false
	case m.sizeless || current < refused:
		return true // another list has learned it in the meantime
	}
	if limit := perPageLimit(refusal); limit > 0 && limit < refused {
		m.pageSize = limit
		return true
	}
	for _, size := range []int64{1000, 500, 200, 100, 50} {
		if size < refused {
			m.pageSize = size
			return true
		}
	}
	m.sizeless = true
	return true
}

// refusesPerPage reports whether the API refused the size of a page. Cloud
// Controller says 400, Korifi 422; only the sentence tells what it is about.
func refusesPerPage(err error) bool { return perPageRefusal(err) != "" }

func perPageRefusal(err error) string {
	var e *Error
	if !errors.As(err, &e) || !e.Has(CodeBadQueryParameter) && !e.Has(CodeUnprocessable) {
		return ""
	}
	for _, o := range e.Errors {
		// A list of valid parameters names per_page although it is fine.
		text, _, _ := strings.Cut(o.Detail, validParameters)
		if strings.Contains(strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(text)), "perpage") {
			return text
		}
	}
	return ""
}

var number = regexp.MustCompile(`\d+`)

// perPageLimit is the largest page that the refusal names, or 0: "Per page
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

// learnUnknown remembers that a list does not know a parameter.
func (m *listMemory) learnUnknown(list, name string, answer error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.unknown == nil {
		m.unknown = map[string]map[string]error{}
	}
	if m.unknown[list] == nil {
		m.unknown[list] = map[string]error{}
	}
	m.unknown[list][name] = answer
}

// isUnknown returns the answer by which the list refused the parameter, or nil.
func (m *listMemory) isUnknown(list, name string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.unknown[list][name]
}
