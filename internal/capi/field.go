package capi

import "encoding/json"

// Field is one field of a request body. The API acts on every key that is
// present, even one that is null, so a field has three states: left out (the
// zero value), null, and a value. Struct fields of this type need the tag option
// "omitzero".
type Field[T any] struct {
	present bool
	value   *T
}

// Omit leaves the field out of the body: the API keeps its value.
func Omit[T any]() Field[T] { return Field[T]{} }

// Null sends null: the API restores its default.
func Null[T any]() Field[T] { return Field[T]{present: true} }

// Set sends a value.
func Set[T any](v T) Field[T] { return Field[T]{present: true, value: &v} }

// IsZero reports whether the field is left out. The name is the one that
// encoding/json calls for omitzero.
func (f Field[T]) IsZero() bool { return !f.present }

// IsNull reports whether the field is sent as null.
func (f Field[T]) IsNull() bool { return f.present && f.value == nil }

// Value is the value that is sent; nil when the field is left out or null.
func (f Field[T]) Value() *T { return f.value }

// MarshalJSON writes the value or null.
func (f Field[T]) MarshalJSON() ([]byte, error) { return json.Marshal(f.value) }
