package capi

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
)

// weight estimates the memory of a JSON body when it is decoded. Its length is not
// enough: "{}," becomes a struct of some hundred bytes. Braces, colons and commas
// inside strings count, too, which makes the estimate an upper bound.
type weight struct{ objects, keys, values int }

var (
	// bodyMax bounds one body, to about 100 MB. A page of 5,000 processes has
	// 110,000 objects and 450,000 keys, and a process of 10,000 instances has
	// 50,000 objects in its stats.
	bodyMax = weight{objects: 250_000, keys: 1_500_000, values: 2_500_000}
	// listMax bounds all pages of a list, to less than 1 GB: 150,000 processes.
	listMax = weight{objects: 4_000_000, keys: 14_000_000, values: 28_000_000}
)

// tooHeavyError is the error for JSON that would need too much memory.
type tooHeavyError struct {
	what  string
	limit int
}

func (e *tooHeavyError) Error() string {
	return fmt.Sprintf("it has more than %d %s, which is the limit", e.limit, e.what)
}

func weigh(body []byte) weight {
	return weight{
		objects: bytes.Count(body, []byte{'{'}) + bytes.Count(body, []byte{'['}),
		keys:    bytes.Count(body, []byte{':'}),
		values:  bytes.Count(body, []byte{','}),
	}
}

// check returns an error when the weight is above the limit.
func (w weight) check(limit weight) error {
	switch {
	case w.objects > limit.objects:
		return &tooHeavyError{"objects", limit.objects}
	case w.keys > limit.keys:
		return &tooHeavyError{"keys", limit.keys}
	case w.values > limit.values:
		return &tooHeavyError{"values", limit.values}
	}
	return nil
}

// listWeight adds up the pages of a list that are read at the same time.
type listWeight struct {
	mutex sync.Mutex
	sum   weight
}

// add returns an error when the list has become too heavy.
func (l *listWeight) add(body []byte) error {
	w := weigh(body)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.sum.objects += w.objects
	l.sum.keys += w.keys
	l.sum.values += w.values
	if err := l.sum.check(listMax); err != nil {
		return errors.New(err.Error()) // smaller pages would not help
	}
	return nil
}
