package fakecf

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
)

// Fault makes something go wrong on demand. Requests that it matches are
// counted from 1, separately for each fault.
type Fault struct {
	Method string                   // "" is any
	Path   string                   // a prefix of the path, or a regular expression that starts with ^
	When   func(*http.Request) bool // nil is always; called after Method and Path

	From  int // the first request that it hits; 0 is 1
	Every int // then each Every-th one; 0 is 1
	Times int // at most so many hits; 0 is without end

	Do Action
}

// AddedFault is a fault that was added.
type AddedFault struct {
	list    *faultList
	fault   Fault
	pattern *regexp.Regexp
	seen    int
	hits    int
}

// Hits is how many requests met the fault.
func (a *AddedFault) Hits() int {
	a.list.mu.Lock()
	defer a.list.mu.Unlock()
	return a.hits
}

type faultList struct {
	mu       sync.Mutex
	faults   []*AddedFault
	released chan struct{}
}

func (l *faultList) init() { l.released = make(chan struct{}) }

// AddFault adds a fault. If several faults match a request, the one that was added
// first acts. It panics on an invalid regular expression in Path.
func (f *Foundation) AddFault(fault Fault) *AddedFault {
	added := &AddedFault{list: &f.faults, fault: fault}
	if strings.HasPrefix(fault.Path, "^") {
		added.pattern = regexp.MustCompile(fault.Path)
	}
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	f.faults.faults = append(f.faults.faults, added)
	return added
}

// ClearFaults removes all faults and releases the requests that hang.
func (f *Foundation) ClearFaults() {
	f.faults.mu.Lock()
	f.faults.faults = nil
	f.faults.mu.Unlock()
	f.ReleaseHangs()
}

// ReleaseHangs releases the requests that hang now.
func (f *Foundation) ReleaseHangs() {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	close(f.faults.released)
	f.faults.released = make(chan struct{})
}

func (l *faultList) match(r *http.Request) *Action {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found *Action
	for _, added := range l.faults {
		if added.wants(r) && found == nil {
			added.hits++
			action := added.fault.Do
			// Read together with the decision: a release between the two would let
			// this request hang for ever.
			action.released = l.released
			found = &action
		}
	}
	return found
}

func (a *AddedFault) wants(r *http.Request) bool {
	switch {
	case a.fault.Method != "" && a.fault.Method != r.Method,
		a.pattern != nil && !a.pattern.MatchString(r.URL.EscapedPath()),
		a.pattern == nil && !strings.HasPrefix(r.URL.EscapedPath(), a.fault.Path),
		a.fault.When != nil && !a.fault.When(r):
		return false
	}
	a.seen++
	from, every := max(1, a.fault.From), max(1, a.fault.Every)
	return a.seen >= from && (a.seen-from)%every == 0 && (a.fault.Times == 0 || a.hits < a.fault.Times)
}
