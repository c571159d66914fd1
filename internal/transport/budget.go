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
	// exceed it waits until others are done. One at a time may go on, up to its
	// own limit, so that two that wait for each other cannot block for ever.
	//
	// So with pages of 64 MiB at most 192 MiB of bodies are in memory. What is
	// decoded from them comes on top.
	MaxBodiesBytes = 128 << 20

	// largeBodies is the memory from which on OnLargeBodies is called.
	largeBodies = 16 << 20

	// freeBytes is how much of each body does not count: twelve of them do not
	// matter, and most bodies are smaller.
	freeBytes = 64 << 10
)

// processBodies is the budget of the process: a configuration with several
// provider blocks has several clients.
var processBodies = &budget{limit: MaxBodiesBytes}

// OnLargeBodies sets what to call before bodies take more memory than those of
// single objects do, 16 MiB in all. A process that collects garbage seldom has
// to do so as usual from then on, so that MaxBodiesBytes does not become a
// multiple. It can be called often, and at the same time.
func OnLargeBodies(hook func()) { onLargeBodies.Store(&hook) }

var onLargeBodies atomic.Pointer[func()]

// budget bounds the memory of bodies.
type budget struct {
	limit int64

	mu      sync.Mutex
	used    int64
	peak    int64         // the most that was used; for tests
	beyond  *share        // the body that may exceed the limit
	changed chan struct{} // closed when memory was returned; nil while nobody waits
}

// share is the part of a budget that one body has. It is used by one goroutine
// at a time.
type share struct {
	budget *budget
	size   int64
}

// grow makes the share larger by that many bytes, and waits until it can be.
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

// take takes memory for a share, or returns what to wait for.
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

// memoryError is a body that waited for memory until its time was over.
type memoryError struct {
	limit int64
	after time.Duration
}

func (e *memoryError) Error() string {
	return fmt.Sprintf("the other responses that are being read take all of the %s that the provider uses for them, and none was done within %s",
		bytesText(e.limit), e.after)
}
