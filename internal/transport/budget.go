package transport

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// MaxBodiesBytes bounds the memory of all response bodies in the process
	// that are being read, or that a request with Hold keeps. A body that would
	// exceed it waits until others are done. One at a time may exceed it, up to the
	// limit of one body, so that two that wait for each other cannot deadlock.
	//
	// So with pages of 64 MiB at most 192 MiB of bodies are in memory, in addition
	// to the values that are decoded from them.
	MaxBodiesBytes = 128 << 20

	// largeBodies is the memory of bodies above which the hook of OnLargeBodies is
	// called.
	largeBodies = 16 << 20

	// freeBytes is the part of each body that does not count: for twelve bodies it
	// does not matter, and most bodies are smaller.
	freeBytes = 64 << 10
)

// processBodies is the budget of the process: a configuration with several
// provider blocks has several clients.
var processBodies = &budget{limit: MaxBodiesBytes}

// OnLargeBodies sets a hook that is called before all bodies together use more than
// 16 MiB, which those of single objects never do. A process that collects garbage
// rarely must then return to the usual rate, or the memory would be a multiple of
// MaxBodiesBytes. The hook may be called often and concurrently.
func OnLargeBodies(hook func()) { onLargeBodies.Store(&hook) }

var onLargeBodies atomic.Pointer[func()]

// budget bounds the memory of bodies.
type budget struct {
	limit int64

	mu      sync.Mutex
	used    int64
	peak    int64         // the most that was used; for tests
	beyond  *share        // the body that may exceed the limit
	changed chan struct{} // closed when memory was returned; nil without waiters
}

// share is the part of a budget that one body uses. Only one goroutine at a time
// uses it.
type share struct {
	budget *budget
	size   int64
}

// grow grows the share by that many bytes, and waits until the budget has them.
func (s *share) grow(ctx context.Context, bytes int64) error {
	for {
		wait := s.budget.take(s, bytes)
		if wait == nil {
			return nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return &memoryError{limit: s.budget.limit}
		}
	}
}

// shrink returns a part of the share to the budget.
func (s *share) shrink(bytes int64) { s.budget.put(s, bytes) }

// free returns all of it.
func (s *share) free() { s.budget.put(s, s.size) }

// take reserves memory for a share, or returns a channel to wait for.
func (b *budget) take(s *share, bytes int64) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+bytes > b.limit {
		if b.beyond == nil {
			b.beyond = s
		}
		if b.beyond != s {
			if b.changed == nil {
				b.changed = make(chan struct{})
			}
			return b.changed
		}
	}
	b.used += bytes
	b.peak = max(b.peak, b.used)
	s.size += bytes
	return nil
}

func (b *budget) put(s *share, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= bytes
	if s.size -= bytes; s.size == 0 && b.beyond == s {
		b.beyond = nil
	}
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

func (b *budget) inUse() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// memoryError is a body that waited for memory until the time limit.
type memoryError struct {
	limit int64
	after time.Duration
}

func (e *memoryError) Error() string {
	return fmt.Sprintf("the other responses that are being read take all of the %s that the provider uses for them, and none was done within %s",
		bytesText(e.limit), e.after)
}
