package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const (
	// maxErrorBytes is how much of the body of an error response is read. Errors
	// of the API are shorter, and the beginning of others is enough.
	maxErrorBytes = 256 << 10

	// firstRead is the first buffer for a body of unknown length.
	firstRead = 2 << 10

	// trustedLength bounds the allocation for a Content-Length.
	trustedLength = 16 << 20
)

// bodyReader reads the body of one response into memory.
type bodyReader struct {
	ctx      context.Context
	client   *Client
	response *http.Response
	limit    int64
	share    *share
	counted  int64 // the part of the buffer that counts against the budget
}

// read reads the body to its end, or the first maxErrorBytes of an error response.
func (b *bodyReader) read() ([]byte, error) {
	cut := b.response.StatusCode >= http.StatusBadRequest && b.limit > maxErrorBytes
	if cut {
		b.limit = maxErrorBytes
	}
	length := b.response.ContentLength
	if length > b.limit && !cut {
		return nil, &sizeError{b.limit}
	}
	capacity := int64(firstRead)
	if length >= 0 {
		// One byte more, so that the end is found without a larger buffer.
		capacity = min(length, b.limit, trustedLength) + 1
	}
	buffer, err := b.grown(nil, capacity)
	for err == nil {
		var n int
		n, err = b.response.Body.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if int64(len(buffer)) > b.limit {
			if cut {
				return buffer[:b.limit], nil
			}
			return nil, &sizeError{b.limit}
		}
		if err == nil && len(buffer) == cap(buffer) {
			buffer, err = b.grown(buffer, b.nextCapacity(int64(cap(buffer))))
		}
	}
	if errors.Is(err, io.EOF) {
		return buffer, nil
	}
	if memory := (*memoryError)(nil); errors.As(err, &memory) {
		return nil, memory
	}
	return nil, &bodyError{err}
}

// nextCapacity doubles small buffers and grows large ones by less: while a buffer
// grows, the old and the new one are both in memory.
func (b *bodyReader) nextCapacity(capacity int64) int64 {
	next := capacity * 2
	if capacity > 1<<20 {
		next = capacity + capacity/2
	}
	return min(next, b.limit+1)
}

// grown returns a buffer of the capacity with the contents of the old one, and
// counts it against the budget.
func (b *bodyReader) grown(old []byte, capacity int64) ([]byte, error) {
	more := max(0, capacity-freeBytes)
	if more > 0 {
		if err := b.share.grow(b.ctx, more); err != nil {
			return old, err
		}
		if hook := onLargeBodies.Load(); hook != nil && b.client.bodies.inUse() > largeBodies {
			(*hook)()
		}
	}
	buffer := make([]byte, len(old), capacity)
	copy(buffer, old)
	if b.counted > 0 {
		b.share.shrink(b.counted)
	}
	b.counted = more
	return buffer, nil
}

// errEndsEarly is the cause when a body must be JSON and its end is missing.
var errEndsEarly = errors.New("the body is empty or ends in the middle of its JSON")

// successful reports whether the status is 2xx.
func (r *Response) successful() bool { return r.Status >= 200 && r.Status < 300 }

// endsEarly reports whether a body that must be one JSON value is empty, or only the
// beginning of one (internal/capi/README.md#truncated). If the protocol marks the
// end of the body, checking its first and last byte is enough: an API that sends
// only the beginning of its response rarely stops after an inner bracket.
func endsEarly(r *Response) bool {
	if !r.successful() || r.Status == http.StatusNoContent {
		return false
	}
	body := bytes.TrimSpace(r.Body)
	if len(body) == 0 {
		return true
	}
	var end byte
	switch body[0] {
	case '{':
		end = '}'
	case '[':
		end = ']'
	default:
		return false // not JSON of an API
	}
	if body[len(body)-1] == end && (r.framed || json.Valid(body)) {
		return false
	}
	var value json.RawMessage
	return errors.Is(json.NewDecoder(bytes.NewReader(body)).Decode(&value), io.ErrUnexpectedEOF)
}

// bodyError marks a failure while the body was read.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// sizeError is a body above the limit.
type sizeError struct{ limit int64 }

func (e *sizeError) Error() string {
	return "it is larger than the limit of " + bytesText(e.limit) + " for this kind of response"
}

func bytesText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
